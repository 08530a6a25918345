//! Storages to test with: one of each kind, and one that goes wrong to order.

mod faulty;

pub(super) use faulty::{Fault, Faulty, Method, Times};

use super::objects::Objects;
use object_store::{ObjectStore, local::LocalFileSystem, memory::InMemory, path::Path as ObjectPath};
use std::sync::Arc;

/// Objects with a name for messages, and the folder that they lie in for as long as the test lasts.
pub(super) struct Place {
    pub(super) kind: &'static str,
    pub(super) objects: Objects,
    pub(super) folder: Option<tempfile::TempDir>,
}

/// A folder of this machine, a store in memory, and one behind [`Faulty`] in which nothing goes wrong.
pub(super) fn places() -> Vec<Place> {
    let memory = |kind, store: Arc<dyn ObjectStore>, prefix: &str| Place {
        kind,
        objects: Objects::new(store, None, ObjectPath::from(prefix), String::new(), None),
        folder: None,
    };
    vec![
        local(),
        memory("memory", Arc::new(InMemory::new()), ""),
        memory("a prefix in a store with faults", Arc::new(Faulty::new()), "some/prefix"),
    ]
}

pub(super) fn local() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let store = LocalFileSystem::new_with_prefix(&root).unwrap().with_fsync(true);
    let objects = Objects::new(Arc::new(store), None, ObjectPath::ROOT, String::new(), Some(root));
    Place { kind: "a folder", objects, folder: Some(folder) }
}

/// A store that goes wrong to order, and its objects.
pub(super) fn faulty() -> (Arc<Faulty>, Objects) {
    let store = Arc::new(Faulty::new());
    let objects = Objects::new(Arc::<Faulty>::clone(&store), None, ObjectPath::ROOT, String::new(), None);
    (store, objects)
}
