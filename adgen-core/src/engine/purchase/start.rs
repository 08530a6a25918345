//! Starting a job: the one moment at which money is spent.
//!
//! The purchase's ledger says so before and after. Until a call is sent it can be called off; from then on it is waited for, and where
//! its answer is lost the provider is asked what became of it.

use super::{
    job::Job,
    jobs::OpenJob,
    purchases::Purchases,
    retry_class::{is_answer, wait_of},
    wanted::{ATTEMPTS, LEAST_WAIT, Trouble, Wanted},
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::backoff,
    provider::{Generation, JobId, Lookup},
};
use std::{sync::Arc, time::SystemTime};
use tracing::Instrument;

/// Why no job was started.
enum NotStarted {
    /// The call was called off before it was sent: nothing was ordered.
    Left(Error),
    /// As the provider says.
    Failed(Error),
}

impl From<Error> for NotStarted {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Why a call was called off: somebody cancelled the run, or its turn did not come.
fn left(shop: &Purchases) -> Error {
    if shop.turns.cancel().is_cancelled() {
        return Error::cancelled();
    }
    let message = format!("no turn came within {} s: nothing was ordered", shop.job_timeout.as_secs());
    Error::new(ErrorKind::Timeout, message).with_hint("run again when the provider takes more calls")
}

impl Job<'_> {
    /// Starts a job, and again where the provider says that nothing came of it.
    pub(super) async fn start(&self) -> Result<Generation, Trouble> {
        let mut attempt = 1;
        loop {
            let since = SystemTime::now();
            let error = match self.try_start().instrument(self.span("start", attempt)).await {
                Ok(generation) => return Ok(generation),
                // Nothing was sent, and the ledger says so already.
                Err(NotStarted::Left(error)) => return Err(error.into()),
                Err(NotStarted::Failed(error)) => error,
            };
            // Whatever it was, a job that nobody knows of must not stay behind.
            let lost = error.kind() == ErrorKind::OutcomeUnknown && !self.is_free();
            if lost {
                if let Some(generation) = self.look_up(since, Some(&error)).await? {
                    return Ok(generation);
                }
            } else if is_answer(&error) && !self.is_free() {
                self.close(&error, 0.0).await?;
            }
            let wait = if lost { Some(backoff(attempt)) } else { wait_of(&error, attempt) };
            match wait {
                // Whoever wants to be left alone for longer than a job may take is asked by the next run.
                Some(wait) if attempt < ATTEMPTS && wait <= self.shop.job_timeout => {
                    self.pause(wait, attempt, error.kind()).await?
                }
                _ => return Err(error.into()),
            }
            attempt += 1;
        }
    }

