//! What every stage works with: the project's files, its journal, the processor's turns, the wish to stop.

use super::{
    bell::Bells,
    document::Seen,
    event::Event,
    import::AssetUse,
    order::Order,
    pictures::{Art, Photos},
    shelf::Shelf,
    tracker::Tracker,
    turn::{LIGHT_MB, RunTurns},
};
use crate::{
    asset::AssetPolicy,
    error::{Error, ErrorKind, Result},
    http::Repetition,
    project::{FidelityReport, Lack, Policy, Stage, StateAsset},
    provider::{Cancelled, CostRange, JobId},
    store::{Journal, JournalEntry, ProjectFiles},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, RwLock};
use tokio_util::sync::CancellationToken;

/// How long the answer to a call that was sent is waited for when a run ends.
const ANSWER: Duration = Duration::from_secs(120);

/// What every stage works with.
#[derive(Debug)]
pub(crate) struct Context {
    /// What jobs under way are expected to cost, in US dollars.
    pub(crate) reserved_usd: std::sync::Mutex<f64>,
    /// Jobs at providers that nobody has seen the end of.
    pub(crate) open_jobs: std::sync::Mutex<Vec<(JobId, OpenJob)>>,
    /// Rung when a provider says that a job moved on.
    pub(crate) bells: Arc<Bells>,
    /// A job that takes longer is given up.
    pub(crate) job_timeout: Duration,
    /// The most that the whole ad may cost, whatever its document says.
    pub(crate) max_usd: Option<f64>,
    /// Read while a job is being started; whoever may write it knows that none is.
    pub(crate) starting: Arc<RwLock<()>>,
    /// Whether anything may be fetched from the network.
    pub(crate) network: bool,
    /// Which files of this machine a document may bring in.
    pub(crate) assets: AssetPolicy,
    /// How the document named the files that came in: by their names in the storage.
    pub(crate) names: std::sync::Mutex<BTreeMap<String, String>>,
    /// Logo and font where they were left out of the ad, which is told once.
    pub(crate) left_out: std::sync::Mutex<Vec<AssetUse>>,
    /// Whether files that a document names by URL may come from private addresses.
    pub(crate) private_urls: bool,
    pub(crate) files: ProjectFiles,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) tracker: Arc<Tracker>,
    pub(crate) cancel: CancellationToken,
    /// The project's, once the document is there.
    pub(crate) policy: OnceLock<Policy>,
    pub(crate) jobs: usize,
    /// No more than `jobs` pieces of heavy work at a time in all runs together, and no more than memory allows.
    pub(crate) turns: RunTurns,
    pub(crate) scratch: PathBuf,
    /// Who may move files, and who buys what.
    pub(crate) shelf: Shelf,
    /// The stored document as this run knows it.
    pub(crate) document: Seen,
    /// Photos that somebody looks at.
    pub(crate) photos: Photos,
    /// Product and logo, prepared for all scenes.
    pub(crate) art: Arc<Art>,
}

/// A product that lies in the storage.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    pub(crate) key: String,
    pub(crate) files: Vec<StateAsset>,
    pub(crate) fidelity: Option<FidelityReport>,
}

/// A product that was just made, still on this machine.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Name in the project's folder, and where the file is now.
    pub(crate) files: Vec<(String, PathBuf)>,
    pub(crate) cost_usd: f64,
    pub(crate) notes: Vec<String>,
    pub(crate) lacks: Vec<Lack>,
    pub(crate) fidelity: Option<FidelityReport>,
}

impl Made {
    pub(crate) fn file(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self { files: vec![(name.into(), path.into())], ..Self::default() }
    }
}

