//! The time of day as records and documents write it: for people, and never compared with another machine's.
//!
//! Depends on nothing.

use chrono::{DateTime, SecondsFormat, Utc};
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// RFC 3339, to the millisecond.
pub(crate) fn now() -> String {
    written(Utc::now())
}

pub(super) fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Who says what time of day it is: the machine, or who stands in for it in a test. Nobody waits by it, and nothing expires by
/// it.
#[derive(Clone, Default)]
pub(crate) struct Clock(Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Clock(own)" } else { "Clock(machine)" })
    }
}

impl Clock {
    pub(crate) fn new(told: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> Self {
        Self(Some(told))
    }

    /// RFC 3339, to the millisecond. The machine's time where the other clock panics or tells a time that no calendar has.
    pub(crate) fn now(&self) -> String {
        let told = self.0.as_ref().and_then(|told| catch_unwind(AssertUnwindSafe(|| told())).ok());
        told.and_then(dated).map_or_else(now, written)
    }
}

/// The day and time, in the years that RFC 3339 can write.
fn dated(time: SystemTime) -> Option<DateTime<Utc>> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    let dated = DateTime::from_timestamp(i64::try_from(since.as_secs()).ok()?, since.subsec_nanos())?;
    (dated.timestamp() < 253_402_300_800).then_some(dated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_clock_of_ones_own_tells_the_time_unless_it_is_none() {
        let at = |time: SystemTime| Clock::new(Arc::new(move || time)).now();
        assert_eq!(at(UNIX_EPOCH + Duration::from_millis(1_767_225_600_250)), "2026-01-01T00:00:00.250Z");
        assert_eq!(at(UNIX_EPOCH + Duration::from_secs(253_402_300_799)), "9999-12-31T23:59:59.000Z");
        let day = now()[..10].to_owned();
        for odd in [UNIX_EPOCH + Duration::from_secs(253_402_300_800), UNIX_EPOCH - Duration::from_secs(1)] {
            assert!(at(odd) >= day && at(odd).len() == 24, "{}", at(odd));
        }
        let broken = Clock::new(Arc::new(|| panic!("it stands still"))).now();
        assert!(broken >= day && Clock::default().now() >= day);
    }
}
