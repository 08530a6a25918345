//! Drives one job at a provider from before the call until the file is stored, so that nothing paid for is lost or
//! bought twice: `starting` is journaled before the call, `started` right after, `finished` before anything uses it.

use super::context::{Context, Made, OpenJob, Product};
use crate::{
    error::{Error, ErrorKind, Result, Retry},
    project::Stage,
    provider::{
        AudioProvider, AudioRequest, Content, Generated, Generation, JobId, ProviderInfo, VideoProvider, VideoRequest,
    },
    store::{JournalEntry, UnfinishedJob},
};
use async_trait::async_trait;
use std::{
    fmt::Debug,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// Consecutive failures of one call that are borne before the job counts as failed.
const ATTEMPTS: u32 = 4;
/// No job is asked for more often than this, whatever the provider says.
const LEAST_WAIT: Duration = Duration::from_millis(20);

/// A job of any kind of provider.
#[async_trait]
pub(crate) trait Order: Debug + Send + Sync + 'static {
    fn info(&self) -> &ProviderInfo;
    fn is_local(&self) -> bool;
    fn expected_usd(&self) -> f64;
    async fn start(&self) -> Result<Generation>;
    async fn check(&self, job: &JobId) -> Result<Generation>;
    async fn cancel(&self, job: &JobId) -> Result<()>;
}

/// A clip from a video provider.
#[derive(Debug)]
pub(crate) struct ClipOrder {
    pub(crate) provider: Arc<dyn VideoProvider>,
    pub(crate) request: VideoRequest,
}

#[async_trait]
impl Order for ClipOrder {
    fn info(&self) -> &ProviderInfo {
        self.provider.info()
    }
    fn is_local(&self) -> bool {
        self.provider.capability().local
    }
    fn expected_usd(&self) -> f64 {
        self.info().price.of(self.request.duration_s)
    }
    async fn start(&self) -> Result<Generation> {
        self.provider.start(&self.request).await
    }
    async fn check(&self, job: &JobId) -> Result<Generation> {
        self.provider.check(job).await
    }
    async fn cancel(&self, job: &JobId) -> Result<()> {
        self.provider.cancel(job).await
    }
}

/// Music from an audio provider.
#[derive(Debug)]
pub(crate) struct MusicOrder {
    pub(crate) provider: Arc<dyn AudioProvider>,
    pub(crate) request: AudioRequest,
}

#[async_trait]
impl Order for MusicOrder {
    fn info(&self) -> &ProviderInfo {
        self.provider.info()
    }
    fn is_local(&self) -> bool {
        self.provider.is_local()
    }
    fn expected_usd(&self) -> f64 {
        self.info().price.of(self.request.duration_s)
    }
    async fn start(&self) -> Result<Generation> {
        self.provider.start(&self.request).await
    }
    async fn check(&self, job: &JobId) -> Result<Generation> {
        self.provider.check(job).await
    }
    async fn cancel(&self, job: &JobId) -> Result<()> {
        self.provider.cancel(job).await
    }
}

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

