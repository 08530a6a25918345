//! What Replicate sends, read leniently: of a prediction only `id` and `status` are needed; anything else may be missing,
//! null or of another type, and unknown fields are passed over.
//!
//! May depend on `error` and `http` alone.

use crate::{
    error::{Error, ErrorKind, Result},
    http::Answer,
};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// The provider's name in messages.
pub(super) const PROVIDER: &str = "replicate";

/// Where a prediction stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Status {
    Starting,
    Processing,
    Succeeded,
    Failed,
    Canceled,
    /// Ended by its deadline before it ran.
    Aborted,
    /// One that is not known here: taken for unfinished.
    Other(String),
}

impl Status {
    fn parse(text: &str) -> Self {
        match text {
            "starting" => Self::Starting,
            "processing" => Self::Processing,
            "succeeded" => Self::Succeeded,
            "failed" => Self::Failed,
            "canceled" => Self::Canceled,
            "aborted" => Self::Aborted,
            other => Self::Other(other.to_owned()),
        }
    }

    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled | Self::Aborted)
    }
}

/// One run of a model.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prediction {
    pub(super) id: String,
    pub(super) status: Status,
    pub(super) model: Option<String>,
    pub(super) version: Option<String>,
    /// Empty once the service has removed the data.
    pub(super) input: Map<String, Value>,
    pub(super) output: Value,
    pub(super) error: Option<String>,
    pub(super) logs: String,
    /// Seconds of running.
    pub(super) predict_s: Option<f64>,
    pub(super) created_at: Option<DateTime<Utc>>,
    pub(super) started_at: Option<DateTime<Utc>>,
    pub(super) completed_at: Option<DateTime<Utc>>,
    pub(super) deadline: Option<DateTime<Utc>>,
    pub(super) data_removed: bool,
}

impl Prediction {
    /// Nothing where `id` or `status` is missing.
    pub(super) fn parse(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let time = |key: &str| value.get(key).and_then(Value::as_str).and_then(parse_time);
        Some(Self {
            id: text("id").filter(|id| !id.is_empty())?,
            status: Status::parse(value.get("status")?.as_str()?),
            model: text("model"),
            version: text("version"),
            input: value.get("input").and_then(Value::as_object).cloned().unwrap_or_default(),
            output: value.get("output").cloned().unwrap_or_default(),
            error: match value.get("error") {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            },
            logs: text("logs").unwrap_or_default(),
            predict_s: value
                .pointer("/metrics/predict_time")
                .and_then(Value::as_f64)
                .filter(|seconds| seconds.is_finite() && *seconds >= 0.0),
            created_at: time("created_at"),
            started_at: time("started_at"),
            completed_at: time("completed_at"),
            deadline: time("deadline"),
            data_removed: value.get("data_removed").and_then(Value::as_bool).unwrap_or(false),
        })
    }

    /// # Errors
    /// `Unavailable` for an answer that holds no prediction.
    pub(super) fn read(answer: &Answer) -> Result<Self> {
        Self::parse(&answer.json(PROVIDER)?).ok_or_else(|| Strange::Prediction.into())
    }

    /// Seconds for which it ran, as far as that is told.
    pub(super) fn ran_s(&self) -> Option<f64> {
        self.predict_s.or_else(|| {
            let time = self.completed_at? - self.started_at?;
            Some((time.num_milliseconds() as f64 / 1000.0).max(0.0))
        })
    }

    /// Whether it ever ran.
    pub(super) fn has_started(&self) -> bool {
        self.started_at.is_some() || self.predict_s.is_some_and(|seconds| seconds > 0.0)
    }
}

/// A page of the list of predictions, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    pub(super) next: Option<String>,
    /// What cannot be read is left out and counted.
    pub(super) results: Vec<Prediction>,
    pub(super) unreadable: usize,
}

impl Page {
    /// # Errors
    /// `Unavailable` for an answer that is no list.
    pub(super) fn read(answer: &Answer) -> Result<Self> {
        let value: Value = answer.json(PROVIDER)?;
        let list = value.get("results").and_then(Value::as_array).ok_or(Strange::List)?;
        let results: Vec<_> = list.iter().filter_map(Prediction::parse).collect();
        let next = value.get("next").and_then(Value::as_str).filter(|url| !url.is_empty()).map(str::to_owned);
        Ok(Self { next, unreadable: list.len() - results.len(), results })
    }
}

/// The server's clock as an answer's `Date` header shows it, to the second.
pub(super) fn server_time(answer: &Answer) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(answer.header("date")?).ok().map(|time| time.to_utc())
}

/// RFC 3339 with any number of digits after the second.
fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

/// An answer that is not what the API describes.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("Replicate gave an answer that is not what its API describes: {}", self.what())]
pub(super) enum Strange {
    Prediction,
    List,
    Account,
    Secret,
    File,
}

impl Strange {
    fn what(self) -> &'static str {
        match self {
            Self::Prediction => "a prediction without id or status",
            Self::List => "a list without results",
            Self::Account => "an account without a name",
            Self::Secret => "a webhook secret without a key",
            Self::File => "a file without an address",
        }
    }
}

impl From<Strange> for Error {
    fn from(strange: Strange) -> Self {
        Self::new(ErrorKind::Unavailable, strange.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_prediction_is_id_and_status() {
        let least = Prediction::parse(&json!({"id": "a", "status": "starting"})).expect("a prediction");
        assert_eq!(least.status, Status::Starting);
        assert!(least.input.is_empty() && least.output.is_null() && !least.data_removed);
        assert_eq!(Prediction::parse(&json!({"id": "a"})), None);
        assert_eq!(Prediction::parse(&json!({"id": "", "status": "starting"})), None);
    }

    #[test]
    fn wrong_types_and_unknown_fields_are_passed_over() {
        let odd = json!({
            "id": "a", "status": "dreaming", "model": 7, "input": [], "logs": null, "metrics": {"predict_time": "long"},
            "created_at": "yesterday", "data_removed": "no", "error": {"code": 1}, "new": {"deep": []},
        });
        let odd = Prediction::parse(&odd).expect("a prediction");
        assert_eq!(odd.status, Status::Other("dreaming".into()));
        assert!(!odd.status.is_final());
        assert_eq!(odd.error.as_deref(), Some(r#"{"code":1}"#));
        assert_eq!((odd.model, odd.predict_s, odd.created_at), (None, None, None));
    }

    #[test]
    fn times_have_any_number_of_digits() {
        for text in ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.97397566Z"] {
            assert_eq!(parse_time(text).map(|time| time.timestamp()), Some(1_767_323_045), "{text}");
        }
    }
}
