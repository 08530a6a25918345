//! The JSON Schema of the document, generated from its types.

use super::AdProject;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};

/// The JSON Schema (draft 2020-12) of [`AdProject`], as `adgen schema` prints it.
///
/// The same bytes on every machine: every object's keys are sorted. It describes what a person may write, so a field
/// that has a default is not required.
pub fn schema() -> Value {
    schema_of::<AdProject>()
}

/// The same of any other type.
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    sorted(settings.into_generator().into_root_schema_for::<T>().to_value())
}

/// `serde_json` sorts keys by itself unless some crate in the build asks it to keep their order.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(fields.into_iter().map(|(key, value)| (key, sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    #[test]
    fn the_file_in_the_repository_is_this_schema() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/adproject.schema.json");
        let file = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            file == format!("{:#}\n", schema()),
            "schema/adproject.schema.json is not the schema of the types; write it again: make schema"
        );
    }

    #[test]
    fn stands_alone() {
        let schema = schema();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(schema.get("$id").is_none());
        assert_eq!(schema["required"], serde_json::json!(["id", "brief", "product"]));
    }
}
