//! A file of the storage as it lies on this machine.
//!
//! May depend on its neighbour `cache`.

use super::cache::Cached;
use std::path::{Path, PathBuf};

/// A file of the storage on this machine, for as long as this is held.
#[derive(Debug, Clone)]
pub(crate) enum Opened {
    /// In the storage itself.
    InPlace(PathBuf),
    /// A copy of it.
    Cached(Cached),
}

impl Opened {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::InPlace(path) => path,
            Self::Cached(cached) => cached.path(),
        }
    }
}
