//! Film grain, which is also the dither that keeps 8-bit gradients free of bands.
//!
//! A tile of slightly blue Gaussian noise, laid out anew for every frame. Depends on `random` and `noise`.

use crate::random::{Random, hash};

/// Side of the tile; a power of two.
const SIDE: usize = 512;
/// Longest run that is taken from the tile in one piece: the tile's rows are stored with this much overlap.
const RUN: usize = SIDE;

/// A field of noise with standard deviation 1.
#[derive(Debug, Clone)]
pub(super) struct Grain {
    seed: u64,
    rows: Vec<f32>,
}

/// The grain of one plane of one frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct GrainAt<'a> {
    grain: &'a Grain,
    x: usize,
    y: usize,
}

impl Grain {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Random::new(seed, 0x67a1);
        let white: Vec<f32> = (0..SIDE * SIDE).map(|_| rng.normal()).collect();
        let mask = SIDE - 1;
        let at = |x: usize, y: usize| white[(y & mask) * SIDE + (x & mask)];
        let mut rows = vec![0.0; SIDE * (SIDE + RUN)];
        for y in 0..SIDE {
            for x in 0..SIDE {
                // Taking away a part of the neighbours' mean moves the noise to frequencies that the eye sees less.
                let (l, r, u, d) = (x.wrapping_sub(1), x + 1, y.wrapping_sub(1), y + 1);
                let cross = at(l, y) + at(r, y) + at(x, u) + at(x, d);
                let value = (at(x, y) - 0.1 * cross) * 0.98;
                let row = y * (SIDE + RUN);
                rows[row + x] = value;
                rows[row + x + SIDE] = value;
            }
        }
        Self { seed, rows }
    }

    /// The noise for `plane` of frame `index`.
    pub(super) fn at(&self, index: u64, plane: u64) -> GrainAt<'_> {
        let bits = hash(self.seed ^ hash(index.wrapping_mul(4).wrapping_add(plane)));
        GrainAt { grain: self, x: bits as usize % SIDE, y: (bits >> 32) as usize % SIDE }
    }
}

impl<'a> GrainAt<'a> {
    /// The noise of row `y`, from column `x` (a multiple of [`GrainAt::step`]) on.
    pub(super) fn run(&self, x: usize, y: usize) -> &'a [f32] {
        // Neighbouring repeats of the tile are shifted against each other, so that no pattern shows.
        let block = hash((x / RUN) as u64 ^ ((y / SIDE) as u64) << 20) as usize;
        let row = (y + self.y + (block >> 20)) % SIDE;
        let start = row * (SIDE + RUN) + (self.x + block) % SIDE;
        &self.grain.rows[start..start + RUN]
    }

    /// Length of a run.
    pub(super) const fn step() -> usize {
        RUN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_centred_unit_variance_and_blue() {
        let grain = Grain::new(5);
        let at = grain.at(0, 0);
        let (mut sum, mut square, mut neighbour, mut n) = (0.0f64, 0.0f64, 0.0f64, 0.0f64);
        for y in 0..256 {
            for pair in at.run(0, y).windows(2) {
                let (a, b) = (f64::from(pair[0]), f64::from(pair[1]));
                (sum, square, neighbour, n) = (sum + a, square + a * a, neighbour + a * b, n + 1.0);
            }
        }
        assert!((sum / n).abs() < 0.02 && (square / n - 1.0).abs() < 0.1, "{} {}", sum / n, square / n);
        assert!(neighbour / n < -0.1, "{}", neighbour / n);
    }

    #[test]
    fn differs_by_frame_and_repeats_for_the_same() {
        let grain = Grain::new(5);
        assert_ne!(grain.at(0, 0).run(0, 3), grain.at(1, 0).run(0, 3));
        assert_eq!(grain.at(9, 1).run(512, 700), Grain::new(5).at(9, 1).run(512, 700));
    }
}
