//! The audio stage: music as long as the ad, as loud as asked for.
//!
//! May depend on `provider` (contracts), `media`, `project`, `error` and its neighbours.

use super::{
    key::content_key,
    wish::Wish,
    work::{Made, Recipe, Work},
};
use crate::{
    error::{Error, Result},
    media::{
        SAMPLE_RATE, Samples, decode_audio, decode_audio_until, decode_opening, encode_mp3, fade_in, fade_out,
        fit_length, normalize, remove_offset, still_format, trim_end,
    },
    project::{AdProject, CostRange, Music, Stage},
    provider::{AudioProvider, AudioRequest, Price},
};
use serde_json::json;
use std::path::{Path, PathBuf};

const VERSION: u32 = 2;
/// Of what is ordered: what is done with a track afterwards must not make it be paid for again.
const ORDER_VERSION: u32 = 1;
/// Name of the track as it was made.
pub(crate) const MUSIC: &str = "background_music";
/// Music whose price does not depend on its length is ordered in steps of so many seconds.
const STEP_S: f64 = 5.0;
/// No track is looked for that is longer, in seconds: no ad is.
const LONGEST_S: f64 = 200.0;
/// Bit rate of the stored track: it is encoded once more in the video.
const KBPS: u32 = 320;
/// The true peak before AAC, in dBTP: leaves room for what the codec adds to stay below -1.
const CEILING_DBTP: f64 = -1.5;
/// The fades of a track that was not scored to the ad's length, in seconds.
const FADE_IN_S: f64 = 0.05;
const FADE_OUT_S: f64 = 1.5;
/// The overlap of the repetitions of a track that is too short, in seconds.
const CROSSFADE_S: f64 = 0.5;

/// The track at `path`, whose key is `source`, made as long as `frames` samples a channel and as loud as asked for.
pub(crate) fn normalized(path: PathBuf, source: &str, frames: usize, loudness: f64, scored_to_length: bool) -> Recipe {
    let parameters = json!([frames, loudness, scored_to_length]);
    let key = content_key("sound", VERSION, &parameters, &[source]);
    let work = move |work: &Work| {
        let Fitted { mut samples, silence_s } = fitted(&path, frames, scored_to_length, &|| work.is_cancelled())?;
        work.step(0.4)?;
        let normalized = normalize(&mut samples, loudness, CEILING_DBTP, &|| work.is_cancelled())?;
        work.step(0.8)?;
        let track = work.folder().join("normalized.mp3");
        encode_mp3(&track, &samples, KBPS)?;
        let mut made = Made::file("background_music_normalized.mp3", track);
        if silence_s > 0.0 {
            made.notes.push(format!("the music begins with {silence_s:.1} s of silence: it starts where it is heard"));
        }
        if normalized.silent {
            made.notes.push("the music is silent: it stays silent".to_owned());
        } else if !normalized.on_target {
            let reached = normalized.after.integrated_lufs;
            made.notes.push(format!("the music reaches {reached:.1} LUFS, not the wanted {loudness} LUFS"));
        }
        Ok(made)
    };
    Recipe::new(Stage::Audio, "background_music_normalized", key, work)
}

/// A track as long as the ad.
pub(crate) struct Fitted {
    pub(crate) samples: Samples,
    /// Seconds of silence at its beginning that were left out.
    pub(crate) silence_s: f64,
}

/// A track cut or looped to `frames` samples a channel, from where it is first heard.
pub(crate) fn fitted(path: &Path, frames: usize, scored_to_length: bool, cancel: &dyn Fn() -> bool) -> Result<Fitted> {
    let seconds = frames as f64 / f64::from(SAMPLE_RATE);
    let in_samples = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)) as usize;
    if scored_to_length {
        // A piece that was scored to the ad's length has a beginning and an ending of its own.
        let samples = decode_audio_until(path, Some(seconds + 1.0), cancel)?;
        if samples.frames().abs_diff(frames) <= SAMPLE_RATE as usize / 10 {
            return Ok(Fitted { samples: fit_length(&samples, frames, in_samples(CROSSFADE_S)), silence_s: 0.0 });
        }
    }
    let mut opening = decode_opening(path, seconds + 1.0, cancel)?;
    remove_offset(&mut opening.samples);
    if opening.samples.frames() < frames {
        trim_end(&mut opening.samples);
    }
    let mut samples = fit_length(&opening.samples, frames, in_samples(CROSSFADE_S));
    fade_in(&mut samples, in_samples(FADE_IN_S));
    fade_out(&mut samples, in_samples(FADE_OUT_S.min(seconds / 4.0)));
    Ok(Fitted { samples, silence_s: opening.silence_s })
}

