//! What the machine found out about a project: a document of its own, so that a person can edit the project.

use super::{CostRange, Degradation, Stage, StageState, StageStatus, Status, name::is_word};
use crate::error::{Error, ErrorBody, ErrorKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The format of states that this version writes and reads.
const STATE_VERSION: u32 = 1;

/// One file of the project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct StateAsset {
    /// Name in the project's folder.
    pub file: String,
    /// Size.
    pub bytes: u64,
    /// Hash of the file.
    pub sha256: String,
    /// Content key: hash over everything that the file was made from.
    pub key: String,
}

impl StateAsset {
    /// A file by its name in the project's folder, its size in bytes, its hash and its content key.
    pub fn new(file: impl Into<String>, bytes: u64, sha256: impl Into<String>, key: impl Into<String>) -> Self {
        Self { file: file.into(), bytes, sha256: sha256.into(), key: key.into() }
    }
}

/// How loud the final video is, measured on its decoded sound (EBU R 128).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct LoudnessReport {
    /// Integrated loudness in LUFS; `None` for silence.
    pub integrated_lufs: Option<f64>,
    /// True peak in dBTP; `None` for silence.
    pub true_peak_dbtp: Option<f64>,
}

impl LoudnessReport {
    /// Integrated loudness in LUFS and true peak in dBTP; `None` for silence.
    pub const fn new(integrated_lufs: Option<f64>, true_peak_dbtp: Option<f64>) -> Self {
        Self { integrated_lufs, true_peak_dbtp }
    }
}

/// How true the product is to its photo, measured on decoded frames of the final video.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FidelityReport {
    /// Frames that were measured.
    pub frames: u32,
    /// Mean absolute difference of luma inside the product, in 8-bit code values, worst frame.
    pub worst_luma_error: f64,
    /// Mean over the frames.
    pub mean_luma_error: f64,
}

impl FidelityReport {
    /// Of so many frames: the worst one's error and the mean of all, in 8-bit code values.
    pub const fn new(frames: u32, worst_luma_error: f64, mean_luma_error: f64) -> Self {
        Self { frames, worst_luma_error, mean_luma_error }
    }
}

/// What the machine found out about a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct State {
    /// Version of this document's format.
    pub schema_version: u32,
    /// The project.
    pub project_id: String,
    /// The last run; missing where there was none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// 0-100; never falls while a run lasts.
    pub progress: f64,
    /// What was spent on this project so far in US dollars, all runs together.
    pub cost_usd: f64,
    /// What the whole ad was expected to cost before the last run called anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<CostRange>,
    /// What each stage did in the last run.
    pub stages: BTreeMap<Stage, StageState>,
    /// The project's files by artifact name.
    pub assets: BTreeMap<String, StateAsset>,
    /// Where the ad is humbler than what was asked for.
    pub degradations: Vec<Degradation>,
    /// What is worth knowing and is no degradation.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Loudness of the final video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loudness: Option<LoudnessReport>,
    /// Fidelity of the product in the final video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fidelity: Option<FidelityReport>,
    /// Why the last run failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
    /// When the project came into the storage, RFC 3339.
    pub created_at: String,
    /// When this document was last written, RFC 3339.
    pub updated_at: String,
    /// Seconds of the last run so far.
    pub elapsed_s: f64,
    /// How many entries the history had when this document was written: fewer later on means that some were lost.
    #[serde(default)]
    pub history_entries: u64,
}

/// What is wrong with the bytes of a state.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnreadableState {
    /// A newer version wrote it: it is not this version's to write over.
    #[error("{0}")]
    Later(String),
    /// Nobody wrote that.
    #[error("{0}")]
    Damaged(String),
}

impl UnreadableState {
    /// The same for everybody.
    pub(crate) fn into_error(self) -> Error {
        let (message, hint) = match &self {
            Self::Later(_) => (
                "a newer adgen wrote the state of the project",
                "use that version for this project from now on, or update this one",
            ),
            Self::Damaged(_) => (
                "the state of the project is damaged",
                "run again: it is made anew from the project's history, and nothing that is finished is done twice",
            ),
        };
        Error::new(ErrorKind::InvalidProject, message).with_hint(hint).with_source(self)
    }
}

