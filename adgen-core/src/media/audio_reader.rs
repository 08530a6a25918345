//! Reading sound of any format as 48 kHz stereo floats.
//!
//! Depends on `error`, `decoder` and FFmpeg's resampler.

use std::{ffi::c_int, fmt, path::Path, ptr};

use ffmpeg_next::{ffi, frame as native_frame};

use super::{
    decoder::Decoder,
    log, native,
    samples::{CHANNELS, SAMPLE_RATE, Samples},
    stream::Medium,
};
use crate::error::{Error, Result};

const OPERATION: &str = "media::decode_audio";

/// The longest sound that is decoded whole, in seconds: three times the longest ad. Longer files are read up to where they
/// are needed.
pub const MAX_SOUND_S: f64 = 600.0;

/// Decodes the sound of a file (a video's too) to 48 kHz stereo. A mono sound is on both sides, more channels are mixed
/// down; the padding that MP3 and AAC encoders add is left out where the file tells its size. Stops after
/// `max_seconds`, where given; without, a sound longer than [`MAX_SOUND_S`] is an error.
pub fn decode_audio(path: &Path, max_seconds: Option<f64>) -> Result<Samples> {
    decode_audio_until(path, max_seconds, &|| false)
}

/// The same, asking after each piece whether to stop, which is `Cancelled`.
pub(crate) fn decode_audio_until(path: &Path, max_seconds: Option<f64>, cancel: &dyn Fn() -> bool) -> Result<Samples> {
    let _inside = log::inside();
    let mut stream = AudioStream::open(path)?;
    let limit = in_samples(max_seconds.unwrap_or(MAX_SOUND_S));
    let mut out = Vec::new();
    // One sample more tells a sound of the longest length from a longer one.
    let wanted = if max_seconds.is_none() { limit + 1 } else { limit };
    while out.len() < wanted.saturating_mul(CHANNELS) && stream.more(&mut out, cancel)? {}
    if out.is_empty() && limit > 0 {
        return Err(stream.nothing());
    }
    let mut samples = Samples::from_interleaved(out);
    if max_seconds.is_none() && samples.frames() > limit {
        let message = format!("the sound is longer than {MAX_SOUND_S} s, the most that is decoded at once");
        return Err(stream.decoder.error(message));
    }
    if samples.frames() > limit {
        samples.resize(limit);
    }
    Ok(samples)
}

/// How many samples a channel last so long.
pub(super) fn in_samples(seconds: f64) -> usize {
    (seconds.max(0.0) * f64::from(SAMPLE_RATE)).round() as usize
}

/// The sound of a file, decoded piece by piece.
pub(super) struct AudioStream {
    decoder: Decoder,
    frame: native_frame::Frame,
    resampler: Option<Resampler>,
    ended: bool,
}

impl AudioStream {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let decoder = Decoder::open(path, Medium::Audio, 1, OPERATION)?;
        // SAFETY: an empty frame owns no planes yet.
        Ok(Self { decoder, frame: unsafe { native_frame::Frame::empty() }, resampler: None, ended: false })
    }

    /// Appends what the next frame gives, which may be nothing yet; `false` when that was all. `Cancelled` where `cancel` says
    /// so.
    pub(super) fn more(&mut self, out: &mut Vec<f32>, cancel: &dyn Fn() -> bool) -> Result<bool> {
        if cancel() {
            return Err(Error::cancelled());
        }
        let start = out.len();
        if self.ended {
            return Ok(false);
        }
        if self.decoder.next(&mut self.frame)? {
            let error = || self.decoder.error("the decoder gave sound of an unknown shape");
            let shape = Shape::of(&self.frame).ok_or_else(error)?;
            match &mut self.resampler {
                Some(current) if current.shape == shape => current.push(Some(&self.frame), out)?,
                other => {
                    if let Some(old) = other {
                        old.push(None, out)?;
                    }
                    other.insert(Resampler::new(&self.frame, shape)?).push(Some(&self.frame), out)?;
                }
            }
        } else {
            self.ended = true;
            if let Some(resampler) = &mut self.resampler {
                resampler.push(None, out)?;
            }
        }
        // A damaged float stream may hold anything; NaN would poison every filter after it.
        let new = out.get_mut(start..).unwrap_or_default();
        new.iter_mut().filter(|value| !value.is_finite()).for_each(|value| *value = 0.0);
        Ok(!self.ended)
    }

    /// The error for a file of whose sound nothing can be decoded.
    pub(super) fn nothing(&self) -> Error {
        self.decoder.error("the file has an audio stream without sound that can be decoded")
    }
}

