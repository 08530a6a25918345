//! Where the ONNX Runtime library lies on this machine.
//!
//! It is loaded at run time, never linked: the package of any language beside us serves. Only looks; `onnx` loads. May
//! depend on `error` alone.

use crate::error::{Error, ErrorKind, Result};
use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The environment variable that names the library file itself; it wins over every other place.
pub const ORT_DYLIB_PATH: &str = "ORT_DYLIB_PATH";

/// How to get the library, for error messages and `adgen doctor`.
pub const HOW_TO_GET: &str = "install it with `pip install onnxruntime` or `npm install onnxruntime-node`, or set \
                              ORT_DYLIB_PATH to the library file (libonnxruntime.so, .dylib or onnxruntime.dll)";

/// What the search starts from. [`SearchRoots::from_env`] reads the process; tests fill it in by hand.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SearchRoots {
    /// The library file, named outright.
    pub library: Option<PathBuf>,
    /// Python environments (folders with `lib/python3.x/site-packages`).
    pub python_prefixes: Vec<PathBuf>,
    /// Folders whose ancestors may hold `.venv` or `node_modules`.
    pub upward_from: Vec<PathBuf>,
    /// Folders that hold shared libraries.
    pub library_dirs: Vec<PathBuf>,
}

impl SearchRoots {
    /// The places of this process: `ORT_DYLIB_PATH`, `VIRTUAL_ENV`, `CONDA_PREFIX`, the current folder and the
    /// program's own upward, the prefixes of the Pythons on `PATH`, the user's and the system's packages, the system's
    /// library folders.
    pub fn from_env() -> Self {
        let path_of = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let mut roots = Self { library: path_of(ORT_DYLIB_PATH), ..Self::default() };
        roots.python_prefixes.extend(["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(path_of));
        roots.upward_from.extend(env::current_dir().ok());
        roots.upward_from.extend(env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_path_buf)));
        for dir in env::split_paths(&env::var_os("PATH").unwrap_or_default()) {
            if ["python3", "python", "python.exe"].iter().any(|name| dir.join(name).is_file()) {
                // A prefix's programs lie in its bin/ (Scripts\ on Windows); links lead from wrappers to the real one.
                roots.python_prefixes.extend(dir.parent().map(Path::to_path_buf));
                let real = dir.join("python3").canonicalize().ok();
                roots.python_prefixes.extend(real.and_then(|p| Some(p.parent()?.parent()?.to_path_buf())));
            }
        }
        if let Some(home) = path_of("HOME").or_else(|| path_of("USERPROFILE")) {
            roots.python_prefixes.push(home.join(".local"));
            // pyenv puts wrappers on PATH that do not lie in a prefix.
            roots.python_prefixes.extend(children(&home.join(".pyenv/versions"), |_| true));
        }
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
        let mut found: Vec<PathBuf> = self.library.iter().filter(|path| path.is_file()).cloned().collect();
        for prefix in &self.python_prefixes {
            found.extend(in_python_prefix(prefix));
        }
        for start in &self.upward_from {
            for dir in start.ancestors() {
                found.extend(in_python_prefix(&dir.join(".venv")));
                found.extend(in_node_modules(&dir.join("node_modules")));
            }
        }
        for dir in &self.library_dirs {
            found.extend(libraries(dir));
        }
        let mut seen = BTreeSet::new();
        found.retain(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
        found
    }

    /// The libraries to try in order. A library that was named outright is the only one: another must not step in for
    /// it unnoticed.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] where the named library is not there; [`ErrorKind::Model`] where none was found.
    pub fn require(&self) -> Result<Vec<PathBuf>> {
        if let Some(named) = &self.library {
            if !named.is_file() {
                return Err(Error::new(ErrorKind::InvalidConfig, format!("{ORT_DYLIB_PATH} names no file"))
                    .with_context("path", named.display()));
            }
            return Ok(vec![named.clone()]);
        }
        let found = self.candidates();
        if found.is_empty() {
            return Err(Error::new(ErrorKind::Model, format!("ONNX Runtime was not found: {HOW_TO_GET}"))
                .with_context("looked in", self.describe()));
        }
        Ok(found)
    }

    /// The places that are searched, as one line for people.
    pub fn describe(&self) -> String {
        let mut places = BTreeSet::new();
        places.extend(self.python_prefixes.iter().map(|p| p.display().to_string()));
        places.extend(self.upward_from.iter().map(|p| format!("{} and above", p.display())));
        places.extend(self.library_dirs.iter().map(|p| p.display().to_string()));
        places.into_iter().collect::<Vec<_>>().join(", ")
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

fn is_library(name: &str) -> bool {
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

fn in_node_modules(modules: &Path) -> Vec<PathBuf> {
    let os = match env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    let arch = match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    children(&modules.join("onnxruntime-node/bin"), |name| name.starts_with("napi-v"))
        .iter()
        .flat_map(|napi| libraries(&napi.join(os).join(arch)))
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
    fn finds_python_node_and_system_libraries_in_this_order() {
        let dir = tempfile::tempdir().expect("a folder");
        let work = dir.path().join("project/deep/er");
        fs::create_dir_all(&work).expect("creates");
        let python = dir.path().join("venv/lib/python3.11/site-packages/onnxruntime/capi/libonnxruntime.so.1.23.0");
        let venv =
            dir.path().join("project/.venv/lib/python3.12/site-packages/onnxruntime/capi/libonnxruntime.so.1.23.0");
        let system = dir.path().join("lib/libonnxruntime.so");
        for path in [&python, &venv, &system] {
            touch(path);
        }
        touch(&dir.path().join("lib/libonnxruntime_providers_shared.so"));
        let roots = SearchRoots {
            library: None,
            python_prefixes: vec![dir.path().join("venv")],
            upward_from: vec![work],
            library_dirs: vec![dir.path().join("lib")],
        };
        assert_eq!(roots.candidates(), vec![python, venv, system]);
    }

    #[test]
    fn a_named_library_is_the_only_one_and_must_exist() {
        let dir = tempfile::tempdir().expect("a folder");
        let named = dir.path().join("mine.so");
        let roots = SearchRoots { library: Some(named.clone()), ..SearchRoots::default() };
        assert_eq!(roots.require().expect_err("is missing").kind(), ErrorKind::InvalidConfig);
        touch(&named);
        assert_eq!(roots.require().expect("is there"), vec![named]);
    }

    #[test]
    fn nothing_found_says_how_to_get_it() {
        let error = SearchRoots::default().require().expect_err("nothing there");
        assert_eq!(error.kind(), ErrorKind::Model);
        assert!(error.message().contains("pip install onnxruntime") && error.message().contains(ORT_DYLIB_PATH));
    }

    #[test]
    fn only_the_runtime_itself_is_a_library() {
        assert!(is_library("libonnxruntime.so.1.32.0") && is_library("libonnxruntime.1.23.dylib"));
        assert!(is_library("onnxruntime.dll") && !is_library("libonnxruntime_providers_shared.so"));
    }
}
