//! One run over one project: events, waiting, cancelling. What bindings wrap.

use super::{
    account::settle,
    artifacts::{Artifacts, Worker},
    assets::Assets,
    derived::derived,
    document::Document,
    extensions::Extensions,
    fallback::Fallbacks,
    foreign::Caught,
    graph::build,
    import::{Brought, Source, import},
    money::Money,
    outcome::{Outcome, OutputFile},
    own_files::OwnFiles,
    parts::Parts,
    photos::Photos,
    policy::ProjectPolicy,
    progress::Progress,
    providers::Providers,
    purchase::{Purchases, Wakeups},
    report,
    told::Told,
    trace,
    turns::{RunTurns, Turns},
};
use crate::{
    asset::AssetPolicy,
    error::{Error, ErrorKind, Result, panic_words},
    event::{Event, EventRecord, EventSink},
    matte::Matting,
    project::{AdProject, Stage, State, Status, UnreadableState},
    provider::WebhookEvent,
    report::NAME as REPORT,
    stages::{Art, CAPTIONS, name_for},
    store::{Buyer, EVENTS, HistoryEvent, ProjectLease, STATE, Scratch, Storage},
};
use futures_util::{FutureExt, Stream, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{any::Any, fmt, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// What is said where a document comes in again as it was.
const UNCHANGED: &str = "the document and its files are those that came in before: the stored document counts, with the \
                         edits made in it";
/// How often a changed state is written while a run lasts: in a folder, and elsewhere, where each time costs a request.
const SAVE_EVERY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(3));

/// What a run needs to know.
#[derive(Clone)]
pub(crate) struct RunSettings {
    pub(crate) storage: Storage,
    pub(crate) providers: Providers,
    pub(crate) matting: Matting,
    pub(crate) extensions: Extensions,
    pub(crate) turns: Arc<Turns>,
    /// How many of the turns this run may use at a time; all of them where missing.
    pub(crate) share: Option<usize>,
    pub(crate) network: bool,
    pub(crate) assets: AssetPolicy,
    pub(crate) private_urls: bool,
    pub(crate) max_usd: Option<f64>,
    pub(crate) job_timeout: Duration,
    /// Who is told of the run's events.
    pub(crate) sinks: Vec<EventSink>,
}

/// A run under way. Clones are handles to the same run; dropping them all does not stop the work, [`Run::cancel`] does.
#[derive(Clone)]
pub struct Run {
    id: Arc<str>,
    project_id: Arc<str>,
    progress: Arc<Progress>,
    wakeups: Arc<Wakeups>,
    cancel: CancellationToken,
    ended: watch::Receiver<Option<Result<Outcome>>>,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("id", &self.id).field("project_id", &self.project_id).finish_non_exhaustive()
    }
}

impl Run {
    pub(crate) async fn start(project_id: String, source: Source, settings: RunSettings) -> Result<Self> {
        need_runtime()?;
        let id = run_name();
        let span = trace::run(&id, &project_id);
        let lease = settings.storage.project(&project_id)?.acquire(&id).instrument(span.clone()).await?;
        // Everything that can fail before the first event gives the project back at once.
        let turns = settings.turns.of_run(settings.share, CancellationToken::new());
        let prepared = prepare(&project_id, &lease, &settings, turns).instrument(span.clone()).await;
        let announced = match prepared {
            Ok(Prepared { parts, scratch, is_new }) => {
                // Whoever is told that it runs asks for its state next, and perhaps elsewhere.
                let saved = if is_new { save_state(&parts, parts.progress.state()).await } else { Ok(()) };
                saved.map(|()| (parts, scratch))
            }
            Err(error) => Err(error),
        };
        let (parts, scratch) = match announced {
            Ok(announced) => announced,
            Err(error) => {
                lease.release().await;
                return Err(error);
            }
        };
        let (cancel, progress) = (parts.turns.cancel().clone(), Arc::clone(&parts.progress));
        let wakeups = Arc::clone(parts.purchases.wakeups());
        progress.emit(Event::RunStarted);
        let task = RunTask { run_id: id.clone(), project_id: project_id.clone(), source, parts, lease, scratch };
        let (end, ended) = watch::channel(None);
        let listened = Arc::clone(&progress);
        tokio::spawn(async move {
            let result = AssertUnwindSafe(task.supervise().instrument(span)).catch_unwind().await;
            let result = result.unwrap_or_else(|panic| {
                listened.close();
                Err(defect("the end of a run", &*panic))
            });
            // Nobody may hold a handle any more.
            end.send_replace(Some(result));
        });
        Ok(Self { id: id.into(), project_id: project_id.into(), progress, wakeups, cancel, ended })
    }

