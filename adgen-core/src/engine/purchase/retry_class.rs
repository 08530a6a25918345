//! When a call of a provider may be made again, and what an error says about the call.

use crate::{
    error::{Error, ErrorKind, Retry},
    http::backoff,
};
use std::time::Duration;

/// How long to wait before the same call is made again; `None` where it must not be.
pub(crate) fn wait_of(error: &Error, attempt: u32) -> Option<Duration> {
    match error.retry() {
        Retry::Now => Some(backoff(attempt)),
        Retry::After(wait) => Some(wait),
        Retry::Never | Retry::Exhausted => None,
    }
}

/// Whether the provider does not answer, rather than answers with a no.
pub(crate) fn is_silence(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::RateLimited)
}

/// Whether a call that failed is known to have begun nothing.
pub(crate) fn is_answer(error: &Error) -> bool {
    !matches!(error.kind(), ErrorKind::OutcomeUnknown | ErrorKind::Cancelled | ErrorKind::Io)
}
