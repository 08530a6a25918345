//! What needs no studio.
//!
//! May depend on `machine`, `project` (validation, schemas), `replicate` (webhooks), `studio`, `engine` (schemas of options) and `error`.

use super::answer::to_json;
use crate::{
    engine::RunOptions,
    error::{Error, ErrorKind, Result},
    machine::{doctor, fetch_models},
    project,
    replicate::{Replicate, verify_webhook as verify},
    studio::StudioConfig,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::{
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// One question to adgen itself that may take a while. As JSON, `tool` names it.
#[derive(Debug, Deserialize)]
#[serde(tag = "tool", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Tool {
    WebhookSecret,
    Doctor { offline: bool },
    FetchModels { name: Option<String>, from: Option<PathBuf>, non_commercial: bool },
}

impl Tool {
    /// Reads JSON.
    ///
    /// # Errors
    /// `InvalidConfig` that says what is wrong with the arguments.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|error| Error::new(ErrorKind::InvalidConfig, format!("arguments: {error}")))
    }

    /// Asks; gives JSON.
    ///
    /// # Errors
    /// Those of the question.
    pub async fn ask(self) -> Result<String> {
        match self {
            Self::WebhookSecret => {
                let account = Replicate::from_env()?.ok_or_else(|| {
                    Error::new(ErrorKind::Unauthenticated, "there is no key of Replicate")
                        .with_hint("set REPLICATE_API_TOKEN")
                })?;
                to_json(&account.webhook_secret().await?.expose_secret())
            }
            Self::Doctor { offline } => to_json(&doctor(offline).await),
            Self::FetchModels { name, from, non_commercial } => {
                to_json(&fetch_models(name.as_deref(), from.as_deref(), non_commercial, &|_, _| ()).await?)
            }
        }
    }
}

/// Every problem of a document, as JSON: a list of objects with `path` and `message`, empty where it is sound.
///
/// # Errors
/// None that a document could cause.
pub fn validate(document: &str) -> Result<String> {
    to_json(&project::validate_json(document))
}

/// The JSON Schema of `project`, `studio_config` or `run_options`.
///
/// # Errors
/// `InvalidConfig` for another name.
pub fn schema(of: &str) -> Result<String> {
    to_json(&match of {
        "project" => project::schema(),
        "studio_config" => StudioConfig::schema(),
        "run_options" => RunOptions::schema(),
        other => {
            let message = format!("there is no schema {other:?}: project, studio_config and run_options are there");
            return Err(Error::new(ErrorKind::InvalidConfig, message));
        }
    })
}

/// Checks a webhook of Replicate, with `headers` by their names in lower case, and gives the event as JSON: what a run is
/// notified of. `now` is in seconds since 1970, the machine's clock where missing; `tolerance_s` is how far the webhook's own time
/// may be from it.
///
/// # Errors
/// As [`crate::replicate::verify_webhook`]; `InvalidInput` for a header that is missing.
pub fn verify_webhook(
    secret: &str,
    header: impl Fn(&str) -> Option<String>,
    body: &[u8],
    now: Option<f64>,
    tolerance_s: f64,
) -> Result<String> {
    let header = |name: &str| {
        header(name).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, format!("the webhook has no header {name}"))
                .with_hint("hand in the request's headers as they came")
        })
    };
    let seconds = |name: &str, value: f64| {
        Duration::try_from_secs_f64(value).map_err(|_| {
            Error::new(ErrorKind::InvalidConfig, format!("{name} is {value}: seconds, 0 or more, are needed"))
        })
    };
    let now = match now {
        Some(now) => UNIX_EPOCH.checked_add(seconds("now", now)?).unwrap_or_else(SystemTime::now),
        None => SystemTime::now(),
    };
    let (id, timestamp, signature) =
        (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let secret = SecretString::from(secret.to_owned());
    to_json(&verify(&secret, &id, &timestamp, &signature, body, now, seconds("tolerance_s", tolerance_s)?)?)
}