    /// Name of this run.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The project.
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// What is known about the project now.
    pub fn state(&self) -> State {
        self.progress.state()
    }

    /// Where the project stands.
    pub fn status(&self) -> Status {
        self.progress.state().status
    }

    /// All events of the run from number `from_seq` on, those of the past first: 0 for all. Ends after
    /// [`Event::RunFinished`].
    pub fn events(&self, from_seq: u64) -> impl Stream<Item = EventRecord> + Send + Unpin + 'static {
        Box::pin(stream::unfold(self.progress.listen(from_seq), |mut events| async {
            events.recv().await.map(|event| (event, events))
        }))
    }

    /// Stops the run, remote jobs included. What is finished stays; a later run goes on from there.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Hands in a provider's webhook, so that the run need not ask for that job: it is looked at now. Tells whether the job
    /// is this run's; one that is not known yet is remembered, for a webhook may be faster than the answer to the call.
    ///
    /// Verify webhooks before: [`replicate::verify_webhook`](crate::replicate::verify_webhook).
    pub fn notify(&self, event: &WebhookEvent) -> bool {
        self.wakeups.wake(&event.job)
    }

    /// Waits for the end. Every handle may wait, as often as it likes.
    ///
    /// # Errors
    /// Why the run failed; `Cancelled` where it was cancelled; `Unexpected` where its Tokio runtime was shut down.
    pub async fn wait(&self) -> Result<Outcome> {
        let mut ended = self.ended.clone();
        let gone = || {
            Error::new(ErrorKind::Unexpected, "the run's Tokio runtime was shut down before the run had ended")
                .with_hint("keep the runtime until the run has ended; run again, and it goes on from there")
        };
        // Cloned at once: the channel must not stay locked.
        let result = ended.wait_for(Option::is_some).await.map_err(|_| gone())?.clone();
        result.unwrap_or_else(|| Err(gone()))
    }
}

/// A document that was brought into the storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Imported {
    /// The project.
    pub project_id: String,
    /// The document and its files are those that came in before: nothing was written, and the stored document counts, with
    /// the edits made in it.
    pub unchanged: bool,
    /// What is worth knowing, such as a logo that was left out.
    pub notes: Vec<String>,
}

impl Imported {
    /// A project that came in anew.
    pub fn new(project_id: impl Into<String>) -> Self {
        Self { project_id: project_id.into(), unchanged: false, notes: Vec::new() }
    }

    /// Whether everything is as it came in before.
    #[must_use]
    pub fn with_unchanged(mut self, unchanged: bool) -> Self {
        self.unchanged = unchanged;
        self
    }

