//! Who is told what happens: a sink, and listeners that may come late. Each hears events in the order in which they came
//! about, whatever thread they came from.

use crate::event::{Event, EventSink};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
};
use tokio::sync::mpsc;

/// Listeners, what they have heard, and what the sink still has to hear.
#[derive(Default)]
pub(super) struct Listeners {
    history: Vec<Event>,
    listeners: Vec<mpsc::UnboundedSender<Event>>,
    /// For the sink, which is called without a lock: it may ask for the state.
    queue: VecDeque<Event>,
    /// Some thread is calling the sink, and will take what comes meanwhile.
    is_at_work: bool,
}

impl Listeners {
    /// All events, those of the past first.
    pub(super) fn listen(&mut self) -> mpsc::UnboundedReceiver<Event> {
        let (sender, receiver) = mpsc::unbounded_channel();
        for event in &self.history {
            // The receiver is at hand, so it cannot be closed.
            drop(sender.send(event.clone()));
        }
        self.listeners.push(sender);
        receiver
    }

    /// No listener hears anything any more.
    pub(super) fn close(&mut self) {
        self.listeners.clear();
    }

    /// Tells listeners at once, and lines the event up for the sink.
    pub(super) fn add(&mut self, event: Event, has_sink: bool) {
        self.listeners.retain(|listener| listener.send(event.clone()).is_ok());
        if has_sink {
            self.queue.push_back(event.clone());
        }
        // Late listeners need to know where things stand, not every step on the way.
        if matches!(event, Event::Progress { .. }) {
            self.history.retain(|old| !same_progress(old, &event));
        }
        self.history.push(event);
    }

    /// Whether the caller has to call the sink now, until [`Listeners::next`] gives nothing more.
    pub(super) fn begin(&mut self) -> bool {
        let begins = !self.is_at_work && !self.queue.is_empty();
        self.is_at_work |= begins;
        begins
    }

    /// The next event for the sink; `None` ends what [`Listeners::begin`] began.
    pub(super) fn next(&mut self) -> Option<Event> {
        let next = self.queue.pop_front();
        self.is_at_work = next.is_some();
        next
    }

    /// Whether the sink has heard everything.
    pub(super) fn is_over(&self) -> bool {
        !self.is_at_work && self.queue.is_empty()
    }
}

/// Calls the sink; gives what it panicked with. A panic of its own must not be one of the run's.
pub(super) fn call(sink: &EventSink, event: &Event) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| sink(event))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        text.unwrap_or("without saying why").to_owned()
    })
}

fn same_progress(old: &Event, new: &Event) -> bool {
    matches!((old, new), (
        Event::Progress { stage: a, product: p, .. },
        Event::Progress { stage: b, product: q, .. },
    ) if a == b && p == q)
}
