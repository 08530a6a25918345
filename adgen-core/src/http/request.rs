//! One request as it is sent, as often as it takes: its address, its headers, its body, and how its answer is read.
//!
//! May depend on `error` and its neighbours `address`, `call`, `network`, `proxy`, `retry` and `settings`.

use super::{
    address::{shown, shown_text},
    call::{Answer, Body, Call},
    network::{explain, surely_not_sent},
    proxy::Proxies,
    retry::End,
    settings::{ApiSettings, header_map},
};
use crate::error::{Error, ErrorKind, Result, Retry};
use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, Method, RequestBuilder,
    header::{self, HeaderMap, HeaderValue},
    multipart::{Form, Part},
};
use std::time::Duration;
use url::Url;

/// Says of an answer with the status of a success whether it is one. The [`Retry`] of its error counts as that of others.
pub(crate) type Judge<'a> = &'a (dyn Fn(&Answer) -> Result<()> + Send + Sync);

/// A call, checked and put together.
pub(crate) struct Request<'a> {
    provider: &'static str,
    proxies: &'a Proxies,
    parse_error: fn(&Answer) -> Error,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Content<'a>,
    max_bytes: usize,
}

enum Content<'a> {
    None,
    Json(Bytes),
    File { path: &'a std::path::Path, name: &'a str, content_type: &'static str },
}

impl<'a> Request<'a> {
    /// # Errors
    /// `InvalidConfig` for an address of another origin, which the key must not reach, or a header that is none.
    pub(crate) fn new(
        settings: &ApiSettings,
        proxies: &'a Proxies,
        headers: &HeaderMap,
        call: &'a Call,
    ) -> Result<Self> {
        let mut url = address(settings, &call.path)?;
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut headers = headers.clone();
        headers.extend(header_map(&call.headers)?);
        if let Some(key) = settings.authorization()? {
            headers.insert(header::AUTHORIZATION, key);
        }
        let body = match &call.body {
            Body::None => Content::None,
            Body::Json(json) => {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Content::Json(json.to_string().into())
            }
            Body::File { path, name, content_type } => Content::File { path, name, content_type },
        };
        let Call { method, max_bytes, .. } = call;
        let ApiSettings { provider, parse_error, .. } = *settings;
        Ok(Self { provider, proxies, parse_error, method: method.clone(), url, headers, body, max_bytes: *max_bytes })
    }

    /// Sends it once and reads the answer, all within `timeout`. An answer that `judge` refuses is none.
    pub(crate) async fn send(&self, client: &Client, timeout: Duration, judge: Judge<'_>) -> Result<Answer, End> {
        let request = client.request(self.method.clone(), self.url.clone()).headers(self.headers.clone());
        let request = self.with_body(request).await.map_err(End::NotSent)?;
        let answer = match tokio::time::timeout(timeout, self.exchange(request)).await {
            Ok(answer) => answer?,
            Err(_) => {
                let seconds = timeout.as_secs_f64();
                let message = format!("{} gave no answer within {seconds:.1} s", self.provider);
                return Err(self.lost(Error::new(ErrorKind::Timeout, message).with_retry(Retry::Now)));
            }
        };
        match answer.status {
            200..300 if is_page(&answer) => {
                let message = format!("something on the way to {} answered with a web page", self.provider);
                let error = Error::new(ErrorKind::Unavailable, message)
                    .with_retry(Retry::Now)
                    .with_hint("check the base address, and whether a proxy or a login page is in between");
                Err(self.lost(error))
            }
            200..300 => match judge(&answer) {
                Ok(()) => Ok(answer),
                Err(error) => Err(End::Answered(answer, error)),
            },
            300..400 => {
                let error = self.redirected(&answer);
                Err(End::Answered(answer, error))
            }
            _ => {
                let error = (self.parse_error)(&answer);
                Err(End::Answered(answer, error))
            }
        }
    }

