//! Where the ONNX Runtime library lies on this machine.
//!
//! It is loaded at run time, never linked: the package of any language beside us serves. Only looks; `onnx` loads. May
//! depend on `bundle` and `error` alone.

use crate::{
    bundle,
    error::{Error, ErrorKind, Result},
};
use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The environment variable that names the library file itself; it wins over every other place.
pub const ORT_DYLIB_PATH: &str = "ORT_DYLIB_PATH";

/// How to get the library, for error messages and `adgen doctor`.
pub const HOW_TO_GET: &str = "run `adgen models fetch` (`--from FILE` without a network), or `pip install --user onnxruntime`, \
                              or put libonnxruntime.so (.dylib, onnxruntime.dll) into adgen's data folder \
                              (~/.local/share/adgen/runtime), or set ORT_DYLIB_PATH to that file";
/// What to do where the library is there, and one is missing that it needs in its turn.
pub const LACKS_A_LIBRARY: &str =
    "install the library that it lacks: libstdc++.so.6 is in Debian's package libstdc++6, and in libstdc++ elsewhere";

/// What to do about a library that was named and is no good.
pub(super) const NAMED_WRONGLY: &str = "set ORT_DYLIB_PATH to the file libonnxruntime.so itself, of version 1.20 or newer; or \
                                        unset it, so that adgen looks in its own folders";

/// What the search starts from. [`SearchRoots::from_env`] reads the process; tests fill it in by hand.
///
/// The working folder and what lies above it are never looked at: a native library that a stranger put there would run.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SearchRoots {
    /// The library file, named outright.
    pub library: Option<PathBuf>,
    /// Folders that hold the library for adgen: its own in the user's data folder, where `adgen models fetch` and
    /// `make setup` put it, that of the package that adgen came in, and the program's own.
    pub own_dirs: Vec<PathBuf>,
    /// Python environments (folders with `lib/python3.x/site-packages`).
    pub python_prefixes: Vec<PathBuf>,
    /// The system's folders of shared libraries.
    pub library_dirs: Vec<PathBuf>,
}

impl SearchRoots {
    /// This library file and no other. A relative path counts from the working folder as it is now.
    pub fn of_library(library: impl Into<PathBuf>) -> Self {
        let library = library.into();
        Self { library: Some(std::path::absolute(&library).unwrap_or(library)), ..Self::default() }
    }

    /// The places of this process: `ORT_DYLIB_PATH`, which must be absolute; `adgen/runtime` in `XDG_DATA_HOME` or
    /// `~/.local/share`; what the package of adgen brings along, where it came in one; the program's folder and the `lib` beside that; the Python environment that is active (`VIRTUAL_ENV`,
    /// `CONDA_PREFIX`), the user's and the system's; the system's library folders. Relative paths in these variables are
    /// passed over, and so is an active environment that lies in the working folder, or in which that lies.
    pub fn from_env() -> Self {
        Self::of_process(&Process::this())
    }

