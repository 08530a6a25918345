//! `Podium`: a round pedestal of two steps before a niche.
//!
//! Forms are drawn once, with their edges, then lit anew for every frame. Depends on `random` and the shared parts of
//! `look` only.

use std::f32::consts::TAU;

use super::{
    camera::{Layer, TRAVEL, ZOOM},
    canvas::Canvas,
    palette::Scheme,
    shade::{Rgb, add, lerp, mix, pool, scale, smooth, tint, vignette, wave},
    stage::{Moment, Paint, Stage},
};
use crate::random::Random;

/// A picture larger than the frame: colour times shade, and cover.
#[derive(Debug)]
struct Plate {
    width: usize,
    height: usize,
    density: f32,
    left: f32,
    top: f32,
    pixels: Vec<[f32; 4]>,
}

impl Plate {
    fn new(stage: &Stage, nearness: f32, mut paint: impl FnMut(f32, f32, f32) -> [f32; 4]) -> Self {
        let density = stage.width.min(stage.height) as f32 / 2.0;
        let margin = TRAVEL * nearness + ZOOM * 0.2 + 0.02;
        let (left, top) = (-stage.half_x - margin, -stage.half_y - margin);
        let width = (-2.0 * left * density).ceil() as usize + 2;
        let height = (-2.0 * top * density).ceil() as usize + 2;
        let mut pixels = Vec::with_capacity(width * height);
        for row in 0..height {
            for column in 0..width {
                let (x, y) = (left + column as f32 / density, top + row as f32 / density);
                pixels.push(paint(x, y, 1.0 / density));
            }
        }
        Self { width, height, density, left, top, pixels }
    }

    /// The two rows around a screen height and how far between them.
    fn rows(&self, layer: Layer, y: f32) -> (&[[f32; 4]], &[[f32; 4]], f32) {
        let at = ((y * layer.scale + layer.y - self.top) * self.density).clamp(0.0, (self.height - 2) as f32);
        let row = at as usize;
        let cut = |row: usize| &self.pixels[row * self.width..][..self.width];
        (cut(row), cut(row + 1), at - row as f32)
    }

    #[inline]
    fn at(&self, (upper, lower, k): (&[[f32; 4]], &[[f32; 4]], f32), layer: Layer, x: f32) -> [f32; 4] {
        let at = ((x * layer.scale + layer.x - self.left) * self.density).clamp(0.0, (self.width - 2) as f32);
        let c = at as usize;
        let f = at - c as f32;
        let (wa, wb) = ((1.0 - f) * (1.0 - k), f * (1.0 - k));
        let (wc, wd) = ((1.0 - f) * k, f * k);
        let (a, b, c, d) = (&upper[c], &upper[c + 1], &lower[c], &lower[c + 1]);
        std::array::from_fn(|i| a[i] * wa + b[i] * wb + c[i] * wc + d[i] * wd)
    }
}

/// A round step: its top's middle, radii, and where its side ends.
#[derive(Debug, Clone, Copy)]
struct Step {
    y: f32,
    rx: f32,
    ry: f32,
    bottom: f32,
}

#[derive(Debug)]
pub(super) struct Podium {
    scheme: Scheme,
    back: Plate,
    front: Plate,
    side: f32,
    stand: f32,
    half_y: f32,
    diagonal: f32,
    phase: f32,
    coarse: Vec<Rgb>,
}

