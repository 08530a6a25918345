//! Everything that the page shows, as plain data.
//!
//! Pure: no store, no clock, no FFmpeg, no markup.

use super::{
    history::{History, Origin},
    picture::Picture,
    sound::Sketch,
    stills::Still,
};
use crate::{
    media::MediaInfo,
    project::{AdProject, State, StateAsset},
};

/// What the page shows.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) project: AdProject,
    pub(super) state: State,
    /// Version of the library.
    pub(super) version: String,
    /// Name of the main video in the project's folder, and its size in bytes.
    pub(super) video: (String, u64),
    pub(super) info: Option<MediaInfo>,
    /// One for each scene of the project.
    pub(super) scenes: Vec<SceneView>,
    pub(super) history: History,
    pub(super) sketch: Option<Sketch>,
    /// The files of the last run by artifact, those that it found included.
    pub(super) files: Vec<(String, StateAsset)>,
    pub(super) poster: Option<Picture>,
    pub(super) photo: Option<Picture>,
    pub(super) cutout: Option<Picture>,
    pub(super) logo: Option<Picture>,
    /// The captions as WebVTT.
    pub(super) captions: Option<Vec<u8>>,
}

/// What is known of a scene besides its document.
#[derive(Debug, Clone)]
pub(super) struct SceneView {
    pub(super) start_s: f64,
    pub(super) duration_s: f64,
    pub(super) origin: Origin,
    pub(super) cost_usd: f64,
    pub(super) stills: Vec<Still>,
}

impl Page {
    /// Of the main video in pixels.
    pub(super) fn size(&self) -> Option<(usize, usize)> {
        let video = self.info.as_ref()?.video.as_ref()?;
        Some((video.width, video.height))
    }

    /// Whether the main video is wider than high.
    pub(super) fn is_wide(&self) -> bool {
        self.size().is_some_and(|(width, height)| width > height)
    }

    /// Seconds of the main video.
    pub(super) fn duration_s(&self) -> f64 {
        self.info.as_ref().map_or(self.project.brief.duration_s, |info| info.duration_s)
    }

    /// Seconds that the run took until the ad was there, its page aside.
    pub(super) fn took_s(&self) -> f64 {
        self.state.stages.values().filter_map(|stage| stage.finished_s).fold(self.history.end_s(), f64::max)
    }

    /// The language of what people wrote into the document.
    pub(super) fn language(&self) -> &str {
        &self.project.brief.language
    }
}