    /// With something that is worth knowing.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// Brings a document and its files into the storage, and makes nothing.
pub(crate) async fn import_document(document: AdProject, assets: Assets, settings: &RunSettings) -> Result<Imported> {
    need_runtime()?;
    let (run, project_id) = (run_name(), document.id.clone());
    let span = trace::run(&run, &project_id);
    let lease = settings.storage.project(&project_id)?.acquire(&run).instrument(span.clone()).await?;
    let imported = async {
        let Prepared { parts, scratch, is_new } =
            prepare(&project_id, &lease, settings, settings.turns.at_once(CancellationToken::new())).await?;
        let brought = import(&parts, Source::Document(Box::new(document), assets)).await;
        parts.turns.quiet().await;
        scratch.remove().await;
        let Brought { unchanged, .. } = brought?;
        let outcome = if unchanged { "unchanged" } else { "imported" };
        parts.artifacts.record(HistoryEvent::RunFinished { outcome: outcome.to_owned() }).await?;
        let state = parts.progress.state();
        let degraded = state.degradations.iter().map(|one| format!("{}: {}", one.fallback, one.cause));
        let notes = state.notes.iter().cloned().chain(degraded).collect();
        if is_new {
            // No run has been at work.
            save(&parts, State { run_id: None, ..state }).await?;
        }
        Ok(Imported { project_id, unchanged, notes })
    };
    let imported = imported.instrument(span).await;
    lease.release().await;
    imported
}

/// The name of a run, or of whatever else holds a project for a while: nobody else has it.
pub(crate) fn run_name() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// Something of adgen's own panicked.
fn defect(what: &str, panic: &(dyn Any + Send)) -> Error {
    Error::new(
        ErrorKind::Unexpected,
        format!("{what} stopped unexpectedly: this is a defect of adgen, please report it"),
    )
    .with_context("cause", panic_words(panic))
}

/// A run works in tasks and waits by clocks, both of which panic where no runtime has them.
pub(crate) fn need_runtime() -> Result<()> {
    let what = match tokio::runtime::Handle::try_current() {
        Err(_) => "no Tokio runtime is there",
        // Tokio has no way to ask.
        Ok(_) if std::panic::catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).is_err() => {
            "the Tokio runtime has no timers"
        }
        Ok(_) => return Ok(()),
    };
    Err(Error::new(ErrorKind::InvalidConfig, format!("a run cannot start: {what}"))
        .with_operation("run")
        .with_hint("call it in a runtime with everything enabled, such as that of `#[tokio::main]`"))
}

/// What a run needs before its first event.
struct Prepared {
    parts: Arc<Parts>,
    scratch: Scratch,
    /// The project has no state, or none that can be read.
    is_new: bool,
}

async fn prepare(project_id: &str, lease: &ProjectLease, settings: &RunSettings, turns: RunTurns) -> Result<Prepared> {
    let fence = lease.fence();
    let storage = settings.storage.behind(fence);
    let folder = storage.project(project_id)?;
    let (old, is_damaged) = match folder.read(STATE).await?.map(|bytes| State::read(&bytes)) {
        None => (None, false),
        Some(Ok(state)) => (Some(state), false),
        Some(Err(UnreadableState::Damaged(_))) => (None, true),
        Some(Err(later)) => return Err(later.into_error().with_context("file", folder.display(STATE))),
    };
    let is_new = old.is_none();
    let mut history = folder.history().await?.with_clock(settings.extensions.clock.clone());
    let mut state = match old {
        Some(state) => state,
        None => derived(&storage, &folder, &history, settings.extensions.clock.now()).await?,
    };
    history.expect_entries(state.history_entries)?;
    history.append(HistoryEvent::RunStarted { version: env!("CARGO_PKG_VERSION").to_owned() }).await?;
    let buyer = Buyer { run: fence.run().to_owned(), project: project_id.to_owned() };
    settle(&storage, &mut history, &buyer).await?;
    // The history is the truth; the state only shows it.
    state.cost_usd = history.spent_usd();
    let later = history.passed_over();
    let progress =
        Arc::new(Progress::new(state, fence.run(), settings.sinks.clone(), settings.extensions.clock.clone())?);
    if later > 0 {
        let said = format!("{later} entries of the project's history are of a newer adgen: they were passed over");
        progress.note(Stage::Plan, said);
    }
    if is_damaged {
        let said = format!("{} was damaged: it is made anew from the project's history", folder.display(STATE));
        progress.note(Stage::Plan, said);
    }
    let scratch = folder.work_folder().await?;
    let turns = Arc::new(turns);
    let policy = ProjectPolicy::default();
    let working_folder = scratch.path().to_owned();
    let fallbacks = Arc::new(Fallbacks::new(
        Arc::clone(&policy),
        Arc::clone(&progress),
        turns.cancel().clone(),
        working_folder.clone(),
    ));
    let money = Arc::new(Money::new(settings.max_usd, Arc::clone(&policy), Arc::clone(&progress)));
    let worker = Worker { buyer, epoch: fence.epoch(), scratch: working_folder };
    let artifacts = Artifacts::new(
        storage,
        (folder.clone(), history),
        worker,
        Arc::clone(&progress),
        Arc::clone(&turns),
        Arc::clone(&fallbacks),
    );
    let artifacts = Arc::new(artifacts.await?);
    let purchases = Arc::new(Purchases::new(
        Arc::clone(&artifacts),
        Arc::clone(&money),
        Arc::clone(&turns),
        Arc::clone(&progress),
        Arc::default(),
        settings.job_timeout,
        settings.extensions.http.clone(),
    ));
    let own_files = OwnFiles::new(
        settings.assets.clone(),
        settings.network,
        settings.private_urls,
        folder.clone(),
        Arc::clone(&fallbacks),
    );
    let parts = Parts {
        document: Document::new(folder, Arc::clone(&progress)),
        photos: Photos::new(Arc::clone(&artifacts), Arc::clone(&turns)),
        art: Arc::new(Art::new(Arc::clone(&settings.extensions.fonts))),
        providers: settings.providers.held(&Caught::default()),
        matting: settings.matting.clone(),
        extensions: settings.extensions.clone(),
        job_timeout: settings.job_timeout,
        artifacts,
        purchases,
        money,
        turns,
        progress,
        fallbacks,
        policy,
        own_files,
    };
    Ok(Prepared { parts: Arc::new(parts), scratch, is_new })
}

