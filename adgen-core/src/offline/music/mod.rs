//! Music without a network: a seeded composer and synthesiser for the film's length. Depends on `error`, `random`, the
//! mood, and `media` for loudness and peaks.
//!
//! `style` says what a mood means, `form` fits bars to the film, `arrangement` writes the `score`, `voice` and `effect` make
//! it sound, `mixer` plays it. The same settings give the same samples, bit for bit, on one machine: sines and powers
//! are those of its mathematical library, which others round otherwise.

mod arrangement;
mod effect;
mod form;
mod frame;
mod harmony;
mod melody;
mod mixer;
mod rhythm;
mod score;
mod streams;
mod style;
mod voice;

use self::frame::SAMPLE_RATE;
use super::look::Mood;
use crate::{
    error::{Error, ErrorKind, Result},
    media::{Samples, integrated_lufs, limit},
};

/// No peak is ever above this, between the samples as little as on them: twelve decibels over the loudness, so that a film at -14 LUFS has room for every peak.
const PEAK: f32 = 0.64;
/// The loudness that pieces are brought to before the film's own normalisation, in LUFS.
const LOUDNESS: f64 = -16.0;

/// What is to be scored.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MusicSettings {
    /// The film's length in seconds, 0.5 to 600. The last chord has rung out exactly then.
    pub duration_s: f64,
    /// Another seed is another piece in the same mood.
    pub seed: u64,
    /// Tempo, scale, instruments and groove.
    pub mood: Mood,
}

impl MusicSettings {
    /// A piece of that length, seed and mood.
    pub fn new(duration_s: f64, seed: u64, mood: Mood) -> Self {
        Self { duration_s, seed, mood }
    }
}

/// Scores a film, the piece written and played: interleaved stereo at 48 kHz, `round(duration_s * 48000) * 2` values within
/// ±0.9, about -16 LUFS.
///
/// `cancel` is asked many times a second of music; once it says true, the work stops.
///
/// # Errors
/// [`ErrorKind::InvalidConfig`] for a duration outside 0.5..=600 seconds, [`ErrorKind::Cancelled`].
pub fn score(settings: &MusicSettings, cancel: &dyn Fn() -> bool) -> Result<Vec<f32>> {
    let duration_s = settings.duration_s;
    if !(0.5..=600.0).contains(&duration_s) {
        return Err(Error::new(
            ErrorKind::InvalidConfig,
            format!("the music's duration is {duration_s} s; 0.5 to 600 are allowed"),
        )
        .with_operation("music::score"));
    }
    level(play(settings, cancel)?)
}

/// The piece as the mixer plays it, faded out.
fn play(settings: &MusicSettings, cancel: &dyn Fn() -> bool) -> Result<Vec<f32>> {
    let MusicSettings { duration_s, seed, mood } = *settings;
    let style = style::style(mood);
    let score = write(&style, duration_s, seed);
    let frames = (duration_s * f64::from(SAMPLE_RATE)).round() as usize;
    let mut samples = Vec::with_capacity(frames * 2);
    let mut mixer = mixer::Mixer::new(&style, &score, seed);
    let mut block = [[0.0; 2]; mixer::BLOCK];
    while samples.len() < frames * 2 {
        if cancel() {
            return Err(Error::cancelled().with_operation("music::score"));
        }
        let count = mixer::BLOCK.min(frames - samples.len() / 2);
        mixer.next(&mut block[..count]);
        samples.extend(block[..count].iter().flatten());
    }
    fade_out(&mut samples, score.final_s);
    Ok(samples)
}

/// At the loudness that all pieces have, with its peaks held.
fn level(samples: Vec<f32>) -> Result<Vec<f32>> {
    let mut samples = Samples::from_interleaved(samples);
    let now = integrated_lufs(&samples)?;
    if now.is_finite() {
        samples.scale(10f32.powf(((LOUDNESS - now) / 20.0) as f32));
    }
    limit(&mut samples, PEAK);
    Ok(samples.into_interleaved())
}

/// The score for a style, a length and a seed.
fn write(style: &style::Style, duration_s: f64, seed: u64) -> score::Score {
    let (slow, fast) = style.tempo;
    let target = f64::from(streams::stream(seed, 1).range(slow as f32, fast as f32));
    arrangement::arrange(style, &form::Form::fit(duration_s, style.tempo, target), seed)
}

/// Lets the last chord end in silence: a slow cosine over the last two fifths of its ring, and the last 50 ms to exactly zero.
fn fade_out(samples: &mut [f32], final_s: f64) {
    let frames = samples.len() / 2;
    let struck = ((final_s * f64::from(SAMPLE_RATE)) as usize).min(frames);
    let ring = frames - struck;
    let slow = (ring * 2 / 5).max(1);
    let quick = (frames / 2).min((SAMPLE_RATE * 0.05) as usize).max(1);
    for left in 0..slow.max(quick).min(frames) {
        let cosine = |over: usize| {
            let x = (left as f32 / over as f32).min(1.0);
            0.5 - 0.5 * (x * std::f32::consts::PI).cos()
        };
        let factor = cosine(slow) * cosine(quick);
        for sample in &mut samples[(frames - 1 - left) * 2..(frames - left) * 2] {
            *sample *= factor;
        }
    }
}

#[cfg(test)]
mod tests;
