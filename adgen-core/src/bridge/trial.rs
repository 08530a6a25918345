//! Trying an implementation that is written in the other language.
//!
//! May depend on `testkit`, `error` and its neighbours.

use super::{
    answer::to_json,
    audio::HostAudio,
    host::{Host, Role},
    planner::HostPlanner,
    remover::HostRemover,
    video::HostVideo,
};
use crate::{
    error::{Error, ErrorKind, Result},
    testkit::{self, Case, RemoverCase, Report, Verdict},
};
use futures_util::FutureExt;
use image::RgbImage;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{panic::AssertUnwindSafe, path::PathBuf, sync::Arc, time::Duration};

/// With what an implementation is tried. As JSON, the fields of a testkit's case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    role: Role,
    /// What it is asked for; a background remover is asked about a photo instead.
    #[serde(default)]
    request: Value,
    #[serde(default)]
    folder: Option<PathBuf>,
    #[serde(default)]
    limit_s: Option<f64>,
    #[serde(default)]
    secrets: Vec<String>,
    #[serde(default)]
    done_at_once: bool,
    #[serde(default)]
    refuses_images: bool,
}

impl Trial {
    /// Reads JSON.
    ///
    /// # Errors
    /// `InvalidConfig` that says what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|error| Error::new(ErrorKind::InvalidConfig, format!("the case: {error}")))
    }

    fn limit(&self) -> Result<Duration> {
        Duration::try_from_secs_f64(self.limit_s.unwrap_or(60.0)).map_err(|_| {
            let message = format!("limit_s is {:?}: a number of seconds, 0 or more, is needed", self.limit_s);
            Error::new(ErrorKind::InvalidConfig, message)
        })
    }

    fn case<R: DeserializeOwned>(&self) -> Result<Case<R>> {
        let request = serde_json::from_value(self.request.clone())
            .map_err(|error| Error::new(ErrorKind::InvalidConfig, format!("the case's request: {error}")))?;
        let mut case = Case::new(request).with_limit(self.limit()?);
        if let Some(folder) = &self.folder {
            case = case.with_folder(folder);
        }
        case = self.secrets.iter().fold(case, |case, secret| case.with_secret(secret));
        Ok(if self.done_at_once { case.done_at_once() } else { case })
    }
}

/// Tries an implementation; a background remover with `photo`. Gives the report as JSON: `subject`, `passed`, and each check with
/// its `name`, `verdict` and `why`.
///
/// # Errors
/// `InvalidConfig` for a case that makes no sense, or an implementation that does not say who it is.
pub async fn try_out(host: Arc<dyn Host>, trial: Trial, photo: Option<RgbImage>) -> Result<String> {
    let tried = AssertUnwindSafe(tried(host, trial, photo)).catch_unwind().await;
    // What a method said that has no errors.
    tried.unwrap_or_else(|panic| match panic.downcast::<Error>() {
        Ok(error) => Err(*error),
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

async fn tried(host: Arc<dyn Host>, trial: Trial, photo: Option<RgbImage>) -> Result<String> {
    let report = match trial.role {
        Role::Planner => testkit::planner(&HostPlanner::new(host)?, &trial.case()?).await,
        Role::Video => {
            let case: testkit::VideoCase = trial.case()?;
            let case = if trial.refuses_images { case.refuses_images() } else { case };
            testkit::video(&HostVideo::new(host)?, &case).await
        }
        Role::Audio => testkit::audio(&HostAudio::new(host)?, &trial.case()?).await,
        Role::Remover => {
            let photo = photo.ok_or_else(|| {
                Error::new(ErrorKind::InvalidConfig, "a background remover is tried with a photo, and there is none")
            })?;
            let case = RemoverCase::new(photo).with_limit(trial.limit()?);
            let case = trial.secrets.iter().fold(case, |case, secret| case.with_secret(secret));
            let remover = HostRemover::new(host)?;
            let tried = tokio::task::spawn_blocking(move || testkit::remover(remover, &case)).await;
            tried.map_err(|error| Error::new(ErrorKind::Unexpected, "the trial stopped").with_source(error))?
        }
    };
    to_json(&told(&report))
}

fn told(report: &Report) -> Value {
    let checks = report.checks().iter().map(|check| match &check.verdict {
        Verdict::Passed => json!({ "name": check.name, "verdict": "passed" }),
        Verdict::Failed(how) => json!({ "name": check.name, "verdict": "failed", "why": how }),
        Verdict::Skipped(why) => json!({ "name": check.name, "verdict": "skipped", "why": why }),
    });
    let text = report.to_string();
    let subject = text.lines().next().unwrap_or_default();
    json!({ "subject": subject, "passed": report.is_passed(), "checks": checks.collect::<Vec<_>>(), "text": text })
}
