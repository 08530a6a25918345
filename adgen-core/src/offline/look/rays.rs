//! `Rays`: shafts of light from beyond the frame through drifting haze.
//!
//! Depends on `random` and the shared parts of `look` only.

use std::f32::consts::TAU;

use super::{
    canvas::Canvas,
    noise::{Noise, Tile},
    palette::Scheme,
    shade::{Rgb, add, lerp, mix, pool, scale, smooth, tint, vignette, wave},
    sprite::Disc,
    stage::{Moment, Paint, Stage},
};
use crate::random::Random;

/// Entries of the table of shafts, over slopes from -`REACH` to `REACH`.
const SLOPES: usize = 1024;
const REACH: f32 = 4.0;

#[derive(Debug)]
struct Mote {
    x: f32,
    y: f32,
    radius: f32,
    phase: f32,
    rate: f32,
}

#[derive(Debug)]
pub(super) struct Rays {
    scheme: Scheme,
    source: (f32, f32),
    noise: Noise,
    haze: Tile,
    shafts: Vec<f32>,
    motes: Vec<Mote>,
    sharpness: f32,
    half_x: f32,
    half_y: f32,
    diagonal: f32,
}

impl Rays {
    pub(super) fn new(stage: &Stage) -> Self {
        let mut rng = Random::new(stage.seed, 4);
        let side = rng.sign();
        let motes = (0..46)
            .map(|_| Mote {
                x: rng.range(-stage.half_x, stage.half_x),
                y: rng.range(-stage.half_y, stage.half_y),
                radius: 0.0022 + 0.0085 * rng.unit().powi(3),
                phase: rng.range(0.0, TAU),
                rate: rng.range(0.6, 1.4),
            })
            .collect();
        Self {
            scheme: stage.scheme.clone(),
            source: (side * (stage.half_x * rng.range(0.5, 1.1) + 0.12), -stage.half_y - rng.range(0.28, 0.5)),
            noise: Noise::new(rng.bits()),
            haze: Tile::fractal(rng.bits(), 256, 4, 2),
            shafts: vec![0.0; SLOPES + 2],
            motes,
            sharpness: rng.range(2.2, 3.4),
            half_x: stage.half_x,
            half_y: stage.half_y,
            diagonal: stage.half_diagonal(),
        }
    }

    fn shaft(&self, slope: f32) -> f32 {
        let at = ((slope + REACH) / (2.0 * REACH) * SLOPES as f32).clamp(0.0, SLOPES as f32);
        let k = at as usize;
        lerp(self.shafts[k], self.shafts[k + 1], at - k as f32)
    }
}

impl Paint for Rays {
    fn paint(&mut self, moment: &Moment, canvas: &mut Canvas) {
        let t = moment.t;
        for i in 0..self.shafts.len() {
            let slope = (i as f32 / SLOPES as f32 * 2.0 - 1.0) * REACH * self.sharpness;
            // Leaves and clouds before the sun: broad shafts that open and close, finer ones that wander through them.
            let broad = self.noise.at(slope * 0.9 + 0.05 * t, 0.11 * t);
            let fine = self.noise.at(slope * 2.6 - 0.07 * t + 31.0, 0.16 * t + 7.0);
            self.shafts[i] = smooth(-0.45, 0.75, broad + 0.45 * fine);
        }
        let s = &self.scheme;
        let (sx, sy) = self.source;
        let (far, near) = (moment.view.layer(0.3), moment.view.layer(0.9));
        let reach = 2.0 * self.half_y + 0.5;
        let beam: Rgb = if s.dark { mix(mix(s.light, s.key, 0.32), s.accent, 0.28) } else { mix(s.light, s.key, 0.8) };
        let strength = if s.dark { 0.52 } else { 0.42 };
        canvas.fill(|px, py| {
            let (x, y) = far.at(px, py);
            let (dx, dy) = (x - sx, (y - sy).max(0.05));
            let slope = dx / dy;
            let distance = dx.hypot(dy);
            let fade = 1.0 / (0.35 + (distance / reach) * (distance / reach) * 3.2);
            let (hx, hy) = near.at(px, py);
            let drift = self.haze.at(hx * 0.19 + 0.008 * t, hy * 0.15 - 0.005 * t);
            let swirl = self.haze.at(hx * 0.43 - 0.012 * t + 0.5, hy * 0.33 + 0.004 * t + 0.3);
            let haze = (1.0 + 0.62 * drift + 0.26 * swirl).max(0.0);
            // Shafts lose their edges in the haze the farther they come.
            let shaft = lerp(self.shaft(slope), 0.45, smooth(0.5, 1.8, distance / reach));
            let cone = pool(slope * slope * 0.35);
            let light = shaft * fade * haze * cone * 0.62;
            let glow = pool((distance / (0.62 * reach)).powi(2));
            let ground = 0.07 * smooth(0.1, 1.0, y / self.half_y) * haze;
            let base = if s.dark { 0.06 + 0.46 * glow + ground } else { 0.20 + 0.50 * glow + ground };
            let mut colour = tint(s.ramp(base), s.key);
            let (ax, ay) = ((x + sx * 0.8) / 0.8, (y - self.half_y * 0.7) / 0.8);
            colour = add(colour, s.wash, if s.dark { 0.045 } else { 0.13 } * pool(ax * ax + ay * ay));
            colour = add(colour, beam, strength * light);
            scale(colour, vignette(px / self.diagonal, py / self.diagonal, if s.dark { 0.35 } else { 0.12 }))
        });
        for mote in &self.motes {
            // Around and around in a box a little larger than the frame, dark at its walls.
            let (wx, wy) = (self.half_x + 0.1, self.half_y + 0.1);
            let x = mote.x + 0.010 * t * mote.rate + 0.012 * wave(0.5 * t * mote.rate + mote.phase);
            let y = mote.y + 0.013 * t + 0.010 * wave(0.43 * t * mote.rate + 2.0 * mote.phase);
            let (u, v) = ((x + wx).rem_euclid(2.0 * wx) - wx, (y + wy).rem_euclid(2.0 * wy) - wy);
            let walls = smooth(1.0, 0.88, (u / wx).abs()) * smooth(1.0, 0.88, (v / wy).abs());
            let lit = self.shaft((u - sx) / (v - sy).max(0.05));
            let power = walls * lit * (0.6 + 0.4 * wave(0.9 * t * mote.rate + mote.phase)).max(0.0);
            let size = (0.0045 / mote.radius).min(1.0).powi(2);
            let (u, v) = moment.view.layer(1.2).project(u, v);
            let light = scale(s.key, power * (0.10 + 0.30 * size) * if s.dark { 1.0 } else { 0.8 });
            Disc { x: u, y: v, radius: mote.radius, soft: 0.7, rim: 0.0, light }.draw(canvas);
        }
    }
}
