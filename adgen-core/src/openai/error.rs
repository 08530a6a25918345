//! What OpenAI's error answers mean: by code first, then by type, then by status.
//!
//! Source: the API's guide to error codes and its OpenAPI document. No message ever carries a key: some gateways
//! repeat it. May depend on `error` and `http` alone.

use crate::{
    error::{Error, ErrorKind, Retry},
    http::{Answer, server_wait, told_wait},
};
use serde_json::Value;
use std::time::Duration;

/// How the provider is named in messages.
pub(super) const PROVIDER: &str = "openai";
/// The longest text of a server that a message repeats, in characters.
const SHOWN: usize = 300;
/// The wait where the server says that it is overloaded, and no time.
const LONG_PAUSE: Duration = Duration::from_secs(5);

/// An answer that is no success, as an error.
pub(super) fn parse_error(answer: &Answer) -> Error {
    let said = Said::read(&answer.body);
    let error = said.to_error(answer.status, server_wait(answer)).with_context("status", answer.status);
    // Not shortened as texts are: the whole of it is what OpenAI's support asks for.
    let is_id = |id: &&str| id.len() <= 128 && id.starts_with("req") && !id.contains("sk-");
    match answer.header("x-request-id").filter(is_id) {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

/// What a server said about a failure.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Said {
    pub(super) message: String,
    pub(super) kind: String,
    pub(super) code: String,
    pub(super) param: String,
}

impl Said {
    /// From the body of an answer: the documented form, those of common gateways, or a page that says nothing.
    fn read(body: &[u8]) -> Self {
        let Ok(json) = serde_json::from_slice::<Value>(body) else {
            let text = String::from_utf8_lossy(body);
            let page = text.trim_start().starts_with('<');
            let message = if page { "a web page instead of an API answer".to_owned() } else { shown(&text) };
            return Self { message, ..Self::default() };
        };
        let json = json.get(0).unwrap_or(&json);
        Self::from_json(json.get("error").unwrap_or(json))
    }

    /// From an error object, or from a plain text in its place.
    pub(super) fn from_json(error: &Value) -> Self {
        let text = |name: &str| match &error[name] {
            Value::String(text) => shown(text),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let message = [error.as_str().map(shown).unwrap_or_default(), text("message"), text("detail")];
        let message = message.into_iter().find(|message| !message.is_empty()).unwrap_or_default();
        Self { message, kind: text("type"), code: text("code"), param: text("param") }
    }

    /// As an error. `status` is the answer's; `wait` the time that its headers or body ask for.
    pub(super) fn to_error(&self, status: u16, wait: Option<Duration>) -> Error {
        let said = if self.message.is_empty() { String::new() } else { format!(": {}", self.message) };
        let new = |kind: ErrorKind, sentence: &str, retry: Retry| {
            Error::new(kind, format!("{sentence}{said}")).with_retry(retry)
        };
        let names = |wanted: &[&str]| wanted.contains(&self.code.as_str()) || wanted.contains(&self.kind.as_str());
        if names(&[
            "insufficient_quota",
            "credit_balance_exhausted",
            "billing_hard_limit_reached",
            "billing_not_active",
        ]) {
            let sentence = "the OpenAI account has no credit left; add some, or use another key";
            return new(ErrorKind::QuotaExceeded, sentence, Retry::Never);
        }
        if self.code == "model_not_found" {
            return self.no_model();
        }
        if names(&["invalid_api_key"]) {
            return unauthenticated();
        }
        if names(&["content_policy_violation", "content_filter", "invalid_prompt", "moderation_blocked"]) {
            return new(ErrorKind::ContentRejected, "OpenAI refused the request's content", Retry::Never);
        }
        if names(&["rate_limit_exceeded"]) || status == 429 {
            // Where the server names no time, whoever repeats the call waits longer each time.
            let retry = wait.or_else(|| wait_in(&self.message)).map_or(Retry::Now, Retry::After);
            return new(ErrorKind::RateLimited, "too many requests to OpenAI", retry);
        }
        if names(&["server_is_overloaded", "slow_down"]) {
            let retry = Retry::After(wait.unwrap_or(LONG_PAUSE));
            return new(ErrorKind::Unavailable, "OpenAI is overloaded", retry);
        }
        if names(&["server_error", "vector_store_timeout"]) {
            return new(ErrorKind::Unavailable, "OpenAI failed on its side", wait.map_or(Retry::Now, Retry::After));
        }
        match status {
            401 => unauthenticated(),
            402 => new(ErrorKind::QuotaExceeded, "the account has no credit left", Retry::Never),
            403 => new(
                ErrorKind::Unauthenticated,
                "OPENAI_API_KEY may not do this (its project, its country or its rights)",
                Retry::Never,
            ),
            404 if self.message.to_lowercase().contains("model") => self.no_model(),
            404 => new(
                ErrorKind::NotFound,
                "the server has no such address; OPENAI_BASE_URL has to end in the API's version, such as /v1, and a \
                 server without /responses needs Wire::ChatCompletions",
                Retry::Never,
            ),
            408 | 409 => new(ErrorKind::Unavailable, "OpenAI asks to try again", wait.map_or(Retry::Now, Retry::After)),
            413 => new(ErrorKind::InvalidInput, "the request is too large", Retry::Never),
            500..=u16::MAX => new(
                ErrorKind::Unavailable,
                &format!("the server answered {status}"),
                wait.map_or(Retry::Now, Retry::After),
            ),
            // A success that holds an error: the server began and gave up.
            200..=299 => new(ErrorKind::GenerationFailed, "OpenAI could not finish its answer", Retry::Now),
            300..=399 => new(
                ErrorKind::InvalidConfig,
                &format!("the server answered {status}, a redirection; name the final address in OPENAI_BASE_URL"),
                Retry::Never,
            ),
            _ if self.param.is_empty() => new(ErrorKind::InvalidInput, "OpenAI refused the request", Retry::Never),
            _ => {
                let sentence = format!("OpenAI refused the request's field {}", self.param);
                new(ErrorKind::InvalidInput, &sentence, Retry::Never)
            }
        }
    }

    fn no_model(&self) -> Error {
        // "The model `x` does not exist": the name stands in the first pair of ticks or quotes.
        let named = self.message.split(['`', '\'', '"']).nth(1).filter(|name| !name.is_empty() && !name.contains(' '));
        let model = named.map_or_else(|| "the model".to_owned(), |name| format!("model {name}"));
        Error::new(
            ErrorKind::NotFound,
            format!(
                "{model} is not served (any more) or not to this key; name another with --planner-model, \
                 ADGEN_PLANNER_MODEL or with_model"
            ),
        )
    }
}

fn unauthenticated() -> Error {
    // What the server says here often repeats the key, so none of it is shown.
    Error::new(ErrorKind::Unauthenticated, "the server refused the key; check OPENAI_API_KEY and OPENAI_BASE_URL")
}

/// The time in "Please try again in 1m2.5s": an answer may come without any header that names it, and what failed after it
/// was begun has none.
fn wait_in(message: &str) -> Option<Duration> {
    told_wait(message.split_once("try again in ")?.1)
}

/// A server's text on one line, shortened, without anything that looks like a key.
pub(super) fn shown(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(redacted)
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A word without the part of it that looks like a key: what follows `sk-`, or a long mix of letters and digits.
fn redacted(word: &str) -> String {
    let of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*');
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(start) = rest.find(of_key) {
        let (before, tail) = rest.split_at(start);
        let (token, after) = tail.split_at(tail.find(|c| !of_key(c)).unwrap_or(tail.len()));
        let longest = token.split(['-', '_']).map(str::len).max().unwrap_or_default();
        let mixed = token.bytes().any(|b| b.is_ascii_digit()) && token.bytes().any(|b| b.is_ascii_alphabetic());
        out.push_str(before);
        match token.find("sk-") {
            Some(at) => out.push_str(&format!("{}sk-…", &token[..at])),
            None if longest >= 20 && mixed => out.push('…'),
            None => out.push_str(token),
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use reqwest::header::{HeaderMap, HeaderValue};

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) }
    }

    fn error(status: u16, code: &str, kind: &str, message: &str) -> Error {
        let body = serde_json::json!({ "error": { "message": message, "type": kind, "param": null, "code": code } });
        parse_error(&answer(status, &body.to_string()))
    }

    #[test]
    fn codes_decide_before_types_and_types_before_the_status() {
        use ErrorKind::{ContentRejected, NotFound, QuotaExceeded, RateLimited, Unauthenticated, Unavailable};
        let cases = [
            (429, "insufficient_quota", "insufficient_quota", QuotaExceeded, Retry::Never),
            (429, "credit_balance_exhausted", "insufficient_quota", QuotaExceeded, Retry::Never),
            (429, "", "insufficient_quota", QuotaExceeded, Retry::Never),
            (429, "rate_limit_exceeded", "requests", RateLimited, Retry::Now),
            (429, "", "", RateLimited, Retry::Now),
            (401, "invalid_api_key", "invalid_request_error", Unauthenticated, Retry::Never),
            (401, "", "", Unauthenticated, Retry::Never),
            (403, "unsupported_country_region_territory", "request_forbidden", Unauthenticated, Retry::Never),
            (404, "model_not_found", "invalid_request_error", NotFound, Retry::Never),
            (409, "", "", Unavailable, Retry::Now),
            (408, "", "", Unavailable, Retry::Now),
            (500, "server_error", "server_error", Unavailable, Retry::Now),
            (503, "server_is_overloaded", "service_unavailable_error", Unavailable, Retry::After(LONG_PAUSE)),
            (503, "slow_down", "", Unavailable, Retry::After(LONG_PAUSE)),
            (529, "", "", Unavailable, Retry::Now),
            (503, "", "service_unavailable_error", Unavailable, Retry::Now),
            (400, "content_policy_violation", "invalid_request_error", ContentRejected, Retry::Never),
        ];
        for (status, code, kind, expected, retry) in cases {
            let error = error(status, code, kind, "said");
            assert_eq!((error.kind(), error.retry()), (expected, retry), "{status} {code} {kind}");
        }
    }

    #[test]
    fn messages_say_what_to_do() {
        let gone = error(404, "model_not_found", "", "The model `gpt-4o-mini` does not exist").to_string();
        assert!(gone.contains("model gpt-4o-mini is not served") && gone.contains("ADGEN_PLANNER_MODEL"), "{gone}");
        assert!(error(401, "", "", "").to_string().contains("OPENAI_API_KEY"));
        let body = r#"{"error":{"message":"Invalid schema","type":"x","param":"text.format","code":null}}"#;
        let refused = parse_error(&answer(400, body));
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
        assert!(refused.to_string().contains("field text.format: Invalid schema"), "{refused}");
    }

    #[test]
    fn waits_come_from_the_message_where_no_header_names_them() {
        let retry = |message: &str| error(429, "rate_limit_exceeded", "tokens", message).retry();
        assert_eq!(retry("Please try again in 41.724s. Visit"), Retry::After(Duration::from_millis(41_724)));
        assert_eq!(retry("Please try again in 6m0s."), Retry::After(Duration::from_secs(360)));
        assert_eq!(retry("Please try again in 12ms"), Retry::After(Duration::from_millis(12)));
        assert_eq!(retry("Please try again in a while"), Retry::Now);
        let mut answer = answer(429, "{}");
        answer.headers.insert("retry-after", HeaderValue::from_static("7"));
        answer.headers.insert("x-request-id", HeaderValue::from_static("req_0b2f6d51c8e94a7d93fe2a10c45b6d7e"));
        let error = parse_error(&answer);
        assert_eq!(error.retry(), Retry::After(Duration::from_secs(7)));
        assert!(error.to_string().contains("request_id: req_0b2f6d51c8e94a7d93fe2a10c45b6d7e"));
    }

    #[test]
    fn other_servers_are_understood_too() {
        let page = parse_error(&answer(502, "\n<html><body>Bad gateway</body></html>"));
        assert_eq!(page.message(), "the server answered 502: a web page instead of an API answer");
        for body in [
            r#"{"error":"no such thing"}"#,
            r#"{"detail":"no such thing"}"#,
            r#"{"message":"no such thing"}"#,
            r#"[{"error":{"code":400,"message":"no such thing"}}]"#,
            "no such thing",
        ] {
            assert!(parse_error(&answer(400, body)).to_string().contains("no such thing"), "{body}");
        }
        for body in ["", "null", "[]", "{}", r#"{"error":null}"#, "\u{0}\u{1}"] {
            assert_eq!(parse_error(&answer(400, body)).kind(), ErrorKind::InvalidInput, "{body}");
        }
    }

    #[test]
    fn keys_never_show() {
        let key = "sk-proj-AbC123_x-456";
        for status in [400, 401, 403, 404, 429, 500] {
            for message in
                [format!("Incorrect API key provided: {key}."), format!("\"Bearer {key}\""), format!("key={key}&x")]
            {
                let text = format!("{:?}", error(status, "", "", &message));
                assert!(!text.contains("AbC123") && !text.contains("456"), "{text}");
            }
        }
        assert_eq!(shown("token 8f3a9c0d1e2b4a5968778695 refused"), "token … refused");
        assert_eq!(shown("The model gpt-4o-mini-2024-07-18 is\n gone"), "The model gpt-4o-mini-2024-07-18 is gone");
        assert!(shown(&"word ".repeat(500)).chars().count() <= SHOWN + 1);
    }
}
