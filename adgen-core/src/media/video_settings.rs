//! How a video is encoded: what every encoder makes the best of, and what content keys hold.
//!
//! Depends on FFmpeg's fractions, `error`, `encoder_kind` and `fps`.

use ffmpeg_next::ffi;

use super::{encoder_kind::EncoderKind, fps::Fps};
use crate::error::{Error, ErrorKind, Result};

/// What errors of encoding are told of.
pub(super) const OPERATION: &str = "media::encode_video";
/// The pixels of all frames that the encoder looks ahead to: 16 frames of 1920x1080, 9 of 2560x1440.
const LOOKAHEAD_PIXELS: usize = 33_500_000;
/// Frames with more pixels than this look ahead as little as x264 does well with: what is drawn takes the memory.
const LARGE_PIXELS: usize = 4_500_000;
/// How far those look ahead.
const LEAST_LOOKAHEAD: usize = 2;

/// How a video is encoded. Two files made with equal settings can be joined without encoding again. What they are serialised
/// to is part of the content key of what they encode.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct VideoSettings {
    /// Width in pixels; even, 16 to 8192.
    pub width: usize,
    /// Height in pixels; even, 16 to 8192.
    pub height: usize,
    /// Frame rate, constant.
    pub fps: Fps,
    /// x264's constant rate factor, 0 to 51; lower is better and larger. Other encoders take what looks like it. Default 20.
    #[serde(serialize_with = "as_double")]
    pub crf: f32,
    /// x264's preset, `ultrafast` to `placebo`; other encoders take what is as much effort. Default `veryfast`.
    pub preset: String,
    /// Frames in a closed group of pictures. Default: half a second, which video platforms ask for.
    pub keyframe_interval: u32,
    /// Upper limit of the rate in kbit/s over one second, where a platform has one.
    pub max_kbps: Option<u32>,
    /// Encoder threads. The bytes depend on it, so it is a setting and not the machine's choice. Default 1.
    pub threads: usize,
    /// What encodes. Default: what this build writes clips with, which is x264 where it has one.
    // Keys from before there was a choice are those of x264.
    #[serde(skip_serializing_if = "is_x264")]
    pub encoder: EncoderKind,
}

fn is_x264(encoder: &EncoderKind) -> bool {
    *encoder == EncoderKind::X264
}

/// As a double, whose digits do not depend on how `serde_json` was built.
fn as_double<S: serde::Serializer>(value: &f32, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_f64(f64::from(*value))
}

impl VideoSettings {
    /// The presets, the quickest first.
    pub(super) const PRESETS: [&str; 10] =
        ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"];

    /// The defaults for a size and a rate.
    pub fn new(width: usize, height: usize, fps: impl Into<Fps>) -> Self {
        let fps = fps.into();
        Self {
            width,
            height,
            fps,
            crf: 20.0,
            preset: "veryfast".into(),
            keyframe_interval: (fps.as_f64() / 2.0).round().max(1.0) as u32,
            max_kbps: None,
            threads: 1,
            encoder: EncoderKind::of_clips(),
        }
    }

