//! One provider's HTTP API: the one way in which calls are made, limited and repeated.
//!
//! May depend on `error` and its neighbours, none of which knows it. Nothing here knows what an API means; that is the
//! matter of `replicate` and `openai`.

use super::{
    address::{is_loopback, is_private},
    asset::{self, AssetRules},
    breaker::Breaker,
    call::{Answer, Call, Repeat},
    caller::Caller,
    client::{Http, Kind},
    limit::Limiter,
    request::{Judge, Request},
    retry::{End, Next, Tries},
    settings::ApiSettings,
};
use crate::error::{Error, ErrorKind, Result, Retry};
use reqwest::header::HeaderMap;
use std::{fmt, path::Path, sync::Arc};
use tokio::time::{Instant, sleep};
use tracing::Instrument;
use url::Url;

/// A provider's API. Clones share limits and state.
#[derive(Clone)]
pub(crate) struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    settings: ApiSettings,
    headers: HeaderMap,
    http: Http,
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
    /// `InvalidConfig` for a base that is neither https nor this machine, a key that no header can hold, and where the
    /// system's certificates cannot be used.
    pub(crate) fn new(settings: ApiSettings, http: Http) -> Result<Self> {
        let headers = settings.check()?;
        // Said here rather than at the first call.
        http.tls()?;
        let (limiter, breaker) = (Limiter::new(settings.limits), Breaker::new(settings.provider));
        Ok(Self { inner: Arc::new(Inner { settings, headers, http, limiter, breaker }) })
    }

    pub(crate) fn base(&self) -> &Url {
        &self.inner.settings.base
    }

    /// Whether `url` has the base's own scheme, host and port: only there the key may go.
    pub(crate) fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.inner.settings.base.origin()
    }

    /// Makes a call, and repeats it where that is allowed and can help. Redirects are not followed: they are errors. While it
    /// waits for its turn the caller can call it off; once it is sent it cannot be.
    ///
    /// # Errors
    /// `Cancelled` or `Timeout` where it was called off ([`Caller::has_left`]): nothing was ordered then.
    /// The provider's own as `parse_error` reads it, `Unavailable`, `Timeout`, `OutcomeUnknown`; `InvalidConfig` for an
    /// address of another origin and for a redirect. Those of a call that was given up carry [`Retry::Exhausted`].
    pub(crate) async fn call(&self, caller: &Caller, call: Call) -> Result<Answer> {
        self.call_judged(caller, call, &|_| Ok(())).await
    }

    /// The same where a success may be none: an answer that `judge` refuses ends the call with its error, or has it made
    /// again where that error's [`Retry`] says so and the call is safe.
    ///
    /// # Errors
    /// As for [`Api::call`]; those of `judge`.
    pub(crate) async fn call_judged(&self, caller: &Caller, call: Call, judge: Judge<'_>) -> Result<Answer> {
        let Inner { settings, headers, http, limiter, breaker } = &*self.inner;
        let client = http.client(if is_loopback(&settings.base) { Kind::ApiHere } else { Kind::Api })?;
        let request = Request::new(settings, http.proxies(), headers, &call)?;
        let mut tries = Tries::new(settings.provider, call.repeat, call.deadline);
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
                error = caller.called_off() => return Err(error),
                turn = limiter.turn(call.repeat) => turn,
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
            let (provider, attempt) = (settings.provider, tries.made() + 1);
            let span = tracing::debug_span!("request", provider, attempt);
            let end = match request.send(&client, timeout, judge).instrument(span).await {
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
            let fruitless = limiter.nothing_taken_since(call.repeat, since).elapsed();
            cause = end.error().message().to_owned();
            let (wait, throttled, code) = match tries.next(end, begun.elapsed(), fruitless) {
                Next::Again { wait, throttled: true, code } => {
                    turn.refused(wait);
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
            caller.retrying(tries.made(), wait, code);
            if !throttled {
                tokio::select! {
                    biased;
                    error = caller.called_off() => return Err(error),
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
        let Inner { settings, http, .. } = &*self.inner;
        let rules = AssetRules { allow_private: is_private(self.base()), inline: true, max_bytes };
        let error = match asset::fetch(http, url, target, rules, None).await {
            Err(error) if error.kind() == ErrorKind::Unauthenticated => error,
            done => return done,
        };
        let Ok(parsed) = Url::parse(url) else { return Err(error) };
        match settings.authorization()? {
            Some(key) if self.is_own(&parsed) => asset::fetch(http, url, target, rules, Some(key)).await,
            _ => Err(error),
        }
    }
}

#[cfg(test)]
#[path = "api_tests.rs"]
mod tests;
