//! What a model answered, whichever API carried it.

use super::{
    conversation::Wire,
    error::{PROVIDER, Said, shown},
};
use crate::{
    error::{Error, ErrorKind, Result, Retry},
    http::Answer,
};
use serde_json::Value;

/// An answer, and what it took.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub(super) said: Outcome,
    /// `None` where the server does not count.
    pub(super) usage: Option<Usage>,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// The whole text.
    Text(String),
    /// The model's words why it will not.
    Refused(String),
    /// A filter stopped the answer.
    Filtered,
    /// The answer was longer than it may be; what there is of it is no JSON.
    Cut,
    /// The server gave up.
    Failed(Said),
    /// The server never came to an end: its word for where it is.
    Unfinished(String),
    /// Nothing.
    Empty,
}

/// Tokens, as the server counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// Of the question, those included that the server still had.
    pub(super) input: u64,
    pub(super) cached: u64,
    /// Of the answer, thoughts included.
    pub(super) output: u64,
}

impl Reply {
    /// Reads a success.
    ///
    /// # Errors
    /// `Unavailable` for what is no answer of this API at all, such as a proxy's page.
    pub(super) fn read(answer: &Answer, wire: Wire) -> Result<Self> {
        let json: Value = answer.json(PROVIDER).map_err(|error| error.with_retry(Retry::Now))?;
        let known = match wire {
            Wire::Responses => json["output"].is_array() || json["status"].is_string(),
            Wire::ChatCompletions => json["choices"].is_array(),
        };
        if !known && json["error"].is_null() {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "the answer is none of the API that was asked; check OPENAI_BASE_URL, or choose the other wire",
            )
            .with_context("body", shown(&json.to_string())));
        }
        let usage = Usage::read(&json["usage"]);
        let said = match wire {
            Wire::Responses => responses(&json),
            Wire::ChatCompletions => chat(&json),
        };
        Ok(Self { said, usage })
    }
}

impl Usage {
    /// Both APIs' names.
    fn read(json: &Value) -> Option<Self> {
        let number = |names: [&str; 2]| names.iter().find_map(|name| json[*name].as_u64());
        let cached = |name: &str| json[name]["cached_tokens"].as_u64();
        Some(Self {
            input: number(["input_tokens", "prompt_tokens"])?,
            cached: cached("input_tokens_details").or_else(|| cached("prompt_tokens_details")).unwrap_or_default(),
            output: number(["output_tokens", "completion_tokens"])?,
        })
    }
}

fn responses(json: &Value) -> Outcome {
    let status = json["status"].as_str().unwrap_or("completed");
    if !json["error"].is_null() || status == "failed" {
        return Outcome::Failed(Said::from_json(&json["error"]));
    }
    // The first item is often the model's thoughts, and a message may come in several parts.
    let messages = json["output"].as_array().into_iter().flatten().filter(|item| item["type"] == "message");
    let parts: Vec<&Value> = messages.filter_map(|item| item["content"].as_array()).flatten().collect();
    if let Some(refusal) = parts.iter().find(|part| part["type"] == "refusal") {
        return Outcome::Refused(shown(refusal["refusal"].as_str().unwrap_or_default()));
    }
    match (status, json["incomplete_details"]["reason"].as_str()) {
        ("incomplete", Some("content_filter")) => return Outcome::Filtered,
        ("incomplete", _) => return Outcome::Cut,
        ("queued" | "in_progress" | "cancelled", _) => return Outcome::Unfinished(status.to_owned()),
        // A word that is new: what matters is whether there is a text.
        _ => {}
    }
    let texts = parts.iter().filter(|part| part["type"] == "output_text").filter_map(|part| part["text"].as_str());
    // Compatible servers answer in their own ways: with the text alone, with a call of a tool that nobody offered, or with
    // all of it among the thoughts.
    let items = || json["output"].as_array().into_iter().flatten();
    let calls = items().filter_map(|item| item["arguments"].as_str()).collect();
    let thoughts =
        items().filter(|item| item["type"] == "reasoning").filter_map(|item| item["content"].as_array()).flatten();
    let thoughts = thoughts.filter_map(|part| part["text"].as_str()).collect();
    let whole = json["output_text"].as_str().unwrap_or_default().to_owned();
    first([texts.collect(), whole, calls], thoughts)
}

/// The first text that is one; thoughts only where there is JSON in them.
fn first(texts: [String; 3], thoughts: String) -> Outcome {
    let found = texts.into_iter().find(|text| !text.trim().is_empty());
    found.or_else(|| Some(thoughts).filter(|text| text.contains('{'))).map_or(Outcome::Empty, Outcome::Text)
}

