//! A run's working folder on this machine: unique, its own for as long as the run lives, and cleared by a later run where
//! its own died.
//!
//! Beside each folder lies a file that the run keeps locked; the system unlocks it when the process is gone. So leftovers
//! are told from the folders of runs that are at work, whoever those are. Depends on nothing.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

/// What the folders begin with; in the system's temporary folder there are others.
const PREFIX: &str = "adgen-run-";
const LOCK: &str = ".lock";

/// How often a folder in which something appears meanwhile is emptied again, and after what wait.
const EMPTYINGS: u32 = 100;
const BETWEEN: Duration = Duration::from_millis(10);

/// A folder of this machine for the work of one run. Dropped, it stays behind for the next run to clear.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: PathBuf,
    lock_path: PathBuf,
    _lock: File,
    /// Removed too, where it is empty then.
    parent: Option<PathBuf>,
}

impl Scratch {
    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// Removes the folder with all that is in it. What cannot be removed is left for a later run.
    pub(crate) async fn remove(self) {
        drop(tokio::task::spawn_blocking(move || self.clear_away()).await);
    }

    /// The same while the caller waits.
    pub(super) fn clear_away(&self) {
        empty(&self.folder);
        drop(fs::remove_file(&self.lock_path));
        // Another run may be at work in it.
        if let Some(parent) = &self.parent {
            drop(fs::remove_dir(parent));
        }
    }

    /// Makes a folder in `parent`, which is the storage's own or everybody's, and clears what dead processes left there.
    pub(super) fn make_in(parent: &Path, is_own: bool) -> io::Result<Self> {
        if is_own {
            fs::create_dir_all(parent)?;
        }
        loop {
            // Created for this user alone, under a name that nobody can foresee.
            let file = tempfile::Builder::new().prefix(PREFIX).suffix(LOCK).rand_bytes(12).tempfile_in(parent)?;
            let (lock, lock_path) = file.keep().map_err(|error| error.error)?;
            // Where the file system knows no locks the lease alone keeps others away.
            drop(lock.try_lock());
            // A run that clears may have taken it for a leftover before it was locked.
            if !is_same(&lock, &lock_path) {
                continue;
            }
            let folder = lock_path.with_extension("");
            make_private(&folder)?;
            clear(parent, is_own, &lock.metadata()?)?;
            let parent = is_own.then(|| parent.to_owned());
            return Ok(Self { folder, lock_path, _lock: lock, parent });
        }
    }
}

/// Removes a folder in which calls to the system that nobody waits for any more may still be making files: a call that is
/// under way on a thread of the runtime cannot be taken back.
fn empty(folder: &Path) {
    for _ in 0..EMPTYINGS {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => thread::sleep(BETWEEN),
            _ => break,
        }
    }
}

/// Removes the leftovers of dead runs: all that no living run has locked where the folder is the project's own, else only
/// what is surely of a run of this user, as the file `mine` is.
fn clear(parent: &Path, is_own: bool, mine: &fs::Metadata) -> io::Result<()> {
    for entry in fs::read_dir(parent)?.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        let Ok(found) = fs::symlink_metadata(&path) else { continue };
        if !(is_own || name.starts_with(PREFIX) && have_one_owner(&found, mine)) {
            continue;
        }
        if !found.is_dir() && !name.ends_with(LOCK) {
            remove(&path, is_own)?;
            continue;
        }
        let folder = if name.ends_with(LOCK) { path.with_extension("") } else { path.clone() };
        let lock_path = folder.with_extension(&LOCK[1..]);
        match File::open(&lock_path).map(|lock| (lock.try_lock(), lock)) {
            // At work.
            Ok((Err(TryLockError::WouldBlock), _)) => continue,
            // Its run is dead, and the lock is held until all is gone.
            Ok((_, _lock)) => {
                remove(&folder, is_own)?;
                remove(&lock_path, is_own)?;
            }
            // Of an earlier version, or half removed.
            Err(_) => remove(&folder, is_own)?,
        }
    }
    Ok(())
}

/// Removes a file or a folder; a link itself and not what it leads to. In a folder of everybody's, what stays is litter.
fn remove(path: &Path, is_own: bool) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if is_own && error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn have_one_owner(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    one.uid() == other.uid()
}

