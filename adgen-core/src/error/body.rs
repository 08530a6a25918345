//! An error as plain data: what states, events, the wire and other languages show.
//!
//! Depends on its neighbours alone.

use super::{failure::Error, retry::Retry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{error::Error as _, fmt};

/// An error as plain data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ErrorBody {
    /// The public code of its [`ErrorKind`](super::ErrorKind); newer versions may know more of them.
    pub code: String,
    /// One sentence that names the value and what is allowed.
    pub message: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The operations during which it happened, the outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// Whose answer or silence it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Which of the provider's models was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The provider's own name of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Whether the same may be tried again.
    #[serde(default)]
    pub retryable: bool,
    /// After how many milliseconds, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What the failed work cost all the same, in US dollars.
    #[serde(default)]
    pub spent_usd: f64,
    /// What it may have cost, which nobody knows, in US dollars.
    #[serde(default)]
    pub possibly_spent_usd: f64,
    /// Further facts, in the order in which they were added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<Fact>,
    /// What was underneath, a line each, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}

/// A named fact about an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Fact {
    /// Such as `path`. One name may come more than once.
    pub name: String,
    /// The value.
    pub value: String,
}

impl Fact {
    /// A fact by its name, such as `path`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl ErrorBody {
    /// With what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Within an operation: the first one is the outermost.
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<String>) -> Self {
        self.operations.push(operation.into());
        self
    }

    /// With whose answer or silence it is.
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<String>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// With the provider's model that was asked.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// With the provider's own name of the call.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Whether the same may be tried again, and after how many milliseconds.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retryable = matches!(retry, Retry::Now | Retry::After(_));
        self.retry_after_ms = match retry {
            Retry::After(wait) => u64::try_from(wait.as_millis()).ok(),
            _ => None,
        };
        self
    }

    /// With what the failed work cost all the same, in US dollars.
    #[must_use]
    pub fn with_spent_usd(mut self, usd: f64) -> Self {
        self.spent_usd = usd;
        self
    }

    /// With what it may have cost, in US dollars.
    #[must_use]
    pub fn with_possibly_spent_usd(mut self, usd: f64) -> Self {
        self.possibly_spent_usd = usd;
        self
    }

    /// With a further fact.
    #[must_use]
    pub fn with_fact(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.context.push(Fact::new(name, value));
        self
    }

    /// With what was underneath, in one line; the first one is the nearest.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// A body of a code and a sentence alone.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            hint: None,
            operations: Vec::new(),
            provider: None,
            model: None,
            request_id: None,
            retryable: false,
            retry_after_ms: None,
            spent_usd: 0.0,
            possibly_spent_usd: 0.0,
            context: Vec::new(),
            causes: Vec::new(),
        }
    }
}

impl Error {
    /// All of it as plain data, for states, events, other languages and the wire.
    pub fn body(&self) -> ErrorBody {
        ErrorBody::from(self)
    }
}

impl From<&Error> for ErrorBody {
    fn from(error: &Error) -> Self {
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(match cause.downcast_ref::<Error>() {
                Some(cause) => cause.own_line(),
                None => cause.to_string(),
            });
            source = cause.source();
        }
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            hint: owned(error.hint()),
            operations: error.operations().map(str::to_owned).collect(),
            provider: owned(error.provider()),
            model: owned(error.model()),
            request_id: owned(error.request_id()),
            spent_usd: error.spent_usd(),
            possibly_spent_usd: error.possibly_spent_usd(),
            context: error.context().map(|(name, value)| Fact::new(name, value)).collect(),
            causes,
            ..Self::new(error.kind().as_str(), error.message()).with_retry(error.retry())
        }
    }
}

impl fmt::Display for ErrorBody {
    /// One line: `code: message (facts; next: hint): causes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        let named = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}: {value}"));
        let dollars = |name: &str, usd: f64| (usd > 0.0).then(|| format!("{name}: ${usd:.4}"));
        let operations = (!self.operations.is_empty()).then(|| format!("at {}", self.operations.join(" > ")));
        let before = [operations, named("provider", &self.provider), named("model", &self.model)];
        let context = self.context.iter().map(|fact| format!("{}: {}", fact.name, fact.value));
        let after = [
            named("request_id", &self.request_id),
            dollars("cost", self.spent_usd),
            dollars("possibly_spent_usd", self.possibly_spent_usd),
            named("next", &self.hint),
        ];
        let facts: Vec<String> =
            before.into_iter().flatten().chain(context).chain(after.into_iter().flatten()).collect();
        if !facts.is_empty() {
            write!(f, " ({})", facts.join("; "))?;
        }
        self.causes.iter().try_for_each(|cause| write!(f, ": {cause}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use std::time::Duration;

    #[test]
    fn a_body_says_all_that_the_error_says_and_comes_back_from_json() {
        let error = Error::new(ErrorKind::GenerationFailed, "no clip")
            .with_operation("scenes")
            .with_context("artifact", "scene_1_bg")
            .with_spent_usd(0.25)
            .with_possibly_spent_usd(0.5)
            .with_retry(Retry::After(Duration::from_millis(1500)))
            .with_source(
                Error::new(ErrorKind::Unavailable, "no answer")
                    .with_provider("replicate")
                    .with_model("seedance")
                    .with_request_id("r1")
                    .with_hint("run again")
                    .with_source(std::io::Error::other("reset")),
            );
        let body = error.body();
        let json = serde_json::to_string(&body).unwrap();
        assert_eq!(serde_json::from_str::<ErrorBody>(&json).unwrap(), body);
        assert_eq!((body.code.as_str(), body.retryable, body.retry_after_ms), ("generation_failed", true, Some(1500)));
        assert_eq!(body.causes.len(), 2);
        let line = body.to_string();
        for part in ["scenes", "scene_1_bg", "replicate", "seedance", "r1", "$0.2500", "$0.5000", "no answer", "reset"]
        {
            assert!(line.contains(part) && error.to_string().contains(part), "{part}: {line}");
        }
        let by_hand = ErrorBody::new("generation_failed", "no clip")
            .with_operation("scenes")
            .with_retry(Retry::After(Duration::from_millis(1500)))
            .with_spent_usd(0.25)
            .with_possibly_spent_usd(0.5)
            .with_fact("artifact", "scene_1_bg")
            .with_provider("replicate")
            .with_model("seedance")
            .with_request_id("r1")
            .with_hint("run again");
        assert_eq!(ErrorBody { causes: Vec::new(), ..body.clone() }, by_hand);
        assert_eq!(by_hand.with_cause(&*body.causes[0]).with_cause(&*body.causes[1]), body);
        // What a newer version adds harms nobody.
        let newer = r#"{"code":"out_of_moons","message":"x","moons":3}"#;
        assert_eq!(serde_json::from_str::<ErrorBody>(newer).unwrap(), ErrorBody::new("out_of_moons", "x"));
    }
}
