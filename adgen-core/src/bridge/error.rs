//! Errors that come from the other language.
//!
//! Depends on `error`.

use crate::error::{Error, ErrorBody, ErrorKind, Result, Retry};
use serde_json::Value;
use std::{error::Error as StdError, fmt, time::Duration};

/// The error that a body tells of: what a provider in another language raised, with its traceback among the causes.
pub fn from_body(body: ErrorBody) -> Error {
    // One of a newer version, or of nobody's, is a defect of whoever made it up.
    let kind = serde_json::from_value(Value::String(body.code.clone())).unwrap_or(ErrorKind::Unexpected);
    let retry = match (body.retryable, body.retry_after_ms) {
        (_, Some(wait)) => Retry::After(Duration::from_millis(wait)),
        (true, None) => Retry::Now,
        (false, None) => Retry::Never,
    };
    let mut error = Error::new(kind, body.message)
        .with_retry(retry)
        .with_spent_usd(known(body.spent_usd))
        .with_possibly_spent_usd(known(body.possibly_spent_usd));
    if let Some(hint) = body.hint {
        error = error.with_hint(hint);
    }
    if let Some(provider) = body.provider {
        error = error.with_provider(provider);
    }
    if let Some(model) = body.model {
        error = error.with_model(model);
    }
    if let Some(id) = body.request_id {
        error = error.with_request_id(id);
    }
    for fact in body.context {
        error = error.with_context(fact.name, fact.value);
    }
    // The outermost comes first in a body, and last to an error.
    for operation in body.operations.into_iter().rev() {
        error = error.with_operation(operation);
    }
    match Said::chain(body.causes) {
        Some(said) => error.with_source(said),
        None => error,
    }
}

/// The same from JSON.
///
/// # Errors
/// `Unexpected` where it is none.
pub fn from_json(json: &str) -> Result<Error> {
    let body: ErrorBody = serde_json::from_str(json).map_err(|error| {
        Error::new(ErrorKind::Unexpected, "what was raised is no error of adgen's").with_source(error)
    })?;
    Ok(from_body(body))
}

/// An amount that can be added up.
fn known(usd: f64) -> f64 {
    if usd.is_finite() && usd > 0.0 { usd } else { 0.0 }
}

/// What was underneath, in words.
#[derive(Debug)]
struct Said(String, Option<Box<Self>>);

impl Said {
    fn chain(causes: Vec<String>) -> Option<Box<Self>> {
        causes.into_iter().rev().fold(None, |below, cause| Some(Box::new(Self(cause, below))))
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Said {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.1.as_deref().map(|below| below as _)
    }
}
