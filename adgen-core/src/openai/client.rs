//! The account: address, key and limits, shared by everything that is asked there. The one place that reads OpenAI's
//! environment variables.
//!
//! May depend on `error`, `http` and its neighbour `error`.

use super::error::{PROVIDER, parse_error};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Answer, Api, ApiSettings, Call, Caller, Http, HttpOptions, Limits},
};
use reqwest::header::HeaderName;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::fmt;
use url::Url;

const BASE: &str = "https://api.openai.com/v1";
/// What the lowest paid tier allows, about; refusals say where it is less.
const LIMITS: Limits = Limits { creates_per_minute: 500.0, others_per_minute: 500.0, concurrent: 16 };

/// An account at OpenAI, or at a server that speaks its language. Clones share limits and connections.
///
/// Make one for an account and clone it: two that were made apart know nothing of each other, and together may call twice
/// as often as is allowed.
#[derive(Clone)]
pub struct OpenAi {
    api: Api,
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi").field("base_url", &self.api.base().as_str()).finish_non_exhaustive()
    }
}

impl OpenAi {
    /// Settings for an account.
    pub fn builder() -> OpenAiBuilder {
        OpenAiBuilder::default()
    }

    /// The account that the environment names: `OPENAI_API_KEY`, and where set `OPENAI_BASE_URL` (with the version,
    /// such as `http://localhost:8000/v1`), `OPENAI_ORG_ID` and `OPENAI_PROJECT_ID`. `None` without a key.
    ///
    /// # Errors
    /// `InvalidConfig` for an address or a key that cannot be used.
    pub fn from_env() -> Result<Option<Self>> {
        OpenAiBuilder::from_env().map(OpenAiBuilder::build).transpose()
    }

    /// The models that are served to this key: a call that costs nothing, to check key and model.
    ///
    /// # Errors
    /// `Unauthenticated` for a refused key; what the server or the network did.
    pub async fn models(&self) -> Result<ModelList> {
        let answer = self.call(&Caller::default(), Call::get("models")).await?;
        answer.json(PROVIDER)
    }

    /// The base address.
    pub fn base_url(&self) -> &str {
        self.api.base().as_str()
    }

    /// Whether it is OpenAI itself, not another server.
    pub(super) fn is_original(&self) -> bool {
        self.api.base().host_str() == Some("api.openai.com")
    }

    pub(super) async fn call(&self, caller: &Caller, call: Call) -> Result<Answer> {
        self.api.call(caller, call).await
    }

    /// The same where `judge` says of a success whether it is one.
    pub(super) async fn call_judged(
        &self,
        caller: &Caller,
        call: Call,
        judge: &(dyn Fn(&Answer) -> Result<()> + Send + Sync),
    ) -> Result<Answer> {
        self.api.call_judged(caller, call, judge).await
    }
}

/// Settings for an [`OpenAi`].
#[derive(Default)]
pub struct OpenAiBuilder {
    key: Option<SecretString>,
    base: Option<String>,
    headers: Vec<(HeaderName, String)>,
    http: HttpOptions,
}

impl fmt::Debug for OpenAiBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiBuilder").field("base_url", &self.base).finish_non_exhaustive()
    }
}

