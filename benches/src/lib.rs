//! What the figures share. Each bench prints the rows of a Markdown table on standard output, and what it is doing on
//! standard error. May depend on the library's public API alone.

mod process;
mod row;
mod runs;

pub use process::{Ran, cpu_s, run};
pub use row::{Row, bytes, seconds};
pub use runs::{Runs, median};

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What a bench gives: any error is shown and ends it.
pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Runs a bench; refuses to measure a build that is not optimised.
pub fn bench(measure: fn(Runs) -> Outcome) -> ExitCode {
    if cfg!(debug_assertions) {
        eprintln!("this is a debug build, whose figures mean nothing: use `make bench` or `cargo bench`");
        return ExitCode::from(2);
    }
    match Runs::from_env().and_then(measure) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// A file of the repository.
///
/// # Errors
/// Where it is missing.
pub fn file(path: &str) -> Outcome<PathBuf> {
    let file = root().join(path);
    if file.is_file() { Ok(file) } else { Err(format!("{} is missing", file.display()).into()) }
}

/// The `adgen` command that was built beside this bench.
///
/// # Errors
/// Where it was not built.
pub fn program() -> Outcome<PathBuf> {
    let bench = std::env::current_exe()?;
    let beside = bench.parent().and_then(Path::parent).map(|folder| folder.join("adgen"));
    beside
        .filter(|program| program.is_file())
        .ok_or_else(|| "the command is missing: `make bench` builds it, too".into())
}

/// How many pieces of heavy work go on at a time: what adgen's `--jobs` is by default.
pub fn jobs() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
