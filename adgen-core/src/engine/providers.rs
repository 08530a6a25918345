//! Who plans, films and composes, and who does where they fail.
//!
//! May depend on `provider` alone.

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
