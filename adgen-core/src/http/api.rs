//! One provider's HTTP API: its address, its key, and the one way in which calls are made, limited and repeated.
//!
//! May depend on `error` and its neighbours. Nothing here knows what an API means; that is the `provider` folder's matter.

use super::{
    asset::{self, AssetRules},
    breaker::Breaker,
    client, guard,
    leave::called_off,
    limit::Limiter,
    request::Request,
    retry::{End, Next, Repetition, Tries, tell},
};
use crate::error::{Error, ErrorKind, Result, Retry};
use bytes::Bytes;
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::time::{Instant, sleep};
use url::Url;

/// What an API is told once.
pub(crate) struct ApiSettings {
    /// The provider's name for messages: `replicate`.
    pub(crate) provider: &'static str,
    /// The base address, such as `https://api.replicate.com/v1`, without a slash at its end.
    pub(crate) base: Url,
    /// Sent as `Authorization: Bearer …` to the base's own origin and nowhere else. An empty one is not sent: some
    /// servers need none.
    pub(crate) key: SecretString,
    /// Sent with every call.
    pub(crate) headers: Vec<(HeaderName, String)>,
    /// Turns an answer that is no success into an error. Its [`Retry`](crate::Retry) says whether the call may be repeated.
    pub(crate) parse_error: fn(&Answer) -> Error,
    /// What is allowed at a time.
    pub(crate) limits: Limits,
}

/// What a provider allows; adapted downwards while it says that this is too much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Calls that create something, a minute.
    pub(crate) creates_per_minute: f64,
    /// All other calls, a minute.
    pub(crate) others_per_minute: f64,
    /// Calls at a time, of either kind.
    pub(crate) concurrent: usize,
}

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

/// A provider's API. Clones share limits and state.
#[derive(Clone)]
pub(crate) struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    settings: ApiSettings,
    headers: HeaderMap,
    client: reqwest::Client,
    limiter: Limiter,
    breaker: Breaker,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ApiSettings { provider, base, .. } = &self.inner.settings;
        f.debug_struct("Api").field("provider", provider).field("base", &base.as_str()).finish_non_exhaustive()
    }
}

impl Api {
    /// # Errors
    /// `InvalidConfig` for a base that is neither https nor this machine, or a key that no header can hold.
    pub(crate) fn new(settings: ApiSettings) -> Result<Self> {
        let client = client::api(guard::is_loopback(&settings.base))?;
        Self::with_client(settings, client)
    }

    fn with_client(settings: ApiSettings, client: reqwest::Client) -> Result<Self> {
        let ApiSettings { provider, base, .. } = &settings;
        let wrong = |what: &str| {
            let message = format!("the base address of {provider} {what}");
            Err(Error::new(ErrorKind::InvalidConfig, message).with_context("base", super::network::shown(base)))
        };
        match base.scheme() {
            "https" => {}
            "http" if guard::is_private(base) => {}
            "http" => return wrong("must begin with https://: the key would be readable on the way"),
            _ => return wrong("must begin with https://"),
        }
        if !base.username().is_empty()
            || base.password().is_some()
            || base.query().is_some()
            || base.fragment().is_some()
        {
            return wrong("must be a plain address, without name, password, query or fragment");
        }
        authorization(&settings)?;
        let headers = super::request::header_map(&settings.headers)?;
        let (limiter, breaker) = (Limiter::new(settings.limits), Breaker::new(provider));
        Ok(Self { inner: Arc::new(Inner { settings, headers, client, limiter, breaker }) })
    }

    pub(crate) fn base(&self) -> &Url {
        &self.inner.settings.base
    }

