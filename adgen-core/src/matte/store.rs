//! The folder of models on this machine: where a model lies, whether it is whole, how it gets there.
//!
//! May depend on `error`, `http` and `registry`. Nothing is used that does not fit its pinned hash.

use super::{
    md5::Md5,
    registry::{self, CommercialUse, ModelInfo},
};
use crate::{
    error::{Error, ErrorKind, Result},
    http,
};
use sha2::{Digest, Sha256};
use std::{
    env, fs,
    io::Read,
    path::{Path, PathBuf},
};

/// The environment variable that names the folder of models.
pub const MODELS_DIR: &str = "ADGEN_MODELS_DIR";

/// The folder of models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelStore {
    dir: PathBuf,
    non_commercial: bool,
}

impl ModelStore {
    /// A store in `dir`, which need not exist yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), non_commercial: false }
    }

    /// A store in `$ADGEN_MODELS_DIR`, else in `adgen/models` of `$XDG_DATA_HOME` or `~/.local/share`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] where none of these variables is set.
    pub fn from_env() -> Result<Self> {
        let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let data = || named("XDG_DATA_HOME").filter(|dir| dir.is_absolute());
        let home = || named("HOME").or_else(|| named("USERPROFILE")).map(|home| home.join(".local/share"));
        named(MODELS_DIR)
            .or_else(|| data().or_else(home).map(|data| data.join("adgen/models")))
            .map(Self::new)
            .ok_or_else(|| {
                Error::new(ErrorKind::InvalidConfig, format!("no folder for models: set {MODELS_DIR} or HOME"))
            })
    }

    /// Lets models be used whose licence forbids paid work.
    #[must_use]
    pub fn with_non_commercial(mut self, allowed: bool) -> Self {
        self.non_commercial = allowed;
        self
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The facts of the model `name`, if this store may use it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown name; [`ErrorKind::Unsupported`] for one whose licence forbids paid work,
    /// unless that was allowed.
    pub fn info(&self, name: &str) -> Result<&'static ModelInfo> {
        let info = registry::find(name).ok_or_else(|| {
            let known: Vec<_> = registry::MODELS.iter().map(|model| model.name).collect();
            Error::new(ErrorKind::NotFound, format!("there is no model {name:?}; known are {}", known.join(", ")))
        })?;
        if info.commercial_use == CommercialUse::No && !self.non_commercial {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "the model {name} may not be used in paid work ({}); allow it expressly if yours is not",
                    info.license
                ),
            )
            .with_context("licence", info.license_url));
        }
        Ok(info)
    }

    /// Where the model `name` would lie.
    pub fn path(&self, info: &ModelInfo) -> PathBuf {
        self.dir.join(info.file_name())
    }

    /// The whole, verified file of the model `name`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is not there or damaged, with how to get it; and those of [`ModelStore::info`].
    pub fn locate(&self, name: &str) -> Result<PathBuf> {
        let info = self.info(name)?;
        let path = self.path(info);
        if !path.is_file() {
            return Err(Error::new(
                ErrorKind::Model,
                format!("the model {name} is not installed; {}", how_to_get(info)),
            )
            .with_context("path", path.display()));
        }
        verify(&path, info)?;
        Ok(path)
    }

    /// Installs the model `name` from a file that lies on this machine already. Needs no network.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where the file is not that model; [`ErrorKind::Io`]; and those of [`ModelStore::info`].
    pub fn install_from_file(&self, name: &str, file: &Path) -> Result<PathBuf> {
        let info = self.info(name)?;
        verify(file, info)?;
        let failed = |error| Error::from(error).with_context("path", self.dir.display());
        fs::create_dir_all(&self.dir).map_err(failed)?;
        let path = self.path(info);
        // Copied beside its place and moved there whole: no reader sees half a model.
        let mut copy = tempfile::NamedTempFile::new_in(&self.dir).map_err(failed)?;
        std::io::copy(&mut fs::File::open(file)?, copy.as_file_mut()).map_err(failed)?;
        verify(copy.path(), info)?;
        // Temporary files are private to their maker; models may be shared.
        #[cfg(unix)]
        fs::set_permissions(copy.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644)).map_err(failed)?;
        copy.persist(&path).map_err(|error| failed(error.error))?;
        Ok(path)
    }

    /// The file of the model `name`, downloaded if it is not there; a download that broke off goes on where it stopped.
    /// `progress` is told bytes done and, where known, bytes in all.
    ///
    /// # Errors
    /// Why no address gave the file, and how to install it by hand; and those of [`ModelStore::info`].
    pub async fn fetch(&self, name: &str, progress: &(dyn Fn(u64, Option<u64>) + Send + Sync)) -> Result<PathBuf> {
        let info = self.info(name)?;
        if let Ok(path) = self.locate(name) {
            return Ok(path);
        }
        let path = self.path(info);
        let client = http::client()?;
        let check = |file: &Path| verify(file, info);
        let mut last = None;
        for url in info.urls {
            let expected = http::download::Expectation { bytes: info.bytes, check: &check };
            match http::download::download(&client, url, &path, expected, progress).await {
                Ok(()) => return Ok(path),
                Err(error) => last = Some(error),
            }
        }
        let message = format!("the model {name} cannot be downloaded; {}", how_to_get(info));
        Err(last.map_or_else(
            || Error::new(ErrorKind::Model, message.clone()),
            |error| {
                let (kind, retry) = (error.kind(), error.retry());
                Error::new(kind, message.clone()).with_retry(retry).with_source(error)
            },
        ))
    }
}

