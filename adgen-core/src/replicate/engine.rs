//! A job of one model from its order to its file: what video and audio have in common.
//!
//! May depend on `error`, `provider`'s contracts, and its neighbours but for `audio`, `video` and `builder`.

use super::{
    client::{Replicate, Told},
    delivery::Delivery,
    error::{clean, failure_of},
    input::PredictionInput,
    lookup::{self, Sought},
    model::{Kind, Model},
    output::file_of,
    pricing::{expected, metered, price_of},
    progress::progress,
    wire::{Prediction, Status},
};
use crate::{
    error::{ErrorKind, Result},
    provider::{CallContext, Cancelled, CostRange, Failure, Generated, Generation, JobId, Lookup, Price},
};
use chrono::TimeDelta;
use serde_json::Value;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// The first time to ask again, where nothing better is known: what the service's own clients use.
const FIRST_CHECK: Duration = Duration::from_millis(500);
/// Asking again is worth while after a twentieth of a job's age, within these.
const CHECKS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));
/// Where the service calls: in case it does not.
const SAFETY_NET: Duration = Duration::from_secs(300);
/// No clip that a model makes has more bytes, and no track.
const VIDEO_BYTES: u64 = 1 << 30;
const AUDIO_BYTES: u64 = 256 << 20;

/// One model of an account.
#[derive(Debug, Clone)]
pub(super) struct Engine {
    pub(super) replicate: Replicate,
    pub(super) model: Arc<Model>,
    /// The user's own price.
    pub(super) price: Option<Price>,
}

impl Engine {
    /// What an order is expected to cost.
    pub(super) fn estimate(&self, input: &PredictionInput) -> CostRange {
        expected(&self.model, self.price.as_ref(), &input.fields, input.billed_s)
    }

    /// The price of an input.
    pub(super) fn price_of(&self, input: &PredictionInput) -> Price {
        price_of(&self.model, self.price.as_ref(), &input.fields).clone()
    }

    pub(super) async fn start(&self, context: &CallContext, input: &PredictionInput) -> Result<Generation> {
        let door = self.replicate.claims().door(&self.essence_of(input));
        let _open = tokio::select! {
            biased;
            error = context.called_off() => return Err(error),
            open = door.read() => open,
        };
        let told = self.replicate.create(context.caller(), &self.model, &input.fields).await?;
        self.claim(&told.prediction.id, input);
        if told.prediction.status.is_final() {
            // Nobody will ask for it.
            self.replicate.claims().ask(&told.prediction.id);
        }
        Ok(self.read(told))
    }

    pub(super) async fn check(&self, context: &CallContext, job: &JobId) -> Result<Generation> {
        self.replicate.claims().ask(&job.0);
        Ok(self.read(self.replicate.prediction(context.caller(), job).await?))
    }

    pub(super) async fn cancel(&self, context: &CallContext, job: &JobId) -> Result<Cancelled> {
        self.replicate.claims().ask(&job.0);
        let prediction = self.replicate.cancel(context.caller(), job).await?.prediction;
        Ok(match prediction.status {
            Status::Succeeded | Status::Failed => Cancelled::AlreadyOver,
            Status::Aborted => Cancelled::Stopped { cost_usd: 0.0 },
            // One that has not got round to it yet will.
            _ => {
                let stopped = Prediction { status: Status::Canceled, ..prediction };
                Cancelled::Stopped { cost_usd: self.cost(&stopped) }
            }
        })
    }

    pub(super) async fn find(
        &self,
        context: &CallContext,
        input: &PredictionInput,
        since: SystemTime,
        known: &[JobId],
    ) -> Result<Lookup> {
        let essence = input.essence();
        let door = self.replicate.claims().door(&self.essence_of(input));
        let _alone = door.write().await;
        let sought = Sought { model: &self.model, essence: &essence, since, known };
        let found = lookup::find(&self.replicate, context.caller(), &sought).await?;
        if let Lookup::Found(job) = &found {
            self.claim(&job.0, input);
        }
        Ok(found)
    }

    pub(super) async fn fetch(&self, context: &CallContext, url: &str, target: &Path) -> Result<()> {
        let most = if self.model.kind == Kind::Video { VIDEO_BYTES } else { AUDIO_BYTES };
        context.unless_cancelled(self.replicate.fetch(url, target, most)).await
    }

    fn essence_of(&self, input: &PredictionInput) -> String {
        format!("{} {}", self.model.name, Value::Object(input.essence()))
    }

    fn claim(&self, id: &str, input: &PredictionInput) {
        self.replicate.claims().claim(id, self.estimate(input).expected_usd());
    }

    fn cost(&self, prediction: &Prediction) -> f64 {
        let remembered = self.replicate.claims().claimed(&prediction.id).map(|claim| claim.cost_usd);
        metered(&self.model, self.price.as_ref(), prediction, remembered)
    }

    /// What the contract makes of a prediction.
    fn read(&self, told: Told) -> Generation {
        let prediction = &told.prediction;
        let failed = |kind, message: String, again| {
            Generation::Failed(Failure {
                retryable: again,
                cost_usd: self.cost(prediction),
                ..Failure::new(kind, message)
            })
        };
        match &prediction.status {
            Status::Succeeded => match file_of(&prediction.output, self.model.kind) {
                Some(url) => Generation::Done(Generated::url(url, self.cost(prediction))),
                None if prediction.data_removed => failed(
                    ErrorKind::GenerationFailed,
                    "the output was deleted: Replicate keeps outputs for one hour".into(),
                    true,
                ),
                None => failed(
                    ErrorKind::GenerationFailed,
                    format!("{} succeeded without a usable file in its output", self.model.name),
                    false,
                ),
            },
            Status::Failed => {
                let text = clean(prediction.error.as_deref().unwrap_or_default());
                let (kind, again) = failure_of(&text);
                let said = if text.is_empty() { "without saying why" } else { &text };
                failed(kind, format!("{} failed: {said}", self.model.name), again)
            }
            Status::Canceled if ran_out(prediction) => failed(
                ErrorKind::Timeout,
                format!("{} ran longer than its deadline (with_cancel_after) and was stopped", self.model.name),
                false,
            ),
            Status::Canceled => failed(ErrorKind::Cancelled, "the job was cancelled".into(), false),
            Status::Aborted => failed(
                ErrorKind::Timeout,
                format!("{} did not start before its deadline; that costs nothing", self.model.name),
                true,
            ),
            Status::Starting | Status::Processing | Status::Other(_) => Generation::Pending {
                job: JobId(prediction.id.clone()),
                progress: progress(&prediction.logs),
                check_after: self.check_after(&told),
            },
        }
    }

    fn check_after(&self, told: &Told) -> Duration {
        // A blocking create may bring the output of a job that is still called unfinished: it is about to be.
        let about_done = !told.prediction.output.is_null();
        if about_done {
            return CHECKS.0;
        }
        if let Delivery::Webhook(_) = self.replicate.delivery() {
            return SAFETY_NET;
        }
        lookup::age(told).map_or(FIRST_CHECK, |age| (age / 20).clamp(CHECKS.0, CHECKS.1))
    }
}

/// Whether a cancelled job was stopped by its deadline and not by a person.
fn ran_out(prediction: &Prediction) -> bool {
    let times = prediction.deadline.zip(prediction.completed_at);
    times.is_some_and(|(deadline, end)| end >= deadline - TimeDelta::milliseconds(500))
}
