//! When the next call of a class may go out: a token bucket by what is documented, and the true pace of a server that
//! allows less, learned from its refusals. Pure: time is handed in.
//!
//! Depends on its neighbour `wait` alone.

use super::wait::a_little_more;
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// A learned gap is halved after so many calls that were taken.
const RELAX_CALLS: u32 = 10;
/// A learned gap is at most this much longer than the longest wait that the server asked for: the wait after a refusal
/// never exceeds the gap of a server that counts evenly.
const GAP_PER_WAIT: f64 = 1.25;
/// So many refusals in a row that came after a call or two are no chance.
const TIGHT: u32 = 3;
/// Starts that are remembered: only the last few before a refusal matter.
const REMEMBERED: usize = 64;

/// The pace of one class of calls.
///
/// After a refusal nothing goes out until the wait is over, then one call, one more when it is taken, and with each after
/// that twice as many at a time. Where the server again and again takes just a call or two and refuses the next, it hands
/// out turns evenly, and the gap between two calls becomes that between the last one taken and the end of the wait. So a
/// limit of 6 a minute costs a few refusals, and one more for every ten calls, as the gap is halved to see whether the
/// limit still stands. A server that takes three calls or more within the time of one wait counts otherwise (by the
/// minute, or by its load): there waiting as asked is all that is needed.
#[derive(Debug)]
pub(crate) struct Pace {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled: Instant,
    not_before: Instant,
    gap: Duration,
    taken_since_change: u32,
    /// Calls that were taken since the last refusal; as if many at first.
    fresh: u32,
    out: u32,
    /// The wait that the server asked for last.
    wait: Duration,
    longest_wait: Duration,
    refused_at: Option<Instant>,
    resumed: Instant,
    starts: VecDeque<Instant>,
    last: Option<Instant>,
    tight: u32,
}

impl Pace {
    pub(crate) fn new(per_minute: f64, burst: f64, now: Instant) -> Self {
        // A limit of nothing would never let anything through: one call an hour then.
        let per_second = if per_minute.is_finite() { (per_minute / 60.0).max(1.0 / 3600.0) } else { 1e6 };
        let burst = per_second.clamp(1.0, burst);
        Self {
            per_second,
            burst,
            tokens: burst,
            filled: now,
            not_before: now,
            gap: Duration::ZERO,
            taken_since_change: 0,
            fresh: u32::MAX,
            out: 0,
            wait: Duration::ZERO,
            longest_wait: Duration::ZERO,
            refused_at: None,
            resumed: now,
            starts: VecDeque::new(),
            last: None,
            tight: 0,
        }
    }

    /// When the next call may start, as things are.
    pub(crate) fn next(&self, now: Instant) -> Instant {
        let tokens = self.tokens_at(now);
        let mut next = self.not_before.max(now);
        if tokens < 1.0 {
            next = next.max(now + Duration::from_secs_f64((1.0 - tokens) / self.per_second));
        }
        if let Some(last) = self.last {
            next = next.max(last + self.gap);
            if self.out >= self.window() {
                // An answer frees the way earlier; but some answers take minutes by their nature.
                next = next.max(last + self.wait);
            }
        }
        next
    }

    pub(crate) fn started(&mut self, now: Instant) {
        (self.tokens, self.filled) = (self.tokens_at(now) - 1.0, now);
        self.last = Some(now);
        self.out += 1;
        if self.starts.len() == REMEMBERED {
            self.starts.pop_front();
        }
        self.starts.push_back(now);
    }

    /// A call is over, whatever became of it. To be told once for each start.
    pub(crate) fn ended(&mut self) {
        self.out = self.out.saturating_sub(1);
    }

    pub(crate) fn taken(&mut self, started: Instant) {
        if self.refused_at.is_none_or(|refused| started >= refused) {
            self.fresh = self.fresh.saturating_add(1);
        }
        self.taken_since_change += 1;
        if !self.gap.is_zero() && self.taken_since_change >= RELAX_CALLS {
            let half = self.gap / 2;
            self.set_gap(if half.as_secs_f64() * self.per_second < 1.0 { Duration::ZERO } else { half });
        }
    }

    /// The server refused a call for now. `stated`: the wait is its own, not our guess.
    pub(crate) fn refused(&mut self, started: Instant, wait: Duration, stated: bool, now: Instant) {
        if let Some(at) = self.starts.iter().rposition(|start| *start == started) {
            self.starts.remove(at);
        }
        let fresh = self.refused_at.is_none_or(|refused| started >= refused);
        if fresh && stated {
            self.learn(started, wait);
        }
        self.not_before = self.not_before.max(now + a_little_more(wait));
        (self.tokens, self.filled) = (1.0, self.not_before);
        (self.fresh, self.wait) = (0, wait);
        self.refused_at = Some(now);
        self.resumed = self.not_before;
    }

