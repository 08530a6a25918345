//! What belongs to one process: after a fork, the child has a copy whose locks and tasks nobody serves any more.
//!
//! Depends on `error`.

use crate::error::{Error, ErrorKind, Result};
use std::{fmt, mem::ManuallyDrop};

/// A value that is of use in the process that made it alone. A copy in a forked child is left alone there, for good: to drop it
/// could wait for ever for a lock that a thread of the parent held.
pub struct Local<T> {
    process: u32,
    value: ManuallyDrop<T>,
}

impl<T> Local<T> {
    /// A value of this process.
    pub fn new(value: T) -> Self {
        Self { process: std::process::id(), value: ManuallyDrop::new(value) }
    }

    /// The value, in its own process.
    pub fn get(&self) -> Option<&T> {
        self.is_here().then_some(&*self.value)
    }

    /// The value.
    ///
    /// # Errors
    /// `Unsupported` in a child that was forked from its process; `what` is like `the run`.
    pub fn here(&self, what: &str) -> Result<&T> {
        self.get().ok_or_else(|| {
            let message = format!("{what} belongs to process {}, of which this one was forked", self.process);
            Error::new(ErrorKind::Unsupported, message)
                .with_hint("follow a run from another process by the studio's `watch`, or start it in this one")
        })
    }

    fn is_here(&self) -> bool {
        self.process == std::process::id()
    }
}

impl<T: fmt::Debug> fmt::Debug for Local<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Local");
        shown.field("process", &self.process);
        match self.get() {
            Some(value) => shown.field("value", value).finish(),
            None => shown.finish_non_exhaustive(),
        }
    }
}

impl<T> Drop for Local<T> {
    fn drop(&mut self) {
        if self.is_here() {
            // SAFETY: dropped once, here, and never used again.
            unsafe { ManuallyDrop::drop(&mut self.value) }
        }
    }
}
