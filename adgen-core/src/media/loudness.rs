//! How loud a sound is (EBU R 128, ITU-R BS.1770), and bringing it to a target without clipping.
//!
//! Depends on `error`, the `ebur128` crate and `limiter`.

use ebur128::{EbuR128, Mode};

use super::{
    limiter::limit,
    samples::{CHANNELS, SAMPLE_RATE, Samples},
};
use crate::error::{Error, ErrorKind, Result};

const OPERATION: &str = "media::loudness";

/// One gating block of BS.1770: 400 ms.
const BLOCK: usize = SAMPLE_RATE as usize * 2 / 5;

/// Sound that would have to be raised by more is noise, not programme.
const MAX_GAIN_DB: f64 = 40.0;

/// How near to the target is near enough, in LU; half of what is promised.
const TOLERANCE_LU: f64 = 0.05;

/// Loudness of a whole sound.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Loudness {
    /// Integrated loudness in LUFS; minus infinity for silence.
    pub integrated_lufs: f64,
    /// Highest peak of the analogue signal in dBTP; minus infinity for silence.
    pub true_peak_dbtp: f64,
    /// Loudness range in LU; 0 for sounds too short to have one.
    pub range_lu: f64,
}

/// What [`normalize`] did.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Normalized {
    /// Before.
    pub before: Loudness,
    /// After.
    pub after: Loudness,
    /// The gain applied before limiting, in dB.
    pub gain_db: f64,
    /// The most that the limiter took away, in dB, at least 0.
    pub limited_db: f64,
    /// The sound is silence, and was left as it is.
    pub silent: bool,
    /// Whether the integrated loudness is within 0.1 LU of the target and the peaks are below the ceiling. Not so for
    /// silence, and for sounds too quiet or too spiky to get there.
    pub on_target: bool,
}

/// The integrated loudness of a sound alone, in LUFS, which takes a fraction of the time of [`measure`]; minus infinity for
/// silence. One shorter than 0.4 s, which the standard does not define, is measured as if repeated.
pub(crate) fn integrated_lufs(samples: &Samples) -> Result<f64> {
    if samples.is_empty() {
        return Ok(f64::NEG_INFINITY);
    }
    let mut meter = EbuR128::new(CHANNELS as u32, SAMPLE_RATE, Mode::I).map_err(failed)?;
    let times = if samples.frames() < BLOCK { BLOCK.div_ceil(samples.frames()) + 1 } else { 1 };
    for _ in 0..times {
        meter.add_frames_f32(samples.as_interleaved()).map_err(failed)?;
    }
    meter.loudness_global().map_err(failed)
}

/// Measures a sound. One shorter than 0.4 s, which the standard does not define, is measured as if repeated.
pub fn measure(samples: &Samples) -> Result<Loudness> {
    if samples.is_empty() {
        let silence = f64::NEG_INFINITY;
        return Ok(Loudness { integrated_lufs: silence, true_peak_dbtp: silence, range_lu: 0.0 });
    }
    let mode = Mode::I | Mode::LRA | Mode::TRUE_PEAK;
    let mut meter = EbuR128::new(CHANNELS as u32, SAMPLE_RATE, mode).map_err(failed)?;
    meter.add_frames_f32(samples.as_interleaved()).map_err(failed)?;
    let integrated_lufs = match samples.frames() < BLOCK {
        true => integrated_lufs(samples)?,
        false => meter.loudness_global().map_err(failed)?,
    };
    let range_lu = meter.loudness_range().map_err(failed)?;
    // The oversampling filter still holds the end of the sound.
    meter.add_frames_f32(&[0.0; 64 * CHANNELS]).map_err(failed)?;
    let mut peak = 0.0_f64;
    for channel in 0..CHANNELS as u32 {
        peak = peak.max(meter.true_peak(channel).map_err(failed)?);
    }
    let range_lu = if range_lu.is_finite() { range_lu } else { 0.0 };
    Ok(Loudness { integrated_lufs, true_peak_dbtp: 20.0 * peak.log10(), range_lu })
}

/// Brings a sound to `target_lufs` (-70 to 0) with true peaks at or below `ceiling_dbtp` (-20 to 0).
///
/// Silence stays silence. AAC moves peaks again, by half a dB and more: [`master`](super::master()) takes care of that.
/// `cancel` is asked before each round; `Cancelled` leaves the sound as some round had it.
pub fn normalize(
    samples: &mut Samples,
    target_lufs: f64,
    ceiling_dbtp: f64,
    cancel: &dyn Fn() -> bool,
) -> Result<Normalized> {
    if !(-70.0..=0.0).contains(&target_lufs) || !(-20.0..=0.0).contains(&ceiling_dbtp) {
        let message =
            format!("target {target_lufs} LUFS, ceiling {ceiling_dbtp} dBTP; allowed are -70 to 0 and -20 to 0");
        return Err(Error::new(ErrorKind::InvalidConfig, message).with_operation(OPERATION));
    }
    let before = measure(samples)?;
    let mut report =
        Normalized { before, after: before, gain_db: 0.0, limited_db: 0.0, silent: false, on_target: false };
    if !before.integrated_lufs.is_finite() {
        report.silent = true;
        return Ok(report);
    }
    let original = samples.clone();
    let mut gain_db = (target_lufs - before.integrated_lufs).min(MAX_GAIN_DB);
    let mut ceiling_db = ceiling_dbtp;
    let mut last: Option<(f64, f64)> = None;
    for _ in 0..12 {
        if cancel() {
            return Err(Error::cancelled());
        }
        samples.clone_from(&original);
        samples.scale(linear(gain_db));
        let least = limit(samples, linear(ceiling_db));
        let after = measure(samples)?;
        let error = target_lufs - after.integrated_lufs;
        let excess = after.true_peak_dbtp - ceiling_dbtp;
        report.after = after;
        report.gain_db = gain_db;
        report.limited_db = (20.0 * f64::from(least).log10()).abs();
        report.on_target = error.abs() <= 0.1 && excess <= 0.0;
        if (error.abs() <= TOLERANCE_LU && excess <= 0.0) || !after.integrated_lufs.is_finite() {
            break;
        }
        if excess > 0.0 {
            ceiling_db -= excess + 0.02;
        }
        // A limited sound gets less than one LU louder with each dB: follow the slope that was seen.
        let slope = match last {
            Some((gain, loudness)) if (gain_db - gain).abs() > 0.01 => {
                ((after.integrated_lufs - loudness) / (gain_db - gain)).clamp(0.2, 1.0)
            }
            _ => 1.0,
        };
        last = Some((gain_db, after.integrated_lufs));
        gain_db = (gain_db + error / slope).min(MAX_GAIN_DB);
    }
    Ok(report)
}

