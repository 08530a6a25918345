//! Giving artifacts the names that people know, in the project's folder.
//!
//! In a folder, what is free is linked: it takes no room, and whoever edits the visible file in place damages what can
//! be made again, which is noticed. What was paid for is copied, for it cannot: the kernel shares the blocks where the
//! file system can (Btrfs, XFS), and elsewhere a clip of some megabytes costs some milliseconds. In an object store the
//! store copies by itself. Removing any of these names harms nothing. May depend on `error` and its neighbours.

use super::{
    artifact_record::ArtifactFile,
    local_file::{copy_to, is_same, link_to, off_runtime, stamp},
    project_folder::ProjectFolder,
};
use crate::error::Result;
use std::{fs, io, path::Path};

/// What became of a visible file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Published {
    /// It is what was published before.
    Unchanged,
    /// It is the artifact's file under a second name.
    Linked,
    /// It is a copy.
    Copied,
}

impl ProjectFolder {
    /// Gives an artifact's file the name `name` in this project's folder; what had the name before is not written into.
    ///
    /// # Errors
    /// `NotFound` where the artifact's file is gone; `Locked` where the run may not write any more; `Io`, `Timeout`.
    pub(crate) async fn publish(&self, file: &ArtifactFile, bought: bool, name: &str) -> Result<Published> {
        let at = self.at(name);
        let (Some(source), Some(target)) = (self.objects.local_path(&file.object), self.objects.local_path(&at)) else {
            return self.objects.copy(&file.object, &at).await.map(|()| Published::Copied);
        };
        self.objects.may_write()?;
        let published = off_runtime(move || if bought { copy(&source, &target) } else { link(&source, &target) });
        published.await?.map_err(|error| self.objects.failed("publish", &file.object, error))
    }
}

fn copy(source: &Path, target: &Path) -> io::Result<Published> {
    let same = stamp(source)?.is_some_and(|own| stamp(target).is_ok_and(|there| there == Some(own)));
    // Size and time are those of the copy that was made; a link to it would be no copy.
    if same && !is_one_file(source, target) {
        return Ok(Published::Unchanged);
    }
    copy_to(source, target).map(|()| Published::Copied)
}

fn link(source: &Path, target: &Path) -> io::Result<Published> {
    if is_one_file(source, target) {
        return Ok(Published::Unchanged);
    }
    match link_to(source, target) {
        Ok(()) => Ok(Published::Linked),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        // Some file systems know no links, and some allow few.
        Err(_) => copy(source, target),
    }
}

fn is_one_file(one: &Path, other: &Path) -> bool {
    match (fs::symlink_metadata(one), fs::symlink_metadata(other)) {
        (Ok(one), Ok(other)) => is_same(&one, &other),
        _ => false,
    }
}
