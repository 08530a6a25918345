//! Waiting for a job that was started, until its end is known.
//!
//! May depend on `http`, `provider`, `error` and its neighbours `job`, `wanted`, `retry_class`.

use super::{
    job::Job,
    retry_class::{is_silence, wait_of},
    wanted::{ATTEMPTS, LEAST_WAIT, PATIENCE, STOPPING, Trouble},
};
use crate::{
    error::{Error, ErrorKind},
    http::backoff,
    provider::{CallContext, Cancelled, Failure, Generated, Generation, JobId},
};
use std::time::Instant;
use tracing::Instrument;

impl Job<'_> {
    /// Asks until the job is over. Where the run ends before, `stop_jobs` decides what becomes of it.
    pub(super) async fn settle(&self, mut generation: Generation) -> Result<Generated, Trouble> {
        let Self { shop, wanted, order, .. } = self;
        let began = tokio::time::Instant::now();
        let context = self.context().await?;
        let (mut failures, mut silent_since) = (0, None);
        // What is made on this machine takes as long as the machine needs.
        let mut deadline = std::pin::pin!(async {
            match order.is_local() {
                true => std::future::pending().await,
                false => tokio::time::sleep_until(began + shop.job_timeout).await,
            }
        });
        loop {
            let (job, wait) = match generation {
                Generation::Done(generated) => return Ok(generated),
                Generation::Failed(failure) => return Err(Trouble::Over(failure)),
                Generation::Pending { job, progress, check_after } => {
                    if let Some(progress) = progress {
                        shop.progress.progress(wanted.stage, wanted.artifact, f64::from(progress).min(0.97));
                    }
                    (job, check_after.max(LEAST_WAIT))
                }
            };
            let wakeup = shop.wakeups.of(&job);
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = wakeup.notified() => {}
                () = &mut deadline => return Err(self.give_up(&job).await),
                () = shop.turns.cancel().cancelled() => return Err(Error::cancelled().into()),
            }
            let checked = tokio::select! {
                checked = order.check(&context, &job).instrument(self.span("check", failures + 1)) => checked,
                () = &mut deadline => return Err(self.give_up(&job).await),
                () = shop.turns.cancel().cancelled() => return Err(Error::cancelled().into()),
            };
            let error = match checked {
                Ok(next) => {
                    (failures, silent_since) = (0, None);
                    if !matches!(next, Generation::Pending { .. }) {
                        shop.jobs.forget(&job);
                    }
                    generation = next;
                    continue;
                }
                Err(error) => error,
            };
            // A provider may hear of it first: then its error says nothing about the job.
            shop.turns.check_cancelled()?;
            failures += 1;
            let since = *silent_since.get_or_insert_with(Instant::now);
            let wait = match wait_of(&error, failures) {
                Some(wait) if failures < ATTEMPTS || !self.is_free() => Some(wait),
                _ if !self.is_free() && is_silence(&error) => Some(backoff(failures)),
                _ => None,
            };
            match wait
                .filter(|&wait| wait <= shop.job_timeout && (failures < ATTEMPTS || since.elapsed() + wait < PATIENCE))
            {
                Some(wait) => self.pause(wait, failures, error.kind()).await?,
                None if error.kind() == ErrorKind::NotFound || self.is_free() => {
                    shop.jobs.forget(&job);
                    let failure = Failure::new(error.kind(), error.message());
                    return Err(if self.is_free() { error.into() } else { Trouble::Over(failure) });
                }
                None => {
                    let next = "run again: the job goes on at the provider and is taken up again";
                    return Err(error.with_context("job", &job).with_hint(next).into());
                }
            }
            generation = Generation::Pending { job, progress: None, check_after: LEAST_WAIT };
        }
    }

    /// A job that does not end is stopped, so that it costs no more.
    async fn give_up(&self, job: &JobId) -> Trouble {
        let limit = self.shop.job_timeout.as_secs();
        let message = format!("the job {job} did not end within {limit} s");
        match self
            .order
            .cancel(&CallContext::new().with_timeout(STOPPING), job)
            .instrument(self.span("cancel", 1))
            .await
        {
            Ok(Cancelled::Stopped { cost_usd }) => {
                self.shop.jobs.forget(job);
                let mut failure = Failure::new(ErrorKind::Timeout, format!("{message} and was stopped"));
                failure.cost_usd = cost_usd;
                Trouble::Over(failure)
            }
            Ok(_) => Error::new(ErrorKind::Timeout, message)
                .with_hint("run again: it has ended in the meantime and is fetched then")
                .into(),
            Err(error) => {
                Error::new(ErrorKind::Timeout, format!("{message}, and could not be stopped")).with_source(error).into()
            }
        }
    }
}
