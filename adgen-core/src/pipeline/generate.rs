//! Drives one job at a provider from before the call until the file is stored, so that nothing paid for is lost or
//! bought twice: `starting` is journaled before the call, `started` right after, `finished` before anything uses it.
//!
//! A job whose end is not known is left open in the journal, and the next run takes it up again. It is closed, with what
//! it cost, once the provider says that it is over or that it never began.

use super::{
    advice,
    again::{is_silence, wait_of},
    context::{Context, Made, Product, Reserved},
    event::Event,
    order::Order,
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Repetition, backoff, watched},
    project::Stage,
    provider::{Cancelled, Content, Failure, Generated, Generation, JobId, Price},
    store::UnfinishedJob,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// Consecutive failures of one call that are borne before the job counts as failed.
pub(super) const ATTEMPTS: u32 = 4;
/// How often a job is ordered where the provider says that the next one may succeed.
const ORDERS: u32 = 2;
/// No job is asked for more often than this, whatever the provider says.
pub(super) const LEAST_WAIT: Duration = Duration::from_millis(20);
/// A job that was paid for is asked for again for this long while its provider does not answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is to be made, and as what it is stored.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) stage: Stage,
    pub(crate) product: &'a str,
    pub(crate) key: &'a str,
    pub(crate) file: String,
    /// Checks a made file; gives an error that names what is wrong with it.
    pub(crate) accept: fn(&Path) -> Result<()>,
}

/// Why a job gave nothing.
pub(super) enum Trouble {
    /// The provider says so: it is over, and cost what it cost.
    Over(Failure),
    /// Its end is not known, or nothing was ever begun.
    Error(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Gives the product: as it lies there, from a job that is under way, or from a new one.
pub(crate) async fn generate(context: &Arc<Context>, wanted: Wanted<'_>, order: Arc<dyn Order>) -> Result<Product> {
    // Two scenes that want the same thing buy it once.
    let _alone = match order.info().price.is_free() {
        true => None,
        false => Some(tokio::select! {
            alone = context.shelf.alone_with(wanted.key) => alone,
            () = context.cancel.cancelled() => return Err(Error::cancelled()),
        }),
    };
    if let Some(found) = context.find(wanted.stage, wanted.product, wanted.key).await? {
        return Ok(found);
    }
    advice::check_past(context, &wanted, order.info()).await?;
    // Work on this machine takes its turn with the pipeline's own.
    let _turn = match order.is_local() {
        true => Some(tokio::select! {
            turn = context.turns.take(order.megabytes()) => turn.ok_or_else(Error::cancelled)?,
            () = context.cancel.cancelled() => return Err(Error::cancelled()),
        }),
        false => None,
    };
    context.check_cancelled()?;
    context.tracker.started(wanted.stage);
    let began = Instant::now();
    let job = Job { context, wanted, order };
    let mut ordered = 0;
    let (made, _reserved) = loop {
        ordered += 1;
        // Held until the cost is in the journal, so that jobs under way count.
        let mut reserved = None;
        match job.once(&mut reserved).await {
            Ok((generated, path)) => break (job.made(generated, path), reserved),
            Err(Trouble::Error(error)) => return Err(job.named(error)),
            Err(Trouble::Over(mut failure)) => {
                // Somebody else cancelled it there: that is no wish to stop this run.
                if failure.kind == ErrorKind::Cancelled && !context.cancel.is_cancelled() {
                    failure.kind = ErrorKind::GenerationFailed;
                }
                let error = job.named(failure.to_error());
                job.close(&error, failure.cost_usd).await?;
                drop(reserved);
                if !failure.again || ordered == ORDERS {
                    return Err(error);
                }
                let said = format!("{}: {}; it is ordered once more", job.wanted.product, error.message());
                context.tracker.note(job.wanted.stage, said);
                job.pause(backoff(1), ordered, error.kind()).await?;
            }
        }
    };
    let Job { context, wanted, .. } = job;
    context.keep(wanted.stage, wanted.product, wanted.key, made, began).await
}

/// One job on its way.
pub(super) struct Job<'a> {
    pub(super) context: &'a Arc<Context>,
    pub(super) wanted: Wanted<'a>,
    pub(super) order: Arc<dyn Order>,
}

impl Job<'_> {
    pub(super) fn is_free(&self) -> bool {
        self.order.info().price.is_free()
    }

