//! `Particles`: dust, droplets and glints floating through a lit volume, with depth of field.
//!
//! Depends on `random` and the shared parts of `look` only.

use std::f32::consts::TAU;

use super::{
    canvas::Canvas,
    mood::Mood,
    noise::Tile,
    palette::Scheme,
    shade::{Rgb, add, lerp, mix, pool, scale, smooth, tint, vignette, wave},
    sprite::Disc,
    stage::{Moment, Paint, Stage},
};
use crate::random::Random;

#[derive(Debug)]
struct Particle {
    x: f32,
    y: f32,
    /// 0 far to 1 close to the lens; in focus around [`FOCUS`].
    depth: f32,
    size: f32,
    light: Rgb,
    phase: f32,
    rate: f32,
    glint: f32,
}

/// Depth at which the lens is focused: about where the product is.
const FOCUS: f32 = 0.45;

#[derive(Debug)]
pub(super) struct Particles {
    scheme: Scheme,
    particles: Vec<Particle>,
    haze: Tile,
    beam: (f32, f32),
    lean: f32,
    rise: f32,
    half_x: f32,
    half_y: f32,
    diagonal: f32,
    coarse: Vec<Rgb>,
}

impl Particles {
    pub(super) fn new(stage: &Stage) -> Self {
        let mut rng = Random::new(stage.seed, 5);
        let s = &stage.scheme;
        let white = scale(s.key, 1.1);
        let area = stage.half_x * stage.half_y * 4.0;
        let count = (125.0 * area.sqrt()) as usize;
        let particles = (0..count)
            .map(|i| {
                // Most lie around and behind the focus; a few large ones pass close to the lens.
                let depth = if i % 5 == 0 { rng.range(0.66, 1.0) } else { rng.range(0.02, 0.62) };
                let hue = rng.unit();
                let light = if hue < if s.dark { 0.25 } else { 0.5 } {
                    white
                } else if hue < 0.82 {
                    mix(s.accent, white, 0.30)
                } else {
                    mix(s.accent2, white, 0.25)
                };
                Particle {
                    x: rng.range(-1.0, 1.0),
                    y: rng.range(-1.0, 1.0),
                    depth,
                    size: (0.0016 + 0.0042 * rng.unit() * rng.unit()) * lerp(0.7, 1.6, depth),
                    light,
                    phase: rng.range(0.0, TAU),
                    rate: rng.range(0.5, 1.5),
                    glint: rng.unit().powi(4),
                }
            })
            .collect();
        Self {
            scheme: s.clone(),
            particles,
            haze: Tile::fractal(rng.bits(), 256, 4, 2),
            beam: (rng.sign() * rng.range(0.10, 0.45) * stage.half_x, rng.range(-0.35, 0.05) * stage.half_y),
            lean: rng.range(-0.7, 0.7),
            rise: if matches!(stage.mood, Mood::Fresh | Mood::Energetic | Mood::Playful | Mood::Tech) {
                -1.0
            } else {
                0.6
            },
            half_x: stage.half_x,
            half_y: stage.half_y,
            diagonal: stage.half_diagonal(),
            coarse: Vec::new(),
        }
    }

    /// How much light falls on a point of the volume: a broad leaning beam.
    fn lit(&self, x: f32, y: f32) -> f32 {
        let across = x - self.beam.0 - self.lean * (y - self.beam.1) * 0.6;
        let along = (y - self.beam.1) / (0.8 + self.half_y * 0.4);
        pool(across * across / 0.30 + 0.35 * along * along)
    }
}

impl Paint for Particles {
    fn paint(&mut self, moment: &Moment, canvas: &mut Canvas) {
        let t = moment.t;
        let far = moment.view.layer(0.3);
        let mut coarse = std::mem::take(&mut self.coarse);
        let s = &self.scheme;
        canvas.fill_coarse(&mut coarse, |sx, sy| {
            let (x, y) = far.at(sx, sy);
            let lit = self.lit(x, y);
            let haze = self.haze.at(x * 0.20 + 0.008 * t, y * 0.17 + 0.006 * self.rise * t);
            let veil = self.haze.at(x * 0.45 - 0.010 * t + 0.4, y * 0.38 + 0.008 * self.rise * t);
            let smoke = 1.0 + 0.42 * haze + 0.16 * veil;
            let floor = smooth(-0.2, 1.0, y / self.half_y);
            let level = if s.dark { 0.04 + 0.62 * lit * smoke } else { 0.26 + 0.52 * lit * smoke - 0.10 * floor };
            let mut colour = tint(s.ramp(level), s.key);
            let (ax, ay) = ((x + self.beam.0 * 1.6) / 0.75, (y - self.half_y * 0.8) / 0.85);
            colour = add(colour, s.wash, if s.dark { 0.05 } else { 0.16 } * pool(ax * ax + ay * ay) * smoke);
            scale(colour, vignette(sx / self.diagonal, sy / self.diagonal, if s.dark { 0.45 } else { 0.16 }))
        });
        self.coarse = coarse;

        for p in &self.particles {
            let near = 0.35 + 1.1 * p.depth;
            let (wx, wy) = ((self.half_x + 0.12) * 1.04, (self.half_y + 0.12) * 1.04);
            let sway = wave(0.47 * t * p.rate + p.phase) + 0.5 * wave(0.91 * t * p.rate + 1.7 * p.phase);
            let x = p.x * wx + near * (0.006 * t + 0.016 * sway);
            let y = p.y * wy + near * (0.020 * self.rise * t * p.rate + 0.010 * wave(0.53 * t + 2.3 * p.phase));
            let (x, y) = ((x + wx).rem_euclid(2.0 * wx) - wx, (y + wy).rem_euclid(2.0 * wy) - wy);
            let walls = smooth(1.0, 0.9, (x / wx).abs()) * smooth(1.0, 0.9, (y / wy).abs());
            let blur = (p.depth - FOCUS).abs();
            let blur = if p.depth > FOCUS { blur * 0.085 } else { blur * 0.030 };
            let radius = (p.size * p.size + blur * blur).sqrt();
            // Spread over its disc, but not so thin that it vanishes.
            let spread = (p.size / radius).powf(1.15);
            let turn = wave(1.1 * t * p.rate + p.phase);
            let glint = 1.0 + 2.2 * p.glint * turn.max(0.0).powi(6);
            let lit = 0.12 + 1.1 * self.lit(x, y);
            let power = walls * lit * spread * glint * (0.75 + 0.25 * turn) * if s.dark { 0.95 } else { 0.80 };
            let (x, y) = moment.view.layer(near).project(x, y);
            let soft = lerp(0.9, 0.28, smooth(0.004, 0.018, radius));
            Disc { x, y, radius, soft, rim: 0.12, light: scale(p.light, power) }.draw(canvas);
        }
    }
}
