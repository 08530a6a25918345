//! Finding artifacts: by their content key alone, across all projects of the storage.
//!
//! A record is written once, after its files, so that readers need no lock and what is remembered never grows old; but
//! files may go: somebody deleted them, a lifecycle rule did, or a disk. May depend on `error` and its neighbours;
//! making artifacts is `artifact_store`'s.

use super::{
    artifact_record::{ArtifactFile, ArtifactRecord, RECORD},
    cache::Cache,
    content_key::folder_of,
    digest::Digested,
    failure::Failure,
    local_file::{Stamp, hash, off_runtime, stamp},
    objects::{Created, Objects},
    opened::Opened,
    record::Unreadable,
    time::now,
};
use crate::error::{Error, ErrorKind, Result};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The folder of all artifacts.
pub(super) const ARTIFACTS: &str = "artifacts";
/// Written by whoever notices first that an artifact's files are gone: since when they are.
pub(super) const GONE: &str = "gone.json";
/// So many records are remembered at most.
const REMEMBERED: usize = 10_000;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// The artifact is there.
    There(Arc<ArtifactRecord>),
    /// It was made, and a file of it is gone.
    Gone(Gone),
    /// Its record cannot be read, for this reason.
    Unreadable(String),
    /// It was never made.
    Nowhere,
}

/// An artifact of which something is gone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gone {
    /// What it was: when it was made, for how much, and whether it was paid for.
    pub(crate) record: Arc<ArtifactRecord>,
    /// The file, as a project names it.
    pub(crate) file: String,
    pub(crate) loss: Loss,
    /// Since when at least, RFC 3339, by the clock of whoever noticed.
    pub(crate) since: String,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It is not there.
    Missing,
    /// It is there with another content.
    Damaged,
}

/// The artifacts of a storage. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Artifacts {
    pub(super) objects: Objects,
    pub(super) cache: Option<Cache>,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    records: HashMap<String, Arc<ArtifactRecord>>,
    /// Files of a folder that were touched, and whose content was looked at since: by their objects.
    looked_at: HashMap<String, Stamp>,
}

impl Artifacts {
    /// Those of `objects`; where these lie elsewhere, files come into `cache`.
    pub(crate) fn new(objects: &Objects, cache: Option<Cache>) -> Self {
        Self { objects: objects.clone(), cache, known: Arc::default() }
    }

