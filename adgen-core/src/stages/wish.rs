//! A request to a provider whose artifact would serve.
//!
//! Depends on nothing.

/// A request that would serve, and the key of what it gives.
#[derive(Debug, Clone)]
pub(crate) struct Wish<R> {
    pub(crate) key: String,
    pub(crate) request: R,
}
