//! Storing what was made: files first, under names that nobody else uses, then the record.
//!
//! Of two who made the same, the second takes the first one's and removes his own. May depend on `project`, `error` and
//! its neighbours.

use super::{
    artifact_record::{ArtifactFile, ArtifactRecord, MadeBy, RECORD},
    artifacts::{ARTIFACTS, Artifacts, Found, GONE, Read},
    content_key::folder_of,
    digest::Digested,
    local_file::{is_own, off_runtime, stamp, take_to},
    objects::Created,
    record::FORMAT,
    time::now,
};
use crate::{
    error::Result,
    project::{FidelityReport, Lack, Metadata, Stage},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// An artifact that was just made, still on this machine.
#[derive(Debug, Clone)]
pub(crate) struct NewArtifact {
    pub(crate) key: String,
    pub(crate) stage: Stage,
    /// Its name.
    pub(crate) artifact: String,
    /// The name of each file in a project's folder, and where it is now.
    pub(crate) files: Vec<(String, PathBuf)>,
    pub(crate) cost_usd: f64,
    pub(crate) elapsed_ms: u64,
    pub(crate) notes: Vec<String>,
    pub(crate) fidelity: Option<FidelityReport>,
    pub(crate) lacks: Vec<Lack>,
    pub(crate) metadata: Metadata,
    pub(crate) bought: bool,
    pub(crate) made_by: MadeBy,
}

/// An artifact as it lies in the storage.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) record: Arc<ArtifactRecord>,
    /// Whether it is this one; else somebody made the same before.
    #[cfg_attr(not(test), expect(dead_code, reason = "whoever stored it, it serves"))]
    pub(crate) is_own: bool,
}

impl Artifacts {
    /// Stores an artifact. Files that lie in `scratch`, the caller's own folder, are moved where that can be; any other
    /// is copied and stays where it is, for it may be somebody else's. A record is never written over, unless its files
    /// are gone or nobody can read it.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`: the files may then lie there without a record,
    /// which harms nobody, and the same call can be made again where they are still on this machine.
    pub(crate) async fn put(&self, new: NewArtifact, scratch: &Path) -> Result<Stored> {
        self.objects.may_write()?;
        let folder = folder_of(ARTIFACTS, &new.key)?;
        let mut files = Vec::with_capacity(new.files.len());
        for (name, path) in &new.files {
            let object = format!("{folder}/{:016x}-{}", fastrand::u64(..), name.replace(['/', '\\', '#'], "_"));
            match self.put_file(name, object, path, scratch).await {
                Ok(file) => files.push(file),
                Err(error) => {
                    self.remove(&files).await;
                    return Err(error);
                }
            }
        }
        let record = ArtifactRecord {
            format: FORMAT,
            key: new.key,
            stage: new.stage,
            artifact: new.artifact,
            files,
            cost_usd: new.cost_usd,
            elapsed_ms: new.elapsed_ms,
            notes: new.notes,
            fidelity: new.fidelity,
            lacks: new.lacks,
            metadata: new.metadata,
            bought: new.bought,
            made_by: new.made_by,
            at: now(),
        };
        self.settle(Arc::new(record), &folder).await
    }

    async fn settle(&self, record: Arc<ArtifactRecord>, folder: &str) -> Result<Stored> {
        let name = format!("{folder}/{RECORD}");
        let bytes = record.encode()?;
        let own = Stored { record: Arc::clone(&record), is_own: true };
        if let Created::Taken(_) = self.objects.create(&name, bytes.clone()).await? {
            let there = match self.read(&record.key).await? {
                Read::Record(there) => self.verify(&there).await?,
                Read::Unreadable(why) => Found::Unreadable(why),
                Read::Nothing => Found::Nowhere,
            };
            match there {
                Found::There(there) => {
                    self.remove(&record.files).await;
                    self.remember(&there);
                    return Ok(Stored { record: there, is_own: false });
                }
                Found::Gone(gone) => {
                    self.objects.write(&name, bytes).await?;
                    // Those of its files that are still there belong to nothing any more.
                    self.remove(&gone.record.files).await;
                }
                Found::Unreadable(_) | Found::Nowhere => self.objects.write(&name, bytes).await?,
            }
            self.objects.delete(&format!("{folder}/{GONE}")).await?;
        }
        self.remember(&record);
        Ok(own)
    }

    async fn put_file(&self, name: &str, object: String, path: &Path, scratch: &Path) -> Result<ArtifactFile> {
        let (source, folder) = (path.to_owned(), scratch.to_owned());
        let failed = |error| self.objects.failed("store", &object, error);
        let (digested, modified_ns) = match self.objects.local_path(&object) {
            Some(target) => {
                let placed = off_runtime(move || {
                    let digested = take_to(&source, &target, &folder)?;
                    Ok((Digested::from(digested), stamp(&target)?.map(|stamp| stamp.modified_ns)))
                });
                placed.await?.map_err(failed)?
            }
            None => {
                let digested = self.objects.upload(&object, path).await?;
                let own = off_runtime(move || Ok(is_own(&source, &folder))).await?.unwrap_or(false);
                if let Some(cache) = self.cache.as_ref().filter(|_| own) {
                    // The next stage needs it: it is here already.
                    cache.keep(&digested.sha256, path, digested.bytes).await;
                }
                (digested, None)
            }
        };
        let Digested { bytes, sha256 } = digested;
        Ok(ArtifactFile { name: name.to_owned(), object, bytes, sha256, modified_ns })
    }

    /// Removes files that no record tells of. Litter that stays is found by a later cleaning.
    async fn remove(&self, files: &[ArtifactFile]) {
        for file in files {
            drop(self.objects.delete(&file.object).await);
        }
    }
}
