//! Who holds a project, as far as anybody can tell.
//!
//! Depends on `error` alone.

use crate::error::{Error, ErrorKind, Retry};
use std::time::Duration;

/// Who holds a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Nobody.
    Nobody,
    /// A run that is surely at work, or was a moment ago.
    Run {
        /// Its name; empty where its record is not readable.
        run: String,
        /// Since when, RFC 3339, by its own clock.
        since: String,
    },
    /// A run that did not give the project back, and nobody knows whether it still renews: the store tells no times. It
    /// is gone where `mark` stays as it is for as long as a lease lasts.
    Unsure {
        /// Its name; empty where its record is not readable.
        run: String,
        /// Grows with each renewal.
        mark: u64,
    },
}

/// That somebody else works on a project.
pub(super) fn locked(run: &str, since: &str, wait: Option<Duration>) -> Error {
    let (run, since) = (if run.is_empty() { "unknown" } else { run }, if since.is_empty() { "unknown" } else { since });
    Error::new(ErrorKind::Locked, "another run is working on this project")
        .with_operation("lock")
        .with_context("run", run)
        .with_context("since", since)
        .with_retry(Retry::After(wait.unwrap_or(Duration::from_secs(1))))
        .with_hint("wait for it, or cancel it where it runs")
}
