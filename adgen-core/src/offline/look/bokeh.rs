//! `Bokeh`: lights far out of focus, at several depths, over a soft gradient.
//!
//! Depends on `random` and the shared parts of `look` only.

use std::f32::consts::TAU;

use super::{
    canvas::Canvas,
    palette::Scheme,
    shade::{Rgb, add, lerp, mix, pool, scale, smooth, tint, vignette, wave},
    sprite::Disc,
    stage::{Moment, Paint, Stage},
};
use crate::random::Random;

#[derive(Debug)]
struct Lamp {
    x: f32,
    y: f32,
    /// 0 far to 1 near.
    depth: f32,
    radius: f32,
    light: Rgb,
    soft: f32,
    rim: f32,
    phase: f32,
    rate: f32,
}

#[derive(Debug)]
pub(super) struct Bokeh {
    scheme: Scheme,
    lamps: Vec<Lamp>,
    half_x: f32,
    half_y: f32,
    diagonal: f32,
    glow: (f32, f32),
    drift: (f32, f32),
    coarse: Vec<Rgb>,
}

impl Bokeh {
    pub(super) fn new(stage: &Stage) -> Self {
        let mut rng = Random::new(stage.seed, 2);
        let s = &stage.scheme;
        let (hx, hy) = (stage.half_x + 0.15, stage.half_y + 0.15);
        let white = if s.dark { scale(s.key, 0.95) } else { scale(s.key, 1.25) };
        let warm = mix(s.accent, white, if s.dark { 0.30 } else { 0.5 });
        let pale = mix(s.accent2, white, if s.dark { 0.45 } else { 0.6 });
        let hues =
            if s.dark { [s.accent, warm, s.accent2, pale, white] } else { [white, warm, s.accent, pale, s.accent2] };
        // Lights stand in streets and strings, not in an even scatter: a tilted band, and one flock beside it.
        let tilt = rng.range(-0.5, 0.5);
        let band = rng.range(-0.45, 0.30) * hy;
        let flock = (rng.sign() * rng.range(0.35, 0.8) * hx, rng.range(-0.8, 0.8) * hy);
        let mut lamps: Vec<Lamp> = Vec::new();
        let area = (hx * hy * 4.0).sqrt();
        let count = (46.0 * area) as usize;
        for i in 0..count {
            let depth = rng.unit().powf(1.6);
            let (x, y) = match i % 8 {
                0..4 => {
                    let x = rng.range(-hx, hx);
                    (x, band + tilt * x + rng.normal() * 0.20 * hy)
                }
                4..6 => (flock.0 + rng.normal() * 0.30, flock.1 + rng.normal() * 0.34),
                _ => (rng.range(-hx, hx), rng.range(-hy, hy)),
            };
            let radius = lerp(0.022, 0.135, depth) * rng.range(0.75, 1.25);
            // Fewer discs on top of each other, and few before the product's place.
            let crowded = lamps.iter().filter(|l| (l.x - x).hypot(l.y - y) < (l.radius + radius) * 0.62).count();
            let centre = (x / 0.36).powi(2) + (y / 0.46).powi(2);
            if crowded > 1 || (centre < 1.0 && rng.unit() < 0.72) {
                continue;
            }
            let calm = lerp(0.28, 1.0, smooth(0.3, 2.2, centre));
            // The same lamp spread over a larger disc is dimmer, though not as much as physics has it: taste.
            let bright = 0.30 + 1.25 * rng.unit() * rng.unit();
            let power = lerp(0.85, 0.20, depth) * bright * calm * if s.dark { 1.0 } else { 0.62 };
            let hue = hues[(rng.unit() * rng.unit() * 1.35 * hues.len() as f32) as usize % hues.len()];
            lamps.push(Lamp {
                x,
                y,
                depth,
                radius,
                light: scale(hue, power),
                soft: lerp(0.10, 0.22, depth) * rng.range(0.8, 1.5),
                rim: rng.range(0.05, 0.45),
                phase: rng.range(0.0, TAU),
                rate: rng.range(0.35, 1.0),
            });
        }
        let angle = rng.range(0.0, TAU);
        Self {
            scheme: s.clone(),
            lamps,
            half_x: stage.half_x,
            half_y: stage.half_y,
            diagonal: stage.half_diagonal(),
            glow: (rng.range(-0.5, 0.5) * stage.half_x, rng.range(-0.55, 0.1) * stage.half_y),
            drift: (0.008 * angle.cos(), 0.006 * angle.sin() - 0.004),
            coarse: Vec::new(),
        }
    }
}

impl Paint for Bokeh {
    fn paint(&mut self, moment: &Moment, canvas: &mut Canvas) {
        let t = moment.t;
        let s = &self.scheme;
        let far = moment.view.layer(0.2);
        let (gx, gy) = (self.glow.0 + 0.05 * wave(t * 0.3), self.glow.1 + 0.04 * wave(t * 0.23 + 1.0));
        let (hy, diagonal) = (self.half_y, self.diagonal);
        canvas.fill_coarse(&mut self.coarse, |sx, sy| {
            let (x, y) = far.at(sx, sy);
            let (dx, dy) = ((x - gx) / 0.75, (y - gy) / 0.9);
            let level = if s.dark { 0.05 } else { 0.34 } + 0.52 * pool(dx * dx + dy * dy) - 0.08 * (y / hy);
            let mut colour = tint(s.ramp(level), s.key);
            let (ax, ay) = ((x + gx * 1.4) / 0.8, (y - hy * 0.75) / 0.7);
            let (wash, amount) = if s.dark { (s.wash, 0.05) } else { (s.accent2, 0.10) };
            colour = add(colour, wash, amount * pool(ax * ax + ay * ay));
            scale(colour, vignette(sx / diagonal, sy / diagonal, if s.dark { 0.4 } else { 0.15 }))
        });
        for lamp in &self.lamps {
            let layer = moment.view.layer(0.3 + 1.5 * lamp.depth);
            let pace = 0.4 + 1.4 * lamp.depth;
            let sway = 0.006 * wave(t * 0.37 * lamp.rate + lamp.phase);
            let (x, y) = (lamp.x + (self.drift.0 * t) * pace + sway, lamp.y + (self.drift.1 * t) * pace);
            let (x, y) = layer.project(x, y);
            let twinkle = 1.0 + 0.16 * wave(t * 1.3 * lamp.rate + lamp.phase);
            // Towards the frame's edge the lens cuts into the cone of light.
            let edge = smooth(1.25, 0.8, (x / (self.half_x + 0.1)).abs().max((y / (self.half_y + 0.1)).abs()) * 0.9);
            Disc {
                x,
                y,
                radius: lamp.radius / layer.scale,
                soft: lamp.soft,
                rim: lamp.rim,
                light: scale(lamp.light, twinkle * lerp(0.6, 1.0, edge)),
            }
            .draw(canvas);
        }
    }
}