/// What a run holds from its lease to its last event.
struct RunTask {
    run_id: String,
    project_id: String,
    source: Source,
    parts: Arc<Parts>,
    lease: ProjectLease,
    scratch: Scratch,
}

impl RunTask {
    /// Runs to the end, whatever happens: the last state is written, the last event told, the project given back.
    async fn supervise(self) -> Result<Outcome> {
        let parts = Arc::clone(&self.parts);
        let (progress, cancel) = (Arc::clone(&parts.progress), parts.turns.cancel().clone());
        let fence = self.lease.fence().clone();
        let lost = fence.lost().clone();
        // Where the whole runtime is dropped, heavy work on its threads has to end as well.
        let _stops = cancel.clone().drop_guard();
        // However this ends, so does whoever saves.
        let over = CancellationToken::new();
        let _saves = over.clone().drop_guard();
        let saver = tokio::spawn(save_now_and_then(Arc::clone(&parts), over.clone()).in_current_span());
        // A task of its own, so that even a panic leads to an orderly end.
        let mut making = tokio::spawn({
            let parts = Arc::clone(&parts);
            async move { make_all(&parts, self.source).await }.in_current_span()
        });
        let result = tokio::select! {
            result = &mut making => result,
            () = lost.cancelled() => {
                cancel.cancel();
                making.await.map(|_| Err(fence.check().err().unwrap_or_else(Error::cancelled)))
            }
        };
        let result = result.unwrap_or_else(|end| {
            Err(match end.try_into_panic() {
                Ok(panic) => defect("a stage", &*panic),
                Err(end) => {
                    Error::new(ErrorKind::Unexpected, "the run's Tokio runtime is shutting down").with_source(end)
                }
            })
        });
        // Whatever failed first when its ground went away, this is what a person has to know.
        let result = result.map_err(|error| fence.lapsed().unwrap_or_else(|| parts.fallbacks.check_storage(error)));
        let cancelled = matches!(&result, Err(error) if error.kind() == ErrorKind::Cancelled);
        // What was dropped may still be at work on other threads; nothing may be written after the lease is gone.
        cancel.cancel();
        let stopped = AssertUnwindSafe(parts.purchases.stop_jobs(cancelled)).catch_unwind().await;
        let stopped = stopped.unwrap_or_else(|panic| Err(defect("stopping jobs", &*panic)));
        parts.turns.quiet().await;
        // Its last write has to be over before the last state is written.
        over.cancel();
        drop(saver.await);
        // Makes room for the last state where the storage is full.
        self.scratch.remove().await;
        let status = match &result {
            Ok(_) => Status::Completed,
            Err(_) if cancelled => Status::Cancelled,
            Err(_) => Status::Failed,
        };
        let video = result.as_ref().ok().and_then(|videos| videos.first()).map(|video| video.name.clone());
        progress.end(status, result.as_ref().err(), video);
        let told = Arc::clone(&progress);
        // Whoever waits for the run may rely on the last event's being told.
        drop(tokio::task::spawn_blocking(move || told.settle_sink()).await);
        // A run that lost its project writes nothing more, not even its end.
        let closing = close(&parts, status).await;
        self.lease.release().await;
        progress.close();
        let videos = result?;
        stopped?;
        closing?;
        let files = parts.artifacts.folder();
        let mut captions = Vec::new();
        for name in CAPTIONS {
            captions.push(OutputFile::of(files, name, None).await?);
        }
        Ok(Outcome {
            captions,
            report: OutputFile::of(files, REPORT, None).await?,
            poster: OutputFile::of(files, "poster.jpg", None).await?,
            videos,
            run_id: self.run_id,
            project_id: self.project_id,
            cost_usd: progress.run_cost_usd(),
            state: State { history_entries: entries(&parts).await, ..progress.state() },
        })
    }
}

