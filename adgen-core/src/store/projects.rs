//! All projects of a storage: which there are, copying one, deleting one.
//!
//! A project's artifacts and purchases are the storage's, so that neither touches them. May depend on `error`, `project`
//! and its neighbours.

use super::{
    local_file::off_runtime,
    objects::Objects,
    project_folder::{DOCUMENT, EVENTS, HISTORY, LEASE, PROJECTS, ProjectFolder, RENDERED, STATE, WORK, is_id},
    time::Clock,
};
use crate::{
    error::{Error, ErrorKind, Result},
    project::{AdProject, State},
};
use std::{fs, io, path::Path};

/// What a copy does not take along: what only tells of the runs of the project that it was.
const OWN: [&str; 7] = [HISTORY, LEASE, WORK, STATE, EVENTS, RENDERED, "report.html"];

/// The projects of the storage, sorted.
///
/// # Errors
/// `Io`, `Timeout`.
pub(super) async fn list(objects: &Objects) -> Result<Vec<String>> {
    Ok(objects.folders(PROJECTS).await?.into_iter().filter(|id| is_id(id)).collect())
}

/// Deletes a project's folder. Nothing that was paid for is lost by it.
///
/// # Errors
/// `NotFound`; `Locked` where a run works on it; `Io`, `Timeout`: some of it may then be gone, and it can be deleted
/// again.
pub(super) async fn delete(objects: &Objects, folder: &ProjectFolder, run: &str) -> Result<()> {
    let root = format!("{PROJECTS}/{}", folder.id());
    let names = |seen: Vec<super::listing::Seen>| seen.into_iter().map(|seen| seen.name).collect::<Vec<String>>();
    if objects.list_all(&root).await?.is_empty() {
        return Err(folder.not_there(DOCUMENT).await);
    }
    let lease = folder.acquire(run).await?;
    let held = objects.behind(lease.fence());
    if let Some(path) = folder.folder() {
        // The lock goes last, so that nobody begins in the middle.
        let removed = off_runtime(move || remove_around(&path, LEASE)).await?;
        return removed.map_err(|error| objects.failed("delete", &root, error));
    }
    let own = format!("{root}/{LEASE}/");
    let all = names(held.list_all(&root).await?);
    held.delete_all(&all.into_iter().filter(|name| !name.starts_with(&own)).collect::<Vec<_>>()).await?;
    // The own record keeps others away for as long as a lease lasts, though nobody renews it any more.
    drop(lease);
    objects.delete_all(&names(objects.list_all(&own).await?)).await
}

fn remove_around(folder: &Path, last: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            _ if entry.file_name() == last => {}
            true => fs::remove_dir_all(entry.path())?,
            false => fs::remove_file(entry.path())?,
        }
    }
    fs::remove_dir_all(folder)
}

/// Copies a project's document, the files that it brought in and those that people see under another id. The copy has
/// no history, and what was bought for the first one costs it nothing.
///
/// # Errors
/// `NotFound`; `Conflict` where there is such a project already; `InvalidProject` where the document is no good; `Locked`;
/// `Io`, `Timeout`.
pub(super) async fn copy(objects: &Objects, from: &ProjectFolder, to: &ProjectFolder, run: &str) -> Result<()> {
    let Some(document) = from.read(DOCUMENT).await? else { return Err(from.not_there(DOCUMENT).await) };
    let text = std::str::from_utf8(&document).map_err(|error| {
        Error::new(ErrorKind::InvalidProject, "the project's document is no text")
            .with_context("file", from.display(DOCUMENT))
            .with_source(error)
    })?;
    let mut project = AdProject::from_json(text).map_err(|error| error.with_context("file", from.display(DOCUMENT)))?;
    to.id().clone_into(&mut project.id);
    let lease = to.acquire(run).await?;
    let held = objects.behind(lease.fence());
    let copied = async {
        if to.look(DOCUMENT).await?.is_some() {
            return Err(exists(to));
        }
        let root = format!("{PROJECTS}/{}/", from.id());
        for seen in objects.list_all(&root).await? {
            let Some(name) = seen.name.strip_prefix(&root) else { continue };
            let first = name.split('/').next().unwrap_or(name);
            if name != DOCUMENT && !OWN.contains(&first) {
                held.duplicate(&seen.name, &to.at(name)).await?;
            }
        }
        // It waits for its first run, as one that was imported does.
        let state = State::new(to.id(), Clock::default().now());
        let json = serde_json::to_vec_pretty(&state)
            .map_err(|error| Error::new(ErrorKind::Unexpected, "a state is not JSON").with_source(error))?;
        // Of half a copy, it may be there already.
        drop(held.create(&to.at(STATE), json).await?);
        // Last, so that half a copy is no project.
        match held.create(&to.at(DOCUMENT), project.to_json()).await? {
            super::objects::Created::Written => Ok(()),
            super::objects::Created::Taken(_) => Err(exists(to)),
        }
    };
    let copied = copied.await;
    lease.release().await;
    copied
}

fn exists(folder: &ProjectFolder) -> Error {
    Error::new(ErrorKind::Conflict, format!("there is a project {:?} already", folder.id()))
        .with_context("file", folder.display(DOCUMENT))
        .with_hint("choose another id, or delete that project first")
}
