//! Which files of this machine a document may bring in.
//!
//! Depends on `error` and its neighbours.

use super::{
    plain_file::PlainFile,
    pseudo,
    spelling::{self, Similar},
};
use crate::error::{Error, ErrorKind, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Component, Path, PathBuf};

/// Which files of this machine a document may bring in.
///
/// What is allowed is a path; what it leads to must always be a plain file: folders, pipes, sockets, devices and whatever
/// lies in `/proc`, `/sys` or `/dev` is refused by every policy.
///
/// A hard link is a file like any other: nothing tells it from one.
///
/// As JSON it is `{"reach": "document_folder", "folders": ["/srv/brand"], "urls": true}`, or a part of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AssetPolicy {
    /// How far the names in a document reach.
    reach: Reach,
    /// Folders whose files are allowed as well, as if the document lay there.
    folders: Vec<PathBuf>,
    /// Whether files may be named by URL; where nobody said, as the reach has it: not for `document_folder`.
    #[serde(skip_serializing_if = "Option::is_none")]
    urls: Option<bool>,
}

/// How far the names in a document reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum Reach {
    /// The document's folder and those that were allowed.
    #[serde(rename = "document_folder")]
    Folders,
    /// Any file that the document names itself, without a link on the way.
    #[serde(rename = "own_documents")]
    Named,
    /// Whatever a path leads to.
    #[serde(rename = "any_path")]
    Anywhere,
}

impl Default for AssetPolicy {
    /// [`AssetPolicy::document_folder`].
    fn default() -> Self {
        Self::document_folder()
    }
}

impl AssetPolicy {
    /// Files in the document's folder and below it, and none of the web. Links are followed as long as they stay there. For
    /// documents of other people: a service must not show one user's files to another, nor fetch what a stranger likes. What
    /// a [`StudioBuilder`](crate::StudioBuilder) begins with.
    pub const fn document_folder() -> Self {
        Self { reach: Reach::Folders, folders: Vec::new(), urls: None }
    }

    /// Every file that the document names, by an absolute path, one with `..`, or a URL too; links are followed only inside the
    /// document's folder. For a person's own documents on their own machine: what the command does.
    pub const fn own_documents() -> Self {
        Self { reach: Reach::Named, folders: Vec::new(), urls: None }
    }

    /// Every file that a path leads to, through links too, and every URL.
    pub const fn any_path() -> Self {
        Self { reach: Reach::Anywhere, folders: Vec::new(), urls: None }
    }

