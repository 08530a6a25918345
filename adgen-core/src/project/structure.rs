//! Checks a JSON value against the generated schema and reports every problem at once.
//!
//! `serde` stops at the first problem and cannot name its path, and a general JSON Schema validator says "is not
//! valid under any of the schemas" where this one says which field was meant. It knows exactly the keywords that the
//! types' schema uses; any other is reported as a defect, so that it cannot fall behind the types in silence.

use super::{
    Rgb,
    name::{NAME_PATTERN, is_name},
    problem::{Path, Problems, either, meant, quoted, shown},
    schema::schema,
};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The pattern of [`Rgb`]. Checked by its parser.
const COLOR_PATTERN: &str = "^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})$";

/// Keywords that say nothing about what is allowed.
const ANNOTATIONS: &[&str] = &["$schema", "title", "description", "default"];
const CHECKED: &[&str] = &[
    "$ref",
    "$defs",
    "additionalProperties",
    "anyOf",
    "const",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "type",
];

/// Checks `value` as a document.
pub(super) fn check(value: &Value, problems: &mut Problems) {
    static SCHEMA: LazyLock<Value> = LazyLock::new(schema);
    check_by(&SCHEMA, value, problems);
}

/// Checks `value` against `schema`.
pub(super) fn check_by(schema: &Value, value: &Value, problems: &mut Problems) {
    if let Some(unknown) = unknown(schema) {
        problems.add("", format!("a defect of adgen: the check does not know the schema's {unknown}"));
    }
    Checker { root: schema, problems }.value(Path::Root, schema, value);
}

/// The first keyword, or value of one, that this checker does not interpret.
fn unknown(schema: &Value) -> Option<String> {
    let Some(fields) = schema.as_object() else {
        return Some(format!("{} in place of a schema", shown(schema)));
    };
    fields.iter().find_map(|(key, value)| match (key.as_str(), value) {
        ("$defs" | "properties", Value::Object(map)) => map.values().find_map(unknown),
        ("oneOf" | "anyOf", Value::Array(list)) => list.iter().find_map(unknown),
        ("items", value) => unknown(value),
        ("pattern", Value::String(text)) if text == NAME_PATTERN || text == COLOR_PATTERN => None,
        ("format", Value::String(text)) if ["uint32", "uint64", "uint", "double"].contains(&text.as_str()) => None,
        ("additionalProperties", Value::Bool(false)) => None,
        ("pattern" | "format" | "additionalProperties", value) => Some(format!("{key} {}", shown(value))),
        (key, _) => (!ANNOTATIONS.contains(&key) && !CHECKED.contains(&key)).then(|| format!("keyword {key}")),
    })
}

struct Checker<'a> {
    root: &'a Value,
    problems: &'a mut Problems,
}

