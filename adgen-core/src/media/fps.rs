//! A frame rate as an exact fraction: 30000/1001 is not 29.97.
//!
//! Pure data.

use std::fmt;

/// Frames per second as a reduced fraction, above 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Fps {
    num: u32,
    den: u32,
}

impl Fps {
    /// `num / den` frames per second; a zero in either becomes 1.
    pub fn new(num: u32, den: u32) -> Self {
        let (num, den) = (num.max(1), den.max(1));
        let divisor = gcd(num, den);
        Self { num: num / divisor, den: den / divisor }
    }

    /// Frames in `den` seconds.
    pub fn num(self) -> u32 {
        self.num
    }

    /// Seconds in which `num` frames pass.
    pub fn den(self) -> u32 {
        self.den
    }

    /// Frames per second.
    pub fn as_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// The time of frame `index` in seconds.
    pub fn seconds(self, index: u64) -> f64 {
        index as f64 * f64::from(self.den) / f64::from(self.num)
    }

    /// How many frames last `seconds`, rounded to the nearest; none where that is negative or no number.
    pub fn frames(self, seconds: f64) -> u64 {
        (seconds.max(0.0) * self.as_f64()).round() as u64
    }

    /// How many samples at `rate` Hz last as long as `frames` frames, rounded to the nearest; at most `usize::MAX`.
    pub fn samples(self, frames: u64, rate: u32) -> usize {
        let (num, den) = (u128::from(self.num), u128::from(self.den));
        let samples = (u128::from(frames) * u128::from(rate)).saturating_mul(den).saturating_add(num / 2) / num;
        usize::try_from(samples).unwrap_or(usize::MAX)
    }
}

impl From<u32> for Fps {
    fn from(fps: u32) -> Self {
        Self::new(fps, 1)
    }
}

impl fmt::Display for Fps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 { write!(f, "{}", self.num) } else { write!(f, "{}/{}", self.num, self.den) }
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reduces_and_counts() {
        assert_eq!(Fps::new(60000, 2002), Fps::new(30000, 1001));
        assert_eq!(Fps::new(0, 0), Fps::from(1));
        assert_eq!(Fps::from(30).samples(900, 48_000), 1_440_000);
        assert_eq!(Fps::new(30000, 1001).samples(30, 48_000), 48_048);
        assert_eq!(Fps::from(24).frames(2.5), 60);
        assert_eq!(Fps::new(30000, 1001).to_string(), "30000/1001");
    }

    #[test]
    fn absurd_numbers_end_at_the_largest() {
        let slow = Fps::new(1, u32::MAX);
        assert_eq!(slow.samples(u64::MAX, u32::MAX), usize::MAX);
        assert_eq!((slow.frames(f64::NAN), Fps::from(u32::MAX).frames(f64::INFINITY)), (0, u64::MAX));
        assert_eq!(Fps::from(30).frames(-1.0), 0);
        assert!(slow.seconds(u64::MAX).is_finite());
    }
}
