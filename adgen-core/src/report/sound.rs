//! The sound in numbers that can be drawn: its envelope, and how loud it is over time.
//!
//! Depends on `media` and the `ebur128` crate.

use crate::{
    error::{Error, ErrorKind, Result},
    media::{CHANNELS, SAMPLE_RATE, Samples},
};
use ebur128::{EbuR128, Mode};

/// Bars of the envelope.
const BARS: usize = 160;
/// Steps of the loudness curve in samples: 10 a second, as EBU Tech 3341 asks of meters.
const STEP: usize = SAMPLE_RATE as usize / 10;
/// The window of short-term loudness in seconds (EBU Tech 3341).
const WINDOW_S: f64 = 3.0;
/// Shorter sounds have no curve worth drawing.
const LEAST_S: f64 = 2.0 * WINDOW_S;

/// A sound in numbers that can be drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sketch {
    pub(super) duration_s: f64,
    /// The largest magnitude of each part, 0-1.
    pub(super) peaks: Vec<f32>,
    /// Seconds (the middle of the window) and short-term loudness in LUFS.
    pub(super) loudness: Vec<(f64, f64)>,
}

impl Sketch {
    /// Asks `cancel` at each step of the curve.
    pub(super) fn of(samples: &Samples, cancel: &dyn Fn() -> bool) -> Result<Self> {
        let duration_s = samples.duration_s();
        Ok(Self { duration_s, peaks: peaks(samples), loudness: short_term(samples, cancel)? })
    }

    pub(super) fn is_silent(&self) -> bool {
        self.peaks.iter().all(|peak| *peak <= 1e-4)
    }
}

fn peaks(samples: &Samples) -> Vec<f32> {
    let data = samples.as_interleaved();
    if data.is_empty() {
        return Vec::new();
    }
    let bars = BARS.min(samples.frames());
    let edge = |bar: usize| bar * samples.frames() / bars * CHANNELS;
    let peak = |bar: usize| data[edge(bar)..edge(bar + 1)].iter().fold(0.0_f32, |peak, value| peak.max(value.abs()));
    (0..bars).map(|bar| peak(bar).min(1.0)).collect()
}

fn short_term(samples: &Samples, cancel: &dyn Fn() -> bool) -> Result<Vec<(f64, f64)>> {
    if samples.duration_s() < LEAST_S {
        return Ok(Vec::new());
    }
    let failed = |error| Error::new(ErrorKind::Unexpected, "the loudness meter failed").with_source(error);
    let mut meter = EbuR128::new(CHANNELS as u32, SAMPLE_RATE, Mode::S).map_err(failed)?;
    let mut curve = Vec::new();
    let mut end_s = 0.0;
    for block in samples.as_interleaved().chunks(STEP * CHANNELS) {
        if cancel() {
            return Err(Error::cancelled());
        }
        meter.add_frames_f32(block).map_err(failed)?;
        end_s += block.len() as f64 / f64::from(SAMPLE_RATE) / CHANNELS as f64;
        // Before that the window is not full.
        if end_s + 1e-9 >= WINDOW_S {
            let lufs = meter.loudness_shortterm().map_err(failed)?;
            curve.push((end_s - WINDOW_S / 2.0, lufs));
        }
    }
    Ok(curve)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(seconds: f64, amplitude: impl Fn(f64) -> f64) -> Samples {
        Samples::from_fn((seconds * f64::from(SAMPLE_RATE)) as usize, |index| {
            let time = index as f64 / f64::from(SAMPLE_RATE);
            [((time * std::f64::consts::TAU * 1000.0).sin() * amplitude(time)) as f32; 2]
        })
    }

    #[test]
    fn a_known_tone_is_drawn_at_its_level() {
        // EBU Tech 3341: a stereo 1 kHz sine at -23 dBFS is -23 LUFS.
        let level = 10_f64.powf(-23.0 / 20.0);
        let sketch = Sketch::of(&tone(8.0, |time| if time < 4.0 { level } else { 2.0 * level }), &|| false).unwrap();
        let (first, last) = (sketch.loudness[0], sketch.loudness[sketch.loudness.len() - 1]);
        assert!((first.0 - 1.5).abs() < 1e-6 && (first.1 + 23.0).abs() < 0.1, "{first:?}");
        assert!((last.0 - 6.5).abs() < 1e-6 && (last.1 + 23.0 - 6.02).abs() < 0.1, "{last:?}");
        assert_eq!(sketch.peaks.len(), BARS);
        assert!((f64::from(sketch.peaks[10]) - level).abs() < 0.001 && !sketch.is_silent());
    }

    #[test]
    fn it_stops_between_two_steps() {
        let asked = std::cell::Cell::new(0);
        let cancel = || asked.replace(asked.get() + 1) == 7;
        let error = Sketch::of(&tone(8.0, |_| 0.1), &cancel).unwrap_err();
        assert_eq!((error.kind(), asked.get()), (ErrorKind::Cancelled, 8));
    }
}
