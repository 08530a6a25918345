//! The questions on the wire: what was said so far, as a body for the Responses or the Chat Completions API.

use super::catalog;
use serde_json::{Value, json};

/// Which of OpenAI's two APIs is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wire {
    /// `POST /responses`: OpenAI's own choice for new models.
    Responses,
    /// `POST /chat/completions`: what compatible servers speak.
    ChatCompletions,
}

/// How long a model that reasons thinks before it answers. Thoughts are paid as output. Not every model knows every
/// one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effort {
    /// Not at all.
    None,
    /// Hardly.
    Minimal,
    /// A little: enough for a plan.
    #[default]
    Low,
    /// The models' own default.
    Medium,
    /// Long.
    High,
    /// Very long.
    XHigh,
    /// As long as the model can.
    Max,
}

impl Effort {
    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// The tokens that an answer may have, thoughts included: several times what a plan takes.
    pub(super) const fn room(self) -> u32 {
        match self {
            Self::None | Self::Minimal | Self::Low => 8_000,
            Self::Medium => 16_000,
            Self::High | Self::XHigh | Self::Max => 32_000,
        }
    }
}

/// What is said to a model, and what it said.
#[derive(Debug, Clone)]
pub(super) struct Conversation {
    /// The rules.
    pub(super) instructions: String,
    /// The task, as text.
    pub(super) task: String,
    /// The photo as a data URL.
    pub(super) photo: Option<String>,
    /// The form of the answer.
    pub(super) schema: Value,
    /// An answer that would not do, and what is wrong with it.
    pub(super) objection: Option<(String, String)>,
}

impl Conversation {
    /// The length of the question in characters, the photo not counted.
    pub(super) fn characters(&self) -> usize {
        let objection =
            self.objection.iter().map(|(answer, problems)| answer.chars().count() + problems.chars().count());
        let texts = self.instructions.chars().count() + self.task.chars().count() + self.schema.to_string().len();
        texts + objection.sum::<usize>()
    }
}

/// How a model is asked.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    pub(super) wire: Wire,
    pub(super) model: String,
    /// The wish of whoever set the planner up; [`Effort::Low`] for a model known to reason where there is none.
    pub(super) effort: Option<Effort>,
}

/// The name of the form, for the API.
const SCHEMA_NAME: &str = "ad_plan";

impl Manner {
    /// What is sent: never to a model that is known not to reason, and to an unknown one only where it is wished for.
    pub(super) fn effort(&self) -> Option<Effort> {
        if catalog::is_plain(&self.model) {
            None
        } else if catalog::reasons(&self.model) {
            Some(self.effort.unwrap_or_default())
        } else {
            self.effort
        }
    }

