//! Reading video at a constant frame rate, upright, in one size and one colour space, whatever the file holds.
//!
//! Depends on `error`, `pictures`, `decoder`, `stream`, `length` and `scaler`.

use std::path::Path;

use ffmpeg_next::{ffi, frame as native_frame};

use super::{
    decoder::Decode,
    display_matrix,
    fps::Fps,
    frame::Frame,
    input::{Input, Timestamps},
    length::spans,
    log,
    orientation::Orientation,
    pixel::pixel_aspect,
    scaler::Scaler,
    stream::{Medium, best_stream, missing_stream},
};
use crate::error::Result;
use pictures::{OPERATION, Pictures, TimedPicture};

mod pictures;

/// Pictures that are decoded before an interlaced one that is sought: its deinterlacing looks at its neighbours.
const PREROLL: i64 = 2;

/// A picture that is nearer than this ahead, in seconds, is read up to and not sought.
const NEAR_S: f64 = 1.0;

/// How much longer than asked for a file must be, in seconds, to be believed without decoding it, where its timestamps are
/// not exact.
const MARGIN_S: f64 = 1.0;

/// Before a picture that is sought, everything is decoded for so long, in seconds: the one that is shown then is among those, or
/// the film stands still, and it is sought again.
const WHOLE_S: f64 = 0.25;

/// The largest timestamp error that is forgiven, in seconds: half a millisecond is Matroska's rounding.
const MAX_ROUNDING_S: f64 = 1e-3;

/// What a [`VideoReader`] shall give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct VideoTarget {
    /// Width and height of the frames, rounded up to even numbers: the video is scaled to cover them and cropped to the
    /// middle; at most [`Frame::MAX_SIDE`] a side. `None`: its own size in square pixels, upright.
    pub size: Option<(usize, usize)>,
    /// Frame rate. `None`: the video's own average.
    pub fps: Option<Fps>,
    /// Decoder threads; 0 lets FFmpeg decide. The pictures do not depend on it.
    pub threads: Option<usize>,
    /// Which pictures are decoded.
    pub decode: Decode,
    /// The sRGB colour that is seen where the video is transparent; black by default.
    pub ground: [u8; 3],
}

/// What is damaged in a video that can be read all the same.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Damage {
    /// The longest time in seconds for which pictures are missing: the one before them stays.
    pub lost_s: f64,
    /// How many pictures were decoded in part only: the rest of them is made up from their neighbours.
    pub spoilt: u64,
}

impl VideoTarget {
    /// Frames of that size and rate, decoded with one thread.
    pub fn cover(width: usize, height: usize, fps: impl Into<Fps>) -> Self {
        Self { size: Some((width, height)), fps: Some(fps.into()), ..Self::default() }
    }

    /// The video's own size and rate.
    pub fn native() -> Self {
        Self::default()
    }
}

/// Reads a video frame by frame. Frame `n` is what a player shows at `n / fps` seconds after the first frame.
#[derive(Debug)]
pub struct VideoReader {
    pictures: Pictures,
    scaler: Scaler,
    size: (usize, usize),
    fps: Fps,
    /// Timestamp of the first frame, in ticks.
    origin: i64,
    shown: TimedPicture,
    /// The frame after `shown`, decoded ahead to know how long that one lasts.
    next: TimedPicture,
    /// Whether the scaler holds `shown`.
    scaled: bool,
    index: u64,
    decoded: u64,
}

