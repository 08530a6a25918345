//! How long ago something was, by this machine alone: clocks of machines are never compared.
//!
//! Two of the machine's clocks are asked and the later one believed. Tokio's is the one that tests can turn; the
//! kernel's goes on while the machine sleeps, which the other does not: who slept has to know that his time is over.
//! Depends on nothing.

use std::time::Duration;
use tokio::time::Instant;

/// A moment on this machine's own clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    ticks: Instant,
    awake_or_not: Duration,
}

impl Moment {
    pub(crate) fn now() -> Self {
        Self { ticks: Instant::now(), awake_or_not: since_boot() }
    }

    /// How long ago that was.
    pub(crate) fn elapsed(self) -> Duration {
        self.ticks.elapsed().max(since_boot().saturating_sub(self.awake_or_not))
    }

    /// How much of `span` since that moment is left; nothing where it is over.
    pub(crate) fn left_of(self, span: Duration) -> Duration {
        span.saturating_sub(self.elapsed())
    }
}

#[cfg(target_os = "linux")]
fn since_boot() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

#[cfg(not(target_os = "linux"))]
fn since_boot() -> Duration {
    // Tokio's clock alone counts: there is no safe way to ask for the other one.
    Duration::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_that_was_turned_on_is_over() {
        let began = Moment::now();
        assert!(began.left_of(Duration::from_secs(30)) > Duration::from_secs(29));
        tokio::time::advance(Duration::from_secs(31)).await;
        assert!(began.elapsed() >= Duration::from_secs(31));
        assert_eq!(began.left_of(Duration::from_secs(30)), Duration::ZERO);
    }
}
