//! What stands between the sun and the wall: a window's bars, or leaves in a slow wind.
//!
//! A soft mask that is drawn once and sampled with a sway. Depends on `random`, `noise`, `shade`.

use std::f32::consts::{PI, TAU};

use super::{
    mood::Mood,
    noise::index,
    shade::{blur, smooth, wave},
};
use crate::random::Random;

const SIDE: usize = 448;
/// Half the extent of the mask, in scene units.
const EXTENT: f32 = 1.25;

/// A mask: 1 where the sun comes through, 0 in the shadow.
#[derive(Debug)]
pub(super) struct Gobo {
    values: Vec<f32>,
    sway: f32,
    phase: f32,
}

impl Gobo {
    /// Leaves or a window, as suits the mood.
    pub(super) fn new(mood: Mood, rng: &mut Random) -> Self {
        let leaves = match mood {
            Mood::Natural | Mood::Warm | Mood::Fresh => rng.unit() < 0.7,
            Mood::Calm | Mood::Playful => rng.unit() < 0.5,
            Mood::Luxury => rng.unit() < 0.3,
            Mood::Energetic | Mood::Tech => false,
        };
        let mut values = vec![1.0; SIDE * SIDE];
        if leaves {
            let side = rng.sign();
            palm(&mut values, side, rng);
            palm(&mut values, if rng.unit() < 0.6 { -side } else { side }, rng);
            blur(&mut values, SIDE, SIDE, 2);
        } else {
            window(&mut values, rng);
            blur(&mut values, SIDE, SIDE, 3);
        }
        Self { values, sway: if leaves { 0.020 } else { 0.004 }, phase: rng.range(0.0, TAU) }
    }

    /// How much sun reaches a point of the wall at time `t`, 0-1.
    #[inline]
    pub(super) fn at(&self, x: f32, y: f32, t: f32) -> f32 {
        // The wind bends what hangs from above: more the lower it is.
        let hang = 0.6 + 0.4 * y;
        let x = x + self.sway * hang * (wave(0.71 * t + self.phase + 0.7 * y) + 0.5 * wave(1.13 * t + 1.9 * y));
        let y = y + 0.4 * self.sway * wave(0.57 * t + self.phase + 1.1 * x);
        let to = |v: f32| ((v + EXTENT) * (SIDE as f32 / (2.0 * EXTENT)) - 0.5).clamp(0.0, (SIDE - 2) as f32);
        let (x, y) = (to(x), to(y));
        let (c, r) = (x as usize, y as usize);
        let (fx, fy) = (x - c as f32, y - r as f32);
        let row = |r: usize| {
            let (a, b) = (self.values[r * SIDE + c], self.values[r * SIDE + c + 1]);
            a + (b - a) * fx
        };
        let (top, bottom) = (row(r), row(r + 1));
        top + (bottom - top) * fy
    }
}

fn place(i: usize) -> (f32, f32) {
    let to = |i: usize| (i as f32 + 0.5) / SIDE as f32 * 2.0 * EXTENT - EXTENT;
    (to(i % SIDE), to(i / SIDE))
}

/// A slanted patch of sun with bars across it.
fn window(values: &mut [f32], rng: &mut Random) {
    let side = rng.sign();
    let (shear, slope) = (side * rng.range(0.25, 0.55), side * rng.range(0.10, 0.32));
    let columns = 2.0 + index(rng, 2) as f32;
    let rows = 2.0 + index(rng, 3) as f32;
    let blinds = rng.unit() < 0.35;
    let (pw, ph) = (rng.range(0.30, 0.38), rng.range(0.32, 0.42));
    let (cx, cy) = (side * rng.range(0.02, 0.14), rng.range(-0.30, -0.12));
    let soft = 0.012;
    for (i, value) in values.iter_mut().enumerate() {
        let (x, y) = place(i);
        // The sun falls aslant: what is upright leans, what is level slopes.
        let (x, y) = (x - cx, y - cy);
        let (u, v) = (x + shear * y, y + slope * x);
        let (width, height) = (columns * pw * 0.5, rows * ph * 0.5);
        let inside = smooth(soft, -soft, u.abs() - width) * smooth(soft, -soft, v.abs() - height);
        let bars = if blinds {
            let k = (v / 0.105).rem_euclid(1.0) - 0.5;
            smooth(0.36, 0.20, k.abs())
        } else {
            let bar = |q: f32, step: f32, count: f32| {
                let k = q / step + 0.5 * count;
                let d = (k - k.round()).abs() * step;
                smooth(0.014 - soft, 0.014 + soft, d)
            };
            bar(u, pw, columns) * bar(v, ph, rows)
        };
        *value = inside * bars;
    }
}

