//! Opening a file that a document names, by the caller's policy and within bounds.
//!
//! May depend on `asset`, `error` and its neighbour `asset_use`.

use super::asset_use::AssetUse;
use crate::{
    asset::{AssetPolicy, PlainFile},
    error::{Error, ErrorKind, Result},
};
use std::path::Path;

/// No format begins with as many zeros.
const NOTHING: usize = 1 << 20;

/// Opens a file that the policy allows, if it is not empty and not too large.
pub(crate) fn open_within_bounds(
    policy: &AssetPolicy,
    used: AssetUse,
    folder: &Path,
    named: &str,
) -> Result<PlainFile> {
    bounded(policy.open(folder, named)?, used)
}

/// The file, if it is not empty and not too large for what it is for.
pub(crate) fn bounded(mut file: PlainFile, used: AssetUse) -> Result<PlainFile> {
    file.check_size(used.max_bytes())?;
    if file.bytes() == 0 {
        return Err(Error::new(ErrorKind::InvalidInput, format!("{} is empty (0 bytes)", used.label())));
    }
    // Gigabytes of nothing are not worth copying to be looked at.
    let head = file.head(NOTHING)?;
    if head.len() == NOTHING && head.iter().all(|byte| *byte == 0) {
        let message = "its first megabyte is zeros alone: it was reserved, and never written";
        return Err(Error::new(ErrorKind::InvalidInput, message));
    }
    Ok(file)
}

/// A policy takes no files of the web.
pub(crate) fn urls_are_closed() -> Error {
    Error::new(ErrorKind::InvalidInput, "it lies on the web, and this program takes files of this machine alone")
        .with_hint(
            "download it and name the local file, hand it in, or allow it by the studio's setting `assets.urls` (AssetPolicy)",
        )
}
