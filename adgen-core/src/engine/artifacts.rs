//! Finding and making artifacts: what lies in the storage under its content key, whoever made it, and what is made on this
//! machine.
//!
//! An artifact is known by its key alone, in every project: an edit that moves scenes about changes names, and makes nothing
//! anew. The project's folder shows it under the name that people know. May depend on `store`, `stages` (what a piece of work
//! is), `project`, `error` and its neighbours `alone`, `held`, `progress`, `shown`, `trace`, `turns`, `fallback`.

use super::{
    alone::Alone, fallback::Fallbacks, held::HeldLedger, progress::Progress, shown::Shown, trace, turns::RunTurns,
};
use crate::{
    error::{Error, ErrorKind, Result},
    project::{FidelityReport, Metadata, Stage, StateAsset},
    stages::{Made, Recipe, Work},
    store::{
        ArtifactRecord, Buyer, Found, Gone, History, HistoryEvent, Loss, MadeBy, NewArtifact, ProjectFolder, Storage,
    },
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tracing::Instrument;

/// An artifact that lies in the storage.
#[derive(Debug, Clone)]
pub(crate) struct Artifact {
    pub(crate) key: String,
    pub(crate) files: Vec<StateAsset>,
    pub(crate) fidelity: Option<FidelityReport>,
    pub(crate) metadata: Metadata,
}

/// What became of an artifact that is wanted.
#[derive(Debug)]
pub(crate) enum Sought {
    There(Artifact),
    /// It was made once, and something of it is there no more.
    Gone(String),
    Nowhere,
}

/// Who works: a run that holds its project.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    pub(crate) buyer: Buyer,
    /// The number of its holding.
    pub(crate) epoch: u64,
    /// Its folder on this machine.
    pub(crate) scratch: PathBuf,
}

/// The artifacts of one project, as a run finds and makes them.
#[derive(Debug)]
pub(crate) struct Artifacts {
    storage: Storage,
    folder: ProjectFolder,
    history: Mutex<History>,
    worker: Worker,
    progress: Arc<Progress>,
    turns: Arc<RunTurns>,
    fallbacks: Arc<Fallbacks>,
    alone: Alone,
    shown: Shown,
}

