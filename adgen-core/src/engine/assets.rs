//! Where the files of a document come from: a folder, or the caller's own hands.
//!
//! May depend on `error`.

use crate::error::{Error, ErrorKind, Result};
use bytes::Bytes;
use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    pin::Pin,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

/// The files that a document names: relative ones lie in a folder, or are handed in by the names that the document has for
/// them, so that an upload needs no temporary file of the caller's.
///
/// What is handed in comes first. Without a folder, a document may name what is handed in alone, and what is on the web where
/// the policy allows that.
#[derive(Default)]
pub struct Assets {
    folder: Option<PathBuf>,
    given: BTreeMap<String, Given>,
}

enum Given {
    Bytes(Bytes),
    Stream(Pin<Box<dyn AsyncRead + Send>>),
}

impl fmt::Debug for Assets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given: Vec<&String> = self.given.keys().collect();
        f.debug_struct("Assets").field("folder", &self.folder).field("given", &given).finish()
    }
}

impl Assets {
    /// None at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Those of a folder; which of its files and of others a document may name is for the
    /// [`AssetPolicy`](crate::AssetPolicy) to say.
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), given: BTreeMap::new() }
    }

    /// Hands in a file that the document calls `name`.
    #[must_use]
    pub fn with_bytes(mut self, name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        self.given.insert(name.into(), Given::Bytes(bytes.into()));
        self
    }

    /// Hands in a file that the document calls `name`, read as it comes: it never lies in memory as a whole.
    #[must_use]
    pub fn with_reader(mut self, name: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
        self.given.insert(name.into(), Given::Stream(Box::pin(reader)));
        self
    }

    /// Takes the folder, for what is not handed in.
    pub(super) fn base(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Writes what is handed in under `name` to `target`, if anything is; tells whether it did. It can be had once. No more
    /// than `max` bytes and one are written.
    pub(super) async fn take(&mut self, name: &str, target: &Path, max: u64) -> Result<bool> {
        let Some(given) = self.given.remove(name) else { return Ok(false) };
        let io = |error: std::io::Error| Error::from(error).with_context("path", target.display());
        let unreadable = |error: std::io::Error| {
            Error::new(ErrorKind::InvalidInput, "what was handed in could not be read to its end").with_source(error)
        };
        match given {
            Given::Bytes(bytes) => tokio::fs::write(target, &bytes).await.map_err(io)?,
            Given::Stream(reader) => {
                let mut reader = reader.take(max.saturating_add(1));
                let mut file = tokio::fs::File::create(target).await.map_err(io)?;
                let mut buffer = vec![0; 1 << 16];
                loop {
                    let read = reader.read(&mut buffer).await.map_err(unreadable)?;
                    if read == 0 {
                        break;
                    }
                    file.write_all(&buffer[..read]).await.map_err(io)?;
                }
                file.flush().await.map_err(io)?;
            }
        }
        Ok(true)
    }

    /// What was handed in and no document asked for.
    pub(super) fn left(&self) -> impl Iterator<Item = &str> {
        self.given.keys().map(String::as_str)
    }
}

impl From<&str> for Assets {
    fn from(folder: &str) -> Self {
        Self::folder(folder)
    }
}

impl From<String> for Assets {
    fn from(folder: String) -> Self {
        Self::folder(folder)
    }
}

impl From<&String> for Assets {
    fn from(folder: &String) -> Self {
        Self::folder(folder)
    }
}

impl From<PathBuf> for Assets {
    fn from(folder: PathBuf) -> Self {
        Self::folder(folder)
    }
}

impl From<&PathBuf> for Assets {
    fn from(folder: &PathBuf) -> Self {
        Self::folder(folder)
    }
}

impl From<&Path> for Assets {
    fn from(folder: &Path) -> Self {
        Self::folder(folder)
    }
}