    /// One job from its beginning, or from where an earlier run left it, to a good file on this machine. What it costs is
    /// set aside; what an earlier run bought, or may have, is only counted: nothing new is spent on it.
    async fn once(&self, reserved: &mut Option<Reserved>) -> Result<(Generated, PathBuf), Trouble> {
        let unfinished = self.context.journal.lock().await.unfinished_job(self.wanted.key);
        let generation = match unfinished {
            UnfinishedJob::Known { job, expected_usd } => {
                *reserved = Some(self.context.reserve_bought(expected_usd));
                let over = self.go_on(self.taken_up(JobId(job))).await;
                return over.map_err(|trouble| self.at_most(expected_usd, trouble));
            }
            UnfinishedJob::Unknown(since) if !self.is_free() => {
                *reserved = Some(self.context.reserve_bought(self.order.estimate().expected_usd()));
                match self.look_up(since).await? {
                    Some(generation) => generation,
                    None => {
                        *reserved = None;
                        self.order_anew(reserved).await?
                    }
                }
            }
            UnfinishedJob::Unknown(_) | UnfinishedJob::None => self.order_anew(reserved).await?,
        };
        self.go_on(generation).await
    }

    async fn order_anew(&self, reserved: &mut Option<Reserved>) -> Result<Generation, Trouble> {
        *reserved = Some(self.context.reserve(&self.order.info().name, self.order.estimate())?);
        self.start().await
    }

    async fn go_on(&self, generation: Generation) -> Result<(Generated, PathBuf), Trouble> {
        let generated = self.settle(generation).await?;
        let path = self.fetch(&generated).await?;
        Ok((generated, path))
    }

    /// A provider that has forgotten what was ordered reckons with its dearest; the journal knows better where the price
    /// is one of outputs, not of running time.
    fn at_most(&self, expected_usd: f64, trouble: Trouble) -> Trouble {
        match (trouble, &self.order.info().price) {
            (Trouble::Over(mut failure), Price::Second { .. } | Price::Output { .. }) => {
                failure.cost_usd = failure.cost_usd.min(expected_usd);
                Trouble::Over(failure)
            }
            (trouble, _) => trouble,
        }
    }

