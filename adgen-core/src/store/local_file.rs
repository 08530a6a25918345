//! Files of this machine as the storage handles them: hashed, moved, copied and linked, each whole or not at all, and
//! synchronised to the disk before it counts.
//!
//! Depends on `error` (what a task that panicked gives), `digest` and the standard library alone. Everything here waits
//! for the disk: call it through [`off_runtime`].

use super::digest::copy_hashed;
use crate::error::{Error, ErrorKind, Result};
use std::{
    fs::{self, File, Metadata},
    io::{self, Write},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// By what a file is known to be the one that was looked at, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) bytes: u64,
    /// Nanoseconds since 1970, by the clock of whoever wrote it; zero where the file system does not say.
    pub(super) modified_ns: u64,
}

impl Stamp {
    fn of(found: &Metadata) -> Self {
        let since = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        Self { bytes: found.len(), modified_ns: u64::try_from(since.as_nanos()).unwrap_or(0) }
    }
}

/// What stands for the file now; `None` where there is no plain file.
pub(super) fn stamp(path: &Path) -> io::Result<Option<Stamp>> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(Some(Stamp::of(&found))),
        Ok(_) => Ok(None),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Size and SHA-256.
pub(super) fn hash(path: &Path) -> io::Result<(u64, String)> {
    copy_hashed(&mut File::open(path)?, &mut io::sink())
}

/// Whether a file is a plain one that really lies in `folder` and nowhere else: no link leads out of it, and none into
/// it.
pub(super) fn is_own(path: &Path, folder: &Path) -> bool {
    let inside = || -> io::Result<bool> {
        let found = fs::symlink_metadata(path)?;
        Ok(found.is_file() && has_one_name(&found) && path.canonicalize()?.starts_with(folder.canonicalize()?))
    };
    // What cannot be looked at is left where it is.
    inside().unwrap_or(false)
}

/// Moves a file, and returns once a loss of power cannot undo it. Within one file system alone.
pub(super) fn move_to(source: &Path, target: &Path) -> io::Result<()> {
    File::open(source)?.sync_all()?;
    make_folder_of(target)?;
    fs::rename(source, target)?;
    sync_folder_of(target)
}

/// Copies a file, sharing its blocks where the file system can: the standard library asks the kernel to, which does so
/// on Btrfs, XFS and others. The copy keeps the time of `source`, so that it is known as one.
pub(super) fn copy_to(source: &Path, target: &Path) -> io::Result<()> {
    into_place(target, |half| {
        fs::copy(source, half)?;
        let copy = File::options().write(true).open(half)?;
        copy.set_modified(fs::metadata(source)?.modified()?)?;
        copy.sync_all()
    })
}

/// The same with the hash of what was copied, and a time of its own.
pub(super) fn copy_and_hash(source: &Path, target: &Path) -> io::Result<(u64, String)> {
    into_place(target, |half| {
        let mut copy = File::create_new(half)?;
        let hashed = copy_hashed(&mut File::open(source)?, &mut copy)?;
        copy.sync_all()?;
        Ok(hashed)
    })
}

/// Takes a file over: moves it where it lies in `scratch`, the caller's own folder, else copies it.
pub(super) fn take_to(source: &Path, target: &Path, scratch: &Path) -> io::Result<(u64, String)> {
    if !is_own(source, scratch) {
        return copy_and_hash(source, target);
    }
    let hashed = hash(source)?;
    // Moving is whole or not at all, but only within one file system.
    match move_to(source, target) {
        Ok(()) => Ok(hashed),
        Err(_) => {
            let hashed = copy_and_hash(source, target)?;
            // What cannot be deleted now goes with the working folder.
            drop(fs::remove_file(source));
            Ok(hashed)
        }
    }
}

/// Writes a small file.
pub(super) fn write_to(target: &Path, bytes: &[u8]) -> io::Result<()> {
    into_place(target, |half| {
        let mut file = File::create_new(half)?;
        file.write_all(bytes)?;
        file.sync_all()
    })
}

/// Gives a file a second name.
pub(super) fn link_to(source: &Path, target: &Path) -> io::Result<()> {
    into_place(target, |half| fs::hard_link(source, half))
}

/// Makes something beside `target` and gives it that name once it is whole. What had the name before is not written
/// into.
fn into_place<T>(target: &Path, make: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    make_folder_of(target)?;
    let half = half_of(target);
    let made = make(&half).and_then(|made| fs::rename(&half, target).map(|()| made));
    // Where both names are those of one file already, renaming does nothing and leaves the half.
    match fs::remove_file(&half) {
        Err(error) if error.kind() != io::ErrorKind::NotFound && made.is_ok() => return Err(error),
        _ => {}
    }
    let made = made?;
    sync_folder_of(target)?;
    Ok(made)
}

