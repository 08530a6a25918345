//! A clip as text needs to know it before the first frame is drawn: small pictures of it at even distances.

use super::{geometry::Rect, ink::mean_luminance};
use crate::media::Frame;

/// Small pictures of a scene's background over all of its time, by which colours of text and buttons are chosen.
///
/// They may be smaller than the video by any factor, and hold its whole picture. A short side of some 270 pixels and
/// six pictures a second are enough: what happens in between is measured frame by frame while the scene is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Backdrop {
    every: u64,
    frames: Vec<Frame>,
}

impl Backdrop {
    /// A background that does not change, or of which no more is known than one picture.
    pub fn still(frame: Frame) -> Self {
        Self { every: u64::MAX, frames: vec![frame] }
    }

    /// Pictures of the scene's frames 0, `every`, 2 * `every` and so on. `None` where there is none.
    pub fn new(every: u64, frames: Vec<Frame>) -> Option<Self> {
        (!frames.is_empty()).then_some(Self { every: every.max(1), frames })
    }

    /// Frames of the scene from one picture to the next.
    pub(super) fn every(&self) -> u64 {
        self.every
    }

    /// The pictures with the part of each that shows `area` of a video of `width` x `height`.
    pub(super) fn parts(&self, area: Rect, width: usize, height: usize) -> impl Iterator<Item = (&Frame, Rect)> {
        self.frames.iter().map(move |frame| {
            let across = frame.width() as f32 / width.max(1) as f32;
            let down = frame.height() as f32 / height.max(1) as f32;
            let part = Rect::from_edges(area.x * across, area.y * down, area.right() * across, area.bottom() * down);
            (frame, part)
        })
    }

    /// The mean relative luminance of `area` in each of the pictures.
    pub(super) fn brightness(&self, area: Rect, width: usize, height: usize) -> Vec<f32> {
        self.parts(area, width, height).map(|(frame, part)| mean_luminance(frame, &part)).collect()
    }
}
