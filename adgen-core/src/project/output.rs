//! Shapes and quality of the videos.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{borrow::Cow, fmt, str::FromStr};

/// What is rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Output {
    /// One video is rendered for each; the first is the main one.
    #[serde(default = "default_aspects")]
    #[schemars(length(min = 1, max = 4))]
    pub aspects: Vec<Aspect>,
    /// The shorter side of every video in pixels; even. 1080 gives 1080x1920, 1080x1080 and 1920x1080.
    #[serde(default = "default_short_side")]
    #[schemars(range(min = 240, max = 2160))]
    pub short_side: u32,
    /// Frames a second: 24, 25, 30, 50 or 60.
    #[serde(default = "default_fps")]
    #[schemars(range(min = 24, max = 60))]
    pub fps: u32,
    /// How much is spent on the picture.
    #[serde(default)]
    pub quality: Quality,
    /// Bit rate of the AAC sound in kb/s.
    #[serde(default = "default_audio_kbps")]
    #[schemars(range(min = 96, max = 320))]
    pub audio_kbps: u32,
    /// What encodes the pictures. One that cannot be used where the ad is made is replaced by one in software, which is told.
    // Documents that leave it open are written as they always were.
    #[serde(default, skip_serializing_if = "Encoder::is_auto")]
    #[schemars(extend("default" = "auto"))]
    pub encoder: Encoder,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            aspects: default_aspects(),
            short_side: default_short_side(),
            fps: default_fps(),
            quality: Quality::default(),
            audio_kbps: default_audio_kbps(),
            encoder: Encoder::default(),
        }
    }
}

impl Output {
    /// The frame rates that a video may have.
    pub const FRAME_RATES: &'static [u32] = &[24, 25, 30, 50, 60];

    /// One video for each of these; the first is the main one.
    #[must_use]
    pub fn with_aspects(mut self, aspects: impl IntoIterator<Item = Aspect>) -> Self {
        self.aspects = aspects.into_iter().collect();
        self
    }

    /// The shorter side of every video in pixels; even, 240-2160.
    #[must_use]
    pub fn with_short_side(mut self, short_side: u32) -> Self {
        self.short_side = short_side;
        self
    }

    /// Frames a second: one of [`Output::FRAME_RATES`].
    #[must_use]
    pub fn with_fps(mut self, fps: u32) -> Self {
        self.fps = fps;
        self
    }

    /// How much is spent on the picture.
    #[must_use]
    pub fn with_quality(mut self, quality: Quality) -> Self {
        self.quality = quality;
        self
    }

    /// Bit rate of the AAC sound in kb/s, 96-320.
    #[must_use]
    pub fn with_audio_kbps(mut self, audio_kbps: u32) -> Self {
        self.audio_kbps = audio_kbps;
        self
    }

    /// What encodes the pictures.
    #[must_use]
    pub fn with_encoder(mut self, encoder: Encoder) -> Self {
        self.encoder = encoder;
        self
    }

    /// Width and height of the video in `aspect`. Both are even where `short_side` is; a side ends at the largest even
    /// number of 32 bits.
    pub fn size(&self, aspect: Aspect) -> (u32, u32) {
        let (w, h) = aspect.ratio();
        let long = |short: u32, a: u32, b: u32| {
            let long = (u64::from(short) * u64::from(a) / u64::from(b)).next_multiple_of(2);
            u32::try_from(long).unwrap_or(u32::MAX - 1)
        };
        if w <= h {
            (self.short_side, long(self.short_side, h, w))
        } else {
            (long(self.short_side, w, h), self.short_side)
        }
    }
}

fn default_aspects() -> Vec<Aspect> {
    vec![Aspect::Portrait9x16]
}

fn default_short_side() -> u32 {
    1080
}

fn default_fps() -> u32 {
    30
}

fn default_audio_kbps() -> u32 {
    192
}

/// How much time and how many bits are spent on the picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quality {
    /// To look at quickly.
    Draft,
    /// To publish.
    #[default]
    Standard,
    /// To keep.
    High,
}

/// What encodes a video's pictures as H.264.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoder {
    /// x264 where there is one, else OpenH264; never hardware.
    #[default]
    Auto,
    /// x264: the best pictures, in builds of FFmpeg under the GPL.
    X264,
    /// Cisco's OpenH264: quicker, and larger files.
    Openh264,
    /// NVIDIA's graphics cards.
    Nvenc,
    /// Graphics processors through Linux's VA-API.
    Vaapi,
    /// Intel's Quick Sync Video.
    Qsv,
}

impl Encoder {
    fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

/// The shape of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aspect {
    /// 9:16, full-screen vertical.
    Portrait9x16,
    /// 4:5, feed portrait.
    Portrait4x5,
    /// 1:1, square.
    Square,
    /// 16:9, landscape.
    Landscape16x9,
}

impl Aspect {
    /// Every shape.
    pub const ALL: &'static [Self] = &[Self::Portrait9x16, Self::Portrait4x5, Self::Square, Self::Landscape16x9];

    /// As documents write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Portrait9x16 => "9:16",
            Self::Portrait4x5 => "4:5",
            Self::Square => "1:1",
            Self::Landscape16x9 => "16:9",
        }
    }

    /// Width and height in lowest terms.
    pub const fn ratio(self) -> (u32, u32) {
        match self {
            Self::Portrait9x16 => (9, 16),
            Self::Portrait4x5 => (4, 5),
            Self::Square => (1, 1),
            Self::Landscape16x9 => (16, 9),
        }
    }

    /// As file names write it: `9x16`.
    pub fn file_suffix(self) -> String {
        self.as_str().replace(':', "x")
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Aspect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|aspect| aspect.as_str() == text).ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(|aspect| aspect.as_str()).collect();
            format!("{text:?} is not an aspect: {} are", all.join(", "))
        })
    }
}

impl Serialize for Aspect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Aspect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Aspect {
    fn schema_name() -> Cow<'static, str> {
        "Aspect".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let all: Vec<_> = Self::ALL.iter().map(|aspect| aspect.as_str()).collect();
        json_schema!({ "type": "string", "description": "The shape of a video.", "enum": all })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_even_and_have_the_aspect() {
        let output = Output::default();
        assert_eq!(output.size(Aspect::Portrait9x16), (1080, 1920));
        assert_eq!(output.size(Aspect::Portrait4x5), (1080, 1350));
        assert_eq!(output.size(Aspect::Square), (1080, 1080));
        assert_eq!(output.size(Aspect::Landscape16x9), (1920, 1080));
        let small = Output { short_side: 242, ..Output::default() };
        for &aspect in Aspect::ALL {
            let (width, height) = small.size(aspect);
            assert_eq!((width % 2, height % 2), (0, 0), "{aspect}");
        }
        let absurd = Output { short_side: u32::MAX - 1, ..Output::default() };
        assert_eq!(absurd.size(Aspect::Portrait9x16), (u32::MAX - 1, u32::MAX - 1));
    }
}
