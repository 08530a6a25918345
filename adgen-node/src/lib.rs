//! The Node addon: it converts, calls the core and maps back.
//!
//! No logic of its own. A panic would end the process, so every function catches it (`catch_unwind`) and throws an
//! `Error` instead. What a JavaScript program sees stands in `index.js` and `index.d.ts`; keep both in step.

use adgen::project;
use napi_derive::napi;

/// One thing that is wrong with a document.
#[napi(object)]
#[derive(Debug)]
pub struct Problem {
    /// Where; empty for the document as a whole.
    pub path: String,
    /// What: it names the value and what is allowed.
    pub message: String,
}

/// The version of adgen.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The command `adgen` with these arguments, the program's name first; gives its exit code.
#[napi(catch_unwind)]
pub fn main(arguments: Vec<String>) -> u8 {
    adgen::cli::main_with(arguments)
}

/// Names the folder of what the package brings along.
#[napi(catch_unwind)]
pub fn set_bundle(folder: String) -> napi::Result<()> {
    adgen::bundle::set_folder(folder).map_err(|error| napi::Error::from_reason(error.to_string()))
}

/// Every problem of a document; empty where it is sound.
#[napi(catch_unwind)]
pub fn validate(project: String) -> Vec<Problem> {
    let problems = project::validate_json(&project);
    problems.into_iter().map(|project::Problem { path, message, .. }| Problem { path, message }).collect()
}
