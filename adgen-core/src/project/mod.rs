//! The document: [`AdProject`], the single source of truth of an ad, and [`State`], what the machine found out.
//!
//! Pure data: parsing, defaults, JSON Schema and validation. May depend on `error` alone; does no I/O.

mod arc;
mod asset;
mod audio;
mod brand;
mod brief;
mod color;
mod cost;
mod degradation;
mod document;
pub(crate) mod metadata;
mod migrate;
mod name;
mod output;
mod parse;
mod policy;
mod problem;
mod rules;
mod scene;
mod schema;
mod stage;
mod state;
mod status;
mod structure;
mod style;
mod validate;

#[cfg(test)]
mod property_tests;

pub(crate) use arc::{LONGEST_S, SHORTEST_S, clean_seconds, outline, planned_s};
pub use asset::{Asset, AssetLocation};
pub use audio::{Audio, GeneratedMusic, Music};
pub use brand::Brand;
pub use brief::Brief;
pub use color::Rgb;
pub use cost::CostRange;
pub use degradation::{Degradation, Lack};
pub use document::{AdProject, Product, SCHEMA_VERSION};
// Shown by `provider`, whose implementers tell these.
pub(crate) use metadata::{Ground, Metadata};
pub(crate) use name::is_word;
pub use output::{Aspect, Encoder, Output, Quality};
pub use parse::MAX_DOCUMENT_BYTES;
pub use policy::{Fallback, Policy};
pub use problem::Problem;
pub use scene::{Background, GeneratedBackground, Motion, Placement, ProductLayer, Role, Scene, Transition};
pub use schema::schema;
pub(crate) use schema::schema_of;
#[cfg(any(feature = "bridge", feature = "cli", test))]
pub(crate) use schema::sorted;
pub use stage::{Stage, StageState, StageStatus};
pub(crate) use state::UnreadableState;
pub use state::{FidelityReport, LoudnessReport, State, StateAsset};
pub use status::Status;
pub use style::Style;
pub(crate) use validate::read_options;
pub use validate::validate_json;
