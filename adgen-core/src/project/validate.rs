//! The whole check of a document: text, version, structure, rules. Every problem at once, none of them a panic.

use super::{
    AdProject, migrate,
    parse::parse,
    problem::{Problem, Problems},
    rules, structure,
};
use crate::error::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;

impl AdProject {
    /// Parses and checks a document.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidProject`] that lists *every* problem in its context, one `problem` each.
    pub fn from_json(json: &str) -> Result<Self> {
        read(json).map_err(|problems| invalid(&problems))
    }

    /// A document as it lies in a storage.
    ///
    /// # Errors
    /// `InvalidProject` with every problem, and for bytes that are no text: what stands in for them must not be saved.
    pub(crate) fn from_stored(bytes: &[u8]) -> Result<Self> {
        let json = std::str::from_utf8(bytes)
            .map_err(|error| Error::new(ErrorKind::InvalidProject, "the document is not UTF-8").with_source(error))?;
        Self::from_json(json)
    }

    /// Every problem of the document; empty where it is sound.
    pub fn problems(&self) -> Vec<Problem> {
        problems_of(self)
    }

    /// Checks the document.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidProject`] as [`AdProject::from_json`].
    pub fn validate(&self) -> Result<()> {
        let problems = self.problems();
        if problems.is_empty() { Ok(()) } else { Err(invalid(&problems)) }
    }
}

fn invalid(problems: &[Problem]) -> Error {
    counted(ErrorKind::InvalidProject, "the project has", problems)
}

/// `subject` comes with its verb: it has, or they have, so many problems.
fn counted(kind: ErrorKind, subject: &str, problems: &[Problem]) -> Error {
    let count = problems.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    let error = Error::new(kind, format!("{subject} {count} {noun}"));
    problems.iter().fold(error, |error, problem| error.with_context("problem", problem))
}

/// Every problem of a document; empty where it is sound. Never panics, whatever `json` holds.
pub fn validate_json(json: &str) -> Vec<Problem> {
    read(json).err().unwrap_or_default()
}

/// Parses options, which `schema` describes, and says every problem at once, as for a document. `subject` comes with its verb.
///
/// # Errors
/// `InvalidConfig` with one `problem` each in its context.
pub(crate) fn read_options<T: DeserializeOwned>(subject: &str, json: &str, schema: &Value) -> Result<T> {
    read_by(json, schema).map_err(|problems| counted(ErrorKind::InvalidConfig, subject, &problems))
}

fn read_by<T: DeserializeOwned>(json: &str, schema: &Value) -> Result<T, Vec<Problem>> {
    let mut problems = Problems::default();
    let Some(value) = parse(json, &mut problems) else {
        return Err(problems.into_list());
    };
    structure::check_by(schema, &value, &mut problems);
    if !problems.is_empty() {
        return Err(problems.into_list());
    }
    serde_json::from_value(value).map_err(|error| {
        problems.add("", format!("a defect of adgen: what passed the check cannot be read: {error}"));
        problems.into_list()
    })
}

/// Parses and checks a document.
fn read(json: &str) -> Result<AdProject, Vec<Problem>> {
    let mut problems = Problems::default();
    let Some(mut value) = parse(json, &mut problems) else {
        return Err(problems.into_list());
    };
    if migrate::migrate(&mut value, &mut problems) {
        check(&value, &mut problems);
    }
    if !problems.is_empty() {
        return Err(problems.into_list());
    }
    serde_json::from_value(value).map_err(|error| {
        problems.add("", format!("a defect of adgen: the document passed the check and cannot be read: {error}"));
        problems.into_list()
    })
}

/// Every problem of a project that was built in Rust.
fn problems_of(project: &AdProject) -> Vec<Problem> {
    let mut problems = Problems::default();
    // First: JSON has no NaN and no infinity, both would be `null` below.
    for (path, number) in numbers(project) {
        if !number.is_finite() {
            problems.add(path, format!("{number} is not a number that a document can hold; a finite one is required"));
        }
    }
    match serde_json::to_value(project) {
        Ok(mut value) => {
            if migrate::migrate(&mut value, &mut problems) {
                check(&value, &mut problems);
            }
        }
        Err(error) => problems.add("", format!("a defect of adgen: the project cannot be written: {error}")),
    }
    problems.into_list()
}

