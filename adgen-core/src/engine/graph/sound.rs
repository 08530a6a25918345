//! The ad's sound: the user's own track, the provider's, the offline composer's, or silence.
//!
//! May depend on `project`, the engine's parts, `stages` and `provider`.

use super::board::Board;
use crate::{
    engine::{
        artifacts::Artifact,
        parts::Parts,
        purchase::{Stock, TrackOrder, Wanted, look},
        trace,
    },
    error::{Error, Result},
    project::{Music, Stage},
    provider::AudioProvider,
    stages::{AssetUse, MUSIC, Wish, accept_track, normalized, track_request, track_wishes},
};
use std::sync::Arc;
use tracing::Instrument;

/// A track in the storage.
struct Track {
    file: String,
    key: String,
    /// It has a beginning and an ending of its own, which fit the ad.
    scored_to_length: bool,
}

/// The ad's sound in the storage: exactly as long as the video; `None` where it is silent.
pub(super) async fn sound(parts: &Parts, board: &Board) -> Result<Option<Artifact>> {
    let artifacts = &parts.artifacts;
    let own = match &board.project.audio.music {
        Some(Music::File(asset)) => Some(asset.as_str()),
        _ => None,
    };
    // A track of the person's own may be broken, also beyond its beginning.
    let named = |error: Error| match own {
        Some(file) => parts.own_files.about(AssetUse::Music, file, error),
        None => error,
    };
    let track = match &board.project.audio.music {
        None => None,
        Some(Music::File(asset)) => {
            let file = asset.as_str().to_owned();
            let path = artifacts.path_of(&file).await?;
            parts.turns.cpu(move |_| accept_track(&path)).await.map_err(named)?;
            let key = artifacts.hash_of(&file).await?;
            Some(Track { file, key, scored_to_length: false })
        }
        Some(Music::Generate(music)) => generated(parts, board, music.prompt.as_deref().unwrap_or_default()).await?,
    };
    let Some(Track { file, key, scored_to_length }) = track else { return Ok(None) };
    let path = artifacts.path_of(&file).await?;
    let loudness = board.project.audio.loudness_lufs;
    let recipe = normalized(path, &key, board.samples(), loudness, scored_to_length);
    artifacts.make(recipe).await.map(Some).map_err(named)
}

async fn generated(parts: &Parts, board: &Board, prompt: &str) -> Result<Option<Track>> {
    let (own, offline) = (&parts.providers.audio, &parts.providers.fallback_audio);
    let mut error = match order(parts, board, own, prompt).await {
        Ok(track) => return Ok(Some(track)),
        Err(error) => error,
    };
    if own.info() != offline.info() {
        parts.fallbacks.degrade(Stage::Audio, MUSIC, "offline composer", error)?;
        error = match order(parts, board, offline, prompt).await {
            Ok(track) => return Ok(Some(track)),
            Err(error) => error,
        };
    }
    parts.fallbacks.degrade(Stage::Audio, MUSIC, "silence", error)?;
    Ok(None)
}

async fn order(parts: &Parts, board: &Board, provider: &Arc<dyn AudioProvider>, prompt: &str) -> Result<Track> {
    let request = track_request(&**provider, prompt, board.duration_s(), board.project.seed);
    let scored_to_length = provider.capability().local;
    let track = |key: String| Track { file: format!("{MUSIC}.mp3"), key, scored_to_length };
    let mut wishes = track_wishes(&**provider, request);
    let chosen = match look(&parts.artifacts, Stage::Audio, MUSIC, &wishes).await? {
        Stock::There(index, _) => return Ok(track(wishes.swap_remove(index).key)),
        Stock::UnderWay(index) => index,
        Stock::Empty => 0,
    };
    let Wish { key, request } = wishes.swap_remove(chosen);
    let track = track(key);
    let file = track.file.clone();
    let wanted = Wanted { stage: Stage::Audio, artifact: MUSIC, key: &track.key, file, accept: accept_track };
    let span = trace::artifact(wanted.stage, wanted.artifact, wanted.key);
    let order = Arc::new(TrackOrder { provider: Arc::clone(provider), request });
    parts.purchases.buy(wanted, order).instrument(span).await?;
    Ok(track)
}