#[cfg(not(unix))]
fn have_one_owner(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    // The temporary folder is the user's own.
    true
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |found: fs::Metadata| (found.dev(), found.ino());
    file.metadata().ok().map(id) == fs::symlink_metadata(path).ok().map(id)
}

#[cfg(not(unix))]
fn is_same(_: &File, path: &Path) -> bool {
    // An open file cannot be removed there.
    path.exists()
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ProjectFolder, Storage};

    fn files() -> (tempfile::TempDir, ProjectFolder) {
        let folder = tempfile::tempdir().unwrap();
        let files = Storage::local(folder.path().join("deep/er")).unwrap().project("p").unwrap();
        (folder, files)
    }

    #[tokio::test]
    async fn what_a_killed_process_was_writing_goes_with_its_working_folder() {
        let (folder, files) = files();
        files.write("state.json", "{}").await.unwrap();
        files.write("history/000001.json", "{}").await.unwrap();
        files.write("lease/000001.json", "{}").await.unwrap();
        let project = folder.path().join("deep/er/projects/p");
        for name in ["state.json#1", "history/000002.json#12", "lease/000002.json#1", "poster.jpg#", "a#b"] {
            fs::write(project.join(name), "half").unwrap();
        }
        // Of an earlier version, of a killed run, and a link that leads elsewhere.
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("kept"), "").unwrap();
        fs::create_dir_all(project.join("work/plan")).unwrap();
        fs::create_dir_all(project.join("work/adgen-run-dead")).unwrap();
        fs::write(project.join("work/adgen-run-dead.lock"), "").unwrap();
        std::os::unix::fs::symlink(&elsewhere, project.join("work/link")).unwrap();
        let scratch = files.work_folder().await.unwrap();
        let there = |name: &str| project.join(name).exists();
        assert!(!there("state.json#1") && !there("history/000002.json#12"));
        for name in ["state.json", "history/000001.json", "lease/000002.json#1", "poster.jpg#", "a#b"] {
            assert!(there(name), "{name}");
        }
        assert!(elsewhere.join("kept").exists());
        assert_eq!(fs::read_dir(project.join("work")).unwrap().count(), 2, "the new folder and its lock");
        assert!(scratch.path().starts_with(project.join("work")));
        scratch.remove().await;
        assert!(!there("work"));
    }

    #[tokio::test]
    async fn what_appears_while_it_is_removed_goes_too() {
        let (folder, files) = files();
        let scratch = files.work_folder().await.unwrap();
        let late = scratch.path().to_owned();
        for index in 0..200 {
            fs::create_dir(late.join(format!("at_once_{index}"))).unwrap();
        }
        // Whoever makes folders there without being waited for.
        let (begun, begins) = std::sync::mpsc::channel();
        let maker = thread::spawn(move || {
            for index in 0..2000 {
                if fs::create_dir(late.join(format!("late_{index}"))).is_err() {
                    break;
                }
                let _ = begun.send(());
            }
        });
        begins.recv().unwrap();
        scratch.remove().await;
        maker.join().unwrap();
        assert!(!folder.path().join("deep/er/projects/p/work").exists());
    }

    #[tokio::test]
    async fn what_a_living_run_uses_stays() {
        let (_folder, files) = files();
        let living = files.work_folder().await.unwrap();
        fs::write(living.path().join("half.mp4"), "half").unwrap();
        let other = files.work_folder().await.unwrap();
        assert_ne!(living.path(), other.path());
        other.remove().await;
        assert!(living.path().join("half.mp4").exists());
        // Dropped as a dead process drops it.
        let path = living.path().to_owned();
        drop(living);
        files.work_folder().await.unwrap().remove().await;
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn projects_of_one_name_in_two_stores_share_nothing() {
        let store = || Storage::memory().project("p").unwrap();
        let (one, two) = (store().work_folder().await.unwrap(), store().work_folder().await.unwrap());
        assert_ne!(one.path(), two.path());
        fs::write(one.path().join("a"), "a").unwrap();
        two.remove().await;
        assert!(one.path().join("a").exists());
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(one.path()).unwrap().permissions().mode() & 0o777, 0o700);
        let path = one.path().to_owned();
        one.remove().await;
        assert!(!path.exists() && !path.with_extension("lock").exists());
    }
}