impl Context {
    /// Fails once somebody wants the run to stop.
    pub(crate) fn check_cancelled(&self) -> Result<()> {
        if self.cancel.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// Does heavy work off the async runtime when its turn comes. The work is told when to stop.
    pub(crate) async fn cpu<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CancellationToken) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.weighing(LIGHT_MB, work).await
    }

    /// The same for work that needs so many megabytes of memory.
    pub(crate) async fn weighing<T: Send + 'static>(
        &self,
        megabytes: u32,
        work: impl FnOnce(&CancellationToken) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = tokio::select! {
            turn = self.turns.take(megabytes) => turn.ok_or_else(Error::cancelled)?,
            () = self.cancel.cancelled() => return Err(Error::cancelled()),
        };
        let cancel = self.cancel.clone();
        let task = tokio::task::spawn_blocking(move || {
            // Held until the work ends, even where nobody waits for it any more.
            let _turn = turn;
            if cancel.is_cancelled() {
                return Err(Error::cancelled());
            }
            work(&cancel)
        });
        task.await.unwrap_or_else(|panic| Err(panicked(&panic)))
    }

    /// Work that waits for the disk, off the async runtime.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| Err(panicked(&panic)))
    }

    /// Remembers a job until [`Context::forget_job`]; what is left when the run ends was interrupted.
    pub(crate) fn remember_job(&self, job: JobId, open: OpenJob) {
        self.open_jobs.lock().unwrap_or_else(PoisonError::into_inner).push((job, open));
    }

    pub(crate) fn forget_job(&self, job: &JobId) {
        self.open_jobs.lock().unwrap_or_else(PoisonError::into_inner).retain(|(open, _)| open != job);
    }

    /// Stops the jobs that an ended run left: all of them where somebody cancelled it; where it failed, only those of this
    /// machine, for what was bought elsewhere is taken up again by the next run.
    pub(crate) async fn stop_jobs(&self, cancelled: bool) -> Result<()> {
        // A call that was sent is waited for, so that its job is known; not for ever, should a provider never answer.
        drop(tokio::time::timeout(ANSWER, self.starting.write()).await);
        let open = std::mem::take(&mut *self.open_jobs.lock().unwrap_or_else(PoisonError::into_inner));
        let stopping = open.into_iter().filter(|(_, open)| cancelled || open.order.is_local()).map(
            |(job, OpenJob { order, stage, product, key })| async move {
                match order.cancel(&job).await {
                    _ if order.info().price.is_free() => Ok(()),
                    // It is over: the next run has nothing to take up again.
                    Ok(Cancelled::Stopped { cost_usd }) => {
                        self.failed(stage, &product, &key, &Error::cancelled(), cost_usd).await
                    }
                    Ok(Cancelled::AlreadyOver) => {
                        let said = format!(
                            "{product}: the job {job} had ended before it could be stopped; a later run fetches it"
                        );
                        self.tracker.note(stage, said);
                        Ok(())
                    }
                    Err(error) => {
                        let said = format!(
                            "the job {job} of {product} could not be stopped and may still cost something: {error}"
                        );
                        self.tracker.note(stage, said);
                        Ok(())
                    }
                }
            },
        );
        futures_util::future::try_join_all(stopping).await.map(drop)
    }

    /// Waits until no heavy work of this run goes on.
    pub(crate) async fn quiet(&self) {
        self.turns.quiet().await;
    }

    /// Makes a product on this machine unless it is there.
    pub(crate) async fn make<F>(&self, stage: Stage, product: &str, key: &str, work: F) -> Result<Product>
    where
        F: FnOnce(&Work) -> Result<Made> + Send + 'static,
    {
        self.make_weighing(LIGHT_MB, stage, product, key, work).await
    }

    /// The same where that needs so many megabytes of memory.
    pub(crate) async fn make_weighing<F>(
        &self,
        megabytes: u32,
        stage: Stage,
        product: &str,
        key: &str,
        work: F,
    ) -> Result<Product>
    where
        F: FnOnce(&Work) -> Result<Made> + Send + 'static,
    {
        if let Some(found) = self.find(stage, product, key).await? {
            return Ok(found);
        }
        let work_folder = self.work_folder(product).await?;
        let tracker = Arc::clone(&self.tracker);
        let name = product.to_owned();
        let (began, made) = self
            .weighing(megabytes, move |cancel| {
                tracker.started(stage);
                let began = Instant::now();
                let made = work(&Work { stage, product: name, folder: work_folder, cancel: cancel.clone(), tracker })?;
                Ok((began, made))
            })
            .await?;
        self.keep(stage, product, key, made, began).await
    }

    /// A folder of this machine for one product's work.
    pub(crate) async fn work_folder(&self, product: &str) -> Result<PathBuf> {
        let folder = self.scratch.join(product);
        // Not the folders above it: where they are gone, the storage is, and that must not be papered over.
        match tokio::fs::create_dir(&folder).await {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(Error::from(error).with_operation("make a working folder").with_context("path", folder.display()))
            }
            _ => Ok(folder),
        }
    }

    /// Sets money aside for a call that is about to be made, so that all calls together stay below the limit.
    pub(crate) fn reserve(self: &Arc<Self>, provider: &str, cost: CostRange) -> Result<Reserved> {
        let policy = self.policy.get().and_then(|policy| policy.max_usd).unwrap_or(f64::INFINITY);
        let limit = self.max_usd.unwrap_or(f64::INFINITY).min(policy);
        let usd = cost.expected_usd();
        // Plain numbers: whole whatever happened to another thread.
        let mut reserved = self.reserved_usd.lock().unwrap_or_else(PoisonError::into_inner);
        let spent = self.tracker.state().cost_usd;
        let refused = |message: String, next: &str| {
            Err(Error::new(ErrorKind::QuotaExceeded, message)
                .with_context("project_spent_usd", format!("{spent:.2}"))
                .with_context("under_way_usd", format!("{:.2}", *reserved))
                .with_hint(next))
        };
        if limit.is_finite() && !cost.is_known() {
            return refused(
                format!("nobody knows what {provider} takes for this, and the whole ad may cost ${limit:.2}"),
                "give the model's price to the provider, choose a model with a known one, or lift the limit",
            );
        }
        // A billionth of a dollar is rounding, not money.
        if usd > 0.0 && spent + *reserved + usd > limit + 1e-9 {
            return refused(
                format!("this would cost ${usd:.2}, and the whole ad may cost ${limit:.2}"),
                "raise policy.max_usd or --max-cost and run again: nothing that is finished is bought twice",
            );
        }
        *reserved += usd;
        Ok(Reserved { context: Arc::clone(self), usd })
    }

    /// Counts what is under way since an earlier run; it was allowed then.
    pub(crate) fn reserve_bought(self: &Arc<Self>, usd: f64) -> Reserved {
        *self.reserved_usd.lock().unwrap_or_else(PoisonError::into_inner) += usd;
        Reserved { context: Arc::clone(self), usd }
    }

    /// Writes down that a product could not be made, and counts what that cost all the same.
    pub(crate) async fn failed(
        &self,
        stage: Stage,
        product: &str,
        key: &str,
        error: &Error,
        cost_usd: f64,
    ) -> Result<()> {
        let cost_usd = self.amount(stage, product, cost_usd);
        self.record(JournalEntry::Failed {
            product: product.to_owned(),
            key: key.to_owned(),
            code: error.kind().as_str().to_owned(),
            message: error.to_string(),
            cost_usd,
        })
        .await?;
        self.tracker.spent(stage, cost_usd);
        Ok(())
    }

    /// Tells listeners about every repetition of a call for a product.
    pub(crate) fn watch(&self, stage: Stage, product: &str) -> Arc<dyn Fn(&Repetition) + Send + Sync> {
        let (tracker, product) = (Arc::clone(&self.tracker), product.to_owned());
        Arc::new(move |repetition| {
            tracker.emit(Event::Retrying {
                stage,
                product: product.clone(),
                attempt: repetition.attempt + 1,
                wait_ms: repetition.wait.as_millis() as u64,
                code: repetition.code.to_owned(),
            });
        })
    }

    /// What fails because the storage went away is said as that, whoever noticed first.
    pub(crate) fn check_storage(&self, cause: Error) -> Error {
        if self.scratch.is_dir() {
            return cause;
        }
        Error::new(ErrorKind::Io, "the storage folder vanished while the run was at work: bring it back and run again")
            .with_context("path", self.scratch.display())
            .with_source(cause)
    }

    pub(crate) async fn record(&self, entry: JournalEntry) -> Result<()> {
        self.journal.lock().await.append(entry).await
    }

    /// A path at which one of the project's files can be opened.
    pub(crate) async fn path_of(&self, file: &str) -> Result<PathBuf> {
        self.files.open_path(file, &self.scratch).await
    }
}

