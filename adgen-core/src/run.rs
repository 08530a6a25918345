//! One run over one project: events, waiting, cancelling. What bindings wrap.

use crate::{
    asset::AssetPolicy,
    error::{Error, ErrorKind, Result},
    matte::Matting,
    pipeline::{
        Bells, Context, Event, EventSink, Providers, Seen, Shelf, Source, Tracker, Turns, build, import, name_for,
    },
    project::{Aspect, State, Status},
    provider::WebhookEvent,
    report,
    store::{Journal, JournalEntry, Lease, ProjectFiles, Scratch, now},
};
use futures_util::{Stream, stream};
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, RwLock},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// How often a changed state is written while a run lasts.
const SAVE_EVERY: Duration = Duration::from_millis(500);

/// What a run needs to know.
#[derive(Clone)]
pub(crate) struct RunSettings {
    pub(crate) files: ProjectFiles,
    pub(crate) providers: Providers,
    pub(crate) matting: Matting,
    pub(crate) turns: Arc<Turns>,
    pub(crate) network: bool,
    pub(crate) assets: AssetPolicy,
    pub(crate) private_urls: bool,
    pub(crate) max_usd: Option<f64>,
    pub(crate) job_timeout: Duration,
    pub(crate) sink: Option<EventSink>,
}

/// A run under way. Dropping it does not stop the work; [`Run::cancel`] does.
pub struct Run {
    id: String,
    project_id: String,
    tracker: Arc<Tracker>,
    bells: Arc<Bells>,
    cancel: CancellationToken,
    task: JoinHandle<Result<Outcome>>,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("id", &self.id).field("project_id", &self.project_id).finish_non_exhaustive()
    }
}

/// A finished run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// The project.
    pub project_id: String,
    /// The videos, the main one first: shape, name in the project's folder, and where a person finds it.
    pub videos: Vec<(Aspect, String, String)>,
    /// Where a person finds the report.
    pub report: String,
    /// What is known about the project now.
    pub state: State,
}

impl Run {
    pub(crate) async fn start(project_id: String, source: Source, settings: RunSettings) -> Result<Self> {
        need_runtime()?;
        let id = uuid::Uuid::new_v4().simple().to_string();
        let lease = Lease::acquire(&settings.files, &id).await?;
        // Everything that can fail before the first event gives the project back at once.
        let prepared = prepare(&project_id, &id, &settings).await;
        let (context, tracker, scratch) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                lease.release().await;
                return Err(error);
            }
        };
        let (cancel, bells) = (context.cancel.clone(), Arc::clone(&context.bells));
        tracker.emit(Event::RunStarted { project_id: project_id.clone(), run_id: id.clone() });
        let work = Work { project_id: project_id.clone(), source, settings, context, lease, scratch };
        let task = tokio::spawn(work.supervise());
        Ok(Self { id, project_id, tracker, bells, cancel, task })
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
        self.tracker.state()
    }

    /// All events of the run, those of the past first. Ends after [`Event::RunFinished`].
    pub fn events(&self) -> impl Stream<Item = Event> + Send + Unpin + 'static {
        Box::pin(stream::unfold(self.tracker.listen(), |mut events| async {
            events.recv().await.map(|event| (event, events))
        }))
    }

    /// Stops the run, remote jobs included. What is finished stays; a later run goes on from there.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// A handle that cancels the run from elsewhere.
    pub fn canceller(&self) -> impl Fn() + Send + Sync + Clone + 'static {
        let cancel = self.cancel.clone();
        move || cancel.cancel()
    }

    /// Hands in a provider's webhook, so that the run need not ask for that job: it is looked at now. Tells whether the job
    /// is this run's; one that is not known yet is remembered, for a webhook may be faster than the answer to the call.
    ///
    /// Verify webhooks before: [`replicate::verify_webhook`](crate::replicate::verify_webhook).
    pub fn notify(&self, event: &WebhookEvent) -> bool {
        self.bells.ring(&event.job)
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// Why the run failed; `Cancelled` where it was cancelled.
    pub async fn wait(self) -> Result<Outcome> {
        self.task.await.unwrap_or_else(|panic| {
            Err(Error::new(
                ErrorKind::Unexpected,
                "the run stopped unexpectedly: this is a defect of adgen, please report it",
            )
            .with_context("cause", panic))
        })
    }
}

