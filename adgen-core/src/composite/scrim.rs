//! A veil over the part of the background where text stands: only as strong as legibility asks, and gone without an edge.

use super::{easing::smooth, geometry::Rect};
use crate::media::Frame;

/// The veil: a strength for every row and for every column, which are multiplied.
#[derive(Debug, Clone)]
pub(super) struct Scrim {
    /// Whether it goes to white; else to black.
    to_white: bool,
    /// 0-256 per luma row, and per luma column.
    rows: Vec<u16>,
    columns: Vec<u16>,
}

impl Scrim {
    /// Full over `area`, fading out over `fade` pixels to the left and right, above and below, in a frame of
    /// `width` x `height`.
    pub(super) fn around(area: &Rect, fade: (f32, f32), (width, height): (usize, usize), to_white: bool) -> Self {
        let columns = profile(width, area.x, area.right(), fade.0);
        Self { to_white, rows: profile(height, area.y, area.bottom(), fade.1), columns }
    }

    /// How much of it there is at a place of the frame, 0-1.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let of = |strength: &[u16], at: f32| {
            let last = strength.len().saturating_sub(1);
            strength.get((at.max(0.0) as usize).min(last)).map_or(0.0, |&strength| f32::from(strength) / 256.0)
        };
        of(&self.columns, x) * of(&self.rows, y)
    }

    /// Veils `frame`; `opacity` 0-1 is what it has where it is full.
    pub(super) fn draw(&self, frame: &mut Frame, opacity: f32) {
        // Rounded up: a veil may not end below what was asked for.
        let opacity = (opacity.clamp(0.0, 1.0) * 256.0).ceil() as u32;
        let targets = [(if self.to_white { 235 } else { 16 }, 0), (128, 1), (128, 1)];
        let widths = [frame.width(), frame.chroma_width(), frame.chroma_width()];
        for (plane, ((target, shift), width)) in frame.planes_mut().into_iter().zip(targets.into_iter().zip(widths)) {
            let across: Vec<u32> = self.columns.iter().step_by(1 << shift).map(|&column| u32::from(column)).collect();
            let first = across.iter().position(|&column| column > 0).unwrap_or(across.len()).min(width);
            let last = across.iter().rposition(|&column| column > 0).map_or(first, |last| last + 1).clamp(first, width);
            for (y, row) in plane.chunks_exact_mut(width).enumerate() {
                let down = self.rows.get(y << shift).map_or(0, |&row| u32::from(row) * opacity);
                if down == 0 {
                    continue;
                }
                for (value, &column) in row[first..last].iter_mut().zip(&across[first..]) {
                    // Three factors of up to 256: no more than 2^24.
                    *value = towards(*value, target, ((down * column) >> 16) as i32);
                }
            }
        }
    }
}

/// Strengths along one side: 256 from `from` to `to`, less within `fade` pixels of them.
fn profile(length: usize, from: f32, to: f32, fade: f32) -> Vec<u16> {
    let strength = |index: usize| {
        let at = index as f32 + 0.5;
        let outside = (from - at).max(at - to).max(0.0);
        (smooth(1.0 - outside / fade.max(1.0)) * 256.0 + 0.5) as u16
    };
    (0..length).map(strength).collect()
}

#[inline]
fn towards(value: u8, target: i32, weight: i32) -> u8 {
    (i32::from(value) + (((target - i32::from(value)) * weight + 128) >> 8)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn veils_its_area_and_nothing_far_from_it() {
        let (width, height) = (160, 200);
        let mut frame = Frame::black(width, height);
        frame.fill((180, 90, 160));
        let area = Rect { x: 60.0, y: 70.0, width: 40.0, height: 30.0 };
        let scrim = Scrim::around(&area, (40.0, 30.0), (width, height), false);
        scrim.draw(&mut frame, 0.5);
        let at = |x: usize, y: usize| frame.y()[y * width + x];
        assert!((60..100).all(|x| (70..100).all(|y| at(x, y) == 98)));
        for (x, y) in [(80, 35), (80, 135), (15, 85), (145, 85), (0, 0), (159, 199)] {
            assert_eq!((at(x, y), scrim.at(x as f32, y as f32)), (180, 0.0), "{x},{y}");
        }
        let half = |plane: &[u8], x: usize, y: usize| plane[y / 2 * width / 2 + x / 2];
        assert_eq!((half(frame.u(), 80, 84), half(frame.v(), 80, 84)), (109, 144));
        assert_eq!((half(frame.u(), 2, 2), half(frame.v(), 2, 2)), (90, 160));
        assert!((0..height - 1).all(|y| at(80, y).abs_diff(at(80, y + 1)) < 8), "no edge above or below");
        assert!((0..width - 1).all(|x| at(x, 85).abs_diff(at(x + 1, 85)) < 8), "no edge beside");
    }

    #[test]
    fn areas_beyond_the_frame_are_harmless() {
        for area in [Rect { x: -50.0, y: -9.0, width: 400.0, height: 20.0 }, Rect { x: 500.0, ..Rect::default() }] {
            let mut frame = Frame::black(64, 40);
            let scrim = Scrim::around(&area, (10.0, 0.0), (64, 40), true);
            scrim.draw(&mut frame, 1.0);
            assert_eq!(frame.y()[0], if area.x < 0.0 { 235 } else { 16 });
            // A frame of another size, too.
            scrim.draw(&mut Frame::black(8, 80), 1.0);
            scrim.draw(&mut Frame::black(128, 8), 1.0);
        }
    }
}
