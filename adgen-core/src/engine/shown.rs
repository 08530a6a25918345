//! The project's folder as people see it, and where the files behind its names really lie.
//!
//! A run reads artifacts from where they are stored, never from the names that people see: whatever happens to those, the
//! ad is made from what was stored. May depend on `store` and `error`.

use crate::{
    error::Result,
    store::{ArtifactRecord, Opened, ProjectFolder, Storage},
};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The names of a project's folder.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// What lay there when the run began, with its size; only where looking is dear.
    before: HashMap<String, u64>,
    names: Mutex<HashMap<String, Place>>,
}

/// What is behind a name.
#[derive(Debug, Default)]
struct Place {
    /// The artifact and which of its files; `None` for a file that the document brought in.
    artifact: Option<(Arc<ArtifactRecord>, usize)>,
    /// On this machine, as long as the run lasts.
    opened: Option<Opened>,
}

impl Shown {
    /// The folder of a project as it is now.
    pub(crate) async fn of(storage: &Storage, folder: &ProjectFolder) -> Result<Self> {
        let before = match storage.folder() {
            Some(_) => HashMap::new(),
            None => folder.sizes().await?,
        };
        Ok(Self { before, names: Mutex::default() })
    }

    fn names(&self) -> MutexGuard<'_, HashMap<String, Place>> {
        // A map of places is whole whatever happened to another thread.
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a file of this size lay under the name when the run began, and no other has taken it since.
    pub(crate) fn is_there(&self, name: &str, bytes: u64) -> bool {
        self.before.get(name) == Some(&bytes) && !self.names().contains_key(name)
    }

    /// The name shows this file of the artifact from now on.
    pub(crate) fn add(&self, name: String, record: &Arc<ArtifactRecord>, index: usize) {
        let place = Place { artifact: Some((Arc::clone(record), index)), opened: None };
        let mut names = self.names();
        let same = names.get(&name).and_then(|old| old.artifact.as_ref()).is_some_and(|(old, _)| old == record);
        if !same {
            names.insert(name, place);
        }
    }

    /// A path at which the file of this name can be opened, until the run has ended.
    pub(crate) async fn path_of(&self, storage: &Storage, folder: &ProjectFolder, name: &str) -> Result<PathBuf> {
        loop {
            let artifact = match self.names().get(name) {
                Some(Place { opened: Some(opened), .. }) => return Ok(opened.path().to_owned()),
                Some(Place { artifact, .. }) => artifact.clone(),
                None => None,
            };
            let opened = match artifact.as_ref().and_then(|(record, index)| Some((record, record.files.get(*index)?))) {
                Some((record, file)) => storage.artifacts().open(record, file).await?,
                None => folder.open(name).await?,
            };
            let mut names = self.names();
            let place = names.entry(name.to_owned()).or_default();
            // Another artifact may have taken the name meanwhile.
            if place.artifact == artifact {
                let path = opened.path().to_owned();
                place.opened = Some(opened);
                return Ok(path);
            }
        }
    }
}