impl Artifacts {
    /// Those of the project whose folder and history these are. The storage is behind the run's fence.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn new(
        storage: Storage,
        (folder, history): (ProjectFolder, History),
        worker: Worker,
        progress: Arc<Progress>,
        turns: Arc<RunTurns>,
        fallbacks: Arc<Fallbacks>,
    ) -> Result<Self> {
        let shown = Shown::of(&storage, &folder).await?;
        let (history, alone) = (Mutex::new(history), Alone::default());
        Ok(Self { storage, folder, history, worker, progress, turns, fallbacks, alone, shown })
    }

    /// The project's folder.
    pub(crate) fn folder(&self) -> &ProjectFolder {
        &self.folder
    }

    /// The storage, for what was ordered.
    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Who buys.
    pub(crate) fn buyer(&self) -> &Buyer {
        &self.worker.buyer
    }

    /// The project's history.
    pub(crate) fn history(&self) -> &Mutex<History> {
        &self.history
    }

    pub(crate) async fn record(&self, event: HistoryEvent) -> Result<()> {
        self.history.lock().await.append(event).await
    }

    /// A path at which one of the project's files can be opened: an artifact's, or one that the document brought in. It stays
    /// until the run has ended.
    pub(crate) async fn path_of(&self, file: &str) -> Result<PathBuf> {
        self.shown.path_of(&self.storage, &self.folder, file).await
    }

    /// SHA-256 of a file that the document brought in; empty where there is none.
    pub(crate) async fn hash_of(&self, file: &str) -> Result<String> {
        Ok(self.folder.digest(file).await?.map(|digested| digested.sha256).unwrap_or_default())
    }

    /// A folder of this machine for one artifact's work.
    pub(crate) async fn work_folder(&self, artifact: &str) -> Result<PathBuf> {
        let folder = self.worker.scratch.join(artifact);
        // Not the folders above it: where they are gone, the storage is, and that must not be papered over.
        match tokio::fs::create_dir(&folder).await {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(Error::from(error).with_operation("make a working folder").with_context("path", folder.display()))
            }
            _ => Ok(folder),
        }
    }

    /// Waits until nobody else of this run buys what has this key.
    ///
    /// # Errors
    /// `Cancelled`.
    pub(crate) async fn alone_with(&self, key: &str) -> Result<OwnedMutexGuard<()>> {
        tokio::select! {
            alone = self.alone.with(key) => Ok(alone),
            () = self.turns.cancel().cancelled() => Err(Error::cancelled()),
        }
    }

    /// Makes an artifact on this machine unless it is there.
    pub(crate) async fn make(&self, recipe: Recipe) -> Result<Artifact> {
        let span = trace::artifact(recipe.stage, &recipe.artifact, &recipe.key);
        self.find_or_make(recipe).instrument(span).await
    }

    async fn find_or_make(&self, recipe: Recipe) -> Result<Artifact> {
        let Recipe { stage, artifact, key, megabytes, make } = recipe;
        match self.look_for(stage, &artifact, &key).await? {
            Sought::There(found) => return Ok(found),
            Sought::Gone(what) => self.progress.note(stage, format!("{what}: it is made again")),
            Sought::Nowhere => {}
        }
        let folder = self.work_folder(&artifact).await?;
        let (progress, name) = (Arc::clone(&self.progress), artifact.clone());
        let (began, made) = self
            .turns
            .weighing(megabytes, move |cancel| {
                progress.started(stage);
                let began = Instant::now();
                let told = Arc::new(move |fraction| progress.progress(stage, &name, fraction));
                let made = make(&Work::new(folder, cancel.clone(), told))?;
                Ok((began, made))
            })
            .await?;
        self.keep(stage, &artifact, &key, made, began, None).await
    }

    /// Writes down that an artifact could not be made, and counts what that cost all the same.
    pub(crate) async fn failed(
        &self,
        stage: Stage,
        artifact: &str,
        key: &str,
        error: &Error,
        cost_usd: f64,
    ) -> Result<()> {
        let cost_usd = self.progress.amount(stage, artifact, cost_usd);
        self.record(HistoryEvent::Failed {
            artifact: artifact.to_owned(),
            key: key.to_owned(),
            code: error.kind().as_str().to_owned(),
            message: error.to_string(),
            cost_usd,
        })
        .await?;
        self.progress.spent(stage, cost_usd);
        Ok(())
    }

    /// The same for what was ordered: its ledger first.
    pub(crate) async fn close(&self, ledger: &HeldLedger, error: &Error, cost_usd: f64) -> Result<()> {
        ledger.failed(error, cost_usd).await?;
        self.failed(ledger.stage(), ledger.artifact(), ledger.key(), error, cost_usd).await
    }

    /// The artifact as it lies in the storage, under this name from now on; `None` where it has to be made.
    pub(crate) async fn find(&self, stage: Stage, artifact: &str, key: &str) -> Result<Option<Artifact>> {
        match self.look_for(stage, artifact, key).await? {
            Sought::There(found) => Ok(Some(found)),
            Sought::Gone(_) | Sought::Nowhere => Ok(None),
        }
    }

    /// The same, telling what was lost.
    pub(crate) async fn look_for(&self, stage: Stage, artifact: &str, key: &str) -> Result<Sought> {
        let record = match self.storage.artifacts().find(key).await? {
            Found::There(record) => record,
            Found::Gone(gone) => return Ok(Sought::Gone(lost(&gone, artifact))),
            Found::Unreadable(why) => return Ok(Sought::Gone(format!("the record of {artifact} is damaged ({why})"))),
            Found::Nowhere => return Ok(Sought::Nowhere),
        };
        // A policy that denies them may be newer than the artifact.
        self.fallbacks.lacks(stage, artifact, &record.lacks)?;
        match self.show(&record, artifact).await {
            // Elsewhere only a look at the files themselves tells.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return match self.storage.artifacts().verify(&record).await? {
                    Found::Gone(gone) => Ok(Sought::Gone(lost(&gone, artifact))),
                    _ => Err(error),
                };
            }
            shown => shown?,
        }
        let files = record.assets(artifact);
        if self.history.lock().await.latest_key(artifact) != Some(key) {
            let (artifact, key) = (artifact.to_owned(), key.to_owned());
            self.record(HistoryEvent::Reused { artifact, stage, key }).await?;
        }
        self.progress.reused(stage, artifact, &files);
        Ok(Sought::There(self.artifact(&record, files)))
    }

    fn artifact(&self, record: &ArtifactRecord, files: Vec<StateAsset>) -> Artifact {
        let (fidelity, metadata) = (record.fidelity, record.metadata.clone());
        Artifact { key: record.key.clone(), files, fidelity, metadata }
    }

    /// Gives an artifact's files the names that people know.
    async fn show(&self, record: &Arc<ArtifactRecord>, artifact: &str) -> Result<()> {
        let is_known = self.history.lock().await.latest_key(artifact) == Some(record.key.as_str());
        for (index, file) in record.files.iter().enumerate() {
            let name = record.name_of(file, artifact);
            if !(is_known && self.shown.is_there(&name, file.bytes)) {
                self.folder.publish(file, record.bought, &name).await?;
            }
            self.shown.add(name, record, index);
        }
        Ok(())
    }

    /// Stores what was made, writes it into the history and tells it. What was bought closes its `ledger` first: what was
    /// paid is known from then on, whatever happens to this run.
    pub(crate) async fn keep(
        &self,
        stage: Stage,
        artifact: &str,
        key: &str,
        made: Made,
        began: Instant,
        ledger: Option<&HeldLedger>,
    ) -> Result<Artifact> {
        self.fallbacks.lacks(stage, artifact, &made.lacks)?;
        let elapsed_ms = began.elapsed().as_millis() as u64;
        let cost_usd = self.progress.amount(stage, artifact, made.cost_usd);
        let Buyer { run, project } = self.worker.buyer.clone();
        let new = NewArtifact {
            key: key.to_owned(),
            stage,
            artifact: artifact.to_owned(),
            files: made.files,
            cost_usd,
            elapsed_ms,
            notes: made.notes.clone(),
            fidelity: made.fidelity,
            lacks: made.lacks,
            metadata: made.metadata,
            bought: ledger.is_some() || cost_usd > 0.0,
            made_by: MadeBy { project, run, epoch: self.worker.epoch },
        };
        let stored = self.storage.artifacts().put(new, &self.worker.scratch.join(artifact)).await?;
        if let Some(ledger) = ledger {
            ledger.finished(cost_usd).await?;
        }
        let record = stored.record;
        self.show(&record, artifact).await?;
        for note in made.notes {
            self.progress.note(stage, note);
        }
        let (name, key) = (artifact.to_owned(), key.to_owned());
        self.record(HistoryEvent::Finished { artifact: name, stage, key, cost_usd, elapsed_ms }).await?;
        let files = record.assets(artifact);
        self.progress.made(stage, artifact, &files, cost_usd, elapsed_ms);
        Ok(self.artifact(&record, files))
    }

    /// A small artifact's content.
    ///
    /// # Errors
    /// `NotFound`, `Io`, `Timeout`.
    pub(crate) async fn read(&self, file: &str) -> Result<Vec<u8>> {
        let path = self.path_of(file).await?;
        let named = |error: std::io::Error| Error::from(error).with_context("path", path.display());
        tokio::fs::read(&path).await.map_err(named)
    }

    /// Stores a file of the project that is no artifact, such as the report, which lies in `scratch`.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`.
    pub(crate) async fn adopt(&self, name: &str, path: &Path, scratch: &Path) -> Result<()> {
        self.folder.adopt(name, path, scratch).await.map(drop)
    }
}

/// What became of an artifact's file, in a few words.
fn lost(gone: &Gone, artifact: &str) -> String {
    let Gone { record, file, loss, since } = gone;
    let name = record.files.iter().find(|own| own.name == *file).map(|own| record.name_of(own, artifact));
    let name = name.unwrap_or_else(|| file.clone());
    let what = match loss {
        Loss::Missing => "was missing",
        Loss::Damaged => "no longer had the content that was stored",
    };
    match record.bought {
        true => format!("{name} {what} (bought on {} for ${:.2}, gone since {since})", record.at, record.cost_usd),
        false => format!("{name} {what}"),
    }
}
