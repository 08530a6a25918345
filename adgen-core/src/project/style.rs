//! The one look of all scenes.

use super::Rgb;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The global style: every scene's prompt carries it whole, which is what makes the scenes one ad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Style {
    /// "soft studio lighting from the left".
    #[schemars(length(min = 1, max = 300))]
    pub lighting: String,
    /// "slow push-in, shallow depth of field".
    #[schemars(length(min = 1, max = 300))]
    pub camera: String,
    /// "matte, fine grain".
    #[schemars(length(min = 1, max = 300))]
    pub texture: String,
    /// "fresh, uplifting".
    #[schemars(length(min = 1, max = 300))]
    pub mood: String,
    /// The colours of all scenes, the most important first.
    #[schemars(length(min = 1, max = 12))]
    pub palette: Vec<Rgb>,
    /// "warm shadows, gentle contrast".
    #[schemars(length(min = 1, max = 300))]
    pub grade: String,
}

impl Style {
    /// A calm look in these colours, the most important first (1-12), that would be wrong for no product.
    pub fn new(palette: impl IntoIterator<Item = Rgb>) -> Self {
        Self {
            lighting: "soft diffused studio lighting".to_owned(),
            camera: "slow push-in, shallow depth of field".to_owned(),
            texture: "matte surfaces, fine grain".to_owned(),
            mood: "calm, quiet, serene".to_owned(),
            palette: palette.into_iter().collect(),
            grade: "gentle contrast, true colours".to_owned(),
        }
    }

    /// Kind, direction and softness of the light.
    #[must_use]
    pub fn with_lighting(mut self, lighting: impl Into<String>) -> Self {
        self.lighting = lighting.into();
        self
    }

    /// The camera's movement and its lens.
    #[must_use]
    pub fn with_camera(mut self, camera: impl Into<String>) -> Self {
        self.camera = camera.into();
        self
    }

    /// Surfaces and grain.
    #[must_use]
    pub fn with_texture(mut self, texture: impl Into<String>) -> Self {
        self.texture = texture.into();
        self
    }

    /// Two or three words.
    #[must_use]
    pub fn with_mood(mut self, mood: impl Into<String>) -> Self {
        self.mood = mood.into();
        self
    }

    /// Contrast and tone.
    #[must_use]
    pub fn with_grade(mut self, grade: impl Into<String>) -> Self {
        self.grade = grade.into();
        self
    }

    /// The whole style as one sentence of a prompt.
    pub fn to_prompt(&self) -> String {
        let palette: Vec<String> = self.palette.iter().map(ToString::to_string).collect();
        format!(
            "Style: {}; camera: {}; texture: {}; mood: {}; colour palette {}; grade: {}.",
            self.lighting,
            self.camera,
            self.texture,
            self.mood,
            palette.join(", "),
            self.grade
        )
    }
}
