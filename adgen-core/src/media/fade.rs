//! Fading sound in and out, and making it exactly as long as the film.
//!
//! Pure functions on [`Samples`].

use std::f32::consts::{FRAC_PI_2, PI};

use super::samples::{CHANNELS, Samples};

/// Fades the first `frames` samples in along a raised cosine.
pub fn fade_in(samples: &mut Samples, frames: usize) {
    let frames = frames.min(samples.frames());
    for (i, pair) in samples.as_interleaved_mut().chunks_exact_mut(CHANNELS).take(frames).enumerate() {
        let gain = raised_cosine(i, frames);
        pair.iter_mut().for_each(|value| *value *= gain);
    }
}

/// Fades the last `frames` samples out along a raised cosine.
pub fn fade_out(samples: &mut Samples, frames: usize) {
    let frames = frames.min(samples.frames());
    for (i, pair) in samples.as_interleaved_mut().chunks_exact_mut(CHANNELS).rev().take(frames).enumerate() {
        let gain = raised_cosine(i, frames);
        pair.iter_mut().for_each(|value| *value *= gain);
    }
}

/// Exactly `frames` samples: cut off where it is longer, repeated where it is shorter, each repetition faded into the
/// one before over `crossfade` samples with equal power. An empty sound becomes silence. It is never filled up beyond
/// [`Samples::MAX_FRAMES`].
pub fn fit_length(samples: &Samples, frames: usize, crossfade: usize) -> Samples {
    let length = samples.frames();
    let frames = frames.min(Samples::MAX_FRAMES);
    if length == 0 {
        return Samples::silence(frames);
    }
    let mut out = samples.clone();
    // At least half of each repetition stays untouched, so that every round adds something.
    let overlap = crossfade.min(length / 2);
    while out.frames() < frames {
        let start = out.frames() - overlap;
        out.resize((start + length).min(frames));
        let end = out.frames();
        let target = out.as_interleaved_mut()[start * CHANNELS..].chunks_exact_mut(CHANNELS);
        for (i, pair) in target.enumerate().take(end - start) {
            let new = samples.at(i);
            if i < overlap {
                let phase = (i as f32 + 0.5) / overlap as f32 * FRAC_PI_2;
                pair[0] = pair[0] * phase.cos() + new[0] * phase.sin();
                pair[1] = pair[1] * phase.cos() + new[1] * phase.sin();
            } else {
                pair.copy_from_slice(&new);
            }
        }
    }
    out.resize(frames);
    out
}

fn raised_cosine(i: usize, frames: usize) -> f32 {
    (1.0 - (PI * i as f32 / frames as f32).cos()) / 2.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ones(frames: usize) -> Samples {
        Samples::from_fn(frames, |_| [1.0, -1.0])
    }

    #[test]
    fn fades_reach_silence_and_leave_the_rest() {
        let mut samples = ones(1000);
        fade_in(&mut samples, 100);
        fade_out(&mut samples, 200);
        assert_eq!(samples.at(0), [0.0, 0.0]);
        assert_eq!(samples.at(500), [1.0, -1.0]);
        assert_eq!(samples.at(999), [0.0, 0.0]);
        assert!((samples.at(50)[0] - 0.5).abs() < 1e-3);
    }

    #[test]
    fn a_fade_longer_than_the_sound_is_harmless() {
        let mut samples = ones(10);
        fade_out(&mut samples, 1000);
        fade_in(&mut Samples::default(), 5);
        assert_eq!(samples.at(9), [0.0, 0.0]);
    }

    #[test]
    fn absurd_lengths_come_to_an_end() {
        let fitted = fit_length(&Samples::silence(Samples::MAX_FRAMES / 2 + 1), usize::MAX, usize::MAX);
        assert_eq!(fitted.frames(), Samples::MAX_FRAMES);
    }

    proptest! {
        #[test]
        fn any_length_fits(from in 0_usize..300, to in 0_usize..2000, crossfade in 0_usize..400) {
            let fitted = fit_length(&ones(from), to, crossfade);
            prop_assert_eq!(fitted.frames(), to);
            if from > 0 {
                // Equal power of equal signals peaks at sqrt 2 and never falls below 1.
                for i in 0..to {
                    prop_assert!((0.999..1.4143).contains(&fitted.at(i)[0]));
                }
            }
        }
    }
}
