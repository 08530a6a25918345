//! The time of day as records and documents write it: for people, and never compared with another machine's.
//!
//! Depends on nothing.

use chrono::{DateTime, SecondsFormat, Utc};

/// RFC 3339, to the millisecond.
pub(crate) fn now() -> String {
    written(Utc::now())
}

pub(super) fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
