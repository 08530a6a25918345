//! A call and its answer: the words that everything else in this folder speaks.
//!
//! May depend on `error` alone.

use crate::error::{Error, ErrorKind, Result};
use bytes::Bytes;
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName},
};
use std::{path::PathBuf, time::Duration};

/// May a call be made again after its answer was lost?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It may: reading, cancelling, and text whose repetition costs next to nothing.
    Safe,
    /// It creates something that costs money: only where it surely never began (429, no connection). A lost answer is
    /// [`ErrorKind::OutcomeUnknown`].
    Create,
}

/// One call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Below the base (`predictions/abc`), or a whole address of the same origin. Another origin is refused.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Body,
    pub(crate) repeat: Repeat,
    /// The time that tries and the waits after failed ones may take together. Waiting for a turn is not counted, and so
    /// neither is a rate limit, as long as the API takes other calls of this kind: a call that is refused for its rate
    /// gives up when none was taken for this long. A try that creates something is not cut short by it.
    pub(crate) deadline: Duration,
    /// The longest wait for one try's whole answer.
    pub(crate) timeout: Duration,
    /// A longer answer is an error.
    pub(crate) max_bytes: usize,
}

/// What a call carries.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    None,
    Json(serde_json::Value),
    /// One file as the part `content` of a form.
    File {
        path: PathBuf,
        name: String,
        content_type: &'static str,
    },
}

impl Call {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            repeat: Repeat::Safe,
            deadline: Duration::from_secs(60),
            timeout: Duration::from_secs(30),
            max_bytes: 16 << 20,
        }
    }

    pub(crate) fn post(path: impl Into<String>, body: Body, repeat: Repeat) -> Self {
        Self { method: Method::POST, body, repeat, ..Self::get(path) }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON; an error that shows its beginning where it is none, such as a proxy's page.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, provider: &str) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let start: String = String::from_utf8_lossy(&self.body).chars().take(120).collect();
            Error::new(ErrorKind::Unavailable, format!("{provider} gave an answer that is not what its API describes"))
                .with_context("status", self.status)
                .with_context("body", format!("{start:?}"))
                .with_source(error)
        })
    }
}