/// What of a frame the resampler depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    format: ffi::AVSampleFormat,
    rate: c_int,
    channels: c_int,
}

impl Shape {
    fn of(frame: &native_frame::Frame) -> Option<Self> {
        // SAFETY: reads plain fields of a decoded frame; the enum is `repr(i32)` and numbered without gaps up to `NB`.
        unsafe {
            let raw = frame.as_ptr();
            if !(0..ffi::AVSampleFormat::AV_SAMPLE_FMT_NB as c_int).contains(&(*raw).format) {
                return None;
            }
            let format = std::mem::transmute::<c_int, ffi::AVSampleFormat>((*raw).format);
            let (rate, channels) = ((*raw).sample_rate, (*raw).ch_layout.nb_channels);
            (rate > 0 && channels > 0).then_some(Self { format, rate, channels })
        }
    }
}

struct Resampler {
    context: *mut ffi::SwrContext,
    shape: Shape,
    /// One channel is resampled as one and doubled after, at full level: FFmpeg's own mix would lower it by 3 dB.
    channels: usize,
    block: Vec<f32>,
}

impl fmt::Debug for Resampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resampler").field("shape", &self.shape).finish_non_exhaustive()
    }
}

impl Drop for Resampler {
    fn drop(&mut self) {
        // SAFETY: owned by this value alone.
        unsafe { ffi::swr_free(&mut self.context) }
    }
}

impl Resampler {
    fn new(frame: &native_frame::Frame, shape: Shape) -> Result<Self> {
        let channels = if shape.channels == 1 { 1 } else { CHANNELS };
        let mut this = Self { context: ptr::null_mut(), shape, channels, block: Vec::new() };
        // SAFETY: layouts live through the call, which copies them; `this` owns the context from the start.
        unsafe {
            let mut input: ffi::AVChannelLayout = std::mem::zeroed();
            let layout = &(*frame.as_ptr()).ch_layout;
            if layout.order == ffi::AVChannelOrder::AV_CHANNEL_ORDER_UNSPEC {
                ffi::av_channel_layout_default(&mut input, shape.channels);
            } else {
                let code = ffi::av_channel_layout_copy(&mut input, layout);
                native::check(code, "the channel layout is damaged", OPERATION)?;
            }
            let mut output: ffi::AVChannelLayout = std::mem::zeroed();
            ffi::av_channel_layout_default(&mut output, channels as c_int);
            let code = ffi::swr_alloc_set_opts2(
                &mut this.context,
                &mut output,
                ffi::AVSampleFormat::AV_SAMPLE_FMT_FLT,
                SAMPLE_RATE as c_int,
                &mut input,
                shape.format,
                shape.rate,
                0,
                ptr::null_mut(),
            );
            ffi::av_channel_layout_uninit(&mut input);
            native::check(code, "this kind of sound cannot be converted", OPERATION)?;
            native::check(ffi::swr_init(this.context), "this kind of sound cannot be converted", OPERATION)?;
        }
        Ok(this)
    }

    /// Converts one frame (`None`: what is still inside) and appends it.
    fn push(&mut self, frame: Option<&native_frame::Frame>, out: &mut Vec<f32>) -> Result<()> {
        // SAFETY: the input planes hold `nb_samples` each; the output block has room for `room` samples of `channels`.
        let got = unsafe {
            let (planes, count) = match frame {
                Some(frame) => ((*frame.as_ptr()).extended_data.cast(), (*frame.as_ptr()).nb_samples),
                None => (ptr::null_mut(), 0),
            };
            let room = ffi::swr_get_out_samples(self.context, count);
            native::check(room, "the sound cannot be converted", OPERATION)?;
            self.block.resize((room as usize + 32) * self.channels, 0.0);
            let mut target = self.block.as_mut_ptr().cast::<u8>();
            ffi::swr_convert(self.context, &mut target, room + 32, planes, count)
        };
        let got = native::check(got, "the sound cannot be converted", OPERATION)? as usize;
        let block = self
            .block
            .get(..got * self.channels)
            .ok_or_else(|| Error::media("the resampler gave more than asked").with_operation(OPERATION))?;
        match self.channels {
            1 => out.extend(block.iter().flat_map(|value| [*value; CHANNELS])),
            _ => out.extend_from_slice(block),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::ErrorKind,
        media::{encode_mp3, encode_wav, testing::ffmpeg},
    };

    fn tone(frames: usize) -> Samples {
        Samples::from_fn(frames, |i| {
            let angle = std::f64::consts::TAU * 440.0 * i as f64 / f64::from(SAMPLE_RATE);
            [(angle.sin() * 0.5) as f32, (angle.cos() * 0.25) as f32]
        })
    }

    #[test]
    fn wav_comes_back_exactly() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.wav");
        encode_wav(&path, &tone(4801)).expect("written");
        assert_eq!(decode_audio(&path, None).expect("decoded"), tone(4801));
        assert_eq!(decode_audio(&path, Some(0.05)).expect("decoded").frames(), 2400);
        assert_eq!(decode_audio(&path, Some(0.0)).expect("decoded").frames(), 0);
        for pieces in [0, 1] {
            let asked = std::cell::Cell::new(0);
            let cancel = || asked.replace(asked.get() + 1) == pieces;
            let error = decode_audio_until(&path, None, &cancel).expect_err("cancelled");
            assert_eq!((error.kind(), asked.get()), (ErrorKind::Cancelled, pieces + 1));
        }
    }

