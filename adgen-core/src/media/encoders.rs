//! Which encoders this machine has: tried, not looked up, for one that is compiled in may have no device, or no driver.
//!
//! Depends on `error`, `encoder_kind`, `frame_encoder`, `frame`, `video_settings` and `log`.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use ffmpeg_next::{Packet, packet::Ref as _};

use super::{
    encoder_kind::EncoderKind,
    frame::Frame,
    frame_encoder::FrameEncoder,
    log,
    video_settings::{OPERATION, VideoSettings},
};
use crate::error::{Error, ErrorKind, Result};

/// The size of what is encoded to see whether an encoder works: no device has a larger least one.
const SIDE: usize = 256;
/// And how many frames.
const FRAMES: usize = 4;

/// What was found out about an encoder.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EncoderSupport {
    /// Which one.
    pub encoder: EncoderKind,
    /// Whether this build has it.
    pub compiled_in: bool,
    /// Why it cannot be used, in its own words; it can where there is nothing.
    pub fault: Option<Error>,
}

impl EncoderSupport {
    /// Whether it encodes.
    pub fn is_usable(&self) -> bool {
        self.fault.is_none()
    }

    /// Opens the encoder and has it encode a few frames.
    pub fn probe(encoder: EncoderKind) -> Self {
        let _inside = log::inside();
        let fault = log::with_values(|| encode_some(encoder)).err();
        Self { encoder, compiled_in: encoder.is_compiled_in(), fault }
    }

    /// Why it cannot be used, in one line with its own words.
    pub fn reason(&self) -> Option<String> {
        let fault = self.fault.as_ref()?;
        let detail = fault.context().find(|(key, _)| *key == "detail").map(|(_, detail)| detail.to_owned());
        let own = detail.or_else(|| std::error::Error::source(fault).map(ToString::to_string));
        Some(match own {
            Some(own) => format!("{}: {own}", fault.message()),
            None => fault.message().to_owned(),
        })
    }

    /// Why it cannot be used, as an error.
    fn refusal(&self) -> Option<Error> {
        let (fault, reason) = (self.fault.clone()?, self.reason()?);
        let message = format!("the encoder {} cannot be used here: {reason}", self.encoder);
        let needs = match self.encoder {
            EncoderKind::X264 => "an FFmpeg that was built with libx264",
            EncoderKind::OpenH264 => "an adgen that was built with the feature `openh264`",
            EncoderKind::Nvenc => "an FFmpeg with h264_nvenc, an NVIDIA card that encodes, and its driver",
            EncoderKind::Vaapi => {
                "an FFmpeg with h264_vaapi, a graphics processor in /dev/dri, and its driver for VA-API"
            }
            EncoderKind::Qsv => {
                "an FFmpeg with h264_qsv, an Intel graphics processor in /dev/dri, and its media driver"
            }
            EncoderKind::Mpeg4 => "an FFmpeg that was built with mpeg4",
        };
        let hint = format!("{} needs {needs}; `adgen doctor` lists what can be used", self.encoder);
        Some(Error::new(ErrorKind::Unsupported, message).with_hint(hint).with_source(fault))
    }
}

fn encode_some(encoder: EncoderKind) -> Result<()> {
    let settings = VideoSettings { encoder, ..VideoSettings::new(SIDE, SIDE, 30) };
    let mut open = FrameEncoder::open(&settings)?;
    let mut frame = Frame::black(SIDE, SIDE);
    let mut packet = Packet::empty();
    let (mut packets, mut starts_with_key) = (0, false);
    for number in 0..=FRAMES {
        frame.y_mut().iter_mut().enumerate().for_each(|(i, y)| *y = (16 + (i + number * 7) % 200) as u8);
        open.send((number < FRAMES).then_some(&frame))?;
        while open.receive(&mut packet)? {
            // SAFETY: plain field of a valid packet.
            let is_key = unsafe { (*packet.as_ptr()).flags & ffmpeg_next::ffi::AV_PKT_FLAG_KEY != 0 };
            starts_with_key |= packets == 0 && is_key;
            packets += 1;
        }
    }
    if packets == FRAMES && starts_with_key {
        return Ok(());
    }
    let message = format!("{FRAMES} frames became {packets} packets, the first of which has to be a key frame");
    Err(Error::media(message).with_operation(OPERATION))
}

/// The encoders of this machine, each tried when it is first asked for.
///
/// Hardware is not touched before somebody wants it: its drivers start threads and take memory.
pub struct Encoders {
    probe: fn(EncoderKind) -> EncoderSupport,
    known: [OnceLock<EncoderSupport>; EncoderKind::H264.len()],
}

impl fmt::Debug for Encoders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoders").field("known", &self.known).finish_non_exhaustive()
    }
}

/// What to encode with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Choice {
    /// The encoder.
    pub encoder: EncoderKind,
    /// Why it is not the one that was asked for.
    pub refusal: Option<Error>,
}

impl Encoders {
    /// Those of this process: what was found out is kept.
    pub fn of_this_process() -> Arc<Self> {
        static HERE: OnceLock<Arc<Encoders>> = OnceLock::new();
        Arc::clone(HERE.get_or_init(|| Arc::new(Self::by(EncoderSupport::probe))))
    }

    /// Those that `probe` says are there.
    pub fn by(probe: fn(EncoderKind) -> EncoderSupport) -> Self {
        Self { probe, known: Default::default() }
    }

    /// What is known of an encoder. Tries it the first time, which a driver may take seconds for.
    pub fn support(&self, encoder: EncoderKind) -> EncoderSupport {
        let place = EncoderKind::H264.iter().position(|one| *one == encoder).and_then(|index| self.known.get(index));
        match place {
            Some(known) => known.get_or_init(|| (self.probe)(encoder)).clone(),
            None => (self.probe)(encoder),
        }
    }

    /// What to encode a video with: the encoder that is wanted, or else the next one in software; where none is wanted, the
    /// best one in software.
    ///
    /// # Errors
    /// `Unsupported` where no encoder in software can be used either, with the reason of each.
    pub fn choose(&self, wanted: Option<EncoderKind>) -> Result<Choice> {
        let Some(wanted) = wanted else {
            return match self.software() {
                Some(encoder) => Ok(Choice { encoder, refusal: None }),
                None => Err(self.none()),
            };
        };
        match self.support(wanted).refusal() {
            None => Ok(Choice { encoder: wanted, refusal: None }),
            Some(refusal) => match self.software() {
                Some(encoder) => Ok(Choice { encoder, refusal: Some(refusal) }),
                None => Err(self.none().with_source(refusal)),
            },
        }
    }

    /// The best encoder in software that can be used.
    pub fn software(&self) -> Option<EncoderKind> {
        EncoderKind::SOFTWARE.into_iter().find(|encoder| self.support(*encoder).is_usable())
    }

    fn none(&self) -> Error {
        let reasons = EncoderKind::SOFTWARE
            .iter()
            .filter_map(|encoder| self.support(*encoder).reason().map(|reason| format!("{encoder}: {reason}")));
        let reasons: Vec<String> = reasons.collect();
        Error::new(ErrorKind::Unsupported, format!("no encoder for H.264 can be used here: {}", reasons.join("; ")))
            .with_operation(OPERATION)
            .with_hint(
                "use an FFmpeg that was built with libx264, or an adgen that was built with the feature `openh264`; \
                 `adgen doctor` lists the encoders",
            )
    }
}

#[cfg(test)]
#[path = "encoders_tests.rs"]
mod tests;
