//! Sound that lies beside zero, as cheap converters record it: raised with the music, it would take room from it and click
//! at every cut.
//!
//! Pure functions on [`Samples`].

use super::samples::{CHANNELS, SAMPLE_RATE, Samples};

/// A mean of less is none: -60 dBFS. Music without an offset comes to a tenth of it, and stays as it is to the bit.
const LEAST: f64 = 0.001;

/// What is slower than this, in Hz, belongs to the offset, which need not be the same throughout.
const CUTOFF_HZ: f64 = 5.0;

/// Where the offset is at the beginning is told by so many samples: 200 ms.
const HEAD: usize = SAMPLE_RATE as usize / 5;

/// Brings each channel that lies beside zero back to it.
pub fn remove_offset(samples: &mut Samples) {
    let step = 1.0 - (-std::f64::consts::TAU * CUTOFF_HZ / f64::from(SAMPLE_RATE)).exp();
    for channel in 0..CHANNELS {
        let values = || samples.as_interleaved().iter().skip(channel).step_by(CHANNELS).copied().map(f64::from);
        if mean(values()).abs() < LEAST {
            continue;
        }
        let mut offset = mean(values().take(HEAD));
        for value in samples.as_interleaved_mut().iter_mut().skip(channel).step_by(CHANNELS) {
            offset += step * (f64::from(*value) - offset);
            *value = (f64::from(*value) - offset) as f32;
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count.saturating_add(1)));
    sum / f64::from(count.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::testing::music;

    fn tone(i: usize) -> f32 {
        (0.1 * (std::f64::consts::TAU * 440.0 * i as f64 / f64::from(SAMPLE_RATE)).sin()) as f32
    }

    #[test]
    fn an_offset_goes_and_the_sound_stays() {
        // Another offset on each side; and one that moves.
        for drift in [0.0, 0.05] {
            let beside = |i: usize| (0.3 + drift * (i as f64 / 200_000.0)) as f32;
            let mut samples = Samples::from_fn(192_000, |i| [tone(i) + beside(i), tone(i) - beside(i)]);
            remove_offset(&mut samples);
            for i in 0..samples.frames() {
                let [left, right] = samples.at(i);
                assert!((left - tone(i)).abs() < 0.01 && (right - tone(i)).abs() < 0.01, "{i}: {left}, {right}");
            }
        }
    }

    #[test]
    fn what_has_none_stays_as_it_is() {
        for clean in [music(192_000), Samples::silence(4800), Samples::default()] {
            let mut samples = clean.clone();
            remove_offset(&mut samples);
            assert_eq!(samples, clean);
        }
        // The other side alone.
        let mut samples = Samples::from_fn(96_000, |i| [tone(i), tone(i) + 0.2]);
        remove_offset(&mut samples);
        assert!((0..96_000).all(|i| samples.at(i)[0] == tone(i)));
    }
}
