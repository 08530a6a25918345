//! Content keys are the same whatever features `serde_json` is built with: `make test` runs this package once with each.

mod store {
    /// As the core writes hashes.
    pub(crate) fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[path = "../../../adgen-core/src/stages/canonical.rs"]
mod canonical;
#[path = "../../../adgen-core/src/stages/key.rs"]
mod key;

/// The key of what `parameters` describe, as the core makes it.
pub fn key_of(stage: &str, version: u32, parameters: &serde_json::Value, inputs: &[&str]) -> String {
    key::content_key(stage, version, parameters, inputs)
}

#[cfg(test)]
mod tests {
    use super::key_of;
    use serde_json::{Value, json};

    /// Parameters and the key that the core's own test expects of them.
    fn pinned() -> Vec<Value> {
        let file = include_str!("../../fixtures/keys.json");
        serde_json::from_str::<Value>(file).expect("the file is JSON")["keys"].as_array().expect("a list").clone()
    }

    #[test]
    fn keys_are_those_of_every_other_build() {
        let pinned = pinned();
        assert!(pinned.len() >= 4);
        for entry in pinned {
            let inputs: Vec<&str> =
                entry["inputs"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
            let version = entry["version"].as_u64().expect("a number") as u32;
            let stage = entry["stage"].as_str().expect("a text");
            assert_eq!(key_of(stage, version, &entry["parameters"], &inputs), entry["key"], "{stage}");
        }
    }

    #[test]
    fn the_order_of_fields_and_the_way_of_writing_numbers_do_not_count() {
        let one: Value = serde_json::from_str(r#"{"b": 1.0, "a": {"y": [1e0, 250e-1], "x": -0.0}}"#).expect("JSON");
        let other: Value = serde_json::from_str(r#"{"a": {"x": 0, "y": [1, 25]}, "b": 1}"#).expect("JSON");
        assert_eq!(key_of("s", 1, &one, &[]), key_of("s", 1, &other, &[]));
        assert_eq!(key_of("s", 1, &json!(0.1_f64 + 0.2), &[]), key_of("s", 1, &json!(0.30000000000000004), &[]));
    }

    /// Each build is really another one: a test that could not fail would be none.
    #[test]
    fn the_features_are_on() {
        let ordered = serde_json::from_str::<Value>(r#"{"b": 1, "a": 2}"#).expect("JSON").to_string();
        let expected = if cfg!(feature = "preserve_order") { r#"{"b":1,"a":2}"# } else { r#"{"a":2,"b":1}"# };
        assert_eq!(ordered, expected);
        let precise = serde_json::from_str::<Value>("1.50").expect("JSON").to_string();
        assert_eq!(precise, if cfg!(feature = "arbitrary_precision") { "1.50" } else { "1.5" });
    }
}
