//! Where text and product may stand so that no platform's interface covers them.
//!
//! 9:16: the union of what Google (Shorts), Meta (Reels) and TikTok cover leaves x 120-888, y 288-1248 of 1080x1920.
//! Other shapes are shown whole: the usual title-safe margin of 5 to 6 % is kept.

use super::geometry::Rect;
use crate::project::Aspect;

/// The boxes of one shape, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SafeArea {
    /// Text, button and logo stay inside.
    pub text: Rect,
    /// The product stays inside: wider and lower than text may go, for a covered foot is no loss.
    pub product: Rect,
}

impl SafeArea {
    /// The boxes of `aspect` in a frame of `width` x `height` pixels.
    pub fn of(aspect: Aspect, width: usize, height: usize) -> Self {
        let (w, h) = (width as f32, height as f32);
        let part =
            |left: f32, top: f32, right: f32, bottom: f32| Rect::from_edges(left * w, top * h, right * w, bottom * h);
        match aspect {
            Aspect::Portrait9x16 => Self {
                text: part(120.0 / 1080.0, 288.0 / 1920.0, 888.0 / 1080.0, 1248.0 / 1920.0),
                product: part(90.0 / 1080.0, 288.0 / 1920.0, 990.0 / 1080.0, 1500.0 / 1920.0),
            },
            Aspect::Portrait4x5 | Aspect::Square => {
                Self { text: part(0.06, 0.055, 0.94, 0.945), product: part(0.05, 0.055, 0.95, 0.945) }
            }
            Aspect::Landscape16x9 => {
                Self { text: part(0.055, 0.06, 0.945, 0.94), product: part(0.05, 0.055, 0.95, 0.945) }
            }
        }
    }
}
