//! What whoever made a clip or a track can tell about it.

use serde::{Deserialize, Serialize};

/// What is known about a made file beside its bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// Where a product can stand in a clip; missing where it has no ground, or nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<Ground>,
    /// When each word, syllable or sound of a track is heard, in order; empty where nobody knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timings: Vec<Timing>,
}

impl Metadata {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a product can stand in a clip.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ground {
    /// Height of the contact as a fraction of the frame's, from the top, 0-1.
    pub line: f32,
    /// The ground is a stage in the middle: beside it there is none.
    #[serde(default)]
    pub centered: bool,
}

impl Ground {
    /// A ground over the whole width, at this fraction of the height from the top.
    pub const fn new(line: f32) -> Self {
        Self { line, centered: false }
    }

    /// A stage in the middle, at this fraction of the height from the top.
    pub const fn stage(line: f32) -> Self {
        Self { line, centered: true }
    }
}

/// A stretch of a track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Timing {
    /// What is heard: a word, a syllable, the name of a sound.
    pub text: String,
    /// From when, in seconds from the track's beginning.
    pub start_s: f64,
    /// Until when.
    pub end_s: f64,
}

impl Timing {
    /// `text` from `start_s` to `end_s`.
    pub fn new(text: impl Into<String>, start_s: f64, end_s: f64) -> Self {
        Self { text: text.into(), start_s, end_s }
    }
}
