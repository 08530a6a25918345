//! The sound as a picture: its envelope, and how loud it is over time.
//!
//! Depends on `media` and the `ebur128` crate.

use crate::{
    error::{Error, ErrorKind, Result},
    media::{CHANNELS, SAMPLE_RATE, Samples},
};
use ebur128::{EbuR128, Mode};
use std::fmt;

/// Bars of the envelope.
const BARS: usize = 160;
/// Steps of the loudness curve in samples: 10 a second, as EBU Tech 3341 asks of meters.
const STEP: usize = SAMPLE_RATE as usize / 10;
/// The window of short-term loudness in seconds (EBU Tech 3341).
const WINDOW_S: f64 = 3.0;
/// Shorter sounds have no curve worth drawing.
const LEAST_S: f64 = 2.0 * WINDOW_S;
/// What the curve's axis shows, in LUFS.
const AXIS_LUFS: (f64, f64) = (-36.0, -6.0);

/// The size of the drawings in their own units; they are stretched to the page.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;

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
    pub(super) fn of(samples: &Samples) -> Result<Self> {
        let duration_s = samples.duration_s();
        Ok(Self { duration_s, peaks: peaks(samples), loudness: short_term(samples)? })
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

fn short_term(samples: &Samples) -> Result<Vec<(f64, f64)>> {
    if samples.duration_s() < LEAST_S {
        return Ok(Vec::new());
    }
    let failed = |error| Error::new(ErrorKind::Unexpected, "the loudness meter failed").with_source(error);
    let mut meter = EbuR128::new(CHANNELS as u32, SAMPLE_RATE, Mode::S).map_err(failed)?;
    let mut curve = Vec::new();
    let mut end_s = 0.0;
    for block in samples.as_interleaved().chunks(STEP * CHANNELS) {
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

/// The envelope as a drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope<'a>(pub(super) &'a Sketch);

impl fmt::Display for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        open(f, "envelope", "Envelope of the sound: its peaks over time")?;
        f.write_str("<path class=\"bars\" d=\"")?;
        let (peaks, middle) = (&self.0.peaks, HEIGHT / 2.0);
        for (index, peak) in peaks.iter().enumerate() {
            let x = (index as f64 + 0.5) * WIDTH / peaks.len() as f64;
            let half = (f64::from(*peak) * (middle - 3.0)).max(0.3);
            write!(f, "M{x:.1} {:.1}V{:.1}", middle - half, middle + half)?;
        }
        f.write_str("\"/></svg>")
    }
}

/// The loudness over time as a drawing, with a line at the target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Curve<'a> {
    pub(super) sketch: &'a Sketch,
    pub(super) target_lufs: f64,
}

impl Curve<'_> {
    /// The lines of the axis in LUFS, and how far from the top each is, in percent.
    pub(super) fn axis() -> impl Iterator<Item = (f64, f64)> {
        [-10.0, -20.0, -30.0].into_iter().map(|lufs| (lufs, y_of(lufs) * 100.0 / HEIGHT))
    }
}

impl fmt::Display for Curve<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        open(f, "loudness", "Short-term loudness over time in LUFS, with the wanted loudness as a dashed line")?;
        for (lufs, _) in Self::axis() {
            write!(f, "<path class=\"grid\" d=\"M0 {:.1}H{WIDTH}\"/>", y_of(lufs))?;
        }
        write!(f, "<path class=\"target\" d=\"M0 {:.1}H{WIDTH}\"/>", y_of(self.target_lufs))?;
        f.write_str("<path class=\"curve\" d=\"")?;
        let mut letter = 'M';
        for (time_s, lufs) in &self.sketch.loudness {
            let x = time_s / self.sketch.duration_s.max(1e-9) * WIDTH;
            write!(f, "{letter}{x:.1} {:.1}", y_of(*lufs))?;
            letter = 'L';
        }
        f.write_str("\"/></svg>")
    }
}

fn open(f: &mut fmt::Formatter<'_>, class: &str, label: &str) -> fmt::Result {
    write!(
        f,
        "<svg class=\"{class}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"{label}\">"
    )
}

/// Silence is minus infinity and lies on the floor.
fn y_of(lufs: f64) -> f64 {
    let (least, most) = AXIS_LUFS;
    (most - if lufs.is_nan() { least } else { lufs.clamp(least, most) }) / (most - least) * HEIGHT
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
        let sketch = Sketch::of(&tone(8.0, |time| if time < 4.0 { level } else { 2.0 * level })).unwrap();
        let (first, last) = (sketch.loudness[0], sketch.loudness[sketch.loudness.len() - 1]);
        assert!((first.0 - 1.5).abs() < 1e-6 && (first.1 + 23.0).abs() < 0.1, "{first:?}");
        assert!((last.0 - 6.5).abs() < 1e-6 && (last.1 + 23.0 - 6.02).abs() < 0.1, "{last:?}");
        assert_eq!(sketch.peaks.len(), BARS);
        assert!((f64::from(sketch.peaks[10]) - level).abs() < 0.001 && !sketch.is_silent());
    }

    #[test]
    fn silence_moments_and_nothing_are_harmless() {
        for seconds in [0.0, 0.0001, 1.0, 7.0] {
            let sketch = Sketch::of(&tone(seconds, |_| 0.0)).unwrap();
            assert!(sketch.is_silent());
            let drawn = format!("{}{}", Envelope(&sketch), Curve { sketch: &sketch, target_lufs: f64::NAN });
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }
}
