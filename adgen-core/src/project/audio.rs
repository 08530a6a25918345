//! Music and loudness.

use super::Asset;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Audio {
    /// The music; `null` for none.
    #[serde(default = "default_music")]
    pub music: Option<Music>,
    /// Integrated loudness of the ad in LUFS (EBU R 128).
    #[serde(default = "default_loudness")]
    #[schemars(range(min = -31.0, max = -9.0))]
    pub loudness_lufs: f64,
}

impl Default for Audio {
    fn default() -> Self {
        Self { music: default_music(), loudness_lufs: default_loudness() }
    }
}

impl Audio {
    /// No music.
    pub fn silent() -> Self {
        Self { music: None, ..Self::default() }
    }

    /// The music.
    #[must_use]
    pub fn with_music(mut self, music: Music) -> Self {
        self.music = Some(music);
        self
    }

    /// Integrated loudness of the ad in LUFS, -31 to -9.
    #[must_use]
    pub fn with_loudness_lufs(mut self, loudness_lufs: f64) -> Self {
        self.loudness_lufs = loudness_lufs;
        self
    }

    /// Whether music is to be made and nobody said yet what it should be like.
    pub fn needs_prompt(&self) -> bool {
        matches!(&self.music, Some(Music::Generate(music)) if music.prompt.is_none())
    }
}

/// Where the music comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Music {
    /// Made by an audio provider.
    Generate(GeneratedMusic),
    /// The user's own track: looped or cut to the ad's length.
    File(Asset),
}

/// Music to be made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GeneratedMusic {
    /// What it should sound like; planned where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2000))]
    pub prompt: Option<String>,
}

impl GeneratedMusic {
    /// Music that sounds as `prompt` says; [`GeneratedMusic::default`] is planned.
    pub fn new(prompt: impl Into<String>) -> Self {
        Self { prompt: Some(prompt.into()) }
    }
}

fn default_music() -> Option<Music> {
    Some(Music::Generate(GeneratedMusic::default()))
}

fn default_loudness() -> f64 {
    -14.0
}
