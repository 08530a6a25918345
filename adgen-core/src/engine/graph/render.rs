//! The video of every shape, and what lies beside it: captions, lists, poster.
//!
//! May depend on `project`, `text`, the engine's parts and `stages`.

use super::board::Board;
use crate::{
    engine::{artifacts::Artifact, parts::Parts},
    error::Result,
    project::{Aspect, Role, Stage},
    stages::{CAPTIONS, Rendering, combined_fidelity, loudness_of, srt, still_of, vtt},
    text::shown_name,
};

/// Renders the video of every shape, and what lies beside it.
pub(super) async fn render(
    parts: &Parts,
    board: &Board,
    composites: &[Vec<Artifact>],
    sound: Option<&Artifact>,
) -> Result<()> {
    parts.progress.started(Stage::Render);
    let aspects = &board.project.output.aspects;
    for (&aspect, segments) in aspects.iter().zip(composites) {
        video(parts, board, aspect, segments, sound).await?;
    }
    let files = parts.artifacts.folder();
    let (scenes, slots, fps) = (board.scenes(), &board.slots, board.fps());
    for (name, text) in CAPTIONS.into_iter().zip([srt(scenes, slots, fps), vtt(scenes, slots, fps)]) {
        files.write(name, text).await?;
    }
    if let Some(segments) = composites.first() {
        let lines = segments.iter().flat_map(|segment| &segment.files).map(|file| format!("file '{}'\n", file.file));
        files.write("concat_list.txt", lines.collect::<String>()).await?;
    }
    let fidelity = combined_fidelity(composites.iter().flatten().filter_map(|segment| segment.fidelity));
    parts.progress.measured(None, fidelity);
    futures_util::try_join!(poster(parts, board), measured(parts)).map(drop)
}

async fn video(
    parts: &Parts,
    board: &Board,
    aspect: Aspect,
    segments: &[Artifact],
    sound: Option<&Artifact>,
) -> Result<Artifact> {
    let artifact = board.name_for("final_video", aspect);
    let mut paths = Vec::with_capacity(segments.len());
    for segment in segments {
        for file in &segment.files {
            paths.push((parts.artifacts.path_of(&file.file).await?, segment.key.clone()));
        }
    }
    let track = match sound.and_then(|sound| sound.files.first().map(|file| (file, &sound.key))) {
        Some((file, key)) => Some((parts.artifacts.path_of(&file.file).await?, key.clone())),
        None => None,
    };
    let rendering = Rendering {
        segments: paths,
        track,
        samples: board.samples(),
        loudness: board.project.audio.loudness_lufs,
        kbps: board.project.output.audio_kbps,
        title: shown_name(board.project.title()),
        settings: board.video_settings(aspect),
    };
    match parts.artifacts.make(rendering.recipe(&artifact)).await {
        Ok(made) => Ok(made),
        Err(error) => {
            parts.fallbacks.degrade(Stage::Render, &artifact, "simplified render", error)?;
            parts.artifacts.make(rendering.simplified_recipe(&artifact)).await
        }
    }
}

/// A still of the scene that shows the product best.
async fn poster(parts: &Parts, board: &Board) -> Result<()> {
    let scenes = board.scenes();
    let best = [Role::Showcase, Role::Hook, Role::Benefit]
        .iter()
        .find_map(|&role| scenes.iter().position(|scene| scene.role == role && scene.product.is_some()));
    let slot = board.slots[best.unwrap_or(0)];
    let time_s = board.fps().seconds(slot.start + slot.frames * 3 / 5);
    let video = parts.artifacts.path_of("final_video.mp4").await?;
    let jpeg = parts.turns.cpu(move |_| still_of(&video, time_s)).await?;
    parts.artifacts.folder().write("poster.jpg", jpeg).await
}

/// Measures the loudness of the main video as viewers will hear it.
async fn measured(parts: &Parts) -> Result<()> {
    let video = parts.artifacts.path_of("final_video.mp4").await?;
    let report = parts.turns.cpu(move |cancel| loudness_of(&video, &|| cancel.is_cancelled())).await?;
    parts.progress.measured(Some(report), None);
    Ok(())
}
