//! Scenes composited: with the product, or the background alone where that fails.
//!
//! May depend on `composite`, `media` (whose fault an error is), `project`, the engine's parts and `stages`.

use super::{board::Board, clips::Clip, extract::Cutout};
use crate::{
    composite::{FontFacts, SceneSpec},
    engine::{artifacts::Artifact, parts::Parts, turns::blocking},
    error::{Error, ErrorKind, Result},
    media::is_encoders,
    project::{Aspect, Background, Stage},
    stages::{AssetUse, SceneSource, Segment, SharedBackdrop, scene_spec, typefaces_of},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// One scene in one shape, and what it is made from.
pub(super) struct Scene {
    pub(super) index: usize,
    pub(super) aspect: Aspect,
    pub(super) clip: Clip,
    /// The clip of the scene before, where that dissolves into this one.
    pub(super) before: Option<Clip>,
    pub(super) backdrop: SharedBackdrop,
    pub(super) backdrop_before: Option<SharedBackdrop>,
}

/// The segment of a scene.
pub(super) async fn composite(parts: &Parts, board: &Board, scene: Scene, cutout: Option<Cutout>) -> Result<Artifact> {
    let artifact = board.composite_name(scene.index, scene.aspect);
    let encoder = board.encoding.encoder();
    match in_whatever_way(parts, board, &scene, cutout.as_ref(), &artifact).await {
        Ok(made) => Ok(made),
        Err(error) => {
            board.encoding.give_up(parts, encoder, &artifact, error).await?;
            in_whatever_way(parts, board, &scene, cutout.as_ref(), &artifact).await
        }
    }
}

/// With the product where that can be.
async fn in_whatever_way(
    parts: &Parts,
    board: &Board,
    scene: &Scene,
    cutout: Option<&Cutout>,
    artifact: &str,
) -> Result<Artifact> {
    let encoder = board.encoding.encoder();
    let first = with(parts, board, scene, cutout, artifact).await;
    match first.map_err(|error| own_clips_fault(parts, board, scene.index, error)) {
        Ok(made) => Ok(made),
        // A device that encodes is broken without the product, too; and so is a clip of the person's own.
        Err(error) if encoder.is_hardware() && is_encoders(&error) => Err(error),
        Err(error) if cutout.is_some() && error.kind() != ErrorKind::InvalidInput => {
            parts.fallbacks.degrade(Stage::Composite, artifact, "background alone", error)?;
            with(parts, board, scene, None, artifact).await
        }
        Err(error) => Err(error),
    }
}

async fn with(
    parts: &Parts,
    board: &Board,
    scene: &Scene,
    cutout: Option<&Cutout>,
    artifact: &str,
) -> Result<Artifact> {
    let Scene { index, aspect, clip, before, .. } = scene;
    let shown = source_of(parts, board, *index, *aspect, clip).await?;
    let before = match before {
        Some(clip) => Some(source_of(parts, board, index - 1, *aspect, clip).await?),
        None => None,
    };
    let segment = Segment {
        fonts: fonts(board, &shown, before.as_ref()).await?,
        source: shown,
        before,
        cutout: match cutout {
            Some(cutout) => Some((parts.artifacts.path_of(&cutout.file).await?, cutout.key.clone())),
            None => None,
        },
        brand: board.brand.clone(),
        settings: board.video_settings(*aspect),
        backdrops: (scene.backdrop.clone(), scene.backdrop_before.clone()),
        art: Arc::clone(&parts.art),
    };
    parts.artifacts.make(segment.recipe(artifact)).await
}

/// What of the studio's typefaces the scene's texts are drawn by.
async fn fonts(board: &Board, shown: &SceneSource, before: Option<&SceneSource>) -> Result<Option<FontFacts>> {
    // As most studios are: nothing is to be read.
    if board.brand.fonts.is_the_systems() {
        return Ok(None);
    }
    let brand = board.brand.clone();
    let specs: Vec<SceneSpec> = std::iter::once(shown).chain(before).map(|source| source.spec.clone()).collect();
    blocking(move || typefaces_of(&specs.iter().collect::<Vec<_>>(), &brand)).await
}

async fn source_of(parts: &Parts, board: &Board, index: usize, aspect: Aspect, clip: &Clip) -> Result<SceneSource> {
    let spec = scene_spec(&board.project, &board.slots, index, aspect, clip.ground);
    Ok(SceneSource {
        spec,
        clip: (parts.artifacts.path_of(&clip.file).await?, clip.key.clone()),
        slot: board.slots[index],
    })
}

/// Where a clip that the person brought turns out to be broken beyond its beginning, that is bad input, by its own name.
fn own_clips_fault(parts: &Parts, board: &Board, index: usize, error: Error) -> Error {
    let path = error.context().find(|(key, _)| *key == "path").map(|(_, path)| PathBuf::from(path));
    let (Some(file), ErrorKind::Media) = (path.as_deref().and_then(Path::file_name), error.kind()) else {
        return error;
    };
    let own = [Some(index), index.checked_sub(1)].into_iter().flatten().find_map(|index| {
        match board.scenes().get(index).and_then(|scene| scene.background.as_ref()) {
            Some(Background::File(asset)) if file == asset.as_str() => Some((index, asset.as_str())),
            _ => None,
        }
    });
    match own {
        Some((index, stored)) => parts.own_files.about(AssetUse::Clip(index), stored, error),
        None => error,
    }
}