impl State {
    /// The state in these bytes. What a newer version wrote is told from what is damaged: its format has a higher number, or
    /// it knows a stage or a status that this version lacks.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, UnreadableState> {
        let damaged = |error: serde_json::Error| UnreadableState::Damaged(error.to_string());
        let value: Value = serde_json::from_slice(bytes).map_err(damaged)?;
        match value.get("schema_version").and_then(Value::as_u64) {
            Some(version) if version > u64::from(STATE_VERSION) => {
                let message = format!("its format is {version}, and this version reads {STATE_VERSION}");
                return Err(UnreadableState::Later(message));
            }
            _ => {}
        }
        // From the bytes, as whoever writes it reads it again.
        serde_json::from_slice(bytes).map_err(|error| match later_word(&value) {
            Some(word) => UnreadableState::Later(format!("it says {word:?}, which this version does not know")),
            None => damaged(error),
        })
    }

    /// Adds all files of an artifact, in place of those that it had under their names.
    pub(crate) fn add_files(&mut self, artifact: &str, files: &[StateAsset]) {
        for file in files {
            let name = if files.len() == 1 { artifact.to_owned() } else { format!("{artifact}:{}", file.file) };
            self.assets.insert(name, file.clone());
        }
    }

    /// The state of a project whose last run ended without a word.
    pub(crate) fn interrupted(mut self) -> Self {
        for stage in self.stages.values_mut().filter(|stage| stage.status == StageStatus::Running) {
            stage.status = StageStatus::Stopped;
        }
        let message = "the last run was interrupted: its process ended, or the storage took no further file";
        let hint = Some("run again: it goes on from there".to_owned());
        self.error = Some(ErrorBody { hint, retryable: true, ..ErrorBody::new("interrupted", message) });
        self.status = Status::Failed;
        self
    }

    /// The state of a project with which nothing has happened yet.
    pub fn new(project_id: impl Into<String>, now: impl Into<String>) -> Self {
        let now = now.into();
        Self {
            schema_version: STATE_VERSION,
            project_id: project_id.into(),
            run_id: None,
            status: Status::Pending,
            progress: 0.0,
            cost_usd: 0.0,
            estimate: None,
            stages: Stage::ALL.iter().map(|&stage| (stage, StageState::default())).collect(),
            assets: BTreeMap::new(),
            degradations: Vec::new(),
            notes: Vec::new(),
            loudness: None,
            fidelity: None,
            error: None,
            created_at: now.clone(),
            updated_at: now,
            elapsed_s: 0.0,
            history_entries: 0,
        }
    }

    /// With the last run.
    #[must_use]
    pub fn with_run_id(mut self, run_id: impl Into<String>) -> Self {
        self.run_id = Some(run_id.into());
        self
    }

    /// With where it stands, and its progress, 0-100.
    #[must_use]
    pub fn with_status(mut self, status: Status, progress: f64) -> Self {
        (self.status, self.progress) = (status, progress);
        self
    }

    /// With what was spent so far, in US dollars.
    #[must_use]
    pub fn with_cost_usd(mut self, usd: f64) -> Self {
        self.cost_usd = usd;
        self
    }

    /// With what the whole ad was expected to cost.
    #[must_use]
    pub fn with_estimate(mut self, cost: CostRange) -> Self {
        self.estimate = Some(cost);
        self
    }

    /// With what a stage did.
    #[must_use]
    pub fn with_stage(mut self, stage: Stage, did: StageState) -> Self {
        self.stages.insert(stage, did);
        self
    }

    /// With a file, by its artifact's name.
    #[must_use]
    pub fn with_asset(mut self, artifact: impl Into<String>, asset: StateAsset) -> Self {
        self.assets.insert(artifact.into(), asset);
        self
    }

    /// With a place where the ad is humbler.
    #[must_use]
    pub fn with_degradation(mut self, degradation: Degradation) -> Self {
        self.degradations.push(degradation);
        self
    }

    /// With something that is worth knowing.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With the loudness of the final video.
    #[must_use]
    pub fn with_loudness(mut self, loudness: LoudnessReport) -> Self {
        self.loudness = Some(loudness);
        self
    }

    /// With the fidelity of the product in it.
    #[must_use]
    pub fn with_fidelity(mut self, fidelity: FidelityReport) -> Self {
        self.fidelity = Some(fidelity);
        self
    }

    /// With why the last run failed.
    #[must_use]
    pub fn with_error(mut self, error: ErrorBody) -> Self {
        self.error = Some(error);
        self
    }

    /// With when it was last written, RFC 3339, and how many seconds the last run took so far.
    #[must_use]
    pub fn with_times(mut self, updated_at: impl Into<String>, elapsed_s: f64) -> Self {
        (self.updated_at, self.elapsed_s) = (updated_at.into(), elapsed_s);
        self
    }
}