    fn learn(&mut self, started: Instant, wait: Duration) {
        // Those still out count as taken: a refusal comes quickly.
        let taken = self.starts.iter().filter(|start| **start >= self.resumed).count() as u32;
        self.longest_wait = self.longest_wait.max(wait);
        let before = self.starts.iter().rev().find(|start| **start <= started);
        let even = before.map_or(Duration::ZERO, |before| started - *before) + wait;
        if taken >= 3 && started.saturating_duration_since(self.resumed) < wait.mul_f64(0.8 * f64::from(taken)) {
            (self.tight, self.longest_wait) = (0, wait);
            self.set_gap(Duration::ZERO);
        } else if !self.gap.is_zero() {
            let most = self.longest_wait.mul_f64(GAP_PER_WAIT);
            self.set_gap(even.min(most).max(self.gap));
        } else if (1..=2).contains(&taken) {
            self.tight += 1;
            if self.tight >= TIGHT {
                self.set_gap(even.min(self.longest_wait.mul_f64(GAP_PER_WAIT)));
            }
        } else if taken > 2 {
            self.tight = 0;
        }
    }

    /// Calls without an answer that may be out at a time: one until two were taken after a refusal, then twice as many
    /// with each.
    fn window(&self) -> u32 {
        1 << self.fresh.saturating_sub(1).min(16)
    }

    fn set_gap(&mut self, gap: Duration) {
        if gap != self.gap {
            (self.gap, self.taken_since_change) = (gap, 0);
        }
        if gap.is_zero() {
            self.tight = 0;
        }
    }

    fn tokens_at(&self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        (self.tokens + passed * self.per_second).min(self.burst)
    }

    #[cfg(test)]
    pub(crate) fn gap(&self) -> Duration {
        self.gap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `calls` through the pace against a server, one at a time. The server gives the wait where it refuses.
    /// Gives the refusals and the time that it took.
    fn drive(pace: &mut Pace, calls: usize, mut server: impl FnMut(Instant) -> Option<Duration>) -> (usize, Duration) {
        let begin = Instant::now();
        let (mut now, mut refusals, mut done) = (begin, 0, 0);
        while done < calls {
            now = pace.next(now).max(now);
            pace.started(now);
            let started = now;
            now += Duration::from_millis(5);
            pace.ended();
            match server(started) {
                None => {
                    pace.taken(started);
                    done += 1;
                }
                Some(wait) => {
                    pace.refused(started, wait, true, now);
                    refusals += 1;
                }
            }
        }
        (refusals, now - begin)
    }

    /// A token bucket that says in whole seconds when it has the next token.
    fn bucket(period: f64, burst: f64) -> impl FnMut(Instant) -> Option<Duration> {
        let (mut tokens, mut filled) = (burst, None);
        move |now: Instant| {
            let passed = filled.map_or(0.0, |filled: Instant| (now - filled).as_secs_f64());
            filled = Some(now);
            tokens = f64::min(burst, tokens + passed / period);
            if tokens >= 1.0 {
                tokens -= 1.0;
                return None;
            }
            Some(Duration::from_secs_f64(((1.0 - tokens) * period).ceil()))
        }
    }

    #[test]
    fn the_documented_pace_is_kept_after_a_small_burst() {
        let mut pace = Pace::new(600.0, 4.0, Instant::now());
        let (refusals, time) = drive(&mut pace, 104, |_| None);
        assert_eq!(refusals, 0);
        assert!((9.5..11.0).contains(&time.as_secs_f64()), "{time:?}");
    }

    #[test]
    fn an_even_tier_is_learned_and_let_go_when_it_ends() {
        let mut pace = Pace::new(600.0, 4.0, Instant::now());
        let (refusals, time) = drive(&mut pace, 30, bucket(10.0, 1.0));
        assert!(refusals <= 7, "{refusals} refusals");
        assert!((285.0..330.0).contains(&time.as_secs_f64()), "{time:?}");
        // The account is topped up: the gap halves its way back to nothing.
        let (refusals, _) = drive(&mut pace, 100, |_| None);
        assert_eq!((refusals, pace.gap()), (0, Duration::ZERO));
    }

    #[test]
    fn tiers_with_a_burst_are_learned_too() {
        let mut pace = Pace::new(600.0, 4.0, Instant::now());
        let (refusals, time) = drive(&mut pace, 36, bucket(10.0, 6.0));
        assert!(refusals <= 9, "{refusals} refusals");
        assert!(time.as_secs_f64() < 340.0, "{time:?}");
    }

    #[test]
    fn a_limit_by_the_minute_costs_its_wait_and_no_more() {
        // 20 calls in each window of 10 s.
        let begin = Instant::now();
        let mut counts = std::collections::HashMap::new();
        let mut pace = Pace::new(6000.0, 50.0, begin);
        let (refusals, time) = drive(&mut pace, 100, |now| {
            let passed = (now - begin).as_secs_f64();
            let taken: &mut u32 = counts.entry((passed / 10.0) as u64).or_default();
            *taken += 1;
            (*taken > 20).then(|| Duration::from_secs_f64(10.0 - passed % 10.0))
        });
        assert!(refusals <= 6 && time.as_secs_f64() < 50.0, "{refusals} refusals, {time:?}");
    }

    #[test]
    fn refusals_by_chance_do_not_slow_everything_down() {
        // One call in ten is refused for a second, whatever the pace: half of the time would be spent waiting anyhow.
        let mut random = fastrand::Rng::with_seed(7);
        let mut pace = Pace::new(600.0, 4.0, Instant::now());
        let (refusals, time) = drive(&mut pace, 500, |_| (random.f64() < 0.1).then(|| Duration::from_secs(1)));
        let waits = refusals as f64 * 1.05;
        assert!(time.as_secs_f64() < 1.6 * (waits + 50.0), "{refusals} refusals, {time:?}");
    }
}
