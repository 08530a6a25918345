//! Hands what is known of an ad to the report: at the end of a run, and at any time after it.
//!
//! A run hands in what it is about to store, and [`make_again`] what was stored: both make the same page of it. May depend on
//! `report`, `composite` (fonts), `stages` (the timeline), `store`, `event`, `project`, `error` and its neighbours `outcome`,
//! `parts`, `artifacts`, `shown`, `told`, `turns`.

use super::{
    artifacts::Artifacts,
    outcome::OutputFile,
    parts::Parts,
    shown::Shown,
    told::Told,
    turns::{RunTurns, Turns},
};
use crate::{
    composite::FontShelf,
    error::{Error, ErrorKind, Result},
    event::{Event, EventRecord},
    project::{AdProject, Stage, State, StateAsset, Status},
    report::{self, NAME},
    stages::{Slot, name_for, timeline},
    store::{EVENTS, Found, HistoryRecord, ProjectFolder, ProjectLease, RENDERED, STATE, Storage},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_util::sync::CancellationToken;

/// What a page is made from, besides the files.
struct Known<'a> {
    /// The document as the run had read and planned it.
    project: &'a AdProject,
    state: State,
    records: Vec<HistoryRecord>,
    events: &'a [EventRecord],
}

/// Writes the report of the run that is about to end, and stores what it cannot be made again without.
pub(super) async fn write(parts: &Parts, project: &AdProject) -> Result<()> {
    parts.artifacts.folder().write(RENDERED, project.to_json()).await?;
    let known = Known {
        project,
        state: parts.progress.state(),
        records: parts.artifacts.history().lock().await.records().to_vec(),
        events: &parts.progress.history(),
    };
    let scratch = parts.artifacts.work_folder("report").await?;
    let fonts = Arc::clone(&parts.extensions.fonts);
    let lacks = known.write(fonts, &*parts.artifacts, &scratch, &parts.turns).await?;
    lacks.into_iter().for_each(|lack| parts.progress.note(Stage::Render, lack));
    Ok(())
}

/// Makes the report of a finished ad again, by the name `holder`, which nobody else has.
///
/// # Errors
/// `NotFound` where there is no ad, `InvalidInput` where the last run made none, `Locked` where a run is at work; `Io`,
/// `Timeout`.
pub(crate) async fn make_again(
    storage: &Storage,
    project_id: &str,
    holder: &str,
    turns: &Arc<Turns>,
    fonts: Arc<FontShelf>,
) -> Result<OutputFile> {
    let folder = storage.project(project_id)?;
    if folder.look(RENDERED).await?.is_none() {
        return Err(no_ad(&folder));
    }
    let lease = folder.acquire(holder).await?;
    // Where nobody waits any more, what is at work on other threads ends as well.
    let cancel = CancellationToken::new();
    let _stops = cancel.clone().drop_guard();
    let turns = turns.at_once(cancel);
    let made = again(storage, project_id, &lease, &turns, fonts).await;
    turns.quiet().await;
    lease.release().await;
    made
}

async fn again(
    storage: &Storage,
    project_id: &str,
    lease: &ProjectLease,
    turns: &RunTurns,
    fonts: Arc<FontShelf>,
) -> Result<OutputFile> {
    let storage = storage.behind(lease.fence());
    let folder = storage.project(project_id)?;
    let project = folder.read(RENDERED).await?.ok_or_else(|| no_ad(&folder))?;
    let unreadable = |error: Error, name: &str| error.with_context("file", folder.display(name));
    let project = std::str::from_utf8(&project)
        .map_err(|error| Error::new(ErrorKind::InvalidProject, "the document is no UTF-8").with_source(error))
        .and_then(AdProject::from_json)
        .map_err(|error| unreadable(error, RENDERED))?;
    let state = folder.read(STATE).await?.ok_or_else(|| no_ad(&folder))?;
    let state: State = serde_json::from_slice(&state).map_err(|error| {
        let error =
            Error::new(ErrorKind::InvalidProject, "the state of the project is not readable").with_source(error);
        unreadable(error, STATE)
    })?;
    if state.status != Status::Completed {
        let message = format!("the last run made no ad: it is {}", state.status.as_str());
        return Err(Error::new(ErrorKind::InvalidInput, message)
            .with_operation("report")
            .with_hint("run again: a run that finishes writes its report"));
    }
    let records = folder.history().await?.records().to_vec();
    // Only the notes of what was tried again come from it.
    let told = folder.read(EVENTS).await?.and_then(|bytes| Told::read(&bytes)).unwrap_or_default();
    let own = |record: &EventRecord| Some(record.run_id.as_str()) == state.run_id.as_deref();
    let events: Vec<EventRecord> = told.events.into_iter().filter(own).collect();
    let shown = Shown::default();
    let stored = Stored { storage: &storage, folder: &folder, assets: state.assets.clone(), shown };
    let scratch = folder.work_folder().await?;
    let known = Known { project: &project, state, records, events: &events };
    let written = known.write(fonts, &stored, scratch.path(), turns).await;
    turns.quiet().await;
    scratch.remove().await;
    written?;
    OutputFile::of(&folder, NAME, None).await
}

