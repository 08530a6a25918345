//! What a run tells while it lasts.
//!
//! May depend on `project` and `error`.

use crate::{
    error::ErrorBody,
    project::{CostRange, Degradation, Stage, Status},
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// One event of a run: whose it is, and which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct EventRecord {
    /// The run.
    pub run_id: String,
    /// The project.
    pub project_id: String,
    /// 1, 2, 3 … within the run, in the order in which things happened. A listener that comes late does not hear the steps of
    /// progress that later ones have overtaken, so that numbers may be missing.
    pub seq: u64,
    /// When, RFC 3339.
    pub at: String,
    /// What happened; [`Event::Unknown`] where this version does not understand it.
    #[serde(deserialize_with = "as_far_as_known")]
    pub event: Event,
}

/// A newer version may tell of other things, and of other stages and statuses in those that are known.
fn as_far_as_known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(Event::deserialize(value).unwrap_or(Event::Unknown))
}

impl EventRecord {
    /// Event `seq` of a run of a project, at an RFC 3339 time.
    pub fn new(
        run_id: impl Into<String>,
        project_id: impl Into<String>,
        seq: u64,
        at: impl Into<String>,
        event: Event,
    ) -> Self {
        Self { run_id: run_id.into(), project_id: project_id.into(), seq, at: at.into(), event }
    }
}

/// One thing that happened in a run. As JSON, `type` names the variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The run holds the project and begins.
    RunStarted,
    /// What the ad is expected to cost when everything is made anew, before anything is called.
    #[non_exhaustive]
    Estimated {
        /// US dollars, where everything works at the first try.
        low_usd: f64,
        /// US dollars, the usual repetitions included; missing where a price is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        high_usd: Option<f64>,
    },
    /// The status that users see changed.
    #[non_exhaustive]
    StatusChanged {
        /// The new one.
        status: Status,
        /// 0-100.
        progress: f64,
    },
    /// A stage began its first work.
    #[non_exhaustive]
    StageStarted {
        /// The stage.
        stage: Stage,
    },
    /// Work on an artifact goes on.
    #[non_exhaustive]
    Progress {
        /// The stage.
        stage: Stage,
        /// The artifact: `scene_2_bg`.
        artifact: String,
        /// Of this artifact, 0-1.
        fraction: f64,
        /// Of the whole run, 0-100; never falls.
        progress: f64,
    },
    /// An artifact was there already.
    #[non_exhaustive]
    ArtifactReused {
        /// The stage.
        stage: Stage,
        /// The artifact.
        artifact: String,
    },
    /// An artifact was made and stored.
    #[non_exhaustive]
    ArtifactReady {
        /// The stage.
        stage: Stage,
        /// The artifact.
        artifact: String,
        /// Its files in the project's folder.
        files: Vec<String>,
        /// What it cost in US dollars.
        cost_usd: f64,
        /// How long it took.
        elapsed_ms: u64,
    },
    /// A step failed and is tried again.
    #[non_exhaustive]
    Retrying {
        /// The stage.
        stage: Stage,
        /// The artifact.
        artifact: String,
        /// 2 for the first repetition.
        attempt: u32,
        /// How long the run waits before.
        wait_ms: u64,
        /// The error's public code.
        code: String,
    },
    /// A step failed for good and something humbler took its place.
    Degraded(Degradation),
    /// Something is worth knowing and is no degradation.
    #[non_exhaustive]
    Note {
        /// The stage.
        stage: Stage,
        /// In one line.
        message: String,
    },
    /// All artifacts of a stage are there.
    #[non_exhaustive]
    StageFinished {
        /// The stage.
        stage: Stage,
        /// Since its first work.
        elapsed_ms: u64,
    },
    /// The run ended. Always the last event.
    #[non_exhaustive]
    RunFinished {
        /// `COMPLETED`, `FAILED` or `CANCELLED`.
        status: Status,
        /// Spent by this run in US dollars.
        cost_usd: f64,
        /// How long the run took.
        elapsed_ms: u64,
        /// The main video, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        video: Option<String>,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<ErrorBody>,
    },
    /// What a newer version tells and this one does not know: another thing, or one of another stage or status.
    #[serde(other)]
    Unknown,
}

impl Event {
    /// What the ad is expected to cost when everything is made anew.
    pub fn estimated(cost: CostRange) -> Self {
        Self::Estimated { low_usd: cost.low_usd, high_usd: cost.is_known().then_some(cost.high_usd) }
    }

    /// The status that users see changed; `progress` is 0-100.
    pub fn status_changed(status: Status, progress: f64) -> Self {
        Self::StatusChanged { status, progress }
    }

    /// A stage began its first work.
    pub fn stage_started(stage: Stage) -> Self {
        Self::StageStarted { stage }
    }