fn chat(json: &Value) -> Outcome {
    if !json["error"].is_null() {
        return Outcome::Failed(Said::from_json(&json["error"]));
    }
    let choice = &json["choices"][0];
    let message = &choice["message"];
    if let Some(refusal) = message["refusal"].as_str().filter(|refusal| !refusal.is_empty()) {
        return Outcome::Refused(shown(refusal));
    }
    match choice["finish_reason"].as_str() {
        Some("length") => return Outcome::Cut,
        Some("content_filter") => return Outcome::Filtered,
        _ => {}
    }
    let parts = message["content"].as_array().into_iter().flatten();
    if let Some(refusal) = parts.clone().find(|part| part["type"] == "refusal") {
        return Outcome::Refused(shown(refusal["refusal"].as_str().unwrap_or_default()));
    }
    let content = match &message["content"] {
        Value::String(content) => content.clone(),
        // Some servers answer in parts, as they are asked, and some have read their own JSON.
        Value::Array(_) => parts.filter(|part| !is_thought(part)).filter_map(said).collect(),
        object @ Value::Object(_) => object.to_string(),
        _ => String::new(),
    };
    // A tool that nobody offered is called with the answer, or the answer stands among the thoughts.
    let calls = message["tool_calls"].as_array().into_iter().flatten().map(|call| &call["function"]["arguments"]);
    let calls = calls.chain([&message["function_call"]["arguments"]]).filter_map(written).collect();
    let old = choice["text"].as_str().unwrap_or_default().to_owned();
    let thoughts =
        ["reasoning_content", "reasoning"].iter().find_map(|name| message[*name].as_str()).unwrap_or_default();
    first([content, calls, old], thoughts.to_owned())
}

fn is_thought(part: &Value) -> bool {
    ["thinking", "reasoning", "reasoning_text", "thought"].iter().any(|kind| part["type"] == *kind)
}

/// What a part of an answer says.
fn said(part: &Value) -> Option<&str> {
    part.as_str().or_else(|| part["text"].as_str()).or_else(|| part["text"]["value"].as_str())
}

