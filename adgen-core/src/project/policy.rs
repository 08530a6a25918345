//! What may be spent, and whether fallbacks are welcome.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The rules that a run obeys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Policy {
    /// The most that the whole ad may cost in US dollars; no limit where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub max_usd: Option<f64>,
    /// What happens where a stage cannot do what was asked.
    #[serde(default)]
    pub fallback: Fallback,
    /// Whether a small copy of the product's photo may be shown to the planner's model, so that style and colours fit it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub share_photo: bool,
}

impl Policy {
    /// The most that the whole ad may cost in US dollars, 0-100,000.
    #[must_use]
    pub fn with_max_usd(mut self, max_usd: f64) -> Self {
        self.max_usd = Some(max_usd);
        self
    }

    /// What happens where a stage cannot do what was asked.
    #[must_use]
    pub fn with_fallback(mut self, fallback: Fallback) -> Self {
        self.fallback = fallback;
        self
    }

    /// Whether the planner's model may see a small copy of the photo.
    #[must_use]
    pub fn with_share_photo(mut self, share_photo: bool) -> Self {
        self.share_photo = share_photo;
        self
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Whether a stage that fails may be replaced by a humbler one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fallback {
    /// It may, and says so.
    #[default]
    Allow,
    /// The run fails instead.
    Deny,
}
