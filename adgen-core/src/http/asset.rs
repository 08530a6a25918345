//! Files that a document or a provider names by URL.

use super::{
    client,
    download::{Expectation, download},
};
use crate::error::{Error, ErrorKind, Result};
use std::path::Path;

/// Fetches `url` to the file `target`, over an old one.
///
/// # Errors
/// As the server or the network did; `InvalidInput` for an empty file.
pub(crate) async fn fetch_asset(url: &str, target: &Path) -> Result<()> {
    let not_empty = |path: &Path| match std::fs::metadata(path) {
        Ok(facts) if facts.len() > 0 => Ok(()),
        _ => Err(Error::new(ErrorKind::InvalidInput, "the server gave an empty file")),
    };
    download(&client()?, url, target, Expectation { bytes: None, check: &not_empty }, &|_, _| {}).await
}
