//! How a [`Replicate`] account is made: by its builder, or as the environment says.
//!
//! May depend on `error`, `http` and its neighbours `client` and `delivery`.

use super::{
    client::{Replicate, Settings},
    delivery::Delivery,
    error::TOKEN_VARIABLE,
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Http, HttpOptions},
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use url::Url;

/// Where the API lives.
const DEFAULT_BASE: &str = "https://api.replicate.com/v1";
/// The variable with another base address.
const BASE_VARIABLE: &str = "REPLICATE_BASE_URL";
/// The shortest deadline that the API takes.
const MIN_CANCEL_AFTER: Duration = Duration::from_secs(5);
/// Long enough for the slowest model of the list, and half of what the service itself allows.
const DEFAULT_CANCEL_AFTER: Duration = Duration::from_secs(15 * 60);

impl Replicate {
    /// To say what differs from the defaults.
    pub fn builder() -> ReplicateBuilder {
        ReplicateBuilder::default()
    }

    /// As the environment says: `REPLICATE_API_TOKEN`, and `REPLICATE_BASE_URL` for another address. Nothing where there is
    /// no token. Makes no call.
    ///
    /// # Errors
    /// `InvalidConfig` for an address that is none, or a token that no header can hold.
    pub fn from_env() -> Result<Option<Self>> {
        ReplicateBuilder::from_env().map(ReplicateBuilder::build).transpose()
    }
}

/// Builds a [`Replicate`] client.
#[derive(Debug, Clone)]
pub struct ReplicateBuilder {
    token: Option<SecretString>,
    base_url: String,
    delivery: Delivery,
    cancel_after: Duration,
    http: HttpOptions,
}

impl Default for ReplicateBuilder {
    fn default() -> Self {
        Self {
            token: None,
            base_url: DEFAULT_BASE.into(),
            delivery: Delivery::Poll,
            cancel_after: DEFAULT_CANCEL_AFTER,
            http: HttpOptions::default(),
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

    /// How calls travel: proxy, further roots to trust, time for a connection. It holds for fetched files, too.
    #[must_use]
    pub fn with_http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// The client. Makes no call.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] for a missing token, an address that is none, a time out of range, and [`HttpOptions`]
    /// that cannot be used; [`ErrorKind::NotFound`] or [`ErrorKind::Io`] for a file of certificates that cannot be read.
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
        self.delivery.check()?;
        Replicate::new(Settings {
            token: SecretString::from(token.expose_secret().trim()),
            base: base_url(&self.base_url)?,
            delivery: self.delivery,
            cancel_after: self.cancel_after,
            http: Http::new(self.http)?,
        })
    }

    /// What the environment says, to add to it: nothing where `REPLICATE_API_TOKEN` is not set or empty.
    pub fn from_env() -> Option<Self> {
        let read = |name: &str| std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|t| !t.is_empty());
        let builder = Self::default().with_token(read(TOKEN_VARIABLE)?.into());
        Some(match read(BASE_VARIABLE) {
            Some(url) => builder.with_base_url(url),
            None => builder,
        })
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
    fn options_of_the_way_are_checked_and_hold() {
        let wrong = builder().with_http(HttpOptions::default().with_root_certificates_pem("nonsense")).build();
        let error = wrong.expect_err("no certificate");
        assert!(error.kind() == ErrorKind::InvalidConfig && error.message().contains("BEGIN CERTIFICATE"), "{error}");
        let missing = builder().with_http(HttpOptions::default().with_root_certificates_file("/no/such/file")).build();
        assert_eq!(missing.expect_err("no file").kind(), ErrorKind::NotFound);
    }

    #[test]
    fn debug_shows_neither_token_nor_webhook_path() {
        let builder = builder().with_delivery(Delivery::Webhook("https://a.example/hook?key=hidden".into()));
        let text = format!("{builder:?} {:?}", builder.clone().build().expect("a client"));
        assert!(!text.contains("r8_secret") && !text.contains("hidden"), "{text}");
        assert!(text.contains("a.example"), "{text}");
    }
}
