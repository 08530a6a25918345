//! Scene graph to frames: layout for every shape of video, motion, shadows, text, transitions.
//!
//! Depends on `error`, on the enums of `project` and on `media`'s frames and colours. Never sees a file or FFmpeg: it is
//! given a background frame of the final size and draws over it in place. Product and text are turned into the frame's
//! own planes once, so that no frame takes a detour through RGBA; per frame they are resampled and blended.
//!
//! ```text
//! SceneSpec ─► layout (safe_area, text) ─► SceneComposer ─► draw(frame)
//! ProductArt ─► sprite, shade ─────────────────┘   scrim, shade, product, brand, caption, button: in this order
//! ```

mod art;
mod badge;
mod blend;
mod captions;
mod composer;
mod easing;
mod fonts;
mod geometry;
mod ink;
mod layout;
mod motion;
mod safe_area;
mod sampling;
mod scrim;
mod shade;
mod spec;
mod sprite;
mod text;
mod transition;
mod type_layer;

#[cfg(test)]
mod tests;

pub use art::{LogoArt, ProductArt};
pub use composer::SceneComposer;
pub use fonts::Fonts;
pub use geometry::Rect;
pub use layout::Layout;
pub use safe_area::SafeArea;
pub use spec::SceneSpec;
pub use sprite::Sampled;
pub use transition::{crossfade, dip};
