//! The form of an answer as a JSON Schema inside the subset that Structured Outputs document as strict: every object
//! closed, every field required, what may be missing a union with null; no defaults, formats or ranges. Compatible
//! servers understand that subset too. Ranges stand in the descriptions and are checked here, after the answer.

use super::draft::{DraftScene, DraftStyle};
use schemars::{JsonSchema, schema_for};
use serde_json::{Map, Value, json};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// The style too.
    pub(super) style: bool,
    /// The scenes by name, in order.
    pub(super) scenes: Vec<String>,
    /// Whether a person has written the scenes: then only backgrounds and durations are asked for.
    pub(super) written: bool,
}

/// The fields of a scene that a person has written which may be missing in it.
const FILLED_IN: [&str; 2] = ["background", "duration_s"];

/// The form of the answer. Each scene is a field by its own name, so an answer can neither lack one nor invent one.
pub(super) fn schema(wanted: &Wanted) -> Value {
    let mut fields = Map::new();
    let mut definitions = Map::new();
    if wanted.style {
        fields.insert("global_style".to_owned(), of::<DraftStyle>());
    }
    let music =
        "The instrumental music in English: genre, tempo in BPM, two to four instruments, mood, and how it ends.";
    fields.insert("music_prompt".to_owned(), json!({ "type": "string", "description": music }));
    if !wanted.scenes.is_empty() {
        let mut scene = of::<DraftScene>();
        if wanted.written {
            keep(&mut scene, &FILLED_IN);
        }
        definitions.insert("scene".to_owned(), scene);
        let reference = |name: &String| (name.clone(), json!({ "$ref": "#/$defs/scene" }));
        fields.insert("scenes".to_owned(), object(wanted.scenes.iter().map(reference).collect()));
    }
    let mut root = object(fields);
    if !definitions.is_empty() {
        root["$defs"] = Value::Object(definitions);
    }
    root
}

fn object(fields: Map<String, Value>) -> Value {
    let names: Vec<&String> = fields.keys().collect();
    json!({ "type": "object", "required": names, "additionalProperties": false, "properties": fields })
}

fn keep(schema: &mut Value, names: &[&str]) {
    if let Some(fields) = schema["properties"].as_object_mut() {
        fields.retain(|name, _| names.contains(&name.as_str()));
    }
    schema["required"] = json!(names);
}

fn of<T: JsonSchema>() -> Value {
    let schema = schema_for!(T).to_value();
    strict(&schema, &schema["$defs"])
}

