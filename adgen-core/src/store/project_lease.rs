//! The right to work on a project, which one run has at a time.
//!
//! It keeps two runs from doing the same free work and from writing over each other's state. Nothing that was paid for
//! hangs on it: that is the ledgers' matter. In a folder it is a lock of the system's, elsewhere numbered records. May
//! depend on `error` and its neighbours.

use super::{
    fence::Fence,
    holder::Holder,
    lease_records::{LeaseRecords, Taken},
    objects::Objects,
    os_lock::OsLock,
};
use crate::error::{Error, ErrorKind, Result};
use std::path::Path;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A project that is held; given back on [`ProjectLease::release`], and when it is dropped.
#[derive(Debug)]
pub(crate) struct ProjectLease {
    fence: Fence,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Lock(Option<OsLock>),
    Records { records: LeaseRecords, stop: CancellationToken, heart: Option<JoinHandle<u64>> },
}

impl ProjectLease {
    /// Takes the project whose lease lies in `folder`, such as `projects/p/lease`.
    ///
    /// # Errors
    /// `Locked` where somebody else has it: the message says which run. `Io`, `Timeout`.
    pub(crate) async fn acquire(objects: &Objects, folder: &str, run: &str) -> Result<Self> {
        if let Some(path) = objects.local_path(folder) {
            let run = run.to_owned();
            let taken = blocking(move || {
                let lock = OsLock::take(&path, &run)?;
                Ok(lock.map(|lock| (Fence::kept(&run, lock.epoch, lock.watch()), lock)))
            });
            if let Some((fence, lock)) = taken.await? {
                return Ok(Self { fence, kept: Kept::Lock(Some(lock)) });
            }
            // Some file systems over a network know no locks; records they all know.
        }
        let records = LeaseRecords::new(objects, folder);
        let taken = records.take(run).await?;
        let fence = taken.fence.clone();
        let stop = CancellationToken::new();
        let heart = tokio::spawn(records.clone().keep(Taken { fence: fence.clone(), ..taken }, stop.clone()));
        Ok(Self { fence, kept: Kept::Records { records, stop, heart: Some(heart) } })
    }

    /// Who works on the project now.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn holder(objects: &Objects, folder: &str) -> Result<Holder> {
        if let Some(path) = objects.local_path(folder)
            && let Some(holder) = look(&path).await?
        {
            return Ok(holder);
        }
        LeaseRecords::new(objects, folder).holder().await
    }

    /// What every write of the run has to pass.
    pub(crate) fn fence(&self) -> &Fence {
        &self.fence
    }

    /// Gives the project back. The fence is down from then on.
    pub(crate) async fn release(mut self) {
        if let Kept::Records { records, stop, heart } = &mut self.kept {
            stop.cancel();
            if let Some(heart) = heart.take()
                && let Ok(number) = heart.await
            {
                records.give_back(&self.fence, number).await;
            }
        }
    }
}

impl Drop for ProjectLease {
    fn drop(&mut self) {
        self.fence.lose("it was given back");
        match &mut self.kept {
            // Unlocked only now that nothing is written any more.
            Kept::Lock(lock) => drop(lock.take()),
            Kept::Records { stop, .. } => stop.cancel(),
        }
    }
}

async fn look(path: &Path) -> Result<Option<Holder>> {
    // Without the runtime where there is none: a state can be asked for there.
    if tokio::runtime::Handle::try_current().is_err() {
        return OsLock::holder(path);
    }
    let path = path.to_owned();
    blocking(move || OsLock::holder(&path)).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| {
        Err(Error::new(ErrorKind::Unexpected, "taking a lock panicked: this is a defect of adgen")
            .with_context("cause", panic))
    })
}
