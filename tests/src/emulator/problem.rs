//! Errors as the real service words them: `application/problem+json`.

use super::script::Answer;
use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde_json::{Map, Value, json};

/// An answer that says what is wrong.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) retry_after: Option<f64>,
    location: Option<String>,
}

impl Problem {
    pub(super) fn new(status: u16, title: &str, detail: &str) -> Self {
        let mut body = Map::new();
        if !title.is_empty() {
            body.insert("title".to_owned(), title.into());
        }
        body.insert("detail".to_owned(), detail.into());
        body.insert("status".to_owned(), status.into());
        Self { status, body: Value::Object(body), retry_after: None, location: None }
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new(404, "", &format!("{what} does not exist"))
    }

    pub(super) fn unauthenticated() -> Self {
        Self::new(401, "Unauthenticated", "You did not pass a valid authentication token")
    }

    /// `fields`: kind, field, description.
    pub(super) fn invalid(fields: &[(String, String, String)]) -> Self {
        let detail: String = fields.iter().map(|(_, field, text)| format!("- {field}: {text}\n")).collect();
        let mut problem = Self::new(422, "Input validation failed", &detail);
        let entry =
            |(kind, field, text): &(String, String, String)| json!({"type": kind, "field": field, "description": text});
        problem.body["invalid_fields"] = fields.iter().map(entry).collect();
        problem
    }

    /// `wait` in seconds; whole ones are rounded up, as the real service does, shorter ones keep their fraction.
    pub(super) fn throttled(limit: &str, wait: f64) -> Self {
        let wait = if wait < 1.0 { (wait * 1000.0).ceil() / 1000.0 } else { wait.ceil() };
        let text = format!("Request was throttled. {limit}Your rate limit resets in ~{wait}s.");
        let mut problem = Self::new(429, "", &text);
        problem.body["retry_after"] = seconds(wait);
        problem.retry_after = Some(wait);
        problem
    }

    /// What a script asks for.
    pub(super) fn scripted(answer: &Answer) -> Self {
        let (status, wait) = (answer.code, answer.retry_after);
        let mut problem = match status {
            401 => Self::unauthenticated(),
            402 => Self::new(402, "Insufficient credit", "You have insufficient credit to run this model."),
            403 => Self::new(403, "Forbidden", "You do not have permission to perform this action."),
            404 => Self::not_found("The requested resource"),
            413 => Self::new(413, "", "Files must be less than 100MB in size"),
            422 => Self::new(
                422,
                "Invalid version or not permitted",
                "The specified version does not exist (or perhaps you don't have permission to use it?)",
            ),
            429 => Self::throttled("", wait.unwrap_or(1.0)),
            503 => Self::new(503, "", "(E004) Service is temporarily unavailable"),
            _ => Self::new(
                status,
                "",
                StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason()).unwrap_or("Error"),
            ),
        };
        if let Some(body) = &answer.body {
            problem.body = body.clone();
        }
        problem.retry_after = wait;
        problem.location.clone_from(&answer.location);
        problem
    }

    pub(super) fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.to_string()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(place) = self.location.as_deref().and_then(|place| HeaderValue::from_str(place).ok()) {
            response.headers_mut().insert(header::LOCATION, place);
        }
        // The header has no fractions.
        if let Some(wait) = self.retry_after.filter(|wait| wait.fract() == 0.0) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait as u64));
        }
        response
    }
}

fn seconds(wait: f64) -> Value {
    if wait.fract() == 0.0 { Value::from(wait as u64) } else { Value::from(wait) }
}

/// What a proxy answers when the service behind it does not.
pub(super) fn page(status: u16) -> Response<Body> {
    let text = format!(
        "<!DOCTYPE html>\n<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>proxy</body></html>\n"
    );
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
