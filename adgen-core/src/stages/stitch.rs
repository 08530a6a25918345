//! One long clip from several short ones: where a model's longest clip is much shorter than its scene.

use super::work::{Made, Work};
use crate::{
    composite::crossfade,
    error::{Error, Result},
    media::{Fps, Frame, VideoEncoder, VideoReader, VideoSettings, VideoTarget},
    provider::VideoCapability,
};
use std::path::PathBuf;

/// Where the parts of a scene dissolve into each other, in seconds.
const OVERLAP_S: f64 = 0.5;
/// A clip that covers this share of its scene is slowed down; a slower one looks it.
const SLOWED: f64 = 0.6;

/// So much may be missing at the end of a clip, in seconds: more than a frame, and less than anybody sees. Lengths in frames
/// differ by that between frame rates, and another frame rate must buy nothing.
const SLACK_S: f64 = 0.05;

/// How a scene's background is ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parts {
    pub(crate) count: u32,
    /// Least length of each, in seconds.
    pub(crate) duration_s: f64,
}

/// The parts of a background of `needed_s` seconds. Remote clips are bought in whole seconds, so that a caption that needs
/// a frame more buys nothing anew.
pub(crate) fn parts_of(capability: &VideoCapability, needed_s: f64) -> Parts {
    let most = capability.max_duration_s;
    if capability.local {
        return Parts { count: 1, duration_s: needed_s };
    }
    let whole = |seconds: f64| (seconds - SLACK_S).ceil().max(1.0).min(most);
    if !most.is_finite() || most <= 2.0 * OVERLAP_S || needed_s * SLOWED <= most {
        return Parts { count: 1, duration_s: whole(needed_s) };
    }
    let count = ((needed_s - OVERLAP_S) / (most - OVERLAP_S)).ceil();
    Parts { count: count as u32, duration_s: whole((needed_s + (count - 1.0) * OVERLAP_S) / count) }
}

/// Joins clips with short dissolves, in the size and at the rate of the first.
pub(crate) fn join_clips(clips: &[PathBuf], name: &str, work: &Work) -> Result<Made> {
    let Some(first) = clips.first() else { return Err(Error::media("there are no clips to join")) };
    let target = VideoReader::open(first, VideoTarget::native())?;
    let ((width, height), fps) = (target.size(), target.fps());
    let fps = Fps::new((fps.as_f64().clamp(12.0, 60.0) * 1000.0).round() as u32, 1000);
    let path = work.folder().join("joined.mp4");
    let mut encoder = VideoEncoder::create(&path, VideoSettings::new(width, height, fps))?;
    let overlap = fps.frames(OVERLAP_S) as usize;
    let mut ending: Vec<Frame> = Vec::new();
    for (index, clip) in clips.iter().enumerate() {
        let mut reader = VideoReader::open(clip, VideoTarget::cover(width, height, fps))?;
        let before = std::mem::take(&mut ending);
        let mut frame = Frame::black(width, height);
        let mut shown = 0;
        while reader.read(&mut frame)? {
            if let Some(old) = before.get(shown) {
                crossfade(old, &mut frame, (shown + 1) as f32 / (before.len() + 1) as f32);
            }
            shown += 1;
            ending.push(frame.clone());
            // The last frames wait for the next clip.
            if ending.len() > overlap {
                encoder.write(&ending.remove(0))?;
            }
            work.step((index as f64 + 0.5) / clips.len() as f64)?;
        }
    }
    for frame in &ending {
        encoder.write(frame)?;
    }
    encoder.finish()?;
    Ok(Made::file(name, path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scenes_are_bought_whole_slowed_or_in_parts() {
        let eight = VideoCapability::remote(8.0);
        assert_eq!(parts_of(&eight, 7.5), Parts { count: 1, duration_s: 8.0 });
        assert_eq!(parts_of(&eight, 5.0 + 1e-9), Parts { count: 1, duration_s: 5.0 });
        // Four seconds and a dissolve of 13 frames at 25 a second, which is 12 at 24.
        assert_eq!(parts_of(&eight, 4.5 + 13.0 / 25.0), Parts { count: 1, duration_s: 5.0 });
        assert_eq!(parts_of(&eight, 5.1), Parts { count: 1, duration_s: 6.0 });
        assert_eq!(parts_of(&eight, 12.0), Parts { count: 1, duration_s: 8.0 });
        assert_eq!(parts_of(&eight, 15.0), Parts { count: 2, duration_s: 8.0 });
        assert_eq!(parts_of(&VideoCapability::local(), 61.3), Parts { count: 1, duration_s: 61.3 });
    }

    proptest! {
        #[test]
        fn parts_cover_the_scene_but_for_what_is_slowed(most in 2.0..30.0f64, needed in 0.5..60.0f64) {
            let parts = parts_of(&VideoCapability::remote(most), needed);
            prop_assert!(parts.duration_s <= most + 1e-9);
            let covered = f64::from(parts.count) * parts.duration_s - f64::from(parts.count - 1) * OVERLAP_S;
            let slack = f64::from(parts.count) * SLACK_S + 1e-3;
            prop_assert!(covered + slack >= if parts.count == 1 { needed * SLOWED } else { needed }, "{parts:?}");
        }
    }
}
