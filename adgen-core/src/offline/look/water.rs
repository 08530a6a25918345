//! `Water`: sunlight through moving water onto a pale ground.
//!
//! Caustics as they come about: an even grid of sun rays is refracted by the water's slope, and where the rays gather on
//! the ground, it is bright. Depends on `random` and the shared parts of `look` only.

use std::f32::consts::{FRAC_PI_2, TAU};

use super::{
    canvas::Canvas,
    palette::Scheme,
    shade::{Rgb, add, lerp, mix, pool, scale, smooth, tint, vignette, wave},
    stage::{Moment, Paint, Stage},
};
use crate::random::Random;

/// Canvas samples between two points at which the slope is computed; between them it is a cubic spline.
const CELL: usize = 8;
/// Cells beyond the canvas from which rays may come in.
const MARGIN: usize = 7;
/// Rays per canvas sample along each axis.
const DENSE: usize = 2;
/// Even rows and columns of rays are shifted one way, odd ones the other, by this part of their distance: where the grid is
/// stretched, the patterns that a square lattice would make against the canvas then cancel out.
const SHIFTS: [f32; 2] = [-0.25, 0.25];

#[derive(Debug, Clone, Copy)]
struct Ripple {
    kx: f32,
    ky: f32,
    rate: f32,
    phase: f32,
    /// Displacement of the ray on the ground, in scene units.
    dx: f32,
    dy: f32,
}

#[derive(Debug)]
pub(super) struct Water {
    scheme: Scheme,
    ripples: Vec<Ripple>,
    glow: (f32, f32),
    half_y: f32,
    diagonal: f32,
    /// Displacements at the cells' corners, in canvas samples.
    bends: Vec<[f32; 2]>,
    light: Vec<f32>,
    /// Spline weights of the rays inside a cell, for both shifts.
    weights: [Vec<[f32; 4]>; 2],
    coarse: Vec<Rgb>,
}

impl Water {
    pub(super) fn new(stage: &Stage) -> Self {
        let mut rng = Random::new(stage.seed, 8);
        let ripples = (0..10)
            .map(|i| {
                let angle = rng.range(0.0, TAU);
                let k = 6.6 * 1.19f32.powi(i) * rng.range(0.92, 1.08);
                let (y, x) = angle.sin_cos();
                // The gathering power is displacement times wave number: even over the scales, a little less for the finest.
                let bend = 0.36 * rng.range(0.8, 1.2) * 0.95f32.powi(i) / k;
                Ripple {
                    kx: k * x,
                    ky: k * y,
                    // Deep water: the frequency grows with the root of the wave number.
                    rate: 0.30 * k.sqrt() * rng.range(0.9, 1.1),
                    phase: rng.range(0.0, TAU),
                    dx: bend * x,
                    dy: bend * y,
                }
            })
            .collect();
        let weights = SHIFTS
            .map(|shift| (0..CELL * DENSE).map(|i| spline((i as f32 + 0.5 + shift) / (CELL * DENSE) as f32)).collect());
        Self {
            scheme: stage.scheme.clone(),
            ripples,
            glow: (rng.sign() * rng.range(0.15, 0.5) * stage.half_x, -stage.half_y * rng.range(0.2, 0.7)),
            half_y: stage.half_y,
            diagonal: stage.half_diagonal(),
            bends: Vec::new(),
            light: Vec::new(),
            weights,
            coarse: Vec::new(),
        }
    }

    /// Where a ray through `(x, y)` lands, relative to there.
    fn bend(&self, x: f32, y: f32, t: f32) -> [f32; 2] {
        // A slow swell warps the ripples, so that no crest is straight.
        let wx = x + 0.05 * wave(3.1 * y + 0.31 * t) + 0.03 * wave(5.3 * y - 2.0 * x - 0.27 * t);
        let wy = y + 0.05 * wave(2.7 * x - 0.29 * t + 1.0) + 0.03 * wave(4.7 * x + 3.0 * y + 0.33 * t);
        self.ripples.iter().fold([0.0; 2], |[dx, dy], r| {
            let k = wave(r.kx * wx + r.ky * wy + r.rate * t + r.phase + FRAC_PI_2);
            [dx + k * r.dx, dy + k * r.dy]
        })
    }