    /// The call and its entries in the ledger are one task, so that a dropped run cannot part them. A run that is cancelled, or
    /// that has waited too long, calls the call off while it waits for its turn; what was sent is waited for.
    async fn try_start(&self) -> Result<Generation, NotStarted> {
        let Self { shop, wanted, order, .. } = self;
        let (free, ledger) = (self.is_free(), self.ledger.clone());
        let artifact = wanted.artifact.to_owned();
        let ready = match shop.turns.check_cancelled() {
            Ok(()) => self.context().await,
            Err(error) => Err(error),
        };
        let context = match ready {
            Ok(context) => context.with_timeout(shop.job_timeout),
            Err(error) => {
                if let Some(ledger) = &ledger {
                    shop.artifacts.close(ledger, &error, 0.0).await?;
                }
                return Err(NotStarted::Left(error));
            }
        };
        let starting = shop.jobs.starting().await;
        let open = OpenJob { order: Arc::clone(order), stage: wanted.stage, artifact, ledger };
        let task = tokio::spawn({
            let shop = Arc::clone(shop);
            async move {
                let _starting = starting;
                if let Some(ledger) = &open.ledger {
                    ledger.used();
                    ledger.starting().await?;
                    // Somebody else may have taken the project, and with it the purchase, while this run stood still.
                    ledger.may_call().await?;
                }
                let started = match context.check_wanted() {
                    Ok(()) => open.order.start(&context).await,
                    Err(error) => Err(error),
                };
                match started {
                    Ok(generation) => {
                        if let Generation::Pending { job, .. } = &generation {
                            shop.jobs.remember(job.clone(), open.clone());
                            if let Some(ledger) = &open.ledger {
                                ledger.started(&job.0).await?;
                            }
                        }
                        Ok(generation)
                    }
                    // A provider that says it does not know has sent something, whatever else it says.
                    Err(error) if context.was_left_unsent() && error.kind() != ErrorKind::OutcomeUnknown => {
                        let error = left(&shop);
                        if let Some(ledger) = &open.ledger {
                            shop.artifacts.close(ledger, &error, 0.0).await?;
                        }
                        Err(NotStarted::Left(error))
                    }
                    Err(error) => Err(NotStarted::Failed(error)),
                }
            }
            .in_current_span()
        });
        task.await.unwrap_or_else(|panic| {
            // Not the provider: what it panics in comes as its error.
            let kind = if free { ErrorKind::Unexpected } else { ErrorKind::OutcomeUnknown };
            let error = Error::new(kind, "starting a job panicked: this is a defect of adgen").with_source(panic);
            Err(NotStarted::Failed(error))
        })
    }

    /// A job of an earlier run, as if it had just been started.
    pub(super) fn taken_up(&self, job: JobId) -> Generation {
        let Wanted { stage, artifact, .. } = &self.wanted;
        let (order, artifact, ledger) = (Arc::clone(&self.order), (*artifact).to_owned(), self.ledger.clone());
        self.shop.jobs.remember(job.clone(), OpenJob { order, stage: *stage, artifact, ledger });
        Generation::Pending { job, progress: None, check_after: LEAST_WAIT }
    }

    /// A call was made and nobody heard the answer, for the reason `lost` where that is known: asks the provider what became of
    /// it. `None`: nothing, and a new call buys nothing twice.
    pub(super) async fn look_up(&self, since: SystemTime, lost: Option<&Error>) -> Result<Option<Generation>> {
        let provider = &self.order.info().name;
        let unknown = |cause: Option<Error>| {
            let error = Error::new(
                ErrorKind::OutcomeUnknown,
                format!(
                    "a call to {provider} was made and its answer was lost; the job may have been paid for, so it is \
                     not bought again unasked"
                ),
            )
            .with_possibly_spent_usd(self.order.estimate().expected_usd())
            .with_hint("look at the provider's list of jobs, then change the scene's seed to order anew");
            match cause {
                Some(cause) => error.with_source(cause),
                None => error,
            }
        };
        let known = self.shop.artifacts.storage().jobs(provider, since).await?;
        let known: Vec<JobId> = known.into_iter().map(JobId).collect();
        let context = self.context().await?;
        let found = tokio::select! {
            found = self.order.find(&context, since, &known).instrument(self.span("find", 1)) => found,
            () = self.shop.turns.cancel().cancelled() => return Err(Error::cancelled()),
        };
        let Some(ledger) = &self.ledger else { return Ok(None) };
        match found {
            Ok(Lookup::Found(job)) => {
                ledger.looked_up(true).await?;
                ledger.started(&job.0).await?;
                let said = format!("{}: the job {job} was found again after its answer was lost", self.wanted.artifact);
                self.shop.progress.note(self.wanted.stage, said);
                Ok(Some(self.taken_up(job)))
            }
            Ok(Lookup::Absent) => {
                ledger.looked_up(false).await?;
                Ok(None)
            }
            Ok(_) => Err(unknown(lost.cloned())),
            Err(error) => {
                // A provider may hear of it first: then its error says nothing about the job.
                self.shop.turns.check_cancelled()?;
                Err(unknown(Some(error)))
            }
        }
    }
}