/// A schema of ours in the strict subset. References are followed: they may not have neighbours, and descriptions are
/// some.
fn strict(schema: &Value, definitions: &Value) -> Value {
    let described = |mut strict: Value| {
        if let Some(text) = schema["description"].as_str() {
            strict["description"] = json!(text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        strict
    };
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
        let mut target = strict(&definitions[name], definitions);
        // What the values mean follows what the field is for.
        if let (Some(values), Some(own)) = (target["description"].as_str(), schema["description"].as_str())
            && target["enum"].is_array()
        {
            target["description"] = json!(format!("{own} {values}"));
            return target;
        }
        return described(target);
    }
    if let Some(variants) = schema["oneOf"].as_array() {
        return choice(schema, variants);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let any: Vec<Value> = any.iter().map(|one| strict(one, definitions)).collect();
        return described(json!({ "anyOf": any }));
    }
    if let Some(fields) = schema["properties"].as_object() {
        let fields = fields.iter().map(|(name, field)| (name.clone(), strict(field, definitions)));
        return described(object(fields.collect()));
    }
    let mut out = json!({ "type": schema["type"] });
    if schema["items"].is_object() {
        out["items"] = strict(&schema["items"], definitions);
    }
    if schema["enum"].is_array() {
        out["enum"] = schema["enum"].clone();
    }
    described(out)
}

/// An enumeration whose values have descriptions of their own, which the subset does not know.
fn choice(schema: &Value, variants: &[Value]) -> Value {
    let (mut names, mut lines) = (Vec::new(), Vec::new());
    for variant in variants {
        for name in variant["enum"].as_array().into_iter().flatten().chain(variant.get("const")) {
            if let (Some(name), Some(text)) = (name.as_str(), variant["description"].as_str()) {
                lines.push(format!("{name}: {text}"));
            }
            names.push(name.clone());
        }
    }
    let text = schema["description"].as_str().unwrap_or_default();
    json!({ "type": "string", "enum": names, "description": format!("{text} {}", lines.join(" ")).trim() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openai::draft::Draft;

    fn wanted(written: bool) -> Value {
        schema(&Wanted { style: true, scenes: vec!["hook".to_owned(), "call_to_action".to_owned()], written })
    }

    /// The documented subset, and less: what every compatible server understands.
    fn subset(schema: &Value, depth: usize) {
        let fields = schema.as_object().unwrap();
        assert!(depth <= 5, "too deep for the older limit");
        if fields.contains_key("$ref") {
            assert_eq!(fields.len(), 1, "a reference has neighbours: {schema}");
            return;
        }
        for (key, value) in fields {
            match key.as_str() {
                "properties" | "$defs" => {
                    value.as_object().unwrap().values().for_each(|field| subset(field, depth + 1))
                }
                "items" => subset(value, depth + 1),
                "anyOf" => value.as_array().unwrap().iter().for_each(|one| subset(one, depth + 1)),
                "type" | "enum" | "description" | "required" => {}
                "additionalProperties" => assert_eq!(value, false),
                other => panic!("{other} is not in the subset: {schema}"),
            }
        }
        if schema["type"] == "object" {
            let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
            assert!(!names.is_empty() && schema["required"] == json!(names) && schema["additionalProperties"] == false);
        }
    }

    #[test]
    fn schemas_stay_inside_the_subset() {
        for written in [false, true] {
            let schema = wanted(written);
            assert_eq!(schema["type"], "object");
            subset(&schema, 0);
        }
        subset(&schema(&Wanted::default()), 0);
        let many = Wanted { style: true, scenes: (0..20).map(|i| format!("s{i}")).collect(), written: false };
        assert!(schema(&many).to_string().len() < 20_000);
    }

    /// The smallest value that a schema allows.
    fn example(schema: &Value, root: &Value) -> Value {
        if schema["$ref"].is_string() {
            return example(&root["$defs"]["scene"], root);
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
        match kind.unwrap() {
            "object" => {
                let fields = schema["properties"].as_object().unwrap().iter();
                fields.map(|(name, field)| (name.clone(), example(field, root))).collect::<Map<_, _>>().into()
            }
            "array" => json!([example(&schema["items"], root)]),
            "string" => json!("x"),
            "number" => json!(1.5),
            "boolean" => json!(true),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_the_schema_allows_can_be_read() {
        for written in [false, true] {
            let schema = wanted(written);
            let draft = Draft::read(&example(&schema, &schema).to_string()).unwrap();
            assert_eq!(draft.scenes.keys().collect::<Vec<_>>(), ["call_to_action", "hook"]);
            let hook = &draft.scenes["hook"];
            assert_eq!((hook.duration_s, hook.background.as_str()), (1.5, "x"));
            assert_eq!(hook.caption.is_some(), !written);
            assert_eq!(draft.global_style.map(|style| style.palette), Some(vec!["x".to_owned()]));
        }
    }

    #[test]
    fn values_keep_their_descriptions() {
        let schema = wanted(false);
        let motion = &schema["$defs"]["scene"]["properties"]["product"]["properties"]["motion"];
        assert!(motion["enum"].as_array().unwrap().contains(&json!("push_in")));
        assert!(motion["description"].as_str().unwrap().contains("push_in: Grows slowly."), "{motion}");
        assert_eq!(schema["$defs"]["scene"]["properties"]["caption"]["type"], json!(["string", "null"]));
    }
}
