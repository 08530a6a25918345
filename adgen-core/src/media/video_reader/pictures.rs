//! The pictures of a file in the order in which they are shown, each with its time.
//!
//! Depends on `error`, `combing`, `decoder`, `length`, `progressive` and `stream`.

use std::path::{Path, PathBuf};

use ffmpeg_next::{ffi, frame as native_frame};

use super::super::{
    combing::{FieldOrder, hidden_fields, may_hide_fields},
    decoder::Decoder,
    fps::Fps,
    input::Timestamps,
    length::{Continuity, SHOWN_LATE},
    log,
    progressive::Progressive,
    stream::{Medium, frame_rate},
};
use crate::error::Result;

/// What errors call the reading of video.
pub(super) const OPERATION: &str = "media::read_video";

/// What is missing for less, in seconds, is not seen.
const LEAST_LOST_S: f64 = 0.1;

/// The pictures of a file in the order in which they are shown, each with its time.
#[derive(Debug)]
pub(super) struct Pictures {
    pub(super) decoder: Progressive,
    pub(super) path: PathBuf,
    pub(super) threads: usize,
    /// Whether each field of an interlaced picture is shown by itself.
    fields: bool,
    /// The order of the fields of pictures that are interlaced without saying so.
    pub(super) hidden: Option<FieldOrder>,
    pub(super) timestamps: Timestamps,
    continuity: Continuity,
    /// Seconds a tick, which is half of one of the stream's.
    pub(super) tick_s: f64,
    /// Length of a frame whose file does not say, in ticks.
    pub(super) usual_duration: i64,
    /// Whether FFmpeg complained while this file was read.
    complained: bool,
    /// The longest time between two pictures for which there should have been others, in ticks.
    pub(super) lost: i64,
}

/// A decoded frame with its time. Empty: before the first and after the last.
#[derive(Debug)]
pub(super) struct TimedPicture {
    pub(super) frame: Picture,
    pub(super) timestamp: i64,
    pub(super) duration: i64,
    pub(super) full: bool,
}

pub(super) struct Picture(pub(super) native_frame::Frame);

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Picture")
    }
}

impl TimedPicture {
    pub(super) fn empty() -> Self {
        // SAFETY: an empty frame owns no planes yet.
        Self { frame: Picture(unsafe { native_frame::Frame::empty() }), timestamp: 0, duration: 0, full: false }
    }

    /// Whether the container gave the frame its time; otherwise FFmpeg or this reader guessed it.
    pub(super) fn has_own_time(&self) -> bool {
        // SAFETY: plain field of a decoded frame.
        unsafe { (*self.frame.0.as_ptr()).pts != ffi::AV_NOPTS_VALUE }
    }

    /// Whether the frame needs no other to be decoded.
    pub(super) fn is_key(&self) -> bool {
        self.frame.0.is_key()
    }
}

impl Pictures {
    pub(super) fn open(path: &Path, threads: usize) -> Result<(Self, Fps)> {
        let mut decoder = Decoder::open(path, Medium::Video, threads, OPERATION)?;
        let (num, den) = decoder.time_base();
        // SAFETY: the decoder's stream belongs to its open input.
        let rate = unsafe { frame_rate(decoder.stream()) };
        let tick_s = num as f64 / den as f64 / 2.0;
        let usual_duration = ((1.0 / rate.as_f64() / tick_s).round() as i64).max(1);
        let (timestamps, restarts) = (decoder.timestamps(), decoder.clock_restarts());
        let decoder = Progressive::new(decoder, usual_duration);
        let path = path.to_path_buf();
        let continuity = Continuity::new(usual_duration, tick_s, restarts);
        Ok((
            Self {
                decoder,
                path,
                threads,
                fields: false,
                hidden: None,
                timestamps,
                continuity,
                tick_s,
                usual_duration,
                complained: false,
                lost: 0,
            },
            rate,
        ))
    }

    /// Shows each field of an interlaced picture by itself. Pictures without times are counted, so that none may become two.
    pub(super) fn show_fields(&mut self) {
        if self.timestamps != Timestamps::Missing {
            self.fields = true;
            self.decoder.show_fields();
        }
    }

    /// Looks at the beginning of the film for fields in pictures that say that they are whole. Once: what a picture is must
    /// not depend on how it is reached.
    pub(super) fn look_for_fields(&mut self, rate: Fps) {
        // SAFETY: the decoder's stream belongs to its open input, and has parameters.
        let (width, height) = unsafe {
            let parameters = (*self.decoder.stream()).codecpar;
            ((*parameters).width, (*parameters).height)
        };
        if may_hide_fields(width, height, rate) {
            self.take_for_interlaced(hidden_fields(&self.path, self.threads));
        }
    }

    fn take_for_interlaced(&mut self, hidden: Option<FieldOrder>) {
        self.hidden = hidden;
        if let Some(order) = hidden {
            self.decoder.take_for_interlaced(order);
        }
    }

    /// Begins at the first picture again.
    pub(super) fn restart(&mut self) -> Result<()> {
        let (fields, hidden, lost) = (self.fields, self.hidden, self.lost);
        *self = Self::open(&self.path, self.threads)?.0;
        self.lost = lost;
        self.take_for_interlaced(hidden);
        if fields {
            self.show_fields();
        }
        Ok(())
    }

    /// Decodes one frame into `timed`; `false`, leaving it empty, at the end.
    pub(super) fn fetch(&mut self, timed: &mut TimedPicture, before: Option<&TimedPicture>) -> Result<bool> {
        let complaints = log::complaints();
        timed.full = self.decoder.next(&mut timed.frame.0)?;
        self.complained |= log::complaints() != complaints;
        if !timed.full {
            return Ok(false);
        }
        timed.duration = match timed.frame.0.packet().duration {
            duration if duration > 0 && self.timestamps != Timestamps::Missing => duration,
            _ => self.usual_duration,
        };
        let follows = before.map(|before| before.timestamp.saturating_add(before.duration));
        let said = timed.frame.0.timestamp().filter(|_| self.timestamps != Timestamps::Missing);
        timed.timestamp = match (said, follows) {
            (Some(said), Some(follows)) if self.timestamps == Timestamps::Loose => {
                self.continuity.follow(said, follows, SHOWN_LATE)
            }
            (Some(said), _) => said,
            (None, follows) => follows.unwrap_or(0),
        };
        if let Some(follows) = follows.filter(|_| self.complained) {
            // A still screen has few pictures too: where nothing is damaged, none are lost.
            let lost = timed.timestamp.saturating_sub(follows);
            let least = self.usual_duration.saturating_mul(2).max((LEAST_LOST_S / self.tick_s) as i64);
            self.lost = if lost >= least { self.lost.max(lost) } else { self.lost };
        }
        Ok(true)
    }

    /// The longest time without a picture so far, in seconds, where the file is damaged; 0 where it is whole.
    pub(super) fn lost_s(&self) -> f64 {
        self.lost as f64 * self.tick_s
    }
}
