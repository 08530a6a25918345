//! Hands what is known of an ad to the report.
//!
//! May depend on `report`, `stages` (the timeline), `project` and the engine's parts.

use super::{parts::Parts, products::Products, turns::RunTurns};
use crate::{
    error::{ErrorKind, Result},
    event::{Event, EventRecord},
    project::{AdProject, Stage},
    report,
    stages::{Slot, timeline},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_util::sync::CancellationToken;

/// Writes the report of the run that is about to end. `video` is the main video's name in the project's folder.
pub(super) async fn write(parts: &Parts, project: &AdProject, video: &str) -> Result<()> {
    let mut state = parts.progress.state();
    state.notes.extend(tried_again(&parts.progress.history()));
    let records = parts.products.history().lock().await.records().to_vec();
    let span = |slot: Slot| report::Span {
        start: slot.start,
        frames: slot.frames,
        lead_in: slot.crossfade.max(slot.dip_in),
        lead_out: slot.dip_out,
    };
    let spans = timeline(project).into_iter().map(span).collect();
    let fonts = Arc::clone(&parts.slots.fonts);
    let ad = report::Ad { project, state, records, spans, video, fonts };
    let scratch = parts.products.work_folder("report").await?;
    let lacks = report::write(ad, &*parts.products, &scratch, &*parts.turns).await?;
    lacks.into_iter().for_each(|lack| parts.progress.note(Stage::Render, lack));
    Ok(())
}

/// What was tried again and how often, as notes: nothing but the events knows it.
fn tried_again(events: &[EventRecord]) -> impl Iterator<Item = String> {
    let mut times = BTreeMap::<&str, u32>::new();
    for record in events {
        if let Event::Retrying { product, .. } = &record.event {
            *times.entry(product).or_default() += 1;
        }
    }
    times.into_iter().map(|(product, times)| format!("{product} was tried again {times}×"))
}

impl report::Files for Products {
    async fn path(&self, name: &str) -> Result<Option<PathBuf>> {
        match self.path_of(name).await {
            Ok(path) => Ok(Some(path)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn store(&self, name: &str, path: &Path, scratch: &Path) -> Result<()> {
        self.adopt(name, path, scratch).await
    }
}

impl report::Turns for RunTurns {
    fn threads(&self) -> usize {
        self.jobs()
    }

    async fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CancellationToken) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.cpu(work).await
    }
}
