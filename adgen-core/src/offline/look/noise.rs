//! Seeded noise: smooth gradients, and tileable textures.
//!
//! Depends on `random` alone. Same seed, same numbers, on every machine: only integer hashing and plain float arithmetic.
//! By hand, for textures are tiled and pixels are many: the crate `noise` has no period for its gradient noise, computes in `f64`, and
//! brings another version of `rand`.

use crate::random::{Random, hash};

/// One of `0..count` by its share of the unit interval; 0 for an empty range. Pictures were always chosen so.
pub(super) fn index(random: &mut Random, count: usize) -> usize {
    (random.unit() * count as f32) as usize % count.max(1)
}

/// Two-dimensional gradient noise (Perlin 2002, quintic fade), about -1 to 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise(u32);

impl Noise {
    pub(super) fn new(seed: u64) -> Self {
        Self((hash(seed) >> 32) as u32)
    }

    fn corner(self, x: i32, y: i32) -> u32 {
        let mut h = (x as u32).wrapping_mul(0x85eb_ca6b) ^ (y as u32).wrapping_mul(0xc2b2_ae35) ^ self.0;
        h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
        h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
        h ^ (h >> 15)
    }

    fn slope(hash: u32, x: f32, y: f32) -> f32 {
        // The corner's gradient is uniform in a square: cheaper than a unit vector and as smooth.
        let gx = (hash & 0xffff) as f32 / 32_768.0 - 1.0;
        let gy = (hash >> 16) as f32 / 32_768.0 - 1.0;
        gx * x + gy * y
    }

    /// The noise at a point; features are about one unit wide. `wrap` > 0 repeats it with that period.
    fn wrapped(self, x: f32, y: f32, wrap: i32) -> f32 {
        let (fx, fy) = (x.floor(), y.floor());
        let (dx, dy) = (x - fx, y - fy);
        let (ix, iy) = (fx as i32, fy as i32);
        let at = |x: i32, y: i32| {
            if wrap > 0 { self.corner(x.rem_euclid(wrap), y.rem_euclid(wrap)) } else { self.corner(x, y) }
        };
        let fade = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
        let (u, v) = (fade(dx), fade(dy));
        let a = Self::slope(at(ix, iy), dx, dy);
        let b = Self::slope(at(ix + 1, iy), dx - 1.0, dy);
        let c = Self::slope(at(ix, iy + 1), dx, dy - 1.0);
        let d = Self::slope(at(ix + 1, iy + 1), dx - 1.0, dy - 1.0);
        let top = a + (b - a) * u;
        (top + (c + (d - c) * u - top) * v) * 1.5
    }

    /// The noise at a point; features are about one unit wide.
    pub(super) fn at(self, x: f32, y: f32) -> f32 {
        self.wrapped(x, y, 0)
    }

    /// `octaves` layers, each twice as fine and half as strong.
    pub(super) fn fractal(self, x: f32, y: f32, octaves: usize) -> f32 {
        let (mut sum, mut gain, mut scale) = (0.0, 0.5, 1.0);
        for octave in 0..octaves {
            let shift = octave as f32 * 17.3;
            sum += gain * self.at(x * scale + shift, y * scale - shift);
            gain *= 0.5;
            scale *= 2.0;
        }
        sum
    }
}

/// A square texture that repeats seamlessly, sampled bilinearly.
#[derive(Debug, Clone)]
pub(super) struct Tile {
    size: usize,
    values: Vec<f32>,
}

impl Tile {
    /// Fractal noise, `cells` features across the tile in the coarsest octave; about -1 to 1.
    pub(super) fn fractal(seed: u64, size: usize, cells: i32, octaves: u32) -> Self {
        let size = size.next_power_of_two();
        let noise = Noise::new(seed);
        let mut values = vec![0.0; size * size];
        for (i, value) in values.iter_mut().enumerate() {
            let (x, y) = ((i % size) as f32 / size as f32, (i / size) as f32 / size as f32);
            for octave in 0..octaves {
                let wrap = cells << octave;
                let scale = wrap as f32;
                *value += noise.wrapped(x * scale, y * scale, wrap) * 0.5f32.powi(octave as i32);
            }
        }
        Self { size, values }
    }

    /// The value at `(x, y)`, in tiles: 0-1 is the first repeat.
    #[inline]
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x * self.size as f32, y * self.size as f32);
        let (fx, fy) = (x.floor(), y.floor());
        let (dx, dy) = (x - fx, y - fy);
        let mask = self.size - 1;
        let (x0, y0) = (fx as i32 as usize & mask, fy as i32 as usize & mask);
        let (x1, y1) = ((x0 + 1) & mask, (y0 + 1) & mask);
        let row = |y: usize| {
            let (a, b) = (self.values[y * self.size + x0], self.values[y * self.size + x1]);
            a + (b - a) * dx
        };
        let (top, bottom) = (row(y0), row(y1));
        top + (bottom - top) * dy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_continuous_bounded_and_not_flat() {
        let noise = Noise::new(7);
        let (mut low, mut high, mut last) = (0.0f32, 0.0f32, noise.at(-20.0, 0.3));
        for i in 1..4000 {
            let value = noise.at(-20.0 + i as f32 * 0.01, 0.3);
            assert!((value - last).abs() < 0.06, "jump at {i}");
            (low, high, last) = (low.min(value), high.max(value), value);
        }
        assert!(low < -0.3 && high > 0.3 && low > -1.5 && high < 1.5);
    }

    #[test]
    fn tile_repeats_without_a_seam() {
        let tile = Tile::fractal(3, 64, 4, 3);
        for i in 0..64 {
            let y = i as f32 / 64.0;
            assert!((tile.at(0.999, y) - tile.at(1.001, y)).abs() < 0.05);
            assert!((tile.at(0.25, y) - tile.at(-0.75, y)).abs() < 1e-3);
        }
    }

    #[test]
    fn generator_covers_its_range() {
        let mut rng = Random::new(1, 2);
        let draws: Vec<f32> = (0..2000).map(|_| rng.unit()).collect();
        let mean = draws.iter().sum::<f32>() / 2000.0;
        assert!((mean - 0.5).abs() < 0.03 && draws.iter().all(|d| (0.0..1.0).contains(d)));
        assert!((0..100).all(|_| rng.index(3) < 3) && rng.index(0) == 0);
    }
}
