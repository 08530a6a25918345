//! The account: its token, its limits, the jobs that it knows, and the calls that are made.
//!
//! May depend on `error`, `http`, `provider`'s contracts, and its neighbours `claims`, `delivery`, `error`, `model` and `wire`.

use super::{
    claims::Claims,
    delivery::Delivery,
    error::parse_error,
    model::Model,
    wire::{PROVIDER, Page, Prediction, Strange, server_time},
};
use crate::{
    error::{Error, ErrorKind, Result, Retry},
    http::{Answer, Api, ApiSettings, Body, Call, Caller, Http, Limits, Repeat},
    provider::JobId,
};
use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::header::HeaderName;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use std::{path::Path, sync::Arc, time::Duration};
use url::Url;

/// What the service documents: creations and other calls a minute.
const LIMITS: Limits = Limits { creates_per_minute: 600.0, others_per_minute: 3000.0, concurrent: 64 };
/// Beyond the time for which the service itself waits.
const WAIT_SLACK: Duration = Duration::from_secs(30);

/// What a client is told once.
pub(super) struct Settings {
    pub(super) token: SecretString,
    pub(super) base: Url,
    pub(super) delivery: Delivery,
    pub(super) cancel_after: Duration,
    pub(super) http: Http,
}

/// An account at Replicate. Clones are cheap and share connections, limits, and the memory of jobs that are spoken for.
///
/// Make one for an account and clone it. Two that were made apart know nothing of each other: together they may call
/// twice as often as is allowed, and after a lost answer one may take up the other's job where both ordered exactly the same.
#[derive(Debug, Clone)]
pub struct Replicate {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    api: Api,
    delivery: Delivery,
    cancel_after: Duration,
    claims: Claims,
}

/// A prediction, and the server's clock when it was told.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) prediction: Prediction,
    pub(super) now: Option<DateTime<Utc>>,
}

impl Told {
    fn read(answer: &Answer) -> Result<Self> {
        Ok(Self { prediction: Prediction::read(answer)?, now: server_time(answer) })
    }
}

impl Replicate {
    pub(super) fn new(settings: Settings) -> Result<Self> {
        let Settings { token, base, delivery, cancel_after, http } = settings;
        let settings =
            ApiSettings { provider: PROVIDER, base, key: token, headers: Vec::new(), parse_error, limits: LIMITS };
        let (api, claims) = (Api::new(settings, http)?, Claims::default());
        Ok(Self { inner: Arc::new(Inner { api, delivery, cancel_after, claims }) })
    }

    /// The name of the account: the cheapest way to see whether the token is good.
    ///
    /// # Errors
    /// `Unauthenticated` for a token that is refused; as the network did.
    pub async fn account(&self) -> Result<String> {
        let account: Value = self.inner.api.call(&Caller::default(), Call::get("account")).await?.json(PROVIDER)?;
        let name = account.get("username").or(account.get("name")).and_then(Value::as_str);
        name.map(str::to_owned).ok_or_else(|| Strange::Account.into())
    }

    /// The secret with which this account's webhooks are signed, for [`verify_webhook`](crate::replicate::verify_webhook). Ask once and
    /// keep it.
    ///
    /// # Errors
    /// `Unauthenticated` for a token that is refused; as the network did.
    pub async fn webhook_secret(&self) -> Result<SecretString> {
        let secret: Value =
            self.inner.api.call(&Caller::default(), Call::get("webhooks/default/secret")).await?.json(PROVIDER)?;
        let key = secret.get("key").and_then(Value::as_str).ok_or(Strange::Secret)?;
        Ok(SecretString::from(key))
    }

    pub(super) fn claims(&self) -> &Claims {
        &self.inner.claims
    }

    pub(super) fn delivery(&self) -> &Delivery {
        &self.inner.delivery
    }

    /// Orders a job. Never repeated where it may have come through.
    pub(super) async fn create(&self, caller: &Caller, model: &Model, input: &Map<String, Value>) -> Result<Told> {
        let mut body = json!({ "input": input });
        let path = match &model.version {
            Some(version) => {
                body["version"] = version.as_str().into();
                "predictions".to_owned()
            }
            None => format!("models/{}/predictions", model.name),
        };
        let cancel_after = format!("{}s", self.inner.cancel_after.as_secs());
        let mut headers = vec![(HeaderName::from_static("cancel-after"), cancel_after)];
        let mut waits = Duration::ZERO;
        match &self.inner.delivery {
            Delivery::Poll => {}
            Delivery::Wait(time) => {
                waits = *time;
                headers.push((HeaderName::from_static("prefer"), format!("wait={}", time.as_secs())));
            }
            Delivery::Webhook(url) => {
                body["webhook"] = url.as_str().into();
                body["webhook_events_filter"] = json!(["start", "completed"]);
            }
        }
        let mut call = Call::post(path, Body::Json(body), Repeat::Create);
        call.headers = headers;
        call.timeout = waits + WAIT_SLACK;
        // Room for the repetitions that a small rate limit needs.
        call.deadline = waits + Duration::from_secs(120);
        let answer = self.inner.api.call(caller, call).await.map_err(|error| no_model(&model.name, error))?;
        // Whatever it says: with such a status a job was made.
        Told::read(&answer).map_err(|error| {
            Error::new(ErrorKind::OutcomeUnknown, "Replicate took the job, and its answer cannot be read")
                .with_model(&model.name)
                .with_source(error)
        })
    }

