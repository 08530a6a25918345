//! A moving background for each scene: the user's own, the provider's, the offline studio's, or black.
//!
//! May depend on `project`, the engine's parts, `stages` and `provider`.

use super::board::Board;
use crate::{
    engine::{
        parts::Parts,
        purchase::{ClipOrder, Stock, Wanted, look},
        trace,
    },
    error::{Error, ErrorKind, Result},
    project::{Aspect, Background, GeneratedBackground, Ground, Scene, Stage},
    provider::VideoProvider,
    stages::{
        AssetUse, FileKind, Recipe, Slot, Wish, accept_clip, black, clip_name, clip_request, clip_wishes, join_clips,
        joined_key, kind_of, needed_s, part_seed, parts_of, seed_of, shape_of, soften, still,
    },
};
use futures_util::future::try_join_all;
use std::sync::Arc;
use tracing::Instrument;

/// A background clip in the storage.
#[derive(Debug, Clone)]
pub(crate) struct Clip {
    pub(crate) file: String,
    pub(crate) key: String,
    /// Where a product can stand in it, where that is known.
    pub(crate) ground: Option<Ground>,
}

/// The clip of scene `index` for videos of `aspect`.
pub(super) async fn clip(parts: &Parts, board: &Board, index: usize, aspect: Aspect) -> Result<Clip> {
    let scene = &board.scenes()[index];
    match &scene.background {
        Some(Background::File(asset)) => own(parts, board, index, aspect, asset.as_str())
            .await
            .map_err(|error| error.with_operation("scenes").with_context("scene", &scene.id)),
        Some(Background::Generate(wanted)) => generated(parts, board, index, scene, wanted, aspect).await,
        None => Err(Error::new(ErrorKind::Unexpected, format!("scene {} was not planned", scene.id))),
    }
}

/// What the user brings: a clip as it is, or a picture as a clip.
async fn own(parts: &Parts, board: &Board, index: usize, aspect: Aspect, file: &str) -> Result<Clip> {
    let path = parts.artifacts.path_of(file).await?;
    let kind = {
        let path = path.clone();
        parts.turns.cpu(move |_| kind_of(&path)).await?
    };
    let key = parts.artifacts.hash_of(file).await?;
    if kind != FileKind::Video {
        let artifact = clip_name(&board.project, &*parts.providers.video, index, aspect);
        let recipe = still(&board.project, board.slots[index], aspect, &artifact, (&path, &key), kind);
        let key = recipe.key.clone();
        parts.artifacts.make(recipe).await?;
        return Ok(Clip { file: format!("{artifact}.mp4"), key, ground: None });
    }
    let accepted = parts.turns.cpu(move |_| accept_clip(&path)).await;
    accepted.map_err(|error| parts.own_files.about(AssetUse::Clip(index), file, error))?;
    Ok(Clip { file: file.to_owned(), key, ground: None })
}

async fn generated(
    parts: &Parts,
    board: &Board,
    index: usize,
    scene: &Scene,
    wanted: &GeneratedBackground,
    aspect: Aspect,
) -> Result<Clip> {
    let own = &parts.providers.video;
    let offline = &parts.providers.fallback_video;
    let artifact = clip_name(&board.project, &**own, index, aspect);
    let seed = seed_of(&board.project, wanted);
    let slot = board.slots[index];
    let order = |provider: &Arc<dyn VideoProvider>, prompt: &str| Ordered {
        parts,
        board,
        provider: Arc::clone(provider),
        prompt: prompt.to_owned(),
        seed,
        slot,
    };
    let shape = shape_of(&**own, board.main_aspect(), aspect);
    let mut first = order(own, &wanted.prompt).make(&artifact, shape).await;
    if matches!(&first, Err(error) if error.kind() == ErrorKind::ContentRejected) {
        let said = format!("{artifact}: the provider refused the prompt; it is asked once more in softer words");
        parts.progress.note(Stage::Scenes, said);
        first = order(own, &soften(&wanted.prompt)).make(&artifact, shape).await;
    }
    let mut error = match first {
        Ok(clip) => return Ok(clip),
        Err(error) => error.with_context("scene", &scene.id),
    };
    if own.info() != offline.info() {
        parts.fallbacks.degrade(Stage::Scenes, &artifact, "offline studio clip", error)?;
        match order(offline, &wanted.prompt).make(&artifact, aspect).await {
            Ok(clip) => return Ok(clip),
            Err(second) => error = second,
        }
    }
    parts.fallbacks.degrade(Stage::Scenes, &artifact, "black background", error)?;
    let recipe = black(&artifact, board.project.output.clone(), slot, aspect);
    let key = recipe.key.clone();
    parts.artifacts.make(recipe).await?;
    Ok(Clip { file: format!("{artifact}.mp4"), key, ground: None })
}

struct Ordered<'a> {
    parts: &'a Parts,
    board: &'a Board,
    provider: Arc<dyn VideoProvider>,
    prompt: String,
    seed: u32,
    slot: Slot,
}

impl Ordered<'_> {
    /// One clip, or several that are joined where the provider's longest is too short.
    async fn make(&self, artifact: &str, aspect: Aspect) -> Result<Clip> {
        let pieces = parts_of(&self.provider.capability(), needed_s(&self.board.project, self.slot));
        if pieces.count == 1 {
            return self.part(artifact, aspect, pieces.duration_s, self.seed).await;
        }
        let orders = (0..pieces.count).map(|part| {
            let name = format!("{artifact}_part{}", part + 1);
            async move { self.part(&name, aspect, pieces.duration_s, part_seed(self.seed, part)).await }
        });
        let clips = try_join_all(orders).await?;
        let keys: Vec<&str> = clips.iter().map(|clip| clip.key.as_str()).collect();
        let key = joined_key(&keys);
        let artifacts = &self.parts.artifacts;
        let paths = try_join_all(clips.iter().map(|clip| artifacts.path_of(&clip.file))).await?;
        let file = format!("{artifact}.mp4");
        let name = file.clone();
        let recipe = Recipe::new(Stage::Scenes, artifact, &key, move |work| join_clips(&paths, &name, work));
        artifacts.make(recipe).await?;
        Ok(Clip { file, key, ground: None })
    }

    async fn part(&self, artifact: &str, aspect: Aspect, duration_s: f64, seed: u32) -> Result<Clip> {
        let Self { parts, board, provider, .. } = self;
        let request = clip_request(&board.project, &self.prompt, aspect, duration_s, seed);
        let file = format!("{artifact}.mp4");
        let mut wishes = clip_wishes(&**provider, &board.project.output.aspects, request);
        let chosen = match look(&parts.artifacts, Stage::Scenes, artifact, &wishes).await? {
            Stock::There(index, made) => {
                return Ok(Clip { file, key: wishes.swap_remove(index).key, ground: made.metadata.ground });
            }
            Stock::UnderWay(index) => index,
            Stock::Empty => 0,
        };
        let Wish { key, request } = wishes.swap_remove(chosen);
        let wanted = Wanted { stage: Stage::Scenes, artifact, key: &key, file: file.clone(), accept: accept_clip };
        let order = Arc::new(ClipOrder { provider: Arc::clone(provider), request });
        let span = trace::artifact(wanted.stage, wanted.artifact, wanted.key);
        let made = parts.purchases.buy(wanted, order).instrument(span).await?;
        Ok(Clip { file, key, ground: made.metadata.ground })
    }
}
