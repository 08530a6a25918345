//! What every look is built from, and what it is asked to paint.
//!
//! Depends on `random`, `settings`, `palette`, `camera` and `canvas`.

use super::{
    camera::View,
    canvas::Canvas,
    mood::Mood,
    palette::Scheme,
    settings::{Look, LookSettings},
};
use crate::random::hash;
use std::fmt;

/// What every look is built from.
#[derive(Debug)]
pub(super) struct Stage {
    /// Frame size in pixels, even.
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) seed: u64,
    pub(super) mood: Mood,
    pub(super) scheme: Scheme,
    /// Half the frame's width and height in units of its shorter side.
    pub(super) half_x: f32,
    pub(super) half_y: f32,
    /// Height of the ground (or of the frame's middle, where there is none) in those units from the middle, down.
    pub(super) ground: f32,
    /// Factor on all movement.
    pub(super) pace: f32,
}

impl Stage {
    pub(super) fn new(look: Look, settings: &LookSettings) -> Self {
        let width = settings.width.max(2).next_multiple_of(2);
        let height = settings.height.max(2).next_multiple_of(2);
        let unit = width.min(height) as f32;
        // One seed for everything would give the looks of one project the same choices. (The number is the place in the
        // declaration: new looks go to its end.)
        let seed = hash(settings.seed ^ hash(look as u64));
        let half_y = 0.5 * height as f32 / unit;
        Self {
            width,
            height,
            seed,
            mood: settings.mood,
            scheme: Scheme::new(&settings.palette, settings.mood, settings.seed),
            half_x: 0.5 * width as f32 / unit,
            half_y,
            ground: look.ground_line(width, height).map_or(0.0, |line| (line - 0.5) * 2.0 * half_y),
            pace: settings.mood.direction().pace,
        }
    }

    /// Half the frame's diagonal.
    pub(super) fn half_diagonal(&self) -> f32 {
        self.half_x.hypot(self.half_y)
    }
}

/// One moment of a clip.
#[derive(Debug)]
pub(super) struct Moment {
    /// Seconds, at the mood's pace.
    pub(super) t: f32,
    pub(super) view: View,
}

/// Paints the moments of one look.
pub(super) trait Paint: Send + fmt::Debug {
    /// Covers the whole canvas.
    fn paint(&mut self, moment: &Moment, canvas: &mut Canvas);

    /// Full-size texture: factors on the code values of the frame's luma row `y`. False means none.
    fn texture(&mut self, _moment: &Moment, _y: usize, _row: &mut [f32]) -> bool {
        false
    }
}