/// The arguments of a call: JSON in a string, or JSON.
fn written(arguments: &Value) -> Option<String> {
    match arguments {
        Value::String(text) => Some(text.clone()),
        object @ Value::Object(_) => Some(object.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(wire: Wire, json: &Value) -> Result<Reply> {
        let body = bytes::Bytes::from(json.to_string());
        Reply::read(&Answer { status: 200, headers: Default::default(), body }, wire)
    }

    fn responded(status: &str, output: &Value, rest: &Value) -> Outcome {
        let mut json = json!({ "id": "resp_1", "object": "response", "status": status, "error": null,
            "incomplete_details": null, "output": output, "new_field": [1] });
        for (key, value) in rest.as_object().into_iter().flatten() {
            json[key] = value.clone();
        }
        read(Wire::Responses, &json).unwrap().said
    }

    fn message(content: &Value) -> Value {
        json!({ "type": "message", "role": "assistant", "status": "completed", "content": content })
    }

    #[test]
    fn every_part_of_every_message_counts() {
        let output = json!([
            { "type": "reasoning", "summary": [] },
            message(&json!([{ "type": "output_text", "text": "{\"a\"" }, { "type": "unknown" }])),
            message(&json!([{ "type": "output_text", "text": ":1}" }])),
        ]);
        assert_eq!(responded("completed", &output, &json!({})), Outcome::Text("{\"a\":1}".to_owned()));
        assert_eq!(responded("brand_new", &output, &json!({})), Outcome::Text("{\"a\":1}".to_owned()));
    }

    #[test]
    fn every_other_end_is_told_apart() {
        let none = json!([]);
        let call = json!([{ "type": "function_call", "name": "plan", "arguments": "{}" }]);
        assert_eq!(responded("completed", &call, &json!({})), Outcome::Text("{}".to_owned()));
        let thought = json!([{ "type": "reasoning", "content": [{ "type": "reasoning_text", "text": "so {}" }] }]);
        assert_eq!(responded("completed", &thought, &json!({})), Outcome::Text("so {}".to_owned()));
        let half = json!([message(&json!([{ "type": "output_text", "text": "{\"a\":" }]))]);
        let refusal = json!([message(&json!([{ "type": "refusal", "refusal": "I will not." }]))]);
        assert_eq!(responded("completed", &refusal, &json!({})), Outcome::Refused("I will not.".to_owned()));
        let because = |reason: &str| json!({ "incomplete_details": { "reason": reason } });
        assert_eq!(responded("incomplete", &half, &because("max_output_tokens")), Outcome::Cut);
        assert_eq!(responded("incomplete", &half, &json!({})), Outcome::Cut);
        assert_eq!(responded("incomplete", &half, &because("content_filter")), Outcome::Filtered);
        let error = json!({ "error": { "code": "server_error", "message": "oops" } });
        assert!(matches!(responded("failed", &none, &error), Outcome::Failed(said) if said.code == "server_error"));
        assert!(matches!(responded("failed", &none, &json!({})), Outcome::Failed(_)));
        for status in ["queued", "in_progress", "cancelled"] {
            assert_eq!(responded(status, &none, &json!({})), Outcome::Unfinished(status.to_owned()));
        }
        assert_eq!(responded("completed", &none, &json!({})), Outcome::Empty);
        let blank = json!([message(&json!([{ "type": "output_text", "text": " \n" }])), message(&Value::Null)]);
        assert_eq!(responded("completed", &blank, &json!({})), Outcome::Empty);
    }

    #[test]
    fn chat_answers_are_told_apart_too() {
        let chat = |finish: &str, message: Value| {
            let json = json!({ "choices": [{ "index": 0, "finish_reason": finish, "message": message }] });
            read(Wire::ChatCompletions, &json).unwrap().said
        };
        assert_eq!(chat("stop", json!({ "content": "{}", "refusal": null })), Outcome::Text("{}".to_owned()));
        assert_eq!(
            chat("stop", json!({ "content": [{ "type": "text", "text": "{}" }] })),
            Outcome::Text("{}".to_owned())
        );
        let text = |text: &str| Outcome::Text(text.to_owned());
        let parts = json!([{ "type": "thinking", "text": "{x}" }, "{", { "text": { "value": "}" } }, 7, null]);
        for (message, expected) in [
            (json!({ "content": parts }), text("{}")),
            (json!({ "content": { "a": 1 } }), text(r#"{"a":1}"#)),
            (json!({ "content": null, "tool_calls": [{ "function": { "arguments": "{}" } }] }), text("{}")),
            (
                json!({ "content": "", "tool_calls": [{ "function": { "arguments": { "a": 1 } } }, 3] }),
                text(r#"{"a":1}"#),
            ),
            (json!({ "content": "", "function_call": { "name": "f", "arguments": "{}" } }), text("{}")),
            (json!({ "content": "{}", "reasoning_content": "hm {no}" }), text("{}")),
            (json!({ "content": null, "reasoning_content": "so: {}" }), text("so: {}")),
            (json!({ "content": null, "reasoning": "nothing" }), Outcome::Empty),
            (json!({ "content": [{ "type": "refusal", "refusal": "No." }] }), Outcome::Refused("No.".to_owned())),
            (json!({ "tool_calls": "x", "content": 7 }), Outcome::Empty),
        ] {
            assert_eq!(chat("stop", message.clone()), expected, "{message}");
        }
        assert_eq!(chat("stop", json!({ "content": null, "refusal": "No." })), Outcome::Refused("No.".to_owned()));
        assert_eq!(chat("stop", json!({ "content": null })), Outcome::Empty);
        assert_eq!(chat("length", json!({ "content": "{\"a" })), Outcome::Cut);
        assert_eq!(chat("content_filter", json!({ "content": "" })), Outcome::Filtered);
        let none = read(Wire::ChatCompletions, &json!({ "choices": [] })).unwrap();
        assert_eq!(none, Reply { said: Outcome::Empty, usage: None });
        let failed = json!({ "error": { "code": 502, "message": "upstream" } });
        assert!(matches!(read(Wire::ChatCompletions, &failed).unwrap().said, Outcome::Failed(_)));
    }

    #[test]
    fn tokens_are_read_under_both_names() {
        let counted =
            |usage: Value| read(Wire::ChatCompletions, &json!({ "choices": [], "usage": usage })).unwrap().usage;
        let chat =
            json!({ "prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": { "cached_tokens": 4 } });
        assert_eq!(counted(chat), Some(Usage { input: 10, cached: 4, output: 5 }));
        let plain = json!({ "input_tokens": 10, "output_tokens": 5, "input_tokens_details": null });
        assert_eq!(counted(plain), Some(Usage { input: 10, cached: 0, output: 5 }));
        for missing in [
            Value::Null,
            json!({}),
            json!({ "prompt_tokens": 1 }),
            json!({ "prompt_tokens": -1, "completion_tokens": 2 }),
        ] {
            assert_eq!(counted(missing), None);
        }
    }

    #[test]
    fn what_is_no_answer_is_said_to_be_none() {
        let page = Answer { status: 200, headers: Default::default(), body: "<html>hi</html>".into() };
        assert_eq!(Reply::read(&page, Wire::Responses).unwrap_err().kind(), ErrorKind::Unavailable);
        let other = read(Wire::Responses, &json!({ "choices": [] })).unwrap_err();
        assert!(other.to_string().contains("OPENAI_BASE_URL"), "{other}");
    }
}
