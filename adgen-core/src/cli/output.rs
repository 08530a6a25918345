//! Printing. A reader that went away is no error of ours.

use crate::error::Error;
use serde::Serialize;
use std::io::Write;

/// A line on standard output.
pub(super) fn line(text: impl std::fmt::Display) {
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

/// A line on standard error.
pub(super) fn note(text: impl std::fmt::Display) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// Indented JSON on standard output.
pub(super) fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => line(text),
        Err(error) => note(format!("error: this cannot be printed as JSON: {error}")),
    }
}

/// One JSON object on one line of standard output.
pub(super) fn json_line(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => line(text),
        Err(error) => note(format!("error: this cannot be printed as JSON: {error}")),
    }
}

/// An error for a person: the sentence, then each fact on a line of its own.
pub(super) fn problem(error: &Error) {
    note(format!("error: {}", error.message()));
    for (key, value) in error.context() {
        note(format!("  {key}: {value}"));
    }
    if error.spent_usd() > 0.0 {
        note(format!("  spent: ${:.4}", error.spent_usd()));
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        note(format!("  because: {cause}"));
        source = cause.source();
    }
}
