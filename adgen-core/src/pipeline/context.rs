//! What every stage works with: the project's files, its journal, the processor's turns, the wish to stop.

use super::{advice::with_next, bell::Bells, event::Event, order::Order, tracker::Tracker};
use crate::{
    error::{Error, ErrorKind, Result},
    http::Repetition,
    project::{Degradation, Fallback, FidelityReport, Policy, Stage, StateAsset},
    provider::{Cancelled, CostRange, JobId},
    store::{Journal, JournalEntry, ProjectFiles},
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, RwLock, Semaphore};
use tokio_util::sync::CancellationToken;

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
    /// Whether files that a document names by URL may come from private addresses.
    pub(crate) private_urls: bool,
    pub(crate) files: ProjectFiles,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) tracker: Arc<Tracker>,
    pub(crate) cancel: CancellationToken,
    /// The project's, once the document is there.
    pub(crate) policy: OnceLock<Policy>,
    pub(crate) jobs: usize,
    /// The processor's turns: no more than `jobs` pieces of heavy work at a time.
    pub(crate) turns: Arc<Semaphore>,
    pub(crate) scratch: PathBuf,
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
        let turn = tokio::select! {
            turn = Arc::clone(&self.turns).acquire_owned() => turn,
            () = self.cancel.cancelled() => return Err(Error::cancelled()),
        };
        let turn = turn.map_err(|_| Error::cancelled())?;
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
        drop(self.starting.write().await);
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

    /// Waits until no heavy work goes on.
    pub(crate) async fn quiet(&self) {
        // An error would mean that the semaphore is closed: then nothing goes on either.
        drop(self.turns.acquire_many(self.jobs as u32).await);
    }

    /// The product as it lies in the storage, if it was made with this key and is still whole.
    pub(crate) async fn find(&self, stage: Stage, product: &str, key: &str) -> Result<Option<Product>> {
        let finished =
            self.journal.lock().await.finished(product, key).map(|(files, fidelity)| (files.to_vec(), fidelity));
        let Some((files, fidelity)) = finished else { return Ok(None) };
        for file in &files {
            let whole = |found: Option<(u64, String)>| found.is_some_and(|(_, sha256)| sha256 == file.sha256);
            let found = self.files.hash(&file.file).await?;
            let missing = found.is_none();
            if whole(found) {
                continue;
            }
            // An earlier version that was paid for is set aside when another takes its name.
            let aside = set_aside_name(key, &file.file);
            if whole(self.files.hash(&aside).await?) {
                self.set_aside_paid(product, &file.file).await?;
                self.files.copy(&aside, &file.file).await?;
                continue;
            }
            // Another version of the same product took the name: nothing is wrong, it has to be made again.
            if self.journal.lock().await.latest_key(product) == Some(key) {
                let what = if missing { "was missing" } else { "no longer had the content that was stored" };
                self.tracker.note(stage, format!("{} {what}: it is made again", file.file));
            }
            return Ok(None);
        }
        self.tracker.reused(stage, product, &files);
        Ok(Some(Product { key: key.to_owned(), files, fidelity }))
    }

    /// Stores what was made, writes it into the journal and tells it.
    pub(crate) async fn keep(
        &self,
        stage: Stage,
        product: &str,
        key: &str,
        made: Made,
        began: Instant,
    ) -> Result<Product> {
        let mut files = Vec::with_capacity(made.files.len());
        for (name, path) in &made.files {
            self.set_aside_paid(product, name).await?;
            let (bytes, sha256) = self.files.adopt_file(name, path).await?;
            files.push(StateAsset { file: name.clone(), bytes, sha256, key: key.to_owned() });
        }
        let elapsed_ms = began.elapsed().as_millis() as u64;
        for note in &made.notes {
            self.tracker.note(stage, note.clone());
        }
        self.record(JournalEntry::Finished {
            product: product.to_owned(),
            stage,
            key: key.to_owned(),
            files: files.clone(),
            cost_usd: made.cost_usd,
            elapsed_ms,
            notes: made.notes,
            fidelity: made.fidelity,
        })
        .await?;
        self.tracker.made(stage, product, &files, made.cost_usd, elapsed_ms);
        Ok(Product { key: key.to_owned(), files, fidelity: made.fidelity })
    }

    /// Where money bought the file that lies there, it is kept under its key before another one takes its name.
    async fn set_aside_paid(&self, product: &str, file: &str) -> Result<()> {
        let Some((_, sha256)) = self.files.hash(file).await? else { return Ok(()) };
        let bought = self.journal.lock().await.paid_key(product, file, &sha256).map(str::to_owned);
        match bought {
            Some(key) => self.files.copy(file, &set_aside_name(&key, file)).await,
            None => Ok(()),
        }
    }

    /// Makes a product on this machine unless it is there.
    pub(crate) async fn make<F>(&self, stage: Stage, product: &str, key: &str, work: F) -> Result<Product>
    where
        F: FnOnce(&Work) -> Result<Made> + Send + 'static,
    {
        if let Some(found) = self.find(stage, product, key).await? {
            return Ok(found);
        }
        let work_folder = self.work_folder(product)?;
        let tracker = Arc::clone(&self.tracker);
        let name = product.to_owned();
        let (began, made) = self
            .cpu(move |cancel| {
                tracker.started(stage);
                let began = Instant::now();
                let made = work(&Work { stage, product: name, folder: work_folder, cancel: cancel.clone(), tracker })?;
                Ok((began, made))
            })
            .await?;
        self.keep(stage, product, key, made, began).await
    }

    /// A folder of this machine for one product's work; empty.
    pub(crate) fn work_folder(&self, product: &str) -> Result<PathBuf> {
        let folder = self.scratch.join(product);
        // Not the folders above it: where they are gone, the storage is, and that must not be papered over.
        match std::fs::create_dir(&folder) {
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
                .with_context("spent_usd", format!("{spent:.2}"))
                .with_context("under_way_usd", format!("{:.2}", *reserved))
                .with_context("next", next))
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

    /// A step failed for good: says so and goes on with `fallback`, or fails where the policy denies it.
    pub(crate) fn degrade(&self, stage: Stage, product: &str, fallback: &str, cause: Error) -> Result<()> {
        // What fails for the run as a whole is no reason for a humbler ad.
        if matches!(cause.kind(), ErrorKind::Cancelled | ErrorKind::FallbackDenied | ErrorKind::Io | ErrorKind::Locked)
        {
            return Err(cause);
        }
        self.check_cancelled()?;
        // Without its folder every stage fails, and no fallback could be stored either.
        let cause = with_next(self.check_storage(cause));
        if cause.kind() == ErrorKind::Io {
            return Err(cause);
        }
        if self.policy.get().is_some_and(|policy| policy.fallback == Fallback::Deny) {
            let spent = self.tracker.run_cost_usd();
            return Err(Error::new(
                ErrorKind::FallbackDenied,
                format!("{product} could not be made as asked for, and policy.fallback = deny forbids the {fallback}"),
            )
            .with_operation(stage.as_str())
            .with_context("spent_usd", format!("{spent:.2}"))
            .with_context("next", "remove the cause and run again: nothing that is finished is done twice")
            .with_source(cause));
        }
        self.tracker.degraded(Degradation {
            stage,
            product: product.to_owned(),
            fallback: fallback.to_owned(),
            cause: cause.to_string(),
        });
        Ok(())
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

fn set_aside_name(key: &str, file: &str) -> String {
    format!("paid/{}_{file}", &key[..16])
}

fn panicked(panic: &tokio::task::JoinError) -> Error {
    Error::new(ErrorKind::Unexpected, "a worker stopped unexpectedly: this is a defect of adgen, please report it")
        .with_context("cause", panic)
}
