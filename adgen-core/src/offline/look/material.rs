//! The ground's texture: stone, wood, concrete or linen, seen in perspective.
//!
//! Drawn once per clip at full size, then sampled row by row as the camera moves. Depends on `random`, `noise`, `camera`.

use super::{
    camera::{Layer, TRAVEL},
    mood::Mood,
    noise::{Noise, index},
    palette::Lch,
    shade::{Rgb, lerp, mix, smooth, wave},
    stage::Stage,
};
use crate::random::Random;

/// What the table is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Material {
    Stone,
    Wood,
    Concrete,
    Linen,
}

impl Material {
    /// A material that suits the mood.
    pub(super) fn pick(mood: Mood, rng: &mut Random) -> Self {
        let choice: &[Self] = match mood {
            Mood::Calm => &[Self::Linen, Self::Stone, Self::Wood],
            Mood::Fresh | Mood::Playful => &[Self::Stone, Self::Concrete, Self::Linen],
            Mood::Warm | Mood::Natural => &[Self::Wood, Self::Linen, Self::Stone],
            Mood::Luxury => &[Self::Stone, Self::Stone, Self::Wood],
            Mood::Energetic | Mood::Tech => &[Self::Concrete, Self::Stone],
        };
        choice[index(rng, choice.len())]
    }

    /// Its colour beside a backdrop of colour `back`: its own, drawn a little towards the backdrop's.
    pub(super) fn colour(self, back: Rgb, dark: bool) -> Rgb {
        let near = Lch::from_linear(back);
        let own = match self {
            Self::Stone if dark => Lch::new(0.235, near.c * 0.45, near.h),
            Self::Stone => Lch::new(0.895, near.c * 0.35, near.h),
            Self::Wood if dark => Lch::new(0.335, 0.042, 55.0),
            Self::Wood => Lch::new(0.690, 0.066, 66.0),
            Self::Concrete if dark => Lch::new(0.330, 0.008, near.h),
            Self::Concrete => Lch::new(0.775, 0.010, near.h),
            Self::Linen if dark => Lch::new(0.400, 0.018, 80.0),
            Self::Linen => Lch::new(0.870, 0.018, 86.0),
        };
        mix(own.to_linear(), back, 0.12)
    }

    /// How much the far end mirrors the wall, 0-1.
    pub(super) fn gloss(self) -> f32 {
        match self {
            Self::Stone => 0.55,
            Self::Wood => 0.26,
            Self::Concrete => 0.14,
            Self::Linen => 0.04,
        }
    }
}

/// The texture as it lies in the frame at rest, in factors on code values.
#[derive(Debug)]
pub(super) struct Ground {
    width: usize,
    height: usize,
    /// Pixels per scene unit.
    unit: f32,
    /// Scene position of the plate's left upper corner.
    left: f32,
    top: f32,
    horizon: f32,
    ground: f32,
    values: Vec<f32>,
}

impl Ground {
    /// `edge`: where the table ends; `horizon`: where its plane would vanish.
    pub(super) fn new(stage: &Stage, material: Material, edge: f32, horizon: f32, rng: &mut Random) -> Self {
        let unit = stage.width.min(stage.height) as f32;
        let nearest = (stage.half_y - horizon) / (stage.ground - horizon).max(0.05);
        let margin = TRAVEL * nearest + 0.02;
        let width = ((stage.half_x + margin) * 2.0 * unit).ceil() as usize + 2;
        let height = ((stage.half_y - edge + 0.02).max(0.0) * unit).ceil() as usize + 2;
        let mut ground = Self {
            width,
            height,
            unit,
            left: -0.5 * width as f32 / unit,
            top: edge,
            horizon,
            ground: stage.ground,
            values: vec![1.0; width * height],
        };
        let pattern = Pattern::new(material, stage.scheme.dark, rng);
        for row in 0..height {
            for column in 0..width {
                let mut sum = 0.0;
                for (sx, sy) in [(0.125, 0.375), (0.375, 0.875), (0.625, 0.125), (0.875, 0.625)] {
                    let y = ground.top + (row as f32 + sy) / unit;
                    let x = ground.left + (column as f32 + sx) / unit;
                    let z = ground.distance(y);
                    // One pixel's size on the table, across and along the view.
                    let (across, along) = (z / unit, 2.0 * z * z / (ground.ground - horizon).max(0.05) / unit);
                    sum += pattern.at(x * z, 2.0 * z, across, along);
                }
                // The lens is focused on the product; the far end and the nearest part are a little soft.
                let y = ground.top + row as f32 / unit;
                let focus = lerp(0.35, 1.0, smooth(edge, ground.ground - 0.02, y));
                let focus = focus * lerp(1.0, 0.7, smooth(ground.ground + 0.08, ground.ground + 0.5, y));
                ground.values[row * width + column] = 1.0 + (sum * 0.25) * focus;
            }
        }
        ground
    }

