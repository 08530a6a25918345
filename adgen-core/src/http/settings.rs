//! What an API is told once: its address, its key, its limits; and whether these can be used.
//!
//! May depend on `error` and its neighbours `call` and `address`.

use super::{
    address::{is_private, shown},
    call::Answer,
};
use crate::error::{Error, ErrorKind, Result};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
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

impl ApiSettings {
    /// The headers of every call, the key's apart.
    ///
    /// # Errors
    /// `InvalidConfig` for a base that is neither https nor this machine, a key or a header that no header can hold.
    pub(super) fn check(&self) -> Result<HeaderMap> {
        let Self { provider, base, .. } = self;
        let wrong = |what: &str| {
            let message = format!("the base address of {provider} {what}");
            Err(Error::new(ErrorKind::InvalidConfig, message).with_context("base", shown(base)))
        };
        match base.scheme() {
            "https" => {}
            "http" if is_private(base) => {}
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
        self.authorization()?;
        header_map(&self.headers)
    }

    /// The header that carries the key; `None` for an empty one.
    pub(super) fn authorization(&self) -> Result<Option<HeaderValue>> {
        let key = self.key.expose_secret();
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
                format!("the key for {} holds a space, a line break or another character no key has", self.provider);
            Error::new(ErrorKind::InvalidConfig, message).with_hint("copy it again, without anything around it")
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

/// # Errors
/// `InvalidConfig` for a value that no header can hold. It is not shown: it may be a secret.
pub(super) fn header_map(headers: &[(HeaderName, String)]) -> Result<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).map_err(|_| {
            Error::new(ErrorKind::InvalidConfig, format!("the value of {name} has characters that no header can hold"))
        })?;
        map.insert(name.clone(), value);
    }
    Ok(map)
}
