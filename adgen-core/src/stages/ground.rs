//! The colour that shows where somebody's own background is transparent.

use crate::project::Rgb;

/// The first colour of the style's palette, which is the most important one; a light grey without any.
pub(crate) fn ground_of(palette: &[Rgb]) -> Rgb {
    palette.first().copied().unwrap_or(Rgb([0xE8, 0xE6, 0xE1]))
}