    /// The same for a run that may write as long as its fence lets it.
    #[must_use]
    pub(super) fn through(&self, objects: &Objects) -> Self {
        Self { objects: objects.clone(), ..self.clone() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Maps of facts are whole whatever happened to another thread.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn remember(&self, record: &Arc<ArtifactRecord>) {
        let mut known = self.known();
        if known.records.len() >= REMEMBERED {
            known.records.clear();
        }
        known.records.insert(record.key.clone(), Arc::clone(record));
    }

    pub(super) fn forget(&self, key: &str) {
        self.known().records.remove(key);
    }

    /// What is known of `key`: one request the first time, none after that. In a folder the files are looked at, too;
    /// elsewhere a file that is gone shows when it is opened, or by [`Artifacts::verify`].
    ///
    /// # Errors
    /// `Io`, `Timeout`; `InvalidProject` where a newer version wrote the record.
    pub(crate) async fn find(&self, key: &str) -> Result<Found> {
        let known = self.known().records.get(key).cloned();
        let record = match known {
            Some(record) => record,
            None => match self.read(key).await? {
                Read::Record(record) => {
                    self.remember(&record);
                    record
                }
                Read::Unreadable(why) => return Ok(Found::Unreadable(why)),
                Read::Nothing => return Ok(Found::Nowhere),
            },
        };
        match self.objects.root() {
            Some(_) => self.verify(&record).await,
            None => Ok(Found::There(record)),
        }
    }

    /// Whether there is a record of `key`, whatever became of its files.
    ///
    /// # Errors
    /// As [`Artifacts::find`].
    pub(crate) async fn is_known(&self, key: &str) -> Result<bool> {
        if self.known().records.contains_key(key) {
            return Ok(true);
        }
        match self.read(key).await? {
            Read::Record(record) => self.remember(&record),
            Read::Unreadable(_) => {}
            Read::Nothing => return Ok(false),
        }
        Ok(true)
    }

    pub(super) async fn read(&self, key: &str) -> Result<Read> {
        let name = format!("{}/{RECORD}", folder_of(ARTIFACTS, key)?);
        let Some(bytes) = self.objects.read(&name).await? else { return Ok(Read::Nothing) };
        match ArtifactRecord::decode(&bytes, key) {
            Ok(record) => Ok(Read::Record(Arc::new(record))),
            Err(later @ (Unreadable::Later(_) | Unreadable::LaterStage(_))) => {
                Err(later.into_error("the artifacts", &self.objects.display(&name)))
            }
            Err(unreadable) => Ok(Read::Unreadable(unreadable.to_string())),
        }
    }

    /// Whether all files of an artifact are there: in a folder by size, time and, where these differ, content; elsewhere
    /// by a look at each.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn verify(&self, record: &Arc<ArtifactRecord>) -> Result<Found> {
        for file in &record.files {
            let loss = match self.objects.local_path(&file.object) {
                Some(path) => self.look(file, path).await?,
                None => match self.objects.head(&file.object).await? {
                    Some(seen) if seen.bytes == file.bytes => None,
                    Some(_) => Some(Loss::Damaged),
                    None => Some(Loss::Missing),
                },
            };
            if let Some(loss) = loss {
                return Ok(Found::Gone(self.gone(record, file, loss).await?));
            }
        }
        Ok(Found::There(Arc::clone(record)))
    }

    /// What became of a file in a folder, if anything.
    async fn look(&self, file: &ArtifactFile, path: PathBuf) -> Result<Option<Loss>> {
        let trusted = file.modified_ns.map(|modified_ns| Stamp { bytes: file.bytes, modified_ns });
        let looked_at = self.known().looked_at.get(&file.object).copied();
        let (bytes, sha256) = (file.bytes, file.sha256.clone());
        let look = move || {
            let Some(stamp) = stamp(&path)? else { return Ok((Some(Loss::Missing), None)) };
            if Some(stamp) == trusted || Some(stamp) == looked_at {
                return Ok((None, None));
            }
            // It was touched: only its content can tell.
            let same = stamp.bytes == bytes && hash(&path)? == (bytes, sha256);
            Ok(if same { (None, Some(stamp)) } else { (Some(Loss::Damaged), None) })
        };
        let looked = off_runtime(look).await?;
        let (loss, stamp) = looked.map_err(|error| self.objects.failed("look at", &file.object, error))?;
        if let Some(stamp) = stamp {
            self.known().looked_at.insert(file.object.clone(), stamp);
        }
        Ok(loss)
    }

    /// Notes that an artifact is gone, once: whoever notices later is told since when.
    async fn gone(&self, record: &Arc<ArtifactRecord>, file: &ArtifactFile, loss: Loss) -> Result<Gone> {
        self.forget(&record.key);
        let at = now();
        let name = format!("{}/{GONE}", folder_of(ARTIFACTS, &record.key)?);
        let note = serde_json::json!({ "at": at, "file": file.object }).to_string();
        let since = match self.objects.create(&name, note.clone()).await {
            Ok(Created::Taken(earlier)) => {
                let since = earlier.and_then(|earlier| noted_at(&earlier, record));
                if since.is_none() {
                    // Of an artifact that lay here before.
                    drop(self.objects.write(&name, note).await);
                }
                since
            }
            // Who may not write has still noticed it.
            _ => None,
        };
        let (record, file) = (Arc::clone(record), file.name.clone());
        Ok(Gone { record, file, loss, since: since.unwrap_or(at) })
    }

    /// An artifact's file on this machine.
    ///
    /// # Errors
    /// `NotFound` where the file is gone or damaged, which is noted: [`Artifacts::find`] asks the storage again. `Io`,
    /// `Timeout`.
    pub(crate) async fn open(&self, record: &Arc<ArtifactRecord>, file: &ArtifactFile) -> Result<Opened> {
        let Some(cache) = self.cache.as_ref().filter(|_| self.objects.root().is_none()) else {
            let path = self.objects.local_path(&file.object).filter(|path| path.is_file());
            return match path {
                Some(path) => Ok(Opened::InPlace(path)),
                None => Err(self.lost(record, file, Failure::Missing).await),
            };
        };
        let expected = Digested { bytes: file.bytes, sha256: file.sha256.clone() };
        let get = |path: PathBuf| {
            let (objects, object, expected) = (self.objects.clone(), file.object.clone(), expected.clone());
            async move { objects.download(&object, &path, Some(&expected)).await.map(|got| got.bytes) }
        };
        match cache.fetch(&file.sha256, get).await {
            Ok(cached) => Ok(Opened::Cached(cached)),
            Err(failure) if failure.is_loss() => Err(self.lost(record, file, failure).await),
            Err(failure) => Err(self.objects.failed("fetch", &file.object, failure)),
        }
    }

    async fn lost(&self, record: &Arc<ArtifactRecord>, file: &ArtifactFile, failure: Failure) -> Error {
        let loss = if matches!(failure, Failure::Missing) { Loss::Missing } else { Loss::Damaged };
        let noted = self.gone(record, file, loss).await;
        let error = Error::new(ErrorKind::NotFound, "an artifact's file is gone from the storage")
            .with_context("file", self.objects.display(&file.object))
            .with_context("artifact", &record.artifact)
            .with_hint("run again: what is free is made again")
            .with_source(failure);
        match noted {
            Ok(gone) => error.with_context("since", gone.since),
            Err(_) => error,
        }
    }
}

/// What lies in the place of a record.
pub(super) enum Read {
    Record(Arc<ArtifactRecord>),
    Unreadable(String),
    Nothing,
}

/// When a note about this very artifact was written.
fn noted_at(note: &[u8], record: &ArtifactRecord) -> Option<String> {
    let note: serde_json::Value = serde_json::from_slice(note).ok()?;
    let object = note.get("file")?.as_str()?;
    record.files.iter().find(|file| file.object == object)?;
    note.get("at")?.as_str().map(str::to_owned)
}