    async fn with_body(&self, request: RequestBuilder) -> Result<RequestBuilder> {
        match self.body {
            Content::None => Ok(request),
            Content::Json(ref json) => Ok(request.body(json.clone())),
            Content::File { path, name, content_type } => {
                let failed = |error: std::io::Error| Error::from(error).with_context("path", path.display());
                let file = tokio::fs::File::open(path).await.map_err(failed)?;
                let length = file.metadata().await.map_err(failed)?.len();
                let part = Part::stream_with_length(file, length).file_name(name.to_owned());
                let part = part.mime_str(content_type).map_err(|error| {
                    Error::new(ErrorKind::Unexpected, format!("{content_type} is no content type")).with_source(error)
                })?;
                Ok(request.multipart(Form::new().part("content", part)))
            }
        }
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Answer, End> {
        let failed = |error: reqwest::Error| {
            let not_sent = surely_not_sent(&error);
            let error = explain(self.provider, &self.url, error, self.proxies);
            if not_sent { End::NotSent(self.name(error)) } else { self.lost(error) }
        };
        let mut response = request.send().await.map_err(failed)?;
        let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
        let too_long = || {
            let message = format!("{} gave an answer of more than {} bytes", self.provider, self.max_bytes);
            self.lost(Error::new(ErrorKind::Unavailable, message).with_context("status", status))
        };
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > self.max_bytes {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body: body.freeze() })
    }

    fn redirected(&self, answer: &Answer) -> Error {
        let to = answer.header("location").and_then(|to| self.url.join(to).ok());
        let to = to.as_ref().map_or_else(|| "nowhere".to_owned(), shown);
        let message = format!(
            "{} answered {} and points to {to}: calls are not redirected, so that the key reaches no other host",
            self.provider, answer.status
        );
        let base = self.url.origin().ascii_serialization();
        Error::new(ErrorKind::InvalidConfig, message).with_context("base", base).with_hint("check the base address")
    }

    fn lost(&self, error: Error) -> End {
        End::Lost(self.name(error))
    }

    fn name(&self, error: Error) -> Error {
        error.with_provider(self.provider).with_context("host", self.url.host_str().unwrap_or_default())
    }
}

/// Where a call goes: below the base, or to a whole address of the same origin.
fn address(settings: &ApiSettings, path: &str) -> Result<Url> {
    let (provider, base) = (settings.provider, &settings.base);
    let whole = path.contains("://") && !path.starts_with('/');
    let url = match whole {
        true => Url::parse(path),
        false => Url::parse(&format!("{}/{}", base.as_str().trim_end_matches('/'), path.trim_start_matches('/'))),
    };
    let url = url.map_err(|error| {
        Error::new(ErrorKind::InvalidConfig, format!("no address for a call to {provider} can be made"))
            .with_context("path", shown_text(path))
            .with_source(error)
    })?;
    let own = url.origin() == base.origin() && url.username().is_empty() && url.password().is_none();
    // `..` may not lead out of the base.
    if own && (whole || url.path().starts_with(base.path().trim_end_matches('/'))) {
        return Ok(url);
    }
    let message = format!(
        "an address at {} was to be called as {provider}, whose own is {}: the key goes nowhere else",
        url.origin().ascii_serialization(),
        base.origin().ascii_serialization()
    );
    Err(Error::new(ErrorKind::InvalidConfig, message).with_provider(provider))
}

/// Whether an answer is a page for people. No API here answers with one.
fn is_page(answer: &Answer) -> bool {
    let typed = answer.header("content-type").is_some_and(|kind| kind.trim_start().starts_with("text/html"));
    typed || begins_a_page(&answer.body)
}

/// Whether these are the first bytes of a page.
pub(super) fn begins_a_page(bytes: &[u8]) -> bool {
    let start: Vec<u8> = bytes.iter().copied().skip_while(u8::is_ascii_whitespace).take(14).collect();
    let start = start.to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}
