//! Which models of the services are asked: plain settings.
//!
//! Depends on nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which models are asked; each service's default where missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Models {
    /// Plans: a model of OpenAI or of the server at `OPENAI_BASE_URL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planner: Option<String>,
    /// Films: `owner/name` at Replicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<String>,
    /// Scores: `owner/name` at Replicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<String>,
}

impl Models {
    /// As `ADGEN_PLANNER_MODEL`, `ADGEN_VIDEO_MODEL` and `ADGEN_AUDIO_MODEL` say.
    pub fn from_env() -> Self {
        let read = |name: &str| std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|v| !v.is_empty());
        Self {
            planner: read("ADGEN_PLANNER_MODEL"),
            video: read("ADGEN_VIDEO_MODEL"),
            audio: read("ADGEN_AUDIO_MODEL"),
        }
    }

    /// The model that plans.
    #[must_use]
    pub fn with_planner(mut self, name: impl Into<String>) -> Self {
        self.planner = Some(name.into());
        self
    }

    /// The model that films.
    #[must_use]
    pub fn with_video(mut self, name: impl Into<String>) -> Self {
        self.video = Some(name.into());
        self
    }

    /// The model that scores.
    #[must_use]
    pub fn with_audio(mut self, name: impl Into<String>) -> Self {
        self.audio = Some(name.into());
        self
    }

    /// The first of them that is chosen, by its field.
    pub(super) fn first_chosen(&self) -> Option<(&'static str, &str)> {
        let all = [("models.planner", &self.planner), ("models.video", &self.video), ("models.audio", &self.audio)];
        all.into_iter().find_map(|(field, name)| Some((field, name.as_deref()?)))
    }
}
