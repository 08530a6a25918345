//! Holding a project in a folder of this machine: a lock of the system's on a file, which it takes back when the
//! process is gone, however that came. No name of a machine and no number of a process is looked at, for containers
//! share them.
//!
//! May depend on `error` and its neighbours `holder` and `local_file`.

use super::{
    holder::{Holder, locked},
    local_file::{is_same, write_to},
    time::now,
};
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

/// The locked file. It is never written, and never replaced while somebody holds it.
const LOCK: &str = "lock";
/// Who holds or held it last: for messages, and for the next epoch.
const HOLDER: &str = "holder.json";
/// Whoever only looks holds the file for a moment: tried again so often, after this wait.
const GLANCES: u32 = 5;
const GLANCE: Duration = Duration::from_millis(10);

/// Whoever held the project last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Last {
    run: String,
    epoch: u64,
    since: String,
    /// For people who want to end it; it proves nothing.
    #[serde(default)]
    process: u32,
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(super) struct OsLock {
    file: File,
    path: PathBuf,
    pub(super) epoch: u64,
}

impl OsLock {
    /// Takes the lock in `folder`; `None` where the file system knows no locks.
    ///
    /// # Errors
    /// `Locked` where somebody else has it; `Io`.
    pub(super) fn take(folder: &Path, run: &str) -> Result<Option<Self>> {
        let failed =
            |error: io::Error| Error::from(error).with_operation("lock").with_context("path", folder.display());
        let path = folder.join(LOCK);
        fs::create_dir_all(folder).map_err(|error| match error.kind() {
            // The first that a run writes: it is the storage that nobody may write to.
            io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory => {
                let message = "cannot use the storage folder: it must be a folder that can be written to";
                Error::new(ErrorKind::Io, message).with_context("path", folder.display()).with_source(error)
            }
            _ => failed(error),
        })?;
        let mut glances = 0;
        loop {
            let file =
                File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if glances < GLANCES => {
                    glances += 1;
                    thread::sleep(GLANCE);
                    continue;
                }
                Err(TryLockError::WouldBlock) => {
                    let last = last(folder);
                    return Err(locked(&last.run, &last.since, None).with_context("process", last.process));
                }
                Err(TryLockError::Error(error)) if knows_no_locks(&error) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // Somebody may have removed the folder, and others may be locking another file of that name.
            if !is_at(&file, &path) {
                continue;
            }
            let epoch = last(folder).epoch.saturating_add(1);
            let json =
                serde_json::to_vec(&Last { run: run.to_owned(), epoch, since: now(), process: std::process::id() })
                    .map_err(|error| Error::new(ErrorKind::Unexpected, "a lease is not JSON").with_source(error))?;
            write_to(&folder.join(HOLDER), &json).map_err(failed)?;
            return Ok(Some(Self { file, path, epoch }));
        }
    }

    /// Says whether the lock still counts: whoever removed the file lets others lock another one.
    pub(super) fn watch(&self) -> impl Fn() -> bool + Send + Sync + 'static {
        let (held, path) = (self.file.metadata().ok(), self.path.clone());
        move || match (&held, fs::metadata(&path)) {
            // Elsewhere than on Unix a file that is open cannot be removed.
            _ if !cfg!(unix) => true,
            (Some(held), Ok(there)) => is_same(held, &there),
            _ => false,
        }
    }

    /// Who has the lock in `folder`; `None` where there is no such file, or where the file system knows no locks.
    pub(super) fn holder(folder: &Path) -> Result<Option<Holder>> {
        let file = match File::open(folder.join(LOCK)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::from(error).with_context("path", folder.display())),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(Holder::Nobody)),
            Err(TryLockError::WouldBlock) => {
                let Last { run, since, .. } = last(folder);
                Ok(Some(Holder::Run { run, since }))
            }
            Err(TryLockError::Error(error)) if knows_no_locks(&error) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::from(error).with_context("path", folder.display())),
        }
    }
}

impl Drop for OsLock {
    fn drop(&mut self) {
        // A process that was forked meanwhile has the same file open, and would keep it locked.
        drop(self.file.unlock());
    }
}

/// Unreadable is as good as nobody: the lock decides, and a history raises the epoch.
fn last(folder: &Path) -> Last {
    fs::read(folder.join(HOLDER)).ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        _ if !cfg!(unix) => true,
        (Ok(held), Ok(there)) => is_same(&held, &there),
        _ => false,
    }
}

fn knows_no_locks(error: &io::Error) -> bool {
    #[cfg(unix)]
    let code = matches!(error.raw_os_error(), Some(libc::ENOLCK | libc::ENOSYS | libc::EOPNOTSUPP));
    #[cfg(not(unix))]
    let code = false;
    code || error.kind() == io::ErrorKind::Unsupported
}
