//! What something will cost.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::Add;

/// What something will cost, in US dollars. An infinite `high_usd` means that nobody knows; as JSON it is `null`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct CostRange {
    /// At least, where everything works at the first try.
    pub low_usd: f64,
    /// At most, the usual repetitions included.
    #[serde(serialize_with = "finite", deserialize_with = "or_infinite", default = "unknown")]
    #[schemars(with = "Option<f64>")]
    pub high_usd: f64,
}

impl CostRange {
    /// Nothing.
    pub const ZERO: Self = Self { low_usd: 0.0, high_usd: 0.0 };

    /// From `low_usd` to `high_usd`, which is infinite where nobody knows.
    pub const fn new(low_usd: f64, high_usd: f64) -> Self {
        Self { low_usd, high_usd }
    }

    /// A known amount.
    pub const fn exactly(usd: f64) -> Self {
        Self { low_usd: usd, high_usd: usd }
    }

    /// Whether the upper end is known.
    pub fn is_known(&self) -> bool {
        self.high_usd.is_finite()
    }

    /// What is reckoned with: the upper end where it is known, else the lower one.
    pub fn expected_usd(&self) -> f64 {
        if self.is_known() { self.high_usd } else { self.low_usd }
    }
}

impl Add for CostRange {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { low_usd: self.low_usd + other.low_usd, high_usd: self.high_usd + other.high_usd }
    }
}

impl std::iter::Sum for CostRange {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

fn finite<S: Serializer>(usd: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    usd.is_finite().then_some(*usd).serialize(serializer)
}

fn or_infinite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_else(unknown))
}

fn unknown() -> f64 {
    f64::INFINITY
}

impl std::fmt::Display for CostRange {
    /// `$0.80`, `$0.80-1.00`, `at least $0.80`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (low, high) = (format!("{:.2}", self.low_usd), format!("{:.2}", self.high_usd));
        match self.is_known() {
            false => write!(f, "at least ${low}"),
            true if low == high => write!(f, "${high}"),
            true => write!(f, "${low}-{high}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_end_survives_json_and_is_never_summed_away() {
        let unknown = CostRange { low_usd: 0.5, high_usd: f64::INFINITY };
        let json = serde_json::to_string(&unknown).unwrap();
        assert_eq!(json, r#"{"low_usd":0.5,"high_usd":null}"#);
        assert_eq!(serde_json::from_str::<CostRange>(&json).unwrap(), unknown);
        let sum: CostRange = [unknown, CostRange::exactly(0.3)].into_iter().sum();
        assert!(!sum.is_known());
        assert_eq!((sum.to_string(), sum.expected_usd()), ("at least $0.80".to_owned(), 0.8));
        assert_eq!(CostRange { low_usd: 0.801, high_usd: 1.0 }.to_string(), "$0.80-1.00");
    }
}