/// A palm frond: a bent stem with narrow leaflets on both sides.
fn palm(values: &mut [f32], side: f32, rng: &mut Random) {
    let (x0, y0) = (side * rng.range(0.35, 0.95), rng.range(-1.05, -0.55));
    let mut angle = PI * 0.5 + side * rng.range(0.35, 1.05);
    let bend = side * rng.range(-0.5, 0.35);
    let length = rng.range(0.9, 1.3);
    let count = 15;
    let density = rng.range(0.72, 0.92);
    let (mut x, mut y) = (x0, y0);
    for i in 0..count {
        let along = i as f32 / count as f32;
        let (nx, ny) = (x + angle.cos() * length / count as f32, y + angle.sin() * length / count as f32);
        stroke(values, (x, y), (nx, ny), 0.007, 0.006, density);
        let leaf = 0.46 * (PI * (0.12 + 0.83 * along)).sin() * rng.range(0.85, 1.1);
        for turn in [-1.0, 1.0] {
            let open = turn * (0.95 - 0.42 * along + rng.range(-0.10, 0.10));
            let (lx, ly) = (nx + (angle + open).cos() * leaf, ny + (angle + open).sin() * leaf + 0.06 * leaf);
            stroke(values, (nx, ny), (lx, ly), 0.021, 0.0, density);
        }
        angle += bend / count as f32;
        (x, y) = (nx, ny);
    }
}

/// A leaf-shaped stroke: widest a third of the way, `tail` wide at its end.
fn stroke(values: &mut [f32], from: (f32, f32), to: (f32, f32), width: f32, tail: f32, density: f32) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let square = (dx * dx + dy * dy).max(1e-9);
    let cell = 2.0 * EXTENT / SIDE as f32;
    let index = |v: f32| (((v + EXTENT) / cell).max(0.0) as usize).min(SIDE - 1);
    let (left, right) = (index(from.0.min(to.0) - width), index(from.0.max(to.0) + width));
    let (top, bottom) = (index(from.1.min(to.1) - width), index(from.1.max(to.1) + width));
    for row in top..=bottom {
        for column in left..=right {
            let i = row * SIDE + column;
            let (x, y) = place(i);
            let k = (((x - from.0) * dx + (y - from.1) * dy) / square).clamp(0.0, 1.0);
            let d = (x - from.0 - k * dx).hypot(y - from.1 - k * dy);
            let half = tail + (width - tail) * (k * (1.0 - k) * (1.4 - 0.8 * k)).max(0.0) * 3.2;
            let cover = smooth(half + cell, half - cell, d) * density;
            values[i] = values[i].min(1.0 - cover);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_have_light_and_shadow_and_move_slowly() {
        for (mood, seed) in [(Mood::Natural, 1), (Mood::Tech, 2), (Mood::Luxury, 3)] {
            let gobo = Gobo::new(mood, &mut Random::new(seed, 0));
            let (low, high) = gobo.values.iter().fold((1.0f32, 0.0f32), |(l, h), &v| (l.min(v), h.max(v)));
            assert!(low < 0.4 && high > 0.8, "{mood:?}: {low} {high}");
            for i in 0..400 {
                let (x, y) = ((i % 20) as f32 * 0.1 - 1.0, (i / 20) as f32 * 0.1 - 1.0);
                assert!((gobo.at(x, y, 1.0) - gobo.at(x, y, 1.0 + 1.0 / 30.0)).abs() < 0.08);
            }
        }
    }
}