    /// Sends the rays; leaves in `light` how many landed on each canvas sample, 1 on average.
    fn cast(&mut self, moment: &Moment, canvas: &Canvas) {
        let (width, height) = (canvas.width, canvas.height);
        let layer = moment.view.layer(1.0);
        let (columns, rows) = (width.div_ceil(CELL) + 2 * MARGIN, height.div_ceil(CELL) + 2 * MARGIN);
        let stride = columns + 3;
        let mut bends = std::mem::take(&mut self.bends);
        bends.clear();
        let (x0, y0, step) = (canvas.x(0), canvas.y(0), 1.0 / canvas.density());
        for row in 0..rows + 3 {
            for column in 0..stride {
                let at = |i: usize| (i as f32 - (MARGIN + 1) as f32) * CELL as f32 * step;
                let (x, y) = layer.at(x0 + at(column), y0 + at(row));
                let [dx, dy] = self.bend(x, y, moment.t);
                bends.push([dx * canvas.density(), dy * canvas.density()]);
            }
        }
        self.light.clear();
        self.light.resize(width * height, 0.0);
        let light = self.light.as_mut_slice();
        let share = 1.0 / (DENSE * DENSE) as f32;
        let mut lines = [vec![[0.0f32; 2]; stride], vec![[0.0f32; 2]; stride]];
        let (limit_x, limit_y) = ((width - 1) as f32, (height - 1) as f32);
        let corner = |cell: usize| (cell as f32 - MARGIN as f32) * CELL as f32;
        let inside = |sub: usize, shift: f32| (sub as f32 + 0.5 + shift) / DENSE as f32;
        for (row, sub_y) in (0..rows).flat_map(|row| (0..CELL * DENSE).map(move |sub| (row, sub))) {
            for (line, weights) in lines.iter_mut().zip(&self.weights) {
                let w = weights[sub_y];
                for (i, value) in line.iter_mut().enumerate() {
                    let at = |k: usize| bends[(row + k) * stride + i];
                    let (a, b, c, d) = (at(0), at(1), at(2), at(3));
                    *value = std::array::from_fn(|n| a[n] * w[0] + b[n] * w[1] + c[n] * w[2] + d[n] * w[3]);
                }
            }
            let across = &self.weights[sub_y % 2];
            let x_shift = SHIFTS[sub_y % 2];
            let y = [corner(row) + inside(sub_y, SHIFTS[0]), corner(row) + inside(sub_y, SHIFTS[1])];
            for (column, pair) in lines[0].windows(4).zip(lines[1].windows(4)).enumerate() {
                // A spline stays within its control points: cells that land beside the canvas are passed over.
                let x = corner(column);
                let (left, right) = pair.0.iter().fold((f32::MAX, f32::MIN), |(l, r), p| (l.min(p[0]), r.max(p[0])));
                let (top, bottom) = pair.0.iter().fold((f32::MAX, f32::MIN), |(t, b), p| (t.min(p[1]), b.max(p[1])));
                if x + right < -(CELL as f32) - 1.0
                    || x + left > limit_x + 1.0
                    || y[0] + bottom < -2.0
                    || y[0] + top > limit_y + 2.0
                {
                    continue;
                }
                for (sub_x, w) in across.iter().enumerate() {
                    let four = if sub_x % 2 == 0 { pair.0 } else { pair.1 };
                    let bend = |n: usize| four[0][n] * w[0] + four[1][n] * w[1] + four[2][n] * w[2] + four[3][n] * w[3];
                    let (px, py) = (x + inside(sub_x, x_shift) + bend(0), y[sub_x % 2] + bend(1));
                    if !(px >= 0.0 && py >= 0.0 && px < limit_x && py < limit_y) {
                        continue;
                    }
                    let (cx, cy) = (px as usize, py as usize);
                    let (fx, fy) = (px - cx as f32, py - cy as f32);
                    let (upper, lower) = ((1.0 - fy) * share, fy * share);
                    // One check of bounds for all four neighbours.
                    let near = &mut light[cy * width + cx..][..width + 2];
                    near[0] += (1.0 - fx) * upper;
                    near[1] += fx * upper;
                    near[width] += (1.0 - fx) * lower;
                    near[width + 1] += fx * lower;
                }
            }
        }
        self.bends = bends;
        // The outermost samples got only half of their rays; they lie outside the frame, and take their neighbours' light.
        for row in self.light.chunks_exact_mut(width) {
            (row[0], row[width - 1]) = (row[1], row[width - 2]);
        }
        self.light.copy_within(width..2 * width, 0);
        self.light.copy_within((height - 2) * width..(height - 1) * width, (height - 1) * width);
    }
}

