//! What the storage knows of an artifact: its files and what stands in the report. Written once, after the files.
//!
//! May depend on `project` and its neighbours `record` and `content_key`.

use super::{
    content_key::folder_of,
    record::{FORMAT, Unreadable, later_stage},
};
use crate::{
    error::{Error, ErrorKind, Result},
    project::{FidelityReport, Lack, Metadata, Stage, StateAsset},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ArtifactRecord {
    /// Version of this document's format.
    pub(crate) format: u64,
    /// Its content key.
    pub(crate) key: String,
    /// The stage that made it.
    pub(crate) stage: Stage,
    /// The name under which it was made.
    pub(crate) artifact: String,
    /// Its files.
    pub(crate) files: Vec<ArtifactFile>,
    /// What it cost in US dollars.
    pub(crate) cost_usd: f64,
    /// How long it took.
    pub(crate) elapsed_ms: u64,
    /// What is worth knowing about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
    /// How true the product is to its photo in it, where it shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fidelity: Option<FidelityReport>,
    /// What it lacks of what was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lacks: Vec<Lack>,
    /// What is known about it beside its bytes.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub(crate) metadata: Metadata,
    /// Whether it was ordered from a provider with a price, or cost something.
    pub(crate) bought: bool,
    /// Who made it.
    pub(crate) made_by: MadeBy,
    /// When, RFC 3339, by the clock of whoever made it: for people.
    pub(crate) at: String,
}

/// An artifact's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ArtifactFile {
    /// The name that it has in a project's folder, where the artifact goes by the name under which it was made.
    pub(crate) name: String,
    /// Where it lies in the storage: under a name that no other writer uses.
    pub(crate) object: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    /// In a folder: when it was last changed, by the file system, in nanoseconds since 1970. As long as that and the
    /// size are the same, the content is not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) modified_ns: Option<u64>,
}

/// Who made an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MadeBy {
    pub(crate) project: String,
    pub(crate) run: String,
    pub(crate) epoch: u64,
}

impl ArtifactRecord {
    /// The name of a file where the artifact goes by another name: `scene_2_bg.mp4` of `scene_2_bg` as `scene_1_bg`.
    pub(crate) fn name_of(&self, file: &ArtifactFile, artifact: &str) -> String {
        match file.name.strip_prefix(&self.artifact) {
            Some(rest) => format!("{artifact}{rest}"),
            None => file.name.clone(),
        }
    }

    /// The files as a state tells of them, where the artifact goes by this name.
    pub(crate) fn assets(&self, artifact: &str) -> Vec<StateAsset> {
        let asset = |file: &ArtifactFile| StateAsset {
            file: self.name_of(file, artifact),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            key: self.key.clone(),
        };
        self.files.iter().map(asset).collect()
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        let defect = |cause: String| {
            Error::new(ErrorKind::Unexpected, "an artifact's record could not be read again: this is a defect of adgen")
                .with_context("cause", cause)
        };
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| defect(error.to_string()))?;
        match Self::decode(&bytes, &self.key) {
            Ok(again) if again == *self => Ok(bytes),
            Ok(_) => Err(defect("it changed on the way".to_owned())),
            Err(unreadable) => Err(defect(unreadable.to_string())),
        }
    }

    /// The record of `key` from its bytes.
    pub(super) fn decode(bytes: &[u8], key: &str) -> Result<Self, Unreadable> {
        let damaged = |why: String| Unreadable::Damaged(why);
        let value: Value = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        match value.get("format").and_then(Value::as_u64) {
            Some(FORMAT) => {}
            Some(later) if later > FORMAT => return Err(Unreadable::Later(later)),
            _ => return Err(damaged("it has no format".to_owned())),
        }
        let later = value.as_object().and_then(later_stage).map(str::to_owned);
        let record: Self = serde_json::from_value(value).map_err(|error| match later {
            Some(stage) => Unreadable::LaterStage(stage),
            None => damaged(error.to_string()),
        })?;
        if record.key != key {
            return Err(damaged(format!("it is the record of {}", record.key)));
        }
        // Whoever writes a record must not let others read or remove what is not the artifact's.
        let folder = folder_of("artifacts", key).map_err(|error| damaged(error.message().to_owned()))?;
        let is_within = |file: &ArtifactFile| {
            let rest = file.object.strip_prefix(&folder).and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '\\']) && rest != RECORD)
        };
        match record.files.iter().all(is_within) {
            true => Ok(record),
            false => Err(damaged("a file of it lies elsewhere".to_owned())),
        }
    }
}

