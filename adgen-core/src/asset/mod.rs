//! Files of this machine that a document names: which ones it may bring in, and how they are opened.
//!
//! [`AssetPolicy`] decides by path, [`PlainFile`] by what was really opened: nothing is judged by a name and then opened by
//! it once more. May depend on `error` alone.

mod plain_file;
mod policy;
mod pseudo;
mod spelling;

use crate::error::Error;
use std::path::Path;

pub(crate) use plain_file::PlainFile;
pub use policy::AssetPolicy;

/// `path` as it is spelled on the disk, where it is not there in the bytes that a person gave.
#[cfg(feature = "cli")]
pub(crate) fn as_on_disk(path: &Path) -> std::borrow::Cow<'_, Path> {
    let there = path.symlink_metadata().is_ok();
    match (!there).then(|| spelling::on_disk(path)).flatten() {
        Some(spelled) => spelled.into(),
        None => path.into(),
    }
}

/// Adds to an error about a file or folder that a person named, and that is not there, what they could have meant.
pub(crate) fn with_similar_name(error: Error, path: &Path) -> Error {
    let similar = std::path::absolute(path).ok().and_then(|path| spelling::similar(&path, |_| true));
    match similar {
        Some(similar) => error.with_hint(similar.hint()),
        None => error,
    }
}
