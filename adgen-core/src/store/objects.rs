//! A thin layer over an object store: small objects whole, create-if-absent that knows its own writes, listings, and no
//! wait without an end. Every request is counted, and none that writes passes a fence that is down.
//!
//! May depend on `error` and its neighbours `clock`, `failure`, `fence`, `requests` and `signer`. Large files are
//! `transfer`'s, looks and listings `listing`'s.

use super::{
    clock::Moment,
    failure::Failure,
    fence::Fence,
    requests::{Request, Requests, StorageUse},
    signer::Signer,
};
use crate::error::{Error, Result};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use object_store::{
    ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion, path::Path as ObjectPath,
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use tracing::Instrument;

/// The most bytes that are read as a whole: documents, entries, subtitles and the poster. Media is read from its file.
pub(super) const MAX_WHOLE_BYTES: u64 = 64 << 20;
/// A storage elsewhere that has not answered by then counts as away. Its client's own repetitions are within.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);

/// The objects below one root. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Objects {
    pub(super) shared: Arc<Shared>,
    fence: Option<Fence>,
    deadline: Duration,
}

/// What the store's own clock said, and when that was by this machine's.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoreTime {
    pub(super) time: DateTime<Utc>,
    pub(super) at: Moment,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Arc<dyn ObjectStore>,
    signer: Option<Arc<dyn Signer>>,
    /// What lies before every name, in a bucket that is shared with others.
    prefix: ObjectPath,
    /// How people call the store, such as `s3://bucket`; empty where it has no name.
    origin: String,
    /// The same root as a folder of this machine, where it is one.
    root: Option<PathBuf>,
    pub(super) requests: Requests,
    pub(super) store_time: Mutex<Option<StoreTime>>,
}

/// What became of an object that was to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub(crate) enum Created {
    /// It is there, and it is this one.
    Written,
    /// Another one was there before. It may have been deleted since.
    Taken(Option<Bytes>),
}

impl Objects {
    pub(super) fn new(
        store: Arc<dyn ObjectStore>,
        signer: Option<Arc<dyn Signer>>,
        prefix: ObjectPath,
        origin: String,
        root: Option<PathBuf>,
    ) -> Self {
        let shared =
            Shared { store, signer, prefix, origin, root, requests: Requests::default(), store_time: Mutex::default() };
        Self { shared: Arc::new(shared), fence: None, deadline: DEADLINE }
    }

    /// The same objects for a run that may write as long as `fence` lets it.
    #[must_use]
    pub(super) fn behind(&self, fence: &Fence) -> Self {
        Self { fence: Some(fence.clone()), ..self.clone() }
    }

    /// The same objects, whoever holds what: for records that have an order of their own.
    #[must_use]
    pub(super) fn unfenced(&self) -> Self {
        Self { fence: None, ..self.clone() }
    }

    /// The same objects with less patience.
    #[must_use]
    pub(super) fn within(&self, deadline: Duration) -> Self {
        Self { deadline, ..self.clone() }
    }

    /// The fence that writes pass, where there is one.
    pub(super) fn fence(&self) -> Option<&Fence> {
        self.fence.as_ref()
    }

    /// Requests and bytes so far.
    pub(crate) fn used(&self) -> StorageUse {
        self.shared.requests.used()
    }

    /// The root as a folder, where it is one.
    pub(crate) fn root(&self) -> Option<&Path> {
        self.shared.root.as_deref()
    }

    /// Where an object lies as a file, if the storage is a folder.
    pub(crate) fn local_path(&self, name: &str) -> Option<PathBuf> {
        self.root().map(|root| root.join(within(name).as_ref()))
    }

    /// The object as a person finds it.
    pub(crate) fn display(&self, name: &str) -> String {
        match (self.local_path(name), self.shared.origin.as_str()) {
            (Some(path), _) => path.display().to_string(),
            (None, "") => self.at(name).to_string(),
            (None, origin) => format!("{origin}/{}", self.at(name)),
        }
    }

    /// Where the object is for whoever may look into the storage: `file:///…`, or such as `s3://bucket/key`; `None` where the
    /// store has no name. Nothing is asked, and nothing signed.
    pub(crate) fn url(&self, name: &str) -> Option<String> {
        match (self.local_path(name), self.shared.origin.as_str()) {
            (Some(path), _) => url::Url::from_file_path(path).ok().map(String::from),
            (None, "") => None,
            (None, origin) => Some(format!("{origin}/{}", self.at(name))),
        }
    }

    pub(super) fn at(&self, name: &str) -> ObjectPath {
        ObjectPath::from_iter(self.shared.prefix.parts().chain(within(name).parts()))
    }

    /// The name of what lies there; `None` where that is outside of the root.
    pub(super) fn name_of(&self, at: &ObjectPath) -> Option<String> {
        Some(ObjectPath::from_iter(at.prefix_match(&self.shared.prefix)?).to_string())
    }

