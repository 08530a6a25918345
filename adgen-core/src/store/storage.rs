//! A storage: artifacts, purchases and projects below one root.
//!
//! The one door to everything in this folder. May depend on `http`, `error` and its neighbours.

use super::{
    artifacts::Artifacts,
    cache::{Cache, DEFAULT_BYTES},
    fence::Fence,
    folder::Folder,
    ledger::Ledger,
    ledgers,
    location::Location,
    objects::Objects,
    project_folder::ProjectFolder,
    projects,
    requests::StorageUse,
    signer::Signer,
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::Http,
};
use object_store::{ObjectStore, path::Path as ObjectPath};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

/// A storage. Cheap to clone; clones share what they remember, their cache and their counts.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    objects: Objects,
    cache: Option<Cache>,
    artifacts: Artifacts,
}

impl Storage {
    /// The storage at an address: a folder, `file:///…`, or `s3://bucket/prefix` where the feature `s3` is built in, whose
    /// requests travel as `http` says.
    ///
    /// # Errors
    /// `InvalidConfig` for any other address, and for a file; `Io` where a folder cannot be.
    #[cfg_attr(not(feature = "s3"), expect(unused_variables, reason = "for buckets"))]
    pub(crate) fn open(address: &str, http: &Http) -> Result<Self> {
        match Location::of(address)? {
            Location::Folder(folder) => Self::local(folder),
            #[cfg(feature = "s3")]
            Location::S3 { bucket, prefix } => {
                let store = Arc::new(super::s3::open(&bucket, http)?);
                let signer = Arc::new(super::signer::Signing(Arc::clone(&store)));
                Self::named(&format!("s3://{bucket}"), &prefix, store, Some(signer))
            }
            #[cfg(not(feature = "s3"))]
            Location::S3 { bucket, .. } => {
                Err(Error::new(ErrorKind::InvalidConfig, "this build of adgen knows no buckets")
                    .with_context("bucket", bucket))
            }
        }
    }

    /// A folder of this machine; made at the first write where it is missing.
    ///
    /// # Errors
    /// `InvalidConfig` for a file; `Io` where a folder cannot be.
    pub(crate) fn local(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        if folder.metadata().is_ok_and(|there| !there.is_dir()) {
            return Err(Error::new(ErrorKind::InvalidConfig, "the storage is a file; a folder is needed")
                .with_context("path", folder.display()));
        }
        let store = Folder::at(&folder).map_err(|error| {
            Error::new(ErrorKind::Io, "cannot use the storage folder: it must be a folder that can be written to")
                .with_context("path", folder.display())
                .with_source(error)
        })?;
        let root = store.root().to_owned();
        Ok(Self::of(Objects::new(Arc::new(store), None, ObjectPath::ROOT, String::new(), Some(root)), None))
    }

    /// Any object store that knows create-if-absent, below a prefix: a root of one's own in a bucket that is shared with
    /// others. `signer` gives addresses of its objects.
    ///
    /// # Errors
    /// `InvalidConfig` for a prefix that the store cannot have.
    pub(crate) fn below(prefix: &str, store: Arc<dyn ObjectStore>, signer: Option<Arc<dyn Signer>>) -> Result<Self> {
        Self::named("", prefix, store, signer)
    }

    /// The same with how people call the store, such as `s3://bucket`; empty where it has no name.
    pub(super) fn named(
        origin: &str,
        prefix: &str,
        store: Arc<dyn ObjectStore>,
        signer: Option<Arc<dyn Signer>>,
    ) -> Result<Self> {
        let prefix = ObjectPath::from_url_path(prefix).map_err(|error| {
            Error::new(ErrorKind::InvalidConfig, format!("{prefix:?} is no prefix for a storage")).with_source(error)
        })?;
        Ok(Self::of(
            Objects::new(store, signer, prefix, origin.to_owned(), None),
            Some(Cache::new(None, DEFAULT_BYTES)),
        ))
    }

    /// The same at the store's own root.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn remote(store: Arc<dyn ObjectStore>, signer: Option<Arc<dyn Signer>>) -> Self {
        Self::below("", store, signer).expect("the root is a prefix")
    }

    /// One that is gone with the process: for tests.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn memory() -> Self {
        Self::remote(Arc::new(object_store::memory::InMemory::new()), None)
    }

    fn of(objects: Objects, cache: Option<Cache>) -> Self {
        let artifacts = Artifacts::new(&objects, cache.clone());
        Self { objects, cache, artifacts }
    }

    /// The same with a cache of at most so many bytes in a folder of its own below `parent`. A folder of this machine
    /// needs none and has none.
    #[must_use]
    pub(crate) fn with_cache(self, parent: Option<&Path>, most_bytes: u64) -> Self {
        match self.objects.root() {
            Some(_) => self,
            None => Self::of(self.objects, Some(Cache::new(parent, most_bytes))),
        }
    }

    /// The same for a run that holds its project: every write passes the fence. But for ledgers, which have an order of
    /// their own, and what a run knows of a purchase must not be lost with its project.
    #[must_use]
    pub(crate) fn behind(&self, fence: &Fence) -> Self {
        let objects = self.objects.behind(fence);
        let artifacts = self.artifacts.through(&objects);
        Self { objects, cache: self.cache.clone(), artifacts }
    }

    /// The root as a folder, where it is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.objects.root()
    }

    /// Requests and bytes since it was opened.
    pub(crate) fn used(&self) -> StorageUse {
        self.objects.used()
    }

    pub(super) fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The artifacts of all projects.
    pub(crate) fn artifacts(&self) -> &Artifacts {
        &self.artifacts
    }

    /// An address at which anybody may fetch a file of a project for so long.
    ///
    /// # Errors
    /// `InvalidProject` for an id that is none; `Unsupported` where the storage signs nothing; `Io`, `Timeout`.
    pub(crate) async fn address_in(&self, project: &str, name: &str, valid: Duration) -> Result<url::Url> {
        self.objects.address(&self.project(project)?.at(name), valid).await
    }

    /// The ledger of what has this content key.
    ///
    /// # Errors
    /// As [`Ledger::load`].
    pub(crate) async fn ledger(&self, key: &str) -> Result<Ledger> {
        Ledger::load(&self.objects, key).await
    }

    /// Every job at `provider` that any purchase of the storage has started since then.
    ///
    /// # Errors
    /// As [`ledgers::jobs`].
    pub(crate) async fn jobs(&self, provider: &str, since: SystemTime) -> Result<Vec<String>> {
        ledgers::jobs(&self.objects, provider, since).await
    }

    /// The folder of one project, which need not exist.
    ///
    /// # Errors
    /// `InvalidProject` for an id that is none.
    pub(crate) fn project(&self, id: &str) -> Result<ProjectFolder> {
        ProjectFolder::new(&self.objects, self.cache.clone(), id)
    }

    /// The projects, sorted.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn projects(&self) -> Result<Vec<String>> {
        projects::list(&self.objects).await
    }

    /// Deletes a project's folder; `run` is the name under which it is held meanwhile.
    ///
    /// # Errors
    /// As [`projects::delete`].
    pub(crate) async fn delete_project(&self, id: &str, run: &str) -> Result<()> {
        projects::delete(&self.objects, &self.project(id)?, run).await
    }

    /// Copies a project under another id; `run` is the name under which that is held meanwhile.
    ///
    /// # Errors
    /// As [`projects::copy`].
    pub(crate) async fn copy_project(&self, from: &str, to: &str, run: &str) -> Result<()> {
        projects::copy(&self.objects, &self.project(from)?, &self.project(to)?, run).await
    }
}
