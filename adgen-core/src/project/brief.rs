//! What is advertised, to whom, in which mood, and for how long.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The brief: what the ad has to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Brief {
    /// The product's name as it may stand on screen.
    #[schemars(length(min = 1, max = 120))]
    pub product_name: String,
    /// What it is and why somebody wants it, in free text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 20000))]
    pub description: String,
    /// For whom it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 500))]
    pub audience: String,
    /// How it should feel: "fresh, uplifting", "dark and premium".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 500))]
    pub mood: String,
    /// What the viewer should do; shown as a button in the last scene.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 80))]
    pub call_to_action: Option<String>,
    /// Language of the captions, a BCP 47 tag.
    #[serde(default = "default_language")]
    #[schemars(length(min = 2, max = 35))]
    pub language: String,
    /// Length of the ad in seconds.
    #[serde(default = "default_duration")]
    #[schemars(range(min = 3.0, max = 180.0))]
    pub duration_s: f64,
}

impl Brief {
    /// A brief of which only the product's name is known.
    pub fn new(product_name: impl Into<String>) -> Self {
        Self {
            product_name: product_name.into(),
            description: String::new(),
            audience: String::new(),
            mood: String::new(),
            call_to_action: None,
            language: default_language(),
            duration_s: default_duration(),
        }
    }

    /// What it is and why somebody wants it.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// For whom it is.
    #[must_use]
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// How it should feel.
    #[must_use]
    pub fn with_mood(mut self, mood: impl Into<String>) -> Self {
        self.mood = mood.into();
        self
    }

    /// What the viewer should do; empty for no button.
    #[must_use]
    pub fn with_call_to_action(mut self, call_to_action: impl Into<String>) -> Self {
        self.call_to_action = Some(call_to_action.into());
        self
    }

    /// Language of the captions, a BCP 47 tag.
    #[must_use]
    pub fn with_language(mut self, language: impl Into<String>) -> Self {
        self.language = language.into();
        self
    }

    /// Length of the ad in seconds, 3-180.
    #[must_use]
    pub fn with_duration_s(mut self, duration_s: f64) -> Self {
        self.duration_s = duration_s;
        self
    }
}

fn default_language() -> String {
    "en".to_owned()
}

fn default_duration() -> f64 {
    30.0
}
