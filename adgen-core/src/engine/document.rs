//! The project's document in the storage, which belongs to the person who edits it: a run that has something to add looks
//! before it writes, and never writes over what somebody else has saved in the meantime.

use super::progress::Progress;
use crate::{
    error::Result,
    project::{AdProject, Stage},
    store::{DOCUMENT, ProjectFolder},
};
use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};

/// The stored document as a run knows it.
#[derive(Debug)]
pub(crate) struct Document {
    folder: ProjectFolder,
    progress: Arc<Progress>,
    /// What it was when this run last read or wrote it; the outer `None`: not looked at yet.
    seen: Mutex<Option<Option<Bytes>>>,
}

impl Document {
    pub(crate) fn new(folder: ProjectFolder, progress: Arc<Progress>) -> Self {
        Self { folder, progress, seen: Mutex::default() }
    }

    /// The stored document; `None` where there is none.
    pub(crate) async fn read(&self) -> Result<Option<AdProject>> {
        let bytes = self.folder.read(DOCUMENT).await?;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes.clone());
        let Some(bytes) = bytes else { return Ok(None) };
        let read = AdProject::from_stored(&bytes);
        read.map(Some).map_err(|error| error.with_context("file", self.folder.display(DOCUMENT)))
    }

    /// Remembers what is stored without a look at what it says: an import takes its place, sound or not.
    pub(crate) async fn look_at(&self) -> Result<()> {
        let bytes = self.folder.read(DOCUMENT).await?;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
        Ok(())
    }

    /// Stores the document, unless somebody has saved another one since this run looked: theirs stays, and a note says so.
    /// Tells whether it was stored.
    pub(crate) async fn write(&self, project: &AdProject) -> Result<bool> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let seen = match seen {
            Some(seen) => seen,
            None => self.folder.read(DOCUMENT).await?,
        };
        let bytes = Bytes::from(project.to_json());
        if !self.folder.replace(DOCUMENT, seen.as_ref(), bytes.clone()).await? {
            let said = format!(
                "{} was saved while this run was at work: it stays as it was saved, and this run goes on with what it \
                 had read; run again to take it up",
                self.folder.display(DOCUMENT)
            );
            self.progress.note(Stage::Plan, said);
            return Ok(false);
        }
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Some(bytes));
        Ok(true)
    }
}