/// A run works in tasks and waits by clocks, both of which panic where no runtime has them.
fn need_runtime() -> Result<()> {
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

async fn prepare(project_id: &str, run: &str, settings: &RunSettings) -> Result<(Arc<Context>, Arc<Tracker>, Scratch)> {
    let files = &settings.files;
    let old = files.read("state.json").await?.and_then(|bytes| serde_json::from_slice::<State>(&bytes).ok());
    let has_state = old.is_some();
    let mut state = old.unwrap_or_else(|| State::new(project_id, now()));
    let mut journal = Journal::load(files, Some(run)).await?;
    journal.expect_entries(state.journal_entries)?;
    if !has_state && journal.records().is_empty() && files.exists("plan.json").await? {
        return Err(Error::new(
            ErrorKind::InvalidProject,
            "the project has a plan, and neither its journal nor its state: what was bought is not known any more",
        )
        .with_context("path", files.display("journal"))
        .with_hint("bring both back, or give the document another id to have everything made anew"));
    }
    // The journal is the truth; the state only shows it.
    state.cost_usd = journal.spent_usd();
    journal.append(JournalEntry::RunStarted { version: env!("CARGO_PKG_VERSION").to_owned() }).await?;
    let tracker = Arc::new(Tracker::new(state, settings.sink.clone()));
    let scratch = files.work_folder().await?;
    let context = Context {
        reserved_usd: std::sync::Mutex::new(0.0),
        open_jobs: std::sync::Mutex::new(Vec::new()),
        bells: Arc::default(),
        job_timeout: settings.job_timeout,
        max_usd: settings.max_usd,
        starting: Arc::new(RwLock::new(())),
        network: settings.network,
        assets: settings.assets.clone(),
        names: std::sync::Mutex::default(),
        left_out: std::sync::Mutex::default(),
        private_urls: settings.private_urls,
        files: files.clone(),
        journal: Mutex::new(journal),
        tracker: Arc::clone(&tracker),
        cancel: CancellationToken::new(),
        policy: std::sync::OnceLock::new(),
        jobs: settings.turns.jobs(),
        turns: settings.turns.of_run(),
        scratch: scratch.path().to_owned(),
        shelf: Shelf::default(),
        document: Seen::default(),
        photos: Default::default(),
        art: Arc::default(),
    };
    Ok((Arc::new(context), tracker, scratch))
}

struct Work {
    project_id: String,
    source: Source,
    settings: RunSettings,
    context: Arc<Context>,
    lease: Lease,
    scratch: Scratch,
}

impl Work {
    /// Runs to the end, whatever happens: the last state is written, the last event told, the project given back.
    async fn supervise(self) -> Result<Outcome> {
        let context = Arc::clone(&self.context);
        let tracker = Arc::clone(&context.tracker);
        let lost = self.lease.lost().clone();
        // Where the whole runtime is dropped, heavy work on its threads has to end as well.
        let _stops = context.cancel.clone().drop_guard();
        let over = CancellationToken::new();
        let saver = tokio::spawn(save_now_and_then(Arc::clone(&context), over.clone()));
        // A task of its own, so that even a panic leads to an orderly end.
        let mut work = tokio::spawn({
            let (context, settings) = (Arc::clone(&context), self.settings);
            async move { work(&context, self.source, settings).await }
        });
        let result = tokio::select! {
            result = &mut work => result,
            () = lost.cancelled() => {
                context.cancel.cancel();
                work.await.map(|_| Err(Error::new(
                    ErrorKind::Locked,
                    "the project's lease could not be renewed, so another process may have taken it: run again",
                )))
            }
        };
        let result = result.unwrap_or_else(|panic| {
            Err(Error::new(
                ErrorKind::Unexpected,
                "a stage stopped unexpectedly: this is a defect of adgen, please report it",
            )
            .with_context("cause", panic))
        });
        // Whatever failed first when its ground went away, this is what a person has to know.
        let result = result.map_err(|error| context.check_storage(error));
        let cancelled = matches!(&result, Err(error) if error.kind() == ErrorKind::Cancelled);
        // What was dropped may still be at work on other threads; nothing may be written after the lease is gone.
        context.cancel.cancel();
        let stopped = context.stop_jobs(cancelled).await;
        context.quiet().await;
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
        let video = result.as_ref().ok().and_then(|outcome| outcome.videos.first().map(|(_, _, path)| path.clone()));
        tracker.end(status, result.as_ref().err(), video);
        let closing = close(&context, status).await;
        if !lost.is_cancelled() {
            self.lease.release().await;
        }
        tracker.close();
        let mut outcome = result?;
        stopped?;
        closing?;
        outcome.state = State { journal_entries: entries(&context).await, ..tracker.state() };
        outcome.project_id = self.project_id;
        Ok(outcome)
    }
}

async fn work(context: &Arc<Context>, source: Source, settings: RunSettings) -> Result<Outcome> {
    let project = import(context, source).await?;
    // Set once, before any stage asks.
    let _ = context.policy.set(project.policy.clone());
    let project = build(context, project, settings.providers, settings.matting).await?;
    let video = |&aspect: &Aspect| {
        let name = format!("{}.mp4", name_for("final_video", aspect, project.main_aspect()));
        let path = context.files.display(&name);
        (aspect, name, path)
    };
    let videos: Vec<_> = project.output.aspects.iter().map(video).collect();
    report::write(context, &project, &videos[0].1).await?;
    Ok(Outcome {
        project_id: project.id.clone(),
        videos,
        report: context.files.display("report.html"),
        state: context.tracker.state(),
    })
}

async fn save_now_and_then(context: Arc<Context>, over: CancellationToken) {
    while !over.is_cancelled() {
        if let Some(state) = context.tracker.changed_state() {
            // A storage that fails shows itself where products are written.
            drop(save(&context, state).await);
        }
        tokio::select! { () = tokio::time::sleep(SAVE_EVERY) => {}, () = over.cancelled() => {} }
    }
}

async fn entries(context: &Context) -> u64 {
    context.journal.lock().await.records().len() as u64
}

async fn save(context: &Context, state: State) -> Result<()> {
    context.journal.lock().await.expect_there()?;
    let json = serde_json::to_vec_pretty(&State { journal_entries: entries(context).await, ..state })
        .map_err(|error| Error::new(ErrorKind::Unexpected, "a state is not JSON").with_source(error))?;
    context.files.write("state.json", json).await
}

async fn close(context: &Context, status: Status) -> Result<()> {
    let outcome = status.as_str().to_lowercase();
    let recorded = context.record(JournalEntry::RunFinished { outcome }).await;
    let state = State { updated_at: now(), ..context.tracker.state() };
    // Whatever became of the entry, the state must not say that the run is at work.
    let saved = save(context, state).await;
    recorded.and(saved)
}

/// Where the files of a project lie, for callers that want to open them.
impl Outcome {
    /// The main video where a person finds it.
    pub fn video(&self) -> Option<PathBuf> {
        self.videos.first().map(|(_, _, path)| PathBuf::from(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AdProject, Studio};
    use std::{
        pin::pin,
        task::{Context as Polling, Poll, Waker},
    };

    /// Drives a future without any runtime.
    fn drive<T>(future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut Polling::from_waker(Waker::noop())) {
                return value;
            }
            std::thread::yield_now();
        }
    }

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
        assert_eq!(drive(studio.resume("p")).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
