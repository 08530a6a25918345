//! A look-ahead limiter that sees the peaks between the samples.
//!
//! Pure functions on [`Samples`]. Gain never changes faster than the look-ahead allows, so that nothing is clipped into
//! distortion: least gain within a window, slow release, then a smooth average over the same window. By
//! hand, for `ebur128` only measures, FFmpeg's `alimiter` holds the samples and not what lies between them, and its `loudnorm` holds
//! true peaks only while it also evens out the loudness.

use std::sync::LazyLock;

use super::samples::{CHANNELS, SAMPLE_RATE, Samples};

/// How early the gain begins to fall: 5 ms.
const LOOK_AHEAD: usize = SAMPLE_RATE as usize / 200;

/// Time constant of the gain's way back: 80 ms.
const RELEASE_S: f64 = 0.08;

/// Taps a phase of the interpolator that finds peaks between samples.
const TAPS: usize = 12;

/// The three phases between two samples, a sinc under a Kaiser window (beta 6): four times oversampling, as
/// ITU-R BS.1770-5 annex 2 asks of a true-peak meter.
static PHASES: LazyLock<[[f32; TAPS]; 3]> = LazyLock::new(|| {
    let bessel = |x: f64| {
        (1..25)
            .fold((1.0, 1.0), |(sum, term), k| {
                let term = term * (x / 2.0 / f64::from(k)).powi(2);
                (sum + term, term)
            })
            .0
    };
    let mut phases = [[0.0; TAPS]; 3];
    for (phase, taps) in phases.iter_mut().enumerate() {
        let shift = (phase + 1) as f64 / 4.0;
        let weights: Vec<f64> = (0..TAPS)
            .map(|tap| {
                let x = tap as f64 - (TAPS / 2 - 1) as f64 - shift;
                let angle = std::f64::consts::PI * x;
                let edge = x / (TAPS / 2) as f64;
                angle.sin() / angle * bessel(6.0 * (1.0 - edge * edge).max(0.0).sqrt()) / bessel(6.0)
            })
            .collect();
        let sum: f64 = weights.iter().sum();
        taps.iter_mut().zip(&weights).for_each(|(tap, weight)| *tap = (weight / sum) as f32);
    }
    phases
});

/// Keeps true peaks at or below `ceiling` (linear). Gives the least gain that was used, 1 where nothing was done.
pub(crate) fn limit(samples: &mut Samples, ceiling: f32) -> f32 {
    let wanted: Vec<f32> =
        true_peaks(samples).into_iter().map(|peak| if peak > ceiling { ceiling / peak } else { 1.0 }).collect();
    let least = wanted.iter().copied().fold(1.0, f32::min);
    if least >= 1.0 {
        return 1.0;
    }
    let gains = smooth(release(sliding_minimum(wanted)));
    for (pair, gain) in samples.as_interleaved_mut().chunks_exact_mut(CHANNELS).zip(&gains) {
        pair.iter_mut().for_each(|value| *value *= gain);
    }
    least
}

/// For each sample the largest magnitude of either channel there and on the way to its two neighbours.
fn true_peaks(samples: &Samples) -> Vec<f32> {
    let frames = samples.frames();
    let mut peaks = vec![0.0_f32; frames];
    let before = TAPS / 2 - 1;
    let mut padded = vec![0.0_f32; frames + TAPS];
    for channel in 0..CHANNELS {
        for (target, pair) in padded[before..].iter_mut().zip(samples.as_interleaved().chunks_exact(CHANNELS)) {
            *target = pair[channel];
        }
        for i in 0..frames {
            let window = &padded[i..i + TAPS];
            let mut peak = window[before].abs();
            for phase in PHASES.iter() {
                let value: f32 = window.iter().zip(phase).map(|(value, tap)| value * tap).sum();
                peak = peak.max(value.abs());
            }
            peaks[i] = peaks[i].max(peak);
            if let Some(next) = peaks.get_mut(i + 1) {
                *next = next.max(peak);
            }
        }
    }
    peaks
}

