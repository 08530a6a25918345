//! The form in which a model answers. The fields' own comments are the descriptions that it reads.

use super::found;
use crate::project::{Motion, Placement, Transition};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A plan as a model writes it: only what the request lacks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Draft {
    /// Missing where a person has written the style.
    #[serde(default)]
    pub(super) global_style: Option<DraftStyle>,
    #[serde(default)]
    pub(super) music_prompt: String,
    /// By the scene's name in the form.
    #[serde(default)]
    pub(super) scenes: BTreeMap<String, DraftScene>,
}

/// The one look of all scenes. English, each field at most 120 characters, no names.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
pub(super) struct DraftStyle {
    /// One slow movement and the lens: "slow push-in, shallow depth of field".
    pub(super) camera: String,
    /// Contrast and tone: "warm shadows, gentle contrast".
    pub(super) grade: String,
    /// Kind, direction and softness: "soft studio lighting from the left".
    pub(super) lighting: String,
    /// Two or three words; the first is one of calm, fresh, warm, luxury, energetic, playful, tech, natural.
    pub(super) mood: String,
    /// Three to six colours as #RRGGBB, the most important first: the brand's own, then what suits the product.
    pub(super) palette: Vec<String>,
    /// Surfaces and grain: "matte, fine grain".
    pub(super) texture: String,
}

/// One scene.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
pub(super) struct DraftScene {
    /// The empty set behind the product, in English, 15-60 words: place, materials, depth, and one slow movement. It
    /// says where the clear space for the product is. Never the product, its packaging, text, logos, people, faces or
    /// hands.
    pub(super) background: String,
    /// At most 60 characters in the brief's language, or null for none.
    #[serde(default)]
    pub(super) caption: Option<String>,
    /// Length in seconds.
    #[serde(default)]
    pub(super) duration_s: f64,
    /// How the product is put over the background.
    #[serde(default)]
    pub(super) product: DraftProduct,
    /// How the scene begins; the first one with a cut.
    #[serde(default)]
    pub(super) transition: Transition,
}

/// How the product is put over a background.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
pub(super) struct DraftProduct {
    /// Whether the background has level ground at the clear space, on which the product stands and casts a shadow.
    #[serde(default)]
    pub(super) grounded: bool,
    /// How the product moves; float and rotate only where it does not stand.
    #[serde(default)]
    pub(super) motion: Motion,
    /// Where the clear space is; auto is the middle.
    #[serde(default)]
    pub(super) placement: Placement,
}

impl Draft {
    /// The plans in a model's text, the last one first, for a model that thinks aloud ends with what it means. None of them
    /// is checked yet.
    ///
    /// # Errors
    /// What is wrong where there is none, for the model to read.
    pub(super) fn all(text: &str) -> Result<Vec<Self>, String> {
        let objects = found::plans(text, &["scenes", "global_style", "music_prompt"])?;
        let mut problem = String::new();
        let mut drafts = Vec::new();
        for object in objects {
            match serde_json::from_value(object) {
                Ok(draft) => drafts.push(draft),
                Err(error) if problem.is_empty() => problem = format!("the answer does not have the form: {error}"),
                Err(_) => {}
            }
        }
        if drafts.is_empty() { Err(problem) } else { Ok(drafts) }
    }

    /// The last plan in a model's text.
    #[cfg(test)]
    pub(super) fn read(text: &str) -> Result<Self, String> {
        Self::all(text).map(|mut drafts| drafts.remove(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_models_write_around_json() {
        let plan = r#"{"music_prompt":"a"}"#;
        for text in [
            plan.to_owned(),
            format!("```json\n{plan}\n```"),
            format!("Sure: {plan} :)"),
            format!("<think>Perhaps {{\"x\": 1}}, or {{nothing}}? {{\"music_prompt\": \"no\"}}</think>{plan}"),
            format!("<think>{{\"scenes\": never closed</think>\n{plan}"),
            format!("{plan}\nI kept {{product}} out, and \"{{\" too. {{\"note\": 1}}"),
            format!("{{\"plan\": {plan}}}"),
            format!("[{plan}]"),
            serde_json::to_string(plan).unwrap(),
            format!("{{\"answer\": {}}}", serde_json::to_string(plan).unwrap()),
            r#"{"music_prompt":"a", "scenes": {},}"#.to_owned(),
            "{\"music_prompt\":\"a\", // instrumental\n \"scenes\": {}, /* none */ }".to_owned(),
            "\u{feff}{\"music_prompt\":\"a\"}".to_owned(),
        ] {
            let text = text.as_str();
            assert_eq!(Draft::read(text).map(|draft| draft.music_prompt), Ok("a".to_owned()), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, expected) in [
            ("", "no JSON"),
            ("}{", "not closed"),
            (r#"{"x": 1}"#, "no plan"),
            (r#"<think>{"x": 1}</think> I cannot."#, "no plan"),
            ("{\"scenes\":{\"hook\":{\"background\":\"a\"", "not closed"),
            (r#"{"scenes":{"hook":{}}}"#, "background"),
            (r#"{"scenes":{"hook":{"background":"a","transition":"wipe"}}}"#, "wipe"),
        ] {
            let problem = Draft::read(text).unwrap_err();
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }
}