impl OpenAiBuilder {
    /// What the environment says, to add to it; see [`OpenAi::from_env`]. `None` without a key.
    pub fn from_env() -> Option<Self> {
        let read = |name: &str| std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|v| !v.is_empty());
        let mut builder = Self::default().with_key(SecretString::from(read("OPENAI_API_KEY")?));
        if let Some(base) = read("OPENAI_BASE_URL") {
            builder = builder.with_base_url(base);
        }
        if let Some(organization) = read("OPENAI_ORG_ID") {
            builder = builder.with_organization(organization);
        }
        if let Some(project) = read("OPENAI_PROJECT_ID") {
            builder = builder.with_project(project);
        }
        Some(builder)
    }

    /// The key. Required; servers of one's own mostly take any.
    #[must_use]
    pub fn with_key(mut self, key: SecretString) -> Self {
        self.key = Some(key);
        self
    }

    /// Another address than `https://api.openai.com/v1`, the API's version included.
    #[must_use]
    pub fn with_base_url(mut self, base: impl Into<String>) -> Self {
        self.base = Some(base.into());
        self
    }

    /// The organisation that pays, where the key belongs to several.
    #[must_use]
    pub fn with_organization(mut self, id: impl Into<String>) -> Self {
        self.headers.push((HeaderName::from_static("openai-organization"), id.into()));
        self
    }

    /// The project that pays, where the key belongs to several.
    #[must_use]
    pub fn with_project(mut self, id: impl Into<String>) -> Self {
        self.headers.push((HeaderName::from_static("openai-project"), id.into()));
        self
    }

    /// How calls travel: proxy, further roots to trust, time for a connection.
    #[must_use]
    pub fn with_http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// The account. Makes no call.
    ///
    /// # Errors
    /// `InvalidConfig` without a key, or for an address, a key or [`HttpOptions`] that cannot be used; `NotFound` or `Io`
    /// for a file of certificates that cannot be read.
    pub fn build(self) -> Result<OpenAi> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidConfig, message);
        let key = self.key.filter(|key| !key.expose_secret().trim().is_empty());
        let key = key.ok_or_else(|| invalid("no key for OpenAI; set OPENAI_API_KEY".to_owned()))?;
        let text = self.base.as_deref().unwrap_or(BASE).trim().trim_end_matches('/');
        let base = Url::parse(text).map_err(|error| {
            invalid(format!("{text:?} is no address for OPENAI_BASE_URL; {BASE} is one")).with_source(error)
        })?;
        if base.query().is_some()
            || base.fragment().is_some()
            || !base.username().is_empty()
            || base.password().is_some()
        {
            // It is not repeated: what stands there may be a secret.
            let message = "OPENAI_BASE_URL has a user, a query or a fragment; a plain address is allowed";
            return Err(invalid(message.to_owned()));
        }
        if let Some((name, _)) =
            self.headers.iter().find(|(_, value)| value.bytes().any(|b| !(0x20..0x7F).contains(&b)))
        {
            return Err(invalid(format!("{name} has characters that no header can hold")));
        }
        let settings =
            ApiSettings { provider: PROVIDER, base, key, headers: self.headers, parse_error, limits: LIMITS };
        Ok(OpenAi { api: Api::new(settings, Http::new(self.http)?)? })
    }
}

/// The models that a server offers to a key.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct ModelList {
    /// In the server's order.
    #[serde(rename = "data")]
    pub models: Vec<ServedModel>,
}

/// One model that a server offers.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct ServedModel {
    /// Its name.
    pub id: String,
    /// The day on which it will be gone, `YYYY-MM-DD`, where one is announced.
    #[serde(default)]
    pub shutdown_date: Option<String>,
}

impl ModelList {
    /// The entry of a model; `None` where it is not served (any more).
    pub fn get(&self, model: &str) -> Option<&ServedModel> {
        self.models.iter().find(|served| served.id == model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(base: &str) -> Result<OpenAi> {
        OpenAi::builder().with_key(SecretString::from("sk-secret")).with_base_url(base).build()
    }

    #[test]
    fn a_slash_at_the_end_does_not_matter() {
        for base in ["http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1/", " http://127.0.0.1:1/v1// "] {
            assert_eq!(build(base).unwrap().base_url(), "http://127.0.0.1:1/v1");
        }
        assert!(build(BASE).unwrap().is_original() && !build("http://127.0.0.1:1/v1").unwrap().is_original());
    }

    #[test]
    fn wrong_settings_are_named() {
        for base in ["", "nonsense", "https://u:pw@h/v1", "https://h/v1?api-version=1", "https://h/#x"] {
            let error = build(base).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{base}");
            assert!(!error.to_string().contains("pw"), "{error}");
        }
        assert!(OpenAi::builder().build().unwrap_err().to_string().contains("OPENAI_API_KEY"));
        assert!(OpenAi::builder().with_key(SecretString::from(" ")).build().is_err());
        let split = OpenAi::builder().with_key(SecretString::from("k")).with_project("a\r\nb").build();
        assert_eq!(split.unwrap_err().kind(), ErrorKind::InvalidConfig);
    }

    #[test]
    fn no_debug_shows_the_key() {
        let builder = OpenAi::builder().with_key(SecretString::from("sk-secret"));
        let text = format!("{builder:?}") + &format!("{:?}", builder.build().unwrap());
        assert!(!text.contains("secret"), "{text}");
    }

    #[test]
    fn lists_name_the_last_day_of_a_model() {
        let list: ModelList = serde_json::from_str(
            r#"{"object":"list","data":[{"id":"a","object":"model","new":1},{"id":"b","shutdown_date":"2027-01-06"}]}"#,
        )
        .unwrap();
        assert_eq!(list.models.len(), 2);
        assert_eq!(list.get("b").and_then(|model| model.shutdown_date.as_deref()), Some("2027-01-06"));
        assert!(list.get("a").is_some_and(|model| model.shutdown_date.is_none()) && list.get("c").is_none());
    }
}
