//! What a finished run gives.
//!
//! May depend on `store` (where files lie) and `project`.

use crate::{
    error::Result,
    project::{Aspect, State},
    store::ProjectFolder,
};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A finished run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The run.
    pub run_id: String,
    /// The project.
    pub project_id: String,
    /// The videos, the main one first.
    pub videos: Vec<OutputFile>,
    /// The page about the run.
    pub report: OutputFile,
    /// A still of the main video.
    pub poster: OutputFile,
    /// What this run cost, in US dollars.
    pub cost_usd: f64,
    /// What is known about the project now: degradations, loudness, fidelity, what all its runs cost.
    pub state: State,
}

impl Outcome {
    /// The main video, where it lies on this machine.
    pub fn video(&self) -> Option<&Path> {
        self.videos.first().and_then(|video| video.path.as_deref())
    }
}

/// One file for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutputFile {
    /// Its name in the project's folder.
    pub name: String,
    /// The shape of a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect: Option<Aspect>,
    /// Where it lies, if the storage is a folder of this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Its type, such as `video/mp4`.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
}

impl OutputFile {
    pub(super) async fn of(files: &ProjectFolder, name: &str, aspect: Option<Aspect>) -> Result<Self> {
        let media_type = match name.rsplit_once('.').map(|(_, end)| end) {
            Some("mp4") => "video/mp4",
            Some("jpg") => "image/jpeg",
            Some("html") => "text/html",
            _ => "application/octet-stream",
        };
        Ok(Self {
            name: name.to_owned(),
            aspect,
            path: files.folder().map(|folder| folder.join(name)),
            media_type: media_type.to_owned(),
            bytes: files.look(name).await?.map(|seen| seen.bytes).unwrap_or_default(),
        })
    }
}
