//! Replicate's refusals as errors: what was refused, why, whether to try again, and what to do next.
//!
//! May depend on `error` and `http` alone.

use crate::{
    error::{Error, ErrorKind, Retry},
    http::{Answer, server_wait},
};
use serde_json::Value;
use std::time::Duration;

/// The variable with the token.
pub(super) const TOKEN_VARIABLE: &str = "REPLICATE_API_TOKEN";
/// The wait after a 429 that names none.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);
/// Characters of a foreign text that a message carries.
const MOST: usize = 400;

/// An answer that is no success.
pub(super) fn parse_error(answer: &Answer) -> Error {
    let problem = Problem::read(answer);
    let said = &problem.said;
    let new = |kind, message: String| Error::new(kind, message).with_context("status", answer.status);
    match answer.status {
        401 | 403 => new(ErrorKind::Unauthenticated, format!("Replicate refused the API token: {said}"))
            .with_hint(format!("check {TOKEN_VARIABLE}; tokens are made at replicate.com/account/api-tokens")),
        402 => new(ErrorKind::QuotaExceeded, format!("the Replicate account is out of credit: {said}"))
            .with_hint("add credit at replicate.com/account/billing and run again: nothing is lost"),
        404 => new(ErrorKind::NotFound, format!("Replicate does not know this: {said}")),
        413 => new(ErrorKind::InvalidInput, format!("the file is too large for Replicate: {said}"))
            .with_hint("use an image of less than 100 MB"),
        // A version that is gone, or that the account may not run: another model may do.
        422 if said.to_ascii_lowercase().contains("version") && problem.fields.is_empty() => {
            new(ErrorKind::Unsupported, format!("Replicate does not run this version of the model: {said}"))
                .with_hint("choose another model")
        }
        400 | 409 | 422 => {
            let error = new(ErrorKind::InvalidInput, format!("Replicate refused the input: {said}"));
            problem.fields.iter().fold(error, |error, field| error.with_context("field", field))
        }
        429 => new(ErrorKind::RateLimited, format!("Replicate asks for fewer calls: {said}"))
            .with_retry(Retry::After(server_wait(answer).unwrap_or(DEFAULT_WAIT)))
            .with_hint("accounts with less than $5 of credit may make 6 jobs a minute; more credit lifts that"),
        408 | 500..=599 => {
            let error = new(ErrorKind::Unavailable, format!("Replicate is not available: {said}"));
            error.with_retry(server_wait(answer).map_or(Retry::Now, Retry::After))
        }
        status => new(ErrorKind::Unavailable, format!("Replicate gave an answer with status {status}: {said}")),
    }
}

/// What an answer says about itself.
struct Problem {
    said: String,
    /// `input.duration: must be at most 12 (number_lte)`.
    fields: Vec<String>,
}

impl Problem {
    fn read(answer: &Answer) -> Self {
        match serde_json::from_slice::<Value>(&answer.body) {
            Ok(json @ Value::Object(_)) => Self::of_json(&json),
            _ => Self { said: page(&answer.body), fields: Vec::new() },
        }
    }

    fn of_json(json: &Value) -> Self {
        let text = |key: &str| json.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let said = match (text("title"), text("detail").or(text("error"))) {
            (Some(title), Some(detail)) if title != detail => format!("{title}: {detail}"),
            (title, detail) => detail.or(title).unwrap_or("it did not say why").to_owned(),
        };
        let fields = json.get("invalid_fields").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let field = |value: &Value| {
            let part = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
            let name = if part("field").is_empty() { "input" } else { part("field") };
            clean(&format!("{name}: {} ({})", part("description"), part("type")))
        };
        Self { said: clean(&said), fields: fields.iter().map(field).collect() }
    }
}

/// A page that is no JSON, most likely a proxy's, in one sentence.
fn page(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        return "the answer was empty".into();
    }
    if !text.starts_with('<') {
        return clean(text);
    }
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|start| {
        let start = start + "<title>".len();
        let end = lower[start..].find("</title>")? + start;
        text.get(start..end)
    });
    let titled = title.map(|title| format!(" titled {:?}", clean(title))).unwrap_or_default();
    format!("a web page{titled} instead of an answer, most likely from a proxy on the way")
}

