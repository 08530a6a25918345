//! The emulator's idea of the time of day.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Instants on the calendar, ahead of the machine's clock by the script's skew.
#[derive(Debug)]
pub(super) struct Clock {
    origin: Instant,
    wall: DateTime<Utc>,
    /// The time that tests let pass besides the machine's own, in milliseconds.
    passed_ms: AtomicU64,
}

impl Clock {
    pub(super) fn new(skew_s: f64) -> Self {
        let skew = TimeDelta::milliseconds((skew_s * 1000.0) as i64);
        Self { origin: Instant::now(), wall: Utc::now() + skew, passed_ms: AtomicU64::new(0) }
    }

    /// Lets time pass at once.
    pub(super) fn pass(&self, time: Duration) {
        self.passed_ms.fetch_add(time.as_millis() as u64, Ordering::SeqCst);
    }

    fn passed(&self) -> Duration {
        Duration::from_millis(self.passed_ms.load(Ordering::SeqCst))
    }

    /// This moment, to which all moments of predictions belong.
    pub(super) fn instant(&self) -> Instant {
        Instant::now() + self.passed()
    }

    /// When the machine's own clock will have come to `instant`.
    pub(super) fn timer(&self, instant: Instant) -> Instant {
        instant.checked_sub(self.passed()).unwrap_or_else(Instant::now)
    }

    pub(super) fn at(&self, instant: Instant) -> DateTime<Utc> {
        let forward = TimeDelta::from_std(instant.saturating_duration_since(self.origin)).unwrap_or_default();
        let back = TimeDelta::from_std(self.origin.saturating_duration_since(instant)).unwrap_or_default();
        self.wall + forward - back
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.at(self.instant())
    }

    /// Milliseconds since the emulator was started.
    pub(super) fn elapsed_ms(&self) -> f64 {
        (self.origin.elapsed().as_secs_f64() * 1e6).round() / 1e3
    }

    /// The `Date` header.
    pub(super) fn date(&self) -> String {
        self.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
}

/// A timestamp with milliseconds, as `created_at` has it.
pub(super) fn millis(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A timestamp with as many digits as are not zero, as the real service's other times have.
pub(super) fn digits(time: DateTime<Utc>) -> String {
    let full = time.to_rfc3339_opts(SecondsFormat::Nanos, true);
    format!("{}Z", full.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.'))
}