    /// Work on an artifact goes on: `fraction` of the artifact is 0-1, `progress` of the whole run 0-100.
    pub fn progress(stage: Stage, artifact: impl Into<String>, fraction: f64, progress: f64) -> Self {
        Self::Progress { stage, artifact: artifact.into(), fraction, progress }
    }

    /// An artifact was there already.
    pub fn artifact_reused(stage: Stage, artifact: impl Into<String>) -> Self {
        Self::ArtifactReused { stage, artifact: artifact.into() }
    }

    /// An artifact was made and stored, for so many US dollars.
    pub fn artifact_ready(
        stage: Stage,
        artifact: impl Into<String>,
        files: impl IntoIterator<Item = String>,
        cost_usd: f64,
        elapsed_ms: u64,
    ) -> Self {
        Self::ArtifactReady {
            stage,
            artifact: artifact.into(),
            files: files.into_iter().collect(),
            cost_usd,
            elapsed_ms,
        }
    }

    /// A step failed with the error of this public code, and is tried for the `attempt`th time, 2 or more, after a wait.
    pub fn retrying(
        stage: Stage,
        artifact: impl Into<String>,
        attempt: u32,
        wait_ms: u64,
        code: impl Into<String>,
    ) -> Self {
        Self::Retrying { stage, artifact: artifact.into(), attempt, wait_ms, code: code.into() }
    }

    /// Something is worth knowing, in one line.
    pub fn note(stage: Stage, message: impl Into<String>) -> Self {
        Self::Note { stage, message: message.into() }
    }

    /// All artifacts of a stage are there.
    pub fn stage_finished(stage: Stage, elapsed_ms: u64) -> Self {
        Self::StageFinished { stage, elapsed_ms }
    }

    /// The run ended, with a video or with an error.
    pub fn run_finished(
        status: Status,
        cost_usd: f64,
        elapsed_ms: u64,
        video: Option<String>,
        error: Option<ErrorBody>,
    ) -> Self {
        Self::RunFinished { status, cost_usd, elapsed_ms, video, error }
    }

    /// Whether nobody who hears this one needs to have heard `old`: a later step of the same artifact's progress.
    pub(crate) fn overtakes(&self, old: &Self) -> bool {
        matches!((old, self), (
            Self::Progress { stage: a, artifact: p, .. },
            Self::Progress { stage: b, artifact: q, .. },
        ) if a == b && p == q)
    }
}

/// What an embedder is called with for each event, on a thread of its own. One that is slow hears of things later, and of
/// fewer steps of progress; one that panics is called again for the next event, and the state has a note that it did.
pub type EventSink = Arc<dyn Fn(&EventRecord) + Send + Sync>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_can_be_made_and_comes_back_from_json() {
        let error = ErrorBody::new("media", "no clip");
        for event in [
            Event::RunStarted,
            Event::estimated(CostRange::exactly(1.5)),
            Event::status_changed(Status::Planning, 1.0),
            Event::stage_started(Stage::Plan),
            Event::progress(Stage::Scenes, "scene_1_bg", 0.5, 20.0),
            Event::artifact_reused(Stage::Scenes, "scene_1_bg"),
            Event::artifact_ready(Stage::Scenes, "scene_1_bg", ["scene_1_bg.mp4".to_owned()], 0.2, 30),
            Event::retrying(Stage::Scenes, "scene_1_bg", 2, 100, "timeout"),
            Event::Degraded(Degradation::new(Stage::Scenes, "scene_1_bg", "offline clip", error.clone())),
            Event::note(Stage::Audio, "quiet"),
            Event::stage_finished(Stage::Audio, 40),
            Event::run_finished(Status::Failed, 0.2, 50, None, Some(error)),
        ] {
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event, "{json}");
        }
        let unknown = Event::estimated(CostRange::new(1.0, f64::INFINITY));
        assert!(matches!(unknown, Event::Estimated { high_usd: None, .. }));
    }

    #[test]
    fn what_a_newer_version_tells_is_no_error() {
        let json =
            r#"{"run_id":"r","project_id":"p","seq":7,"at":"t","event":{"type":"moon_rose","over":"x"},"more":1}"#;
        let record: EventRecord = serde_json::from_str(json).unwrap();
        assert_eq!((record.seq, record.event), (7, Event::Unknown));
        for event in [
            r#"{"type":"stage_started","stage":"voice_over"}"#,
            r#"{"type":"run_finished","status":"PRINTED","cost_usd":0.5,"elapsed_ms":1}"#,
            r#"{"type":"stage_started"}"#,
            r#"{"type":7}"#,
            r#""moon""#,
        ] {
            let json = format!(r#"{{"run_id":"r","project_id":"p","seq":7,"at":"t","event":{event}}}"#);
            let record: EventRecord = serde_json::from_str(&json).unwrap();
            assert_eq!((record.seq, record.event), (7, Event::Unknown), "{json}");
        }
    }
}
