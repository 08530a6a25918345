//! `GradientWaves`: draped silk, folding slowly.
//!
//! A height field of warped, skewed sines is lit from one side like cloth: wrapped diffuse light and a long soft
//! highlight. Depends on `random` and the shared parts of `look` only.

use std::f32::consts::{PI, TAU};

use super::{
    canvas::Canvas,
    palette::{Lch, Scheme, turn},
    shade::{Rgb, add, lerp, mix, pool, scale, smooth, tint, vignette, wave},
    stage::{Moment, Paint, Stage},
};
use crate::random::Random;

/// One set of folds.
#[derive(Debug, Clone, Copy)]
struct Fold {
    kx: f32,
    ky: f32,
    height: f32,
    rate: f32,
    phase: f32,
    skew: f32,
}

#[derive(Debug)]
pub(super) struct GradientWaves {
    scheme: Scheme,
    folds: Vec<Fold>,
    warp: [f32; 6],
    light: [f32; 3],
    /// Tint of the upper folds.
    crest: Rgb,
    diagonal: f32,
    heights: Vec<f32>,
}

impl GradientWaves {
    pub(super) fn new(stage: &Stage) -> Self {
        let mut rng = Random::new(stage.seed, 3);
        // Cloth hangs along one direction; the folds follow it, a little astray.
        let lean = rng.sign() * rng.range(0.35, 1.05);
        let mut folds = Vec::new();
        for (i, (frequency, height)) in [(3.1, 1.0), (5.3, 0.46), (8.1, 0.20), (11.9, 0.07)].into_iter().enumerate() {
            let angle = lean + rng.normal() * 0.16;
            let k = frequency * rng.range(0.85, 1.15);
            folds.push(Fold {
                kx: k * angle.cos(),
                ky: k * angle.sin(),
                height: height * rng.range(0.8, 1.2) * 0.105,
                rate: rng.sign() * rng.range(0.16, 0.28) * (1.0 + 0.25 * i as f32),
                phase: rng.range(0.0, TAU),
                skew: rng.range(0.45, 0.8),
            });
        }
        let from = lean + PI * if rng.sign() > 0.0 { 0.0 } else { 1.0 } + rng.range(-0.4, 0.4);
        // Complementary colours would mix to grey: then the crests keep to the first.
        let s = &stage.scheme;
        let hue = |rgb| Lch::from_linear(rgb).h;
        let crest =
            if turn(hue(s.accent), hue(s.accent2)).abs() < 75.0 { s.accent2 } else { mix(s.accent, s.light, 0.5) };
        let (x, y, z) = (from.cos() * 0.62, from.sin() * 0.62, 0.78);
        Self {
            scheme: stage.scheme.clone(),
            folds,
            warp: std::array::from_fn(|_| rng.range(0.0, TAU)),
            light: [x, y, z],
            crest,
            diagonal: stage.half_diagonal(),
            heights: Vec::new(),
        }
    }

    fn height(&self, x: f32, y: f32, t: f32) -> f32 {
        let w = &self.warp;
        let wx = x + 0.17 * wave(1.9 * y + 0.19 * t + w[0]) + 0.075 * wave(3.7 * y - 2.1 * x - 0.23 * t + w[1]);
        let wy = y + 0.19 * wave(1.6 * x - 0.17 * t + w[2]) + 0.06 * wave(3.3 * x + 2.9 * y + 0.21 * t + w[3]);
        let mut sum = 0.0;
        for fold in &self.folds {
            let p = fold.kx * wx + fold.ky * wy + fold.rate * t + fold.phase;
            // A sine of a shifted sine leans over, as cloth does under its own weight.
            sum += fold.height * wave(p + fold.skew * wave(p + 0.4 * wx));
        }
        // Here the cloth is gathered, there it lies smooth; around the product it is smoother.
        let gather = 0.72 + 0.28 * wave(1.3 * x - 1.7 * y + w[4]);
        let calm = 1.0 - 0.42 * pool((x * x + 0.55 * y * y) / 0.14);
        sum * gather * calm
    }
}

impl Paint for GradientWaves {
    fn paint(&mut self, moment: &Moment, canvas: &mut Canvas) {
        let layer = moment.view.layer(0.8);
        let (width, height) = (canvas.width, canvas.height);
        let mut heights = std::mem::take(&mut self.heights);
        heights.resize(width * height, 0.0);
        for row in 0..height {
            let sy = canvas.y(row);
            for column in 0..width {
                let (x, y) = layer.at(canvas.x(column), sy);
                heights[row * width + column] = self.height(x, y, moment.t);
            }
        }
        let s = &self.scheme;
        let [lx, ly, lz] = self.light;
        // Half vector between the light and the viewer, who looks straight at the cloth.
        let norm = (lx * lx + ly * ly + (lz + 1.0) * (lz + 1.0)).sqrt();
        let (mx, my, mz) = (lx / norm, ly / norm, (lz + 1.0) / norm);
        let slope = 0.5 * canvas.density();
        let shine = if s.dark { 0.40 } else { 0.20 } * lerp(0.7, 1.1, s.contrast);
        let contrast = lerp(0.75, 1.25, s.contrast);
        let sheen = if s.dark { mix(mix(s.light, s.key, 0.22), s.accent, 0.42) } else { mix(s.light, s.key, 0.5) };
        for row in 0..height {
            let (up, down) = (row.saturating_sub(1) * width, (row + 1).min(height - 1) * width);
            let sy = canvas.y(row);
            for column in 0..width {
                let (left, right) = (column.saturating_sub(1), (column + 1).min(width - 1));
                let h = heights[row * width + column];
                let gx = (heights[row * width + right] - heights[row * width + left]) * slope;
                let gy = (heights[down + column] - heights[up + column]) * slope;
                let n = 1.0 / (1.0 + gx * gx + gy * gy).sqrt();
                let diffuse = ((lz - lx * gx - ly * gy) * n).max(0.0);
                let gloss = ((mz - mx * gx - my * gy) * n).max(0.0);
                let g2 = gloss * gloss;
                let g8 = g2 * g2 * g2 * g2;
                let g32 = g8 * g8 * g8 * g8;
                // The deeper it lies, the less of the room's light it sees.
                let open = smooth(-0.16, 0.14, h);
                let level = 0.5 + (diffuse - 0.72) * 0.9 * contrast + (open - 0.5) * 0.42 * contrast;
                let mut colour = s.ramp(level.clamp(0.0, 1.1));
                let valley = (1.0 - open) * if s.dark { 0.10 } else { 0.30 };
                colour = mix(colour, s.wash, valley * smooth(0.9, 0.35, diffuse));
                let crest = if s.dark { 0.08 } else { 0.10 };
                colour = mix(colour, self.crest, crest * open * smooth(0.45, 0.8, diffuse));
                colour = add(tint(colour, s.key), sheen, shine * (0.75 * g32 * g8 + 0.25 * g8) * open);
                let sx = canvas.x(column);
                let v = vignette(sx / self.diagonal, sy / self.diagonal, if s.dark { 0.4 } else { 0.14 });
                canvas.pixels[row * width + column] = scale(colour, v);
            }
        }
        self.heights = heights;
    }
}