    /// Distance of the table's point seen at height `y`, in distances of the product.
    fn distance(&self, y: f32) -> f32 {
        (self.ground - self.horizon) / (y - self.horizon).max(0.02)
    }

    /// The factors for a frame row at scene height `y`; false above the table. `width`: of the frame.
    pub(super) fn row(&self, layer: Layer, screen_y: f32, width: usize, out: &mut [f32]) -> bool {
        // A camera that travels sideways shears a plane: what is nearer moves more.
        let y = screen_y * layer.scale + layer.y;
        let shift = layer.x / self.distance(y).max(0.05);
        let at = (y - self.top) * self.unit - 0.5;
        if at < -1.0 {
            return false;
        }
        let row = at.max(0.0);
        let (row, k) = ((row as usize).min(self.height - 2), (row - row.floor()).clamp(0.0, 1.0));
        let (upper, lower) = (&self.values[row * self.width..], &self.values[(row + 1) * self.width..]);
        let (upper, lower) = (&upper[..self.width], &lower[..self.width]);
        let step = layer.scale;
        let start = ((0.5 - 0.5 * width as f32) / self.unit * step + shift - self.left) * self.unit - 0.5;
        // Soft over the first rows, as the far edge is out of focus.
        let fade = smooth(-1.0, 0.012 * self.unit, at);
        let last = (self.width - 2) as f32;
        for (i, value) in out.iter_mut().enumerate() {
            let x = (start + i as f32 * step).clamp(0.0, last);
            let c = x as usize;
            let f = x - c as f32;
            let (a, b) = (lerp(upper[c], upper[c + 1], f), lerp(lower[c], lower[c + 1], f));
            *value = 1.0 + (lerp(a, b, k) - 1.0) * fade;
        }
        true
    }
}

/// A material's pattern on the table's plane.
#[derive(Debug)]
struct Pattern {
    material: Material,
    noise: Noise,
    dark: bool,
    angle: (f32, f32),
    offset: (f32, f32),
}

impl Pattern {
    fn new(material: Material, dark: bool, rng: &mut Random) -> Self {
        let angle = rng.range(-0.9, 0.9);
        Self {
            material,
            noise: Noise::new(rng.bits()),
            dark,
            angle: (angle.cos(), angle.sin()),
            offset: (rng.range(-9.0, 9.0), rng.range(-9.0, 9.0)),
        }
    }

