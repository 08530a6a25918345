//! Whether a failed operation may be tried again.
//!
//! Depends on nothing.

use std::time::Duration;

/// Whether trying the same operation again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// It will fail again.
    Never,
    /// At once.
    Now,
    /// After this time.
    After(Duration),
    /// It was tried as often as it may be.
    Exhausted,
}