    fn of_process(process: &Process<'_>) -> Self {
        let path_of = |name: &str| (process.variable)(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let absolute = |name: &str| path_of(name).filter(|path| path.is_absolute());
        let home = process.home.clone().filter(|home| home.is_absolute());
        let mut roots = Self { library: path_of(ORT_DYLIB_PATH), ..Self::default() };
        roots.own_dirs.extend(process.own_folder());
        roots.own_dirs.extend(process.bundled.clone());
        let program = process.program.as_deref();
        if let Some(folder) = program.and_then(Path::parent) {
            roots.own_dirs.push(folder.to_path_buf());
            roots.own_dirs.extend(folder.parent().map(|above| above.join("lib")));
        }
        let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(absolute);
        roots.python_prefixes.extend(active.filter(|prefix| !process.works_around(prefix)));
        roots.python_prefixes.extend(home.map(|home| home.join(".local")));
        roots.python_prefixes.extend(["/usr/local", "/usr"].map(PathBuf::from));
        let arch = env::consts::ARCH;
        roots.library_dirs = vec![
            "/usr/local/lib".into(),
            format!("/usr/lib/{arch}-linux-gnu").into(),
            "/usr/lib64".into(),
            "/usr/lib".into(),
            "/opt/homebrew/lib".into(),
        ];
        roots
    }

    /// Every ONNX Runtime library found, the most wanted first, each once.
    pub fn candidates(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> =
            self.library.iter().filter(|path| path.is_absolute() && path.is_file()).cloned().collect();
        found.extend(self.own_dirs.iter().flat_map(|dir| libraries(dir)));
        found.extend(self.python_prefixes.iter().flat_map(|prefix| in_python_prefix(prefix)));
        found.extend(self.library_dirs.iter().flat_map(|dir| libraries(dir)));
        let mut seen = BTreeSet::new();
        found.retain(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
        found
    }

    /// The libraries to try in order. A library that was named outright is the only one: another must not step in for
    /// it unnoticed.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] where the named library is not there, or its path is relative; [`ErrorKind::Model`] where none
    /// was found.
    pub fn require(&self) -> Result<Vec<PathBuf>> {
        if let Some(named) = &self.library {
            // What it would lead to depends on the working folder, where anybody may have put something.
            if !named.is_absolute() {
                return Err(Error::new(ErrorKind::InvalidConfig, format!("{ORT_DYLIB_PATH} is no absolute path"))
                    .with_context("path", named.display())
                    .with_hint(NAMED_WRONGLY));
            }
            if !named.is_file() {
                return Err(Error::new(ErrorKind::InvalidConfig, format!("{ORT_DYLIB_PATH} names no file"))
                    .with_context("path", named.display())
                    .with_hint(NAMED_WRONGLY));
            }
            return Ok(vec![named.clone()]);
        }
        let found = self.candidates();
        if found.is_empty() {
            return Err(Error::new(ErrorKind::Model, format!("ONNX Runtime was not found: {HOW_TO_GET}"))
                .with_context("looked in", self.describe())
                .with_hint("install ONNX Runtime, then run again; `adgen doctor` says whether it is found"));
        }
        Ok(found)
    }

    /// The places that are searched, as one line for people.
    pub fn describe(&self) -> String {
        let all = self.own_dirs.iter().chain(&self.python_prefixes).chain(&self.library_dirs);
        all.map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    }
}

/// What a search reads of its process.
struct Process<'a> {
    variable: &'a dyn Fn(&str) -> Option<OsString>,
    home: Option<PathBuf>,
    program: Option<PathBuf>,
    folder: Option<PathBuf>,
    /// What the package brings along.
    bundled: Option<PathBuf>,
}

/// The folder of the library in what the package of adgen brings along.
pub(super) fn bundled_folder() -> Option<PathBuf> {
    bundle::part("runtime")
}

/// adgen's own folder in the data folder of this process's user: the first that is searched.
pub(super) fn own_folder() -> Option<PathBuf> {
    Process::this().own_folder()
}

impl Process<'_> {
    fn this() -> Self {
        Self {
            variable: &|name| env::var_os(name),
            // Without HOME, as in a system service, the account still has a folder.
            home: env::home_dir(),
            // A link to the program leads to where it was installed.
            program: env::current_exe().ok().and_then(|exe| exe.canonicalize().ok()),
            folder: env::current_dir().ok(),
            bundled: bundled_folder(),
        }
    }

    fn own_folder(&self) -> Option<PathBuf> {
        let absolute = |path: &PathBuf| path.is_absolute();
        let named = (self.variable)("XDG_DATA_HOME").map(PathBuf::from).filter(absolute);
        let data = named.or_else(|| self.home.clone().filter(absolute).map(|home| home.join(".local/share")));
        data.map(|data| data.join("adgen/runtime"))
    }

    /// Whether a folder lies in the working folder, is it, or lies above it. A working folder that holds the user's home is
    /// nobody else's: what lies in it is theirs.
    fn works_around(&self, folder: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (folder, home) = (real(folder), self.home.as_deref().map(real));
        let here = self.folder.as_deref().map(real).filter(|here| !home.is_some_and(|home| home.starts_with(here)));
        here.is_some_and(|here| folder.starts_with(&here) || here.starts_with(&folder))
    }
}