/// Gives the product: as it lies there, from a job that is under way, or from a new one.
pub(crate) async fn generate(context: &Arc<Context>, wanted: Wanted<'_>, order: Arc<dyn Order>) -> Result<Product> {
    if let Some(found) = context.find(wanted.stage, wanted.product, wanted.key).await? {
        return Ok(found);
    }
    // Work on this machine takes its turn with the pipeline's own.
    let _turn = match order.is_local() {
        true => Some(tokio::select! {
            turn = Arc::clone(&context.turns).acquire_owned() => turn.map_err(|_| Error::cancelled())?,
            () = context.cancel.cancelled() => return Err(Error::cancelled()),
        }),
        false => None,
    };
    context.check_cancelled()?;
    context.tracker.started(wanted.stage);
    let began = Instant::now();
    // A statement of its own: the journal must not stay locked while the job is started.
    let unfinished = context.journal.lock().await.unfinished_job(wanted.product, wanted.key);
    // Held until the cost is in the journal, so that jobs under way count.
    let _reserved;
    let first = match unfinished {
        UnfinishedJob::Known(job) => {
            Ok(Generation::Pending { job: JobId(job), progress: None, check_after: LEAST_WAIT })
        }
        UnfinishedJob::Unknown if !order.info().price.is_free() => Err(Error::new(
            ErrorKind::GenerationFailed,
            format!(
                "an earlier run stopped while it asked {} for this product: it may have been paid for, so it is not \
                 bought again unasked",
                order.info().name
            ),
        )
        .with_context("possibly_spent_usd", format!("{:.2}", order.expected_usd()))
        .with_context("next", "look at the provider's list of jobs, then change the scene's seed to order anew")),
        UnfinishedJob::Unknown | UnfinishedJob::None => match context.reserve(order.expected_usd()) {
            Ok(reserved) => {
                _reserved = reserved;
                start(context, &wanted, &order).await
            }
            Err(error) => Err(error),
        },
    };
    let generated = match first {
        Ok(generation) => settle(context, &wanted, &order, generation).await,
        Err(error) => Err(error),
    };
    let generated = match generated {
        Ok(generated) => generated,
        Err(error) => return Err(failed(context, &wanted, order.as_ref(), error).await),
    };
    let path = fetch(context, &wanted, &generated.content).await?;
    let made = Made {
        files: vec![(wanted.file.clone(), path)],
        cost_usd: generated.cost_usd,
        notes: generated.notes.iter().map(|note| format!("{}: {note}", wanted.product)).collect(),
        fidelity: None,
    };
    context.keep(wanted.stage, wanted.product, wanted.key, made, began).await
}

/// Starts a job. The call and its journal entry are one task, so that a dropped run cannot part them.
async fn start(context: &Arc<Context>, wanted: &Wanted<'_>, order: &Arc<dyn Order>) -> Result<Generation> {
    let free = order.info().price.is_free();
    let (product, key) = (wanted.product.to_owned(), wanted.key.to_owned());
    let mut attempt = 1;
    loop {
        if !free {
            context
                .record(JournalEntry::Starting {
                    product: product.clone(),
                    key: key.clone(),
                    provider: order.info().name.clone(),
                    expected_usd: order.expected_usd(),
                })
                .await?;
        }
        let starting = Arc::clone(&context.starting).read_owned().await;
        let task = tokio::spawn({
            let (context, order) = (Arc::clone(context), Arc::clone(order));
            let (product, key) = (product.clone(), key.clone());
            async move {
                let _starting = starting;
                let generation = order.start().await?;
                if let Generation::Pending { job, .. } = &generation {
                    let (order, job) = (Arc::clone(&order), job.clone());
                    let open = OpenJob { order, job: job.clone(), product: product.clone(), key: key.clone() };
                    context.remember_job(open);
                    if !free {
                        context.record(JournalEntry::Started { product, key, job: job.0 }).await?;
                    }
                }
                Ok(generation)
            }
        });
        let started = task.await.unwrap_or_else(|panic| {
            Err(Error::new(ErrorKind::Unexpected, "a provider panicked while it started a job").with_source(panic))
        });
        match started {
            Err(error) if attempt < ATTEMPTS && wait_of(&error, attempt).is_some() => {
                if !free {
                    // The provider says that nothing was started: the intent is closed before the next one.
                    close(context, wanted, &error).await?;
                }
                pause(context, wanted, &error, attempt).await?;
                attempt += 1;
            }
            done => return done,
        }
    }
}

