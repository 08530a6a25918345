//! The pictures that people bring: product photos, cut-outs, logos. Any file may come in; what goes out is upright, sRGB,
//! 8 bit and not larger than is useful.
//!
//! ```text
//! file ─► format ─┬─► png · jpeg · webp ─► srgb ─► reduce ─► photo     (`reading`)
//!                 └─► svg ─────────────────────────────────► photo     (`logo`)
//! ```
//! `bounds`, `subject` (what is said of a file) and `decoded` are the ground of it.
//!
//! Everything here reads untrusted bytes: sizes are judged by headers before anything is allocated, and what one photo
//! takes is bounded (see [`Photo::read`]). May depend on `error`, `file_type` and `asset` alone; the only user of `png`, `zune-jpeg`, `moxcms` and
//! `resvg`.

mod bounds;
mod decoded;
mod exif;
mod format;
#[cfg(feature = "heif")]
mod heif;
mod jpeg;
mod logo;
mod photo;
mod png;
mod reading;
mod reduce;
mod srgb;
mod subject;
mod svg;
mod webp;

pub use bounds::{
    MAX_FILE_BYTES, MAX_PIXELS, MAX_PROFILE_BYTES, MAX_SIDE, MAX_WHOLE_FILE_BYTES, MAX_WHOLE_PIXELS, MIN_SIDE,
    WORKING_PIXELS, WORKING_SIDE,
};
pub use format::Format;
pub(crate) use format::HEAD_BYTES;
pub use photo::Photo;
pub use svg::{FontDatabase, MAX_SVG_BYTES};
