//! Who a provider is and what it takes.

use serde::Serialize;

/// Name, model and price list of a provider.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProviderInfo {
    /// The provider: `offline`, `replicate`.
    pub name: String,
    /// The model: part of a product's content key, so another model makes another product.
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

/// What a provider takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "per", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Price {
    /// Nothing: made on this machine.
    Free,
    /// US dollars for each second of output.
    Second {
        /// The amount.
        usd: f64,
        /// The day on which the price was read, `YYYY-MM-DD`.
        as_of: String,
    },
    /// US dollars for each output.
    Output {
        /// The amount.
        usd: f64,
        /// The day on which the price was read, `YYYY-MM-DD`.
        as_of: String,
    },
}

impl Price {
    /// What an output of `seconds` costs in US dollars.
    pub fn of(&self, seconds: f64) -> f64 {
        match self {
            Self::Free => 0.0,
            Self::Second { usd, .. } => usd * seconds,
            Self::Output { usd, .. } => *usd,
        }
    }

    /// Whether it costs nothing.
    pub fn is_free(&self) -> bool {
        matches!(self, Self::Free)
    }
}
