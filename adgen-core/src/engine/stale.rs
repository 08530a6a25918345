//! What an earlier version of the document had and this one has no more: its visible files go.
//!
//! Their artifacts stay in the storage, where another edit finds them. May depend on `store`, `project`, `error` and its
//! neighbour `artifacts`.

use super::{artifacts::Artifacts, progress::Progress};
use crate::{
    error::Result,
    project::{Aspect, Stage},
    store::HistoryEvent,
};
use std::collections::BTreeSet;

/// Removes the visible files of scenes and shapes that the document has no more: it has `scenes`, and `further` shapes beside
/// the main one.
pub(crate) async fn clear(artifacts: &Artifacts, progress: &Progress, scenes: usize, further: &[Aspect]) -> Result<()> {
    let is_stale = |name: &str| {
        scene_of(name).is_some_and(|number| number > scenes)
            || shape_of(name).is_some_and(|shape| !further.contains(&shape))
    };
    let stale: BTreeSet<String> = {
        let history = artifacts.history().lock().await;
        let made = history.records().iter().filter_map(|record| match record.known()? {
            HistoryEvent::Finished { artifact, stage, .. } | HistoryEvent::Reused { artifact, stage, .. } => {
                matches!(stage, Stage::Scenes | Stage::Composite | Stage::Render).then_some(artifact)
            }
            _ => None,
        });
        // Names of artifacts have no ending.
        made.filter(|artifact| is_stale(&format!("{artifact}."))).cloned().collect()
    };
    if stale.is_empty() {
        return Ok(());
    }
    for name in artifacts.folder().list().await? {
        let is_its =
            |artifact: &String| name.strip_prefix(artifact.as_str()).is_some_and(|rest| rest.starts_with(['.', '_']));
        if is_stale(&name) && stale.iter().any(is_its) {
            artifacts.folder().delete(&name).await?;
            progress.forget_file(&name);
        }
    }
    Ok(())
}

/// The number of the scene that a file belongs to.
fn scene_of(file: &str) -> Option<usize> {
    let (number, _) = file.strip_prefix("scene_")?.split_once('_')?;
    number.parse().ok()
}

/// The shape in the name of an artifact's file, which those of the main shape do not have.
fn shape_of(file: &str) -> Option<Aspect> {
    let (stem, _) = file.rsplit_once('.')?;
    let (_, suffix) = stem.rsplit_once('_')?;
    Aspect::ALL.iter().copied().find(|shape| shape.file_suffix() == suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_scene_and_shape() {
        for (file, scene, shape) in [
            ("scene_2_bg.mp4", Some(2), None),
            ("scene_12_bg_part1.mp4", Some(12), None),
            ("scene_12_composited_16x9.mp4", Some(12), Some(Aspect::Landscape16x9)),
            ("scene_3_composited_1x1.mp4", Some(3), Some(Aspect::Square)),
            ("scene_x_bg.mp4", None, None),
            ("final_video_1x1.mp4", None, Some(Aspect::Square)),
            ("final_video.mp4", None, None),
            ("poster.jpg", None, None),
        ] {
            assert_eq!((scene_of(file), shape_of(file)), (scene, shape), "{file}");
        }
    }
}
