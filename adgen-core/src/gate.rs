//! A gate to something that must not be used while the process ends: whoever is inside is waited for, and nobody gets in any more.
//!
//! Depends on nothing of this crate's.

use std::{
    fmt,
    sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

/// How often it is asked whether everybody has left.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A gate, open at first. No lock guards it: a fork may happen while another thread would hold it, and whoever was inside then has not
/// come along.
pub struct Gate {
    process: AtomicU32,
    is_closed: AtomicBool,
    inside: AtomicUsize,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("is_closed", &self.is_closed).field("inside", &self.inside).finish_non_exhaustive()
    }
}

impl Gate {
    /// An open gate.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self { process: AtomicU32::new(0), is_closed: AtomicBool::new(false), inside: AtomicUsize::new(0) }
    }

    fn begin_anew_after_a_fork(&self) {
        let process = std::process::id();
        if self.process.swap(process, SeqCst) != process {
            self.inside.store(0, SeqCst);
            self.is_closed.store(false, SeqCst);
        }
    }

    /// Goes in, for as long as the pass lives; nobody does once it is closed.
    pub fn enter(&self) -> Option<Pass<'_>> {
        self.begin_anew_after_a_fork();
        // In this order: whoever closes it sees this one, or this one sees that it is closed.
        self.inside.fetch_add(1, SeqCst);
        let pass = Pass(self);
        (!self.is_closed()).then_some(pass)
    }

    /// Whether nobody gets in any more.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(SeqCst)
    }

    /// Closes it for good, and waits until nobody is inside, so long at most. Gives whether that is so.
    pub fn close(&self, patience: Duration) -> bool {
        self.begin_anew_after_a_fork();
        self.is_closed.store(true, SeqCst);
        let begun = Instant::now();
        while self.inside.load(SeqCst) > 0 {
            if begun.elapsed() >= patience {
                return false;
            }
            thread::sleep(LOOK_EVERY);
        }
        true
    }
}

/// Somebody is inside while this lives.
#[derive(Debug)]
#[must_use = "whoever has gone in is inside as long as this lives"]
pub struct Pass<'a>(&'a Gate);

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_inside_is_waited_for_and_nobody_follows() {
        let gate = Gate::new();
        let pass = gate.enter().unwrap();
        assert!(!gate.close(Duration::from_millis(5)) && gate.is_closed() && gate.enter().is_none());
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(20));
                drop(pass);
            });
            assert!(gate.close(Duration::from_secs(60)));
        });
        assert!(gate.close(Duration::ZERO), "those who were refused are not inside");
    }
}
