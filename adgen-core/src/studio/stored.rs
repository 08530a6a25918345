//! What lies in the storage: looking at projects, saving, copying and deleting them, their reports, and addresses of their
//! files.
//!
//! May depend on `engine` (which makes reports), `store`, `project`, `asset` (names that are nearly right) and `error`.

use super::Studio;
use crate::{
    asset::with_similar_name,
    engine::{OutputFile, make_report_again, need_runtime, run_name},
    error::{Error, ErrorKind, Result},
    project::{AdProject, State, UnreadableState},
    store::{DOCUMENT, GcPlan, GcRules, Holder, ProjectFolder, STATE, StorageUse, hex},
};
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};
use url::Url;

/// A document as it lies in the storage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct StoredDocument {
    /// The document.
    pub document: AdProject,
    /// Stands for its content: what [`Studio::save`] takes, so that nobody else's edit is written over.
    pub version: String,
}

impl StoredDocument {
    /// A document and what stands for its content.
    pub fn new(document: AdProject, version: impl Into<String>) -> Self {
        Self { document, version: version.into() }
    }
}

impl Studio {
    /// The ids of all projects in the storage, sorted.
    ///
    /// # Errors
    /// `Io`.
    pub async fn list(&self) -> Result<Vec<String>> {
        self.home.run(self.storage.projects()).await
    }

    /// What is known about a project. A run that ended without a word, because its process was killed or the storage took no
    /// further file, counts as failed: the file still tells of its work.
    ///
    /// # Errors
    /// `NotFound` where nothing was ever done with it; `InvalidProject` where a newer version wrote it, or it is damaged; `Io`.
    pub async fn state(&self, project_id: &str) -> Result<State> {
        self.home.run(self.state_here(project_id)).await
    }

    async fn state_here(&self, project_id: &str) -> Result<State> {
        let read = async || {
            let parse = |bytes: &[u8]| State::read(bytes).map_err(UnreadableState::into_error);
            self.read::<State>(project_id, STATE, parse).await
        };
        let state = read().await?;
        // One that was only imported waits for its first run.
        if state.status.is_final() || state.run_id.is_none() {
            return Ok(state);
        }
        if let Holder::Run { .. } | Holder::Unsure { .. } = self.storage.project(project_id)?.holder().await? {
            return Ok(state);
        }
        // It may have come to its end between the two looks.
        let state = read().await?;
        Ok(if state.status.is_final() { state } else { state.interrupted() })
    }

    /// The document as it lies in the storage, with its version.
    ///
    /// # Errors
    /// `NotFound`, `InvalidProject`, `Io`.
    pub async fn document(&self, project_id: &str) -> Result<StoredDocument> {
        let parse = |bytes: &[u8]| {
            let document = AdProject::from_stored(bytes)?;
            Ok(StoredDocument { document, version: version_of(bytes) })
        };
        self.home.run(self.read(project_id, DOCUMENT, parse)).await
    }

    /// Saves an edited document of a project, which counts for the next run; returns its version. With `if_match`, a version
    /// that [`Studio::document`] or a call of this gave, only where nobody else has saved another one since.
    ///
    /// # Errors
    /// `InvalidProject` with every problem, `NotFound` for a project that was never imported, `Conflict`, `Io`.
    pub async fn save(&self, document: &AdProject, if_match: Option<&str>) -> Result<String> {
        document.validate()?;
        self.home.run(self.save_here(document, if_match)).await
    }

