//! The document itself: everything that a person decides about one ad.
//!
//! Pure data. Depends on its parts; the check of it is in `validate`.

use super::{Asset, Audio, Brand, Brief, Output, Policy, Scene, Style, name::NAME_PATTERN, output::Aspect};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the document that this library writes.
pub const SCHEMA_VERSION: u32 = 1;

/// One ad, whole: what it is for, what it shows, how it looks and sounds, and what it may cost.
///
/// The smallest document is an `id`, a `brief.product_name` and a `product.image`; everything else has a default or
/// is planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AdProject {
    /// Version of this document's format.
    #[serde(default = "current_version")]
    #[schemars(range(min = 1, max = 1))]
    pub schema_version: u32,
    /// Name of the project in the storage: 1-64 characters of a-z, 0-9, `-` and `_`.
    #[schemars(length(min = 1, max = 64), regex(pattern = NAME_PATTERN))]
    pub id: String,
    /// The owner, for services that keep projects of many users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub user_id: Option<String>,
    /// Title of the ad; the product's name where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub title: Option<String>,
    /// What is advertised, to whom, and for how long.
    pub brief: Brief,
    /// Whose ad it is.
    #[serde(default)]
    pub brand: Brand,
    /// The product's photo.
    pub product: Product,
    /// The one look of all scenes; planned where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    /// The scenes in order; planned where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 20))]
    pub scenes: Option<Vec<Scene>>,
    /// Music and loudness.
    #[serde(default)]
    pub audio: Audio,
    /// Shapes and quality of the videos.
    #[serde(default)]
    pub output: Output,
    /// What may be spent, and whether fallbacks are welcome.
    #[serde(default)]
    pub policy: Policy,
    /// The seed of everything that is drawn at random: the same document and seed give the same ad.
    #[serde(default)]
    pub seed: u32,
}

/// The product as the user photographed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Product {
    /// The photo: JPEG, PNG or WebP.
    pub image: Asset,
    /// The user's own cut-out, a picture with transparency; made from the photo where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cutout: Option<Asset>,
}

impl Product {
    /// A product by its photo.
    pub fn new(image: impl Into<Asset>) -> Self {
        Self { image: image.into(), cutout: None }
    }

    /// With a cut-out of the user's own.
    #[must_use]
    pub fn with_cutout(mut self, cutout: impl Into<Asset>) -> Self {
        self.cutout = Some(cutout.into());
        self
    }
}

fn current_version() -> u32 {
    SCHEMA_VERSION
}

impl AdProject {
    /// A project with every default, from the least that an ad needs.
    ///
    /// ```
    /// use adgen::project::{AdProject, Aspect, Brand, Brief, Output, Role, Scene};
    ///
    /// let project = AdProject::new("espresso", "Rosso Espresso Cup", "cup.png")
    ///     .with_brief(Brief::new("Rosso Espresso Cup").with_mood("warm").with_duration_s(12.0))
    ///     .with_brand(Brand::new("Caffè Rosso"))
    ///     .with_scenes([Scene::new("first").with_role(Role::Hook), Scene::new("last").with_role(Role::CallToAction)])
    ///     .with_output(Output::default().with_aspects([Aspect::Square]));
    /// assert_eq!(project.problems(), []);
    /// ```
    pub fn new(id: impl Into<String>, product_name: impl Into<String>, image: impl Into<Asset>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            id: id.into(),
            user_id: None,
            title: None,
            brief: Brief::new(product_name),
            brand: Brand::default(),
            product: Product::new(image),
            style: None,
            scenes: None,
            audio: Audio::default(),
            output: Output::default(),
            policy: Policy::default(),
            seed: 0,
        }
    }

    /// The owner, for services that keep projects of many users.
    #[must_use]
    pub fn with_user_id(mut self, user_id: impl Into<String>) -> Self {
        self.user_id = Some(user_id.into());
        self
    }

    /// Another title than the product's name.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// What is advertised, to whom, and for how long.
    #[must_use]
    pub fn with_brief(mut self, brief: Brief) -> Self {
        self.brief = brief;
        self
    }

    /// Whose ad it is.
    #[must_use]
    pub fn with_brand(mut self, brand: Brand) -> Self {
        self.brand = brand;
        self
    }

    /// The product's photo and cut-out.
    #[must_use]
    pub fn with_product(mut self, product: Product) -> Self {
        self.product = product;
        self
    }

    /// The look of all scenes, which is planned otherwise.
    #[must_use]
    pub fn with_style(mut self, style: Style) -> Self {
        self.style = Some(style);
        self
    }

    /// The scenes in order, which are planned otherwise.
    #[must_use]
    pub fn with_scenes(mut self, scenes: impl IntoIterator<Item = Scene>) -> Self {
        self.scenes = Some(scenes.into_iter().collect());
        self
    }

    /// Music and loudness.
    #[must_use]
    pub fn with_audio(mut self, audio: Audio) -> Self {
        self.audio = audio;
        self
    }

    /// Shapes and quality of the videos.
    #[must_use]
    pub fn with_output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// What may be spent, and whether fallbacks are welcome.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The seed of everything that is drawn at random.
    #[must_use]
    pub fn with_seed(mut self, seed: u32) -> Self {
        self.seed = seed;
        self
    }

    /// The first shape of the output: further ones are made from what is bought for it.
    pub fn main_aspect(&self) -> Aspect {
        self.output.aspects.first().copied().unwrap_or(Aspect::Portrait9x16)
    }

    /// The document as indented JSON with a final line feed.
    pub fn to_json(&self) -> String {
        // Cannot fail: the types hold no maps with keys that are not strings.
        let mut json = serde_json::to_string_pretty(self).expect("a project is always JSON");
        json.push('\n');
        json
    }

    /// The ad's title: its own, or the product's name.
    pub fn title(&self) -> &str {
        self.title.as_deref().filter(|title| !title.trim().is_empty()).unwrap_or(&self.brief.product_name)
    }

    /// Whether nothing is left to plan.
    pub fn is_planned(&self) -> bool {
        self.style.is_some()
            && self.scenes.as_ref().is_some_and(|scenes| {
                scenes.iter().all(|scene| scene.background.is_some() && scene.duration_s.is_some())
            })
            && !self.audio.needs_prompt()
    }
}
