//! A circuit breaker: when an API is down, the calls that would find that out one by one, each after its own timeouts,
//! fail at once instead. By hand: small, and its refusals are words for people.
//!
//! May depend on `error` alone.

use crate::error::{Error, ErrorKind, Result, Retry};
use std::{
    future::Future,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// So many failures in a row, with no success between them, open it.
const FAILURES: u32 = 5;
/// How long it stays open at first; twice as long after each probe that failed.
const FIRST: Duration = Duration::from_secs(10);
/// The longest that it stays open without a probe.
const LONGEST: Duration = Duration::from_secs(60);

/// Knows whether an API is down. A failure is: no connection, no answer, or one that says that the server failed. An
/// answer that refuses a call is a success: somebody is at home.
#[derive(Debug)]
pub(crate) struct Breaker {
    provider: &'static str,
    state: Mutex<State>,
    opened: Notify,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    /// On the wall clock, for people.
    since: chrono::DateTime<chrono::Utc>,
    until: Instant,
    lasts: Duration,
    probing: bool,
}

/// The right to make one call. Dropped without a word, such as by a cancelled call, it leaves no trace.
#[derive(Debug)]
#[must_use]
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    pub(crate) fn new(provider: &'static str) -> Self {
        Self { provider, state: Mutex::default(), opened: Notify::new() }
    }

    /// # Errors
    /// `Unavailable` while it is open: said without asking for a pass.
    pub(crate) fn check(&self) -> Result<()> {
        match self.lock().open {
            Some(open) if open.probing || Instant::now() < open.until => Err(self.refusal(open)),
            _ => Ok(()),
        }
    }

    /// Lets a call through; when its time is over, one as a probe.
    ///
    /// # Errors
    /// `Unavailable`, which says since when, and when it is tried again.
    pub(crate) fn enter(&self) -> Result<Pass<'_>> {
        let mut state = self.lock();
        match &mut state.open {
            None => Ok(Pass { breaker: self, probe: false }),
            Some(open) if !open.probing && Instant::now() >= open.until => {
                open.probing = true;
                Ok(Pass { breaker: self, probe: true })
            }
            Some(open) => Err(self.refusal(*open)),
        }
    }

    /// Ends when it opens after this was called.
    pub(crate) fn opening(&self) -> impl Future<Output = ()> + '_ {
        self.opened.notified()
    }

    fn refusal(&self, open: Open) -> Error {
        let wait = open.until.saturating_duration_since(Instant::now());
        let when = match wait.is_zero() {
            true => "now, by another call".to_owned(),
            false => format!("in {:.0} s", wait.as_secs_f64().ceil()),
        };
        let message = format!("{} has not answered since {}", self.provider, open.since.format("%H:%M:%S UTC"));
        Error::new(ErrorKind::Unavailable, message)
            .with_retry(Retry::Exhausted)
            .with_provider(self.provider)
            .with_context("asked again", when)
            .with_hint(
                "check this machine's network and the provider's status page, then run again: what is finished is kept",
            )
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, and the numbers are valid at any moment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    pub(crate) fn succeeded(self) {
        *self.breaker.lock() = State::default();
        // `drop` finds nothing open.
    }

    pub(crate) fn failed(self) {
        let mut state = self.breaker.lock();
        state.failures = state.failures.saturating_add(1);
        let lasts = match state.open {
            // One that began before it opened tells nothing new.
            Some(_) if !self.probe => return,
            Some(open) => (open.lasts * 2).min(LONGEST),
            None if state.failures >= FAILURES => FIRST,
            None => return,
        };
        let since = state.open.map_or_else(chrono::Utc::now, |open| open.since);
        state.open = Some(Open { since, until: Instant::now() + lasts, lasts, probing: false });
        drop(state);
        self.breaker.opened.notify_waiters();
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe
            && let Some(open) = &mut self.breaker.lock().open
        {
            open.probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{advance, pause};

    fn fail(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            breaker.enter().expect("closed").failed();
        }
    }

    #[tokio::test]
    async fn opens_after_five_failures_in_a_row_and_closes_after_a_good_probe() {
        pause();
        let breaker = Breaker::new("replicate");
        fail(&breaker, 4);
        breaker.enter().expect("closed").succeeded();
        fail(&breaker, 4);
        assert!(breaker.check().is_ok(), "a success between them starts the count anew");
        let opening = breaker.opening();
        fail(&breaker, 1);
        tokio::time::timeout(Duration::from_millis(1), opening).await.expect("those who wait are told");
        let error = breaker.enter().expect_err("open");
        assert_eq!((error.kind(), error.retry()), (ErrorKind::Unavailable, Retry::Exhausted));
        assert!(error.to_string().contains("asked again: in 10 s"), "{error}");
        advance(Duration::from_secs(10)).await;
        let probe = breaker.enter().expect("a probe");
        assert!(breaker.check().is_err() && breaker.enter().is_err(), "one probe at a time");
        probe.succeeded();
        assert!(breaker.check().is_ok());
    }

    #[tokio::test]
    async fn stays_open_longer_after_each_bad_probe_up_to_a_minute() {
        pause();
        let breaker = Breaker::new("replicate");
        fail(&breaker, 5);
        let mut waited = Vec::new();
        for _ in 0..5 {
            let mut seconds = 0;
            while breaker.check().is_err() {
                advance(Duration::from_secs(1)).await;
                seconds += 1;
            }
            waited.push(seconds);
            fail(&breaker, 1);
        }
        assert_eq!(waited, [10, 20, 40, 60, 60]);
    }

    #[tokio::test]
    async fn a_probe_that_is_cancelled_makes_room_for_another_and_late_failures_tell_nothing() {
        pause();
        let breaker = Breaker::new("replicate");
        let late = breaker.enter().expect("closed");
        let lucky = breaker.enter().expect("closed");
        fail(&breaker, 5);
        late.failed();
        advance(Duration::from_secs(10)).await;
        drop(breaker.enter().expect("a probe"));
        drop(breaker.enter().expect("another probe"));
        advance(Duration::from_secs(5)).await;
        let _probe = breaker.enter().expect("yet another");
        lucky.succeeded();
        assert!(breaker.check().is_ok(), "an answer that comes late is an answer all the same");
    }
}