/// One line of bounded length without tokens: what a server says is shown to users and kept in reports.
pub(super) fn clean(text: &str) -> String {
    let words = text.split_whitespace().map(|word| match word.find("r8_") {
        Some(at) => format!("{}r8_…", &word[..at]),
        None => word.to_owned(),
    });
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What the text of a failed job means: its kind, and whether the same job may well succeed when it is ordered anew.
pub(super) fn failure_of(text: &str) -> (ErrorKind, bool) {
    const REFUSED: &[&str] = &[
        "nsfw",
        "sensitive",
        "content policy",
        "content_policy",
        "flagged",
        "moderation",
        "usage guidelines",
        "violat",
        "prohibited content",
        "inappropriate",
    ];
    const PASSING: &[&str] = &[
        "temporarily unavailable",
        "out of memory",
        "timed out starting",
        "timeout while starting",
        "timeout starting",
        "health check",
        "healthcheck",
        "start error",
        "interrupted",
        "try again",
    ];
    let text = text.to_ascii_lowercase();
    if REFUSED.iter().any(|words| text.contains(words)) {
        return (ErrorKind::ContentRejected, false);
    }
    // E4875 says that the webhook's address is empty: it will be so again.
    let passing = PASSING.iter().any(|words| text.contains(words)) || (has_code(&text) && !text.contains("e4875"));
    (ErrorKind::GenerationFailed, passing)
}

/// Whether a text has one of the service's own codes, such as `E004` or `E1001`.
fn has_code(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        word.strip_prefix('e')
            .is_some_and(|digits| (3..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> Error {
        parse_error(&Answer { status, headers: Default::default(), body: body.to_owned().into() })
    }

    #[test]
    fn statuses_have_kinds_and_next_steps() {
        let cases = [
            (401, ErrorKind::Unauthenticated, "REPLICATE_API_TOKEN"),
            (403, ErrorKind::Unauthenticated, "api-tokens"),
            (402, ErrorKind::QuotaExceeded, "add credit"),
            (404, ErrorKind::NotFound, "does not know"),
            (413, ErrorKind::InvalidInput, "100 MB"),
            (422, ErrorKind::InvalidInput, "refused the input"),
            (429, ErrorKind::RateLimited, "6 jobs a minute"),
            (500, ErrorKind::Unavailable, "not available"),
            (503, ErrorKind::Unavailable, "503"),
        ];
        for (status, kind, words) in cases {
            let error = error(status, r#"{"detail":"said so"}"#);
            assert_eq!(error.kind(), kind, "{status}");
            assert!(error.to_string().contains(words) && error.to_string().contains("said so"), "{error}");
        }
        assert_eq!(error(402, "{}").retry(), Retry::Never);
        assert_eq!(error(500, "{}").retry(), Retry::Now);
        assert!(matches!(error(429, "{}").retry(), Retry::After(_)));
    }

    #[test]
    fn invalid_fields_are_all_named() {
        let body = r#"{"title":"Input validation failed","detail":"- two\n","status":422,"invalid_fields":[
            {"type":"enum","field":"input.aspect_ratio","description":"must be one of: \"1:1\""},
            {"type":"required","field":"input","description":"prompt is required"}, {"odd": true}]}"#;
        let error = error(422, body);
        let fields: Vec<_> = error.context().filter(|(key, _)| *key == "field").map(|(_, text)| text).collect();
        assert_eq!(fields.len(), 3);
        assert!(fields[0].contains("input.aspect_ratio") && fields[0].contains("enum"), "{fields:?}");
        assert!(fields[1].contains("prompt is required"), "{fields:?}");
    }

    #[test]
    fn a_lost_version_is_no_bad_input() {
        let error = error(422, r#"{"title":"Invalid version or not permitted","status":422}"#);
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }

    #[test]
    fn pages_become_a_sentence() {
        let error = error(502, "<!DOCTYPE html><html><head><TITLE>Bad\nGateway</TITLE></head><body>…</body></html>");
        assert!(error.message().contains(r#"titled "Bad Gateway""#), "{error}");
        assert!(!error.message().contains('<'));
        assert!(super::tests::error(502, "").message().contains("empty"));
    }

    #[test]
    fn tokens_are_taken_out() {
        let said = clean("the token r8_abcdef and Bearer:r8_xyz are wrong");
        assert_eq!(said, "the token r8_… and Bearer:r8_… are wrong");
        assert!(clean(&"word ".repeat(1000)).chars().count() <= MOST + 1);
    }

    #[test]
    fn failures_are_told_apart() {
        use ErrorKind::{ContentRejected, GenerationFailed};
        let cases = [
            ("NSFW content detected", ContentRejected, false),
            ("The input was flagged as sensitive. (E005)", ContentRejected, false),
            ("(E004) Service is temporarily unavailable", GenerationFailed, true),
            ("E1001: out of memory", GenerationFailed, true),
            ("CUDA out of memory", GenerationFailed, true),
            ("E4875 webhook URL is empty", GenerationFailed, false),
            ("Health check failed", GenerationFailed, true),
            ("unexpected keyword argument", GenerationFailed, false),
            ("", GenerationFailed, false),
        ];
        for (text, kind, again) in cases {
            assert_eq!(failure_of(text), (kind, again), "{text}");
        }
    }
}
