//! Oscillators without harsh aliasing: a polynomial sine and the band-limited saw (polyBLEP, Välimäki and Huovilainen 2007).

use super::super::frame::SAMPLE_RATE;
use std::f32::consts::TAU;

/// The sine of `phase` turns (any value): a polynomial with an error below 1e-5, faster than the library's sine.
#[inline]
pub(crate) fn sine(phase: f32) -> f32 {
    // Fold to a quarter turn around zero.
    let mut x = phase - (phase + 0.5).floor();
    if x > 0.25 {
        x = 0.5 - x;
    } else if x < -0.25 {
        x = -0.5 - x;
    }
    let x2 = x * x;
    // The Taylor series of sin(2 pi x) to the ninth order.
    x * (TAU + x2 * (-41.341_7 + x2 * (81.605_25 + x2 * (-76.705_86 + x2 * 42.058_69))))
}

/// A saw from -1 to 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saw {
    phase: f32,
    step: f32,
}

impl Saw {
    pub(crate) fn new(frequency: f32, phase: f32) -> Self {
        Self { phase, step: (frequency / SAMPLE_RATE).min(0.4) }
    }

    #[inline]
    pub(crate) fn next(&mut self) -> f32 {
        let phase = self.phase;
        self.phase += self.step;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
        }
        // The jump is rounded over one sample on each side.
        let blep = if phase < self.step {
            let t = phase / self.step;
            t + t - t * t - 1.0
        } else if phase > 1.0 - self.step {
            let t = (phase - 1.0) / self.step;
            t * t + t + t + 1.0
        } else {
            0.0
        };
        2.0 * phase - 1.0 - blep
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sine_is_a_sine() {
        for n in -4000..4000 {
            let phase = n as f32 / 1000.0;
            assert!((sine(phase) - (phase * std::f32::consts::TAU).sin()).abs() < 3e-5, "{phase}");
        }
    }

    #[test]
    fn the_saw_has_little_alias() {
        // 2960 Hz: the ninth harmonic folds to 21 360 Hz, the tenth to 18 400 Hz, and so on down to audible ones.
        let f = 2960.0;
        let mut saw = Saw::new(f, 0.0);
        let wave: Vec<f64> = (0..48_000).map(|_| f64::from(saw.next())).collect();
        let level = |hz: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, v) in wave.iter().enumerate() {
                let angle = n as f64 * hz * std::f64::consts::TAU / 48_000.0;
                re += v * angle.cos();
                im += v * angle.sin();
            }
            10.0 * (re * re + im * im).log10()
        };
        // Harmonic 17 lies at 50 320 Hz and folds to 2320 Hz, in the middle of the ear's range.
        assert!(level(2960.0) - level(2320.0) > 40.0);
    }
}
