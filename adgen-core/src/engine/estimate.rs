//! What an ad will cost, before anything is called.

use super::{foreign::Caught, providers::Providers};
use crate::{
    error::Result,
    project::{AdProject, CostRange, Music, Stage},
    provider::{PlanRequest, ProviderInfo},
    stages::{estimate_clips, estimate_track, fill_in, timeline},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an ad will cost where everything is made anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Estimate {
    /// The stages that ask a provider, in order.
    pub stages: Vec<StageEstimate>,
    /// All of them together.
    pub total: CostRange,
}

impl Estimate {
    /// What these stages cost, and all of them together.
    pub fn new(stages: impl IntoIterator<Item = StageEstimate>) -> Self {
        let stages: Vec<_> = stages.into_iter().collect();
        let total = stages.iter().map(|stage| stage.cost).sum();
        Self { stages, total }
    }
}

/// What one stage will cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct StageEstimate {
    /// The stage.
    pub stage: Stage,
    /// Who is asked.
    pub provider: ProviderInfo,
    /// How many artifacts are ordered.
    pub artifacts: usize,
    /// US dollars.
    pub cost: CostRange,
}

impl StageEstimate {
    /// So many artifacts, ordered of this provider.
    pub fn new(stage: Stage, provider: ProviderInfo, artifacts: usize, cost: CostRange) -> Self {
        Self { stage, provider, artifacts, cost }
    }
}

/// What the ad of a document will cost, by providers that nobody has held yet.
///
/// # Errors
/// `Unexpected` where one of them panicked.
pub(crate) fn estimate_by(project: &AdProject, providers: &Providers) -> Result<Estimate> {
    let caught = Caught::default();
    let estimate = estimate(project, &providers.held(&caught));
    caught.first().map_or(Ok(estimate), Err)
}

/// What the ad of a document will cost. A document that is not planned yet is reckoned with the scenes of the offline plan,
/// whose number and lengths other planners are held to.
pub(super) fn estimate(project: &AdProject, providers: &Providers) -> Estimate {
    let mut project = project.clone();
    let mut stages = Vec::new();
    if !project.is_planned() {
        let request = PlanRequest {
            style: project.style.clone(),
            scenes: project.scenes.clone(),
            ..PlanRequest::new(project.brief.clone(), project.brand.clone())
        };
        let provider = providers.planner.info().clone();
        stages.push(StageEstimate {
            stage: Stage::Plan,
            provider,
            artifacts: 1,
            cost: providers.planner.estimate(&request),
        });
        fill_in(&mut project, (providers.sketch)(&request));
    }
    let slots = timeline(&project);
    let (ordered, clips) = estimate_clips(&project, &slots, &*providers.video);
    let frames: u64 = slots.iter().map(|slot| slot.frames).sum();
    let duration_s = frames as f64 / f64::from(project.output.fps);
    stages.push(StageEstimate {
        stage: Stage::Scenes,
        provider: providers.video.info().clone(),
        artifacts: ordered,
        cost: clips,
    });
    let music = matches!(project.audio.music, Some(Music::Generate(_)));
    stages.push(StageEstimate {
        stage: Stage::Audio,
        provider: providers.audio.info().clone(),
        artifacts: usize::from(music),
        cost: estimate_track(&project, duration_s, &*providers.audio),
    });
    Estimate::new(stages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_passes_as_json() {
        let stage = |stage, cost| StageEstimate::new(stage, ProviderInfo::free("x", "y"), 2, cost);
        let unknown = CostRange::new(0.5, f64::INFINITY);
        let estimate = Estimate::new([stage(Stage::Plan, CostRange::exactly(0.25)), stage(Stage::Scenes, unknown)]);
        assert_eq!(estimate.total.low_usd, 0.75);
        let json = serde_json::to_string(&estimate).unwrap();
        assert_eq!(serde_json::from_str::<Estimate>(&json).unwrap(), estimate);
    }
}