/// Weights of four equidistant points at `t` of the way from the second to the third: the uniform cubic B-spline.
fn spline(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        (1.0 - 3.0 * t + 3.0 * t2 - t3) / 6.0,
        (4.0 - 6.0 * t2 + 3.0 * t3) / 6.0,
        (1.0 + 3.0 * t + 3.0 * t2 - 3.0 * t3) / 6.0,
        t3 / 6.0,
    ]
}

impl Paint for Water {
    fn paint(&mut self, moment: &Moment, canvas: &mut Canvas) {
        self.cast(moment, canvas);
        let layer = moment.view.layer(0.8);
        let s = &self.scheme;
        let (glow_x, glow_y) = self.glow;
        // First the still ground; the sun on it follows sample by sample.
        canvas.fill_coarse(&mut self.coarse, |sx, sy| {
            let (x, y) = layer.at(sx, sy);
            let (dx, dy) = ((x - glow_x) / 0.9, (y - glow_y) / 0.95);
            let glow = pool(dx * dx + dy * dy);
            let level = if s.dark { 0.10 + 0.30 * glow } else { 0.34 + 0.30 * glow } - 0.06 * y / self.half_y;
            let colour = add(tint(s.ramp(level), s.key), if s.dark { s.wash } else { s.accent2 }, 0.03 * (1.0 - glow));
            scale(colour, vignette(sx / self.diagonal, sy / self.diagonal, if s.dark { 0.40 } else { 0.14 }))
        });
        let sun = if s.dark { mix(mix(s.light, s.key, 0.25), s.accent, 0.30) } else { mix(s.light, s.key, 0.6) };
        let strength = if s.dark { 0.16 } else { 0.20 } * lerp(0.8, 1.1, s.contrast);
        let depth = if s.dark { 0.45 } else { 0.10 };
        for row in 0..canvas.height {
            let y = canvas.y(row);
            for column in 0..canvas.width {
                let i = row * canvas.width + column;
                let x = canvas.x(column);
                let calm = lerp(1.0, 0.50, pool((x * x + 0.5 * y * y) / 0.10));
                let light = self.light[i];
                // Bright lines are brighter than the paper can show: the excess is pressed together.
                let gathered = light / (1.0 + 0.16 * light);
                let ground = canvas.pixels[i];
                // Where few rays land, the ground is dimmer and a little more of the accent's colour, but never black: the
                // room's own light remains.
                let shade = smooth(1.05, 0.15, light) * calm;
                let toned = mix(ground, tint(ground, mix([1.0; 3], s.accent, 0.5)), 0.42 * shade);
                let dim = 1.0 - depth * shade;
                let excess = gathered * gathered / (gathered + 1.5);
                canvas.pixels[i] = add(scale(toned, dim), sun, excess * strength * calm);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spline_weights_add_up_and_follow_a_line() {
        for i in 0..=10 {
            let t = i as f32 * 0.1;
            let w = spline(t);
            assert!((w.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            let line: f32 = w.iter().enumerate().map(|(k, w)| w * (k as f32 - 1.0)).sum();
            assert!((line - t).abs() < 1e-5);
        }
    }
}
