//! The one error type of the crate: what failed, on which value, what is allowed, what was spent, what to do next.
//!
//! Depends on nothing. Every other module may use it; foreign error types stay behind `source`.

mod body;
mod failure;
mod kind;
mod panic;
mod retry;

pub use body::{ErrorBody, Fact};
pub use failure::Error;
pub use kind::ErrorKind;
pub(crate) use panic::panic_words;
pub use retry::Retry;

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;
