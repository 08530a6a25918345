//! Turns: how many calls go to one API, and when, so that what is asked of it stays within what it allows.
//!
//! Two classes of calls, those that create something and all others, have a queue, a pace and a limit of calls at a time
//! each: asking about a job never waits behind a create. May depend on its neighbours alone.

use super::{
    api::{Limits, Repeat},
    pace::Pace,
};
use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// Calls that may go out at once before the documented pace holds: the four clips of an ad.
const CREATE_BURST: f64 = 4.0;
const OTHER_BURST: f64 = 50.0;
/// The limit of calls at a time is halved at most this often: refusals come in swarms.
const HALVE_EVERY: Duration = Duration::from_secs(1);
/// It grows by one after so many calls that were taken.
const GROW_CALLS: u32 = 10;

/// The two classes of one API.
#[derive(Debug)]
pub(crate) struct Limiter {
    creates: Class,
    others: Class,
}

#[derive(Debug)]
struct Class {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    /// Who waits, in the order of their numbers.
    waiting: BTreeSet<u64>,
    numbers: u64,
    pace: Pace,
    out: usize,
    /// Calls at a time now, and at most.
    limit: usize,
    most: usize,
    taken: u32,
    halved: Option<Instant>,
    last_taken: Option<Instant>,
}

/// A place in the queue, for as long as the call lasts: one that was refused comes before all that came later.
/// Dropped, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    class: &'a Class,
    number: u64,
}

/// The right to one try. Dropped without a word, it only makes room for the next.
#[derive(Debug)]
#[must_use]
pub(crate) struct Turn<'a> {
    class: &'a Class,
    started: Instant,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        let most = limits.concurrent.max(1);
        Self {
            creates: Class::new(limits.creates_per_minute, CREATE_BURST, most),
            others: Class::new(limits.others_per_minute, OTHER_BURST, most),
        }
    }

    /// A place at the end of the queue.
    pub(crate) fn place(&self, repeat: Repeat) -> Place<'_> {
        let class = match repeat {
            Repeat::Create => &self.creates,
            Repeat::Safe => &self.others,
        };
        let mut state = class.lock();
        state.numbers += 1;
        Place { class, number: state.numbers }
    }
}

impl Class {
    fn new(per_minute: f64, burst: f64, most: usize) -> Self {
        let state = State {
            waiting: BTreeSet::new(),
            numbers: 0,
            pace: Pace::new(per_minute, burst, Instant::now()),
            out: 0,
            limit: most,
            most,
            taken: 0,
            halved: None,
            last_taken: None,
        };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, and the numbers are valid at any moment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the number out of the queue, however the waiting ends.
struct Queued<'a> {
    class: &'a Class,
    number: u64,
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.class.lock().waiting.remove(&self.number);
        self.class.changed.notify_waiters();
    }
}

impl<'a> Place<'a> {
    /// Waits for a turn: those that came earlier first, within the pace and the limit of calls at a time.
    pub(crate) async fn turn(&mut self) -> Turn<'a> {
        let class = self.class;
        let _queued = Queued { class, number: self.number };
        class.lock().waiting.insert(self.number);
        loop {
            // Made before looking: a change between looking and waiting is not missed.
            let changed = class.changed.notified();
            let next = {
                let mut state = class.lock();
                let now = Instant::now();
                let first = state.waiting.first() == Some(&self.number) && state.out < state.limit;
                let next = first.then(|| state.pace.next(now));
                if next.is_some_and(|next| next <= now) {
                    state.out += 1;
                    state.pace.started(now);
                    return Turn { class, started: now };
                }
                next
            };
            match next {
                Some(next) => tokio::select! { () = tokio::time::sleep_until(next) => {}, () = changed => {} },
                None => changed.await,
            }
        }
    }

    /// Since when the API has taken no call of this class; `since` where it took one before that.
    pub(crate) fn nothing_taken_since(&self, since: Instant) -> Instant {
        self.class.lock().last_taken.map_or(since, |taken| taken.max(since))
    }
}