/// Makes everything; gives the videos.
async fn make_all(parts: &Parts, source: Source) -> Result<Vec<OutputFile>> {
    let from_caller = matches!(source, Source::Document(..));
    let Brought { project, unchanged } = import(parts, source).await?;
    if unchanged && from_caller {
        parts.progress.note(Stage::Plan, UNCHANGED);
    }
    // Set once, before any stage asks.
    let _ = parts.policy.set(project.policy.clone());
    let project = build(parts, project).await?;
    let mut videos = Vec::new();
    for &aspect in &project.output.aspects {
        let name = format!("{}.mp4", name_for("final_video", aspect, project.main_aspect()));
        videos.push(OutputFile::of(parts.artifacts.folder(), &name, Some(aspect)).await?);
    }
    report::write(parts, &project).await?;
    Ok(videos)
}

async fn save_now_and_then(parts: Arc<Parts>, over: CancellationToken) {
    let every = if parts.artifacts.storage().folder().is_some() { SAVE_EVERY.0 } else { SAVE_EVERY.1 };
    while !over.is_cancelled() {
        if let Some(state) = parts.progress.changed_state() {
            // A storage that fails shows itself where artifacts are written.
            drop(save(&parts, state).await);
        }
        tokio::select! { () = tokio::time::sleep(every) => {}, () = over.cancelled() => {} }
    }
}

async fn entries(parts: &Parts) -> u64 {
    parts.artifacts.history().lock().await.len()
}

async fn save(parts: &Parts, state: State) -> Result<()> {
    parts.artifacts.history().lock().await.expect_there()?;
    // For those who watch from elsewhere; the state tells the rest.
    let told = parts.artifacts.folder().write(EVENTS, Told { events: parts.progress.history() }.to_json()).await;
    save_state(parts, state).await.and(told)
}

async fn save_state(parts: &Parts, state: State) -> Result<()> {
    let json = serde_json::to_vec_pretty(&State { history_entries: entries(parts).await, ..state })
        .map_err(|error| Error::new(ErrorKind::Unexpected, "a state is not JSON").with_source(error))?;
    parts.artifacts.folder().write(STATE, json).await
}

async fn close(parts: &Parts, status: Status) -> Result<()> {
    let outcome = status.as_str().to_lowercase();
    let recorded = parts.artifacts.record(HistoryEvent::RunFinished { outcome }).await;
    // It only saves time.
    drop(parts.artifacts.history().lock().await.close().await);
    let state = State { updated_at: parts.extensions.clock.now(), ..parts.progress.state() };
    // Whatever became of the entry, the state must not say that the run is at work.
    let saved = save(parts, state).await;
    recorded.and(saved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AdProject, Studio, studio::testing::drive};

    #[test]
    fn without_a_runtime_it_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let studio = Studio::builder().with_storage_dir(folder.path()).offline().build().unwrap();
        let project = AdProject::new("p", "Rosso", "rosso.png");
        let error = drive(studio.generate(project.clone(), ".")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{error}");
        assert!(error.to_string().contains("no Tokio runtime"), "{error}");
        let bare = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let error = bare.block_on(studio.generate(project, ".")).unwrap_err();
        assert!(error.to_string().contains("no timers"), "{error}");
        assert_eq!(drive(studio.state("p")).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(drive(studio.run("p", crate::RunOptions::new())).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
