//! The gate through which adgen's own threads enter Python.
//!
//! A thread that is inside when the interpreter ends is ended by Python in a way that Rust's code does not survive (`pthread_exit`, up to
//! 3.13), and with it the process. So the end of the interpreter closes the gate first, and waits for whoever is inside.

use adgen::bridge::Gate;
use pyo3::prelude::*;
use std::time::Duration;

static GATE: Gate = Gate::new();

/// Does `work` in Python; nothing once the interpreter is about to end.
pub(crate) fn enter<T>(work: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    let _inside = GATE.enter()?;
    Python::try_attach(work)
}

/// Closes it for good, and waits until nobody is inside, so long at most: a callback may take its time. To be called without holding
/// Python up.
pub(crate) fn close(patience: Duration) {
    GATE.close(patience);
}