    /// Where the question goes, below the base.
    pub(super) fn path(&self) -> &'static str {
        match self.wire {
            Wire::Responses => "responses",
            Wire::ChatCompletions => "chat/completions",
        }
    }

    /// The question. Sampling parameters are never sent: models that reason refuse them, and a plan needs none.
    pub(super) fn body(&self, talk: &Conversation, max_tokens: u32) -> Value {
        match self.wire {
            Wire::Responses => self.responses(talk, max_tokens),
            Wire::ChatCompletions => self.chat(talk, max_tokens),
        }
    }

    fn responses(&self, talk: &Conversation, max_tokens: u32) -> Value {
        let mut content = vec![json!({ "type": "input_text", "text": talk.task })];
        content
            .extend(talk.photo.iter().map(|url| json!({ "type": "input_image", "image_url": url, "detail": "low" })));
        let mut input = vec![json!({ "role": "user", "content": content })];
        if let Some((answer, problems)) = &talk.objection {
            input.push(json!({ "role": "assistant", "content": answer }));
            input.push(json!({ "role": "user", "content": [{ "type": "input_text", "text": problems }] }));
        }
        let mut body = json!({
            "model": self.model,
            "instructions": talk.instructions,
            "input": input,
            "text": { "format": { "type": "json_schema", "name": SCHEMA_NAME, "schema": talk.schema, "strict": true } },
            "max_output_tokens": max_tokens,
            "store": false,
        });
        if let Some(effort) = self.effort() {
            body["reasoning"] = json!({ "effort": effort.as_str() });
        }
        body
    }

    fn chat(&self, talk: &Conversation, max_tokens: u32) -> Value {
        // A plain text where there is no photo: some servers know no parts.
        let task = match &talk.photo {
            None => json!(talk.task),
            Some(url) => json!([
                { "type": "text", "text": talk.task },
                { "type": "image_url", "image_url": { "url": url, "detail": "low" } },
            ]),
        };
        let mut messages =
            vec![json!({ "role": "system", "content": talk.instructions }), json!({ "role": "user", "content": task })];
        if let Some((answer, problems)) = &talk.objection {
            messages.push(json!({ "role": "assistant", "content": answer }));
            messages.push(json!({ "role": "user", "content": problems }));
        }
        // Nothing is said of storing: not to is the default here, and other servers refuse fields that they do not know.
        let format = json!({ "name": SCHEMA_NAME, "schema": talk.schema, "strict": true });
        let mut body = json!({
            "model": self.model,
            "messages": messages,
            "response_format": { "type": "json_schema", "json_schema": format },
            "max_completion_tokens": max_tokens,
        });
        if let Some(effort) = self.effort() {
            body["reasoning_effort"] = json!(effort.as_str());
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(photo: bool) -> Conversation {
        Conversation {
            instructions: "rules".to_owned(),
            task: "task".to_owned(),
            photo: photo.then(|| "data:image/png;base64,AA==".to_owned()),
            schema: json!({ "type": "object" }),
            objection: None,
        }
    }

    fn manner(wire: Wire, model: &str, effort: Option<Effort>) -> Manner {
        Manner { wire, model: model.to_owned(), effort }
    }

    #[test]
    fn only_models_that_reason_are_told_how_long() {
        for (model, wish, expected) in [
            ("gpt-6-luna", None, Some("low")),
            ("gpt-6-luna", Some(Effort::None), Some("none")),
            ("gpt-4.1-mini", Some(Effort::High), None),
            ("qwen3", None, None),
            ("qwen3", Some(Effort::High), Some("high")),
        ] {
            let body = manner(Wire::Responses, model, wish).body(&talk(false), 100);
            assert_eq!(body["reasoning"]["effort"].as_str(), expected, "{model}");
            let body = manner(Wire::ChatCompletions, model, wish).body(&talk(false), 100);
            assert_eq!(body["reasoning_effort"].as_str(), expected, "{model}");
        }
    }

    #[test]
    fn nothing_is_sampled_and_nothing_is_stored() {
        for wire in [Wire::Responses, Wire::ChatCompletions] {
            let body = manner(wire, "gpt-4.1-mini", None).body(&talk(true), 100);
            assert!(
                ["temperature", "top_p", "seed", "n", "max_tokens", "stream"]
                    .iter()
                    .all(|name| body.get(name).is_none())
            );
            // Only the one API stores unless it is told not to.
            assert_eq!(body["store"] == json!(false), wire == Wire::Responses);
        }
    }

    #[test]
    fn photos_and_objections_go_where_the_wire_wants_them() {
        let mut talk = talk(true);
        talk.objection = Some(("{}".to_owned(), "wrong".to_owned()));
        let body = manner(Wire::Responses, "m", None).body(&talk, 100);
        assert_eq!(body["input"][0]["content"][1]["detail"], "low");
        assert!(body["input"][0]["content"][1]["image_url"].is_string());
        assert_eq!(
            (&body["input"][1]["role"], &body["input"][2]["content"][0]["text"]),
            (&json!("assistant"), &json!("wrong"))
        );
        let body = manner(Wire::ChatCompletions, "m", None).body(&talk, 100);
        assert!(body["messages"][1]["content"][1]["image_url"]["url"].is_string());
        assert_eq!((&body["messages"][2]["content"], &body["messages"][3]["content"]), (&json!("{}"), &json!("wrong")));
        assert_eq!(body["max_completion_tokens"], 100);
    }
}
