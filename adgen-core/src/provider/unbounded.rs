//! Numbers that may have no bound, for serde: JSON has no infinity, so `null` stands for it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    number.is_finite().then_some(*number).serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Option::<f64>::deserialize(deserializer).map(|number| number.unwrap_or(f64::INFINITY))
}

/// No bound, where nobody named one.
pub(super) fn none() -> f64 {
    f64::INFINITY
}
