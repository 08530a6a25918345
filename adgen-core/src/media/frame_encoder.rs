//! Whatever encodes: frames in, packets out. It knows of no file.
//!
//! Depends on `error`, `native_encoder`, `openh264`, `frame` and `video_settings`.

use ffmpeg_next::{Packet, ffi};

#[cfg(feature = "openh264")]
use super::openh264::OpenH264;
use super::{
    encoder_kind::EncoderKind,
    frame::Frame,
    native_encoder::NativeEncoder,
    video_settings::{OPERATION, VideoSettings},
};
use crate::error::{Error, ErrorKind, Result};

/// An encoder that is open.
#[derive(Debug)]
pub(super) enum FrameEncoder {
    Native(Box<NativeEncoder>),
    #[cfg(feature = "openh264")]
    OpenH264(Box<OpenH264>),
}

impl FrameEncoder {
    /// Opens the encoder that the settings name.
    ///
    /// # Errors
    /// `Unsupported` where this build has none of that name; `Media` with its own words where it does not open.
    pub(super) fn open(settings: &VideoSettings) -> Result<Self> {
        if settings.encoder != EncoderKind::OpenH264 {
            return Ok(Self::Native(Box::new(NativeEncoder::open(settings)?)));
        }
        #[cfg(feature = "openh264")]
        return Ok(Self::OpenH264(Box::new(OpenH264::open(settings)?)));
        #[cfg(not(feature = "openh264"))]
        Err(Error::new(ErrorKind::Unsupported, "this build of adgen was made without OpenH264")
            .with_operation(OPERATION)
            .with_hint("build it with the feature `openh264`"))
    }

    /// Tells a stream of a file what its packets are.
    ///
    /// # Safety
    ///
    /// `stream` must be one of an open output.
    pub(super) unsafe fn fill(&self, stream: *mut ffi::AVStream) -> Result<()> {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Native(encoder) => encoder.fill(stream),
                #[cfg(feature = "openh264")]
                Self::OpenH264(encoder) => encoder.fill(stream),
            }
        }
    }

    /// Takes the next frame, which must have the encoder's size, or that there are no more.
    pub(super) fn send(&mut self, frame: Option<&Frame>) -> Result<()> {
        match self {
            Self::Native(encoder) => encoder.send(frame),
            #[cfg(feature = "openh264")]
            Self::OpenH264(encoder) => encoder.send(frame),
        }
    }

    /// The next packet, its times in frames; `false` where the encoder waits for frames, or has ended.
    pub(super) fn receive(&mut self, packet: &mut Packet) -> Result<bool> {
        match self {
            Self::Native(encoder) => encoder.receive(packet),
            #[cfg(feature = "openh264")]
            Self::OpenH264(encoder) => encoder.receive(packet),
        }
    }
}

/// Whether an error is an encoder's own and not, say, that of a full disk: another encoder may do better.
pub fn is_encoders(error: &Error) -> bool {
    error.operations().any(|operation| operation == OPERATION)
        && matches!(error.kind(), ErrorKind::Media | ErrorKind::Unsupported)
}