/// A job at a provider that is under way.
#[derive(Debug, Clone)]
pub(crate) struct OpenJob {
    pub(crate) order: Arc<dyn Order>,
    pub(crate) stage: Stage,
    pub(crate) product: String,
    pub(crate) key: String,
}

/// Money that is set aside while a job is under way.
#[derive(Debug)]
pub(crate) struct Reserved {
    context: Arc<Context>,
    usd: f64,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        *self.context.reserved_usd.lock().unwrap_or_else(PoisonError::into_inner) -= self.usd;
    }
}

/// One piece of heavy work: where it may write, whom it tells, when it has to stop.
#[derive(Debug)]
pub(crate) struct Work {
    stage: Stage,
    product: String,
    folder: PathBuf,
    cancel: CancellationToken,
    tracker: Arc<Tracker>,
}

impl Work {
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Tells how far it is, and fails once somebody wants it to stop.
    pub(crate) fn step(&self, fraction: f64) -> Result<()> {
        if self.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        // The last percent is the storing.
        self.tracker.progress(self.stage, &self.product, fraction.min(0.99));
        Ok(())
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

fn panicked(panic: &tokio::task::JoinError) -> Error {
    Error::new(ErrorKind::Unexpected, "a worker stopped unexpectedly: this is a defect of adgen, please report it")
        .with_context("cause", panic)
}