impl Checker<'_> {
    fn value(&mut self, path: Path<'_>, schema: &Value, value: &Value) {
        if let Some(target) = schema["$ref"].as_str() {
            let root = self.root;
            match target.strip_prefix('#').and_then(|pointer| root.pointer(pointer)) {
                Some(target) => self.value(path, target, value),
                None => self.problems.add(path, format!("a defect of adgen: the schema has no {target}")),
            }
        } else if let Some(branches) = schema["anyOf"].as_array() {
            self.any_of(path, branches, value);
        } else if let Some(branches) = schema["oneOf"].as_array() {
            self.one_of(path, branches, value);
        } else if let Some(allowed) = schema["enum"].as_array() {
            let names: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
            self.choice(path, &names, value);
        } else if self.has_type(path, schema, value) {
            match value {
                Value::Object(fields) => self.object(path, schema, fields),
                Value::Array(items) => self.list(path, schema, items),
                Value::Number(_) => self.number(path, schema, value),
                Value::String(text) => self.text(path, schema, text),
                Value::Null | Value::Bool(_) => {}
            }
        }
    }

    /// "This or null" is the only `anyOf` that the types make.
    fn any_of(&mut self, path: Path<'_>, branches: &[Value], value: &Value) {
        let (nulls, others): (Vec<&Value>, Vec<&Value>) = branches.iter().partition(|branch| branch["type"] == "null");
        match (others.as_slice(), nulls.is_empty()) {
            ([other], false) if !value.is_null() => self.value(path, other, value),
            ([_], false) => {}
            _ => self.problems.add(path, "a defect of adgen: the check does not know this anyOf"),
        }
    }

    /// The two forms of a Rust enum: plain names, or an object with one field that names the case.
    fn one_of(&mut self, path: Path<'_>, branches: &[Value], value: &Value) {
        let names: Vec<&str> = branches.iter().filter_map(|branch| branch["const"].as_str()).collect();
        let cases: Vec<(&str, &Value)> = branches
            .iter()
            .filter_map(|branch| branch["properties"].as_object().filter(|fields| fields.len() == 1))
            .flatten()
            .map(|(name, schema)| (name.as_str(), schema))
            .collect();
        if names.len() == branches.len() {
            self.choice(path, &names, value);
        } else if cases.len() == branches.len() {
            self.case(path, &cases, value);
        } else {
            self.problems.add(path, "a defect of adgen: the check does not know this oneOf");
        }
    }

    fn case(&mut self, path: Path<'_>, cases: &[(&str, &Value)], value: &Value) {
        let names: Vec<&str> = cases.iter().map(|(name, _)| *name).collect();
        let wanted = format!("an object with one field, {}, is expected", either(&names));
        let Some(fields) = value.as_object() else {
            return self.problems.add(path, format!("{} stands here; {wanted}", shown(value)));
        };
        let mut known = 0;
        for (key, value) in fields {
            match cases.iter().find(|(name, _)| name == key) {
                Some((_, schema)) => {
                    known += 1;
                    self.value(path.field(key), schema, value);
                }
                None => self.unknown_field(path, key, &names),
            }
        }
        if known > 1 {
            self.problems.add(path, format!("{} fields stand here; {wanted}", fields.len()));
        } else if fields.is_empty() {
            self.problems.add(path, format!("an empty object stands here; {wanted}"));
        }
    }

    fn choice(&mut self, path: Path<'_>, names: &[&str], value: &Value) {
        if value.as_str().is_some_and(|text| names.contains(&text)) {
            return;
        }
        let guess = value.as_str().and_then(|text| meant(text, names));
        let guess = guess.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        self.problems.add(path, format!("{} is not one of the choices {}{guess}", shown(value), either(names)));
    }

    fn has_type(&mut self, path: Path<'_>, schema: &Value, value: &Value) -> bool {
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            _ => vec![],
        };
        let fits = types.iter().any(|name| match *name {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "number" => value.is_number(),
            "integer" => value.is_u64() || value.is_i64(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            _ => false,
        });
        if !fits {
            let words: Vec<&str> = types.iter().map(|name| described(name)).collect();
            let message = match words.is_empty() {
                true => "a defect of adgen: the schema has no type here".to_owned(),
                false => format!("{} stands here; {} is expected", shown(value), either(&words)),
            };
            self.problems.add(path, message);
        }
        fits
    }

    fn object(&mut self, path: Path<'_>, schema: &Value, fields: &Map<String, Value>) {
        let Some(properties) = schema["properties"].as_object() else { return };
        let names: Vec<&str> = properties.keys().map(String::as_str).collect();
        for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(required) {
                self.problems.add(path.field(required), "is missing; it is required");
            }
        }
        for (key, value) in fields {
            match properties.get(key) {
                Some(schema) => self.value(path.field(key), schema, value),
                None => self.unknown_field(path, key, &names),
            }
        }
    }

    fn unknown_field(&mut self, path: Path<'_>, key: &str, names: &[&str]) {
        let guess = match meant(key, names) {
            Some(name) => format!("did you mean {name}?"),
            None => format!("{} can stand here", either(names)),
        };
        self.problems.add(path.field(key), format!("is not a field that adgen knows; {guess}"));
    }

    fn list(&mut self, path: Path<'_>, schema: &Value, items: &[Value]) {
        let (least, most) = (count(schema, "minItems").unwrap_or(0), count(schema, "maxItems"));
        let length = items.len() as u64;
        if length < least || most.is_some_and(|most| length > most) {
            let allowed = allowed_count(least, most);
            self.problems.add(path, format!("{length} entries stand here; {allowed} are allowed"));
            // One problem that says it all, not one for each of five hundred scenes.
            return;
        }
        for (index, item) in items.iter().enumerate() {
            self.value(path.item(index), &schema["items"], item);
        }
    }

    fn number(&mut self, path: Path<'_>, schema: &Value, value: &Value) {
        let Some(number) = value.as_f64() else { return };
        let unsigned = schema["format"] == "uint32";
        let least = schema["minimum"].as_f64().or(unsigned.then_some(0.0));
        let most = schema["maximum"].as_f64().or(unsigned.then_some(f64::from(u32::MAX)));
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            let allowed = match (least, most) {
                (Some(least), Some(most)) if least == most => format!("only {least}"),
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("{least} or more"),
                (_, most) => format!("at most {}", most.unwrap_or(f64::MAX)),
            };
            self.problems.add(path, format!("{value} is out of range; {allowed} is allowed"));
        }
    }

    fn text(&mut self, path: Path<'_>, schema: &Value, text: &str) {
        let (least, most) = (count(schema, "minLength").unwrap_or(0), count(schema, "maxLength"));
        // As JSON Schema counts them: code points.
        let length = text.chars().count() as u64;
        if length < least || most.is_some_and(|most| length > most) {
            let message = match length {
                0 => "is empty; some text is required".to_owned(),
                _ => format!("{} has {length} characters; {} are allowed", quoted(text), allowed_count(least, most)),
            };
            self.problems.add(path, message);
        } else if least > 0 && text.trim().is_empty() {
            self.problems.add(path, format!("{} is blank; some text is required", quoted(text)));
        } else {
            match schema["pattern"].as_str() {
                Some(NAME_PATTERN) if !is_name(text) => self.problems.add(
                    path,
                    format!(
                        "{} is not a name; up to 64 of a-z, 0-9, - and _ are allowed, a letter or digit first",
                        quoted(text)
                    ),
                ),
                Some(COLOR_PATTERN) if text.parse::<Rgb>().is_err() => {
                    self.problems.add(path, format!("{} is not a colour; #RRGGBB or #RGB is allowed", quoted(text)));
                }
                _ => {}
            }
        }
    }
}

