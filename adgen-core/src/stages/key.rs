//! Content keys: the rule that makes resuming, paying once and editing cheaply one and the same thing.

use super::canonical::canonical;
use crate::store::hex;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Hash over a stage's version, the parameters that it really reads, and the keys of its inputs; 64 hex digits.
///
/// The parameters count in their canonical form, so that the key is the same whatever else is built into the program.
/// `version` is part of the code of each stage and grows when the same parameters would give another artifact.
pub(crate) fn content_key(stage: &str, version: u32, parameters: &Value, inputs: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in [stage, &version.to_string(), &canonical(parameters)].into_iter().chain(inputs.iter().copied()) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn depends_on_everything_and_on_nothing_else() {
        let key = content_key("clip", 1, &json!({ "b": 1, "a": [2] }), &["x", "y"]);
        assert_eq!(key, content_key("clip", 1, &json!({ "a": [2], "b": 1.0 }), &["x", "y"]));
        let others = [
            content_key("clips", 1, &json!({ "b": 1, "a": [2] }), &["x", "y"]),
            content_key("clip", 2, &json!({ "b": 1, "a": [2] }), &["x", "y"]),
            content_key("clip", 1, &json!({ "b": 2, "a": [2] }), &["x", "y"]),
            content_key("clip", 1, &json!({ "b": 1, "a": [2] }), &["xy"]),
            content_key("clip", 1, &json!({ "b": 1, "a": [2] }), &["y", "x"]),
        ];
        assert!(others.iter().all(|other| *other != key));
    }
}
