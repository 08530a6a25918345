//! Keeps a run's [`State`] and tells listeners what happens. The one place that decides status and progress.

use super::{
    listeners::Listeners,
    sink::{SinkThread, SinkWatch},
    trace,
};
use crate::{
    error::{Error, Result},
    event::{Event, EventRecord, EventSink},
    project::{CostRange, Degradation, FidelityReport, LoudnessReport, Stage, StageStatus, State, StateAsset, Status},
    store::Clock,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// How long the end of a run waits for a sink that is still busy with earlier events.
const SINK: Duration = Duration::from_secs(10);

/// A run's state and its listeners.
pub(crate) struct Progress {
    inner: Mutex<Inner>,
    sinks: Vec<SinkWatch>,
    dirty: AtomicBool,
    began: Instant,
    clock: Clock,
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").field("began", &self.began).finish_non_exhaustive()
    }
}

struct Inner {
    state: State,
    /// Fractions of the artifacts of each stage that are known so far.
    fractions: BTreeMap<Stage, BTreeMap<String, f64>>,
    listeners: Listeners,
    run_cost_usd: f64,
    /// How often each note of the state came, in the same order.
    note_counts: Vec<(String, u32)>,
}

impl Progress {
    /// The progress of a run over a project in this state; events and states are dated by `clock`.
    ///
    /// # Errors
    /// Where the system has no thread left for the sink.
    pub(crate) fn new(mut state: State, run_id: &str, sinks: Vec<EventSink>, clock: Clock) -> Result<Self> {
        let threads =
            sinks.into_iter().map(SinkThread::start).collect::<std::io::Result<Vec<_>>>().map_err(|error| {
                Error::from(error).with_operation("start").with_hint("end other programs, then run again")
            })?;
        // What belongs to a run starts afresh; what belongs to the project stays.
        let fresh = State::new(state.project_id.clone(), state.created_at.clone());
        state = State { cost_usd: state.cost_usd, assets: state.assets, run_id: Some(run_id.to_owned()), ..fresh };
        let sinks = threads.iter().map(SinkThread::watch).collect();
        Ok(Self {
            inner: Mutex::new(Inner {
                listeners: Listeners::new(run_id.to_owned(), state.project_id.clone(), threads, clock.clone()),
                state,
                fractions: BTreeMap::new(),
                run_cost_usd: 0.0,
                note_counts: Vec::new(),
            }),
            sinks,
            dirty: AtomicBool::new(true),
            began: Instant::now(),
            clock,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic in a listener's closure must not take the run with it; the data is plain and always whole.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All events from number `from_seq` on, those of the past first.
    pub(crate) fn listen(&self, from_seq: u64) -> mpsc::UnboundedReceiver<EventRecord> {
        self.lock().listeners.listen(from_seq)
    }

    /// The events so far, without those that later ones have overtaken.
    pub(crate) fn history(&self) -> Vec<EventRecord> {
        self.lock().listeners.history().to_vec()
    }

    pub(crate) fn emit(&self, event: Event) {
        let mut inner = self.lock();
        inner.tell(event);
        self.release(inner);
    }

    /// Ends a change.
    fn release(&self, inner: MutexGuard<'_, Inner>) {
        self.dirty.store(true, Ordering::Relaxed);
        drop(inner);
    }

    /// Waits until the sink has heard everything, though not for ever, and notes it where the sink panicked. Blocks.
    pub(crate) fn settle_sink(&self) {
        for sink in &self.sinks {
            sink.wait(SINK);
            if let Some(panic) = sink.panic() {
                let note = format!("the function that is called for each event panicked: {panic}");
                self.lock().is_first_note(&note);
            }
        }
    }

    /// No listener hears anything any more.
    pub(crate) fn close(&self) {
        self.lock().listeners.close();
    }

    pub(crate) fn state(&self) -> State {
        let mut state = self.lock().state.clone();
        if !state.status.is_final() {
            state.elapsed_s = self.elapsed_s();
        }
        state
    }

    /// The state, if it changed since the last call.
    pub(crate) fn changed_state(&self) -> Option<State> {
        self.dirty.swap(false, Ordering::Relaxed).then(|| State { updated_at: self.clock.now(), ..self.state() })
    }

    pub(crate) fn elapsed_s(&self) -> f64 {
        (self.began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
    }

    pub(crate) fn elapsed_ms(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    pub(crate) fn run_cost_usd(&self) -> f64 {
        self.lock().run_cost_usd
    }

    /// Names the artifacts that a stage will make, so that its progress is known.
    pub(crate) fn expect(&self, stage: Stage, artifacts: impl IntoIterator<Item = String>) {
        let mut inner = self.lock();
        let known = inner.fractions.entry(stage).or_default();
        for artifact in artifacts {
            known.entry(artifact).or_insert(0.0);
        }
    }

    pub(crate) fn started(&self, stage: Stage) {
        let at = self.elapsed_s();
        let mut inner = self.lock();
        let state = inner.state.stages.entry(stage).or_default();
        if state.started_s.is_some() {
            return;
        }
        state.started_s = Some(at);
        state.status = StageStatus::Running;
        inner.tell(Event::StageStarted { stage });
        inner.refresh_status();
        self.release(inner);
    }

    /// An artifact's progress, 0-1. Steps of less than a percent are not told.
    pub(crate) fn progress(&self, stage: Stage, artifact: &str, fraction: f64) {
        let mut inner = self.lock();
        inner.progress(stage, artifact, fraction);
        self.release(inner);
    }

    pub(crate) fn reused(&self, stage: Stage, artifact: &str, files: &[StateAsset]) {
        self.started(stage);
        let mut inner = self.lock();
        inner.state.stages.entry(stage).or_default().reused += 1;
        inner.record_files(artifact, files);
        inner.tell(Event::ArtifactReused { stage, artifact: artifact.to_owned() });
        inner.progress(stage, artifact, 1.0);
        self.release(inner);
    }

    pub(crate) fn made(&self, stage: Stage, artifact: &str, files: &[StateAsset], cost_usd: f64, elapsed_ms: u64) {
        let mut inner = self.lock();
        inner.state.stages.entry(stage).or_default().made += 1;
        inner.record_files(artifact, files);
        inner.spend(stage, cost_usd);
        let names = files.iter().map(|file| file.file.clone()).collect();
        inner.tell(Event::ArtifactReady { stage, artifact: artifact.to_owned(), files: names, cost_usd, elapsed_ms });
        inner.progress(stage, artifact, 1.0);
        self.release(inner);
    }

    /// Counts money.
    pub(crate) fn spent(&self, stage: Stage, cost_usd: f64) {
        let mut inner = self.lock();
        inner.spend(stage, cost_usd);
        self.release(inner);
    }

    /// What the run is expected to cost, before anything is called.
    pub(crate) fn estimated(&self, cost: CostRange) {
        let mut inner = self.lock();
        inner.state.estimate = Some(cost);
        let high_usd = cost.is_known().then_some(cost.high_usd);
        inner.tell(Event::Estimated { low_usd: cost.low_usd, high_usd });
        self.release(inner);
    }

    pub(crate) fn finished(&self, stage: Stage) {
        let at = self.elapsed_s();
        let mut inner = self.lock();
        let state = inner.state.stages.entry(stage).or_default();
        state.status = StageStatus::Finished;
        state.progress = 1.0;
        state.finished_s = Some(at);
        let began = state.started_s.get_or_insert(at).to_owned();
        for fraction in inner.fractions.entry(stage).or_default().values_mut() {
            *fraction = 1.0;
        }
        inner.update_progress(stage);
        inner.tell(Event::StageFinished { stage, elapsed_ms: ((at - began) * 1000.0) as u64 });
        inner.refresh_status();
        self.release(inner);
    }

    /// A file of the project is there no more.
    pub(crate) fn forget_file(&self, file: &str) {
        let mut inner = self.lock();
        inner.state.assets.retain(|_, asset| asset.file != file);
        self.release(inner);
    }

    pub(crate) fn degraded(&self, degradation: Degradation) {
        trace::degraded(&degradation);
        let mut inner = self.lock();
        inner.state.degradations.push(degradation.clone());
        inner.tell(Event::Degraded(degradation));
        self.release(inner);
    }

    /// Tells what is worth knowing. The same words, which many scenes and shapes may say, are told once and counted.
    pub(crate) fn note(&self, stage: Stage, message: impl Into<String>) {
        let message = message.into();
        let mut inner = self.lock();
        if inner.is_first_note(&message) {
            inner.tell(Event::Note { stage, message });
        }
        self.release(inner);
    }

    /// The same for what an artifact lacks: scenes and shapes that lack the same are one degradation.
    pub(crate) fn lacks(&self, lack: Degradation) {
        let mut inner = self.lock();
        let mut new = None;
        let same = |old: &&mut Degradation| {
            old.stage == lack.stage && old.fallback == lack.fallback && old.cause == lack.cause
        };
        match inner.state.degradations.iter_mut().find(same) {
            Some(known) if known.artifacts().any(|artifact| artifact == lack.artifact) => {}
            Some(known) => known.also.push(lack.artifact),
            None => {
                inner.state.degradations.push(lack.clone());
                inner.tell(Event::Degraded(lack.clone()));
                new = Some(lack);
            }
        }
        self.release(inner);
        if let Some(lack) = new {
            trace::degraded(&lack);
        }
    }

    pub(crate) fn measured(&self, loudness: Option<LoudnessReport>, fidelity: Option<FidelityReport>) {
        let mut inner = self.lock();
        inner.state.loudness = loudness.or(inner.state.loudness);
        inner.state.fidelity = fidelity.or(inner.state.fidelity);
        self.release(inner);
    }

    /// An amount that a provider told, as one that can be counted.
    pub(crate) fn amount(&self, stage: Stage, artifact: &str, usd: f64) -> f64 {
        if usd.is_finite() && usd >= 0.0 {
            return usd;
        }
        self.note(stage, format!("{artifact}: the provider says that it cost {usd} dollars, which counts as nothing"));
        0.0
    }

    /// Tells listeners about every repetition of a call for an artifact: the try that has just failed, the wait, and why.
    pub(crate) fn watch(
        self: &Arc<Self>,
        stage: Stage,
        artifact: &str,
    ) -> impl Fn(u32, Duration, &str) + Send + Sync + 'static {
        let (progress, artifact) = (Arc::clone(self), artifact.to_owned());
        move |attempt, wait, code| {
            progress.emit(Event::Retrying {
                stage,
                artifact: artifact.clone(),
                attempt: attempt + 1,
                wait_ms: wait.as_millis() as u64,
                code: code.to_owned(),
            });
        }
    }

    /// Ends the run: sets the last status and tells it.
    pub(crate) fn end(&self, status: Status, error: Option<&Error>, video: Option<String>) {
        let (elapsed_s, elapsed_ms) = (self.elapsed_s(), self.elapsed_ms());
        trace::ended(status, error, elapsed_ms);
        let mut inner = self.lock();
        inner.state.status = status;
        inner.state.elapsed_s = elapsed_s;
        if status == Status::Completed {
            inner.state.progress = 100.0;
        }
        // Nothing is at work any more: one stage failed, the others were stopped.
        let failed = |stage: &Stage| {
            let operation = error.map_or("", Error::operation);
            status == Status::Failed
                && (operation == stage.as_str() || Stage::ALL.iter().all(|stage| stage.as_str() != operation))
        };
        for (stage, state) in &mut inner.state.stages {
            if state.status == StageStatus::Running {
                state.status = if failed(stage) { StageStatus::Failed } else { StageStatus::Stopped };
            }
        }
        inner.state.error = error.filter(|_| status == Status::Failed).map(Error::body);
        let (progress, cost_usd) = (inner.state.progress, inner.run_cost_usd);
        inner.tell(Event::StatusChanged { status, progress });
        let error = error.map(Error::body);
        inner.tell(Event::RunFinished { status, cost_usd, elapsed_ms, video, error });
        self.release(inner);
    }
}

impl Inner {
    fn tell(&mut self, event: Event) {
        self.listeners.add(event);
    }

    fn spend(&mut self, stage: Stage, cost_usd: f64) {
        self.state.stages.entry(stage).or_default().cost_usd += cost_usd;
        self.state.cost_usd += cost_usd;
        self.run_cost_usd += cost_usd;
    }

    fn progress(&mut self, stage: Stage, artifact: &str, fraction: f64) {
        // What a provider tells may be no number at all.
        if fraction.is_nan() {
            return;
        }
        let fraction = fraction.clamp(0.0, 1.0);
        let known = self.fractions.entry(stage).or_default().entry(artifact.to_owned()).or_insert(0.0);
        if fraction <= *known || (fraction < 1.0 && fraction - *known < 0.01) {
            return;
        }
        *known = fraction;
        let progress = self.update_progress(stage);
        self.tell(Event::Progress { stage, artifact: artifact.to_owned(), fraction, progress });
    }

    fn refresh_status(&mut self) {
        let earliest = Stage::ALL
            .iter()
            .find(|stage| self.state.stages.get(stage).is_none_or(|state| state.status != StageStatus::Finished));
        let status = earliest.map_or(Status::Rendering, |stage| stage.status());
        if !self.state.status.is_final() && status > self.state.status {
            self.state.status = status;
            let progress = self.state.progress;
            self.tell(Event::StatusChanged { status, progress });
        }
    }

    /// Recomputes a stage's share and gives the whole run's progress.
    fn update_progress(&mut self, stage: Stage) -> f64 {
        let fractions = self.fractions.entry(stage).or_default();
        let mean = fractions.values().sum::<f64>() / fractions.len().max(1) as f64;
        let state = self.state.stages.entry(stage).or_default();
        if state.status != StageStatus::Finished {
            state.progress = state.progress.max(mean);
        }
        let total: f64 = self.state.stages.iter().map(|(stage, state)| stage.weight() * state.progress).sum();
        // 100 is for a finished run alone. More artifacts may become known, but progress never falls.
        self.state.progress = self.state.progress.max((total * 10.0).floor() / 10.0).min(99.9);
        self.state.progress
    }

    /// Counts a note; true where nobody said the same before.
    fn is_first_note(&mut self, message: &str) -> bool {
        match self.note_counts.iter().position(|(known, _)| known == message) {
            Some(index) => {
                let (known, count) = &mut self.note_counts[index];
                *count += 1;
                self.state.notes[index] = format!("{known} ({count} times)");
                false
            }
            None => {
                self.note_counts.push((message.to_owned(), 1));
                self.state.notes.push(message.to_owned());
                true
            }
        }
    }

    fn record_files(&mut self, artifact: &str, files: &[StateAsset]) {
        self.state.add_files(artifact, files);
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
