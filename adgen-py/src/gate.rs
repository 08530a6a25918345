//! The gate through which adgen's own threads enter Python.
//!
//! A thread that is inside when the interpreter ends is ended by Python in a way that Rust's code does not survive (`pthread_exit`, up to
//! 3.13), and with it the process. So the end of the interpreter closes the gate first, and waits for whoever is inside.

use pyo3::prelude::*;
use std::{
    sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

static PROCESS: AtomicU32 = AtomicU32::new(0);
static CLOSED: AtomicBool = AtomicBool::new(false);
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// Who was inside when a process was forked did not come along.
fn begin_anew_after_a_fork() {
    let process = std::process::id();
    if PROCESS.swap(process, SeqCst) != process {
        INSIDE.store(0, SeqCst);
        CLOSED.store(false, SeqCst);
    }
}

/// Does `work` in Python; nothing once the interpreter is about to end.
pub(crate) fn enter<T>(work: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    struct Leaves;
    impl Drop for Leaves {
        fn drop(&mut self) {
            INSIDE.fetch_sub(1, SeqCst);
        }
    }
    begin_anew_after_a_fork();
    INSIDE.fetch_add(1, SeqCst);
    let _leaves = Leaves;
    if CLOSED.load(SeqCst) { None } else { Python::try_attach(work) }
}

/// Closes it for good, and waits until nobody is inside, so long at most: a callback may take its time. To be called without holding Python up.
pub(crate) fn close(patience: Duration) {
    begin_anew_after_a_fork();
    CLOSED.store(true, SeqCst);
    let begun = Instant::now();
    while INSIDE.load(SeqCst) > 0 && begun.elapsed() < patience {
        thread::sleep(Duration::from_millis(1));
    }
}