    /// Asks until the job is over. Where the run ends before, `stop_jobs` decides what becomes of it.
    async fn settle(&self, mut generation: Generation) -> Result<Generated, Trouble> {
        let Self { context, wanted, order } = self;
        let began = tokio::time::Instant::now();
        let (mut failures, mut silent_since) = (0, None);
        loop {
            let (job, wait) = match generation {
                Generation::Done(generated) => return Ok(generated),
                Generation::Failed(failure) => return Err(Trouble::Over(failure)),
                Generation::Pending { job, progress, check_after } => {
                    if let Some(progress) = progress {
                        context.tracker.progress(wanted.stage, wanted.product, f64::from(progress).min(0.97));
                    }
                    (job, check_after.max(LEAST_WAIT))
                }
            };
            let bell = context.bells.of(&job);
            // What is made on this machine takes as long as the machine needs.
            let deadline = async {
                match order.is_local() {
                    true => std::future::pending().await,
                    false => tokio::time::sleep_until(began + context.job_timeout).await,
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = bell.notified() => {}
                () = deadline => return Err(self.give_up(&job).await),
                () = context.cancel.cancelled() => return Err(Error::cancelled().into()),
            }
            let checked = tokio::select! {
                checked = watched(self.watch(), order.check(&job)) => checked,
                () = context.cancel.cancelled() => return Err(Error::cancelled().into()),
            };
            let error = match checked {
                Ok(next) => {
                    (failures, silent_since) = (0, None);
                    if !matches!(next, Generation::Pending { .. }) {
                        context.forget_job(&job);
                    }
                    generation = next;
                    continue;
                }
                Err(error) => error,
            };
            failures += 1;
            let since = *silent_since.get_or_insert_with(Instant::now);
            let wait = match wait_of(&error, failures) {
                Some(wait) if failures < ATTEMPTS || !self.is_free() => Some(wait),
                _ if !self.is_free() && is_silence(&error) => Some(backoff(failures)),
                _ => None,
            };
            match wait.filter(|&wait| failures < ATTEMPTS || since.elapsed() + wait < PATIENCE) {
                Some(wait) => self.pause(wait, failures, error.kind()).await?,
                None if error.kind() == ErrorKind::NotFound || self.is_free() => {
                    context.forget_job(&job);
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
        let limit = self.context.job_timeout.as_secs();
        let message = format!("the job {job} did not end within {limit} s");
        match self.order.cancel(job).await {
            Ok(Cancelled::Stopped { cost_usd }) => {
                self.context.forget_job(job);
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

    /// The made file on this machine. What comes from the web is fetched again where it is no good, never made again.
    async fn fetch(&self, generated: &Generated) -> Result<PathBuf, Trouble> {
        let Self { context, wanted, order } = self;
        let bad = |error: &Error| {
            // By this kind later runs know it: see `advice::check_past`.
            let mut body = error.body();
            let hint = body.hint.take();
            let failure = Failure::new(ErrorKind::Media, body.to_string());
            let failure = Failure { cost_usd: generated.cost_usd, hint, ..failure };
            Trouble::Over(failure)
        };
        let url = match &generated.content {
            Content::File(path) => {
                let (accept, file) = (wanted.accept, path.clone());
                return match context.blocking(move || accept(&file)).await {
                    Ok(()) => Ok(path.clone()),
                    Err(error) => Err(bad(&error)),
                };
            }
            Content::Url(url) => url,
        };
        let path = context.work_folder(wanted.product).await?.join("download");
        let mut attempt = 1;
        loop {
            let fetched = tokio::select! {
                fetched = order.fetch(url, &path) => fetched,
                () = context.cancel.cancelled() => return Err(Error::cancelled().into()),
            };
            let accept = wanted.accept;
            let file = path.clone();
            let (error, arrived) = match fetched {
                // Probing reads the whole file.
                Ok(()) => match context.blocking(move || accept(&file)).await {
                    Ok(()) => return Ok(path),
                    Err(error) => (error, true),
                },
                Err(error) => (error, false),
            };
            if matches!(error.kind(), ErrorKind::Io | ErrorKind::Cancelled) {
                return Err(error.into());
            }
            // A file that is too large will be so again.
            let hopeless = error.kind() == ErrorKind::InvalidInput && !arrived;
            if hopeless || attempt == ATTEMPTS {
                return Err(match arrived || hopeless {
                    true => bad(&error),
                    false => error
                        .with_spent_usd(generated.cost_usd)
                        .with_hint("run again soon: what was made is still at the provider")
                        .into(),
                });
            }
            self.pause(backoff(attempt), attempt, error.kind()).await?;
            attempt += 1;
        }
    }

    fn made(&self, generated: Generated, path: PathBuf) -> Made {
        Made {
            lacks: Vec::new(),
            files: vec![(self.wanted.file.clone(), path)],
            cost_usd: generated.cost_usd,
            notes: generated.notes.iter().map(|note| format!("{}: {note}", self.wanted.product)).collect(),
            fidelity: None,
        }
    }

    fn named(&self, error: Error) -> Error {
        error
            .with_operation(self.wanted.stage.as_str())
            .with_provider(&self.order.info().name)
            .with_model(&self.order.info().model)
            .with_context("product", self.wanted.product)
    }

    /// The job is over: says so in the journal, and counts what it cost all the same.
    pub(super) async fn close(&self, error: &Error, cost_usd: f64) -> Result<()> {
        if self.is_free() {
            return Ok(());
        }
        self.context.failed(self.wanted.stage, self.wanted.product, self.wanted.key, error, cost_usd).await
    }

    pub(super) fn watch(&self) -> Arc<dyn Fn(&Repetition) + Send + Sync> {
        self.context.watch(self.wanted.stage, self.wanted.product)
    }

    pub(super) async fn pause(&self, wait: Duration, attempt: u32, kind: ErrorKind) -> Result<()> {
        let Self { context, wanted, .. } = self;
        context.tracker.emit(Event::Retrying {
            stage: wanted.stage,
            product: wanted.product.to_owned(),
            attempt: attempt + 1,
            wait_ms: wait.as_millis() as u64,
            code: kind.as_str().to_owned(),
        });
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = context.cancel.cancelled() => Err(Error::cancelled()),
        }
    }
}
