//! The stages of the pipeline, and where each of them stands.

use super::Status;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One stage of the pipeline, in the order in which users see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// Brief to style and scenes.
    Plan,
    /// Photo to cut-out.
    Extract,
    /// Prompts to background clips.
    Scenes,
    /// Prompt to music.
    Audio,
    /// Product over backgrounds.
    Composite,
    /// Scenes and music to the final video.
    Render,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: &'static [Self] =
        &[Self::Plan, Self::Extract, Self::Scenes, Self::Audio, Self::Composite, Self::Render];

    /// As events and the history write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Extract => "extract",
            Self::Scenes => "scenes",
            Self::Audio => "audio",
            Self::Composite => "composite",
            Self::Render => "render",
        }
    }

    /// What users are told while it is the earliest stage that is not finished.
    pub const fn status(self) -> Status {
        match self {
            Self::Plan => Status::Planning,
            Self::Extract => Status::ExtractingProduct,
            Self::Scenes => Status::GeneratingScenes,
            Self::Audio => Status::GeneratingAudio,
            Self::Composite => Status::Compositing,
            Self::Render => Status::Rendering,
        }
    }

    /// Its share of the progress in percent; the shares of all stages are 100. From the measured time of an offline run.
    pub const fn weight(self) -> f64 {
        match self {
            Self::Plan => 2.0,
            Self::Extract => 5.0,
            Self::Scenes => 35.0,
            Self::Audio => 5.0,
            Self::Composite => 45.0,
            Self::Render => 8.0,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where one stage stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StageStatus {
    /// Its inputs are not there yet.
    #[default]
    Waiting,
    /// At work.
    Running,
    /// Its artifacts are there.
    Finished,
    /// It failed.
    Failed,
    /// It was at work when the run ended for another reason: somebody cancelled it, or another stage failed.
    Stopped,
}

/// What one stage did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct StageState {
    /// Where it stands.
    pub status: StageStatus,
    /// 0-1.
    pub progress: f64,
    /// Seconds from the run's start to the stage's first work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_s: Option<f64>,
    /// Seconds from the run's start to its last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_s: Option<f64>,
    /// Artifacts that were made in this run.
    pub made: u32,
    /// Artifacts that were there already.
    pub reused: u32,
    /// Spent in this run in US dollars, failures that were billed included.
    #[serde(default)]
    pub cost_usd: f64,
}

impl StageState {
    /// A stage that stands there and has done nothing.
    pub fn new(status: StageStatus) -> Self {
        Self { status, ..Self::default() }
    }

    /// With how far it is, 0-1.
    #[must_use]
    pub fn with_progress(mut self, fraction: f64) -> Self {
        self.progress = fraction;
        self
    }

    /// With when it began and ended, in seconds from the run's start.
    #[must_use]
    pub fn with_times(mut self, started_s: Option<f64>, finished_s: Option<f64>) -> Self {
        (self.started_s, self.finished_s) = (started_s, finished_s);
        self
    }

    /// With how many artifacts were made, and how many were there already.
    #[must_use]
    pub fn with_artifacts(mut self, made: u32, reused: u32) -> Self {
        (self.made, self.reused) = (made, reused);
        self
    }

    /// With what was spent, in US dollars.
    #[must_use]
    pub fn with_cost_usd(mut self, usd: f64) -> Self {
        self.cost_usd = usd;
        self
    }
}
