//! What the suites share. Everything here panics with a sentence that says what to do when its precondition is missing.

pub mod buckets;
pub mod command;
#[cfg(doctest)]
mod doc_tests;
pub mod document;
pub mod emulator;
pub mod judge;
pub mod large_pictures;
pub mod lossy;
pub mod mp4;
pub mod openai_server;
pub mod pictures;
pub mod port;
pub mod provider;
pub mod services;
pub mod storage;

use std::path::PathBuf;

/// The root of the repository.
pub fn root() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    root.canonicalize().expect("the repository lies where it was built")
}

/// Writes down that this machine cannot test something: `make test` ends with what stands in `target/not-tested.txt`.
pub fn not_tested(what: &str) {
    use std::io::Write as _;
    eprintln!("NOT TESTED: {what}");
    let path = root().join("target/not-tested.txt");
    let list = std::fs::OpenOptions::new().create(true).append(true).open(&path);
    list.and_then(|mut list| writeln!(list, "{what}")).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// One of the shipped photos: `bottle_studio`, `can_busy` …
pub fn shipped_photo(name: &str) -> PathBuf {
    let path = root().join(format!("examples/assets/{name}.jpg"));
    assert!(path.is_file(), "{} is missing: examples/assets/render.sh makes it", path.display());
    path
}
