//! What a project's history and the storage know of its state, where the state's own file does not say it.
//!
//! May depend on `store`, `project` and `error`.

use crate::{
    error::Result,
    project::State,
    store::{Found, History, ProjectFolder, Storage},
};
use std::collections::BTreeSet;

/// The state of a project without a readable one: since when it is there, what was spent on it, and its artifacts that
/// are there; `now` counts for one with which nothing has happened.
///
/// # Errors
/// `Io`, `Timeout`; `InvalidProject` for an artifact of a newer version.
pub(crate) async fn derived(
    storage: &Storage,
    folder: &ProjectFolder,
    history: &History,
    now: String,
) -> Result<State> {
    let began = history.records().first().map_or(now, |record| record.at.clone());
    let mut state = State { cost_usd: history.spent_usd(), ..State::new(folder.id(), began) };
    let artifacts = history.artifacts();
    if artifacts.is_empty() {
        return Ok(state);
    }
    let shown: BTreeSet<String> = folder.list().await?.into_iter().collect();
    for (artifact, key) in artifacts {
        if let Found::There(record) = storage.artifacts().find(key).await? {
            let files = record.assets(artifact);
            // Those of scenes and shapes that the document has no more lie in the storage alone.
            if files.iter().all(|file| shown.contains(&file.file)) {
                state.add_files(artifact, &files);
            }
        }
    }
    Ok(state)
}