    /// Asks for a job.
    pub(super) async fn prediction(&self, caller: &Caller, job: &JobId) -> Result<Told> {
        let call = Call::get(path_of(job)?);
        let answer = self.inner.api.call(caller, call).await.map_err(|error| unknown_job(job, error))?;
        Told::read(&answer).map_err(|error| garbled(error).with_context("job", job))
    }

    /// Stops a job; the job as it is then.
    pub(super) async fn cancel(&self, caller: &Caller, job: &JobId) -> Result<Told> {
        let path = format!("{}/cancel", path_of(job)?);
        match self.inner.api.call(caller, Call::post(path, Body::None, Repeat::Safe)).await {
            Ok(answer) => match Told::read(&answer) {
                Ok(told) => Ok(told),
                // The call worked; what became of the job can be asked for.
                Err(_) => self.prediction(caller, job).await,
            },
            // A finished job cannot be stopped, and some gateways say so with an error.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
                let told = self.prediction(caller, job).await?;
                if told.prediction.status.is_final() { Ok(told) } else { Err(error) }
            }
            Err(error) => Err(unknown_job(job, error)),
        }
    }

    /// A page of the account's predictions, the newest first, and the server's clock.
    pub(super) async fn page(
        &self,
        caller: &Caller,
        after: Option<DateTime<Utc>>,
    ) -> Result<(Page, Option<DateTime<Utc>>)> {
        let mut call = Call::get("predictions");
        call.query =
            after.iter().map(|time| ("created_after", time.to_rfc3339_opts(SecondsFormat::Millis, true))).collect();
        let answer = self.inner.api.call(caller, call).await?;
        Ok((Page::read(&answer).map_err(garbled)?, server_time(&answer)))
    }

    /// The page at an address that a page named; nothing where that address is not the API's own.
    pub(super) async fn next_page(&self, caller: &Caller, url: &str) -> Result<Option<Page>> {
        match self.inner.api.base().join(url) {
            Ok(url) if self.inner.api.is_own(&url) => {
                let answer = self.inner.api.call(caller, Call::get(url.as_str())).await?;
                Page::read(&answer).map_err(garbled).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// What the service says about a model: its versions and their inputs.
    pub(super) async fn describe(&self, name: &str) -> Result<Value> {
        let answer = self.inner.api.call(&Caller::default(), Call::get(format!("models/{name}"))).await;
        answer.map_err(|error| no_model(name, error))?.json(PROVIDER)
    }

    /// Hands a file over; its address for inputs.
    pub(super) async fn upload(
        &self,
        caller: &Caller,
        path: &Path,
        name: String,
        content_type: &'static str,
    ) -> Result<String> {
        let body = Body::File { path: path.to_owned(), name, content_type };
        let mut call = Call::post("files", body, Repeat::Safe);
        // 100 MB over a slow line.
        call.timeout = Duration::from_secs(300);
        call.deadline = Duration::from_secs(600);
        let file: Value = self.inner.api.call(caller, call).await?.json(PROVIDER)?;
        let url = file.pointer("/urls/get").and_then(Value::as_str);
        url.map(str::to_owned).ok_or_else(|| Strange::File.into())
    }

    /// Fetches what a job made. The token goes along to the API's own address at the most.
    pub(super) async fn fetch(&self, url: &str, target: &Path, max_bytes: u64) -> Result<()> {
        self.inner.api.fetch(url, target, max_bytes).await
    }
}

/// The path of a job. Its name comes from a ledger, and is checked before it becomes part of an address.
fn path_of(job: &JobId) -> Result<String> {
    let is_name =
        !job.0.is_empty() && job.0.len() <= 128 && job.0.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    if is_name {
        Ok(format!("predictions/{job}"))
    } else {
        Err(Error::new(ErrorKind::NotFound, format!("{:?} is no job of Replicate", job.0)))
    }
}

/// A success that is no answer of the API's, such as a proxy's page: asking again later may help, and costs nothing.
fn garbled(error: Error) -> Error {
    error.with_retry(Retry::After(Duration::from_secs(2)))
}

fn unknown_job(job: &JobId, error: Error) -> Error {
    if error.kind() != ErrorKind::NotFound {
        return error.with_context("job", job);
    }
    Error::new(ErrorKind::NotFound, format!("Replicate knows no job {job}"))
        .with_hint("check that the token is of the account that ordered it")
        .with_source(error)
}

/// A model that is not there.
fn no_model(name: &str, error: Error) -> Error {
    if error.kind() != ErrorKind::NotFound {
        return error.with_model(name);
    }
    Error::new(ErrorKind::NotFound, format!("Replicate has no model {name:?}: it was retired, or its name is misspelt"))
        .with_hint("choose another: --video-model or --audio-model, ADGEN_VIDEO_MODEL or ADGEN_AUDIO_MODEL")
        .with_source(error)
}
