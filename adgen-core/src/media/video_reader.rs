//! Reading video at a constant frame rate, upright, in one size and one colour space, whatever the file holds.
//!
//! Depends on `decoder` and `scaler`.

use std::path::Path;

use ffmpeg_next::{ffi, frame as native_frame};

use super::{
    decoder::{Decoder, Medium},
    fps::Fps,
    frame::Frame,
    probe::{frame_rate, pixel_aspect},
    scaler::Scaler,
};
use crate::error::Result;

const OPERATION: &str = "media::read_video";

/// The largest timestamp error that is forgiven, in seconds: half a millisecond is Matroska's rounding.
const MAX_ROUNDING_S: f64 = 1e-3;

/// What a [`VideoReader`] shall give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VideoTarget {
    /// Width and height of the frames, rounded up to even numbers: the video is scaled to cover them and cropped to the
    /// middle. `None`: its own size in square pixels, upright.
    pub size: Option<(usize, usize)>,
    /// Frame rate. `None`: the video's own average.
    pub fps: Option<Fps>,
    /// Decoder threads; 0 lets FFmpeg decide. The pictures do not depend on it.
    pub threads: Option<usize>,
}

impl VideoTarget {
    /// Frames of that size and rate, decoded with one thread.
    pub fn cover(width: usize, height: usize, fps: impl Into<Fps>) -> Self {
        Self { size: Some((width, height)), fps: Some(fps.into()), threads: None }
    }

    /// The video's own size and rate.
    pub fn native() -> Self {
        Self::default()
    }
}

/// Reads a video frame by frame. Frame `n` is what a player shows at `n / fps` seconds after the first frame.
#[derive(Debug)]
pub struct VideoReader {
    decoder: Decoder,
    scaler: Scaler,
    size: (usize, usize),
    fps: Fps,
    /// Seconds a tick.
    tick_s: f64,
    /// Timestamp of the first frame, in ticks.
    origin: i64,
    /// Length of a frame whose file does not say, in ticks.
    usual_duration: i64,
    shown: Slot,
    /// The frame after `shown`, decoded ahead to know how long that one lasts.
    next: Slot,
    /// Whether the scaler holds `shown`.
    scaled: bool,
    index: u64,
}

/// A decoded frame with its time. Empty: before the first and after the last.
#[derive(Debug)]
struct Slot {
    frame: Picture,
    timestamp: i64,
    duration: i64,
    full: bool,
}

struct Picture(native_frame::Frame);

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Picture")
    }
}

impl Slot {
    fn empty() -> Self {
        // SAFETY: an empty frame owns no planes yet.
        Self { frame: Picture(unsafe { native_frame::Frame::empty() }), timestamp: 0, duration: 0, full: false }
    }
}

impl VideoReader {
    /// Opens a file and decodes its first frame, so that a damaged one is noticed here.
    pub fn open(path: &Path, target: VideoTarget) -> Result<Self> {
        let mut decoder = Decoder::open(path, Medium::Video, target.threads.unwrap_or(1), OPERATION)?;
        let rotation_deg = decoder.rotation_deg();
        let (num, den) = decoder.time_base();
        let rate = frame_rate(decoder.stream());
        let tick_s = num as f64 / den as f64;
        let usual_duration = ((1.0 / rate.as_f64() / tick_s).round() as i64).max(1);
        let mut next = Slot::empty();
        if !fetch(&mut decoder, &mut next, None, usual_duration)? {
            return Err(decoder.error("the file has a video stream without one picture that can be decoded"));
        }
        let size = target.size.unwrap_or_else(|| native_size(&next.frame.0, rotation_deg));
        let size = [size.0, size.1].map(|side| side.max(2).next_multiple_of(2));
        let origin = next.timestamp;
        Ok(Self {
            scaler: Scaler::new(size[0], size[1], rotation_deg),
            decoder,
            size: (size[0], size[1]),
            fps: target.fps.unwrap_or(rate),
            tick_s,
            origin,
            usual_duration,
            shown: Slot::empty(),
            next,
            scaled: false,
            index: 0,
        })
    }

    /// Width and height of the frames.
    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// Frame rate of the frames.
    pub fn fps(&self) -> Fps {
        self.fps
    }

    /// Number of the frame that [`VideoReader::read`] gives next.
    pub fn position(&self) -> u64 {
        self.index
    }

    /// Fills `frame` with the next one (its size is set); `false`, leaving it alone, behind the end.
    pub fn read(&mut self, frame: &mut Frame) -> Result<bool> {
        let time_s = self.fps.seconds(self.index) + (self.tick_s / 2.0).clamp(1e-6, MAX_ROUNDING_S);
        while self.next.full && (!self.shown.full || self.time_s(self.next.timestamp) <= time_s) {
            std::mem::swap(&mut self.shown, &mut self.next);
            self.scaled = false;
            fetch(&mut self.decoder, &mut self.next, Some(&self.shown), self.usual_duration)?;
        }
        if !self.shown.full || (!self.next.full && self.time_s(self.shown.timestamp + self.shown.duration) <= time_s) {
            return Ok(false);
        }
        if !self.scaled {
            self.scaler
                .scale(&mut self.shown.frame.0)
                .map_err(|error| error.with_context("path", self.decoder.path().display()))?;
            self.scaled = true;
        }
        self.scaler.copy_to(frame);
        self.index += 1;
        Ok(true)
    }

    /// Goes to `time_s`: the next [`VideoReader::read`] gives the frame shown then.
    pub fn seek(&mut self, time_s: f64) -> Result<()> {
        self.index = self.fps.frames(time_s);
        let timestamp = self.origin + (self.fps.seconds(self.index) / self.tick_s).floor() as i64;
        self.decoder.seek(timestamp)?;
        self.shown.full = false;
        self.scaled = false;
        fetch(&mut self.decoder, &mut self.next, None, self.usual_duration)?;
        Ok(())
    }

    fn time_s(&self, timestamp: i64) -> f64 {
        (timestamp - self.origin) as f64 * self.tick_s
    }
}

/// Decodes one frame into `slot`; `false`, leaving it empty, at the end.
fn fetch(decoder: &mut Decoder, slot: &mut Slot, before: Option<&Slot>, usual_duration: i64) -> Result<bool> {
    slot.full = decoder.next(&mut slot.frame.0)?;
    if slot.full {
        slot.duration = match slot.frame.0.packet().duration {
            duration if duration > 0 => duration,
            _ => usual_duration,
        };
        let follows = before.map(|before| before.timestamp + before.duration);
        slot.timestamp = slot.frame.0.timestamp().or(follows).unwrap_or(0);
    }
    Ok(slot.full)
}

/// The size in square pixels, upright.
fn native_size(frame: &native_frame::Frame, rotation_deg: u32) -> (usize, usize) {
    // SAFETY: reads plain fields of a decoded frame.
    let (width, height, aspect) = unsafe {
        let raw: *const ffi::AVFrame = frame.as_ptr();
        ((*raw).width, (*raw).height, pixel_aspect((*raw).sample_aspect_ratio))
    };
    // An odd last row or column is cropped, not stretched.
    let even = |side: f64| (side.round() as usize / 2 * 2).max(2);
    let (width, height) = (even(f64::from(width) * aspect), even(f64::from(height)));
    if rotation_deg % 180 == 90 { (height, width) } else { (width, height) }
}

#[cfg(test)]
mod tests;