    /// Files in `folder` and below it too, as if the document lay there.
    #[must_use]
    pub fn allow_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.push(folder.into());
        self
    }

    /// Files that the document names by URL, too: from the public internet, unless
    /// [`allow_private_urls`](crate::StudioBuilder::allow_private_urls) says more.
    #[must_use]
    pub fn with_urls(mut self) -> Self {
        self.urls = Some(true);
        self
    }

    /// No files that the document names by URL.
    #[must_use]
    pub fn without_urls(mut self) -> Self {
        self.urls = Some(false);
        self
    }

    /// With files that are named by URL where nobody has said otherwise.
    #[must_use]
    pub(crate) fn with_urls_by_default(mut self) -> Self {
        self.urls = self.urls.or(Some(true));
        self
    }

    /// Whether files may be named by URL.
    pub(crate) fn allows_urls(&self) -> bool {
        self.urls.unwrap_or(self.reach != Reach::Folders)
    }

    /// Checks that the folders that are allowed are there: a misspelled one would allow nothing, and nobody would know.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] for the first one that is not.
    pub(crate) fn check(&self) -> Result<()> {
        match self.folders.iter().find(|folder| !folder.is_dir()) {
            None => Ok(()),
            Some(folder) => {
                let message = "assets.folders holds a folder that is not there: one that is there is needed";
                Err(Error::new(ErrorKind::InvalidConfig, message).with_context("path", folder.display()))
            }
        }
    }

    /// Opens the file that a document in `folder` names.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for a path that is not allowed, is missing, or leads to no plain file.
    pub(crate) fn open(&self, folder: &Path, named: &str) -> Result<PlainFile> {
        PlainFile::open_exactly(&self.resolve(folder, named)?)
    }

    /// The place of the file, without links, if it may be opened.
    fn resolve(&self, folder: &Path, named: &str) -> Result<PathBuf> {
        if named.contains('\0') {
            return Err(Error::new(ErrorKind::InvalidInput, "its name holds a zero byte, which no file's name can"));
        }
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let base = folder.canonicalize().map_err(|error| {
            Error::new(ErrorKind::InvalidInput, "the folder that the document lies in cannot be found")
                .with_context("folder", folder.display())
                .with_source(error)
        })?;
        let roots: Vec<PathBuf> = self.folders.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
        let within = |path: &Path| path.starts_with(&base) || roots.iter().any(|root| path.starts_with(root));
        let written = base.join(named);
        let plain = without_dots(&written);
        if let Some(folder) = pseudo::folder(&plain) {
            let message =
                format!("it lies in {folder}, where the kernel shows its own matters; a plain file is needed");
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let lexically = within(&plain) || self.folders.iter().any(|folder| plain.starts_with(without_dots(folder)));
        // Before the disk is asked: whoever may not read a file need not learn whether it is there.
        if self.reach == Reach::Folders && !lexically {
            return Err(self.outside());
        }
        let (real, plain) = match written.canonicalize() {
            Ok(real) => (real, plain),
            Err(error) => {
                let spelled = spelling::on_disk(&plain);
                let real = spelled.as_deref().and_then(|path| path.canonicalize().ok());
                match (real, spelled) {
                    (Some(real), Some(spelled)) => (real, spelled),
                    _ => {
                        // What lies behind a link out of the folder is not told, not even by its name.
                        let may_list = |folder: &Path| match self.reach {
                            Reach::Folders => folder.canonicalize().is_ok_and(|folder| within(&folder)),
                            Reach::Named | Reach::Anywhere => true,
                        };
                        return Err(missing(named, spelling::similar(&plain, may_list), error));
                    }
                }
            }
        };
        let named_itself = || real == plain || real == behind_the_roots_links(&plain);
        match self.reach {
            _ if within(&real) => Ok(real),
            Reach::Anywhere => Ok(real),
            Reach::Named if named_itself() => Ok(real),
            Reach::Named => Err(Error::new(
                ErrorKind::InvalidInput,
                "a symbolic link leads out of the folder that the document lies in; links are followed only inside it",
            )
            .with_context("leads_to", real.display())
            .with_hint("name the file itself in the document, or allow its folder with --allow-path")),
            Reach::Folders => Err(self.outside()),
        }
    }

    fn outside(&self) -> Error {
        let also = if self.folders.is_empty() { "" } else { " or in a folder that was allowed" };
        let message = format!("it lies outside the folder of the document; only files in it{also} may be named");
        Error::new(ErrorKind::InvalidInput, message).with_hint(
            "put the file into the document's folder, or allow its own by the studio's setting `assets.folders` (AssetPolicy)",
        )
    }
}

/// `a/./b/../c` as `a/c`.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

/// The path with its first folder resolved: where `/home` or `/tmp` itself is a link, the system's owner made it so.
fn behind_the_roots_links(path: &Path) -> PathBuf {
    let mut parts = path.components();
    let first: PathBuf = parts.by_ref().take(2).collect();
    match first.canonicalize() {
        Ok(first) => first.join(parts.as_path()),
        Err(_) => path.to_owned(),
    }
}

fn missing(named: &str, similar: Option<Similar>, error: std::io::Error) -> Error {
    let message = match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => "there is no such file",
        std::io::ErrorKind::PermissionDenied => "this user may not read it",
        _ => "it cannot be found",
    };
    let error = Error::new(ErrorKind::InvalidInput, message).with_source(error);
    if named.starts_with('~') {
        return error.with_hint("write the whole path: ~ stands for a home folder only in a shell");
    }
    if cfg!(unix) && named.contains('\\') {
        return error.with_hint("write / between folders, not \\");
    }
    match similar {
        Some(similar) => error.with_hint(similar.hint()),
        None => error,
    }
}

#[cfg(test)]
#[cfg(unix)]
#[path = "policy_tests.rs"]
mod tests;
