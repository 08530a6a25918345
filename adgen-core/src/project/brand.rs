//! Whose ad it is.

use super::{Asset, Rgb};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The brand: name, colours, logo, typeface.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
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

impl Brand {
    /// A brand of which only the name is known.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The brand's colours, the most important first; at most 12.
    #[must_use]
    pub fn with_colors(mut self, colors: impl IntoIterator<Item = Rgb>) -> Self {
        self.colors = colors.into_iter().collect();
        self
    }

    /// The logo.
    #[must_use]
    pub fn with_logo(mut self, logo: impl Into<Asset>) -> Self {
        self.logo = Some(logo.into());
        self
    }

    /// A font family that is installed, or a font file.
    #[must_use]
    pub fn with_font(mut self, font: impl Into<String>) -> Self {
        self.font = Some(font.into());
        self
    }

    /// What the brand allows and forbids.
    #[must_use]
    pub fn with_guidelines(mut self, guidelines: impl Into<String>) -> Self {
        self.guidelines = guidelines.into();
        self
    }
}
