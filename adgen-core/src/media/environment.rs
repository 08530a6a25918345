//! What this build of FFmpeg can do beside encoding video: for `adgen doctor`.
//!
//! Depends on `error` and `native`.

use std::ffi::CString;

use ffmpeg_next::ffi;

use super::{log, native};
use crate::error::Result;

/// Whether a codec encodes or decodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Direction {
    /// Writes.
    Encode,
    /// Reads.
    Decode,
}

/// One codec that this crate uses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodecSupport {
    /// FFmpeg's name.
    pub name: &'static str,
    /// Encoder or decoder.
    pub direction: Direction,
    /// Whether no film can be made without it; others only widen what can be read.
    pub required: bool,
    /// Whether it is there.
    pub present: bool,
}

/// The FFmpeg that this program runs with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Environment {
    /// Its version, such as `5.1.9-0+deb12u1`.
    pub version: String,
    /// Its licence: with libx264 it is a GPL version.
    pub license: String,
    /// What is used of it.
    pub codecs: Vec<CodecSupport>,
}

impl Environment {
    /// The required codecs that are missing.
    pub fn missing(&self) -> Vec<&CodecSupport> {
        self.codecs.iter().filter(|codec| codec.required && !codec.present).collect()
    }
}

/// Name, direction, required.
const CODECS: [(&str, Direction, bool); 15] = [
    ("aac", Direction::Encode, true),
    ("libmp3lame", Direction::Encode, true),
    ("h264", Direction::Decode, true),
    ("aac", Direction::Decode, true),
    ("mp3", Direction::Decode, true),
    ("pcm_s16le", Direction::Decode, true),
    ("hevc", Direction::Decode, false),
    ("vp8", Direction::Decode, false),
    ("vp9", Direction::Decode, false),
    ("av1", Direction::Decode, false),
    ("prores", Direction::Decode, false),
    ("mpeg4", Direction::Decode, false),
    ("gif", Direction::Decode, false),
    ("opus", Direction::Decode, false),
    ("flac", Direction::Decode, false),
];

/// Looks at the FFmpeg that this program runs with.
pub fn environment() -> Result<Environment> {
    let _inside = log::inside();
    native::init()?;
    let codecs = CODECS
        .into_iter()
        .map(|(name, direction, required)| {
            // SAFETY: the name is a terminated string; the answers are static or null.
            let present = CString::new(name).is_ok_and(|name| unsafe {
                match direction {
                    Direction::Encode => !ffi::avcodec_find_encoder_by_name(name.as_ptr()).is_null(),
                    // By codec, not by name: AV1 is decoded by libdav1d or libaom, Opus by two others.
                    Direction::Decode => {
                        let description = ffi::avcodec_descriptor_get_by_name(name.as_ptr());
                        !description.is_null() && !ffi::avcodec_find_decoder((*description).id).is_null()
                    }
                }
            });
            CodecSupport { name, direction, required, present }
        })
        .collect();
    // SAFETY: both give static strings.
    let (version, license) = unsafe { (native::text(ffi::av_version_info()), native::text(ffi::avcodec_license())) };
    Ok(Environment { version, license, codecs })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_build_has_what_is_needed() {
        let environment = environment().expect("FFmpeg starts");
        assert!(!environment.version.is_empty());
        assert!(environment.missing().is_empty(), "{:?}", environment.missing());
    }
}
