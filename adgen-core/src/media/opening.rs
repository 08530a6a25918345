//! The beginning of a track: where it is first heard.
//!
//! Depends on `error`, `audio_reader` and `onset`.

use std::path::Path;

use super::{
    audio_reader::{AudioStream, decode_audio_until, in_samples},
    log,
    onset::{BLOCK, LASTING, NOTHING, Onset, QUIET_TRACK, SILENCE, level},
    samples::{CHANNELS, SAMPLE_RATE, Samples},
};
use crate::error::Result;

/// How long a silence at the beginning may be to be looked past, in seconds.
pub const MAX_LEADING_SILENCE_S: f64 = 1800.0;

/// A silence at the beginning that is shorter than this, in seconds, is part of the music.
const LEAST_SILENCE_S: f64 = 0.5;

/// What is kept of the silence before the first sound, in seconds: room for its attack, and for a fade.
const LEAD_IN_S: f64 = 0.06;

/// The beginning of a track, from where it is first heard.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Opening {
    /// The sound; silent where the whole track is.
    pub samples: Samples,
    /// How much silence before it was left out, in seconds; 0 where it begins at once.
    pub silence_s: f64,
}

/// Decodes `max_seconds` of a track as [`decode_audio`](super::decode_audio) does, from where it begins to be heard: silence, or noise that is as
/// quiet (below -50 dBFS; in a track that is quiet throughout, 20 dB below its loudest moment), is left out where it lasts
/// for more than half a second. A click in it, of less than 100 ms, is no beginning. Silence of more than
/// [`MAX_LEADING_SILENCE_S`] is not looked past. `cancel` is asked
/// after each piece.
pub fn decode_opening(path: &Path, max_seconds: f64, cancel: &dyn Fn() -> bool) -> Result<Opening> {
    let _inside = log::inside();
    let (loudest, clicks) = match heard_from(path, max_seconds, (SILENCE, LASTING), cancel)? {
        Heard::From(opening) => return Ok(opening),
        Heard::Nowhere { loudest, clicks } => (loudest, clicks),
    };
    let quiet = (loudest > NOTHING).then_some(loudest * QUIET_TRACK);
    // A click or two, in a track that is quiet throughout.
    let quiet_music = quiet.filter(|_| clicks < LASTING).map(|threshold| (threshold, LASTING));
    // Else what there is, however short.
    let anything = if clicks > 0 { Some((SILENCE, 1)) } else { quiet.map(|threshold| (threshold, 1)) };
    for (threshold, least) in quiet_music.into_iter().chain(anything) {
        if let Heard::From(opening) = heard_from(path, max_seconds, (threshold, least), cancel)? {
            return Ok(opening);
        }
    }
    Ok(Opening { samples: decode_audio_until(path, Some(max_seconds), cancel)?, silence_s: 0.0 })
}

enum Heard {
    From(Opening),
    /// Nothing that is as loud as asked lasts as long as asked.
    Nowhere {
        /// The effective value of the loudest block that is not as loud.
        loudest: f32,
        /// How many blocks are.
        clicks: usize,
    },
}

fn heard_from(
    path: &Path,
    max_seconds: f64,
    (threshold, least): (f32, usize),
    cancel: &dyn Fn() -> bool,
) -> Result<Heard> {
    let mut stream = AudioStream::open(path)?;
    let [limit, lead_in, most] = [max_seconds, LEAD_IN_S, MAX_LEADING_SILENCE_S].map(in_samples);
    let mut out = Vec::new();
    // Of the track, samples that are no longer in `out`; of `out`, samples that were looked at.
    let (mut dropped, mut looked) = (0, 0);
    let (mut loudest, mut clicks) = (0.0_f32, 0);
    let mut onset = Onset::new(least);
    let begin = 'search: loop {
        let more = stream.more(&mut out, cancel)?;
        while looked + BLOCK <= out.len() / CHANNELS || (!more && looked < out.len() / CHANNELS) {
            let end = (looked + BLOCK).min(out.len() / CHANNELS);
            let level = level(&out[looked * CHANNELS..end * CHANNELS]);
            let is_heard = level >= threshold;
            if let Some(begin) = onset.add(dropped + looked, is_heard) {
                break 'search begin;
            }
            match is_heard {
                true => clicks += 1,
                false => loudest = loudest.max(level),
            }
            looked = end;
        }
        // Of what was looked at, no more is kept than may come before the first sound.
        let cut = cut_before(&mut out, dropped, onset.begin().unwrap_or(dropped + looked), lead_in);
        dropped += cut;
        looked -= cut;
        if !more && dropped == 0 && out.is_empty() {
            return Err(stream.nothing());
        }
        if !more || dropped > most {
            return Ok(Heard::Nowhere { loudest, clicks });
        }
    };
    dropped += cut_before(&mut out, dropped, begin, lead_in);
    while out.len() < limit.saturating_mul(CHANNELS) && stream.more(&mut out, cancel)? {}
    let mut samples = Samples::from_interleaved(out);
    if samples.frames() > limit {
        samples.resize(limit);
    }
    Ok(Heard::From(Opening { samples, silence_s: dropped as f64 / f64::from(SAMPLE_RATE) }))
}

