//! What a piece of music must be, measured on its samples.

use super::harmony::{Chord, frequency};
use super::*;

const MOODS: [Mood; 8] =
    [Mood::Calm, Mood::Fresh, Mood::Warm, Mood::Luxury, Mood::Energetic, Mood::Playful, Mood::Tech, Mood::Natural];

fn piece(mood: Mood, duration_s: f64, seed: u64) -> Vec<f32> {
    score(&MusicSettings { duration_s, seed, mood }, &|| false).expect("valid settings")
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|v| v * v).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

fn at(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE)) as usize * 2
}

#[test]
fn every_mood_is_clean_sound_of_the_exact_length() {
    for (index, mood) in MOODS.into_iter().enumerate() {
        let duration = 6.0 + index as f64 * 0.123_4;
        let samples = piece(mood, duration, 4);
        assert_eq!(samples.len(), (duration * 48_000.0).round() as usize * 2);
        assert!(samples.iter().all(|v| v.is_finite() && v.abs() <= 0.9), "{mood:?}");
        for side in 0..2 {
            let mean =
                samples.iter().skip(side).step_by(2).map(|v| f64::from(*v)).sum::<f64>() * 2.0 / samples.len() as f64;
            assert!(mean.abs() < 1e-3, "{mood:?} has an offset of {mean}");
        }
        let jump = (2..samples.len()).map(|n| (samples[n] - samples[n - 2]).abs()).fold(0.0, f32::max);
        assert!(jump < 0.75, "{mood:?} jumps by {jump}");
        assert!(samples[0].abs() < 0.02 && samples[1].abs() < 0.02);
        assert_eq!(&samples[samples.len() - 2..], [0.0, 0.0]);
    }
}

#[test]
fn loudness_leaves_room_for_the_film_normalisation() {
    for mood in [Mood::Calm, Mood::Energetic, Mood::Warm] {
        let samples = piece(mood, 12.0, 2);
        let read = crate::media::measure(&Samples::from_interleaved(samples)).expect("measured");
        assert!((-17.5..=-15.0).contains(&read.integrated_lufs), "{mood:?}: {read:?}");
        assert!(read.true_peak_dbtp - read.integrated_lufs < 13.0, "{mood:?}: {read:?}");
        // The meter's own filter may see a hundredth more than the limiter's.
        assert!(read.true_peak_dbtp <= 20.0 * f64::from(PEAK).log10() + 0.05, "{mood:?}: {read:?}");
    }
}

#[test]
fn the_same_settings_give_the_same_samples_and_others_do_not() {
    let first = piece(Mood::Tech, 4.0, 8);
    assert!(first.iter().zip(&piece(Mood::Tech, 4.0, 8)).all(|(a, b)| a.to_bits() == b.to_bits()));
    let apart = |other: &[f32]| {
        let difference: Vec<f32> = first.iter().zip(other).map(|(a, b)| a - b).collect();
        rms(&difference) > 0.5 * rms(&first)
    };
    assert!(apart(&piece(Mood::Tech, 4.0, 9)));
    assert!(apart(&piece(Mood::Playful, 4.0, 8)));
}

#[test]
fn it_builds_up_and_the_last_chord_rings_out() {
    for mood in [Mood::Fresh, Mood::Luxury, Mood::Natural] {
        let style = style::style(mood);
        let score = write(&style, 16.0, 3);
        let samples = piece(mood, 16.0, 3);
        let bar = score.beat_s * 4.0;
        let level = |from: f64, to: f64| rms(&samples[at(from)..at(to)]);
        let intro = level(0.0, bar);
        let main = level(score.final_s - bar, score.final_s);
        assert!(intro * 1.3 < main, "{mood:?}: intro {intro}, main {main}");
        let struck = level(score.final_s, score.final_s + 0.4);
        assert!(struck > main * 0.5, "{mood:?}: last chord {struck}, main {main}");
        let ring = 16.0 - score.final_s;
        let early = level(score.final_s, score.final_s + ring * 0.3);
        let late = level(16.0 - ring * 0.3, 16.0);
        assert!(late < early * 0.3 && late > 1e-4, "{mood:?}: {early} to {late}");
        assert!(rms(&samples[samples.len() - 480..]) < 1e-3);
    }
}

