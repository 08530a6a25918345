//! Which look, and what it is to show. Plain data.

use super::{camera::CameraMove, mood::Mood};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest side that a renderer accepts, in pixels.
pub const MAX_SIDE: usize = 8192;

/// What a background shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Look {
    /// An infinity cove with a slowly moving pool of light and a sheen on the floor.
    StudioSweep,
    /// Defocused lights at several depths.
    Bokeh,
    /// Folds of draped silk.
    GradientWaves,
    /// Shafts of light through drifting haze.
    Rays,
    /// Dust and glints floating in a lit volume.
    Particles,
    /// A table of stone, wood, concrete or linen before a wall with a window's or leaves' shadow.
    Surface,
    /// A round pedestal before a niche.
    Podium,
    /// Sunlit water over a pale ground.
    Water,
}

impl Look {
    /// Every look.
    pub const ALL: &'static [Self] = &[
        Self::StudioSweep,
        Self::Bokeh,
        Self::GradientWaves,
        Self::Rays,
        Self::Particles,
        Self::Surface,
        Self::Podium,
        Self::Water,
    ];

    /// The name as it stands in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StudioSweep => "studio_sweep",
            Self::Bokeh => "bokeh",
            Self::GradientWaves => "gradient_waves",
            Self::Rays => "rays",
            Self::Particles => "particles",
            Self::Surface => "surface",
            Self::Podium => "podium",
            Self::Water => "water",
        }
    }

    /// Where a product stands in a frame of that size: the height of its contact with the ground as a fraction of the frame's
    /// height (0 = top). `None`: there is no ground, the product floats. The camera keeps this line in place.
    pub fn ground_line(self, width: usize, height: usize) -> Option<f32> {
        let tall = ((height.max(1) as f32 / width.max(1) as f32).log2() / 0.83).clamp(-1.0, 1.0);
        match self {
            Self::StudioSweep => Some(0.755 - 0.045 * tall),
            Self::Surface => Some(0.785 - 0.045 * tall),
            // Higher, so that the pedestal below has room.
            Self::Podium => Some(0.705 - 0.035 * tall),
            Self::Bokeh | Self::GradientWaves | Self::Rays | Self::Particles | Self::Water => None,
        }
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a renderer is to show.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LookSettings {
    /// Frame width in pixels, 1 to [`MAX_SIDE`]; odd widths are rounded up as `Frame::black` does.
    pub width: usize,
    /// Frame height in pixels, likewise.
    pub height: usize,
    /// Same settings and seed, same bytes; another seed, another picture.
    pub seed: u64,
    /// The brand's colours as sRGB, most important first; may be empty.
    pub palette: Vec<[u8; 3]>,
    /// The feeling.
    pub mood: Mood,
    /// Length of the clip in seconds: the time over which the camera makes its move.
    pub duration_s: f32,
    /// The camera's move.
    pub camera: CameraMove,
    /// Factor on the mood's film grain, 0 to 4. At 0, only the dither against banding remains.
    pub grain: f32,
}

impl LookSettings {
    /// A frame size and a seed; no palette, default mood and camera, 6 seconds.
    pub fn new(width: usize, height: usize, seed: u64) -> Self {
        Self {
            width,
            height,
            seed,
            palette: Vec::new(),
            mood: Mood::default(),
            duration_s: 6.0,
            camera: CameraMove::default(),
            grain: 1.0,
        }
    }
}
