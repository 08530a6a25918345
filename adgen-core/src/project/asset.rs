//! A file that a document names: a path or a URL.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// A file named by a document: a path relative to the document, an absolute path, or an http(s) URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Asset(#[schemars(length(min = 1, max = 4096))] String);

/// Where an asset lies.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssetLocation {
    /// On the web.
    Url(String),
    /// A path, still relative where the document says so.
    File(PathBuf),
}

impl Asset {
    /// The text as it stands in the document.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the text means.
    pub fn location(&self) -> AssetLocation {
        let lower = self.0.get(..8).unwrap_or(&self.0).to_ascii_lowercase();
        if lower.starts_with("http://") || lower.starts_with("https://") {
            AssetLocation::Url(self.0.clone())
        } else {
            AssetLocation::File(PathBuf::from(&self.0))
        }
    }

    /// The file's path with a relative one taken from `folder`; `None` for a URL.
    pub fn path_in(&self, folder: &Path) -> Option<PathBuf> {
        match self.location() {
            AssetLocation::Url(_) => None,
            AssetLocation::File(path) => Some(folder.join(path)),
        }
    }
}

impl From<String> for Asset {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Asset {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&Path> for Asset {
    /// Paths that are not UTF-8 lose the bytes that are not.
    fn from(path: &Path) -> Self {
        Self(path.to_string_lossy().into_owned())
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