#[test]
fn it_is_wide_but_holds_together_in_mono() {
    for mood in [Mood::Calm, Mood::Playful] {
        let samples = piece(mood, 10.0, 6);
        let (mut cross, mut left, mut right) = (0.0, 0.0, 0.0);
        for frame in samples.chunks_exact(2) {
            cross += f64::from(frame[0] * frame[1]);
            left += f64::from(frame[0] * frame[0]);
            right += f64::from(frame[1] * frame[1]);
        }
        let correlation = cross / (left * right).sqrt();
        assert!((0.3..0.95).contains(&correlation), "{mood:?}: {correlation}");
    }
}

/// The energy of each pitch class between C3 and B5 (Goertzel's method).
fn chroma(mono: &[f32]) -> [f64; 12] {
    let mut classes = [0.0; 12];
    for pitch in 48..84 {
        let turn = 2.0 * (f64::from(frequency(pitch as f32)) * std::f64::consts::TAU / 48_000.0).cos();
        let (mut one, mut two) = (0.0, 0.0);
        for value in mono {
            let zero = f64::from(*value) + turn * one - two;
            (one, two) = (zero, one);
        }
        classes[pitch % 12] += (one * one + two * two - turn * one * two).max(0.0).sqrt();
    }
    classes
}

#[test]
fn each_bar_sounds_its_chord() {
    let (mut right, mut count) = (0, 0);
    for (mood, seed) in [(Mood::Calm, 1), (Mood::Fresh, 2), (Mood::Natural, 3), (Mood::Energetic, 4)] {
        let score = write(&style::style(mood), 15.0, seed);
        let samples = piece(mood, 15.0, seed);
        let mono: Vec<f32> = samples.chunks_exact(2).map(|frame| frame[0] + frame[1]).collect();
        for harmony in &score.harmony {
            let from = at(harmony.start_s) / 2;
            let to = (from + (score.beat_s * 4.0 * 48_000.0) as usize).min(mono.len());
            let classes = chroma(&mono[from..to]);
            let fit = |chord: Chord| {
                let inside: f64 =
                    (0..12).filter(|class| chord.contains(*class, score.key)).map(|c| classes[c as usize]).sum();
                inside / classes.iter().sum::<f64>() * 12.0 / chord.kind.intervals().len() as f64
            };
            let own = fit(harmony.chord);
            let better =
                (1..12).filter(|shift| fit(Chord { root: harmony.chord.root + shift, ..harmony.chord }) > own).count();
            right += usize::from(better == 0);
            count += 1;
        }
    }
    assert!(right * 10 >= count * 8, "{right} of {count} bars sound their chord");
}

#[test]
fn the_beat_is_where_the_grid_says() {
    let score = write(&style::style(Mood::Energetic), 12.0, 1);
    let samples = piece(Mood::Energetic, 12.0, 1);
    // The energy rises on the beats of the main section and not between them.
    let level = |seconds: f64| rms(&samples[at(seconds)..at(seconds + 0.04)]);
    let last = (score.final_s / score.beat_s).round() as usize;
    let hits = (last - 8..last).filter(|beat| {
        let time = *beat as f64 * score.beat_s;
        level(time) > 1.1 * level(time - 0.05)
    });
    assert!(hits.count() >= 7);
}

#[test]
fn extremes_work_or_are_refused() {
    for mood in MOODS {
        assert_eq!(piece(mood, 0.5, 1).len(), 48_000);
    }
    let sting = piece(Mood::Fresh, 3.0, 1);
    assert!(rms(&sting) > 0.01);
    for duration_s in [f64::NAN, -1.0, 0.0, 0.499, 600.1, f64::INFINITY] {
        let refused = score(&MusicSettings { duration_s, seed: 0, mood: Mood::Calm }, &|| false);
        assert_eq!(refused.expect_err("out of range").kind(), ErrorKind::InvalidConfig);
    }
}

#[test]
fn it_stops_when_cancelled() {
    let asked = std::cell::Cell::new(0);
    let cancel = || {
        asked.set(asked.get() + 1);
        asked.get() > 5
    };
    let stopped = score(&MusicSettings { duration_s: 600.0, seed: 0, mood: Mood::Calm }, &cancel);
    assert_eq!(stopped.expect_err("cancelled").kind(), ErrorKind::Cancelled);
    assert_eq!(asked.get(), 6);
}