/// The least value within `LOOK_AHEAD` to either side.
fn sliding_minimum(values: Vec<f32>) -> Vec<f32> {
    let mut queue = std::collections::VecDeque::<usize>::new();
    let mut out = Vec::with_capacity(values.len());
    let mut next = 0;
    for i in 0..values.len() {
        while next < values.len() && next <= i + LOOK_AHEAD {
            while queue.back().is_some_and(|last| values[*last] >= values[next]) {
                queue.pop_back();
            }
            queue.push_back(next);
            next += 1;
        }
        while queue.front().is_some_and(|first| first + LOOK_AHEAD < i) {
            queue.pop_front();
        }
        out.push(queue.front().map_or(1.0, |first| values[*first]));
    }
    out
}

/// Falls at once, rises slowly; never above the input.
fn release(values: Vec<f32>) -> Vec<f32> {
    let rise = 1.0 - (-1.0 / (RELEASE_S * f64::from(SAMPLE_RATE))).exp();
    let mut gain = 1.0_f64;
    values
        .into_iter()
        .map(|value| {
            gain = f64::from(value).min(gain + (1.0 - gain) * rise);
            gain as f32
        })
        .collect()
}

/// Averages over `LOOK_AHEAD` to either side, as two equal boxes one after the other: a triangle, without corners. Each
/// value averaged was a minimum over that same reach, so the result is never above what any sample there needs.
fn smooth(values: Vec<f32>) -> Vec<f32> {
    boxed(boxed(values, LOOK_AHEAD / 2), LOOK_AHEAD / 2)
}

fn boxed(values: Vec<f32>, reach: usize) -> Vec<f32> {
    let at = |i: isize| f64::from(values[i.clamp(0, values.len() as isize - 1) as usize]);
    let reach = reach as isize;
    let mut sum: f64 = (-reach..=reach).map(at).sum();
    (0..values.len() as isize)
        .map(|i| {
            let mean = sum / (2 * reach + 1) as f64;
            sum += at(i + reach + 1) - at(i - reach);
            mean as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(frequency: f64, amplitude: f64, phase: f64) -> Samples {
        Samples::from_fn(24_000, |i| {
            let angle = std::f64::consts::TAU * frequency * i as f64 / f64::from(SAMPLE_RATE) + phase;
            [(angle.sin() * amplitude) as f32; 2]
        })
    }

    #[test]
    fn peaks_between_samples_are_seen() {
        // A quarter of the sample rate, 45 degrees off: every sample is at 0.707 of the true peak.
        let samples = sine(12_000.0, 1.0, std::f64::consts::FRAC_PI_4);
        assert!(samples.peak() < 0.71);
        let peak = true_peaks(&samples)[1000..2000].iter().copied().fold(0.0, f32::max);
        assert!((peak - 1.0).abs() < 0.03, "{peak}");
    }

    #[test]
    fn quiet_sound_is_left_alone() {
        let mut samples = sine(440.0, 0.5, 0.0);
        let before = samples.clone();
        assert_eq!(limit(&mut samples, 0.9), 1.0);
        assert_eq!(samples, before);
    }

    #[test]
    fn loud_sound_stays_below_the_ceiling_and_stays_a_sine() {
        let mut samples = sine(440.0, 2.0, 0.0);
        limit(&mut samples, 0.5);
        let peak = true_peaks(&samples).into_iter().fold(0.0, f32::max);
        assert!(peak <= 0.5001, "{peak}");
        // A steady tone gets a steady gain: no sample may differ from the scaled sine by more than a trace.
        let clean = sine(440.0, 0.5, 0.0);
        let error = (5_000..20_000).map(|i| (samples.at(i)[0] - clean.at(i)[0]).abs()).fold(0.0, f32::max);
        assert!(error < 0.005, "{error}");
    }

    #[test]
    fn minimum_reaches_both_ways() {
        let mut values = vec![1.0; 2000];
        values[1000] = 0.25;
        let least = sliding_minimum(values);
        assert_eq!(least[1000 - LOOK_AHEAD], 0.25);
        assert_eq!(least[1000 + LOOK_AHEAD], 0.25);
        assert_eq!(least[1000 - LOOK_AHEAD - 1], 1.0);
        assert_eq!(least[1000 + LOOK_AHEAD + 1], 1.0);
        assert!(smooth(release(least))[1000] <= 0.2501);
    }
}
