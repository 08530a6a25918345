//! The limit on creating predictions, and the headers that speak of limits.

use super::{problem::Problem, script::Rate};
use std::time::Instant;

/// What accounts without limits of their own may do: creates, and everything else, in a minute.
const USUAL: (f64, f64) = (600.0, 3000.0);

/// A bucket of permits that fills evenly.
#[derive(Debug)]
pub(super) struct Bucket {
    capacity: f64,
    per_second: f64,
    permits: f64,
    filled: Instant,
    limit: Option<Rate>,
}

impl Bucket {
    /// The bucket for creates. Without a limit it only counts.
    pub(super) fn creates(limit: Option<Rate>) -> Self {
        let (capacity, per_minute) = match &limit {
            Some(rate) => (f64::from(rate.burst), rate.creates_per_minute),
            None => (USUAL.0, USUAL.0),
        };
        Self::new(capacity, per_minute, limit)
    }

    /// The bucket for all other requests, which only counts.
    pub(super) fn others() -> Self {
        Self::new(USUAL.1, USUAL.1, None)
    }

    fn new(capacity: f64, per_minute: f64, limit: Option<Rate>) -> Self {
        Self { capacity, per_second: per_minute / 60.0, permits: capacity, filled: Instant::now(), limit }
    }

    /// Takes a permit, or says how long to wait.
    pub(super) fn take(&mut self) -> Result<(), Problem> {
        let now = Instant::now();
        let gained = now.duration_since(self.filled).as_secs_f64() * self.per_second;
        self.permits = (self.permits + gained).min(self.capacity);
        self.filled = now;
        match &self.limit {
            Some(rate) if self.permits < 1.0 => {
                let limit = format!(
                    "Your rate limit for creating predictions is reduced to {} requests per minute with a burst of {} \
                     requests while you have less than $5.0 in credit. ",
                    rate.creates_per_minute, rate.burst
                );
                Err(Problem::throttled(&limit, (1.0 - self.permits) / self.per_second))
            }
            _ => {
                self.permits = (self.permits - 1.0).max(0.0);
                Ok(())
            }
        }
    }

    /// `ratelimit-remaining` and `ratelimit-reset`.
    pub(super) fn headers(&self) -> (u64, u64) {
        let missing = (1.0 - self.permits.fract()).min(self.capacity - self.permits).max(0.0);
        (self.permits as u64, (missing / self.per_second).ceil() as u64)
    }
}
