//! Keeps a run's [`State`] and tells listeners what happens. The one place that decides status and progress.

use super::event::Event;
use crate::{
    error::Error,
    project::{
        CostRange, Degradation, FidelityReport, LoudnessReport, Stage, StageStatus, State, StateAsset, StateError,
        Status,
    },
    store::now,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use tokio::sync::mpsc;

/// What an embedder is called with for each event. It must be quick and must not block.
pub type EventSink = Arc<dyn Fn(&Event) + Send + Sync>;

/// A run's state and its listeners.
pub(crate) struct Tracker {
    inner: Mutex<Inner>,
    sink: Option<EventSink>,
    dirty: AtomicBool,
    began: Instant,
}

impl std::fmt::Debug for Tracker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracker").field("began", &self.began).finish_non_exhaustive()
    }
}

struct Inner {
    state: State,
    /// Fractions of the products of each stage that are known so far.
    fractions: BTreeMap<Stage, BTreeMap<String, f64>>,
    history: Vec<Event>,
    listeners: Vec<mpsc::UnboundedSender<Event>>,
    run_cost_usd: f64,
}

impl Tracker {
    pub(crate) fn new(mut state: State, sink: Option<EventSink>) -> Self {
        // What belongs to a run starts afresh; what belongs to the project stays.
        let fresh = State::new(state.project_id.clone(), state.created_at.clone());
        state = State { cost_usd: state.cost_usd, assets: state.assets, ..fresh };
        Self {
            inner: Mutex::new(Inner {
                state,
                fractions: BTreeMap::new(),
                history: Vec::new(),
                listeners: Vec::new(),
                run_cost_usd: 0.0,
            }),
            sink,
            dirty: AtomicBool::new(true),
            began: Instant::now(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic in a listener's closure must not take the run with it; the data is plain and always whole.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All events, those of the past first.
    pub(crate) fn listen(&self) -> mpsc::UnboundedReceiver<Event> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut inner = self.lock();
        for event in &inner.history {
            // The receiver is at hand, so it cannot be closed.
            drop(sender.send(event.clone()));
        }
        inner.listeners.push(sender);
        receiver
    }

    pub(crate) fn emit(&self, event: Event) {
        if let Some(sink) = &self.sink {
            sink(&event);
        }
        let mut inner = self.lock();
        inner.listeners.retain(|listener| listener.send(event.clone()).is_ok());
        let is_progress = matches!(event, Event::Progress { .. });
        // Late listeners need to know where things stand, not every step on the way.
        if is_progress {
            inner.history.retain(|old| !same_progress(old, &event));
        }
        inner.history.push(event);
        drop(inner);
        self.dirty.store(true, Ordering::Relaxed);
    }

    /// No listener hears anything any more.
    pub(crate) fn close(&self) {
        self.lock().listeners.clear();
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
        self.dirty.swap(false, Ordering::Relaxed).then(|| State { updated_at: now(), ..self.state() })
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

    /// Names the products that a stage will make, so that its progress is known.
    pub(crate) fn expect(&self, stage: Stage, products: impl IntoIterator<Item = String>) {
        let mut inner = self.lock();
        let known = inner.fractions.entry(stage).or_default();
        for product in products {
            known.entry(product).or_insert(0.0);
        }
    }

    pub(crate) fn started(&self, stage: Stage) {
        let at = self.elapsed_s();
        let first = {
            let mut inner = self.lock();
            let state = inner.state.stages.entry(stage).or_default();
            let first = state.started_s.is_none();
            if first {
                state.started_s = Some(at);
                state.status = StageStatus::Running;
            }
            first
        };
        if first {
            self.emit(Event::StageStarted { stage });
            self.refresh_status();
        }
    }

    /// A product's progress, 0-1. Steps of less than a percent are not told.
    pub(crate) fn progress(&self, stage: Stage, product: &str, fraction: f64) {
        let fraction = fraction.clamp(0.0, 1.0);
        let progress = {
            let mut inner = self.lock();
            let known = inner.fractions.entry(stage).or_default().entry(product.to_owned()).or_insert(0.0);
            if fraction <= *known || (fraction < 1.0 && fraction - *known < 0.01) {
                return;
            }
            *known = fraction;
            inner.update_progress(stage)
        };
        self.emit(Event::Progress { stage, product: product.to_owned(), fraction, progress });
    }

    pub(crate) fn reused(&self, stage: Stage, product: &str, files: &[StateAsset]) {
        self.started(stage);
        {
            let mut inner = self.lock();
            inner.state.stages.entry(stage).or_default().reused += 1;
            inner.record_files(product, files);
        }
        self.emit(Event::ProductReused { stage, product: product.to_owned() });
        self.progress(stage, product, 1.0);
    }

    pub(crate) fn made(&self, stage: Stage, product: &str, files: &[StateAsset], cost_usd: f64, elapsed_ms: u64) {
        {
            let mut inner = self.lock();
            inner.state.stages.entry(stage).or_default().made += 1;
            inner.record_files(product, files);
        }
        self.spent(stage, cost_usd);
        let names = files.iter().map(|file| file.file.clone()).collect();
        self.emit(Event::ProductReady { stage, product: product.to_owned(), files: names, cost_usd, elapsed_ms });
        self.progress(stage, product, 1.0);
    }

    /// Counts money.
    pub(crate) fn spent(&self, stage: Stage, cost_usd: f64) {
        let mut inner = self.lock();
        inner.state.stages.entry(stage).or_default().cost_usd += cost_usd;
        inner.state.cost_usd += cost_usd;
        inner.run_cost_usd += cost_usd;
        drop(inner);
        self.dirty.store(true, Ordering::Relaxed);
    }

    /// What the run is expected to cost, before anything is called.
    pub(crate) fn estimated(&self, cost: CostRange) {
        self.lock().state.estimate = Some(cost);
        self.emit(Event::Estimated { low_usd: cost.low_usd, high_usd: cost.is_known().then_some(cost.high_usd) });
    }

    pub(crate) fn finished(&self, stage: Stage) {
        let at = self.elapsed_s();
        let began = {
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
            began
        };
        self.emit(Event::StageFinished { stage, elapsed_ms: ((at - began) * 1000.0) as u64 });
        self.refresh_status();
    }

    pub(crate) fn degraded(&self, degradation: Degradation) {
        self.lock().state.degradations.push(degradation.clone());
        self.emit(Event::Degraded(degradation));
    }

    pub(crate) fn note(&self, stage: Stage, message: impl Into<String>) {
        let message = message.into();
        self.lock().state.notes.push(message.clone());
        self.emit(Event::Note { stage, message });
    }

    pub(crate) fn measured(&self, loudness: Option<LoudnessReport>, fidelity: Option<FidelityReport>) {
        let mut inner = self.lock();
        inner.state.loudness = loudness.or(inner.state.loudness);
        inner.state.fidelity = fidelity.or(inner.state.fidelity);
        drop(inner);
        self.dirty.store(true, Ordering::Relaxed);
    }

    fn refresh_status(&self) {
        let changed = {
            let mut inner = self.lock();
            let earliest = Stage::ALL
                .iter()
                .find(|stage| inner.state.stages.get(stage).is_none_or(|state| state.status != StageStatus::Finished));
            let status = earliest.map_or(Status::Rendering, |stage| stage.status());
            let moved = !inner.state.status.is_final() && status > inner.state.status;
            if moved {
                inner.state.status = status;
            }
            moved.then_some((status, inner.state.progress))
        };
        if let Some((status, progress)) = changed {
            self.emit(Event::StatusChanged { status, progress });
        }
    }

    /// Ends the run: sets the last status and tells it.
    pub(crate) fn end(&self, status: Status, error: Option<&Error>, video: Option<String>) {
        let elapsed_s = self.elapsed_s();
        let (progress, cost_usd) = {
            let mut inner = self.lock();
            inner.state.status = status;
            inner.state.elapsed_s = elapsed_s;
            if status == Status::Completed {
                inner.state.progress = 100.0;
            }
            if status == Status::Failed {
                for stage in inner.state.stages.values_mut().filter(|stage| stage.status == StageStatus::Running) {
                    stage.status = StageStatus::Failed;
                }
            }
            inner.state.error = error
                .filter(|_| status == Status::Failed)
                .map(|error| StateError { code: error.kind().as_str().to_owned(), message: error.to_string() });
            (inner.state.progress, inner.run_cost_usd)
        };
        self.emit(Event::StatusChanged { status, progress });
        let error = error.map(ToString::to_string);
        self.emit(Event::RunFinished { status, cost_usd, elapsed_ms: self.elapsed_ms(), video, error });
    }
}

impl Inner {
    /// Recomputes a stage's share and gives the whole run's progress.
    fn update_progress(&mut self, stage: Stage) -> f64 {
        let fractions = self.fractions.entry(stage).or_default();
        let mean = fractions.values().sum::<f64>() / fractions.len().max(1) as f64;
        let state = self.state.stages.entry(stage).or_default();
        if state.status != StageStatus::Finished {
            state.progress = state.progress.max(mean);
        }
        let total: f64 = self.state.stages.iter().map(|(stage, state)| stage.weight() * state.progress).sum();
        // 100 is for a finished run alone. More products may become known, but progress never falls.
        self.state.progress = self.state.progress.max((total * 10.0).floor() / 10.0).min(99.9);
        self.state.progress
    }

    fn record_files(&mut self, product: &str, files: &[StateAsset]) {
        for file in files {
            let name = if files.len() == 1 { product.to_owned() } else { format!("{product}:{}", file.file) };
            self.state.assets.insert(name, file.clone());
        }
    }
}

fn same_progress(old: &Event, new: &Event) -> bool {
    matches!((old, new), (
        Event::Progress { stage: a, product: p, .. },
        Event::Progress { stage: b, product: q, .. },
    ) if a == b && p == q)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracker() -> Tracker {
        Tracker::new(State::new("p", "2026-01-01T00:00:00Z"), None)
    }

    #[test]
    fn status_is_the_earliest_stage_that_is_not_finished() {
        let tracker = tracker();
        tracker.started(Stage::Extract);
        assert_eq!(tracker.state().status, Status::Planning);
        tracker.finished(Stage::Extract);
        assert_eq!(tracker.state().status, Status::Planning);
        tracker.started(Stage::Plan);
        tracker.finished(Stage::Plan);
        assert_eq!(tracker.state().status, Status::GeneratingScenes);
    }

    #[test]
    fn progress_never_falls_and_ends_at_a_hundred() {
        let tracker = tracker();
        let mut last = 0.0;
        let mut check = |tracker: &Tracker| {
            let progress = tracker.state().progress;
            assert!(progress >= last, "{progress} after {last}");
            last = progress;
        };
        tracker.started(Stage::Scenes);
        tracker.progress(Stage::Scenes, "a", 1.0);
        check(&tracker);
        tracker.expect(Stage::Scenes, ["a".into(), "b".into(), "c".into()]);
        tracker.progress(Stage::Scenes, "b", 0.5);
        check(&tracker);
        for &stage in Stage::ALL {
            tracker.started(stage);
            tracker.finished(stage);
            check(&tracker);
        }
        tracker.end(Status::Completed, None, None);
        assert_eq!(tracker.state().progress, 100.0);
    }

    #[test]
    fn late_listeners_hear_the_past() {
        let tracker = tracker();
        tracker.started(Stage::Plan);
        for step in 0..100 {
            tracker.progress(Stage::Plan, "plan", f64::from(step) / 100.0);
        }
        let mut events = tracker.listen();
        tracker.end(Status::Cancelled, None, None);
        tracker.close();
        let mut all = Vec::new();
        while let Ok(event) = events.try_recv() {
            all.push(event);
        }
        assert!(matches!(all.first(), Some(Event::StageStarted { stage: Stage::Plan })));
        assert!(matches!(all.last(), Some(Event::RunFinished { status: Status::Cancelled, .. })));
        assert_eq!(all.iter().filter(|event| matches!(event, Event::Progress { .. })).count(), 1);
    }
}
