//! Scene graph to frames: layout for every shape of video, motion, shadows, text, transitions.
//!
//! Depends on `asset`, `bundle`, `file_type`, `error` and `random`, on the enums of `project` and on `media`'s frames and colours.
//! Sees no file but those of typefaces (`font_library`, `font_shelf`, `fonts`, by `file_type` and `asset`), and no
//! FFmpeg: it is given background frames of the final size and draws over them in place. Product and text are turned into
//! the frame's own planes once, so that no frame takes a detour through RGBA; per frame they are resampled and blended.
//!
//! ```text
//! SceneSpec ─► layout (safe_area, text) ─► SceneCompositor ─► draw(frame)
//! ProductArt ─► sprite, shade ─────────────────┤   veil, shade, product, brand, caption, button: in this order
//! Backdrop ─► ink, veil ───────────────────────┘
//! ```
//!
//! Text: `clean` ─► `coverage` (a face for each character; what no font has) ─► `breaks` (where lines may end: `bonds`,
//! `phrases`, `hyphens`) ─► `lines` (which of them do), `leading` (how far apart they stand) ─► shaped line by line with
//! the marks of `direction`.

mod art;
mod backdrop;
mod badge;
mod blend;
mod bonds;
mod breaks;
mod button;
mod captions;
mod compositor;
mod compounds;
mod coverage;
mod direction;
mod easing;
mod faces;
mod fault;
mod font_library;
mod font_shelf;
mod fonts;
mod geometry;
mod hyphens;
mod ink;
mod language;
mod layout;
mod leading;
mod lines;
mod logo;
mod motion;
mod phrases;
mod safe_area;
mod sampling;
mod scrim;
mod shade;
mod spec;
mod sprite;
mod still;
mod text;
mod transition;
mod type_layer;
mod veil;

#[cfg(test)]
mod tests;

pub use art::ProductArt;
pub use backdrop::Backdrop;
pub use compositor::SceneCompositor;
pub use fault::{TextFault, TextPlace};
pub use font_library::{FontLibrary, FontSources, MAX_FONT_BYTES};
pub(crate) use font_shelf::{FontFacts, FontShelf};
pub use fonts::Fonts;
pub use geometry::Rect;
pub use layout::Layout;
pub use logo::LogoArt;
pub use safe_area::SafeArea;
pub use spec::SceneSpec;
pub use sprite::Sampled;
pub use still::{Still, StillCamera};
pub use transition::{crossfade, dip};