    async fn save_here(&self, document: &AdProject, if_match: Option<&str>) -> Result<String> {
        let folder = self.storage.project(&document.id)?;
        loop {
            let Some(there) = folder.read(DOCUMENT).await? else { return Err(not_found(&folder, DOCUMENT).await) };
            if if_match.is_some_and(|version| version != version_of(&there)) {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    "the document was saved by somebody else since it was read",
                )
                .with_context("file", folder.display(DOCUMENT))
                .with_hint("read it again, make the edit in that one, and save it with its version"));
            }
            let new = Bytes::from(document.to_json());
            if folder.replace(DOCUMENT, Some(&there), new.clone()).await? {
                return Ok(version_of(&new));
            }
        }
    }

    async fn read<T>(&self, id: &str, name: &str, parse: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        let folder = self.storage.project(id)?;
        let Some(bytes) = folder.read(name).await? else { return Err(not_found(&folder, name).await) };
        parse(&bytes).map_err(|error| error.with_context("file", folder.display(name)))
    }

    /// Copies a project under another id, with its files and without its history: what was bought for the first one serves
    /// the copy for nothing.
    ///
    /// # Errors
    /// `NotFound`; `InvalidProject` for an id that is none; `Conflict` for one that another project has; `Locked`; `InvalidConfig` outside of
    /// a Tokio runtime; `Io`.
    pub async fn copy(&self, from: &str, to: &str) -> Result<()> {
        let copied = async {
            need_runtime()?;
            self.storage.copy_project(from, to, &run_name()).await
        };
        self.home.run(copied).await
    }

    /// Deletes a project. What was made and bought for it stays in the storage for others that want the same; `adgen gc`
    /// removes what nobody uses.
    ///
    /// # Errors
    /// `NotFound`; `Locked` where a run works on it; `InvalidConfig` outside of a Tokio runtime; `Io`.
    pub async fn delete(&self, project_id: &str) -> Result<()> {
        let deleted = async {
            need_runtime()?;
            self.storage.delete_project(project_id, &run_name()).await
        };
        self.home.run(deleted).await
    }

    /// Writes `report.html` of a finished project again, from what the storage has: the page that the last run wrote, about the
    /// document that it had read, whatever was edited since. Makes and buys nothing.
    ///
    /// # Errors
    /// `NotFound` where there is no finished ad; `InvalidInput` where the last run failed or was cancelled; `Locked` where a run
    /// works on the project; `InvalidConfig` outside of a Tokio runtime; `Io`.
    pub async fn report(&self, project_id: &str) -> Result<OutputFile> {
        let made = async {
            need_runtime()?;
            let fonts = Arc::clone(&self.extensions.fonts);
            make_report_again(&self.storage, project_id, &run_name(), &self.turns, fonts).await
        };
        self.home.run(made).await
    }

    /// How much the storage was asked for since the studio was built.
    pub fn storage_use(&self) -> StorageUse {
        self.storage.used()
    }

    /// Looks for artifacts that no project uses any more, and removes nothing.
    ///
    /// # Errors
    /// `InvalidProject` where a project's history cannot be read, for nobody knows then what it uses; `Unsupported` where the
    /// store tells no times; `Io`.
    pub async fn find_waste(&self, rules: GcRules) -> Result<GcPlan> {
        self.home.run(self.storage.find_waste(rules)).await
    }

    /// Removes what was found, but for what a project has come to use since; returns the bytes that were freed. Ledgers of
    /// purchases stay.
    ///
    /// # Errors
    /// As [`Studio::find_waste`]: some of it may then be gone, and the rest is found again.
    pub async fn remove_waste(&self, plan: &GcPlan) -> Result<u64> {
        self.home.run(self.storage.remove_waste(plan)).await
    }

    /// An address of a file of the project, such as `final_video.mp4`: a presigned link of an object store, which anybody can
    /// open until it expires, or a `file://` address on this machine.
    ///
    /// # Errors
    /// `NotFound`; `Unsupported` where the storage signs nothing; `InvalidProject` for an id that is none; `Io`.
    pub async fn url(&self, project_id: &str, file: &str, expires: Duration) -> Result<Url> {
        let folder = self.storage.project(project_id)?;
        let address = async {
            if folder.look(file).await?.is_none() {
                return Err(Error::new(ErrorKind::NotFound, "the project has no such file")
                    .with_context("file", folder.display(file)));
            }
            self.storage.address_in(project_id, file, expires).await
        };
        self.home.run(address).await
    }
}

async fn not_found(project: &ProjectFolder, file: &str) -> Error {
    let error = project.not_there(file).await;
    match project.folder() {
        Some(folder) => with_similar_name(error, &folder),
        None => error,
    }
}

fn version_of(document: &[u8]) -> String {
    hex(&Sha256::digest(document))
}
