//! The JSON Schema of all that passes between adgen and other languages, in one bundle: documents, settings, events, states,
//! outcomes, and what providers are asked and answer. The types of the bindings are generated from it.
//!
//! May depend on `machine`, `studio`, `engine`, `stages`, `store`, `testkit`, `provider`, `event`, `project` and `error`.

use crate::{
    engine::{Estimate, Imported, Outcome, RunOptions},
    error::ErrorBody,
    event::EventRecord,
    machine::{Fetched, Finding},
    project::{AdProject, CostRange, Problem, State, sorted},
    provider::{
        AudioCapability, AudioRequest, Cancelled, Generation, Lookup, Plan, PlanRequest, ProviderInfo, VideoCapability,
        VideoOffer, VideoRequest, WebhookEvent,
    },
    stages::{At, Inspected},
    store::{GcPlan, GcRules, StorageUse},
    studio::{PreviewOptions, StoredDocument, StudioConfig, WatchOptions},
    testkit::Report,
};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// Schemas (draft 2020-12) under `$defs`, by the names of the types in Rust, and which of them stand on their own:
///
/// - `written`: what a program hands to adgen. A field that has a default is not required.
/// - `asked`: what adgen asks a provider. Every field is there.
/// - `given`: what adgen answers. Every field that is always there is required.
///
/// A part that is written somewhere is described as it may be written. The same bytes on every machine.
pub fn schemas() -> Value {
    let mut written = Bundle::new(SchemaSettings::draft2020_12().for_deserialize());
    written.add::<AdProject>().add::<StudioConfig>().add::<RunOptions>();
    written.add::<At>().add::<PreviewOptions>().add::<WatchOptions>().add::<GcRules>();
    written.add::<ProviderInfo>().add::<VideoCapability>().add::<VideoOffer>().add::<AudioCapability>();
    written.add::<Plan>().add::<Generation>().add::<Lookup>().add::<Cancelled>();
    let mut asked = Bundle::new(SchemaSettings::draft2020_12().for_serialize());
    asked.add::<PlanRequest>().add::<VideoRequest>().add::<AudioRequest>();
    let mut given = Bundle::new(SchemaSettings::draft2020_12().for_serialize());
    given.add::<EventRecord>().add::<State>().add::<Outcome>().add::<Imported>().add::<StoredDocument>();
    given.add::<Problem>().add::<ErrorBody>().add::<Inspected>().add::<Estimate>().add::<CostRange>();
    given.add::<GcPlan>().add::<StorageUse>().add::<WebhookEvent>().add::<Report>();
    given.add::<Finding>().add::<Fetched>();
    let roots = json!({ "written": written.roots, "asked": asked.roots, "given": given.roots });
    let mut definitions = Map::new();
    for bundle in [given, asked, written] {
        definitions.extend(bundle.definitions());
    }
    let mut all = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "adgen",
        "description": "All that passes between adgen and other languages.",
        "x-roots": roots,
        "$defs": definitions,
    });
    without_rust(&mut all);
    sorted(all)
}

/// Schemas of types that pass in one direction.
struct Bundle {
    generator: SchemaGenerator,
    roots: Vec<String>,
}

impl Bundle {
    fn new(settings: SchemaSettings) -> Self {
        Self { generator: settings.into_generator(), roots: Vec::new() }
    }

    fn add<T: JsonSchema>(&mut self) -> &mut Self {
        self.generator.subschema_for::<T>();
        self.roots.push(T::schema_name().into_owned());
        self
    }

    fn definitions(mut self) -> Map<String, Value> {
        self.generator.take_definitions(true)
    }
}

/// Links and examples of Rust's documentation are nothing for other languages: what the links stand for stays.
fn without_rust(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| match value {
            Value::String(text) if name == "description" => *text = plain(text),
            value => without_rust(value),
        }),
        Value::Array(items) => items.iter_mut().for_each(without_rust),
        _ => {}
    }
}

/// ``[`State`](super::State)`` and ``[`State`]`` become `` `State` ``; blocks of code go.
fn plain(text: &str) -> String {
    let prose: Vec<&str> = text.split("```").step_by(2).map(str::trim).filter(|part| !part.is_empty()).collect();
    let (text, mut plain) = (prose.join("\n\n"), String::new());
    let mut rest = text.as_str();
    while let Some((before, link)) = rest.split_once("[`") {
        plain.push_str(before);
        let Some((name, after)) = link.split_once("`]") else {
            plain.push_str("[`");
            rest = link;
            continue;
        };
        plain.push('`');
        plain.push_str(name);
        plain.push('`');
        rest = after.strip_prefix('(').and_then(|target| target.split_once(')')).map_or(after, |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    #[test]
    fn the_file_in_the_repository_is_this_bundle() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/adgen.schema.json");
        let file = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            file == format!("{:#}\n", schemas()),
            "schema/adgen.schema.json is not that of the types; write it again: make schema types"
        );
    }

    #[test]
    fn every_reference_leads_somewhere_and_no_name_was_made_up() {
        let all = schemas();
        let text = all.to_string();
        for part in text.split("\"#/$defs/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(all["$defs"][name].is_object(), "{name}");
        }
        // Two types of one name are told apart by a number, which would be no name of ours.
        let names: Vec<_> = all["$defs"].as_object().unwrap().keys().collect();
        assert!(names.iter().all(|name| name.chars().all(char::is_alphabetic)), "{names:?}");
        assert!(!text.contains("[`") && !text.contains("](crate"), "{text}");
    }

    #[test]
    fn a_document_is_described_as_by_its_own_schema() {
        let (all, own) = (schemas(), crate::project::schema());
        for (name, part) in own["$defs"].as_object().unwrap() {
            assert_eq!(&all["$defs"][name], part, "{name}");
        }
        assert_eq!(all["$defs"]["AdProject"]["properties"], own["properties"]);
    }

    #[test]
    fn links_become_what_they_stand_for_and_examples_go() {
        assert_eq!(
            plain("as [`State`](super::State) and [`Run`] say, [x] and [`y"),
            "as `State` and `Run` say, [x] and [`y"
        );
    }
}
