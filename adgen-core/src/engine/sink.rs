//! Calls an embedder's function for each event, on a thread of its own: one that is slow or panics holds nobody up.
//!
//! May depend on `event` and `error`.

use crate::{
    error::panic_words,
    event::{EventRecord, EventSink},
};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// From so many waiting events on, steps of progress that later ones have overtaken are left out.
const MANY: usize = 256;

/// The thread that calls a sink. It ends once this is dropped and everything was told.
#[derive(Debug)]
pub(super) struct SinkThread(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<EventRecord>,
    is_calling: bool,
    is_closed: bool,
    /// What the sink first panicked with.
    panic: Option<String>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // The sink is called without the lock, so what it guards is always whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SinkThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where the system has no thread left.
    pub(super) fn start(sink: EventSink) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        thread::Builder::new().name("adgen-events".to_owned()).spawn(move || tell(&own, &sink))?;
        Ok(Self(shared))
    }

    /// Lines an event up.
    pub(super) fn add(&self, record: EventRecord) {
        let mut waiting = self.0.lock();
        if waiting.events.len() >= MANY {
            waiting.events.retain(|old| !record.event.overtakes(&old.event));
        }
        waiting.events.push_back(record);
        self.0.changed.notify_all();
    }

    /// For whoever wants to know how it is without holding the sender.
    pub(super) fn watch(&self) -> SinkWatch {
        SinkWatch(Arc::clone(&self.0))
    }
}

impl Drop for SinkThread {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.changed.notify_all();
    }
}

/// Knows how far the thread is.
#[derive(Debug, Clone)]
pub(super) struct SinkWatch(Arc<Shared>);

impl SinkWatch {
    /// Waits until the sink has heard everything, for `patience` at the most.
    pub(super) fn wait(&self, patience: Duration) {
        let busy = |waiting: &mut Waiting| waiting.is_calling || !waiting.events.is_empty();
        drop(self.0.changed.wait_timeout_while(self.0.lock(), patience, busy));
    }

    /// What the sink first panicked with, if it did.
    pub(super) fn panic(&self) -> Option<String> {
        self.0.lock().panic.clone()
    }
}

fn tell(shared: &Shared, sink: &EventSink) {
    let mut waiting = shared.lock();
    loop {
        if let Some(record) = waiting.events.pop_front() {
            waiting.is_calling = true;
            drop(waiting);
            let called = catch_unwind(AssertUnwindSafe(|| sink(&record)));
            waiting = shared.lock();
            waiting.is_calling = false;
            if let Err(panic) = called {
                waiting.panic.get_or_insert_with(|| panic_words(&*panic).to_owned());
            }
            shared.changed.notify_all();
        } else if waiting.is_closed {
            return;
        } else {
            waiting = shared.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