fn described(kind: &str) -> &str {
    match kind {
        "object" => "an object",
        "array" => "a list",
        "string" => "text",
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "true or false",
        other => other,
    }
}

fn count(schema: &Value, keyword: &str) -> Option<u64> {
    schema[keyword].as_u64()
}

fn allowed_count(least: u64, most: Option<u64>) -> String {
    match most {
        Some(most) if least == most => format!("exactly {most}"),
        Some(most) => format!("{least} to {most}"),
        None => format!("{least} or more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(value: &Value) -> Vec<String> {
        let mut problems = Problems::default();
        check(value, &mut problems);
        problems.into_list().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn knows_every_keyword_of_the_generated_schema() {
        assert_eq!(unknown(&schema()), None);
    }

    #[test]
    fn reports_a_keyword_that_it_does_not_know() {
        for extra in [
            json!({"multipleOf": 2}),
            json!({"format": "uri"}),
            json!({"pattern": "^x$"}),
            json!({"additionalProperties": {"type": "string"}}),
        ] {
            let schema = json!({"type": "object", "properties": {"a": {"anyOf": [extra, {"type": "null"}]}}});
            let mut problems = Problems::default();
            check_by(&schema, &json!({}), &mut problems);
            assert!(problems.into_list()[0].message.contains("a defect of adgen"), "{extra}");
        }
    }

    #[test]
    fn reports_everything_at_once_and_exactly() {
        let document = json!({
            "id": "Not a name",
            "brief": { "produkt_name": "x", "duration_s": 1e9, "language": 7 },
            "brand": { "colors": ["#fff", "red", 5], "name": "é".repeat(81) },
            "product": { "image": "" },
            "scenes": [
                { "id": "a", "role": "hok", "background": { "generat": {} } },
                { "id": "b", "background": { "generate": {}, "file": "x.mp4" }, "product": null },
                { "id": "c", "background": { "generate": { "prompt": "  " } }, "product": { "scale": 9, "shadow": "no" } },
            ],
            "audio": { "music": null },
            "output": { "fps": 29.97, "aspects": [] },
            "seed": -1,
        });
        let found = problems(&document);
        let expected = [
            r#"brand.colors[1]: "red" is not a colour; #RRGGBB or #RGB is allowed"#,
            r#"brand.colors[2]: 5 stands here; text is expected"#,
            r#"has 81 characters; 0 to 80 are allowed"#,
            r#"brief.product_name: is missing; it is required"#,
            r#"brief.duration_s: 1000000000.0 is out of range; 3 to 180 is allowed"#,
            r#"brief.language: 7 stands here; text is expected"#,
            r#"brief.produkt_name: is not a field that adgen knows; did you mean product_name?"#,
            r#"id: "Not a name" is not a name; up to 64 of"#,
            r#"output.aspects: 0 entries stand here; 1 to 4 are allowed"#,
            r#"output.fps: 29.97 stands here; a whole number is expected"#,
            r#"product.image: is empty; some text is required"#,
            r#"scenes[0].background.generat: is not a field that adgen knows; did you mean generate?"#,
            r#"scenes[0].role: "hok" is not one of the choices hook, showcase, benefit, proof or call_to_action; did"#,
            r#"scenes[1].background.generate.prompt: is missing; it is required"#,
            r#"scenes[1].background: 2 fields stand here; an object with one field, generate or file, is expected"#,
            r#"scenes[2].background.generate.prompt: "  " is blank; some text is required"#,
            r#"scenes[2].product.scale: 9 is out of range; 0.2 to 1.5 is allowed"#,
            r#"scenes[2].product.shadow: "no" stands here; true or false is expected"#,
            r#"seed: -1 is out of range; 0 to 4294967295 is allowed"#,
        ];
        for (problem, part) in expected.iter().map(|part| (found.iter().find(|p| p.contains(part)), part)) {
            assert!(problem.is_some(), "{part} is not among\n{}", found.join("\n"));
        }
        assert_eq!(found.len(), expected.len(), "{}", found.join("\n"));
    }

    #[test]
    fn five_hundred_scenes_are_one_problem() {
        let scenes = vec![json!({ "nonsense": 1 }); 500];
        let document =
            json!({ "id": "a", "brief": { "product_name": "x" }, "product": { "image": "x" }, "scenes": scenes });
        assert_eq!(problems(&document), ["scenes: 500 entries stand here; 1 to 20 are allowed"]);
    }

    #[test]
    fn what_is_no_object_at_all_is_said_so() {
        assert_eq!(problems(&json!([1, 2])), ["a list of 2 stands here; an object is expected"]);
        assert_eq!(problems(&Value::Null), ["null stands here; an object is expected"]);
    }
}
