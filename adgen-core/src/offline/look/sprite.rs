//! Out-of-focus points of light: the discs that a lens makes of them.
//!
//! Depends on `canvas`.

use super::{canvas::Canvas, shade::Rgb};

/// One disc.
#[derive(Debug, Clone, Copy)]
pub(super) struct Disc {
    /// Middle, in scene units.
    pub(super) x: f32,
    pub(super) y: f32,
    /// Radius, in scene units.
    pub(super) radius: f32,
    /// Width of the soft edge as a part of the radius.
    pub(super) soft: f32,
    /// How much brighter the rim is than the middle.
    pub(super) rim: f32,
    /// Light.
    pub(super) light: Rgb,
}

impl Disc {
    /// Adds the disc's light to the canvas.
    pub(super) fn draw(&self, canvas: &mut Canvas) {
        let (cx, cy) = canvas.sample(self.x, self.y);
        // Never smaller than the canvas can carry: smaller ones keep their light instead.
        let wanted = self.radius * canvas.density();
        let radius = wanted.max(1.1);
        let keep = (wanted / radius).powi(2);
        let edge = (self.soft * radius).max(1.2);
        let reach = radius + 0.5 * edge;
        let (w, h) = (canvas.width as f32, canvas.height as f32);
        if !(cx + reach >= 0.0 && cy + reach >= 0.0 && cx - reach < w && cy - reach < h) {
            return;
        }
        let rows = (cy - reach).ceil().max(0.0) as usize..((cy + reach).floor() + 1.0).min(h) as usize;
        for row in rows {
            let dy = row as f32 - cy;
            let span = (reach * reach - dy * dy).max(0.0).sqrt();
            let columns = (cx - span).ceil().max(0.0) as usize..((cx + span).floor() + 1.0).clamp(0.0, w) as usize;
            let start = columns.start;
            let Some(pixels) = canvas.pixels.get_mut(row * canvas.width..).and_then(|row| row.get_mut(columns)) else {
                continue;
            };
            for (i, pixel) in pixels.iter_mut().enumerate() {
                let dx = (start + i) as f32 - cx;
                let d = (dx * dx + dy * dy).sqrt();
                let t = ((reach - d) / edge).clamp(0.0, 1.0);
                let q = (d / radius).min(1.0);
                let k = keep * t * t * (3.0 - 2.0 * t) * (1.0 + self.rim * q * q * q * q);
                for (channel, light) in pixel.iter_mut().zip(self.light) {
                    *channel += light * k;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_stays_the_same_between_sample_positions() {
        let total = |x: f32, radius: f32| {
            let mut canvas = Canvas::new(200, 200, 2);
            Disc { x, y: 0.013, radius, soft: 0.2, rim: 0.3, light: [1.0; 3] }.draw(&mut canvas);
            canvas.pixels.iter().map(|p| f64::from(p[0])).sum::<f64>()
        };
        for radius in [0.004, 0.02, 0.1] {
            let sums: Vec<f64> = (0..9).map(|i| total(i as f32 * 0.00125, radius)).collect();
            let (low, high) = sums.iter().fold((f64::MAX, 0.0f64), |(l, h), &s| (l.min(s), h.max(s)));
            assert!(high / low < 1.12, "{radius}: {sums:?}");
        }
    }

    #[test]
    fn outside_and_broken_discs_draw_nothing() {
        let mut canvas = Canvas::new(20, 20, 2);
        for (x, y) in [(9.0, 0.0), (0.0, -9.0), (f32::NAN, 0.0)] {
            Disc { x, y, radius: 0.1, soft: 0.1, rim: 0.0, light: [1.0; 3] }.draw(&mut canvas);
        }
        assert!(canvas.pixels.iter().all(|p| p[0] == 0.0));
    }
}