impl Turn<'_> {
    /// The API took the call, whatever it thinks of it.
    pub(crate) fn taken(self) {
        let now = Instant::now();
        let mut state = self.class.lock();
        state.last_taken = Some(now);
        state.pace.taken(self.started);
        state.taken += 1;
        if state.taken >= GROW_CALLS {
            state.taken = 0;
            state.limit = (state.limit + 1).min(state.most);
        }
    }

    /// The API refused the call for now: nothing of this class goes out before `wait` is over. `stated`: it said so itself.
    pub(crate) fn refused(self, wait: Duration, stated: bool) {
        let now = Instant::now();
        let mut state = self.class.lock();
        state.pace.refused(self.started, wait, stated, now);
        state.taken = 0;
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
        state.pace.ended();
        drop(state);
        self.class.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::time::{pause, sleep};

    const DOCUMENTED: Limits = Limits { creates_per_minute: 600.0, others_per_minute: 3000.0, concurrent: 16 };

    /// 6 a minute, burst 1, as Replicate's low-credit tier; whole seconds to wait.
    #[derive(Default)]
    struct LowTier {
        free_at: Option<Instant>,
        refusals: u32,
        taken: u32,
    }

    impl LowTier {
        fn create(&mut self) -> Option<Duration> {
            let now = Instant::now();
            match self.free_at {
                Some(free_at) if now < free_at => {
                    self.refusals += 1;
                    Some(Duration::from_secs_f64((free_at - now).as_secs_f64().ceil()))
                }
                _ => {
                    self.taken += 1;
                    self.free_at = Some(now + Duration::from_secs(10));
                    None
                }
            }
        }
    }

    async fn low_tier(creates: u32, answer_takes: Duration) -> (u32, u32, Duration) {
        pause();
        let begin = Instant::now();
        let limiter = Arc::new(Limiter::new(DOCUMENTED));
        let server = Arc::new(Mutex::new(LowTier::default()));
        let calls: Vec<_> = (0..creates)
            .map(|_| {
                let (limiter, server) = (Arc::clone(&limiter), Arc::clone(&server));
                tokio::spawn(async move {
                    let mut place = limiter.place(Repeat::Create);
                    loop {
                        let turn = place.turn().await;
                        let refused = server.lock().expect("not poisoned").create();
                        match refused {
                            Some(wait) => {
                                sleep(Duration::from_millis(100)).await;
                                turn.refused(wait, true);
                            }
                            None => {
                                sleep(answer_takes).await;
                                return turn.taken();
                            }
                        }
                    }
                })
            })
            .collect();
        for call in calls {
            call.await.expect("ends");
        }
        let server = server.lock().expect("not poisoned");
        (server.taken, server.refusals, begin.elapsed())
    }

    #[tokio::test]
    async fn six_a_minute_with_a_burst_of_one_just_takes_longer() {
        let (taken, refusals, time) = low_tier(20, Duration::from_millis(300)).await;
        assert_eq!(taken, 20);
        assert!(refusals <= 10, "{refusals} refusals");
        assert!((190.0..235.0).contains(&time.as_secs_f64()), "{time:?}");
    }

    #[tokio::test]
    async fn answers_that_take_half_a_minute_do_not_hold_up_the_next() {
        let (taken, refusals, time) = low_tier(20, Duration::from_secs(25)).await;
        assert_eq!(taken, 20);
        assert!(refusals <= 10, "{refusals} refusals");
        assert!(time.as_secs_f64() < 320.0, "{time:?}");
    }

    #[tokio::test]
    async fn nothing_of_the_class_goes_out_before_the_wait_is_over() {
        pause();
        let limiter = Limiter::new(DOCUMENTED);
        let begin = Instant::now();
        limiter.place(Repeat::Create).turn().await.refused(Duration::from_secs(7), true);
        drop(limiter.place(Repeat::Safe).turn().await);
        assert!(begin.elapsed() < Duration::from_millis(10), "the other class goes on");
        drop(limiter.place(Repeat::Create).turn().await);
        assert!((7.0..7.4).contains(&begin.elapsed().as_secs_f64()), "{:?}", begin.elapsed());
    }

    #[tokio::test]
    async fn turns_come_in_order_and_who_leaves_the_queue_costs_nothing() {
        pause();
        let limiter = Arc::new(Limiter::new(Limits { creates_per_minute: 60.0, concurrent: 1, ..DOCUMENTED }));
        let order = Arc::new(Mutex::new(Vec::new()));
        let first = limiter.place(Repeat::Create).turn().await;
        let calls: Vec<_> = (0..5)
            .map(|i| {
                let (limiter, order) = (Arc::clone(&limiter), Arc::clone(&order));
                tokio::spawn(async move {
                    let turn = limiter.place(Repeat::Create).turn().await;
                    order.lock().expect("not poisoned").push(i);
                    sleep(Duration::from_millis(10)).await;
                    turn.taken();
                })
            })
            .collect();
        sleep(Duration::from_millis(1)).await;
        calls[0].abort();
        calls[2].abort();
        let begin = Instant::now();
        first.taken();
        for call in calls {
            drop(call.await);
        }
        assert_eq!(*order.lock().expect("not poisoned"), [1, 3, 4]);
        // Three turns at one a second: those who left took none.
        assert!(begin.elapsed() < Duration::from_millis(3100), "{:?}", begin.elapsed());
    }

    #[tokio::test]
    async fn calls_at_a_time_are_halved_by_refusals_and_grow_back() {
        pause();
        let limiter = Limiter::new(Limits { concurrent: 8, ..DOCUMENTED });
        let limit = || limiter.others.lock().limit;
        for expected in [4, 2, 1, 1] {
            limiter.place(Repeat::Safe).turn().await.refused(Duration::from_secs(2), false);
            assert_eq!(limit(), expected);
        }
        for _ in 0..10 {
            limiter.place(Repeat::Safe).turn().await.taken();
        }
        assert_eq!(limit(), 2);
        for _ in 0..200 {
            limiter.place(Repeat::Safe).turn().await.taken();
        }
        assert_eq!(limit(), 8);
    }
}
