//! Taking a finished file of this machine into the project's folder.
//!
//! May depend on `error` and its neighbours.

use super::{ProjectFiles, files::hash_file};
use crate::error::{Error, ErrorKind, Result};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

impl ProjectFiles {
    /// Stores a file of this machine under `name` as [`ProjectFiles::store_file`] does. One that lies in `scratch`, the
    /// caller's own folder, is moved where that can be; any other file is copied and stays where it is, for it may be
    /// somebody else's.
    ///
    /// # Errors
    /// `Io`; an old file of that name is then as it was.
    pub async fn adopt_file(&self, name: &str, path: &Path, scratch: &Path) -> Result<(u64, String)> {
        let (own, folder) = (path.to_owned(), scratch.to_owned());
        let own = off_runtime(move || Ok(is_own(&own, &folder))).await?;
        if own && let Some(target) = self.local_path(name) {
            let (size, sha256) = hash_file(path).await?;
            let source = path.to_owned();
            // Moving is whole or not at all, but only within one file system.
            if off_runtime(move || move_durably(&source, &target)).await.is_ok() {
                return Ok((size, sha256));
            }
        }
        let stored = self.store_file(name, path).await?;
        if own {
            // What cannot be deleted now goes with the working folder.
            drop(tokio::fs::remove_file(path).await);
        }
        Ok(stored)
    }
}

/// Whether a file is a plain one that really lies in `folder` and nowhere else: no link leads out of it, and none into it.
fn is_own(path: &Path, folder: &Path) -> bool {
    let inside = || -> io::Result<bool> {
        let found = fs::symlink_metadata(path)?;
        let within = path.canonicalize()?.starts_with(folder.canonicalize()?);
        Ok(found.is_file() && has_one_name(&found) && within)
    };
    // What cannot be looked at is left where it is.
    inside().unwrap_or(false)
}

#[cfg(unix)]
fn has_one_name(found: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) == 1
}

#[cfg(not(unix))]
fn has_one_name(_: &fs::Metadata) -> bool {
    true
}

/// Renames, and returns once a loss of power cannot undo it.
fn move_durably(source: &Path, target: &Path) -> io::Result<()> {
    fs::File::open(source)?.sync_all()?;
    fs::rename(source, target)?;
    sync_folder(target)
}

#[cfg(unix)]
fn sync_folder(file: &Path) -> io::Result<()> {
    let folder: PathBuf = file.parent().map_or_else(PathBuf::new, Path::to_owned);
    // The file is there already: where its folder cannot be synchronised, no more can be done.
    drop(fs::File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

async fn off_runtime<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(panic) => {
            Err(Error::new(ErrorKind::Unexpected, "taking a file over panicked").with_context("cause", panic))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    struct Place {
        folder: tempfile::TempDir,
        files: ProjectFiles,
        scratch: PathBuf,
    }

    async fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let files = Store::local(folder.path().join("storage")).unwrap().project("p").unwrap();
        files.write("state.json", "{}").await.unwrap();
        let scratch = folder.path().join("storage/projects/p").join("work").join("clip");
        fs::create_dir_all(&scratch).unwrap();
        Place { folder, files, scratch }
    }

    #[tokio::test]
    async fn what_lies_in_the_own_folder_is_moved() {
        let Place { files, scratch, folder: _folder } = place().await;
        let path = scratch.join("sub/clip.mp4");
        fs::create_dir(scratch.join("sub")).unwrap();
        fs::write(&path, "clip").unwrap();
        let stored = files.adopt_file("clip.mp4", &path, &scratch).await.unwrap();
        assert_eq!(Some(stored), files.hash("clip.mp4").await.unwrap());
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn what_lies_elsewhere_is_copied_whatever_leads_there() {
        let Place { folder, files, scratch } = place().await;
        let cache = folder.path().join("cache");
        fs::create_dir(&cache).unwrap();
        let kept = cache.join("clip.mp4");
        fs::write(&kept, "cached").unwrap();
        let neighbour = scratch.with_file_name("other");
        fs::create_dir(&neighbour).unwrap();
        fs::write(neighbour.join("clip.mp4"), "cached").unwrap();
        std::os::unix::fs::symlink(&kept, scratch.join("link.mp4")).unwrap();
        std::os::unix::fs::symlink(&cache, scratch.join("linked")).unwrap();
        fs::hard_link(&kept, scratch.join("same.mp4")).unwrap();
        let ways = [
            kept.clone(),
            scratch.join("link.mp4"),
            scratch.join("linked/clip.mp4"),
            scratch.join("../other/clip.mp4"),
            scratch.join("same.mp4"),
            neighbour.join("clip.mp4"),
        ];
        for (index, path) in ways.iter().enumerate() {
            let name = format!("{index}.mp4");
            files.adopt_file(&name, path, &scratch).await.unwrap();
            assert!(path.exists(), "{} was taken away", path.display());
            assert_eq!(files.read(&name).await.unwrap().unwrap(), "cached");
            let stored = folder.path().join("storage/projects/p").join(&name);
            assert!(fs::symlink_metadata(&stored).unwrap().is_file(), "{}", path.display());
            // Whoever writes into the cached file later must not change what was stored.
            assert_eq!(std::os::unix::fs::MetadataExt::nlink(&fs::metadata(&stored).unwrap()), 1);
        }
        assert_eq!(fs::read(&kept).unwrap(), b"cached");
    }
}