/// Cuts off what lies more than `lead_in` before sample `begin` of the track, where that is not near its beginning; `dropped`
/// samples of the track are no longer in `out`. Tells how many more are not.
fn cut_before(out: &mut Vec<f32>, dropped: usize, begin: usize, lead_in: usize) -> usize {
    let cut = begin.saturating_sub(dropped).saturating_sub(lead_in);
    if begin <= in_samples(LEAST_SILENCE_S) || cut == 0 {
        return 0;
    }
    out.drain(..(cut * CHANNELS).min(out.len()));
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{encode_wav, testing::ffmpeg};

    /// `silence_s` of noise with an amplitude of `noise`, then a tone on the left side.
    fn late(silence_s: f64, noise: f32, tone: f32) -> Samples {
        let start = in_samples(silence_s);
        Samples::from_fn(start + in_samples(2.0), |i| {
            let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
            if i < start { [noise * sign; 2] } else { [tone * (i as f32 * 0.05).sin(), noise * sign] }
        })
    }

    #[test]
    fn a_track_begins_where_it_is_heard() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.wav");
        // Silence, a noise floor of -60 dBFS, music that is quieter than the usual threshold, a short pause, none.
        for (silence_s, noise, tone, left_out) in [
            (10.0, 0.0, 0.5, 9.94),
            (10.0, 0.001, 0.5, 9.94),
            (7.0, 0.0, 0.002, 6.94),
            (0.3, 0.0, 0.5, 0.0),
            (0.0, 0.0, 0.5, 0.0),
        ] {
            let track = late(silence_s, noise, tone);
            encode_wav(&path, &track).expect("written");
            let opening = decode_opening(&path, 1.5, &|| false).expect("decoded");
            assert!((opening.silence_s - left_out).abs() < 0.025, "{silence_s}, {noise}: {} s", opening.silence_s);
            assert_eq!(opening.samples.frames(), in_samples(1.5));
            let first = in_samples(opening.silence_s);
            assert_eq!(opening.samples.as_interleaved()[..], track.as_interleaved()[first * 2..(first + 72_000) * 2]);
        }
        // All of it silent: nothing is left out, and nothing was heard.
        for quiet in [Samples::silence(96_000), Samples::from_fn(96_000, |_| [1e-6; 2])] {
            encode_wav(&path, &quiet).expect("written");
            let opening = decode_opening(&path, 1.0, &|| false).expect("decoded");
            assert_eq!((opening.silence_s, opening.samples.frames()), (0.0, 48_000));
        }
        // Shorter than asked for.
        encode_wav(&path, &late(3.0, 0.0, 0.5)).expect("written");
        let opening = decode_opening(&path, 60.0, &|| false).expect("decoded");
        assert!((opening.samples.duration_s() - 2.06).abs() < 0.025, "{} s", opening.samples.duration_s());
    }

    #[test]
    fn a_click_before_the_music_is_no_beginning() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.wav");
        // When clicks of 10 ms come, in seconds, how loud the music is that begins after five, and what is left out.
        for (clicks, music, left_out) in [
            (&[0.0][..], 0.5, 4.94),
            (&[1.0], 0.5, 4.94),
            (&[0.5, 2.0, 3.5], 0.5, 4.94),
            // A track that is quiet throughout, but for the click.
            (&[1.0], 0.002, 4.94),
            // So near that it may be a beat.
            (&[4.8], 0.5, 4.74),
            // A track of clicks alone begins with the first, be they few or many.
            (&[2.0], 0.0, 1.94),
            (&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0.0, 0.94),
        ] {
            let is_click = |t: f64| clicks.iter().any(|click: &f64| t >= *click && t < *click + 0.01);
            let track = Samples::from_fn(in_samples(8.0), |i| {
                let t = i as f64 / f64::from(SAMPLE_RATE);
                let wave = (i as f32 * 0.05).sin();
                if is_click(t) { [0.4 * wave; 2] } else { [if t < 5.0 { 0.0 } else { music * wave }; 2] }
            });
            encode_wav(&path, &track).expect("written");
            let opening = decode_opening(&path, 1.0, &|| false).expect("decoded");
            assert!((opening.silence_s - left_out).abs() < 0.025, "{clicks:?}, {music}: {} s", opening.silence_s);
            let first = in_samples(opening.silence_s);
            assert_eq!(opening.samples.as_interleaved()[..], track.as_interleaved()[first * 2..][..96_000]);
        }
    }

    #[test]
    fn an_offset_is_no_sound() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.wav");
        let mut track = late(3.0, 0.0, 0.5);
        track.as_interleaved_mut().iter_mut().for_each(|value| *value += 0.1);
        encode_wav(&path, &track).expect("written");
        let opening = decode_opening(&path, 1.0, &|| false).expect("decoded");
        assert!((opening.silence_s - 2.94).abs() < 0.025, "{} s", opening.silence_s);
    }

    #[test]
    fn a_films_sound_is_a_track() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let film = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=6", "-f", "lavfi", "-i"];
        let sound = ["aevalsrc=if(gt(t\\,4)\\,0.5*sin(2000*t)\\,0):duration=6", "-c:v", "mpeg4", "-c:a", "aac"];
        let arguments: Vec<&str> = film.iter().chain(&sound).copied().collect();
        let path = ffmpeg(&arguments, &folder.path().join("a.mp4"));
        let opening = decode_opening(&path, 60.0, &|| false).expect("decoded");
        assert!((opening.silence_s - 3.94).abs() < 0.06, "{} s", opening.silence_s);
    }
}