/// A name of a stage or a status that this version lacks.
fn later_word(state: &Value) -> Option<&str> {
    let is_stage = |word: &str| Stage::ALL.iter().any(|stage| stage.as_str() == word);
    let is_known = |word: &str| is_stage(word) || is_named::<Status>(word) || is_named::<StageStatus>(word);
    let stages = state.get("stages").and_then(Value::as_object).into_iter().flatten();
    let of_stages = stages.flat_map(|(name, stage)| [Some(name.as_str()), stage.get("status").and_then(Value::as_str)]);
    let degradations = state.get("degradations").and_then(Value::as_array).into_iter().flatten();
    let of_degradations = degradations.map(|one| one.get("stage").and_then(Value::as_str));
    let status = state.get("status").and_then(Value::as_str);
    let mut words = std::iter::once(status).chain(of_stages).chain(of_degradations).flatten();
    words.find(|word| is_word(word) && !is_known(word))
}

fn is_named<'a, T: Deserialize<'a>>(word: &'a str) -> bool {
    T::deserialize(serde::de::value::BorrowedStrDeserializer::<serde::de::value::Error>::new(word)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(change: impl FnOnce(&mut Value)) -> Result<State, UnreadableState> {
        let mut state = serde_json::to_value(State::new("p", "2026-01-01T00:00:00Z")).unwrap();
        change(&mut state);
        State::read(state.to_string().as_bytes())
    }

    #[test]
    fn states_of_a_newer_version_are_told_from_damaged_ones() {
        assert!(read(|state| state["further"] = json!([1])).is_ok());
        let later: [fn(&mut Value); 6] = [
            |state| *state = json!({ "schema_version": 2 }),
            |state| state["schema_version"] = 7.into(),
            |state| state["status"] = "SPEAKING".into(),
            |state| state["stages"]["voice_over"] = json!({}),
            |state| state["stages"]["plan"]["status"] = "skipped".into(),
            |state| state["degradations"] = json!([{ "stage": "voice_over" }]),
        ];
        for change in later {
            let error = read(change).unwrap_err();
            assert!(matches!(error, UnreadableState::Later(_)), "{error}");
            assert!(error.into_error().message().contains("a newer adgen"));
        }
        let damaged: [fn(&mut Value); 6] = [
            |state| *state = json!({}),
            |state| *state = json!([]),
            |state| state["schema_version"] = "two".into(),
            |state| state["status"] = "completed?".into(),
            |state| state["status"] = 5.into(),
            |state| state["stages"] = json!({ "": {} }),
        ];
        for change in damaged {
            let error = read(change).unwrap_err();
            assert!(matches!(error, UnreadableState::Damaged(_)), "{error}");
        }
        for bytes in [&b""[..], b"{", b"\xff\xfe", b"null"] {
            assert!(matches!(State::read(bytes), Err(UnreadableState::Damaged(_))));
        }
    }
}
