//! What a finished run gives.
//!
//! May depend on `store` (where files lie) and `project`.

use crate::{
    error::Result,
    project::{Aspect, State},
    store::ProjectFolder,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A finished run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Outcome {
    /// The run.
    pub run_id: String,
    /// The project.
    pub project_id: String,
    /// The videos, the main one first.
    pub videos: Vec<OutputFile>,
    /// What is said in the videos for players that show it themselves: SubRip and WebVTT.
    #[serde(default)]
    pub captions: Vec<OutputFile>,
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
    /// A run over a project that cost nothing and gave these two, and no video yet.
    pub fn new(
        run_id: impl Into<String>,
        project_id: impl Into<String>,
        report: OutputFile,
        poster: OutputFile,
        state: State,
    ) -> Self {
        let (run_id, project_id) = (run_id.into(), project_id.into());
        Self { run_id, project_id, videos: Vec::new(), captions: Vec::new(), report, poster, cost_usd: 0.0, state }
    }

    /// With its videos, the main one first.
    #[must_use]
    pub fn with_videos(mut self, videos: impl IntoIterator<Item = OutputFile>) -> Self {
        self.videos = videos.into_iter().collect();
        self
    }

    /// With the captions' files.
    #[must_use]
    pub fn with_captions(mut self, captions: impl IntoIterator<Item = OutputFile>) -> Self {
        self.captions = captions.into_iter().collect();
        self
    }

    /// With what it cost, in US dollars.
    #[must_use]
    pub fn with_cost_usd(mut self, usd: f64) -> Self {
        self.cost_usd = usd;
        self
    }

    /// The main video, where it lies on this machine.
    pub fn video(&self) -> Option<&Path> {
        self.videos.first().and_then(|video| video.path.as_deref())
    }
}

/// One file for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// Its address, for whoever may look into the storage: `file:///…` or `s3://bucket/key`. `None` in an object store whose
    /// name adgen was not told. [`Studio::url`](crate::Studio::url) gives addresses for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its type, such as `video/mp4`.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
}

impl OutputFile {
    /// A file by its name in the project's folder, its type, such as `video/mp4`, and its size.
    pub fn new(name: impl Into<String>, media_type: impl Into<String>, bytes: u64) -> Self {
        let (name, media_type) = (name.into(), media_type.into());
        Self { name, aspect: None, path: None, url: None, media_type, bytes }
    }

    /// With the shape of a video.
    #[must_use]
    pub fn with_aspect(mut self, aspect: Aspect) -> Self {
        self.aspect = Some(aspect);
        self
    }

    /// With its place on this machine.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// With its address.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    pub(super) async fn of(files: &ProjectFolder, name: &str, aspect: Option<Aspect>) -> Result<Self> {
        let media_type = match name.rsplit_once('.').map(|(_, end)| end) {
            Some("mp4") => "video/mp4",
            Some("jpg") => "image/jpeg",
            Some("html") => "text/html",
            Some("srt") => "application/x-subrip",
            Some("vtt") => "text/vtt",
            _ => "application/octet-stream",
        };
        Ok(Self {
            name: name.to_owned(),
            aspect,
            path: files.folder().map(|folder| folder.join(name)),
            url: files.url(name),
            media_type: media_type.to_owned(),
            bytes: files.look(name).await?.map(|seen| seen.bytes).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Storage;

    #[tokio::test]
    async fn a_file_has_its_type_and_an_address_where_the_storage_has_one() {
        let folder = tempfile::tempdir().unwrap();
        let local = Storage::local(folder.path().join("my ads")).unwrap().project("p").unwrap();
        local.write("captions.vtt", "WEBVTT").await.unwrap();
        let file = OutputFile::of(&local, "captions.vtt", None).await.unwrap();
        assert_eq!((file.media_type.as_str(), file.bytes), ("text/vtt", 6));
        let url = url::Url::parse(file.url.as_deref().unwrap()).unwrap();
        assert_eq!(url.to_file_path().ok(), file.path);
        assert!(url.as_str().starts_with("file:///") && url.as_str().ends_with("/my%20ads/projects/p/captions.vtt"));
        let memory = Storage::memory().project("p").unwrap();
        let file = OutputFile::of(&memory, "captions.srt", None).await.unwrap();
        assert_eq!((file.media_type.as_str(), file.path, file.url), ("application/x-subrip", None, None));
    }
}
