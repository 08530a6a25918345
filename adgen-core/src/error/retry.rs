//! Whether a failed operation may be tried again.
//!
//! Depends on nothing.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// Whether trying the same operation again can help. As JSON: `"never"`, `"now"`, `{"after_ms": 1500}`, `"exhausted"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Retry {
    /// It will fail again.
    Never,
    /// At once.
    Now,
    /// After this time.
    #[serde(rename = "after_ms", serialize_with = "as_ms", deserialize_with = "from_ms")]
    After(Duration),
    /// It was tried as often as it may be.
    Exhausted,
}

fn as_ms<S: Serializer>(wait: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
}

fn from_ms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_passes_as_json() {
        for (retry, json) in [
            (Retry::Never, r#""never""#),
            (Retry::Now, r#""now""#),
            (Retry::After(Duration::from_millis(1500)), r#"{"after_ms":1500}"#),
            (Retry::Exhausted, r#""exhausted""#),
        ] {
            assert_eq!(serde_json::to_string(&retry).unwrap(), json);
            assert_eq!(serde_json::from_str::<Retry>(json).unwrap(), retry);
        }
    }
}