    pub(super) fn failed(&self, what: &str, name: &str, failure: impl Into<Failure>) -> Error {
        failure.into().into_error(what, &self.display(name))
    }

    /// Fails where a run may not write any more.
    pub(super) fn may_write(&self) -> Result<()> {
        self.fence.as_ref().map_or(Ok(()), Fence::check)
    }

    /// Waits for an answer, but not without an end. A folder's system calls cannot be called off, and have none.
    pub(super) async fn ask<T, E: Into<Failure>>(
        &self,
        request: Request,
        answer: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        self.shared.requests.count(request);
        self.wait(answer).instrument(tracing::trace_span!("storage", ?request)).await
    }

    /// The same for what is no request.
    pub(super) async fn wait<T, E: Into<Failure>>(
        &self,
        answer: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        if self.shared.root.is_some() || tokio::runtime::Handle::try_current().is_err() {
            return answer.await.map_err(Into::into);
        }
        match tokio::time::timeout(self.deadline, answer).await {
            Ok(answered) => answered.map_err(Into::into),
            Err(_) => Err(Failure::Late(self.deadline)),
        }
    }

    /// The whole object; `None` where there is none.
    ///
    /// # Errors
    /// `Io`, also for one of more than 64 MB, which nothing is that is read as a whole; `Timeout`.
    pub(crate) async fn read(&self, name: &str) -> Result<Option<Bytes>> {
        match self.try_read(name).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Failure::Missing) => Ok(None),
            Err(failure) => Err(self.failed("read", name, failure)),
        }
    }

    async fn try_read(&self, name: &str) -> Result<Bytes, Failure> {
        self.expect_file(name)?;
        let at = self.at(name);
        let whole = async {
            let found = self.shared.store.get(&at).await?;
            match found.meta.size {
                bytes if bytes > MAX_WHOLE_BYTES => Err(Failure::TooLarge { bytes, most: MAX_WHOLE_BYTES }),
                _ => Ok(found.bytes().await?),
            }
        };
        let bytes = self.ask(Request::Get, whole).await?;
        self.shared.requests.receive(bytes.len() as u64);
        Ok(bytes)
    }

    /// Refuses what lies in a file's place and is none: somebody who opens a pipe waits for its other end.
    pub(super) fn expect_file(&self, name: &str) -> Result<(), Failure> {
        match self.local_path(name).map(std::fs::metadata) {
            Some(Ok(there)) if !there.is_file() && !there.is_dir() => Err(Failure::NoFile),
            // What is missing or cannot be read is told by those who read it.
            _ => Ok(()),
        }
    }

    async fn put(&self, name: &str, bytes: Bytes, mode: PutMode) -> Result<(), Failure> {
        let (at, length) = (self.at(name), bytes.len() as u64);
        let put = self.shared.store.put_opts(&at, PutPayload::from_bytes(bytes), PutOptions::from(mode));
        self.ask(Request::Put, put).await?;
        self.shared.requests.send(length);
        Ok(())
    }

    /// Writes the whole object, over an old one if need be.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`: the old object may then be there as it was, or
    /// the new one.
    pub(crate) async fn write(&self, name: &str, bytes: impl Into<Bytes>) -> Result<()> {
        self.may_write()?;
        self.put(name, bytes.into(), PutMode::Overwrite).await.map_err(|failure| self.failed("write", name, failure))
    }

    /// Writes the object unless there is one. A write of this very caller whose answer was lost, so that a repetition
    /// found the object there, is known by its bytes: nobody else may ever write the same.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`: whether the object is there is then not known,
    /// and the same call with the same bytes finds out.
    pub(crate) async fn create(&self, name: &str, bytes: impl Into<Bytes>) -> Result<Created> {
        self.may_write()?;
        let bytes = bytes.into();
        let failure = match self.put(name, bytes.clone(), PutMode::Create).await {
            Ok(()) => return Ok(Created::Written),
            Err(failure) => failure,
        };
        let taken = matches!(failure, Failure::Store(object_store::Error::AlreadyExists { .. }));
        // A folder's calls have no answer that could be lost.
        if !taken && self.root().is_some() {
            return Err(self.failed("create", name, failure));
        }
        match self.try_read(name).await {
            Ok(there) if there == bytes => Ok(Created::Written),
            Ok(there) => Ok(Created::Taken(Some(there))),
            Err(Failure::Missing) if taken => Ok(Created::Taken(None)),
            // What is too large or is no file is nobody's record, but it is in the way.
            Err(Failure::TooLarge { .. } | Failure::NoFile) if taken => Ok(Created::Taken(None)),
            Err(unread) if taken => Err(self.failed("read", name, unread)),
            // Neither is the object there nor is it known whether it comes: the first failure says why.
            Err(_) => Err(self.failed("create", name, failure)),
        }
    }

    /// Writes the object over the one with the content `old`, and over no other; `None`: unless there is one. Tells whether
    /// it did: where it did not, somebody else has written since. In a folder the file `lock` is locked meanwhile.
    ///
    /// # Errors
    /// As [`Objects::write`].
    pub(crate) async fn replace(
        &self,
        name: &str,
        old: Option<&Bytes>,
        new: impl Into<Bytes>,
        lock: &str,
    ) -> Result<bool> {
        let new = new.into();
        let Some(old) = old else {
            return match self.create(name, new).await? {
                Created::Written => Ok(true),
                Created::Taken(Some(_)) => Ok(false),
                Created::Taken(None) => Err(self.failed("create", name, Failure::InTheWay)),
            };
        };
        self.may_write()?;
        if let Some(path) = self.local_path(lock) {
            // A folder knows no conditional writes: whoever replaces holds a lock of the system's meanwhile.
            let _lock = locked(path).await.map_err(|error| self.failed("lock", lock, error))?;
            return match self.read(name).await?.as_ref() == Some(old) {
                true => self.write(name, new).await.map(|()| true),
                false => Ok(false),
            };
        }
        let at = self.at(name);
        let whole = async {
            let found = self.shared.store.get(&at).await?;
            let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
            Ok::<_, Failure>((found.bytes().await?, version))
        };
        let (there, version) = match self.ask(Request::Get, whole).await {
            Ok(there) => there,
            Err(Failure::Missing) => return Ok(false),
            Err(failure) => return Err(self.failed("read", name, failure)),
        };
        if there != *old {
            return Ok(false);
        }
        match self.put(name, new.clone(), PutMode::Update(version)).await {
            Ok(()) => Ok(true),
            // Perhaps by this very call, whose answer was lost.
            Err(Failure::Store(object_store::Error::Precondition { .. })) => Ok(self.read(name).await? == Some(new)),
            Err(Failure::Missing) => Ok(false),
            // Some stores know no conditions.
            Err(Failure::Store(object_store::Error::NotImplemented { .. })) => {
                self.write(name, new).await.map(|()| true)
            }
            Err(failure) => Err(self.failed("write", name, failure)),
        }
    }

    /// Deletes an object; a missing one is fine.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`.
    pub(crate) async fn delete(&self, name: &str) -> Result<()> {
        self.may_write()?;
        let at = self.at(name);
        match self.ask(Request::Delete, self.shared.store.delete(&at)).await {
            Ok(()) | Err(Failure::Missing) => Ok(()),
            Err(failure) => Err(self.failed("delete", name, failure)),
        }
    }

    /// Copies an object within the storage, without its bytes' coming here. Not on a folder, where it would only be the
    /// same file under two names.
    ///
    /// # Errors
    /// `NotFound`; `Locked` where the run may not write any more; `Io`, `Timeout`.
    pub(super) async fn copy(&self, from: &str, to: &str) -> Result<()> {
        self.may_write()?;
        let (source, target) = (self.at(from), self.at(to));
        let copied = self.ask(Request::Copy, self.shared.store.copy(&source, &target)).await;
        copied.map_err(|failure| self.failed("copy", from, failure))
    }

    /// An address at which anybody may fetch the object for so long: signed by the store, or of the file itself.
    ///
    /// # Errors
    /// `Unsupported` where the storage signs nothing; `Io`, `Timeout`.
    pub(crate) async fn address(&self, name: &str, valid: Duration) -> Result<url::Url> {
        if let Some(path) = self.local_path(name) {
            return url::Url::from_file_path(path)
                .map_err(|()| self.failed("give the address of", name, Failure::Unsigned));
        }
        let Some(signer) = &self.shared.signer else {
            return Err(self.failed("give the address of", name, Failure::Unsigned));
        };
        let at = self.at(name);
        let signed = self.wait(signer.download_address(&at, valid)).await;
        signed.map_err(|failure| self.failed("give the address of", name, failure))
    }
}

/// A lock on a file, held as long as what is given lives. The file and its folder are made where they are missing.
async fn locked(path: PathBuf) -> Result<std::fs::File, std::io::Error> {
    let lock = move || {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        let file = std::fs::File::options().create(true).append(true).open(path)?;
        file.lock()?;
        Ok(file)
    };
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(lock).await.map_err(std::io::Error::other)?,
        Err(_) => lock(),
    }
}

/// A name as the store has it. One that came from a listing is taken as it is; in any other, what a store cannot hold
/// is written in another way, steps upwards included.
fn within(name: &str) -> ObjectPath {
    ObjectPath::parse(name).unwrap_or_else(|_| ObjectPath::from(name))
}