impl Podium {
    pub(super) fn new(stage: &Stage) -> Self {
        let mut rng = Random::new(stage.seed, 7);
        let s = &stage.scheme;
        let side = rng.sign();
        let below = stage.half_y - stage.ground;
        let rx = rng.range(0.27, 0.31);
        let upper = Step { y: stage.ground - 0.012, rx, ry: rx * 0.155, bottom: stage.ground + below * 0.27 };
        let wide = rx * rng.range(1.32, 1.5);
        let lower = Step { y: upper.bottom, rx: wide, ry: wide * 0.185, bottom: upper.bottom + below * 0.13 };
        let floor = stage.ground - 0.01 + below * 0.10;
        let tall = (floor + stage.half_y) * rng.range(0.76, 0.84);
        let half = (rng.range(0.37, 0.42)).min(tall * 0.5);
        let spring = floor - (tall - half);
        let round = rng.unit() < 0.3;
        let niche = |x: f32, y: f32, inset: f32| {
            let r = half - inset;
            if round {
                // A full circle instead: a disc on the wall, or the sun.
                x.hypot(y - (spring + 0.06)) - r
            } else if y < spring {
                x.hypot(y - spring) - r
            } else {
                x.abs() - r
            }
        };
        let wall_colour = s.back;
        let inner = mix(s.back, s.wash, if s.dark { 0.26 } else { 0.34 });
        let ground_colour = mix(s.back, s.light, 0.25);
        let back = Plate::new(stage, 0.6, |x, y, pixel| {
            let cover = |d: f32| smooth(pixel * 0.9, -pixel * 0.9, d);
            let wall = scale(wall_colour, 1.0 - 0.10 * smooth(0.22, 0.0, floor - y));
            let inside = cover(niche(x, y, 0.0));
            let deep = cover(niche(x, y, 0.030));
            // The reveal: bright where it faces the light, dark where it turns away.
            let facing = smooth(-half, half, -x * side);
            let above = smooth(spring, spring - half, y);
            let reveal = scale(mix(wall_colour, inner, 0.35), lerp(lerp(0.62, 1.18, facing), 0.70, above));
            // The rim throws its shadow onto the niche's ground.
            let shadow = smooth(0.035, -0.035, niche(x + side * 0.075, y - 0.06, 0.02));
            let ground = scale(inner, lerp(0.66, 1.0, shadow) * lerp(0.9, 1.0, smooth(0.5, 0.0, floor - y)));
            let colour = mix(mix(wall, reveal, inside), ground, deep);
            let to_floor = smooth(-pixel * 1.5, pixel * 1.5, y - floor);
            let depth = ((y - floor) / (stage.half_y - floor).max(0.05)).clamp(0.0, 1.2);
            // Shade under the pedestal, and its shadow, which falls away from the light.
            let under = {
                let (dx, dy) = (x / (lower.rx * 1.22), (y - lower.bottom) / (lower.ry * 1.45));
                pool((dx * dx + dy * dy - 0.55).max(0.0) * 2.2)
            };
            let cast = {
                let (dx, dy) = ((x + side * 0.34) / 0.46, (y - lower.bottom + 0.02) / 0.075);
                smooth(1.5, 0.2, dx * dx + dy * dy)
            };
            let crease = smooth(0.03, 0.0, y - floor);
            let shade = 1.0 - 0.42 * under - 0.26 * cast * (1.0 - under) - 0.10 * crease - 0.10 * depth;
            let floor_colour = scale(ground_colour, shade.max(0.2));
            let [r, g, b] = mix(colour, floor_colour, to_floor);
            [r, g, b, 1.0]
        });
        let stone = if s.dark { mix(s.back, s.light, 0.75) } else { mix(s.light, s.back, 0.35) };
        let front = Plate::new(stage, 1.0, |x, y, pixel| {
            let mut out = [0.0; 4];
            for (i, step) in [lower, upper].into_iter().enumerate() {
                let (cover, colour) = step.at(x, y, pixel, side, stone, (i == 0).then_some(upper));
                for (o, c) in out.iter_mut().zip([colour[0], colour[1], colour[2], 1.0]) {
                    *o = *o * (1.0 - cover) + c * cover;
                }
            }
            out
        });
        Self {
            scheme: s.clone(),
            back,
            front,
            side,
            stand: stage.ground,
            half_y: stage.half_y,
            diagonal: stage.half_diagonal(),
            phase: rng.range(0.0, TAU),
            coarse: Vec::new(),
        }
    }
}

