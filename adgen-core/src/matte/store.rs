//! The folder of models on this machine: where a model lies, whether it is whole, how it gets there.
//!
//! May depend on `bundle`, `error`, `http`, `store` (the hash of a file)
//! and `registry`. Nothing is used that does not fit its pinned hash.

use super::registry::{self, CommercialUse, ModelInfo};
use crate::{
    bundle,
    error::{Error, ErrorKind, Result},
    http::{Http, HttpOptions, download},
    store::Digested,
};
use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

/// The environment variable that names the folder of models.
pub const MODELS_DIR: &str = "ADGEN_MODELS_DIR";

/// How often it is asked whether another download has ended.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The folder of models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelStore {
    dir: PathBuf,
    /// What the package of adgen brings along: looked into for what the folder lacks.
    bundled: Option<PathBuf>,
    non_commercial: bool,
}

impl ModelStore {
    /// A store in `dir`, which need not exist yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), bundled: bundle::part("models"), non_commercial: false }
    }

    /// A store in `$ADGEN_MODELS_DIR`, else in `adgen/models` of `$XDG_DATA_HOME` or `~/.local/share`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] where none of these variables is set, and the account has no folder.
    pub fn from_env() -> Result<Self> {
        let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let data = || named("XDG_DATA_HOME").filter(|dir| dir.is_absolute());
        // Without HOME, as in a system service, the account still has a folder.
        let home = || env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".local/share"));
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

    /// Where the model lies, or would lie: in the folder; and where it is not there, in what the package of adgen brings along.
    fn place(&self, info: &ModelInfo) -> PathBuf {
        let path = self.path(info);
        let bundled = || self.bundled.as_ref().map(|dir| dir.join(info.file_name())).filter(|path| path.is_file());
        if path.is_file() { path } else { bundled().unwrap_or(path) }
    }

    /// Where the model `name` would lie in the folder.
    pub fn path(&self, info: &ModelInfo) -> PathBuf {
        self.dir.join(info.file_name())
    }

    /// The whole, verified file of the model `name`. Reads all of it the first time in a process, which takes seconds for
    /// the largest: call it where that may be.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is not there or damaged, with how to get it; and those of [`ModelStore::info`].
    pub fn locate(&self, name: &str) -> Result<PathBuf> {
        let info = self.info(name)?;
        let path = self.place(info);
        if !path.is_file() {
            return Err(Error::new(
                ErrorKind::Model,
                format!("the model {name} is not installed; {}", how_to_get(info)),
            )
            .with_context("path", path.display()));
        }
        let seen = Stamp::of(&path, info);
        if !seen.as_ref().is_some_and(Stamp::is_known) {
            verify(&path, info)?;
            // Only what was the same file before and after it was read.
            if let Some(seen) = seen.filter(|seen| Stamp::of(&path, info).as_ref() == Some(seen)) {
                seen.remember();
            }
        }
        Ok(path)
    }

    /// [`ModelStore::locate`], which reads all of the file, off the async runtime.
    async fn located(&self, name: &str) -> Option<PathBuf> {
        let (store, name) = (self.clone(), name.to_owned());
        tokio::task::spawn_blocking(move || store.locate(&name)).await.ok()?.ok()
    }

    /// The name of the model that the file is, by its SHA-256.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is none that is known; [`ErrorKind::NotFound`], [`ErrorKind::Io`].
    pub fn name_of_file(file: &Path) -> Result<&'static str> {
        let sha256 = sum_of(file)?;
        registry::MODELS.iter().find(|model| model.sha256 == sha256).map(|model| model.name).ok_or_else(|| {
            Error::new(ErrorKind::Model, "the file is no model that is known, or damaged")
                .with_context("path", file.display())
                .with_context("SHA-256", sha256)
        })
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
        self.fetch_with(name, &HttpOptions::default(), progress).await
    }

    /// The same through a proxy, trusting further roots, or with other timeouts.
    ///
    /// # Errors
    /// Those of [`ModelStore::fetch`]; `InvalidConfig`, `NotFound` or `Io` for options that cannot be used.
    pub async fn fetch_with(
        &self,
        name: &str,
        options: &HttpOptions,
        progress: &(dyn Fn(u64, Option<u64>) + Send + Sync),
    ) -> Result<PathBuf> {
        self.fetch_over(&Http::new(options.clone())?, name, progress).await
    }

    pub(crate) async fn fetch_over(
        &self,
        http: &Http,
        name: &str,
        progress: &(dyn Fn(u64, Option<u64>) + Send + Sync),
    ) -> Result<PathBuf> {
        let info = self.info(name)?;
        if let Some(path) = self.located(name).await {
            return Ok(path);
        }
        // What has come so far has one name, for whoever goes on with it: one at a time writes into it.
        let _turn = turn(&self.dir).await;
        if let Some(path) = self.located(name).await {
            return Ok(path);
        }
        let path = self.path(info);
        let check: download::Check = Arc::new(move |file: &Path| verify(file, info));
        let mut last = None;
        for url in info.urls {
            let expected = download::Expectation { bytes: info.bytes, check: Arc::clone(&check) };
            match download::download(http, url, &path, expected, progress).await {
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

/// The folder of models to oneself, among all processes; `None` where its file system knows no locks. Waits for others.
async fn turn(dir: &Path) -> Option<fs::File> {
    fs::create_dir_all(dir).ok()?;
    let folder = fs::File::open(dir).ok()?;
    loop {
        match folder.try_lock() {
            Ok(()) => return Some(folder),
            Err(fs::TryLockError::WouldBlock) => tokio::time::sleep(LOOK_EVERY).await,
            Err(fs::TryLockError::Error(_)) => return None,
        }
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

/// What a file that was verified looked like: one that looks the same is not read again in this process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Stamp {
    path: PathBuf,
    sha256: &'static str,
    bytes: u64,
    modified: SystemTime,
    /// Device, inode and time of the last change of any kind, which nobody can set: a file that was put in place of
    /// another differs in one of them.
    identity: (u64, u64, i64, i64),
}

static VERIFIED: Mutex<BTreeSet<Stamp>> = Mutex::new(BTreeSet::new());

impl Stamp {
    fn of(path: &Path, info: &ModelInfo) -> Option<Self> {
        let facts = fs::metadata(path).ok()?;
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            (facts.dev(), facts.ino(), facts.ctime(), facts.ctime_nsec())
        };
        #[cfg(not(unix))]
        let identity = (0, 0, 0, 0);
        let (bytes, modified) = (facts.len(), facts.modified().ok()?);
        Some(Self { path: path.to_owned(), sha256: info.sha256, bytes, modified, identity })
    }

    fn is_known(&self) -> bool {
        VERIFIED.lock().unwrap_or_else(PoisonError::into_inner).contains(self)
    }

    fn remember(self) {
        VERIFIED.lock().unwrap_or_else(PoisonError::into_inner).insert(self);
    }
}

fn sum_of(file: &Path) -> Result<String> {
    let digested = Digested::of_file(file).map_err(|error| Error::from(error).with_context("path", file.display()))?;
    Ok(digested.sha256)
}

/// Checks size and SHA-256 of `file`.
fn verify(file: &Path, info: &ModelInfo) -> Result<()> {
    let context = |error: Error| error.with_context("path", file.display());
    let wrong = |what: &str, found: String, expected: String| {
        context(Error::new(
            ErrorKind::Model,
            format!("the file is not the model {}, or damaged: {what} {found}, expected {expected}", info.name),
        ))
    };
    let size = fs::metadata(file).map_err(|error| context(error.into()))?.len();
    if let Some(expected) = info.bytes.filter(|expected| *expected != size) {
        return Err(wrong("bytes", size.to_string(), expected.to_string()));
    }
    let found = sum_of(file)?;
    if found == info.sha256 { Ok(()) } else { Err(wrong("SHA-256", found, info.sha256.to_owned())) }
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
    fn what_the_folder_lacks_is_taken_from_the_package_and_checked_as_well() {
        let dir = tempfile::tempdir().expect("a folder");
        let (own, bundled) = (dir.path().join("own"), dir.path().join("package"));
        let store = ModelStore { bundled: Some(bundled.clone()), ..ModelStore::new(&own) };
        assert!(store.locate("u2netp").expect_err("is nowhere").to_string().contains("own/u2netp.onnx"));
        for (folder, bytes) in [(&bundled, "of the package"), (&own, "own")] {
            fs::create_dir_all(folder).expect("creates");
            fs::write(folder.join("u2netp.onnx"), bytes).expect("writes");
            // Neither is the model; the size tells which was looked at.
            let error = store.locate("u2netp").expect_err("is another file");
            assert!(error.message().contains(&format!("bytes {}, expected", bytes.len())), "{error}");
        }
    }

    #[test]
    fn a_file_that_was_replaced_is_verified_again() {
        const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.onnx");
        let known = registry::find("u2netp").expect("is known");
        let info = ModelInfo { sha256: HELLO, bytes: Some(5), ..*known };
        fs::write(&path, b"hello").expect("writes");
        verify(&path, &info).expect("is it");
        let stamp = Stamp::of(&path, &info).expect("is there");
        assert!(!stamp.is_known());
        stamp.clone().remember();
        assert!(Stamp::of(&path, &info).expect("is there").is_known());
        // Another model's sum is another matter, and so is another file of the same size and time.
        assert!(!Stamp::of(&path, known).expect("is there").is_known());
        let other = dir.path().join("y.onnx");
        fs::write(&other, b"hullo").expect("writes");
        fs::File::options()
            .write(true)
            .open(&other)
            .expect("opens")
            .set_modified(stamp.modified)
            .expect("sets the time");
        fs::rename(&other, &path).expect("moves");
        assert!(!Stamp::of(&path, &info).expect("is there").is_known());
        assert!(verify(&path, &info).expect_err("is another").message().contains("SHA-256"));
    }

    #[tokio::test]
    async fn one_download_at_a_time_writes_into_the_folder() {
        let dir = tempfile::tempdir().expect("a folder");
        let models = dir.path().join("models");
        let first = turn(&models).await.expect("this file system knows locks");
        let other = turn(&models);
        tokio::pin!(other);
        assert!(tokio::time::timeout(LOOK_EVERY * 3, &mut other).await.is_err(), "two at a time");
        drop(first);
        assert!(other.await.is_some());
        assert!(models.read_dir().expect("is there").next().is_none(), "nothing stays behind");
    }

    #[test]
    fn unknown_and_non_commercial_models_are_refused() {
        let store = ModelStore::new("models");
        assert!(store.info("u3net").expect_err("unknown").message().contains("u2netp"));
        assert_eq!(store.info("bria-rmbg").expect_err("refused").kind(), ErrorKind::Unsupported);
        assert!(store.with_non_commercial(true).info("bria-rmbg").is_ok());
    }
}
