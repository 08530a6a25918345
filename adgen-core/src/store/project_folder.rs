//! A project's folder, `projects/<id>`: the documents and files there, under the names that people know.
//!
//! May depend on `error` and its neighbours. Artifacts come into it by `publish`.

use super::{
    cache::Cache,
    digest::Digested,
    failure::Failure,
    history::History,
    listing::Seen,
    local_file::{hash, is_half, off_runtime, take_to},
    objects::Objects,
    opened::Opened,
    project_lease::ProjectLease,
    scratch::Scratch,
};
use crate::error::{Error, ErrorKind, Result};
use bytes::Bytes;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// The document of a project, which a person may edit.
pub(crate) const DOCUMENT: &str = "project.json";
/// Where its last run stands.
pub(crate) const STATE: &str = "state.json";
/// What its last run has told.
pub(crate) const EVENTS: &str = "events.json";
/// The document of the ad that lies there: what its last finished run had read and planned, whatever was edited since.
pub(crate) const RENDERED: &str = "rendered.json";
/// The folder of all projects.
pub(super) const PROJECTS: &str = "projects";
pub(super) const HISTORY: &str = "history";
pub(super) const LEASE: &str = "lease";
pub(super) const WORK: &str = "work";

/// One project's folder. The project need not exist.
#[derive(Debug, Clone)]
pub(crate) struct ProjectFolder {
    pub(super) objects: Objects,
    cache: Option<Cache>,
    id: String,
}

impl ProjectFolder {
    /// The folder of the project `id`.
    ///
    /// # Errors
    /// `InvalidProject` for an id that is no name of a project.
    pub(super) fn new(objects: &Objects, cache: Option<Cache>, id: &str) -> Result<Self> {
        if !is_id(id) {
            return Err(Error::new(
                ErrorKind::InvalidProject,
                format!("{id:?} is no project id: 1-64 characters of a-z, 0-9, - and _ are, a letter or digit first"),
            ));
        }
        Ok(Self { objects: objects.clone(), cache, id: id.to_owned() })
    }

    /// The project.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Where a file of the project lies in the storage.
    pub(super) fn at(&self, name: &str) -> String {
        format!("{PROJECTS}/{}/{name}", self.id)
    }

    /// The file as a person finds it.
    pub(crate) fn display(&self, name: &str) -> String {
        self.objects.display(&self.at(name))
    }

    /// The address of a file for whoever may look into the storage; `None` where that has none.
    pub(crate) fn url(&self, name: &str) -> Option<String> {
        self.objects.url(&self.at(name))
    }

