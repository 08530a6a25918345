//! The audio stage: music as long as the ad, as loud as asked for.

use super::{
    build::Build,
    context::{Made, Product, Work},
    generate::{Wanted, generate},
    key::content_key,
    order::TrackOrder,
};
use crate::{
    error::{Error, ErrorKind, Result},
    media::{SAMPLE_RATE, Samples, decode_audio, encode_mp3, fade_in, fade_out, fit_length, normalize, probe},
    project::{AdProject, CostRange, Music, Stage},
    provider::{AudioCapability, AudioProvider, AudioRequest},
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

const VERSION: u32 = 1;
/// Bit rate of the stored track: it is encoded once more in the video.
const KBPS: u32 = 320;
/// The true peak before AAC, in dBTP: leaves room for what the codec adds to stay below -1.
const CEILING_DBTP: f64 = -1.5;
/// The fades of a track that was not composed to the ad's length, in seconds.
const FADE_IN_S: f64 = 0.05;
const FADE_OUT_S: f64 = 1.5;
/// The overlap of the repetitions of a track that is too short, in seconds.
const CROSSFADE_S: f64 = 0.5;

/// The ad's sound in the storage: exactly as long as the video; `None` where it is silent.
pub(crate) async fn sound(build: &Build) -> Result<Option<Product>> {
    let context = &build.context;
    let source = match &build.project.audio.music {
        None => None,
        Some(Music::File(asset)) => {
            let file = asset.as_str().to_owned();
            let path = context.path_of(&file).await?;
            context.cpu(move |_| accept(&path)).await?;
            let key = context.files.hash(&file).await?.map(|(_, hash)| hash).unwrap_or_default();
            Some((file, key, false))
        }
        Some(Music::Generate(music)) => generated(build, music.prompt.as_deref().unwrap_or_default()).await?,
    };
    let Some((file, key, composed_to_length)) = source else { return Ok(None) };
    let path = context.path_of(&file).await?;
    let loudness = build.project.audio.loudness_lufs;
    let frames = build.samples();
    let parameters = json!([frames, loudness, composed_to_length]);
    let key = content_key("sound", VERSION, &parameters, &[&key]);
    let work = move |work: &Work| {
        let mut samples = fitted(&path, frames, composed_to_length)?;
        work.step(0.4)?;
        let normalized = normalize(&mut samples, loudness, CEILING_DBTP)?;
        work.step(0.8)?;
        let track = work.folder().join("normalized.mp3");
        encode_mp3(&track, &samples, KBPS)?;
        let mut made = Made::file("background_music_normalized.mp3", track);
        if normalized.silent {
            made.notes.push("the music is silent: it stays silent".to_owned());
        } else if !normalized.on_target {
            let reached = normalized.after.integrated_lufs;
            made.notes.push(format!("the music reaches {reached:.1} LUFS, not the wanted {loudness} LUFS"));
        }
        Ok(made)
    };
    context.make(Stage::Audio, "background_music_normalized", &key, work).await.map(Some)
}

/// A track cut or looped to `frames` samples a channel.
pub(crate) fn fitted(path: &Path, frames: usize, composed_to_length: bool) -> Result<Samples> {
    let seconds = frames as f64 / f64::from(SAMPLE_RATE);
    let decoded = decode_audio(path, Some(seconds + 1.0))?;
    // A piece that was composed to the ad's length has an ending of its own.
    let has_ending = composed_to_length && decoded.frames().abs_diff(frames) <= SAMPLE_RATE as usize / 10;
    let in_samples = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)) as usize;
    let mut samples = fit_length(&decoded, frames, in_samples(CROSSFADE_S));
    if !has_ending {
        fade_in(&mut samples, in_samples(FADE_IN_S));
        fade_out(&mut samples, in_samples(FADE_OUT_S.min(seconds / 4.0)));
    }
    Ok(samples)
}

/// File, key, and whether it was composed to the ad's length.
type Source = (String, String, bool);

async fn generated(build: &Build, prompt: &str) -> Result<Option<Source>> {
    let (own, offline) = (&build.providers.audio, &build.providers.offline_audio);
    let mut error = match order(build, own, prompt).await {
        Ok(source) => return Ok(Some(source)),
        Err(error) => error,
    };
    let product = "background_music";
    if own.info() != offline.info() {
        build.context.degrade(Stage::Audio, product, "offline composer", error)?;
        error = match order(build, offline, prompt).await {
            Ok(source) => return Ok(Some(source)),
            Err(error) => error,
        };
    }
    build.context.degrade(Stage::Audio, product, "silence", error)?;
    Ok(None)
}

async fn order(build: &Build, provider: &Arc<dyn AudioProvider>, prompt: &str) -> Result<Source> {
    let info = provider.info();
    let duration_s = length_of(&provider.capability(), build.duration_s());
    let seed = build.project.seed;
    let parameters = json!({
        "provider": [info.name, info.model],
        "prompt": prompt,
        "seed": seed,
        "duration_s": duration_s,
    });
    let key = content_key("music", VERSION, &parameters, &[]);
    let scratch = build.context.work_folder("background_music")?;
    let request = AudioRequest { seed, ..AudioRequest::music(prompt, duration_s, scratch) };
    let file = "background_music.mp3".to_owned();
    let wanted = Wanted { stage: Stage::Audio, product: "background_music", key: &key, file: file.clone(), accept };
    generate(&build.context, wanted, Arc::new(TrackOrder { provider: Arc::clone(provider), request })).await?;
    Ok((file, key, provider.capability().local))
}

/// Remote music is bought in whole seconds, and looped where the provider's longest piece is too short.
fn length_of(capability: &AudioCapability, exact_s: f64) -> f64 {
    if capability.local { exact_s } else { exact_s.ceil().min(capability.max_duration_s) }
}

/// What the ad's music will cost at a provider: nothing where the user brings it or wants none.
pub(crate) fn estimate(project: &AdProject, duration_s: f64, provider: &Arc<dyn AudioProvider>) -> CostRange {
    let Some(Music::Generate(music)) = &project.audio.music else { return CostRange::ZERO };
    let prompt = music.prompt.clone().unwrap_or_default();
    provider.estimate(&AudioRequest::music(prompt, length_of(&provider.capability(), duration_s), ""))
}

/// A track is good if it has sound of some length.
fn accept(path: &Path) -> Result<()> {
    let info = probe(path)?;
    if info.audio.is_none() || info.duration_s <= 0.0 {
        return Err(Error::new(ErrorKind::Media, "a music file has no sound").with_context("path", path.display()));
    }
    Ok(())
}

/// The track that the video gets: the normalised one, or silence.
pub(crate) async fn track(build: &Build, sound: Option<&Product>) -> Result<Option<PathBuf>> {
    match sound.and_then(|product| product.files.first()) {
        Some(file) => build.context.path_of(&file.file).await.map(Some),
        None => Ok(None),
    }
}
