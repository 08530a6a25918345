//! Turns: how many calls go to one API, and when, so that what is asked of it stays within what it allows.
//!
//! Two classes of calls, those that create something and all others, have a queue, a pace and a limit of calls at a time
//! each: asking about a job never waits behind a create. The documented pace is kept by one number (the virtual schedule
//! of GCRA) instead of a crate, whose clock would be its own and not the runtime's. After a refusal the class is shut for as
//! long as the server asks; what may be under way is halved then and grows by one with every ten calls that were taken.
//! May depend on its neighbours `call`, `settings` and `wait`.

use super::{call::Repeat, settings::Limits, wait::a_little_more};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Mutex as Queue, Notify},
    time::Instant,
};

/// Calls that may go out at once before the documented pace holds: the four clips of an ad.
const CREATE_BURST: f64 = 4.0;
const OTHER_BURST: f64 = 50.0;
/// The limit of calls at a time is halved at most this often: refusals come in swarms.
const HALVE_EVERY: Duration = Duration::from_secs(1);
/// It grows by one after so many calls that were taken.
const GROW_CALLS: u32 = 10;
/// A limit of nothing would never let anything through: one call an hour then.
const SLOWEST: Duration = Duration::from_secs(3600);

/// The two classes of one API.
#[derive(Debug)]
pub(crate) struct Limiter {
    creates: Class,
    others: Class,
}

#[derive(Debug)]
struct Class {
    /// Whoever holds it is the next to go; those who wait for it come in the order of asking.
    queue: Queue<()>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    /// Between two calls by the documented pace, and how far ahead of it a burst may be.
    interval: Duration,
    ahead: Duration,
    /// When the next call is due, had all kept to the pace.
    due: Instant,
    /// Nothing goes out before.
    shut_until: Instant,
    /// The wait that the server asked for last, and when a call went out last.
    wait: Duration,
    last: Instant,
    /// Calls at a time: now, allowed, and at most.
    out: usize,
    limit: usize,
    most: usize,
    taken: u32,
    halved: Option<Instant>,
    last_taken: Option<Instant>,
}

/// The right to one try. Dropped without a word, it only makes room for the next.
#[derive(Debug)]
#[must_use]
pub(crate) struct Turn<'a> {
    class: &'a Class,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            creates: Class::new(limits.creates_per_minute, CREATE_BURST, limits.concurrent),
            others: Class::new(limits.others_per_minute, OTHER_BURST, limits.concurrent),
        }
    }

    /// Waits for a turn: those that came earlier first, within the pace and the limit of calls at a time.
    pub(crate) async fn turn(&self, repeat: Repeat) -> Turn<'_> {
        self.class(repeat).turn().await
    }

    /// Since when the API has taken no call of this class; `since` where it took one before that.
    pub(crate) fn nothing_taken_since(&self, repeat: Repeat, since: Instant) -> Instant {
        self.class(repeat).lock().last_taken.map_or(since, |taken| taken.max(since))
    }

    fn class(&self, repeat: Repeat) -> &Class {
        match repeat {
            Repeat::Create => &self.creates,
            Repeat::Safe => &self.others,
        }
    }
}

impl Class {
    fn new(per_minute: f64, burst: f64, most: usize) -> Self {
        let (now, most) = (Instant::now(), most.max(1));
        let interval = Duration::try_from_secs_f64(60.0 / per_minute).unwrap_or(SLOWEST).min(SLOWEST);
        // A burst of no more than a second's calls, however few these are. `max` and `min` give a number whatever they get.
        let burst = (per_minute / 60.0).max(1.0).min(burst);
        let state = State {
            interval,
            ahead: interval.mul_f64(burst - 1.0),
            due: now,
            shut_until: now,
            wait: Duration::ZERO,
            last: now,
            out: 0,
            limit: most,
            most,
            taken: 0,
            halved: None,
            last_taken: None,
        };
        Self { queue: Queue::new(()), state: Mutex::new(state), changed: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, and the numbers are valid at any moment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn turn(&self) -> Turn<'_> {
        let _first = self.queue.lock().await;
        loop {
            // Made before looking: a change between looking and waiting is not missed.
            let changed = self.changed.notified();
            let next = {
                let (mut state, now) = (self.lock(), Instant::now());
                let next = state.next(now);
                if next.is_some_and(|next| next <= now) {
                    state.started(now);
                    return Turn { class: self };
                }
                next
            };
            match next {
                Some(next) => tokio::select! { () = tokio::time::sleep_until(next) => {}, () = changed => {} },
                None => changed.await,
            }
        }
    }
}

impl State {
    /// When the next call may go, as things are; nothing where an answer has to come first.
    fn next(&self, now: Instant) -> Option<Instant> {
        let paced = self.due.checked_sub(self.ahead).unwrap_or(now);
        let next = paced.max(self.shut_until).max(now);
        match self.out {
            out if out < self.limit => Some(next),
            // Some answers take minutes by their nature: they hold up the next for as long as a refusal does.
            out if out < self.most => Some(next.max(self.last + self.wait)),
            _ => None,
        }
    }

    fn started(&mut self, now: Instant) {
        self.due = self.due.max(now) + self.interval;
        self.last = now;
        self.out += 1;
    }
}

impl Turn<'_> {
    /// The API took the call, whatever it thinks of it.
    pub(crate) fn taken(self) {
        let mut state = self.class.lock();
        state.last_taken = Some(Instant::now());
        state.taken += 1;
        if state.taken >= GROW_CALLS {
            state.taken = 0;
            state.limit = (state.limit + 1).min(state.most);
        }
    }

    /// The API refused the call for now: nothing of this class goes out before `wait` is over, and no burst after it.
    pub(crate) fn refused(self, wait: Duration) {
        let (mut state, now) = (self.class.lock(), Instant::now());
        state.shut_until = state.shut_until.max(now + a_little_more(wait));
        state.due = state.due.max(state.shut_until + state.ahead);
        state.wait = wait;
        if state.halved.is_none_or(|halved| now >= halved + HALVE_EVERY) {
            state.halved = Some(now);
            state.limit = (state.limit / 2).max(1);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.class.lock();
        state.out = state.out.saturating_sub(1);
        drop(state);
        self.class.changed.notify_waiters();
    }
}

#[cfg(test)]
#[path = "limit_tests.rs"]
mod tests;
