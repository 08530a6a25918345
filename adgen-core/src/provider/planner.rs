//! The contract of whatever plans an ad.

use super::{CallContext, CostRange, ProviderInfo};
use crate::{
    error::Result,
    project::{Brand, Brief, ProductLayer, Rgb, Role, Scene, Style, Transition},
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::{fmt::Debug, path::PathBuf};

/// What a planner is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanRequest {
    /// What the ad has to say.
    pub brief: Brief,
    /// Whose ad it is.
    pub brand: Brand,
    /// The colours of the product on its photo, the most frequent first; may be empty.
    pub product_palette: Vec<Rgb>,
    /// The product's photo, where the document allows to show it to a model.
    pub photo: Option<PathBuf>,
    /// The style that a person has written, if any: the plan keeps it.
    pub style: Option<Style>,
    /// The scenes that a person has written, if any: the plan has exactly these, with what they lack filled in.
    pub scenes: Option<Vec<Scene>>,
    /// The project's seed.
    pub seed: u32,
}

impl PlanRequest {
    /// A request to plan everything from a brief and a brand.
    pub fn new(brief: Brief, brand: Brand) -> Self {
        Self { brief, brand, product_palette: Vec::new(), photo: None, style: None, scenes: None, seed: 0 }
    }
}

/// The plan of an ad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The one look of all scenes.
    pub style: Style,
    /// The scenes in order. Their durations add up to the brief's.
    pub scenes: Vec<PlannedScene>,
    /// What the music should sound like.
    pub music_prompt: String,
    /// What the planning cost in US dollars.
    #[serde(default)]
    pub cost_usd: f64,
    /// What somebody should know about the plan, such as why its scenes have no captions; shown with the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One scene of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedScene {
    /// Name of the scene, unique in the plan.
    pub id: String,
    /// What the scene is for.
    pub role: Role,
    /// Length in seconds.
    pub duration_s: f64,
    /// What is to be seen behind the product, the whole style included. Never the product.
    pub prompt: String,
    /// How the product stands and moves; `None` for a scene without it.
    pub product: Option<ProductLayer>,
    /// What is written over the scene.
    pub caption: Option<String>,
    /// How the scene begins.
    pub transition: Transition,
}

/// Plans an ad. The pipeline checks every plan and falls back where it breaks a rule.
#[async_trait]
pub trait Planner: Debug + Send + Sync + 'static {
    /// Name, model and price list.
    fn info(&self) -> &ProviderInfo;

    /// What a request will cost, by the price list.
    fn estimate(&self, request: &PlanRequest) -> CostRange {
        let _ = request;
        self.info().price.of(0.0)
    }

    /// Plans an ad.
    ///
    /// # Errors
    /// What the provider said, with what its answers cost all the same ([`Error::spent_usd`](crate::Error::spent_usd)).
    async fn plan(&self, context: &CallContext, request: &PlanRequest) -> Result<Plan>;
}