fn linear(db: f64) -> f32 {
    10_f64.powf(db / 20.0) as f32
}

fn failed(error: ebur128::Error) -> Error {
    Error::new(ErrorKind::Unexpected, "the loudness meter failed").with_operation(OPERATION).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::testing::music;

    fn tone(frames: usize, amplitude: f64) -> Samples {
        Samples::from_fn(frames, |i| {
            let angle = std::f64::consts::TAU * 1000.0 * i as f64 / f64::from(SAMPLE_RATE);
            [(angle.sin() * amplitude) as f32; 2]
        })
    }

    #[test]
    fn both_ways_to_measure_agree() {
        for frames in [0, 1, 4800, BLOCK - 1, BLOCK, 48_000] {
            let samples = tone(frames, 0.3);
            let all = measure(&samples).expect("measured").integrated_lufs;
            let alone = integrated_lufs(&samples).expect("measured");
            assert!(alone == all || (alone - all).abs() < 1e-9, "{frames}: {alone} and {all}");
        }
        // BS.1770: a 997 Hz sine at 0 dBFS in one channel reads -3.01 LUFS.
        let left =
            Samples::from_fn(96_000, |i| [(i as f64 * 997.0 * std::f64::consts::TAU / 48_000.0).sin() as f32, 0.0]);
        let read = integrated_lufs(&left).expect("measured");
        assert!((read + 3.01).abs() < 0.05, "{read}");
    }

    #[test]
    fn known_tones_measure_as_the_standard_says() {
        // EBU Tech 3341, case 1: a stereo 1 kHz sine at -23 dBFS is -23 LUFS.
        let loudness = measure(&tone(96_000, 10_f64.powf(-23.0 / 20.0))).expect("measured");
        assert!((loudness.integrated_lufs + 23.0).abs() < 0.1, "{loudness:?}");
        assert!((loudness.true_peak_dbtp + 23.0).abs() < 0.2, "{loudness:?}");
    }

    #[test]
    fn music_reaches_the_target_and_stays_below_the_ceiling() {
        for target in [-23.0, -14.0, -9.0] {
            let mut samples = music(48_000 * 4);
            let report = normalize(&mut samples, target, -1.5, &|| false).expect("normalised");
            assert!(report.on_target, "{report:?}");
            let after = measure(&samples).expect("measured");
            assert!((after.integrated_lufs - target).abs() <= 0.1, "{after:?}");
            assert!(after.true_peak_dbtp <= -1.5, "{after:?}");
        }
    }

    #[test]
    fn silence_and_moments_are_harmless() {
        for frames in [0, 1, 100, 48_000] {
            let mut samples = Samples::silence(frames);
            let report = normalize(&mut samples, -14.0, -1.0, &|| false).expect("normalised");
            assert!(report.silent && !report.on_target);
            assert_eq!(samples, Samples::silence(frames));
        }
        let mut moment = tone(4800, 0.02);
        let report = normalize(&mut moment, -14.0, -1.0, &|| false).expect("normalised");
        assert!(report.on_target, "{report:?}");
        assert_eq!(moment.frames(), 4800);
        // One click a second cannot be made as loud as music: said, not hidden.
        let mut click = Samples::from_fn(96_000, |i| if i % 48_000 == 99 { [0.5; 2] } else { [0.0; 2] });
        let report = normalize(&mut click, -6.0, -1.0, &|| false).expect("normalised");
        assert!(!report.on_target && report.after.true_peak_dbtp <= -0.9, "{report:?}");
        normalize(&mut click, 3.0, -1.0, &|| false).expect_err("out of range");
    }

    #[test]
    fn it_stops_between_two_rounds() {
        // Loud music below a low ceiling takes several.
        for rounds in [0, 1] {
            let asked = std::cell::Cell::new(0);
            let cancel = || asked.replace(asked.get() + 1) == rounds;
            let error = normalize(&mut music(48_000), -9.0, -1.5, &cancel).expect_err("cancelled");
            assert_eq!((error.kind(), asked.get()), (ErrorKind::Cancelled, rounds + 1));
        }
    }
}