/// The record's own name in the artifact's folder.
pub(super) const RECORD: &str = "record.json";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Ground;
    use proptest::prelude::*;

    fn record(name: &str, object: &str) -> ArtifactRecord {
        let key = "a".repeat(64);
        let object = format!("artifacts/aa/{key}/{object}");
        let file =
            ArtifactFile { name: name.into(), object, bytes: 1, sha256: "s".into(), modified_ns: Some(u64::MAX) };
        ArtifactRecord {
            format: FORMAT,
            key,
            stage: Stage::Scenes,
            artifact: "scene_2_bg".into(),
            files: vec![file],
            cost_usd: 0.1,
            elapsed_ms: 7,
            notes: vec!["n".into()],
            fidelity: None,
            lacks: vec![Lack { fallback: "f".into(), cause: "c".into() }],
            metadata: Metadata { ground: Some(Ground::new(0.5)), ..Metadata::default() },
            bought: true,
            made_by: MadeBy { project: "p".into(), run: "r".into(), epoch: 3 },
            at: "2026-01-01T00:00:00Z".into(),
        }
    }

    #[test]
    fn comes_back_as_it_was_written_and_nothing_else_does() {
        let own = record("scene_2_bg.mp4", "x-scene_2_bg.mp4");
        let bytes = own.encode().unwrap();
        assert_eq!(ArtifactRecord::decode(&bytes, &own.key).unwrap(), own);
        assert!(matches!(ArtifactRecord::decode(&bytes, &"b".repeat(64)), Err(Unreadable::Damaged(_))));
        let later = br#"{"format":2,"files":"elsewhere"}"#;
        assert!(matches!(ArtifactRecord::decode(later, &own.key), Err(Unreadable::Later(2))));
        let mut of_tomorrow = serde_json::to_value(&own).unwrap();
        of_tomorrow["stage"] = "voice_over".into();
        let of_tomorrow = ArtifactRecord::decode(of_tomorrow.to_string().as_bytes(), &own.key);
        assert!(matches!(of_tomorrow, Err(Unreadable::LaterStage(_))), "{of_tomorrow:?}");
        for object in ["", "../x", "a/b", "a\\b", RECORD] {
            assert!(record("x", object).encode().is_err(), "{object}");
        }
        let mut unknown = serde_json::to_value(&own).unwrap();
        unknown["colour"] = "red".into();
        assert!(
            ArtifactRecord::decode(unknown.to_string().as_bytes(), &own.key).is_ok(),
            "later versions may add fields"
        );
    }

    #[test]
    fn files_go_by_the_name_of_their_artifact() {
        for (file, artifact, name) in [
            ("scene_2_bg.mp4", "scene_1_bg", "scene_1_bg.mp4"),
            ("scene_2_bg_part1.mp4", "scene_1_bg", "scene_1_bg_part1.mp4"),
            ("product_mask.png", "product_masked", "product_mask.png"),
        ] {
            let record = record(file, "x");
            assert_eq!(record.name_of(&record.files[0], artifact), name);
            assert_eq!(record.assets(artifact)[0].file, name);
        }
    }

    proptest! {
        #[test]
        fn bytes_of_anybody_are_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in any::<u16>(),
        ) {
            let own = record("a", "b");
            drop(ArtifactRecord::decode(&bytes, &own.key));
            let whole = own.encode().unwrap();
            let cut = usize::from(cut) % whole.len();
            prop_assert!(ArtifactRecord::decode(&whole[..cut], &own.key).is_err());
        }
    }
}