fn check(value: &Value, problems: &mut Problems) {
    let mut found = Problems::default();
    structure::check(value, &mut found);
    for problem in found.into_list() {
        problems.add_first(&problem.path, problem.message);
    }
    rules::check(value, problems);
}

/// Every floating-point number of a project with its path.
fn numbers(project: &AdProject) -> Vec<(String, f64)> {
    let mut numbers = vec![
        ("brief.duration_s".to_owned(), project.brief.duration_s),
        ("audio.loudness_lufs".to_owned(), project.audio.loudness_lufs),
    ];
    numbers.extend(project.policy.max_usd.map(|usd| ("policy.max_usd".to_owned(), usd)));
    for (index, scene) in project.scenes.iter().flatten().enumerate() {
        numbers.extend(scene.duration_s.map(|seconds| (format!("scenes[{index}].duration_s"), seconds)));
        numbers.extend(scene.product.as_ref().map(|layer| (format!("scenes[{index}].product.scale"), layer.scale)));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{ProductLayer, Scene, schema};
    use serde_json::json;

    fn project() -> AdProject {
        let mut project = AdProject::new("demo", "Rosso", "rosso.png");
        let scene: Scene = serde_json::from_value(json!({ "id": "a", "duration_s": 30 })).expect("a scene");
        project.scenes = Some(vec![scene]);
        project
    }

    #[test]
    fn the_least_document_is_sound() {
        let json = r#"{"id": "a", "brief": {"product_name": "x"}, "product": {"image": "x.png"}}"#;
        assert_eq!(validate_json(json), []);
        assert_eq!(AdProject::from_json(json).expect("sound"), AdProject::new("a", "x", "x.png"));
    }

    #[test]
    fn numbers_that_json_cannot_hold_are_named_at_their_path_once() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut project = project();
            project.brief.duration_s = bad;
            project.audio.loudness_lufs = bad;
            project.policy.max_usd = Some(bad);
            let scene = &mut project.scenes.as_mut().expect("scenes")[0];
            scene.duration_s = Some(bad);
            scene.product = Some(ProductLayer { scale: bad, ..ProductLayer::default() });
            let problems = project.problems();
            let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
            let expected = [
                "brief.duration_s",
                "audio.loudness_lufs",
                "policy.max_usd",
                "scenes[0].duration_s",
                "scenes[0].product.scale",
            ];
            assert_eq!(paths, expected, "{problems:#?}");
            assert!(problems.iter().all(|problem| problem.message.starts_with(&bad.to_string())));
        }
    }

    #[test]
    fn the_finite_check_knows_every_floating_point_field() {
        let doubles = schema().to_string().matches(r#""format":"double""#).count();
        assert_eq!(numbers(&project()).len() + 1, doubles, "policy.max_usd is the one that is missing here");
    }

    #[test]
    fn a_newer_document_is_one_clear_problem() {
        let json = r#"{"id": "a", "schema_version": 2, "future": true}"#;
        let problems = validate_json(json);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].path, "schema_version");
        assert!(problems[0].message.contains("made by a newer adgen"), "{}", problems[0]);
        let old =
            validate_json(r#"{"id":"a","schema_version":0,"brief":{"product_name":"x"},"product":{"image":"x"}}"#);
        assert_eq!(old[0].to_string(), "schema_version: 0 is out of range; only 1 is allowed");
    }

    #[test]
    fn structure_and_rules_are_reported_together() {
        let json = r#"{"id":"a","id":"a","brief":{"product_name":" ","duration_s":0},"product":{"image":"ftp://h/x"},
            "output":{"fps":31,"short_side":241,"aspects":["9:16","9:16","9:17"]}}"#;
        let problems = validate_json(json);
        let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
        for path in [
            "id",
            "brief.product_name",
            "brief.duration_s",
            "product.image",
            "output.fps",
            "output.short_side",
            "output.aspects[1]",
            "output.aspects[2]",
        ] {
            assert!(paths.contains(&path), "{path} is not among {paths:?}");
        }
        assert_eq!(paths.len(), 8, "{problems:#?}");
    }

    #[test]
    fn an_error_lists_every_problem() {
        let error = AdProject::from_json("{}").expect_err("nothing is there");
        assert_eq!(error.context().count(), 3);
        assert!(error.to_string().contains("brief: is missing; it is required"), "{error}");
    }
}
