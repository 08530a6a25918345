//! A provider's call that a job moved on.

use super::JobId;

/// A webhook that was verified: hand it to [`Run::notify`](crate::Run::notify).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookEvent {
    /// The job that moved on.
    pub job: JobId,
    /// Name of the delivery, the same when it is sent again.
    pub delivery: String,
}

impl WebhookEvent {
    /// An event of `job`; `delivery` is the provider's name for the delivery.
    pub fn new(job: JobId, delivery: impl Into<String>) -> Self {
        Self { job, delivery: delivery.into() }
    }
}
