//! The models that the emulator has: their inputs, outputs and rough prices. The data is in `models.json`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::LazyLock};

/// What a model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Video,
    Audio,
}

/// What a model costs. Only the order of magnitude is right: the emulator bills for counting, not for accounting.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Usd {
    /// Each second of the file.
    Second(f64),
    /// Each second of running.
    RunSecond(f64),
    ThousandCharacters(f64),
    Flat(f64),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    pub(super) kind: Kind,
    /// Missing for official models, whose predictions say `hidden`.
    pub(super) version: Option<String>,
    /// `list` for a list of URLs instead of one.
    output: Option<String>,
    pub(super) usd: Usd,
    required: Vec<String>,
    /// Properties, in the order in which they are shown; `enum`s stand in place.
    input: Map<String, Value>,
}

static MODELS: LazyLock<BTreeMap<String, Model>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("models.json")).expect("models.json is ours and is read by every test")
});

/// The version that model documents give official models, which have no public one.
const OFFICIAL: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

pub(super) fn find(name: &str) -> Option<(&'static str, &'static Model)> {
    MODELS.get_key_value(name).map(|(name, model)| (name.as_str(), model))
}

pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static Model)> {
    MODELS.iter().map(|(name, model)| (name.as_str(), model))
}

/// The model that `version` of a create names: `owner/name`, `owner/name:<64 hex>` or `<64 hex>`.
pub(super) fn resolve(version: &str) -> Option<(&'static str, &'static Model)> {
    let hex = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match version.split_once(':') {
        Some((name, id)) if hex(id) => find(name),
        Some(_) => None,
        None if hex(version) => all().find(|(_, model)| model.version.as_deref() == Some(version)),
        // Only official models run without a version.
        None => find(version).filter(|(_, model)| model.version.is_none()),
    }
}

impl Model {
    pub(super) fn makes_list(&self) -> bool {
        self.output.as_deref() == Some("list")
    }

    /// What is wrong with an input: kind, field, description.
    pub(super) fn problems(&self, input: &Map<String, Value>) -> Vec<(String, String, String)> {
        let problem = |kind: &str, field: String, text: String| (kind.to_owned(), field, text);
        let mut problems: Vec<_> = self
            .required
            .iter()
            .filter(|name| !input.contains_key(*name))
            .map(|name| problem("required", "input".to_owned(), format!("{name} is required")))
            .collect();
        for (name, value) in input {
            let field = format!("input.{name}");
            match self.input.get(name) {
                None => {
                    let text = format!("Additional property {name} is not allowed");
                    problems.push(problem("additional_property_not_allowed", "input".to_owned(), text));
                }
                Some(rule) => {
                    if let Some((kind, text)) = breaks(name, value, rule) {
                        problems.push(problem(kind, field, text));
                    }
                }
            }
        }
        problems
    }

    /// The value that a model uses: the given one, or its default.
    pub(super) fn value<'a>(&'a self, input: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
        input.get(name).or_else(|| self.input.get(name)?.get("default"))
    }

    /// The model's document.
    pub(super) fn document(&self, full_name: &str) -> Value {
        let (owner, name) = full_name.split_once('/').unwrap_or((full_name, ""));
        json!({
            "url": format!("https://replicate.com/{full_name}"),
            "owner": owner, "name": name,
            "description": "An emulated model.",
            "visibility": "public",
            "is_official": self.version.is_none(),
            "github_url": null, "paper_url": null, "license_url": null, "cover_image_url": null,
            "run_count": 1234,
            "default_example": null,
            "latest_version": self.version_document(),
        })
    }

    pub(super) fn version_document(&self) -> Value {
        json!({
            "id": self.version.as_deref().unwrap_or(OFFICIAL),
            "created_at": "2026-01-02T03:04:05.678901Z",
            "cog_version": "0.16.9",
            "openapi_schema": self.openapi(),
        })
    }

    /// As cog writes it: choices are schemas of their own, named like the property.
    fn openapi(&self) -> Value {
        let (mut schemas, mut properties) = (Map::new(), Map::new());
        for (order, (name, rule)) in self.input.iter().enumerate() {
            let mut property = json!({"x-order": order, "description": format!("The {}.", name.replace('_', " "))});
            if let Some(choices) = rule.get("enum") {
                let kind = if choices[0].is_number() { "integer" } else { "string" };
                schemas.insert(
                    name.clone(),
                    json!({"title": name, "description": "An enumeration.", "type": kind, "enum": choices}),
                );
                property["allOf"] = json!([{"$ref": format!("#/components/schemas/{name}")}]);
                if let Some(default) = rule.get("default") {
                    property["default"] = default.clone();
                }
            } else if let (Some(rule), Some(property)) = (rule.as_object(), property.as_object_mut()) {
                property.insert("title".to_owned(), name.replace('_', " ").into());
                property.extend(rule.clone());
            }
            properties.insert(name.clone(), property);
        }
        let uri = json!({"type": "string", "format": "uri"});
        let output = if self.makes_list() { json!({"type": "array", "items": uri}) } else { uri };
        let mut input = json!({"type": "object", "title": "Input", "properties": properties});
        if !self.required.is_empty() {
            input["required"] = json!(self.required);
        }
        let mut output = output;
        output["title"] = "Output".into();
        schemas.insert("Input".to_owned(), input);
        schemas.insert("Output".to_owned(), output);
        json!({
            "openapi": "3.0.2",
            "info": {"title": "Cog", "version": "0.1.0"},
            "paths": {},
            "components": {"schemas": schemas},
        })
    }
}

/// The rule that a value breaks, in the service's words.
fn breaks(name: &str, value: &Value, rule: &Value) -> Option<(&'static str, String)> {
    if let Some(choices) = rule["enum"].as_array() {
        // A number may be written 5 or 5.0.
        let same = |choice: &&Value| *choice == value || (choice.is_number() && choice.as_f64() == value.as_f64());
        let listed: Vec<_> = choices.iter().map(Value::to_string).collect();
        let text = format!("{name} must be one of the following: {}", listed.join(", "));
        return choices.iter().find(same).is_none().then_some(("enum", text));
    }
    let whole = |value: &Value| value.as_f64().is_some_and(|number| number.fract() == 0.0);
    let kind = rule["type"].as_str().unwrap_or("string");
    let fits = match kind {
        "integer" => whole(value),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_string(),
    };
    if !fits {
        return Some(("invalid_type", format!("Invalid type. Expected: {kind}, given: {}", type_of(value))));
    }
    if rule["format"] == "uri" && !["http://", "https://", "data:"].iter().any(|head| text(value).starts_with(head)) {
        return Some(("format", format!("Does not match format 'uri': {name}")));
    }
    let length = text(value).chars().count() as f64;
    let limit = |key: &str| rule[key].as_f64();
    let number = value.as_f64();
    if let (Some(most), Some(number)) = (limit("maximum"), number)
        && number > most
    {
        return Some(("number_lte", format!("Must be less than or equal to {most}")));
    }
    if let (Some(least), Some(number)) = (limit("minimum"), number)
        && number < least
    {
        return Some(("number_gte", format!("Must be greater than or equal to {least}")));
    }
    if limit("minLength").is_some_and(|least| length < least) || limit("maxLength").is_some_and(|most| length > most) {
        return Some(("string_length", format!("{name} is too short or too long")));
    }
    None
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
