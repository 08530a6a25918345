//! How segments are encoded: all alike, or they could not be joined.
//!
//! May depend on `media` and `project`.

use crate::{
    media::VideoSettings,
    project::{Aspect, Output, Quality},
};

/// The encoder's settings of every segment of a shape.
pub(crate) fn video_settings(output: &Output, aspect: Aspect) -> VideoSettings {
    let (width, height) = output.size(aspect);
    let (preset, crf) = match output.quality {
        Quality::Draft => ("superfast", 26.0),
        Quality::Standard => ("veryfast", 20.0),
        Quality::High => ("medium", 17.0),
    };
    let mut settings = VideoSettings::new(width as usize, height as usize, output.fps);
    settings.preset = preset.to_owned();
    settings.crf = crf;
    settings
}
