//! Brings a document of an older version to the current one, step by step, before it is checked.

use super::{
    SCHEMA_VERSION,
    problem::{Problems, shown},
};
use serde_json::Value;

/// `STEPS[n]` brings a document of version `n + 1` to version `n + 2`. A new version adds one function here.
const STEPS: &[fn(&mut Value)] = &[];

/// Brings `document` to the current version; a missing `schema_version` is 1. False where that is not possible, with
/// the problem added. What is no version at all is left to the structure's check.
pub(super) fn migrate(document: &mut Value, problems: &mut Problems) -> bool {
    let Some(version) = document.get("schema_version") else {
        return run(document, 1);
    };
    match version.as_u64() {
        Some(known) if known <= u64::from(SCHEMA_VERSION) => run(document, known),
        Some(_) => {
            let message = format!(
                "{} is newer than {SCHEMA_VERSION}, the newest version that this adgen reads: the document was made by a \
                 newer adgen, so update this one",
                shown(version)
            );
            problems.add("schema_version", message);
            false
        }
        None => true,
    }
}

fn run(document: &mut Value, version: u64) -> bool {
    let steps = usize::try_from(version.saturating_sub(1)).ok().and_then(|done| STEPS.get(done..)).unwrap_or_default();
    for step in steps {
        step(document);
    }
    if let (false, Some(fields)) = (steps.is_empty(), document.as_object_mut()) {
        fields.insert("schema_version".to_owned(), SCHEMA_VERSION.into());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_old_version_has_its_step() {
        assert_eq!(STEPS.len(), SCHEMA_VERSION as usize - 1);
    }
}
