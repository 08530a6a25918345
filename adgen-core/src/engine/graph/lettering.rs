//! Whether the scenes' texts can be shown as they are written. Where the policy denies less, that is asked before anything is
//! bought for them.
//!
//! May depend on `composite`, `project`, the engine's parts and `stages`.

use super::{board::Board, extract::Cutout};
use crate::{
    composite::SceneSpec,
    engine::parts::Parts,
    error::Result,
    project::Stage,
    stages::{foreseen_lacks, scene_spec},
};
use std::sync::Arc;

/// Foresees the texts of every scene in every shape, for a policy that denies fallbacks.
///
/// # Errors
/// `FallbackDenied` for a text that cannot be shown as it is written.
pub(super) async fn check(parts: &Parts, board: &Board, cutout: Option<Cutout>) -> Result<()> {
    let cutout = match cutout {
        Some(cutout) => Some(parts.artifacts.path_of(&cutout.file).await?),
        None => None,
    };
    let scenes: Vec<(String, SceneSpec)> = board
        .each()
        .map(|(index, a)| (board.composite_name(index, a), scene_spec(&board.project, &board.slots, index, a, None)))
        .collect();
    let (brand, art) = (board.brand.clone(), Arc::clone(&parts.art));
    let foreseen = parts.turns.cpu(move |_| foreseen_lacks(scenes, cutout.as_deref(), &brand, &art)).await?;
    for (artifact, lacks) in foreseen {
        parts.fallbacks.lacks(Stage::Composite, &artifact, &lacks)?;
    }
    Ok(())
}
