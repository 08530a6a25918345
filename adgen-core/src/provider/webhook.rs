//! A provider's call that a job moved on.

use super::JobId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A webhook that was verified: hand it to [`Run::notify`](crate::Run::notify).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_passes_as_json() {
        let event = WebhookEvent::new(JobId("job-1".into()), "msg_1");
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(json, r#"{"job":"job-1","delivery":"msg_1"}"#);
        assert_eq!(serde_json::from_str::<WebhookEvent>(&json).unwrap(), event);
    }
}
