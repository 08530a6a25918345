//! Whose ad it is.

use super::{Asset, Rgb};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The brand: name, colours, logo, typeface.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The brand's name as it may stand on screen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 80))]
    pub name: String,
    /// The brand's colours, the most important first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 12))]
    pub colors: Vec<Rgb>,
    /// The logo: an SVG, PNG, WebP or JPEG, best with transparency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Asset>,
    /// A font family that is installed, or a font file (`.ttf`, `.otf`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4096))]
    pub font: Option<String>,
    /// What the brand allows and forbids, in free text, for the planner.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 5000))]
    pub guidelines: String,
}