    #[test]
    fn mp3_keeps_length_place_and_bytes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [a, b] = ["a.mp3", "b.mp3"].map(|name| folder.path().join(name));
        for frames in [1, 47, 48, 1000, 1152, 1153, 2000, 48_000, 50_001] {
            encode_mp3(&a, &tone(frames), 192).expect("written");
            let decoded = decode_audio(&a, None).expect("decoded");
            assert_eq!(decoded.frames(), frames);
            if frames == 48_000 {
                let want = tone(frames);
                let error = (1000..40_000).map(|i| (decoded.at(i)[0] - want.at(i)[0]).abs()).fold(0.0, f32::max);
                assert!(error < 0.02, "{error}");
            }
        }
        encode_mp3(&b, &tone(50_001), 192).expect("written");
        assert_eq!(std::fs::read(&a).expect("a file"), std::fs::read(&b).expect("a file"));
        let error = encode_mp3(Path::new("/nonexistent/a.mp3"), &tone(10), 192).expect_err("no folder");
        assert!(error.to_string().contains("/nonexistent/a.mp3"), "{error}");
        assert!(encode_mp3(&a, &tone(10), 193).expect_err("no such rate").to_string().contains("193"));
    }

    #[test]
    fn an_endless_sound_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let arguments = ["-f", "lavfi", "-i", "sine=sample_rate=8000:duration=601", "-c:a", "pcm_u8"];
        let path = ffmpeg(&arguments, &folder.path().join("long.wav"));
        let error = decode_audio(&path, None).expect_err("too long").to_string();
        assert!(error.contains("600 s"), "{error}");
        assert_eq!(decode_audio(&path, Some(1.0)).expect("decoded").frames(), 48_000);
    }

    #[test]
    fn telephone_sound_is_on_both_sides_at_full_level() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = "sine=frequency=440:sample_rate=8000:duration=1";
        let arguments = ["-f", "lavfi", "-i", source, "-af", "volume=14dB", "-ac", "1"];
        let path = ffmpeg(&arguments, &folder.path().join("mono.wav"));
        let decoded = decode_audio(&path, None).expect("decoded");
        assert!(decoded.frames().abs_diff(48_000) <= 8, "{}", decoded.frames());
        assert!((0..48_000).all(|i| decoded.at(i)[0] == decoded.at(i)[1]));
        // The source's amplitude is 1/8, raised by 14 dB: 0.627.
        assert!((decoded.peak() - 0.627).abs() < 0.02, "{}", decoded.peak());
    }

    #[test]
    fn many_kinds_of_files_are_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, extra) in [
            ("a.ogg", vec!["-c:a", "libvorbis"]),
            ("a.flac", vec!["-ac", "6"]),
            ("a.m4a", vec!["-ar", "44100"]),
            ("a.webm", vec!["-c:a", "libopus"]),
            ("a.mp3", vec!["-ar", "22050", "-ac", "1"]),
        ] {
            let mut arguments = vec!["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=0.5"];
            arguments.extend(extra);
            let path = ffmpeg(&arguments, &folder.path().join(name));
            let decoded = decode_audio(&path, None).expect(name);
            assert!(decoded.frames().abs_diff(24_000) < 2400, "{name}: {}", decoded.frames());
            assert!(decoded.peak() > 0.04, "{name}: {}", decoded.peak());
        }
    }
}
