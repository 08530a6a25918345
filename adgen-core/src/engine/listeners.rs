//! Who is told what happens: a sink, and listeners that may come late. Each hears events in the order in which they came
//! about, whatever thread they came from.
//!
//! May depend on `event`, `store` (the clock) and its neighbour `sink`.

use super::sink::SinkThread;
use crate::{
    event::{Event, EventRecord},
    store::Clock,
};
use tokio::sync::mpsc;

/// Numbers events, remembers them, and passes them on.
pub(super) struct Listeners {
    run_id: String,
    project_id: String,
    seq: u64,
    history: Vec<EventRecord>,
    listeners: Vec<Listener>,
    is_closed: bool,
    sinks: Vec<SinkThread>,
    clock: Clock,
}

/// Hears of events from a number on.
struct Listener {
    from_seq: u64,
    sender: mpsc::UnboundedSender<EventRecord>,
}

impl Listener {
    /// Gives whether it still listens.
    fn tell(&self, record: &EventRecord) -> bool {
        match record.seq >= self.from_seq {
            true => self.sender.send(record.clone()).is_ok(),
            false => !self.sender.is_closed(),
        }
    }
}

impl Listeners {
    pub(super) fn new(run_id: String, project_id: String, sinks: Vec<SinkThread>, clock: Clock) -> Self {
        let (history, listeners) = Default::default();
        Self { run_id, project_id, seq: 0, history, listeners, is_closed: false, sinks, clock }
    }

    /// All events from number `from_seq` on, those of the past first.
    pub(super) fn listen(&mut self, from_seq: u64) -> mpsc::UnboundedReceiver<EventRecord> {
        let (sender, receiver) = mpsc::unbounded_channel();
        for event in self.history.iter().filter(|event| event.seq >= from_seq) {
            // The receiver is at hand, so it cannot be closed.
            drop(sender.send(event.clone()));
        }
        // After the end there is nothing more to hear.
        if !self.is_closed {
            self.listeners.push(Listener { from_seq, sender });
        }
        receiver
    }

    /// The events so far, without those that later ones have overtaken.
    pub(super) fn history(&self) -> &[EventRecord] {
        &self.history
    }

    /// No listener hears anything any more.
    pub(super) fn close(&mut self) {
        self.is_closed = true;
        self.listeners.clear();
    }

    /// Tells everybody.
    pub(super) fn add(&mut self, event: Event) {
        self.seq += 1;
        let record = EventRecord {
            run_id: self.run_id.clone(),
            project_id: self.project_id.clone(),
            seq: self.seq,
            at: self.clock.now(),
            event,
        };
        self.listeners.retain(|listener| listener.tell(&record));
        for sink in &self.sinks {
            sink.add(record.clone());
        }
        // Late listeners need to know where things stand, not every step on the way. Few events overtake others: a long history is
        // not gone through for each of the rest.
        if matches!(record.event, Event::Progress { .. }) {
            self.history.retain(|old| !record.event.overtakes(&old.event));
        }
        self.history.push(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_hears_of_events_from_its_number_on() {
        let mut listeners = Listeners::new("r".to_owned(), "p".to_owned(), Vec::new(), Clock::default());
        let tell = |listeners: &mut Listeners| listeners.add(Event::Unknown);
        tell(&mut listeners);
        let (mut all, mut later) = (listeners.listen(0), listeners.listen(4));
        (0..4).for_each(|_| tell(&mut listeners));
        listeners.close();
        let heard = |receiver: &mut mpsc::UnboundedReceiver<EventRecord>| {
            std::iter::from_fn(|| receiver.try_recv().ok()).map(|record| record.seq).collect::<Vec<_>>()
        };
        assert_eq!((heard(&mut all), heard(&mut later)), (vec![1, 2, 3, 4, 5], vec![4, 5]));
    }
}
