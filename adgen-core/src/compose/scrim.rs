//! A veil over the part of the background where text stands: only as strong as legibility asks, and gone without an edge.

use super::easing::smooth;
use crate::media::Frame;

/// Along which side the veil lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Span {
    /// Rows `from..to` of the frame, over its whole width.
    Rows,
    /// Columns `from..to`, over its whole height.
    Columns,
}

/// The veil: a strength for every row or column.
#[derive(Debug, Clone)]
pub(super) struct Scrim {
    span: Span,
    to_white: bool,
    /// 0-256 per luma row or column.
    strength: Vec<u16>,
}

impl Scrim {
    /// Full `strength` (0-1) from `from` to `to`, fading out over `fade` pixels on each side.
    pub(super) fn new(span: Span, length: usize, from: f32, to: f32, fade: f32, strength: f32, to_white: bool) -> Self {
        let strength = (0..length)
            .map(|index| {
                let at = index as f32 + 0.5;
                let outside = (from - at).max(at - to).max(0.0);
                (strength.clamp(0.0, 1.0) * smooth(1.0 - outside / fade.max(1.0)) * 256.0 + 0.5) as u16
            })
            .collect();
        Self { span, to_white, strength }
    }

    /// Veils `frame`; `opacity` 0-1.
    pub(super) fn draw(&self, frame: &mut Frame, opacity: f32) {
        let opacity = (opacity.clamp(0.0, 1.0) * 256.0 + 0.5) as u32;
        let targets = [(if self.to_white { 235 } else { 16 }, 0), (128, 1), (128, 1)];
        let widths = [frame.width(), frame.chroma_width(), frame.chroma_width()];
        for (plane, ((target, shift), width)) in
            [&mut frame.y, &mut frame.u, &mut frame.v].into_iter().zip(targets.into_iter().zip(widths))
        {
            let weight = |index: usize| {
                let strength = self.strength.get(index << shift).copied().unwrap_or(0);
                (u32::from(strength) * opacity / 256) as i32
            };
            match self.span {
                Span::Rows => {
                    for (y, row) in plane.chunks_exact_mut(width).enumerate() {
                        let weight = weight(y);
                        if weight > 0 {
                            row.iter_mut().for_each(|value| *value = towards(*value, target, weight));
                        }
                    }
                }
                Span::Columns => {
                    let weights: Vec<i32> = (0..width).map(weight).collect();
                    let first = weights.iter().position(|&weight| weight > 0).unwrap_or(width);
                    let last = weights.iter().rposition(|&weight| weight > 0).map_or(first, |last| last + 1);
                    for row in plane.chunks_exact_mut(width) {
                        for (value, &weight) in row[first..last].iter_mut().zip(&weights[first..last]) {
                            *value = towards(*value, target, weight);
                        }
                    }
                }
            }
        }
    }
}

#[inline]
fn towards(value: u8, target: i32, weight: i32) -> u8 {
    (i32::from(value) + (((target - i32::from(value)) * weight + 128) >> 8)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn veils_its_rows_and_nothing_far_from_them() {
        let mut frame = Frame::black(64, 200);
        frame.fill((180, 90, 160));
        Scrim::new(Span::Rows, 200, 40.0, 80.0, 30.0, 0.5, false).draw(&mut frame, 1.0);
        let row = |y: usize| frame.y[y * 64 + 10];
        assert_eq!((row(60), row(2), row(150)), (98, 180, 180));
        assert!((0..199).all(|y| row(y).abs_diff(row(y + 1)) < 8));
        Scrim::new(Span::Columns, 64, -10.0, 20.0, 10.0, 1.0, true).draw(&mut frame, 1.0);
        assert_eq!((frame.y[0], frame.y[63]), (235, 180));
    }
}
