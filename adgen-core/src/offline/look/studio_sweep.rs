//! `StudioSweep`: a seamless paper cove, a slowly moving pool of key light, a soft floor with a sheen.
//!
//! Depends on `random` and the shared parts of `look` only.

use std::f32::consts::TAU;

use super::{
    canvas::Canvas,
    noise::index,
    palette::Scheme,
    shade::{Rgb, add, lerp, pool, smooth, tint, vignette, wave},
    stage::{Moment, Paint, Stage},
};
use crate::random::Random;

/// What shapes the light on the wall.
#[derive(Debug, Clone, Copy)]
enum Light {
    /// A spot behind the product.
    Spot,
    /// A large source from one side.
    Side,
    /// A bank of light from above, cut off by its lower edge.
    Bank,
}

/// Like [`smooth`], with a curvature that has no jump either: over a wide fold, the eye would see one as a line.
fn smoother(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

#[derive(Debug)]
pub(super) struct StudioSweep {
    scheme: Scheme,
    light: Light,
    /// Side from which the key comes: -1 left, 1 right.
    side: f32,
    /// Where the wall bends into the floor.
    bend: f32,
    bow: f32,
    ground: f32,
    half_x: f32,
    half_y: f32,
    diagonal: f32,
    phase: f32,
    radius: f32,
    wash: f32,
}

impl StudioSweep {
    pub(super) fn new(stage: &Stage) -> Self {
        let mut rng = Random::new(stage.seed, 1);
        Self {
            scheme: stage.scheme.clone(),
            light: [Light::Spot, Light::Side, Light::Bank][index(&mut rng, 3)],
            side: rng.sign(),
            bend: stage.ground - rng.range(0.13, 0.19),
            bow: rng.range(0.02, 0.09),
            ground: stage.ground,
            half_x: stage.half_x,
            half_y: stage.half_y,
            diagonal: stage.half_diagonal(),
            phase: rng.range(0.0, TAU),
            radius: rng.range(0.50, 0.68),
            wash: rng.range(0.16, 0.34),
        }
    }

    /// What the floor receives of the wall's light: paper that is bent through has no step in brightness at the bend.
    fn ambient(&self, drift: f32) -> f32 {
        0.08 + 0.22 * self.wall(0.0, self.bend, drift)
    }

    /// Brightness of the wall, 0-1.
    fn wall(&self, x: f32, y: f32, drift: f32) -> f32 {
        let rise = self.bend - y;
        match self.light {
            Light::Spot => {
                let (dx, dy) = (x - self.side * 0.07 - drift, rise - 0.42);
                let d2 = (dx * dx + dy * dy * 0.72) / (self.radius * self.radius);
                0.10 + 1.0 * pool(d2)
            }
            Light::Side => {
                // Inverse-square light from beyond the frame's edge, grazing along the wall.
                let dx = (x - self.side * (self.half_x + 0.35) - drift) / (self.half_x + 0.55);
                let dy = (rise - 0.55) / 1.35;
                0.04 + 1.25 * pool(0.55 * dx * dx + dy * dy)
            }
            Light::Bank => {
                let tilt = self.side * 0.22 * x;
                let edge = smooth(-0.05, 0.75, rise + tilt + drift);
                let top = smooth(1.9, 0.5, rise);
                let across = pool((x - drift) * (x - drift) / (1.1 + self.half_x).powi(2));
                0.24 + 0.76 * edge * top * across
            }
        }
    }
}

impl Paint for StudioSweep {
    fn paint(&mut self, moment: &Moment, canvas: &mut Canvas) {
        let t = moment.t;
        let drift = 0.075 * wave(t * 0.42 + self.phase);
        let breath = 1.0 + 0.03 * wave(t * 0.31 + self.phase * 1.7);
        let (far, near) = (moment.view.layer(0.5), moment.view.layer(1.0));
        let s = &self.scheme;
        let contrast = lerp(0.55, 1.0, s.contrast);
        canvas.fill(|sx, sy| {
            let (x, y) = far.at(sx, sy);
            let (fx, fy) = near.at(sx, sy);
            let bow = self.bow * (x / (0.5 + self.half_x)).powi(2);
            let wall = self.wall(x, y, drift);

            // Floor: lit around the product, falling off towards the lens; glossy where the view is grazing.
            let depth = ((fy - self.bend) / (self.half_y - self.bend).max(0.05)).clamp(0.0, 1.4);
            let (dx, dy) = ((fx - drift * 0.6) / 0.70, (fy - self.ground + 0.02) / 0.30);
            let spot = pool(dx * dx + dy * dy);
            let mirrored = self.wall(x, self.bend - (fy - self.bend) * 1.5, drift);
            let sheen = mirrored * lerp(0.42, 0.10, smooth(0.0, 0.9, depth));
            let floor = self.ambient(drift) + 0.40 * spot + sheen - 0.16 * depth;

            let to_floor = smoother(-0.19, 0.17, y - self.bend - bow);
            let fold = (y - self.bend - bow + 0.03) / 0.13;
            let level = lerp(wall, floor, to_floor) - 0.055 * pool(fold * fold);
            let level = (0.5 + (level * breath - 0.5) * contrast).max(0.0);
            let mut colour: Rgb = tint(s.ramp(level), s.key);

            // A breath of the accent from the other side: two lights make a set.
            let (ax, ay) = ((x + self.side * (self.half_x + 0.18)) / 0.62, (y + 0.10) / 0.8);
            colour = add(colour, s.wash, self.wash * if s.dark { 0.32 } else { 0.35 } * pool(ax * ax + ay * ay));
            let v = vignette(sx / self.diagonal, sy / self.diagonal, if s.dark { 0.45 } else { 0.20 });
            colour.map(|c| c * v)
        });
    }
}