impl VideoReader {
    /// Opens a file and decodes its first frame, so that a damaged one is noticed here.
    pub fn open(path: &Path, target: VideoTarget) -> Result<Self> {
        let _inside = log::inside();
        let threads = target.threads.unwrap_or(1);
        let (mut pictures, rate) = Pictures::open(path, threads)?;
        // A quick look may be combed.
        if target.decode == Decode::All {
            pictures.look_for_fields(rate);
        }
        // Where more pictures a second are wanted than there are, each field of an interlaced one is shown by itself.
        if target.fps.is_some_and(|fps| fps.as_f64() > rate.as_f64() * 1.02) {
            pictures.show_fields();
        }
        pictures.decoder.decode_only(target.decode);
        let mut next = TimedPicture::empty();
        if !pictures.fetch(&mut next, None)? {
            let message = "the file has a video stream without one picture that can be decoded";
            return Err(pictures.decoder.nothing(message));
        }
        // Pictures without times of their own cannot be found by them.
        if pictures.timestamps == Timestamps::Exact && !next.has_own_time() {
            pictures.timestamps = Timestamps::Loose;
        }
        let orientation = pictures.decoder.orientation().or_else(|| display_matrix::of_picture(&next.frame.0));
        let orientation = orientation.unwrap_or_default();
        let size = target.size.unwrap_or_else(|| native_size(&next.frame.0, orientation));
        if size.0.max(size.1) > Frame::MAX_SIDE {
            return Err(pictures.decoder.error(format!(
                "frames of {}x{} are asked for; allowed are at most {} a side",
                size.0,
                size.1,
                Frame::MAX_SIDE
            )));
        }
        let size = [size.0, size.1].map(|side| side.max(2).next_multiple_of(2));
        let origin = next.timestamp;
        let mut scaler = Scaler::new(size[0], size[1], orientation, target.ground);
        scaler.look_at(&next.frame.0).map_err(|error| error.with_context("path", path.display()))?;
        Ok(Self {
            scaler,
            pictures,
            size: (size[0], size[1]),
            fps: target.fps.unwrap_or(rate),
            origin,
            shown: TimedPicture::empty(),
            next,
            scaled: false,
            index: 0,
            decoded: 1,
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

    /// The HDR system of the pictures so far, "PQ" or "HLG", which were tone-mapped; `None` where they are SDR.
    pub fn tone_mapped(&self) -> Option<&'static str> {
        self.scaler.hdr()
    }

    /// Whether pictures so far were interlaced, and were deinterlaced.
    pub fn deinterlaced(&self) -> bool {
        self.pictures.decoder.deinterlaced()
    }

    /// Whether the pictures were interlaced although they say that they are not.
    pub fn hid_fields(&self) -> bool {
        self.pictures.hidden.is_some()
    }

    /// Whether pictures so far were transparent somewhere, and were laid over the target's ground.
    pub fn transparent(&self) -> bool {
        self.scaler.transparent()
    }

    /// What is damaged in the pictures so far; `None` where they are whole.
    pub fn damage(&self) -> Option<Damage> {
        let damage = Damage { lost_s: self.pictures.lost_s(), spoilt: self.pictures.decoder.spoilt() };
        (damage.lost_s > 0.0 || damage.spoilt > 0).then_some(damage)
    }

    /// Number of the frame that [`VideoReader::read`] gives next.
    pub fn position(&self) -> u64 {
        self.index
    }

    /// How many pictures were decoded so far.
    pub fn decoded(&self) -> u64 {
        self.decoded
    }

    /// Fills `frame` with the next one (its size is set); `false`, leaving it alone, behind the end.
    pub fn read(&mut self, frame: &mut Frame) -> Result<bool> {
        let _inside = log::inside();
        if !self.advance()? {
            return Ok(false);
        }
        self.show(frame)?;
        self.index += 1;
        Ok(true)
    }

    /// Goes on to the next frame without giving it, which is faster than reading it; `false` behind the end.
    pub fn skip(&mut self) -> Result<bool> {
        let _inside = log::inside();
        let there = self.advance()?;
        self.index += u64::from(there);
        Ok(there)
    }

    /// Fills `frame` with the picture that was shown last: behind the end, the clip's last one. `false`, leaving it alone,
    /// before the first was read.
    pub fn read_last(&mut self, frame: &mut Frame) -> Result<bool> {
        let _inside = log::inside();
        if !self.shown.full {
            return Ok(false);
        }
        self.show(frame)?;
        Ok(true)
    }

    /// Goes to `time_s`: the next [`VideoReader::read`] gives the frame shown then, the very one that reading from the start
    /// comes to. Where the file's index cannot be relied on, everything before it is decoded.
    pub fn seek(&mut self, time_s: f64) -> Result<()> {
        let _inside = log::inside();
        let index = self.fps.frames(time_s);
        let ahead = index >= self.index;
        let time_s = self.fps.seconds(index);
        self.index = index;
        let near = self.next.full && time_s - self.time_s(self.next.timestamp) <= NEAR_S;
        if ahead && (near || !self.next.full || self.pictures.timestamps != Timestamps::Exact) {
            return Ok(());
        }
        if self.pictures.timestamps == Timestamps::Exact && self.land(time_s)? && self.hurry(time_s)? {
            return Ok(());
        }
        self.pictures.restart()?;
        self.forget();
        self.pictures.fetch(&mut self.next, None)?;
        Ok(())
    }

    /// How long the pictures last in seconds, from the first to the end of the last; reading stops where `enough_s` are
    /// reached, so that a larger result may be less than all. Decoded where the file's packets do not tell.
    pub fn length_s(&self, enough_s: f64) -> Result<f64> {
        let _inside = log::inside();
        let exact = self.pictures.timestamps == Timestamps::Exact;
        if self.pictures.timestamps != Timestamps::Missing {
            let margin_s = if exact { NEAR_S } else { MARGIN_S };
            let mut input = Input::open(&self.pictures.path, OPERATION)?;
            let Some((index, _)) = best_stream(&mut input, Medium::Video) else {
                return Err(missing_stream(&mut input, Medium::Video));
            };
            let span = spans(&mut input, &[index], enough_s + margin_s)?[0];
            if exact {
                return Ok(span.end.saturating_mul(2).saturating_sub(self.origin).max(0) as f64 * self.pictures.tick_s);
            }
            if span.seconds() >= enough_s + margin_s {
                return Ok(span.seconds());
            }
        }
        let (mut pictures, _) = Pictures::open(&self.pictures.path, self.pictures.threads)?;
        let (mut last, mut next) = (TimedPicture::empty(), TimedPicture::empty());
        let mut end_s = 0.0;
        while end_s < enough_s && pictures.fetch(&mut next, last.full.then_some(&last))? {
            std::mem::swap(&mut last, &mut next);
            end_s = f64::max(end_s, self.time_s(last.timestamp.saturating_add(last.duration)));
        }
        Ok(end_s)
    }

    /// Gives the frames at another rate from now on, from the first one again.
    pub fn set_fps(&mut self, fps: impl Into<Fps>) -> Result<()> {
        let _inside = log::inside();
        self.seek(0.0)?;
        self.fps = fps.into();
        Ok(())
    }

    /// Decodes up to the frame of `index`; `false` behind the end.
    fn advance(&mut self) -> Result<bool> {
        let time_s = self.moment_s(self.fps.seconds(self.index));
        while self.next.full && (!self.shown.full || self.time_s(self.next.timestamp) <= time_s) {
            std::mem::swap(&mut self.shown, &mut self.next);
            self.scaled = false;
            let more = self.pictures.fetch(&mut self.next, Some(&self.shown))?;
            self.decoded += u64::from(more);
        }
        let end_s = self.time_s(self.shown.timestamp.saturating_add(self.shown.duration));
        Ok(self.shown.full && (self.next.full || end_s > time_s))
    }

    fn show(&mut self, frame: &mut Frame) -> Result<()> {
        if !self.scaled {
            self.scaler
                .scale(&mut self.shown.frame.0)
                .map_err(|error| error.with_context("path", self.pictures.path.display()))?;
            self.scaled = true;
        }
        self.scaler.copy_to(frame);
        Ok(())
    }

    /// Seeks in the file, and looks at where that led: `false` unless it is a key frame at or before `time_s`.
    fn land(&mut self, time_s: f64) -> Result<bool> {
        // Whole pictures need no others. Whether they are whole shows when one was decoded.
        let interlaced = self.deinterlaced() || self.hid_fields();
        let there = self.land_before(time_s, if interlaced { PREROLL } else { 0 })?;
        if interlaced || !self.deinterlaced() { Ok(there) } else { self.land_before(time_s, PREROLL) }
    }

    /// From where a seek led, decodes up to `time_s` without what no other picture refers to, so that half of a long way is saved.
    /// `false` where that way was lost, which a seek will not find either.
    fn hurry(&mut self, time_s: f64) -> Result<bool> {
        let whole_s = time_s - WHOLE_S;
        let interlaced = self.deinterlaced() || self.hid_fields();
        if interlaced || self.time_s(self.next.timestamp) >= whole_s {
            return Ok(true);
        }
        let whole = self.origin.saturating_add((whole_s / self.pictures.tick_s) as i64);
        if !self.pictures.decoder.hurry_to(whole) {
            return Ok(true);
        }
        // Pictures that were left out are not lost ones.
        let lost = self.pictures.lost;
        self.advance()?;
        self.pictures.lost = lost;
        // What is shown may have followed on a picture that was left out, or need its neighbours.
        let is_sure = self.shown.full && self.shown.timestamp >= whole && !self.deinterlaced();
        Ok(is_sure || self.land(time_s)?)
    }

    /// The same for a moment so many pictures before.
    fn land_before(&mut self, time_s: f64, pictures: i64) -> Result<bool> {
        let target = (time_s / self.pictures.tick_s).floor() as i64;
        let target = target.saturating_sub(pictures.saturating_mul(self.pictures.usual_duration)).max(0);
        self.forget();
        if !self.pictures.decoder.seek(self.origin.saturating_add(target)) {
            return Ok(false);
        }
        let found = self.pictures.fetch(&mut self.next, None)?;
        Ok(found
            && self.next.has_own_time()
            && self.next.is_key()
            && self.time_s(self.next.timestamp) <= self.moment_s(time_s))
    }

    fn forget(&mut self) {
        self.shown.full = false;
        self.next.full = false;
        self.scaled = false;
    }

    /// A moment, with as much added as timestamps may be wrong.
    fn moment_s(&self, time_s: f64) -> f64 {
        time_s + self.pictures.tick_s.clamp(1e-6, MAX_ROUNDING_S)
    }

    fn time_s(&self, timestamp: i64) -> f64 {
        timestamp.saturating_sub(self.origin) as f64 * self.pictures.tick_s
    }
}

/// The size in square pixels, upright.
fn native_size(frame: &native_frame::Frame, orientation: Orientation) -> (usize, usize) {
    // SAFETY: reads plain fields of a decoded frame.
    let (width, height, aspect) = unsafe {
        let raw: *const ffi::AVFrame = frame.as_ptr();
        ((*raw).width, (*raw).height, pixel_aspect((*raw).sample_aspect_ratio))
    };
    // An odd last row or column is cropped, not stretched.
    let even = |side: f64| (side.round() as usize / 2 * 2).max(2);
    let [width, height] = orientation.shown([even(f64::from(width) * aspect), even(f64::from(height))]);
    (width, height)
}

#[cfg(test)]
mod colour_tests;
#[cfg(test)]
mod interlace_tests;
#[cfg(test)]
mod tests;