fn how_to_get(info: &ModelInfo) -> String {
    format!(
        "run `adgen models fetch {}`, or download {} elsewhere and put it into the folder of models as {} (or set {MODELS_DIR})",
        info.name,
        info.urls.first().unwrap_or(&"it"),
        info.file_name(),
    )
}

/// Checks size and hash of `file`; SHA-256 where it is pinned, else MD5.
fn verify(file: &Path, info: &ModelInfo) -> Result<()> {
    let context = |error: Error| error.with_context("path", file.display());
    let wrong = |what: &str, found: String, expected: String| {
        context(Error::new(
            ErrorKind::Model,
            format!("the file is not the model {}, or damaged: {what} {found}, expected {expected}", info.name),
        ))
    };
    let mut reader = fs::File::open(file).map_err(|error| context(error.into()))?;
    let size = reader.metadata().map_err(|error| context(error.into()))?.len();
    if let Some(expected) = info.bytes.filter(|expected| *expected != size) {
        return Err(wrong("bytes", size.to_string(), expected.to_string()));
    }
    let (mut sha, mut md5) = (Sha256::new(), Md5::new());
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = reader.read(&mut buffer).map_err(|error| context(error.into()))?;
        if n == 0 {
            break;
        }
        match info.sha256 {
            Some(_) => sha.update(&buffer[..n]),
            None => md5.update(&buffer[..n]),
        }
    }
    let (what, found, expected) = match info.sha256 {
        Some(expected) => ("SHA-256", sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), expected),
        None => ("MD5", md5.finish(), info.md5),
    };
    if found == expected { Ok(()) } else { Err(wrong(what, found, expected.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_model_says_how_to_get_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let error = ModelStore::new(dir.path()).locate("u2netp").expect_err("is missing");
        assert_eq!(error.kind(), ErrorKind::Model);
        assert!(error.message().contains("adgen models fetch u2netp") && error.message().contains(MODELS_DIR));
    }

    #[test]
    fn a_wrong_file_is_not_installed_and_a_damaged_one_not_used() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = ModelStore::new(dir.path().join("models"));
        let file = dir.path().join("x.onnx");
        fs::write(&file, b"not a model").expect("writes");
        assert_eq!(store.install_from_file("u2netp", &file).expect_err("is wrong").kind(), ErrorKind::Model);
        assert!(!dir.path().join("models/u2netp.onnx").exists());
        fs::create_dir_all(store.dir()).expect("creates");
        fs::write(store.dir().join("u2netp.onnx"), b"damaged").expect("writes");
        assert!(store.locate("u2netp").expect_err("is damaged").message().contains("bytes 7, expected 4574861"));
    }

    #[test]
    fn unknown_and_non_commercial_models_are_refused() {
        let store = ModelStore::new("models");
        assert!(store.info("u3net").expect_err("unknown").message().contains("u2netp"));
        assert_eq!(store.info("bria-rmbg").expect_err("refused").kind(), ErrorKind::Unsupported);
        assert!(store.with_non_commercial(true).info("bria-rmbg").is_ok());
    }
}
