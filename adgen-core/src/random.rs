//! Seeded random numbers: SplitMix64 (Steele, Lea and Flood 2014), with independent streams.
//!
//! Depends on nothing. The same seed gives the same numbers on every machine: integers, and floats that are made of them
//! exactly. By hand, for looks and pieces of music hang on the numbers of a seed: `fastrand` promises none from one version to the
//! next, and `rand` may change with each minor version what its ranges make of a portable generator's bits. What is called for each
//! pixel and sample is inlined: it is in another unit of the compiler's than those who call it.

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A good hash of one 64-bit number: every bit of it has a say in every bit of the answer.
#[inline]
pub(crate) fn hash(value: u64) -> u64 {
    let mut z = value.wrapping_add(STEP);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A seeded stream of numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream that goes on from a state; states that are close by give streams that have nothing in common only where
    /// they come from [`hash`].
    pub(crate) fn from_state(state: u64) -> Self {
        Self(state)
    }

    /// A stream of its own for each `seed` and `stream`, so that one more draw in one of them leaves the others as they are.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(hash(seed ^ hash(stream)).wrapping_add(STEP))
    }

    /// The next 64 bits.
    #[inline]
    pub(crate) fn bits(&mut self) -> u64 {
        let bits = hash(self.0);
        self.0 = self.0.wrapping_add(STEP);
        bits
    }

    /// Uniform in 0..1.
    #[inline]
    pub(crate) fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// Uniform in -1..1: white noise.
    #[inline]
    pub(crate) fn signed(&mut self) -> f32 {
        self.unit() * 2.0 - 1.0
    }

    /// Uniform in `low..high`.
    #[inline]
    pub(crate) fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Roughly normal with variance 1 (a sum of four uniforms).
    pub(crate) fn normal(&mut self) -> f32 {
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 1.732
    }

    /// -1 or 1.
    pub(crate) fn sign(&mut self) -> f32 {
        if self.bits() & 1 == 0 { -1.0 } else { 1.0 }
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// One of `0..count`; 0 where `count` is 0.
    pub(crate) fn index(&mut self, count: usize) -> usize {
        (self.bits() % count.max(1) as u64) as usize
    }

    /// One of `items`, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_reference() {
        // The first outputs of the authors' own `SplittableRandom`-style generator for the seed 1234567.
        let mut random = Random::from_state(1_234_567);
        let bits: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(bits, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn streams_are_independent_and_even() {
        let mut a = Random::new(7, 1);
        let mut b = Random::new(7, 2);
        assert!((0..8).any(|_| a.index(1000) != b.index(1000)));
        let mean = (0..10_000).map(|_| a.signed()).sum::<f32>() / 10_000.0;
        assert!(mean.abs() < 0.03, "mean {mean}");
        let normal: Vec<f32> = (0..10_000).map(|_| a.normal()).collect();
        let variance = normal.iter().map(|value| value * value).sum::<f32>() / 10_000.0;
        assert!((variance - 1.0).abs() < 0.05, "variance {variance}");
    }
}
