//! What was asked, answered and billed.

use super::holds::Hold;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Longer strings are kept as their length and digest.
const LONGEST_STRING: usize = 2048;
/// Longer answers are kept as their length.
const LONGEST_ANSWER: usize = 16 * 1024;
/// Later requests are kept without headers, bodies and answers.
const WHOLE_REQUESTS: usize = 10_000;

/// Everything that happened since the emulator was started.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Journal {
    /// All requests to the API and for files, in the order of their arrival.
    pub requests: Vec<Request>,
    /// All predictions, oldest first.
    pub predictions: Vec<Entry>,
    /// What waits for `release` now.
    pub holds: Vec<Hold>,
}

impl Journal {
    /// The predictions that cost.
    pub fn billed(&self) -> impl Iterator<Item = &Entry> {
        self.predictions.iter().filter(|entry| entry.billed)
    }

    /// What they cost together.
    pub fn usd(&self) -> f64 {
        self.billed().map(|entry| entry.usd).sum()
    }

    /// Requests with this method whose path begins so: `POST`, `/v1/predictions`.
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.requests.iter().filter(|request| request.method == method && request.path.starts_with(path)).count()
    }

    /// Downloads that showed a token to the host of the files.
    pub fn leaks(&self) -> impl Iterator<Item = &Request> {
        let files = |request: &&Request| request.path.starts_with("/delivery/");
        self.requests.iter().filter(files).filter(|request| request.headers.contains_key("authorization"))
    }
}

/// One request.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Request {
    /// From 1.
    pub n: u64,
    /// When it came, in ms since the emulator was started.
    pub at_ms: f64,
    /// The method.
    pub method: String,
    /// The path, with `/v1`.
    pub path: String,
    /// The query, without `?`.
    #[serde(default)]
    pub query: String,
    /// Names are lower-case; of tokens only the scheme and the beginning of their SHA-256 are kept.
    pub headers: BTreeMap<String, String>,
    /// The JSON body, or its size.
    pub body: Value,
    /// The status; null where no answer was sent (yet).
    pub status: Option<u16>,
    /// The JSON answer, or its size.
    pub answer: Value,
    /// The fault that met it.
    pub fault: Option<String>,
}

/// One prediction.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    pub id: String,
    pub model: String,
    pub input: Value,
    pub status: String,
    /// Whether it ran and has to be paid.
    pub billed: bool,
    /// What it costs; 0 unless billed.
    pub usd: f64,
    pub created_at: String,
    /// The request that made it.
    pub created_by_request: u64,
    /// Downloads of its file.
    pub downloads: u64,
    /// Webhooks that were sent.
    pub webhooks: Vec<Delivery>,
}

/// One event that was sent to a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// `start`, `logs`, `output` or `completed`.
    pub event: String,
    /// The `webhook-id` header.
    pub id: String,
    /// What each try was answered; 0 for no answer.
    pub statuses: Vec<u16>,
}

/// The requests, as they are written down: JSON as text, which takes a fraction of the memory.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    requests: Vec<Written>,
}

#[derive(Debug)]
struct Written {
    /// Without body and answer.
    request: Request,
    body: Box<str>,
    answer: Box<str>,
}

impl Recorder {
    /// Writes a request down and gives its number.
    pub(super) fn begin(&mut self, mut request: Request) -> u64 {
        request.n = self.requests.len() as u64 + 1;
        let mut body = std::mem::take(&mut request.body).to_string();
        if self.requests.len() >= WHOLE_REQUESTS {
            request.headers.clear();
            body.clear();
        }
        self.requests.push(Written { request, body: body.into(), answer: "".into() });
        self.requests.len() as u64
    }

    pub(super) fn fault(&mut self, n: u64, fault: String) {
        if let Some(written) = self.requests.get_mut(n as usize - 1) {
            written.request.fault = Some(fault);
        }
    }

    pub(super) fn finish(&mut self, n: u64, status: u16, answer: &Value) {
        if let Some(written) = self.requests.get_mut(n as usize - 1) {
            written.request.status = Some(status);
            if n as usize <= WHOLE_REQUESTS {
                written.answer = answer.to_string().into();
            }
        }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
        let whole = |written: &Written| Request {
            body: json(&written.body),
            answer: json(&written.answer),
            ..written.request.clone()
        };
        self.requests.iter().map(whole).collect()
    }
}

/// A header's value as the journal keeps it.
pub(super) fn redacted(name: &str, value: &str) -> String {
    if name != "authorization" {
        return value.to_owned();
    }
    let (scheme, token) = value.split_once(' ').unwrap_or(("", value));
    format!("{scheme} sha256:{}", &hex(&Sha256::digest(token.as_bytes()))[..12])
}

/// JSON without long strings.
pub(super) fn kept(value: &Value) -> Value {
    match value {
        Value::String(text) if text.len() > LONGEST_STRING => {
            let digest = hex(&Sha256::digest(text.as_bytes()));
            Value::from(format!("{}… ({} bytes, sha256 {})", head(text), text.len(), &digest[..16]))
        }
        Value::Array(list) => list.iter().map(kept).collect(),
        Value::Object(map) => Value::Object(map.iter().map(|(name, value)| (name.clone(), kept(value))).collect()),
        other => other.clone(),
    }
}

/// An answer as the journal keeps it: of lists only the first entries.
pub(super) fn answer(body: &[u8]) -> Value {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return json!({"bytes": body.len()}) };
    if let Some(results) = value.get_mut("results").and_then(Value::as_array_mut) {
        results.truncate(2);
    }
    let value = kept(&value);
    if body.len() > LONGEST_ANSWER && value.to_string().len() > LONGEST_ANSWER {
        return json!({"bytes": body.len()});
    }
    value
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(40)]
}
