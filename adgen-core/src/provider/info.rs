//! Who a provider is and what it takes.

use crate::project::CostRange;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Name, model and price list of a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ProviderInfo {
    /// The provider: `offline`, `replicate`.
    pub name: String,
    /// The model: part of an artifact's content key, so another model makes another artifact.
    pub model: String,
    /// What it costs.
    pub price: Price,
}

impl ProviderInfo {
    /// A provider that costs nothing.
    pub fn free(name: impl Into<String>, model: impl Into<String>) -> Self {
        Self { name: name.into(), model: model.into(), price: Price::Free }
    }

    /// A provider with a price.
    pub fn priced(name: impl Into<String>, model: impl Into<String>, price: Price) -> Self {
        Self { name: name.into(), model: model.into(), price }
    }
}

/// What a provider takes. Amounts are US dollars; `as_of` is the day on which the price was read, `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "per", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Price {
    /// Nothing: made on this machine.
    Free,
    /// It costs something, and nobody has said how much.
    Unknown,
    /// For each second of output.
    #[non_exhaustive]
    Second {
        /// The amount.
        usd: f64,
        /// The day of the price.
        as_of: String,
    },
    /// For each output.
    #[non_exhaustive]
    Output {
        /// The amount.
        usd: f64,
        /// The day of the price.
        as_of: String,
    },
    /// For each second that the provider's machine runs.
    #[non_exhaustive]
    Compute {
        /// The amount.
        usd: f64,
        /// The shortest run that is usual, in seconds.
        low_s: f64,
        /// The longest run that is usual, in seconds.
        high_s: f64,
        /// The day of the price.
        as_of: String,
    },
    /// For each million characters of text.
    #[non_exhaustive]
    Characters {
        /// The amount.
        usd: f64,
        /// The day of the price.
        as_of: String,
    },
    /// For each million tokens.
    #[non_exhaustive]
    Tokens {
        /// Of the question.
        input_usd: f64,
        /// Of the part of the question that the provider still had.
        cached_input_usd: f64,
        /// Of the answer, thoughts included.
        output_usd: f64,
        /// The day of the price.
        as_of: String,
    },
}

impl Price {
    /// So much for each second of output; `as_of` is the day of the price, `YYYY-MM-DD`, here as in the others.
    pub fn per_second(usd: f64, as_of: impl Into<String>) -> Self {
        Self::Second { usd, as_of: as_of.into() }
    }

    /// So much for each output.
    pub fn per_output(usd: f64, as_of: impl Into<String>) -> Self {
        Self::Output { usd, as_of: as_of.into() }
    }

    /// So much for each second that the provider's machine runs, which is usually `low_s` to `high_s` seconds.
    pub fn per_compute_second(usd: f64, low_s: f64, high_s: f64, as_of: impl Into<String>) -> Self {
        Self::Compute { usd, low_s, high_s, as_of: as_of.into() }
    }

    /// So much for each million characters of text.
    pub fn per_million_characters(usd: f64, as_of: impl Into<String>) -> Self {
        Self::Characters { usd, as_of: as_of.into() }
    }

    /// So much for each million tokens: of the question, of the part of it that the provider still had, and of the answer.
    pub fn per_million_tokens(
        input_usd: f64,
        cached_input_usd: f64,
        output_usd: f64,
        as_of: impl Into<String>,
    ) -> Self {
        Self::Tokens { input_usd, cached_input_usd, output_usd, as_of: as_of.into() }
    }

    /// What an output of `seconds` is expected to cost. Text is counted by providers themselves: its prices give zero here.
    pub fn of(&self, seconds: f64) -> CostRange {
        match self {
            Self::Free | Self::Characters { .. } | Self::Tokens { .. } => CostRange::ZERO,
            Self::Unknown => CostRange { low_usd: 0.0, high_usd: f64::INFINITY },
            Self::Second { usd, .. } => CostRange::exactly(usd * seconds),
            Self::Output { usd, .. } => CostRange::exactly(*usd),
            Self::Compute { usd, low_s, high_s, .. } => CostRange { low_usd: usd * low_s, high_usd: usd * high_s },
        }
    }

    /// What is wrong with it, if anything is: an amount below zero, a day that is none. Read as JSON, so that prices of every kind
    /// are seen.
    pub(crate) fn problem(&self) -> Option<String> {
        let json = match serde_json::to_value(self) {
            Ok(json) => json,
            Err(error) => return Some(error.to_string()),
        };
        json.as_object().into_iter().flatten().find_map(|(name, value)| match (name.as_str(), value) {
            ("per", _) => None,
            ("as_of", value) => {
                let day = value.as_str().unwrap_or_default();
                let is_day = day.len() == 10 && NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok();
                (!is_day).then(|| format!("as_of is {day:?}, which is no day: YYYY-MM-DD"))
            }
            // What is no finite number is `null`.
            (_, Value::Number(number)) if number.as_f64().is_some_and(|number| number >= 0.0) => None,
            (name, value) => Some(format!("{name} is {value}: 0 or more is needed")),
        })
    }

    /// Whether it costs nothing.
    pub fn is_free(&self) -> bool {
        matches!(self, Self::Free)
    }
}
