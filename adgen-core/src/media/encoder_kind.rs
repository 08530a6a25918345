//! The encoders that a video can be written with, by name.
//!
//! Depends on FFmpeg's list of encoders, `error` and `native`.

use std::{ffi::CStr, fmt};

use ffmpeg_next::ffi;

use super::native;

/// What encodes a video. All but the last write H.264.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncoderKind {
    /// x264, in FFmpeg builds under the GPL.
    X264,
    /// Cisco's OpenH264, compiled in by the feature `openh264`; faster, and larger files at the same quality.
    OpenH264,
    /// The encoder in NVIDIA's graphics cards.
    Nvenc,
    /// Encoders in graphics processors through Linux's video acceleration interface.
    Vaapi,
    /// Intel's Quick Sync Video.
    Qsv,
    /// MPEG-4 part 2 by FFmpeg itself: for clips that are encoded once more, never for a finished video.
    Mpeg4,
}

impl EncoderKind {
    /// Those that a finished video can be written with, in the order in which they are told.
    pub const H264: [Self; 5] = [Self::X264, Self::OpenH264, Self::Nvenc, Self::Vaapi, Self::Qsv];
    /// Those that need no device, the best first.
    pub const SOFTWARE: [Self; 2] = [Self::X264, Self::OpenH264];

    /// As documents and content keys name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X264 => "x264",
            Self::OpenH264 => "openh264",
            Self::Nvenc => "nvenc",
            Self::Vaapi => "vaapi",
            Self::Qsv => "qsv",
            Self::Mpeg4 => "mpeg4",
        }
    }

    /// FFmpeg's name; `None` for what is no part of it.
    pub(super) const fn native_name(self) -> Option<&'static CStr> {
        match self {
            Self::X264 => Some(c"libx264"),
            Self::OpenH264 => None,
            Self::Nvenc => Some(c"h264_nvenc"),
            Self::Vaapi => Some(c"h264_vaapi"),
            Self::Qsv => Some(c"h264_qsv"),
            Self::Mpeg4 => Some(c"mpeg4"),
        }
    }

    /// Whether it is a device, which may be missing, busy or broken.
    pub const fn is_hardware(self) -> bool {
        matches!(self, Self::Nvenc | Self::Vaapi | Self::Qsv)
    }

    /// Whether it is a part of this build; a device may be missing all the same.
    pub fn is_compiled_in(self) -> bool {
        match self.native_name() {
            None => cfg!(feature = "openh264"),
            // SAFETY: the name is a terminated string; the answer is static or null.
            Some(name) => {
                native::init().is_ok() && unsafe { !ffi::avcodec_find_encoder_by_name(name.as_ptr()).is_null() }
            }
        }
    }

    /// What this build writes clips with that are encoded once more: x264 or OpenH264, which players know as well, else
    /// what every FFmpeg has.
    pub fn of_clips() -> Self {
        Self::SOFTWARE.into_iter().find(|encoder| encoder.is_compiled_in()).unwrap_or(Self::Mpeg4)
    }
}

impl fmt::Display for EncoderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for EncoderKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_build_has_the_two_of_software() {
        assert!(EncoderKind::X264.is_compiled_in(), "the tests need an FFmpeg with x264");
        assert_eq!(EncoderKind::OpenH264.is_compiled_in(), cfg!(feature = "openh264"));
        assert!(EncoderKind::Mpeg4.is_compiled_in());
        assert_eq!(EncoderKind::of_clips(), EncoderKind::X264);
    }
}
