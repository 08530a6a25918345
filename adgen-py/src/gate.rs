//! The gate through which threads enter Python, or come back to it.
//!
//! A thread that takes Python's lock once the interpreter has ended is ended by Python in a way that Rust's code does not survive
//! (`pthread_exit`, up to 3.13), and with it the process: one of adgen's own that calls back, and one of Python's, a daemon, that comes
//! back from adgen. So the end of the interpreter closes the gate first, and waits for whoever is on the way.

use adgen::bridge::Gate;
use pyo3::prelude::*;
use std::{
    sync::Mutex,
    thread::{self, ThreadId},
    time::Duration,
};

static GATE: Gate = Gate::new();

/// The thread that ends the interpreter.
static ENDING: Mutex<Option<ThreadId>> = Mutex::new(None);

/// Does `work` in Python; nothing once the interpreter is about to end.
pub(crate) fn enter<T>(work: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    let _inside = GATE.enter()?;
    Python::try_attach(work)
}

/// Does `work` without holding Python up. Where the interpreter is about to end meanwhile, a thread other than the one that ends it
/// stays here.
pub(crate) fn apart<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    let (done, back) = py.detach(|| {
        let done = work();
        let back = GATE.enter();
        if back.is_none() && ENDING.lock().is_ok_and(|ending| *ending != Some(thread::current().id())) {
            loop {
                thread::park();
            }
        }
        (done, back)
    });
    drop(back);
    done
}

/// Closes it for good, and waits until nobody is inside, so long at most: a callback may take its time. To be called by the thread that
/// ends the interpreter, without holding Python up.
pub(crate) fn close(patience: Duration) {
    if let Ok(mut ending) = ENDING.lock() {
        *ending = Some(thread::current().id());
    }
    GATE.close(patience);
}
