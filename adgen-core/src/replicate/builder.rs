//! What a [`Replicate`] client is told once.

use super::{Replicate, client::Settings};
use crate::error::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, time::Duration};
use url::Url;

/// Where the API lives.
const DEFAULT_BASE: &str = "https://api.replicate.com/v1";
/// The variable with the token.
pub(super) const TOKEN_VARIABLE: &str = "REPLICATE_API_TOKEN";
/// The variable with another base address.
const BASE_VARIABLE: &str = "REPLICATE_BASE_URL";
/// The shortest deadline that the API takes.
const MIN_CANCEL_AFTER: Duration = Duration::from_secs(5);
/// Long enough for the slowest model of the list, and half of what the service itself allows.
const DEFAULT_CANCEL_AFTER: Duration = Duration::from_secs(15 * 60);

/// How the end of a job is learnt.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// By asking, at growing intervals.
    #[default]
    Poll,
    /// The first call waits for this long, 1-60 s, and brings the result where that was enough; after that by asking.
    Wait(Duration),
    /// Replicate calls this https address; hand what it sends to [`verify_webhook`](super::verify_webhook) and on to
    /// [`Run::notify`](crate::Run::notify). The job is asked for every five minutes all the same.
    Webhook(String),
}

impl fmt::Debug for Delivery {
    /// A webhook's address is cut to its host: path and query may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Poll => f.write_str("Poll"),
            Self::Wait(time) => f.debug_tuple("Wait").field(time).finish(),
            Self::Webhook(url) => {
                let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
                f.debug_tuple("Webhook").field(&host.unwrap_or_default()).finish()
            }
        }
    }
}

/// Builds a [`Replicate`] client.
#[derive(Debug, Clone)]
pub struct ReplicateBuilder {
    token: Option<SecretString>,
    base_url: String,
    delivery: Delivery,
    cancel_after: Duration,
}

impl Default for ReplicateBuilder {
    fn default() -> Self {
        Self {
            token: None,
            base_url: DEFAULT_BASE.into(),
            delivery: Delivery::Poll,
            cancel_after: DEFAULT_CANCEL_AFTER,
        }
    }
}

impl ReplicateBuilder {
    /// The account's API token.
    #[must_use]
    pub fn with_token(mut self, token: SecretString) -> Self {
        self.token = Some(token);
        self
    }

    /// Another address of the API, with or without `/v1` at its end.
    #[must_use]
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// How the end of a job is learnt; by asking where not set.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// After how long Replicate gives a job up, counted from its creation: 5 s or more, 15 min where not set. One that
    /// never started then costs nothing.
    #[must_use]
    pub fn with_cancel_after(mut self, time: Duration) -> Self {
        self.cancel_after = time;
        self
    }

    /// The client. Makes no call.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] for a missing token, an address that is none, or a time out of range.
    pub fn build(self) -> Result<Replicate> {
        let wrong = |message: String| Error::new(ErrorKind::InvalidConfig, message);
        let token = self
            .token
            .filter(|token| !token.expose_secret().trim().is_empty())
            .ok_or_else(|| wrong(format!("Replicate needs an API token: set {TOKEN_VARIABLE} or call with_token")))?;
        if self.cancel_after < MIN_CANCEL_AFTER {
            let given = self.cancel_after.as_secs_f64();
            return Err(wrong(format!("jobs are to be given up after {given} s: 5 s is the least")));
        }
        match &self.delivery {
            Delivery::Wait(time) if !(1..=60).contains(&time.as_secs()) => {
                return Err(wrong(format!("a first call is to wait for {time:?}: 1-60 s are possible")));
            }
            Delivery::Webhook(url) => check_webhook(url)?,
            _ => {}
        }
        Replicate::new(Settings {
            token: SecretString::from(token.expose_secret().trim()),
            base: base_url(&self.base_url)?,
            delivery: self.delivery,
            cancel_after: self.cancel_after,
        })
    }

    /// As the environment says: nothing where `REPLICATE_API_TOKEN` is not set or empty.
    pub(super) fn from_env() -> Result<Option<Self>> {
        let read = |name: &str| std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|t| !t.is_empty());
        let Some(token) = read(TOKEN_VARIABLE) else { return Ok(None) };
        let builder = Self::default().with_token(token.into());
        Ok(Some(match read(BASE_VARIABLE) {
            Some(url) => builder.with_base_url(url),
            None => builder,
        }))
    }
}

/// The base with `/v1` and without a slash at its end.
fn base_url(text: &str) -> Result<Url> {
    let wrong = || Error::new(ErrorKind::InvalidConfig, "the address of Replicate's API is no http(s) address");
    let mut url = Url::parse(text.trim()).map_err(|error| wrong().with_source(error))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&if path.ends_with("/v1") { path } else { path + "/v1" });
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

fn check_webhook(text: &str) -> Result<()> {
    let wrong = "webhooks go to an https address that Replicate can reach";
    let url = Url::parse(text).map_err(|e| Error::new(ErrorKind::InvalidConfig, wrong).with_source(e))?;
    // Plain http only for trying things out on one machine: nobody else could be called there.
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "https" || (url.scheme() == "http" && local) {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::InvalidConfig, wrong).with_context("scheme", url.scheme()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> ReplicateBuilder {
        ReplicateBuilder::default().with_token("r8_secret".to_owned().into())
    }

    #[test]
    fn base_is_taken_with_and_without_version() {
        for text in ["https://a.example", "https://a.example/", "https://a.example/v1", "https://a.example/v1/"] {
            assert_eq!(base_url(text).map(String::from).map_err(|e| e.to_string()), Ok("https://a.example/v1".into()));
        }
        let nested = base_url("http://127.0.0.1:9/replicate/").map(String::from).expect("an address");
        assert_eq!(nested, "http://127.0.0.1:9/replicate/v1");
        assert!(base_url("ftp://a.example").is_err());
        assert!(base_url("here").is_err());
    }

    #[test]
    fn settings_are_checked() {
        let kind = |builder: ReplicateBuilder| builder.build().map(|_| ()).map_err(|error| error.kind());
        assert_eq!(kind(ReplicateBuilder::default()), Err(ErrorKind::InvalidConfig));
        assert_eq!(kind(builder().with_cancel_after(Duration::from_secs(4))), Err(ErrorKind::InvalidConfig));
        assert_eq!(kind(builder().with_delivery(Delivery::Wait(Duration::ZERO))), Err(ErrorKind::InvalidConfig));
        assert_eq!(
            kind(builder().with_delivery(Delivery::Wait(Duration::from_secs(61)))),
            Err(ErrorKind::InvalidConfig)
        );
        let webhook = |url: &str| builder().with_delivery(Delivery::Webhook(url.into()));
        assert_eq!(kind(webhook("http://a.example/hook")), Err(ErrorKind::InvalidConfig));
        assert_eq!(kind(webhook("https://a.example/hook")), Ok(()));
    }

    #[test]
    fn debug_shows_neither_token_nor_webhook_path() {
        let builder = builder().with_delivery(Delivery::Webhook("https://a.example/hook?key=hidden".into()));
        let text = format!("{builder:?} {:?}", builder.clone().build().expect("a client"));
        assert!(!text.contains("r8_secret") && !text.contains("hidden"), "{text}");
        assert!(text.contains("a.example"), "{text}");
    }
}
