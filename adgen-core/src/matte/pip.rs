//! A package of Python's, brought by the machine's own `pip`: its index, mirror, proxy and certificates are as its user set
//! them up, and no address of any registry stands here.
//!
//! Depends on `error` alone. Waits for another program: call it through `spawn_blocking`. The standard library's processes, asked
//! every so often, rather than tokio's: so a blocking caller needs no runtime, and what is dropped is called off all the same.

use crate::error::{Error, ErrorKind, Result};
use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How often it is asked whether pip has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// So many of pip's last lines tell what went wrong.
const LINES: usize = 3;

/// What is asked for: one wheel, whatever Python the machine has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wheel {
    /// Name and version, such as `onnxruntime==1.32.0`.
    pub(super) requirement: &'static str,
    /// pip's `--platform`.
    pub(super) platform: &'static str,
    /// pip's `--python-version`, as two numbers without a dot.
    pub(super) python: &'static str,
}

/// Calls a download off when it is dropped.
#[derive(Debug, Default, Clone)]
pub(super) struct Leave(Arc<AtomicBool>);

/// Keeps a download going while it lives.
#[derive(Debug)]
pub(super) struct Guard(Leave);

impl Leave {
    pub(super) fn guard(&self) -> Guard {
        Guard(self.clone())
    }

    fn is_withdrawn(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// The names under which Python is looked for.
pub(super) fn interpreters() -> Vec<OsString> {
    ["python3", "python"].map(OsString::from).to_vec()
}

/// Downloads the wheel into `folder`, which is empty, with the first of these interpreters that has pip. Gives the file.
///
/// # Errors
/// `Unsupported` where none has pip; `Io` for what pip says; `Cancelled` once `leave` is withdrawn.
pub(super) fn download(interpreters: &[OsString], wheel: Wheel, folder: &Path, leave: &Leave) -> Result<PathBuf> {
    for interpreter in interpreters {
        let said = folder.join("pip.txt");
        let Some(status) = run(interpreter, wheel, folder, &said, leave)? else { continue };
        let said = fs::read(&said).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        // What Python says of a module that it does not have.
        if said.contains("No module named pip") {
            continue;
        }
        if !status.success() {
            return Err(failed(&status, &said));
        }
        return only_wheel(folder);
    }
    Err(Error::new(ErrorKind::Unsupported, "there is no Python with pip on this machine"))
}

/// Runs pip to its end; `None` where there is no such interpreter.
fn run(interpreter: &OsString, wheel: Wheel, folder: &Path, said: &Path, leave: &Leave) -> Result<Option<ExitStatus>> {
    let log = File::create(said)?;
    let mut pip = Command::new(interpreter);
    pip.args(["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"])
        .args(["--no-deps", "--only-binary=:all:", "--implementation", "cp", "--platform", wheel.platform])
        .args(["--python-version", wheel.python, "--dest", ".", wheel.requirement])
        // Python loads modules from the working folder, where anybody may have put a `pip.py`: this one is ours and empty.
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let mut child = match pip.spawn() {
        Ok(child) => child,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if leave.is_withdrawn() {
            // It may have ended by itself meanwhile, which is as good.
            drop(child.kill());
            child.wait()?;
            return Err(Error::new(ErrorKind::Cancelled, "the download was called off"));
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn failed(status: &ExitStatus, said: &str) -> Error {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join(" ");
    let reason = if last.is_empty() { status.to_string() } else { last };
    Error::new(ErrorKind::Io, "pip cannot download the package").with_context("reason", reason)
}

fn only_wheel(folder: &Path) -> Result<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "whl") {
            found.push(path);
        }
    }
    match (found.pop(), found.is_empty()) {
        (Some(wheel), true) => Ok(wheel),
        _ => Err(Error::new(ErrorKind::Io, "pip downloaded something else than one wheel")),
    }
}

#[cfg(all(test, unix))]
pub(super) mod fake {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A program that stands in for Python: `script` runs in the shell with the arguments that Python gets.
    pub(in super::super) fn python(folder: &Path, name: &str, script: &str) -> OsString {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("sets");
        path.into()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::time::Instant;

    const WHEEL: Wheel = Wheel { requirement: "thing==1.0", platform: "manylinux_2_28_x86_64", python: "311" };

    fn folders() -> (tempfile::TempDir, tempfile::TempDir) {
        (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"))
    }

    #[test]
    fn the_first_python_that_has_pip_is_asked_for_just_that_wheel_in_a_folder_of_ours() {
        let (programs, folder) = folders();
        let none = programs.path().join("nowhere").into();
        let bare = fake::python(programs.path(), "bare", "echo \"$0: No module named pip\" >&2; exit 1");
        let asked = programs.path().join("asked");
        let script = format!("echo \"$PWD $*\" > '{}'; echo wheel > thing-1.0.whl", asked.display());
        let good = fake::python(programs.path(), "good", &script);
        let path = download(&[none, bare, good], WHEEL, folder.path(), &Leave::default()).expect("arrives");
        assert_eq!(fs::read_to_string(path).expect("is there"), "wheel\n");
        let asked = fs::read_to_string(asked).expect("was asked");
        let here = folder.path().canonicalize().expect("is there");
        assert!(asked.starts_with(&format!("{} -m pip download", here.display())), "{asked}");
        for part in ["--no-deps", "--only-binary=:all:", "--platform manylinux_2_28_x86_64", "--python-version 311"] {
            assert!(asked.contains(part), "{asked}");
        }
        assert!(asked.trim_end().ends_with("thing==1.0"), "{asked}");
    }

    #[test]
    fn what_pip_says_is_told_and_no_pip_is_another_matter() {
        let (programs, folder) = folders();
        let script = "echo 'WARNING: Retrying'; echo 'ERROR: No matching distribution found' >&2; exit 1";
        let broken = fake::python(programs.path(), "broken", script);
        let error = download(&[broken], WHEEL, folder.path(), &Leave::default()).expect_err("fails");
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains("No matching distribution found"), "{error}");
        let silent = fake::python(programs.path(), "silent", "exit 3");
        let error = download(&[silent], WHEEL, folder.path(), &Leave::default()).expect_err("fails");
        assert!(error.to_string().contains('3'), "{error}");
        let empty = fake::python(programs.path(), "empty", "exit 0");
        assert_eq!(
            download(&[empty], WHEEL, folder.path(), &Leave::default()).expect_err("brings none").kind(),
            ErrorKind::Io
        );
        let error = download(&[], WHEEL, folder.path(), &Leave::default()).expect_err("there is none");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }

    #[test]
    fn what_is_called_off_ends_the_program() {
        let (programs, folder) = folders();
        let slow = fake::python(programs.path(), "slow", "exec sleep 60");
        let leave = Leave::default();
        let guard = leave.guard();
        let started = Instant::now();
        let thread = std::thread::spawn({
            let (folder, leave) = (folder.path().to_owned(), leave.clone());
            move || download(&[slow], WHEEL, &folder, &leave)
        });
        std::thread::sleep(LOOK_EVERY * 3);
        drop(guard);
        let error = thread.join().expect("does not panic").expect_err("was called off");
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
