//! One scene: what is behind the product, how the product stands in it, and what is written over it.

use super::{Asset, name::NAME_PATTERN};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One scene of the ad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Scene {
    /// Name of the scene, unique in the project: 1-64 characters of a-z, 0-9, `-` and `_`.
    #[schemars(length(min = 1, max = 64), regex(pattern = NAME_PATTERN))]
    pub id: String,
    /// What the scene is for.
    #[serde(default)]
    pub role: Role,
    /// Length in seconds; scenes without one share what is left of the ad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.5, max = 60.0))]
    pub duration_s: Option<f64>,
    /// The moving picture behind the product; planned where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    /// The product in the scene; `null` for a scene without it.
    #[serde(default = "with_product")]
    pub product: Option<ProductLayer>,
    /// What is written over the scene.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub caption: Option<String>,
    /// How the scene begins.
    #[serde(default)]
    pub transition: Transition,
}

impl Scene {
    /// A scene with the product, of which everything else is planned.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            role: Role::default(),
            duration_s: None,
            background: None,
            product: with_product(),
            caption: None,
            transition: Transition::default(),
        }
    }

    /// What the scene is for.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Length in seconds, 0.5-60.
    #[must_use]
    pub fn with_duration_s(mut self, duration_s: f64) -> Self {
        self.duration_s = Some(duration_s);
        self
    }

    /// The moving picture behind the product.
    #[must_use]
    pub fn with_background(mut self, background: Background) -> Self {
        self.background = Some(background);
        self
    }

    /// How the product stands in it.
    #[must_use]
    pub fn with_product(mut self, product: ProductLayer) -> Self {
        self.product = Some(product);
        self
    }

    /// What is written over the scene.
    #[must_use]
    pub fn with_caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }

    /// How the scene begins.
    #[must_use]
    pub fn with_transition(mut self, transition: Transition) -> Self {
        self.transition = transition;
        self
    }

    /// Without the product.
    #[must_use]
    pub fn without_product(mut self) -> Self {
        self.product = None;
        self
    }
}

fn with_product() -> Option<ProductLayer> {
    Some(ProductLayer::default())
}

/// What a scene is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// Stops the thumb.
    Hook,
    /// Shows the product.
    #[default]
    Showcase,
    /// Says what it does for the viewer.
    Benefit,
    /// Says why that is true.
    Proof,
    /// Says what to do now.
    CallToAction,
}

/// The moving picture behind the product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Background {
    /// Made by a video provider.
    Generate(GeneratedBackground),
    /// The user's own clip.
    File(Asset),
}

/// A background to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GeneratedBackground {
    /// What is to be seen. It never names the product: the real one is put over it.
    #[schemars(length(min = 1, max = 4000))]
    pub prompt: String,
    /// The seed of this clip; the project's where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

impl GeneratedBackground {
    /// A background that shows what `prompt` says.
    pub fn new(prompt: impl Into<String>) -> Self {
        Self { prompt: prompt.into(), seed: None }
    }

    /// With a seed of its own.
    #[must_use]
    pub fn with_seed(mut self, seed: u32) -> Self {
        self.seed = Some(seed);
        self
    }
}

impl From<GeneratedBackground> for Background {
    fn from(background: GeneratedBackground) -> Self {
        Self::Generate(background)
    }
}

/// The product in a scene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ProductLayer {
    /// Where it stands.
    #[serde(default)]
    pub placement: Placement,
    /// How it moves.
    #[serde(default)]
    pub motion: Motion,
    /// Its size against the one that the layout would give it.
    #[serde(default = "one")]
    #[schemars(range(min = 0.2, max = 1.5))]
    pub scale: f64,
    /// Whether it casts a contact shadow.
    #[serde(default = "yes")]
    pub shadow: bool,
}

impl Default for ProductLayer {
    fn default() -> Self {
        Self { placement: Placement::Auto, motion: Motion::Auto, scale: one(), shadow: yes() }
    }
}

impl ProductLayer {
    /// Where it stands.
    #[must_use]
    pub fn with_placement(mut self, placement: Placement) -> Self {
        self.placement = placement;
        self
    }

    /// How it moves.
    #[must_use]
    pub fn with_motion(mut self, motion: Motion) -> Self {
        self.motion = motion;
        self
    }

    /// Its size against the layout's, 0.2-1.5.
    #[must_use]
    pub fn with_scale(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    /// Whether it casts a contact shadow.
    #[must_use]
    pub fn with_shadow(mut self, shadow: bool) -> Self {
        self.shadow = shadow;
        self
    }
}

fn one() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

/// Where the product stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Placement {
    /// As the role and the shape of the video ask.
    #[default]
    Auto,
    /// In the middle of the safe area.
    Center,
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// High in the safe area.
    Top,
    /// Low in the safe area.
    Bottom,
}

/// How the product moves. Every motion is eased and ends at rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Motion {
    /// As the role asks.
    #[default]
    Auto,
    /// Not at all.
    None,
    /// Grows slowly.
    PushIn,
    /// Shrinks slowly.
    PullOut,
    /// Hovers up and down.
    Float,
    /// Comes in from the side.
    SlideIn,
    /// Turns by a few degrees.
    Rotate,
}

/// How a scene begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Transition {
    /// At once.
    #[default]
    Cut,
    /// The scene before dissolves into it.
    Crossfade,
    /// Through a plain dark colour.
    Dip,
}