    /// The project's folder, where the storage is one of this machine.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.objects.local_path(&format!("{PROJECTS}/{}", self.id))
    }

    /// Takes the project for a run.
    ///
    /// # Errors
    /// As [`ProjectLease::acquire`].
    pub(crate) async fn acquire(&self, run: &str) -> Result<ProjectLease> {
        let lease = ProjectLease::acquire(&self.objects, &self.at(LEASE), run).await;
        lease.map_err(|error| match error.kind() {
            ErrorKind::Locked => error.with_context("project", &*self.id),
            _ => error,
        })
    }

    /// Who works on the project now.
    ///
    /// # Errors
    /// As [`ProjectLease::holder`].
    pub(crate) async fn holder(&self) -> Result<super::holder::Holder> {
        ProjectLease::holder(&self.objects, &self.at(LEASE)).await
    }

    /// The project's history; to be appended to where the storage is a run's own.
    ///
    /// # Errors
    /// As [`History::load`].
    pub(crate) async fn history(&self) -> Result<History> {
        History::load(&self.objects, &self.at(HISTORY)).await
    }

    /// The whole file; `None` where there is none.
    ///
    /// # Errors
    /// `Io`, also for one of more than 64 MB, which nothing is that is read as a whole, and for what is no file;
    /// `Timeout`.
    pub(crate) async fn read(&self, name: &str) -> Result<Option<Bytes>> {
        self.objects.read(&self.at(name)).await
    }

    /// Writes the whole file, over an old one if need be; never into it, for that may be an artifact under another name.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`.
    pub(crate) async fn write(&self, name: &str, bytes: impl Into<Bytes>) -> Result<()> {
        self.objects.write(&self.at(name), bytes).await
    }

    /// Writes the file over the one with the content `old`, and over no other; `None`: unless there is one. Tells whether it
    /// did.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`.
    pub(crate) async fn replace(&self, name: &str, old: Option<&Bytes>, new: impl Into<Bytes>) -> Result<bool> {
        self.objects.replace(&self.at(name), old, new, &self.at(&format!("{LEASE}/{name}"))).await
    }

    /// That the project lacks this file: because there is no such project, or because it was brought in only in part.
    pub(crate) async fn not_there(&self, name: &str) -> Error {
        let half = name == DOCUMENT && matches!(self.look(STATE).await, Ok(Some(_)));
        let error = if half {
            Error::new(
                ErrorKind::NotFound,
                format!("the project {:?} has no document yet: no run has brought its files in", self.id),
            )
            .with_hint("generate it again from its document; its state says what went wrong, if anything did")
        } else {
            Error::new(ErrorKind::NotFound, format!("there is no project {:?} in the storage", self.id))
        };
        error.with_context("file", self.display(name))
    }

    /// What a look at the file shows; `None` where there is none.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn look(&self, name: &str) -> Result<Option<Seen>> {
        self.objects.head(&self.at(name)).await
    }

    /// Whether there is such a file, and something in it.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn has_content(&self, name: &str) -> Result<bool> {
        Ok(self.look(name).await?.is_some_and(|seen| seen.bytes > 0))
    }

    /// Deletes a file; a missing one is fine.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`.
    pub(crate) async fn delete(&self, name: &str) -> Result<()> {
        self.objects.delete(&self.at(name)).await
    }

    /// Names of the files in the project's folder, sorted.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn list(&self) -> Result<Vec<String>> {
        let seen = self.objects.list(&format!("{PROJECTS}/{}", self.id)).await?;
        Ok(seen.iter().map(|seen| seen.file().to_owned()).collect())
    }

    /// The sizes of the files in the project's folder, by their names.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn sizes(&self) -> Result<HashMap<String, u64>> {
        let seen = self.objects.list(&format!("{PROJECTS}/{}", self.id)).await?;
        Ok(seen.iter().map(|seen| (seen.file().to_owned(), seen.bytes)).collect())
    }

    /// Stores a file of this machine, such as a photo that a document brings in. One that lies in `scratch`, the
    /// caller's own folder, is moved where that can be; any other is copied and stays where it is, for it may be
    /// somebody else's.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`; an old file of that name is then as it was, or
    /// the new one.
    pub(crate) async fn adopt(&self, name: &str, path: &Path, scratch: &Path) -> Result<Digested> {
        self.objects.may_write()?;
        let at = self.at(name);
        let Some(target) = self.objects.local_path(&at) else { return self.objects.upload(&at, path).await };
        let (source, scratch) = (path.to_owned(), scratch.to_owned());
        let taken = off_runtime(move || take_to(&source, &target, &scratch)).await?;
        taken.map(Digested::from).map_err(|error| self.objects.failed("store", &at, error))
    }

    /// A file of the project on this machine: in place where the storage is a folder.
    ///
    /// # Errors
    /// `NotFound`; `Io`, `Timeout`.
    pub(crate) async fn open(&self, name: &str) -> Result<Opened> {
        let at = self.at(name);
        self.objects.expect_file(&at).map_err(|failure| self.objects.failed("open", &at, failure))?;
        let missing = || {
            self.objects.failed("open", &at, Failure::Missing).with_hint(
                "a stored document names its files as the storage has them: edit the one that the studio gives, or generate anew",
            )
        };
        let Some(cache) = self.cache.as_ref().filter(|_| self.objects.root().is_none()) else {
            let path = self.objects.local_path(&at).filter(|path| path.is_file());
            return path.map(Opened::InPlace).ok_or_else(missing);
        };
        let seen = self.objects.head(&at).await?.ok_or_else(missing)?;
        // People may put another file there: what is known of one version says nothing of the next.
        let version = seen.etag.as_deref().unwrap_or_default();
        let id = format!("{at} {version} {} {}", seen.modified, seen.bytes);
        let get = |path: PathBuf| {
            let (objects, at) = (self.objects.clone(), at.clone());
            async move { objects.download(&at, &path, None).await.map(|got| got.bytes) }
        };
        cache.fetch(&id, get).await.map(Opened::Cached).map_err(|failure| self.objects.failed("fetch", &at, failure))
    }

    /// Size and SHA-256 of a file; `None` where there is none.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn digest(&self, name: &str) -> Result<Option<Digested>> {
        let opened = match self.open(name).await {
            Ok(opened) => opened,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let hashed = off_runtime(move || hash(opened.path())).await?;
        hashed.map(|hashed| Some(hashed.into())).map_err(|error| self.objects.failed("read", &self.at(name), error))
    }

    /// A folder of this machine for one run's work, as [`Scratch`] says; in the project's own folder where that is one.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`.
    pub(crate) async fn work_folder(&self) -> Result<Scratch> {
        self.objects.may_write()?;
        let (own, folder) = (self.objects.local_path(&self.at(WORK)), self.folder());
        let parent = own.clone().unwrap_or_else(std::env::temp_dir);
        let shown = parent.display().to_string();
        let made = off_runtime(move || {
            let made = Scratch::make_in(&parent, own.is_some())?;
            for folder in folder.iter().flat_map(|folder| [folder.clone(), folder.join(HISTORY)]) {
                clear_halves(&folder);
            }
            Ok(made)
        });
        made.await?.map_err(|error| Failure::File(error).into_error("make the working folder for", &shown))
    }
}

/// Whether a project may have this name.
pub(super) fn is_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    !id.is_empty() && id.len() <= 64 && id.bytes().all(allowed) && !id.starts_with(['-', '_'])
}

/// Removes what a killed process was writing. Litter that stays is no reason to fail.
fn clear_halves(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(is_half) {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}
