//! The folder of what a package of adgen brings along: `runtime/` with ONNX Runtime's library, `models/`, `fonts/`.
//!
//! A Python wheel and an npm package carry what makes whole ads on a bare machine. Their loaders name the folder once, before
//! anything is looked for; an application that installs such files with itself may do the same. What the user named, by an option
//! or the environment, comes before it, and so does adgen's own data folder, for somebody put that there on purpose. What merely
//! lies on the machine, the system's libraries and Python's packages, comes after it: they may be of any version, and what is in
//! the folder was tried with this very build. Of fonts, the system's come first: what its people installed is what they know.
//!
//! Depends on `error`.

use crate::error::{Error, ErrorKind, Result};
use std::{path::PathBuf, sync::OnceLock};

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Names the folder, once a process. Naming the same one again changes nothing. What is missing in it is as if it had not been named.
///
/// # Errors
/// [`ErrorKind::InvalidConfig`] where the path is relative, is no folder, or another one was named before.
pub fn set_folder(folder: impl Into<PathBuf>) -> Result<()> {
    let folder = folder.into();
    let refused = |message: &str| {
        Error::new(ErrorKind::InvalidConfig, format!("the folder of what the package brings along {message}"))
            .with_operation("bundle")
            .with_context("path", folder.display())
    };
    // A relative one would depend on the working folder, and a library that lies there is loaded.
    if !folder.is_absolute() {
        return Err(refused("must be an absolute path"));
    }
    if !folder.is_dir() {
        return Err(refused("is not there"));
    }
    if *FOLDER.get_or_init(|| folder.clone()) != folder {
        return Err(refused("was named before, as another one"));
    }
    Ok(())
}

/// The part of that name, where a folder was named.
pub(crate) fn part(name: &str) -> Option<PathBuf> {
    FOLDER.get().map(|folder| folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is refused is not remembered: other tests of this process find nothing named.
    #[test]
    fn a_folder_that_is_relative_or_not_there_is_refused() {
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("file");
        std::fs::write(&file, b"x").expect("writes");
        for path in [PathBuf::from("runtime"), root.path().join("nowhere"), file] {
            let error = set_folder(&path).expect_err("is no folder");
            assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{error}");
        }
        assert_eq!(part("runtime"), None);
    }
}
