//! Who plans, films and scores, and who does where they fail.
//!
//! May depend on `provider` and its neighbour `foreign`.

use super::foreign::{Caught, ForeignAudio, ForeignPlanner, ForeignVideo};
use crate::provider::{AudioProvider, Plan, PlanRequest, Planner, VideoProvider};
use std::sync::Arc;

/// The providers of a run.
#[derive(Debug, Clone)]
pub(crate) struct Providers {
    pub(crate) planner: Arc<dyn Planner>,
    pub(crate) video: Arc<dyn VideoProvider>,
    pub(crate) audio: Arc<dyn AudioProvider>,
    /// Who steps in, for nothing and without a network.
    pub(crate) fallback_planner: Arc<dyn Planner>,
    pub(crate) fallback_video: Arc<dyn VideoProvider>,
    pub(crate) fallback_audio: Arc<dyn AudioProvider>,
    /// A plan that is there at once: what an estimate reckons with before anybody was asked.
    pub(crate) sketch: fn(&PlanRequest) -> Plan,
}

impl Providers {
    /// The same as one run, or one look, asks them: what they panic in is a failure of theirs, and `caught` knows of it.
    pub(super) fn held(&self, caught: &Caught) -> Self {
        Self {
            planner: ForeignPlanner::planner(&self.planner, caught),
            video: ForeignVideo::video(&self.video, caught),
            audio: ForeignAudio::audio(&self.audio, caught),
            fallback_planner: ForeignPlanner::planner(&self.fallback_planner, caught),
            fallback_video: ForeignVideo::video(&self.fallback_video, caught),
            fallback_audio: ForeignAudio::audio(&self.fallback_audio, caught),
            sketch: self.sketch,
        }
    }

    /// Those that need no network alone.
    pub(crate) fn offline(&self) -> Self {
        Self {
            planner: Arc::clone(&self.fallback_planner),
            video: Arc::clone(&self.fallback_video),
            audio: Arc::clone(&self.fallback_audio),
            ..self.clone()
        }
    }
}
