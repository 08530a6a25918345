//! What whoever made a clip or a track can tell about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known about a made file beside its bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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

    /// What of it can be kept, and whether that is all. Whoever made the file may be anybody: a ground is a height of 0-1, a
    /// timing begins at or after 0, ends not before that, and both have numbers that can be written down.
    pub(crate) fn kept(mut self) -> (Self, bool) {
        let told = self.timings.len();
        self.timings.retain(|Timing { start_s, end_s, .. }| *start_s >= 0.0 && end_s >= start_s && end_s.is_finite());
        let ground = self.ground.take_if(|ground| !(0.0..=1.0).contains(&ground.line));
        let is_whole = ground.is_none() && self.timings.len() == told;
        (self, is_whole)
    }
}

/// Where a product can stand in a clip.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_down_is_not_kept() {
        let sound = Metadata {
            ground: Some(Ground::stage(0.8)),
            timings: vec![Timing::new("a", 0.0, 0.5), Timing::new("b", 0.5, 0.5)],
        };
        assert_eq!(sound.clone().kept(), (sound.clone(), true));
        assert_eq!(Metadata::default().kept(), (Metadata::default(), true));
        for line in [f32::NAN, f32::INFINITY, -0.1, 1.5] {
            let (kept, is_whole) = Metadata { ground: Some(Ground::new(line)), ..sound.clone() }.kept();
            assert!(kept.ground.is_none() && kept.timings.len() == 2 && !is_whole, "{line}");
        }
        for (start_s, end_s) in [(f64::NAN, 1.0), (0.0, f64::NAN), (0.0, f64::INFINITY), (-1.0, 1.0), (2.0, 1.0)] {
            let mut odd = sound.clone();
            odd.timings.insert(1, Timing::new("odd", start_s, end_s));
            assert_eq!(odd.kept(), (sound.clone(), false), "{start_s} {end_s}");
        }
    }
}
