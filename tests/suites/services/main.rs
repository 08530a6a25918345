//! The real providers against the emulators, from document to video.

mod command;
mod edits;
mod fleet;
mod images;
mod whole;

use adgen::{Error, Outcome, Result};

#[track_caller]
fn finished(result: Result<Outcome>) -> Outcome {
    result.unwrap_or_else(|error: Error| panic!("the run failed: {error}"))
}