    /// An error that names the value, where one is out of range.
    pub fn validate(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::new(ErrorKind::InvalidConfig, message).with_operation(OPERATION));
        for (name, side) in [("width", self.width), ("height", self.height)] {
            if side % 2 != 0 || !(16..=8192).contains(&side) {
                return wrong(format!("{name} is {side}; allowed are even numbers from 16 to 8192"));
            }
        }
        if !(0.0..=51.0).contains(&self.crf) {
            return wrong(format!("crf is {}; allowed is 0 to 51", self.crf));
        }
        if !(1.0..=240.0).contains(&self.fps.as_f64()) {
            return wrong(format!("fps is {}; allowed is 1 to 240", self.fps));
        }
        // FFmpeg counts both sides of a fraction in 32 bits with a sign.
        if self.fps.num().max(self.fps.den()) > i32::MAX as u32 {
            let most = i32::MAX;
            return wrong(format!("fps is {}; allowed are fractions of numbers up to {most}", self.fps));
        }
        if !(1..=1000).contains(&self.keyframe_interval) {
            return wrong(format!("keyframe_interval is {}; allowed is 1 to 1000", self.keyframe_interval));
        }
        if !(1..=64).contains(&self.threads) {
            return wrong(format!("threads is {}; allowed is 1 to 64", self.threads));
        }
        if let Some(kbps) = self.max_kbps.filter(|kbps| !(50..=500_000).contains(kbps)) {
            return wrong(format!("max_kbps is {kbps}; allowed is 50 to 500000"));
        }
        if !Self::PRESETS.contains(&self.preset.as_str()) {
            return wrong(format!("preset is {:?}; allowed are {}", self.preset, Self::PRESETS.join(", ")));
        }
        Ok(())
    }

    /// How long a frame is shown, in seconds.
    pub(super) fn time_base(&self) -> ffi::AVRational {
        ffi::AVRational { num: self.fps.den() as i32, den: self.fps.num() as i32 }
    }

    /// How many frames x264 may look ahead where its preset's own number would hold more than [`LOOKAHEAD_PIXELS`]: each takes
    /// some three bytes a pixel, and four times the pixels must not take four times the memory.
    pub(super) fn shorter_lookahead(&self) -> Option<usize> {
        // As x264's presets have it (`param_apply_preset` in its common/base.c).
        let own = match self.preset.as_str() {
            "ultrafast" | "superfast" => 0,
            "veryfast" => 10,
            "faster" => 20,
            "fast" => 30,
            "medium" => 40,
            "slow" => 50,
            _ => 60,
        };
        // It never looks beyond a group of pictures.
        let own = own.min(self.keyframe_interval as usize);
        let pixels = self.width.saturating_mul(self.height).max(1);
        let most = if pixels > LARGE_PIXELS { LEAST_LOOKAHEAD } else { LOOKAHEAD_PIXELS / pixels };
        (most < own).then_some(most)
    }

    /// Whether pictures have so many pixels that memory counts before quality.
    pub(super) fn is_large(&self) -> bool {
        self.width.saturating_mul(self.height) > LARGE_PIXELS
    }

    /// Whether H.264 level 4.2 allows the size and rate (ITU-T H.264, table A-1: 8704 macroblocks, 522240 a second).
    pub(super) fn fits_level_4_2(&self) -> bool {
        let blocks = self.width.div_ceil(16) * self.height.div_ceil(16);
        blocks <= 8704 && blocks as f64 * self.fps.as_f64() <= 522_240.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_frames_look_less_far_ahead() {
        let ahead = |width, height, fps: u32, preset: &str| {
            let mut settings = VideoSettings::new(width, height, fps);
            settings.preset = preset.to_owned();
            settings.shorter_lookahead()
        };
        assert_eq!(ahead(1080, 1920, 30, "veryfast"), None);
        assert_eq!(ahead(1080, 1920, 30, "medium"), None);
        assert_eq!(ahead(1080, 1920, 60, "medium"), Some(16));
        assert_eq!(ahead(1440, 2560, 30, "veryfast"), Some(9));
        assert_eq!(ahead(2160, 3840, 30, "veryfast"), Some(2));
        assert_eq!(ahead(8192, 8192, 30, "medium"), Some(2));
        assert_eq!(ahead(8192, 8192, 30, "superfast"), None);
    }

    #[test]
    fn wrong_settings_are_refused_with_their_value() {
        let mut settings = VideoSettings::new(64, 63, 30);
        assert!(settings.validate().expect_err("odd").to_string().contains("63"));
        settings.height = 64;
        settings.preset = "warp".into();
        assert!(settings.validate().expect_err("no preset").to_string().contains("warp"));
        settings.preset = "ultrafast".into();
        settings.crf = f32::NAN;
        settings.validate().expect_err("not a number");
        // About 30, but FFmpeg's fractions have a sign.
        let fine = Fps::new(u32::MAX, u32::MAX / 30);
        let error = VideoSettings::new(64, 64, fine).validate().expect_err("does not fit");
        assert!(error.to_string().contains("4294967295/143165576"), "{error}");
    }

    #[test]
    fn another_encoder_is_another_key_and_x264_is_the_old_one() {
        let of = |encoder| VideoSettings { encoder, ..VideoSettings::new(64, 64, 30) };
        let json = |encoder| serde_json::to_value(of(encoder)).expect("JSON");
        let old = serde_json::json!({
            "width": 64, "height": 64, "fps": Fps::from(30), "crf": 20.0, "preset": "veryfast",
            "keyframe_interval": 15, "max_kbps": null, "threads": 1,
        });
        assert_eq!(json(EncoderKind::X264), old);
        for encoder in EncoderKind::H264.into_iter().skip(1).chain([EncoderKind::Mpeg4]) {
            assert_eq!(json(encoder)["encoder"], encoder.as_str());
        }
    }
}