    /// Whether `url` has the base's own scheme, host and port: only there the key may go.
    pub(crate) fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.inner.settings.base.origin()
    }

    /// Makes a call, and repeats it where that is allowed and can help. Redirects are not followed: they are errors. While it
    /// waits for its turn it can be called off ([`Leave`](super::Leave)); once it is sent it cannot.
    ///
    /// # Errors
    /// `Cancelled` where it was called off: nothing was ordered then.
    /// The provider's own as `parse_error` reads it, `Unavailable`, `Timeout`, `OutcomeUnknown`; `InvalidConfig` for an
    /// address of another origin and for a redirect. Those of a call that was given up carry [`Retry::Exhausted`].
    pub(crate) async fn call(&self, call: Call) -> Result<Answer> {
        let Inner { settings, headers, client, limiter, breaker } = &*self.inner;
        let provider = settings.provider;
        let request = Request::new(settings, headers, authorization(settings)?, &call)?;
        let mut tries = Tries::new(provider, call.repeat, call.deadline);
        let mut place = limiter.place(call.repeat);
        let mut refused_since = None;
        let mut cause = String::new();
        let down = |error: Error, cause: &str| match cause {
            "" => error,
            cause => error.with_context("cause", cause),
        };
        loop {
            let opening = breaker.opening();
            breaker.check().map_err(|error| down(error, &cause))?;
            // Looked at before the turn is taken: between it and the sending nothing waits.
            let turn = tokio::select! {
                biased;
                error = called_off() => return Err(error),
                turn = place.turn() => turn,
                () = opening => continue,
            };
            let pass = breaker.enter().map_err(|error| down(error, &cause))?;
            let opening = breaker.opening();
            let begun = Instant::now();
            let timeout = match call.repeat {
                Repeat::Safe => call.timeout.min(tries.left()),
                // Cut short, it would be lost for nothing.
                Repeat::Create => call.timeout,
            };
            let end = match request.send(client, timeout).await {
                Ok(answer) => {
                    turn.taken();
                    pass.succeeded();
                    return Ok(answer);
                }
                Err(end) => end,
            };
            let status = match &end {
                End::Answered(answer, _) => Some(answer.status),
                End::NotSent(_) | End::Lost(_) => None,
            };
            match status {
                Some(500..) => pass.failed(),
                Some(_) => pass.succeeded(),
                // Nothing was sent by our own fault, or too much came back: that says nothing about the API.
                None if end.error().retry() == Retry::Never => drop(pass),
                None => pass.failed(),
            }
            let since = *refused_since.get_or_insert(begun);
            let fruitless = place.nothing_taken_since(since).elapsed();
            cause = end.error().message().to_owned();
            let (wait, throttled, code) = match tries.next(end, begun.elapsed(), fruitless) {
                Next::Again { wait, throttled: true, stated, code } => {
                    turn.refused(wait, stated);
                    (wait, true, code)
                }
                next => {
                    match status {
                        Some(429 | 500..) | None => drop(turn),
                        Some(_) => turn.taken(),
                    }
                    match next {
                        Next::Again { wait, code, .. } => (wait, false, code),
                        Next::Stop(error) => return Err(error),
                    }
                }
            };
            tell(&Repetition { attempt: tries.made(), wait, code });
            if !throttled {
                tokio::select! {
                    biased;
                    error = called_off() => return Err(error),
                    () = sleep(wait) => {},
                    () = opening => {},
                }
            }
        }
    }

    /// Fetches what a job made to the file `target`, over an old one: without the key; with it where the API's own origin
    /// refuses to give it otherwise. No other host ever sees the key. A `data:` address is decoded.
    ///
    /// # Errors
    /// `NotFound`, `Unauthenticated`, `Timeout`, `Unavailable`, `RateLimited` by what the server or the network did;
    /// `InvalidInput` for a file that is empty, larger than `max_bytes`, or at an address that is not allowed; `Io` where
    /// this machine cannot keep it.
    pub(crate) async fn fetch(&self, url: &str, target: &Path, max_bytes: u64) -> Result<()> {
        let rules = AssetRules { allow_private: guard::is_private(self.base()), inline: true, max_bytes };
        let error = match asset::fetch(url, target, rules, None).await {
            Err(error) if error.kind() == ErrorKind::Unauthenticated => error,
            done => return done,
        };
        let Ok(parsed) = Url::parse(url) else { return Err(error) };
        match authorization(&self.inner.settings)? {
            Some(key) if self.is_own(&parsed) => asset::fetch(url, target, rules, Some(key)).await,
            _ => Err(error),
        }
    }
}

/// The header that carries the key; `None` for an empty one.
fn authorization(settings: &ApiSettings) -> Result<Option<HeaderValue>> {
    let key = settings.key.expose_secret();
    if key.is_empty() {
        return Ok(None);
    }
    // `from_str` lets tabs and other alphabets through, which servers do not.
    let value = match key.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => HeaderValue::from_str(&format!("Bearer {key}")).ok(),
        false => None,
    };
    let mut value = value.ok_or_else(|| {
        let message =
            format!("the key for {} holds a space, a line break or another character no key has", settings.provider);
        Error::new(ErrorKind::InvalidConfig, message).with_hint("copy it again, without anything around it")
    })?;
    value.set_sensitive(true);
    Ok(Some(value))
}

#[cfg(test)]
#[path = "api_tests.rs"]
mod tests;
