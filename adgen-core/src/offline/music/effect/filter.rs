//! Filters that stay stable while they are moved: the trapezoidal state-variable filter, and one-pole helpers.
//!
//! The state-variable form is Simper's ("Solving the continuous SVF equations using trapezoidal integration", 2013), which is
//! unconditionally stable for cut-offs below Nyquist.

use super::super::frame::SAMPLE_RATE;
use std::f32::consts::{PI, TAU};

/// A two-pole filter that gives low, band and high at once.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Svf {
    k: f32,
    a1: f32,
    a2: f32,
    a3: f32,
    first: f32,
    second: f32,
}

impl Svf {
    pub(crate) fn new(cutoff_hz: f32, q: f32) -> Self {
        let mut filter = Self::default();
        filter.set(cutoff_hz, q);
        filter
    }

    /// Moves the filter; the state stays, so there is no click.
    pub(crate) fn set(&mut self, cutoff_hz: f32, q: f32) {
        let g = (PI * cutoff_hz.clamp(10.0, SAMPLE_RATE * 0.45) / SAMPLE_RATE).tan();
        self.k = 1.0 / q;
        self.a1 = 1.0 / (1.0 + g * (g + self.k));
        self.a2 = g * self.a1;
        self.a3 = g * self.a2;
    }

    /// Takes over another filter's setting; the state stays.
    pub(crate) fn follow(&mut self, other: &Self) {
        *self = Self { first: self.first, second: self.second, ..*other };
    }

    /// Low, band (at unity gain in the middle) and high.
    #[inline]
    pub(crate) fn split(&mut self, input: f32) -> (f32, f32, f32) {
        let v3 = input - self.second;
        let band = self.a1 * self.first + self.a2 * v3;
        let low = self.second + self.a2 * self.first + self.a3 * v3;
        self.first = flush(2.0 * band - self.first);
        self.second = flush(2.0 * low - self.second);
        (low, self.k * band, input - self.k * band - low)
    }

    #[inline]
    pub(crate) fn low(&mut self, input: f32) -> f32 {
        self.split(input).0
    }

    #[inline]
    pub(crate) fn band(&mut self, input: f32) -> f32 {
        self.split(input).1
    }

    #[inline]
    pub(crate) fn high(&mut self, input: f32) -> f32 {
        self.split(input).2
    }
}

/// A first-order low-pass; also the smoother of moving values.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OnePole {
    coefficient: f32,
    state: f32,
}

impl OnePole {
    pub(crate) fn new(cutoff_hz: f32) -> Self {
        Self { coefficient: 1.0 - (-TAU * cutoff_hz / SAMPLE_RATE).exp(), state: 0.0 }
    }

    #[inline]
    pub(crate) fn low(&mut self, input: f32) -> f32 {
        self.state = flush(self.state + self.coefficient * (input - self.state));
        self.state
    }

    #[inline]
    pub(crate) fn high(&mut self, input: f32) -> f32 {
        input - self.low(input)
    }
}

/// The factor a sample by which something falls to 1/e in `seconds`.
pub(crate) fn decay(seconds: f32) -> f32 {
    (-1.0 / (seconds.max(1e-4) * SAMPLE_RATE)).exp()
}

/// Zero for values so small that the processor would slow down on them (denormal numbers).
#[inline]
pub(crate) fn flush(value: f32) -> f32 {
    if value.abs() < 1e-20 { 0.0 } else { value }
}

/// Decibels as a factor.
pub(crate) fn gain(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(mut through: impl FnMut(f32) -> f32, hz: f32) -> f32 {
        let wave = (0..48_000).map(|n| through((n as f32 * hz * TAU / SAMPLE_RATE).sin()));
        wave.skip(24_000).fold(0.0, |peak: f32, v| peak.max(v.abs()))
    }

    #[test]
    fn passes_and_stops() {
        let mut low = Svf::new(1000.0, 0.707);
        assert!((level(|x| low.low(x), 100.0) - 1.0).abs() < 0.01);
        assert!(level(|x| low.low(x), 10_000.0) < 0.02);
        let mut band = Svf::new(1000.0, 2.0);
        assert!((level(|x| band.band(x), 1000.0) - 1.0).abs() < 0.01);
        let mut one = OnePole::new(1000.0);
        assert!((level(|x| one.low(x), 1000.0) - 0.707).abs() < 0.06);
    }

    #[test]
    fn stays_stable_when_moved_fast() {
        let mut filter = Svf::new(200.0, 8.0);
        let mut peak = 0f32;
        for n in 0..96_000u32 {
            filter.set(if n % 64 < 32 { 100.0 } else { 21_000.0 }, 6.0);
            peak = peak.max(filter.low(if n % 200 < 100 { 0.5 } else { -0.5 }).abs());
        }
        assert!(peak.is_finite() && peak < 10.0, "{peak}");
    }
}
