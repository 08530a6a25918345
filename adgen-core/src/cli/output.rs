//! Printing. A reader that went away is no error of ours, and all text is escaped on its way out.

use super::escape;
use crate::error::Error;
use serde::Serialize;
use std::{borrow::Cow, ffi::OsString, io::Write};

/// A line on standard output.
pub(super) fn line(text: impl std::fmt::Display) {
    drop(writeln!(std::io::stdout().lock(), "{}", escape::lines(&text.to_string())));
}

/// A line on standard error.
pub(super) fn note(text: impl std::fmt::Display) {
    drop(writeln!(std::io::stderr().lock(), "{}", escape::lines(&text.to_string())));
}

/// JSON that is written already, on standard output.
pub(super) fn json_text(text: &str) {
    drop(writeln!(std::io::stdout().lock(), "{}", escape::json(text)));
}

/// Indented JSON on standard output.
pub(super) fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => json_text(&text),
        Err(error) => note(format!("error: this cannot be printed as JSON: {error}")),
    }
}

/// One JSON object on one line of standard output.
pub(super) fn json_line(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => json_text(&text),
        Err(error) => note(format!("error: this cannot be printed as JSON: {error}")),
    }
}

/// What the reader of arguments says: help, the version, or what is wrong with them.
pub(super) fn arguments(given: &[OsString], error: &clap::Error) {
    let clean = |argument: &OsString| matches!(escape::plain(&argument.to_string_lossy()), Cow::Borrowed(_));
    // Where even that cannot be printed, the exit code still tells.
    if given.iter().all(clean) {
        drop(error.print());
        return;
    }
    // The arguments are quoted there, so it is said without colours.
    let text = error.render().to_string();
    match error.use_stderr() {
        true => drop(write!(std::io::stderr().lock(), "{}", escape::plain(&text))),
        false => drop(write!(std::io::stdout().lock(), "{}", escape::plain(&text))),
    }
}

/// An error for a person: the sentence, then each fact on a line of its own.
pub(super) fn problem(error: &Error) {
    note(format!("error: {}", error.message()));
    for (key, value) in [("provider", error.provider()), ("model", error.model())] {
        if let Some(value) = value {
            note(format!("  {key}: {value}"));
        }
    }
    for (key, value) in error.context() {
        note(format!("  {key}: {value}"));
    }
    if let Some(id) = error.request_id() {
        note(format!("  request: {id}"));
    }
    for (key, usd) in [("spent", error.spent_usd()), ("possibly spent", error.possibly_spent_usd())] {
        if usd > 0.0 {
            note(format!("  {key}: ${usd:.4}"));
        }
    }
    if let Some(hint) = error.hint() {
        note(format!("  next: {hint}"));
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        note(format!("  because: {cause}"));
        source = cause.source();
    }
}
