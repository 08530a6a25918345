//! Memory that was freed goes back to the system: by itself glibc keeps blocks as large as pictures for each thread that ever
//! made one, and of many runs the memory of work that is long done adds up.
//!
//! Nothing of the process is set: a host's own settings of its allocator stay. Depends on nothing.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

/// Asked more often, it would cost more than it gives.
const EVERY: Duration = Duration::from_millis(50);

/// When memory was given back last.
#[derive(Debug, Default)]
pub(super) struct Heap(Mutex<Option<Instant>>);

impl Heap {
    /// Gives back what is free. Takes some milliseconds at the most, and does nothing where that was just done.
    pub(super) fn give_back(&self) {
        // Somebody is at it.
        let Ok(mut last) = self.0.try_lock() else { return };
        if last.is_none_or(|last| last.elapsed() >= EVERY) {
            trim();
            *last = Some(Instant::now());
        }
    }
}

fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: may be called at any time, by any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}
