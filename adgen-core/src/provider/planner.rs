//! The contract of whatever plans an ad.

use super::{CallContext, CostRange, ProviderInfo};
use crate::{
    error::Result,
    project::{Brand, Brief, ProductLayer, Rgb, Role, Scene, Style, Transition},
};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt::Debug, path::PathBuf};

/// What a planner is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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

    /// With the colours of the product on its photo, the most frequent first.
    #[must_use]
    pub fn with_product_palette(mut self, colors: impl IntoIterator<Item = Rgb>) -> Self {
        self.product_palette = colors.into_iter().collect();
        self
    }

    /// With the product's photo.
    #[must_use]
    pub fn with_photo(mut self, file: impl Into<PathBuf>) -> Self {
        self.photo = Some(file.into());
        self
    }

    /// With the style that a person has written.
    #[must_use]
    pub fn with_style(mut self, style: Style) -> Self {
        self.style = Some(style);
        self
    }

    /// With the scenes that a person has written.
    #[must_use]
    pub fn with_scenes(mut self, scenes: impl IntoIterator<Item = Scene>) -> Self {
        self.scenes = Some(scenes.into_iter().collect());
        self
    }

    /// With the project's seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u32) -> Self {
        self.seed = seed;
        self
    }
}

/// The plan of an ad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
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

impl Plan {
    /// A plan that cost nothing.
    pub fn new(style: Style, scenes: impl IntoIterator<Item = PlannedScene>, music_prompt: impl Into<String>) -> Self {
        Self {
            style,
            scenes: scenes.into_iter().collect(),
            music_prompt: music_prompt.into(),
            cost_usd: 0.0,
            notes: Vec::new(),
        }
    }

    /// With what the planning cost in US dollars.
    #[must_use]
    pub fn with_cost_usd(mut self, usd: f64) -> Self {
        self.cost_usd = usd;
        self
    }

    /// With something that somebody should know about it.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// One scene of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
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

impl PlannedScene {
    /// A scene of `duration_s` seconds over what `prompt` says, without the product and without words, that begins as scenes
    /// usually do.
    pub fn new(id: impl Into<String>, role: Role, duration_s: f64, prompt: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            role,
            duration_s,
            prompt: prompt.into(),
            product: None,
            caption: None,
            transition: Transition::default(),
        }
    }

    /// With the product, standing and moving so.
    #[must_use]
    pub fn with_product(mut self, product: ProductLayer) -> Self {
        self.product = Some(product);
        self
    }

    /// With these words over the scene.
    #[must_use]
    pub fn with_caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }

    /// Begins so.
    #[must_use]
    pub fn with_transition(mut self, transition: Transition) -> Self {
        self.transition = transition;
        self
    }
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
