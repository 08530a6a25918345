//! The planned ad: what every step of the graph reads.
//!
//! May depend on `project`, `media` (frame rates, settings), `stages` (the timeline) and its neighbour `encoding`.

use super::encoding::Encoding;
use crate::{
    media::{Fps, SAMPLE_RATE, VideoSettings},
    project::{AdProject, Aspect, Scene},
    stages::{Brand, Slot, name_for, timeline, video_settings},
};

/// The planned ad.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) project: AdProject,
    pub(crate) slots: Vec<Slot>,
    pub(crate) brand: Brand,
    pub(super) encoding: Encoding,
}

impl Board {
    pub(super) fn new(project: AdProject, brand: Brand, encoding: Encoding) -> Self {
        Self { slots: timeline(&project), project, brand, encoding }
    }

    /// How the pictures of a shape are encoded, as things are.
    pub(super) fn video_settings(&self, aspect: Aspect) -> VideoSettings {
        video_settings(&self.project.output, aspect, self.encoding.encoder())
    }

    pub(crate) fn scenes(&self) -> &[Scene] {
        self.project.scenes.as_deref().unwrap_or_default()
    }

    pub(crate) fn main_aspect(&self) -> Aspect {
        self.project.main_aspect()
    }

    /// Every scene in every shape.
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, Aspect)> + '_ {
        let scenes = 0..self.slots.len();
        self.project.output.aspects.iter().flat_map(move |&aspect| scenes.clone().map(move |index| (index, aspect)))
    }

    /// The name of an artifact for a shape.
    pub(crate) fn name_for(&self, name: &str, aspect: Aspect) -> String {
        name_for(name, aspect, self.main_aspect())
    }

    /// `scene_1_composited`, and `scene_1_composited_1x1` for a further shape.
    pub(crate) fn composite_name(&self, index: usize, aspect: Aspect) -> String {
        self.name_for(&format!("scene_{}_composited", index + 1), aspect)
    }

    /// Frames of the whole video.
    pub(crate) fn frames(&self) -> u64 {
        self.slots.iter().map(|slot| slot.frames).sum()
    }

    /// Seconds of the whole video.
    pub(crate) fn duration_s(&self) -> f64 {
        self.fps().seconds(self.frames())
    }

    /// Samples a channel of the whole video.
    pub(crate) fn samples(&self) -> usize {
        self.fps().samples(self.frames(), SAMPLE_RATE)
    }

    pub(crate) fn fps(&self) -> Fps {
        Fps::from(self.project.output.fps)
    }
}
