//! What the suites share. Everything here panics with a sentence that says what to do when its precondition is missing.

pub mod command;
pub mod document;
pub mod emulator;
pub mod judge;
pub mod mp4;
pub mod openai_server;
pub mod pictures;
pub mod provider;
pub mod services;
pub mod storage;

use std::path::PathBuf;

/// The root of the repository.
pub fn root() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    root.canonicalize().expect("the repository lies where it was built")
}

/// One of the shipped photos: `bottle_studio`, `can_busy` …
pub fn shipped_photo(name: &str) -> PathBuf {
    let path = root().join(format!("examples/assets/{name}.jpg"));
    assert!(path.is_file(), "{} is missing: examples/assets/render.sh makes it", path.display());
    path
}
