//! The line of all who wait for heavy work to begin: processors and memory go to the oldest run first.
//!
//! So of many ads that are asked for at once the first is done first, as early as if it were alone, and no more of them are
//! half made than the machine can work at; the time of all together is the same. By hand, for the semaphores of `tokio` know no
//! order but that of asking, with which all are done last, together. May depend on `tokio` alone.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// A place in the line: the run's number, and the number of its asking.
type Place = (u64, u64);

/// What is to be had, and who waits for it.
#[derive(Debug)]
pub(super) struct Line {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    processors: u32,
    megabytes: u32,
    asked: u64,
    waiting: BTreeMap<Place, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    megabytes: u32,
    tell: oneshot::Sender<Granted>,
}

/// A processor and memory, until it is dropped.
#[derive(Debug)]
pub(super) struct Granted {
    line: Arc<Line>,
    megabytes: u32,
}

/// Somebody in the line, who leaves it when dropped.
struct InLine {
    line: Arc<Line>,
    place: Place,
}

impl Line {
    pub(super) fn new(processors: u32, megabytes: u32) -> Self {
        let state = State { processors, megabytes, asked: 0, waiting: BTreeMap::new() };
        Self { state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Counts and a map are whole whatever happened to another thread.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a processor and for so many megabytes, of which there must be as many in all. What needs much is passed by
    /// nobody behind it in the line.
    pub(super) async fn wait(self: &Arc<Self>, run: u64, megabytes: u32) -> Granted {
        let (tell, told) = oneshot::channel();
        let place = {
            let mut state = self.state();
            state.asked += 1;
            let place = (run, state.asked);
            state.waiting.insert(place, Waiting { megabytes, tell });
            place
        };
        let _in_line = InLine { line: Arc::clone(self), place };
        self.go_on();
        match told.await {
            Ok(granted) => granted,
            // Nobody takes a place out of the line but who stands there: it ends with an answer.
            Err(_) => std::future::pending().await,
        }
    }

    /// Serves those at the head of the line as long as there is room.
    fn go_on(self: &Arc<Self>) {
        loop {
            let mut state = self.state();
            let Some(head) = state.waiting.first_entry() else { return };
            let megabytes = head.get().megabytes;
            if state.processors == 0 || megabytes > state.megabytes {
                return;
            }
            let Some((_, waiting)) = state.waiting.pop_first() else { return };
            state.processors -= 1;
            state.megabytes -= megabytes;
            drop(state);
            // Where nobody waits any more, it comes back at once.
            drop(waiting.tell.send(Granted { line: Arc::clone(self), megabytes }));
        }
    }
}

impl Drop for Granted {
    fn drop(&mut self) {
        {
            let mut state = self.line.state();
            state.processors += 1;
            state.megabytes += self.megabytes;
        }
        self.line.go_on();
    }
}

impl Drop for InLine {
    fn drop(&mut self) {
        let was_there = self.line.state().waiting.remove(&self.place).is_some();
        if was_there {
            // There may be room for those behind it.
            self.line.go_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn the_oldest_run_is_served_first_whoever_asked_before() {
        let line = Arc::new(Line::new(1, 100));
        let held = line.wait(5, 10).await;
        let (mut third, mut second, mut first) =
            (Box::pin(line.wait(3, 10)), Box::pin(line.wait(2, 10)), Box::pin(line.wait(1, 10)));
        for waiting in [&mut third, &mut second, &mut first] {
            assert!(waiting.now_or_never().is_none());
        }
        drop(held);
        assert!((&mut third).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        let granted = (&mut first).now_or_never().expect("it is the oldest");
        drop(granted);
        assert!((&mut third).now_or_never().is_none());
        drop((&mut second).now_or_never().expect("its turn"));
        drop(third.now_or_never().expect("its turn"));
    }

    #[tokio::test]
    async fn within_a_run_the_order_is_that_of_asking_and_who_leaves_is_forgotten() {
        let line = Arc::new(Line::new(2, 100));
        let held = line.wait(1, 80).await;
        let mut large = Box::pin(line.wait(1, 50));
        let mut small = Box::pin(line.wait(1, 1));
        assert!((&mut large).now_or_never().is_none());
        assert!((&mut small).now_or_never().is_none(), "what needs much is passed by");
        drop(large);
        let first = (&mut small).now_or_never().expect("nobody is before it");
        drop((held, first));
        let first = line.wait(1, 1).now_or_never().expect("nobody is before it");
        let second = line.wait(9, 99).now_or_never().expect("there is room");
        assert!(line.wait(9, 1).now_or_never().is_none(), "there are two processors");
        drop((first, second));
        let all = line.wait(7, 100).now_or_never().expect("everything came back");
        drop(all);
    }

    #[tokio::test]
    async fn a_grant_that_nobody_fetched_comes_back() {
        let line = Arc::new(Line::new(1, 1));
        let held = line.wait(1, 1).await;
        let mut waiting = Box::pin(line.wait(1, 1));
        assert!((&mut waiting).now_or_never().is_none());
        // Granted, and dropped before it was looked at.
        drop(held);
        drop(waiting);
        drop(line.wait(2, 1).now_or_never().expect("it came back"));
    }
}
