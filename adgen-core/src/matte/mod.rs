//! Cutting the product out of its photo: model, edge refinement, the edge's own colours, and the fallbacks.
//!
//! ```text
//! photo ─► remover (onnx: the only user of `ort`) ─► coarse mask
//!            └────────────► refine ◄──────────────────┘
//!                             └─► decontaminate ─► cutout
//! ```
//! `registry` knows the models, `store` keeps them; `runtime` finds the library that runs them, `release` knows its builds, and
//! `runtime_store` keeps adgen's own, which `pip` brings; `ending` sees to it that it survives the end of the process. May depend on `bundle`, `error`, `gate`,
//! `picture` (the photo), `http` (downloads), `store` (hashes of files) and `media::color`.

mod archive;
mod classical;
mod closed_form;
mod cutout;
mod decontaminate;
mod ending;
mod foreign;
mod guided;
mod matting;
pub mod metric;
mod onnx;
mod pip;
mod plane;
mod refine;
mod regions;
mod registry;
mod release;
mod remover;
mod resample;
mod runtime;
mod runtime_store;
mod sampling;
mod store;

pub use crate::picture::{MAX_FILE_BYTES, Photo};
#[cfg(any(test, fuzzing))]
pub(crate) use archive::visit as visit_archive;
pub(crate) use cutout::is_cut_out;
pub use cutout::{Bounds, Cutout, CutoutSource, by_backdrop, by_model, by_transparency, framed};
#[cfg(feature = "bridge")]
pub(crate) use ending::prepare as ready_for_the_end;
pub(crate) use foreign::ForeignRemover;
pub use matting::Matting;
pub use onnx::{OnnxRemover, Runtime};
pub use refine::{RefineOptions, refine};
pub use registry::{CommercialUse, DEFAULT_MODEL, MODELS, ModelInfo, find as find_model};
pub use release::RUNTIME_VERSION;
pub use remover::BackgroundRemover;
pub(crate) use resample::resize_rgb;
pub use runtime::{
    HOW_TO_GET as HOW_TO_GET_RUNTIME, LACKS_A_LIBRARY as RUNTIME_LACKS_A_LIBRARY, ORT_DYLIB_PATH, SearchRoots,
};
pub use runtime_store::{RuntimeStore, is_runtime_file};
pub use store::{MODELS_DIR, ModelStore};

#[cfg(test)]
mod model_tests;
