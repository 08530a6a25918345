//! The pictures of a stream as a decoder gives them, but whole: deinterlaced where they are flagged as interlaced, whatever
//! the file's header says, or known to be.
//!
//! Depends on `error`, `combing`, `decoder` and `deinterlacer`. Times are in half ticks of the stream, for a field lasts
//! half a picture.

use std::ops::{Deref, DerefMut};

use ffmpeg_next::{ffi, frame};

use super::{
    combing::FieldOrder,
    decoder::Decoder,
    deinterlacer::{Deinterlacer, Shape, Timing},
    native,
};
use crate::error::Result;

const OPERATION: &str = "media::read_video";

/// A decoder with a deinterlacer behind it, which is there once it is needed.
///
/// A picture that comes right after a seek lacks the neighbour before it. To see what reading from the start shows, seek
/// two pictures further back.
pub(super) struct Progressive {
    decoder: Decoder,
    /// Whether each field becomes a picture.
    fields: bool,
    /// The order of the fields where every picture is interlaced, flagged or not.
    hidden: Option<FieldOrder>,
    /// Length of a picture whose file does not say, in half ticks.
    usual_duration: i64,
    deinterlacer: Option<Deinterlacer>,
    /// Whether any picture so far was interlaced.
    interlaced: bool,
    /// The picture that was given last without being touched: a neighbour that may be needed.
    before: frame::Video,
    /// A picture that does not fit the deinterlacer before it.
    waiting: Option<frame::Video>,
}

impl std::fmt::Debug for Progressive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progressive").field("decoder", &self.decoder).finish_non_exhaustive()
    }
}

impl Deref for Progressive {
    type Target = Decoder;

    fn deref(&self) -> &Decoder {
        &self.decoder
    }
}

impl DerefMut for Progressive {
    fn deref_mut(&mut self) -> &mut Decoder {
        &mut self.decoder
    }
}

impl Progressive {
    /// Pictures of `decoder`; `usual_duration` in half ticks of its stream.
    pub(super) fn new(decoder: Decoder, usual_duration: i64) -> Self {
        Self {
            decoder,
            fields: false,
            hidden: None,
            usual_duration,
            deinterlacer: None,
            interlaced: false,
            before: frame::Video::empty(),
            waiting: None,
        }
    }

    /// Interlaced pictures become two from now on.
    pub(super) fn show_fields(&mut self) {
        self.fields = true;
    }

    /// Every picture is interlaced, whether it says so or not.
    pub(super) fn take_for_interlaced(&mut self, order: FieldOrder) {
        self.hidden = Some(order);
    }

    /// Whether any picture so far was deinterlaced.
    pub(super) fn deinterlaced(&self) -> bool {
        self.interlaced
    }

    /// As [`Decoder::seek`], to a time in half ticks.
    pub(super) fn seek(&mut self, timestamp: i64) -> bool {
        self.deinterlacer = None;
        self.waiting = None;
        self.before = frame::Video::empty();
        self.decoder.seek(timestamp.div_euclid(2))
    }

    /// As [`Decoder::hurry_to`], to a time in half ticks.
    pub(super) fn hurry_to(&mut self, timestamp: i64) -> bool {
        self.decoder.hurry_to(timestamp.div_euclid(2))
    }

    /// The next picture; `false` at the end. Its times are in half ticks.
    pub(super) fn next(&mut self, frame: &mut frame::Frame) -> Result<bool> {
        loop {
            let Some(deinterlacer) = &mut self.deinterlacer else {
                match self.waiting.take() {
                    Some(waiting) => refer(frame, &waiting)?,
                    None if !self.decoder.next(frame)? => return Ok(false),
                    None => {}
                }
                if self.is_interlaced(frame) {
                    self.begin(frame)?;
                    continue;
                }
                refer(&mut self.before, frame)?;
                set_timing(frame, timing_of(frame, self.usual_duration));
                return Ok(true);
            };
            if let Some(timing) = deinterlacer.pull(frame)? {
                set_timing(frame, timing);
                return Ok(true);
            }
            if deinterlacer.is_finished() {
                self.deinterlacer = None;
                if self.waiting.is_none() {
                    return Ok(false);
                }
                continue;
            }
            let mut next = frame::Video::empty();
            if !self.decoder.next(&mut next)? {
                deinterlacer.finish()?;
            } else if Shape::of(&next) == deinterlacer.shape() {
                deinterlacer.push(&next, timing_of(&next, self.usual_duration), false)?;
            } else {
                deinterlacer.finish()?;
                self.waiting = Some(next);
            }
        }
    }

    fn is_interlaced(&self, frame: &frame::Frame) -> bool {
        // SAFETY: reads plain fields of a valid frame.
        let flagged = unsafe { interlaced_flag(frame.as_ptr()) };
        (flagged || self.hidden.is_some()) && Shape::of(frame).can_be_deinterlaced()
    }

    /// Sets up a deinterlacer for a picture and those that follow.
    fn begin(&mut self, frame: &frame::Frame) -> Result<()> {
        self.interlaced = true;
        let shape = Shape::of(frame);
        let mut deinterlacer = Deinterlacer::new(shape, self.fields, self.hidden)?;
        if Shape::of(&self.before) == shape {
            deinterlacer.push(&self.before, timing_of(&self.before, self.usual_duration), true)?;
        }
        deinterlacer.push(frame, timing_of(frame, self.usual_duration), false)?;
        self.before = frame::Video::empty();
        self.deinterlacer = Some(deinterlacer);
        Ok(())
    }
}

/// # Safety
/// The frame must be valid.
unsafe fn interlaced_flag(frame: *const ffi::AVFrame) -> bool {
    // SAFETY: as the caller promises.
    unsafe { (*frame).interlaced_frame != 0 }
}

/// A decoded picture's time in half ticks.
fn timing_of(frame: &frame::Frame, usual_duration: i64) -> Timing {
    let duration = match frame.packet().duration {
        duration if duration > 0 => duration.saturating_mul(2),
        _ => usual_duration,
    };
    // SAFETY: reads a plain field of a valid frame.
    let is_own = unsafe { (*frame.as_ptr()).pts } != ffi::AV_NOPTS_VALUE;
    Timing { start: frame.timestamp().map(|time| time.saturating_mul(2)), is_own, duration }
}

fn set_timing(frame: &mut frame::Frame, timing: Timing) {
    let start = timing.start.unwrap_or(ffi::AV_NOPTS_VALUE);
    // SAFETY: writes plain fields of a valid frame.
    unsafe {
        let raw = frame.as_mut_ptr();
        (*raw).pts = if timing.is_own { start } else { ffi::AV_NOPTS_VALUE };
        (*raw).best_effort_timestamp = start;
        (*raw).pkt_duration = timing.duration;
    }
}

/// Makes `target` another reference to the picture of `source`.
fn refer(target: &mut frame::Frame, source: &frame::Frame) -> Result<()> {
    // SAFETY: both frames are valid; the target's old content is released first.
    let code = unsafe {
        ffi::av_frame_unref(target.as_mut_ptr());
        ffi::av_frame_ref(target.as_mut_ptr(), source.as_ptr())
    };
    native::check(code, "a picture cannot be kept", OPERATION).map(drop)
}