fn no_ad(folder: &ProjectFolder) -> Error {
    Error::new(ErrorKind::NotFound, "the project has no finished ad to report on")
        .with_operation("report")
        .with_context("file", folder.display(RENDERED))
        .with_hint("run it to its end: a run writes its report by itself")
}

impl Known<'_> {
    /// Gives what the page lacks.
    async fn write(
        self,
        fonts: Arc<FontShelf>,
        files: &impl report::Files,
        scratch: &Path,
        turns: &RunTurns,
    ) -> Result<Vec<String>> {
        let Self { project, mut state, records, events } = self;
        state.notes.extend(tried_again(events));
        let span = |slot: Slot| report::Span {
            start: slot.start,
            frames: slot.frames,
            lead_in: slot.crossfade.max(slot.dip_in),
            lead_out: slot.dip_out,
        };
        let spans = timeline(project).into_iter().map(span).collect();
        let main = project.main_aspect();
        let video = &format!("{}.mp4", name_for("final_video", main, main));
        let ad = report::Ad { project, state, records, spans, video, fonts };
        report::write(ad, files, scratch, turns).await
    }
}

/// What was tried again and how often, as notes: nothing but the events knows it.
fn tried_again(events: &[EventRecord]) -> impl Iterator<Item = String> {
    let mut times = BTreeMap::<&str, u32>::new();
    for record in events {
        if let Event::Retrying { artifact, .. } = &record.event {
            *times.entry(artifact).or_default() += 1;
        }
    }
    times.into_iter().map(|(artifact, times)| format!("{artifact} was tried again {times}×"))
}

impl report::Files for Artifacts {
    async fn path(&self, name: &str) -> Result<Option<PathBuf>> {
        there(self.path_of(name).await)
    }

    async fn store(&self, name: &str, path: &Path, scratch: &Path) -> Result<()> {
        self.adopt(name, path, scratch).await
    }
}

/// The files of a project with which nobody works: artifacts as they were stored, all other as they lie there.
struct Stored<'a> {
    storage: &'a Storage,
    folder: &'a ProjectFolder,
    /// What the last run's artifacts are, by their names.
    assets: BTreeMap<String, StateAsset>,
    shown: Shown,
}

impl report::Files for Stored<'_> {
    async fn path(&self, name: &str) -> Result<Option<PathBuf>> {
        if let Some((artifact, asset)) = self.assets.iter().find(|(_, asset)| asset.file == name) {
            // An artifact of many files stands in the state as `artifact:file`.
            let artifact = artifact.split(':').next().unwrap_or(artifact);
            if let Found::There(record) = self.storage.artifacts().find(&asset.key).await?
                && let Some(index) = record.files.iter().position(|file| record.name_of(file, artifact) == name)
            {
                self.shown.add(name.to_owned(), &record, index);
            }
        }
        there(self.shown.path_of(self.storage, self.folder, name).await)
    }

    async fn store(&self, name: &str, path: &Path, scratch: &Path) -> Result<()> {
        self.folder.adopt(name, path, scratch).await.map(drop)
    }
}

fn there(path: Result<PathBuf>) -> Result<Option<PathBuf>> {
    match path {
        Ok(path) => Ok(Some(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
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
