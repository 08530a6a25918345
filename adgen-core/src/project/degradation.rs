//! Where an ad is humbler than what was asked for.

use super::Stage;
use crate::error::ErrorBody;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One place where the ad is humbler than what was asked for, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Degradation {
    /// Where.
    pub stage: Stage,
    /// Which artifact: `scene_2_bg`.
    pub artifact: String,
    /// What was done instead: `offline clip`.
    pub fallback: String,
    /// Why.
    pub cause: ErrorBody,
    /// Further artifacts that are like that: scenes and shapes that lack the same are told once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

impl Degradation {
    /// `fallback` in the place of `artifact`, because of `cause`.
    pub fn new(stage: Stage, artifact: impl Into<String>, fallback: impl Into<String>, cause: ErrorBody) -> Self {
        Self { stage, artifact: artifact.into(), fallback: fallback.into(), cause, also: Vec::new() }
    }

    /// With a further artifact that is like that.
    #[must_use]
    pub fn with_also(mut self, artifact: impl Into<String>) -> Self {
        self.also.push(artifact.into());
        self
    }

    /// Every artifact that is concerned.
    pub fn artifacts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.artifact).chain(&self.also).map(String::as_str)
    }
}

/// What a finished artifact lacks of what was asked for: a degradation of whatever run shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lack {
    /// What is there instead: `caption without the letters 🦄`.
    pub fallback: String,
    /// Why, in one line.
    pub cause: String,
}

impl Lack {
    /// `fallback` is there, because of `cause`.
    pub fn new(fallback: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { fallback: fallback.into(), cause: cause.into() }
    }
}