/// Asks until the job is done. Where the run ends before, `stop_jobs` decides what becomes of it.
async fn settle(
    context: &Context,
    wanted: &Wanted<'_>,
    order: &Arc<dyn Order>,
    mut generation: Generation,
) -> Result<Generated> {
    let mut failures = 0;
    if let Generation::Pending { job, .. } = &generation {
        let (product, key) = (wanted.product.to_owned(), wanted.key.to_owned());
        context.remember_job(OpenJob { order: Arc::clone(order), job: job.clone(), product, key });
    }
    loop {
        let (job, wait) = match generation {
            Generation::Done(generated) => return Ok(generated),
            Generation::Pending { job, progress, check_after } => {
                if let Some(progress) = progress {
                    context.tracker.progress(wanted.stage, wanted.product, f64::from(progress).min(0.97));
                }
                (job, check_after.max(LEAST_WAIT))
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = context.cancel.cancelled() => return Err(Error::cancelled()),
        }
        generation = match order.check(&job).await {
            Ok(generation) => {
                failures = 0;
                if matches!(generation, Generation::Done(_)) {
                    context.forget_job(&job);
                }
                generation
            }
            Err(error) if failures + 1 < ATTEMPTS && wait_of(&error, failures + 1).is_some() => {
                failures += 1;
                pause(context, wanted, &error, failures).await?;
                Generation::Pending { job, progress: None, check_after: LEAST_WAIT }
            }
            Err(error) => {
                context.forget_job(&job);
                return Err(error);
            }
        };
    }
}

/// The made file on this machine. What comes from the web is fetched again where it is no good, never made again.
async fn fetch(context: &Context, wanted: &Wanted<'_>, content: &Content) -> Result<PathBuf> {
    match content {
        Content::File(path) => (wanted.accept)(path).map(|()| path.clone()),
        Content::Url(url) => {
            let path = context.work_folder(wanted.product)?.join("download");
            let mut attempt = 1;
            loop {
                let fetched = tokio::select! {
                    fetched = crate::http::fetch_asset(url, &path) => fetched,
                    () = context.cancel.cancelled() => return Err(Error::cancelled()),
                };
                match fetched.and_then(|()| (wanted.accept)(&path)) {
                    Ok(()) => return Ok(path),
                    Err(error) if attempt < ATTEMPTS => pause(context, wanted, &error, attempt).await?,
                    Err(error) => return Err(error),
                }
                attempt += 1;
            }
        }
    }
}

async fn failed(context: &Context, wanted: &Wanted<'_>, order: &dyn Order, error: Error) -> Error {
    let error = error
        .with_operation(wanted.stage.as_str())
        .with_context("provider", &order.info().name)
        .with_context("product", wanted.product);
    // A cancelled or interrupted job stays open in the journal: it may still be running, and is then taken up again.
    let over = !matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::Io) && !order.info().price.is_free();
    match over {
        true => close(context, wanted, &error).await.err().unwrap_or(error),
        false => error,
    }
}

async fn close(context: &Context, wanted: &Wanted<'_>, error: &Error) -> Result<()> {
    context
        .record(JournalEntry::Failed {
            product: wanted.product.to_owned(),
            key: wanted.key.to_owned(),
            code: error.kind().as_str().to_owned(),
            message: error.to_string(),
            cost_usd: 0.0,
        })
        .await
}

/// How long to wait before the same call is made again; `None` where it must not be.
fn wait_of(error: &Error, attempt: u32) -> Option<Duration> {
    match error.retry() {
        Retry::Now => Some(Duration::from_millis(250 << attempt.min(6))),
        Retry::After(wait) => Some(wait),
        Retry::Never | Retry::Exhausted => None,
    }
}

async fn pause(context: &Context, wanted: &Wanted<'_>, error: &Error, attempt: u32) -> Result<()> {
    let wait = wait_of(error, attempt).unwrap_or(Duration::from_millis(500));
    context.tracker.emit(super::event::Event::Retrying {
        stage: wanted.stage,
        product: wanted.product.to_owned(),
        attempt: attempt + 1,
        wait_ms: wait.as_millis() as u64,
        code: error.kind().as_str().to_owned(),
    });
    tokio::select! {
        () = tokio::time::sleep(wait) => Ok(()),
        () = context.cancel.cancelled() => Err(Error::cancelled()),
    }
}
