//! `adgen validate`: every problem of a document.

use super::output;
use crate::{
    error::{Error, ErrorKind, Result},
    project::validate_json,
};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Validate {
    /// The document.
    project: PathBuf,
}

impl Validate {
    pub(super) fn run(self) -> Result<u8> {
        let problems = validate_json(&read(&self.project)?);
        for problem in &problems {
            output::line(problem);
        }
        Ok(if problems.is_empty() { 0 } else { 2 })
    }
}

/// A document's text.
pub(super) fn read(path: &PathBuf) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        Error::new(ErrorKind::InvalidInput, "cannot read the document")
            .with_context("path", path.display())
            .with_source(error)
    })
}