    /// Deviation from 1 at a point of the table; `across`, `along` are a pixel's extent there.
    fn at(&self, x: f32, z: f32, across: f32, along: f32) -> f32 {
        // A part of the pattern fades before it becomes finer than the pixels, which would shimmer.
        let seen = |size: f32, pixel: f32| smooth(0.9, 2.4, size / pixel);
        let pixel = across.max(along * 0.6);
        let noise = |x: f32, z: f32, f: f32| self.noise.at(x * f, z * f) * seen(0.7 / f, pixel);
        let (u, v) = (x + self.offset.0, z + self.offset.1);
        match self.material {
            Material::Stone => {
                let (c, s) = self.angle;
                let (p, q) = (u * c + v * s, v * c - u * s);
                let (wx, wz) = (noise(p, q, 1.3), noise(p + 5.2, q - 3.1, 1.3));
                let (a, b) = (p * 0.55 + 0.55 * wx + 0.16 * noise(p, q, 4.1), q * 1.2 + 0.5 * wz);
                let vein = |f: f32, width: f32| {
                    let ridge = self.noise.at(a * f, b * f).abs();
                    smooth(width, 0.0, ridge) * smooth(-0.5, 0.5, self.noise.at(a * f * 0.6 + 9.0, b * f * 0.6))
                };
                let veins = 0.65 * vein(1.3, 0.10) * seen(0.10, pixel) + 0.5 * vein(2.9, 0.055) * seen(0.03, pixel);
                let cloud = 0.045 * self.noise.fractal(p * 1.1, q * 1.1, 3);
                let speckle = 0.018 * noise(u, v, 90.0) + 0.014 * noise(u + 3.0, v, 190.0);
                if self.dark { cloud + 0.42 * veins * veins + 1.6 * speckle } else { cloud - 0.13 * veins + speckle }
            }
            Material::Wood => {
                // Boards run across the table; each has a grain of its own.
                let board = v * 2.6;
                let index = board.floor();
                let inside = board - index;
                let own = index * 7.31;
                let shade = 0.07 * self.noise.at(own, 0.5);
                let bend = 0.10 * self.noise.at(u * 0.8 + own, v * 1.1) + 0.02 * self.noise.at(u * 3.0, own + v * 4.0);
                let rings = wave((v + bend) * 74.0 + 5.0 * self.noise.at(u * 0.5 + own, v * 2.2));
                let rings = 0.05 * rings * seen(0.045, along);
                let fibre = 0.055 * self.noise.at(u * 5.0 + own, v * 130.0) * seen(0.008, along)
                    + 0.045 * self.noise.at(u * 2.6 - own, v * 52.0) * seen(0.02, along)
                    + 0.04 * self.noise.at(u * 1.2, v * 17.0 + own);
                let gap = inside.min(1.0 - inside) / 2.6;
                let width = 0.0035 + 0.5 * along;
                let gap = smooth(width, 0.0, gap) * (0.0035 / width).min(1.0);
                shade + rings + fibre - 0.55 * gap
            }
            Material::Concrete => {
                let cloud = 0.10 * self.noise.fractal(u * 1.4, v * 1.4, 4);
                let fine =
                    0.035 * noise(u, v, 38.0) + 0.035 * noise(u + 7.0, v, 95.0) + 0.03 * noise(u, v + 4.0, 210.0);
                let pore = self.noise.at(u * 26.0 + 50.0, v * 26.0);
                cloud + fine - 0.20 * smooth(0.56, 0.72, pore) * seen(0.018, pixel)
            }
            Material::Linen => {
                let (c, s) = (0.985, 0.174);
                let (p, q) = (u * c + v * s, v * c - u * s);
                // Threads wander, and are thicker and thinner along their way: an even grid would look printed.
                let stray = 0.004 * self.noise.at(p * 6.0, q * 6.0);
                let thick = 1.0 + 0.9 * self.noise.at(p * 14.0, q * 90.0);
                let thin = 1.0 + 0.9 * self.noise.at(p * 90.0, q * 14.0);
                let (warp, weft) = (wave((p + stray) * 1050.0), wave((q - stray) * 1050.0));
                let weave = 0.030 * (warp * thin + weft * thick) * seen(0.0062, pixel);
                let slub = 0.034 * self.noise.at(p * 22.0, q * 150.0) * seen(0.005, pixel)
                    + 0.034 * self.noise.at(p * 150.0, q * 22.0) * seen(0.005, pixel);
                let rumple = 0.085 * self.noise.fractal(u * 1.3 + 0.5 * v, v * 0.8, 2);
                weave + slub + rumple
            }
        }
    }
}