/// Named as `object_store` names what it is writing: listings do not show it, and the next run clears it away.
fn half_of(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(format!("#{}", fastrand::u64(1 << 32..)));
    PathBuf::from(name)
}

/// Whether a file is half of something that a killed process was writing.
pub(super) fn is_half(name: &str) -> bool {
    name.rsplit_once('#')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Makes the folder of a file that is to be, and returns once a loss of power cannot undo it.
pub(super) fn make_folder_of(file: &Path) -> io::Result<()> {
    let Some(folder) = file.parent() else { return Ok(()) };
    if folder.is_dir() {
        return Ok(());
    }
    // The uppermost that is new has to be known to the one above it.
    let above = folder.ancestors().find(|above| above.is_dir()).map(Path::to_owned);
    fs::create_dir_all(folder)?;
    for made in folder.ancestors().take_while(|made| above.as_deref() != Some(made)) {
        sync_folder_of(made)?;
    }
    Ok(())
}

#[cfg(unix)]
fn sync_folder_of(file: &Path) -> io::Result<()> {
    // The file is there already: where its folder cannot be synchronised, no more can be done.
    let folder = file.parent().unwrap_or(Path::new("."));
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
}

#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn has_one_name(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) == 1
}

#[cfg(not(unix))]
fn has_one_name(_: &Metadata) -> bool {
    true
}

/// Whether two names are those of one file.
#[cfg(unix)]
pub(super) fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
pub(super) fn is_same(_: &Metadata, _: &Metadata) -> bool {
    // There is no way to ask; who wants to know then does it again, which does no harm.
    false
}

/// Does what waits for the disk where the async runtime does not wait for it.
pub(super) async fn off_runtime<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<io::Result<T>> {
    tokio::task::spawn_blocking(work).await.map_err(|panic| {
        Error::new(ErrorKind::Unexpected, "work with a file panicked: this is a defect of adgen")
            .with_context("cause", panic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(name: &str, content: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[test]
    fn what_takes_a_name_never_writes_into_what_had_it() {
        let (folder, source) = folder_with("source", "new");
        let (old, kept) = (folder.path().join("deep/er/old"), folder.path().join("kept"));
        for take in [copy_to, link_to, move_to, |from: &Path, to: &Path| copy_and_hash(from, to).map(drop)] {
            fs::write(&source, "new").unwrap();
            drop(fs::remove_file(&old));
            drop(fs::remove_file(&kept));
            make_folder_of(&old).unwrap();
            fs::write(&old, "old").unwrap();
            fs::hard_link(&old, &kept).unwrap();
            take(&source, &old).unwrap();
            assert_eq!((fs::read(&old).unwrap(), fs::read(&kept).unwrap()), (b"new".to_vec(), b"old".to_vec()));
            assert_eq!(fs::read_dir(old.parent().unwrap()).unwrap().count(), 1, "no half stays");
        }
    }

    #[test]
    fn the_same_link_again_leaves_nothing_behind() {
        let (folder, source) = folder_with("source", "x");
        let target = folder.path().join("sub/target");
        for _ in 0..2 {
            link_to(&source, &target).unwrap();
            assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 1);
        }
        assert!(is_same(&fs::metadata(&source).unwrap(), &fs::metadata(&target).unwrap()));
        copy_to(&source, &target).unwrap();
        assert!(!is_same(&fs::metadata(&source).unwrap(), &fs::metadata(&target).unwrap()));
        assert_eq!(stamp(&source).unwrap(), stamp(&target).unwrap());
    }

    #[test]
    fn what_is_no_plain_file_has_no_stamp() {
        let (folder, source) = folder_with("source", "x");
        assert_eq!(stamp(folder.path()).unwrap(), None);
        assert_eq!(stamp(&source.join("below")).unwrap(), None);
        assert_eq!(stamp(&folder.path().join("missing")).unwrap(), None);
        assert_eq!(stamp(&source).unwrap().unwrap().bytes, 1);
    }

    #[test]
    fn only_what_lies_in_the_folder_and_nowhere_else_is_own() {
        let (folder, source) = folder_with("source", "x");
        let (elsewhere, other) = folder_with("other", "x");
        std::os::unix::fs::symlink(&other, folder.path().join("link")).unwrap();
        assert!(is_own(&source, folder.path()));
        assert!(!is_own(&folder.path().join("link"), folder.path()));
        assert!(!is_own(&other, folder.path()));
        fs::hard_link(&source, elsewhere.path().join("second")).unwrap();
        assert!(!is_own(&source, folder.path()));
    }

    #[test]
    fn halves_are_told_from_whole_files() {
        assert!(is_half(half_of(Path::new("a.mp4")).to_str().unwrap()));
        for whole in ["a.mp4", "a#", "a#b", "a#1.mp4"] {
            assert!(!is_half(whole), "{whole}");
        }
    }
}