impl Step {
    /// Cover and colour at a point; `above` is the step that stands on this one.
    fn at(&self, x: f32, y: f32, pixel: f32, side: f32, stone: Rgb, above: Option<Self>) -> (f32, Rgb) {
        let u = x / self.rx;
        let arc = (1.0 - u * u).max(0.0).sqrt();
        let top = {
            let q = (u * u + ((y - self.y) / self.ry).powi(2)).sqrt();
            (q - 1.0) * self.ry
        };
        let aa = |d: f32| smooth(pixel, -pixel, d);
        let beside = aa(x.abs() - self.rx);
        let body = beside * aa(self.y - y) * aa(y - (self.bottom + self.ry * arc));
        let cover = aa(top).max(body);
        if cover <= 0.0 {
            return (0.0, stone);
        }
        // Side: a cylinder under a broad light from one side, and a little from the other.
        let n = (u * side).clamp(-1.0, 1.0);
        let lambert = (0.55 * n + 0.83 * arc).max(0.0);
        let rim = smooth(0.55, 1.0, -n) * 0.16;
        let down = ((y - self.y - self.ry * arc) / (self.bottom - self.y).max(0.02)).clamp(0.0, 1.0);
        let body_colour = scale(stone, (0.20 + 0.52 * lambert + rim) * lerp(1.0, 0.82, down));
        let mut plane = lerp(0.98, 1.12, 0.5 + 0.5 * n);
        if let Some(above) = above {
            let (dx, dy) = (x / (above.rx * 1.10), (y - above.bottom) / (above.ry * 1.30));
            plane *= 1.0 - 0.42 * pool((dx * dx + dy * dy - 0.6).max(0.0) * 5.0);
            let (dx, dy) = ((x + side * 0.10) / above.rx, (y - above.bottom) / (above.ry * 1.05));
            plane *= 1.0 - 0.22 * smooth(1.35, 0.85, dx * dx + dy * dy);
        }
        let bevel = smooth(0.0045 + pixel, 0.0, top.abs()) * smooth(self.y - self.ry * 0.2, self.y + self.ry * 0.3, y);
        let mut colour = mix(body_colour, scale(stone, plane), aa(top));
        colour = scale(colour, 1.0 + 0.14 * bevel * (0.6 + 0.4 * n));
        (cover, colour)
    }
}

impl Paint for Podium {
    fn paint(&mut self, moment: &Moment, canvas: &mut Canvas) {
        let t = moment.t;
        let s = &self.scheme;
        let drift = 0.06 * wave(0.37 * t + self.phase);
        let sweep = 0.10 * wave(0.21 * t + self.phase * 1.3);
        let (side, half_y, stand, diagonal) = (self.side, self.half_y, self.stand, self.diagonal);
        let accent = s.wash;
        canvas.fill_coarse(&mut self.coarse, |x, y| {
            let (dx, dy) = ((x - side * 0.16 - drift) / 0.78, (y - stand + 0.34) / (0.45 + 0.5 * half_y));
            let spot = pool(dx * dx + dy * dy);
            // The edge of a flag before the lamp: a soft diagonal border between light and shade.
            let border = smooth(-0.30, 0.34, side * (x * 0.8 - sweep) - 0.55 * (y - stand) + 0.05);
            let base = if s.dark { 0.34 } else { 0.66 };
            let level = base + if s.dark { 1.55 } else { 0.40 } * spot * lerp(0.55, 1.0, border);
            let level = level - 0.14 * (1.0 - border) * if s.dark { 0.5 } else { 1.0 };
            let light = scale(s.key, level);
            let (ax, ay) = ((x + side * 0.7) / 0.6, (y - stand) / 0.8);
            let light = add(light, accent, if s.dark { 0.35 } else { 0.14 } * pool(ax * ax + ay * ay));
            scale(light, vignette(x / diagonal, y / diagonal, if s.dark { 0.40 } else { 0.14 }))
        });
        let (far, near) = (moment.view.layer(0.6), moment.view.layer(1.0));
        for row in 0..canvas.height {
            let y = canvas.y(row);
            let (back, front) = (self.back.rows(far, y), self.front.rows(near, y));
            for column in 0..canvas.width {
                let x = canvas.x(column);
                let b = self.back.at(back, far, x);
                let f = self.front.at(front, near, x);
                let hidden = 1.0 - f[3];
                let form = [f[0] + b[0] * hidden, f[1] + b[1] * hidden, f[2] + b[2] * hidden];
                let pixel = &mut canvas.pixels[row * canvas.width + column];
                *pixel = tint(form, *pixel);
            }
        }
    }
}
