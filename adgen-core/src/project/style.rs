//! The one look of all scenes.

use super::Rgb;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The global style: every scene's prompt carries it whole, which is what makes the scenes one ad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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