/// The folder's children that `keep` accepts by name, in reverse name order: newer versions come first.
fn children(dir: &Path, keep: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = dir.read_dir() else { return Vec::new() };
    let mut names: Vec<OsString> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .filter(|name| name.to_str().is_some_and(&keep))
        .collect();
    names.sort_unstable();
    names.into_iter().rev().map(|name| dir.join(name)).collect()
}

pub(super) fn is_library(name: &str) -> bool {
    name == "onnxruntime.dll"
        || name
            .strip_prefix("libonnxruntime.")
            .is_some_and(|rest| rest == "so" || rest.starts_with("so.") || rest == "dylib" || rest.ends_with(".dylib"))
}

fn libraries(dir: &Path) -> Vec<PathBuf> {
    children(dir, is_library).into_iter().filter(|path| path.is_file()).collect()
}

fn in_python_prefix(prefix: &Path) -> Vec<PathBuf> {
    let mut packages = children(&prefix.join("lib"), |name| name.starts_with("python3"));
    packages.push(prefix.join("Lib"));
    packages
        .iter()
        .flat_map(|dir| ["site-packages", "dist-packages"].map(|kind| dir.join(kind).join("onnxruntime/capi")))
        .flat_map(|capi| libraries(&capi))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn touch(path: &Path) {
        fs::create_dir_all(path.parent().expect("has a parent")).expect("creates the folder");
        fs::write(path, b"").expect("writes");
    }

    #[test]
    fn finds_its_own_then_pythons_then_the_systems_library() {
        let dir = tempfile::tempdir().expect("a folder");
        let own = dir.path().join("data/adgen/runtime/libonnxruntime.so");
        let python = dir.path().join("venv/lib/python3.11/site-packages/onnxruntime/capi/libonnxruntime.so.1.23.0");
        let system = dir.path().join("lib/libonnxruntime.so");
        for path in [&own, &python, &system] {
            touch(path);
        }
        touch(&dir.path().join("lib/libonnxruntime_providers_shared.so"));
        let roots = SearchRoots {
            library: None,
            own_dirs: vec![dir.path().join("data/adgen/runtime"), dir.path().join("nowhere")],
            python_prefixes: vec![dir.path().join("venv")],
            library_dirs: vec![dir.path().join("lib")],
        };
        assert_eq!(roots.candidates(), vec![own, python, system]);
    }

    #[test]
    fn nothing_is_looked_for_where_strangers_may_put_it() {
        let roots = SearchRoots::from_env();
        let here = env::current_dir().expect("a working folder");
        let all = roots.own_dirs.iter().chain(&roots.python_prefixes).chain(&roots.library_dirs);
        for path in all {
            assert!(path.is_absolute(), "{}", path.display());
            assert!(
                !here.starts_with(path) || path.starts_with("/usr"),
                "{} is above {}",
                path.display(),
                here.display()
            );
            assert!(!path.ends_with(".venv") && !path.ends_with("node_modules"), "{}", path.display());
        }
    }

    #[test]
    fn what_lies_in_the_working_folder_or_above_is_never_found() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().canonicalize().expect("is there");
        let (here, home) = (root.join("strangers/project"), root.join("home"));
        let package = "lib/python3.11/site-packages/onnxruntime/capi/libonnxruntime.so";
        for planted in [
            here.join("libonnxruntime.so"),
            here.join("lib/libonnxruntime.so"),
            here.join("adgen/runtime/libonnxruntime.so"),
            here.join(package),
            here.join(".venv").join(package),
            here.join("node_modules/onnxruntime-node/bin/libonnxruntime.so"),
            root.join("strangers").join(package),
            root.join("strangers/libonnxruntime.so"),
        ] {
            touch(&planted);
        }
        let own = home.join(".local/share/adgen/runtime/libonnxruntime.so");
        let conda = home.join("conda").join(package);
        touch(&own);
        touch(&conda);
        let found = |set: &[(&str, &Path)], folder: &Path| {
            let variable = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, path)| path.into());
            let (home, folder) = (Some(home.clone()), Some(folder.to_owned()));
            let mut roots =
                SearchRoots::of_process(&Process { variable: &variable, home, program: None, folder, bundled: None });
            // This machine's own are not the matter here.
            roots.python_prefixes.retain(|prefix| prefix.starts_with(&root));
            roots.library_dirs.retain(|folder| folder.starts_with(&root));
            roots.candidates()
        };
        assert_eq!(found(&[], &here), std::slice::from_ref(&own));
        let relative = [".venv", ".", "lib", "../project"].map(Path::new);
        for path in relative.into_iter().chain([here.as_path(), &here.join(".venv"), &root.join("strangers"), &root]) {
            assert_eq!(found(&[("VIRTUAL_ENV", path), ("CONDA_PREFIX", path)], &here), std::slice::from_ref(&own));
        }
        for name in [ORT_DYLIB_PATH, "XDG_DATA_HOME"] {
            assert_eq!(found(&[(name, Path::new("libonnxruntime.so"))], &here), std::slice::from_ref(&own), "{name}");
        }
        // An environment of the user's own elsewhere, and from home, too.
        let both = [own, conda];
        for folder in [&here, &home] {
            assert_eq!(found(&[("CONDA_PREFIX", home.join("conda").as_path())], folder), both);
        }
    }

    #[test]
    fn what_the_package_brings_along_comes_after_what_the_user_put_there_and_before_what_lies_around() {
        let root = Path::new("/home/me");
        let set = [("VIRTUAL_ENV", "/srv/env")];
        let variable = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, path)| path.into());
        let (home, program) = (Some(root.to_owned()), Some(PathBuf::from("/usr/bin/python3")));
        let bundled = Some(PathBuf::from("/srv/adgen/runtime"));
        let roots = SearchRoots::of_process(&Process { variable: &variable, home, program, folder: None, bundled });
        let own: Vec<&Path> = roots.own_dirs.iter().map(PathBuf::as_path).collect();
        assert_eq!(
            own,
            ["/home/me/.local/share/adgen/runtime", "/srv/adgen/runtime", "/usr/bin", "/usr/lib"].map(Path::new)
        );
        assert_eq!(roots.python_prefixes.first().map(PathBuf::as_path), Some(Path::new("/srv/env")));
    }

    #[test]
    fn a_named_library_is_the_only_one_and_must_exist() {
        let dir = tempfile::tempdir().expect("a folder");
        let named = dir.path().join("mine.so");
        let roots = SearchRoots { library: Some(named.clone()), ..SearchRoots::default() };
        let error = roots.require().expect_err("is missing");
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.to_string().contains("next: set ORT_DYLIB_PATH to the file"), "{error}");
        touch(&named);
        assert_eq!(roots.require().expect("is there"), vec![named]);
        let relative = SearchRoots { library: Some("libonnxruntime.so".into()), ..SearchRoots::default() };
        let error = relative.require().expect_err("depends on the working folder");
        assert!(error.kind() == ErrorKind::InvalidConfig && error.message().contains("absolute"), "{error}");
        assert!(SearchRoots::of_library("mine.so").library.is_some_and(|path| path.is_absolute()));
    }

    #[test]
    fn nothing_found_says_how_to_get_it() {
        let error = SearchRoots::default().require().expect_err("nothing there");
        assert_eq!(error.kind(), ErrorKind::Model);
        assert!(error.message().contains("adgen models fetch") && error.message().contains(ORT_DYLIB_PATH));
    }

    #[test]
    fn only_the_runtime_itself_is_a_library() {
        assert!(is_library("libonnxruntime.so.1.32.0") && is_library("libonnxruntime.1.23.dylib"));
        assert!(is_library("onnxruntime.dll") && !is_library("libonnxruntime_providers_shared.so"));
    }
}