/// What a provider is asked for.
pub(crate) fn track_request(provider: &dyn AudioProvider, prompt: &str, duration_s: f64, seed: u32) -> AudioRequest {
    AudioRequest { seed, ..AudioRequest::music(prompt, length_of(provider, duration_s)) }
}

/// The request, and longer ones whose tracks would serve where they were bought before: they are cut.
pub(crate) fn track_wishes(provider: &dyn AudioProvider, request: AudioRequest) -> Vec<Wish<AudioRequest>> {
    let (info, capability) = (provider.info(), provider.capability());
    let wish = |request: AudioRequest| {
        let offered_s = if capability.local { request.duration_s } else { provider.offered_s(&request) };
        let parameters = json!({
            "provider": [info.name, info.model],
            "prompt": request.prompt,
            "seed": request.seed,
            "duration_s": offered_s,
        });
        Wish { key: content_key("music", ORDER_VERSION, &parameters, &[]), request }
    };
    let longest = if capability.local { 0.0 } else { capability.max_duration_s.min(LONGEST_S) };
    let first = request.duration_s.floor() as u32 + 1;
    let longer = (first..=longest as u32).map(|seconds| AudioRequest { duration_s: seconds.into(), ..request.clone() });
    let mut wishes: Vec<Wish<AudioRequest>> = Vec::new();
    for wish in std::iter::once(request.clone()).chain(longer).map(wish) {
        if wishes.iter().all(|known| known.key != wish.key) {
            wishes.push(wish);
        }
    }
    wishes
}

/// Remote music is bought in steps, so that an ad that becomes a little longer needs no other track, and looped where the
/// provider's longest piece is too short. Where each second costs, only seconds that are begun are bought.
fn length_of(provider: &dyn AudioProvider, exact_s: f64) -> f64 {
    let capability = provider.capability();
    let step_s = if matches!(provider.info().price, Price::Second { .. }) { 1.0 } else { STEP_S };
    // Whole steps, but for sums that miss them by rounding.
    let rounded_s = ((exact_s - 1e-6) / step_s).ceil() * step_s;
    if capability.local { exact_s } else { rounded_s.min(capability.max_duration_s) }
}

/// What the ad's music will cost at a provider: nothing where the user brings it or wants none.
pub(crate) fn estimate_track(project: &AdProject, duration_s: f64, provider: &dyn AudioProvider) -> CostRange {
    let Some(Music::Generate(music)) = &project.audio.music else { return CostRange::ZERO };
    let prompt = music.prompt.clone().unwrap_or_default();
    provider.estimate(&AudioRequest::music(prompt, length_of(provider, duration_s)))
}

/// A track is good if it has sound that can be decoded.
pub(crate) fn accept_track(path: &Path) -> Result<()> {
    if let Some(format) = still_format(path)? {
        return Err(Error::media(format!("the music is a still picture ({format}), which has no sound"))
            .with_context("path", path.display())
            .with_hint("name a file with sound (a video's is taken too), or null for a silent ad"));
    }
    decode_audio(path, Some(0.01)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::encode_wav;

    #[test]
    fn a_track_beside_zero_with_a_click_before_it_is_fitted() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.wav");
        // A click after a second; music from the fourth on, all of it beside zero.
        let track = Samples::from_fn(48_000 * 8, |i| {
            let heard = (48_000..48_480).contains(&i) || i >= 48_000 * 4;
            [0.2 + if heard { 0.05 * (i as f32 * 0.05).sin() } else { 0.0 }; 2]
        });
        encode_wav(&path, &track).expect("written");
        let mut fitted = fitted(&path, 48_000 * 3, false, &|| false).expect("fitted");
        assert!((fitted.silence_s - 3.94).abs() < 0.03, "{} s", fitted.silence_s);
        normalize(&mut fitted.samples, -14.0, CEILING_DBTP, &|| false).expect("normalised");
        let left: Vec<f64> = fitted.samples.as_interleaved().iter().step_by(2).map(|value| f64::from(*value)).collect();
        let mean = left.iter().sum::<f64>() / left.len() as f64;
        assert!(mean.abs() < 0.005, "{mean}");
    }
}
