//! One stream of one file, packet by packet, frame by frame: what the video and the audio reader share.
//!
//! Depends on `error`, FFmpeg, `input`, `stream`, `display_matrix`, `picture_memory` and `native`.

use std::{
    ffi::c_int,
    fmt,
    path::{Path, PathBuf},
    ptr,
};

use ffmpeg_next::{Packet, codec, ffi, frame, packet::Ref as _};

use super::{
    display_matrix,
    input::{Input, MAX_PIXELS, Timestamps},
    log, native,
    orientation::Orientation,
    picture_memory::{MAX_PICTURE_BYTES, PictureMemory},
    stream::{Medium, best_stream, missing_entries, missing_stream, stream},
    tags,
};
use crate::error::{Error, Result};

/// After so many packets in a row that cannot be decoded the file counts as damaged; single ones are skipped, as
/// players do.
const MAX_DAMAGED_IN_A_ROW: u32 = 25;

/// The decoder that keeps the transparency of VP8 and VP9 in WebM, where the stream says that it has any and FFmpeg was built
/// with it: FFmpeg's own decoders drop it.
fn transparent_decoder(input: &mut Input, index: usize) -> Option<*const ffi::AVCodec> {
    let stream = stream(input, index);
    // SAFETY: the stream, its parameters and its metadata live as long as the input; names are terminated strings.
    unsafe {
        let entry = ffi::av_dict_get((*stream).metadata, c"alpha_mode".as_ptr(), ptr::null(), 0);
        if entry.is_null() || native::text((*entry).value) != "1" {
            return None;
        }
        let name = match (*(*stream).codecpar).codec_id {
            ffi::AVCodecID::AV_CODEC_ID_VP8 => c"libvpx",
            ffi::AVCodecID::AV_CODEC_ID_VP9 => c"libvpx-vp9",
            _ => return None,
        };
        let codec = ffi::avcodec_find_decoder_by_name(name.as_ptr());
        (!codec.is_null()).then_some(codec)
    }
}

/// An error unless pictures of that size are within the bound.
pub(super) fn check_pixels(input: &Input, width: i64, height: i64) -> Result<()> {
    let pixels = width.max(0) as u64 * height.max(0) as u64;
    if pixels <= MAX_PIXELS {
        return Ok(());
    }
    let message = format!("the pictures have {width}x{height} = {pixels} pixels; at most {MAX_PIXELS} are read");
    Err(input.named(Error::media(message)).with_hint("make the clip smaller: 3840x2160 is enough for any ad"))
}

/// The error for pictures whose decoder found them to be beyond the bound before anybody else knew their size.
pub(super) fn too_large() -> Error {
    Error::media(format!("the video's pictures have more than {MAX_PIXELS} pixels, the most that are read"))
}

/// Which pictures of a video are decoded. Those that are not are as if they were not there: the one before stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Decode {
    /// All of them.
    #[default]
    All,
    /// Those that others refer to, a little less exactly: for a quick look. Which they are is up to the codec.
    Referenced,
    /// Those that can be decoded alone.
    Keys,
}

/// An open decoder on one stream.
pub(super) struct Decoder {
    // Dropped in this order: the decoder before the count of its pictures, and before the stream that it was made from.
    context: codec::Context,
    memory: Box<PictureMemory>,
    input: Input,
    packet: Packet,
    path: PathBuf,
    operation: &'static str,
    index: usize,
    draining: bool,
    damaged: u32,
    spoilt: u64,
    decode: Decode,
    /// Before this time, pictures that no other refers to are left out.
    hurried_to: Option<i64>,
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("path", &self.path).field("stream", &self.index).finish_non_exhaustive()
    }
}

impl Decoder {
    /// Opens the best stream of that kind. `threads` 0 lets FFmpeg decide.
    pub(super) fn open(path: &Path, medium: Medium, threads: usize, operation: &'static str) -> Result<Self> {
        let mut input = Input::open(path, operation)?;
        let Some((index, codec)) = best_stream(&mut input, medium) else {
            return Err(missing_stream(&mut input, medium));
        };
        if let Some((present, listed)) = missing_entries(&mut input, index) {
            let message = format!("the file is cut off: {present} of its {listed} {} packets are there", medium.name());
            return Err(input.named(Error::media(message)));
        }
        // SAFETY: a stream always has parameters.
        let (parameters, width, height, time_base) = unsafe {
            let stream = stream(&mut input, index);
            let parameters = (*stream).codecpar;
            (parameters, (*parameters).width, (*parameters).height, (*stream).time_base)
        };
        let codec = transparent_decoder(&mut input, index).unwrap_or(codec);
        check_pixels(&input, i64::from(width), i64::from(height))?;
        input.keep_only(&[index]);
        let memory = PictureMemory::new();
        // SAFETY: the context is allocated for `codec`, filled from the stream and owned by the wrapper at once; the count
        // of pictures is dropped after it.
        let context = unsafe {
            let pointer = ffi::avcodec_alloc_context3(codec);
            if pointer.is_null() {
                return Err(native::out_of_memory(operation));
            }
            let context = codec::Context::wrap(pointer, None);
            let code = ffi::avcodec_parameters_to_context(pointer, parameters);
            native::check(code, "the stream's parameters are damaged", operation)
                .map_err(|error| input.named(error))?;
            (*pointer).thread_count = threads as c_int;
            (*pointer).pkt_timebase = time_base;
            (*pointer).max_pixels = MAX_PIXELS as i64;
            (*pointer).opaque = log::mark();
            if medium == Medium::Video {
                memory.install(pointer);
            }
            let code = ffi::avcodec_open2(pointer, codec, ptr::null_mut());
            native::check(code, "the decoder cannot be opened", operation).map_err(|error| input.named(error))?;
            context
        };
        let packet = Packet::empty();
        let path = path.to_path_buf();
        Ok(Self {
            context,
            memory,
            input,
            packet,
            path,
            operation,
            index,
            draining: false,
            damaged: 0,
            spoilt: 0,
            decode: Decode::All,
            hurried_to: None,
        })
    }

    /// Leaves pictures out that a quick look does not need, and smooths no edges of blocks.
    pub(super) fn decode_only(&mut self, decode: Decode) {
        let smoothing = match decode {
            Decode::All => ffi::AVDiscard::AVDISCARD_DEFAULT,
            Decode::Referenced | Decode::Keys => ffi::AVDiscard::AVDISCARD_ALL,
        };
        self.decode = decode;
        self.leave_out(decode);
        // SAFETY: the decoder is open; this field may be set between any two packets.
        unsafe { (*self.context.as_mut_ptr()).skip_loop_filter = smoothing };
    }

    fn leave_out(&mut self, decode: Decode) {
        let pictures = match decode {
            Decode::All => ffi::AVDiscard::AVDISCARD_DEFAULT,
            Decode::Referenced => ffi::AVDiscard::AVDISCARD_NONREF,
            Decode::Keys => ffi::AVDiscard::AVDISCARD_NONKEY,
        };
        // SAFETY: as above.
        unsafe { (*self.context.as_mut_ptr()).skip_frame = pictures };
    }

    fn end_hurry(&mut self) {
        if self.hurried_to.take().is_some() {
            self.leave_out(self.decode);
        }
    }

    /// Leaves pictures before `timestamp` (in the stream's clock) out that no other refers to, until the next seek: those that are
    /// decoded are the same ones as without. `false`, doing nothing, where the codec is none of which that is known to
    /// hold, or fewer pictures are decoded anyway.
    pub(super) fn hurry_to(&mut self, timestamp: i64) -> bool {
        // SAFETY: the decoder is open.
        let codec = unsafe { (*self.context.as_ptr()).codec_id };
        let is_known = matches!(codec, ffi::AVCodecID::AV_CODEC_ID_H264 | ffi::AVCodecID::AV_CODEC_ID_HEVC);
        let hurries = is_known && self.decode == Decode::All;
        if hurries {
            self.hurried_to = Some(timestamp);
        }
        hurries
    }

    /// The stream that is read.
    pub(super) fn stream(&mut self) -> *mut ffi::AVStream {
        stream(&mut self.input, self.index)
    }

    /// How the container asks for the pictures to be turned and mirrored; `None` where it says nothing.
    pub(super) fn orientation(&self) -> Option<Orientation> {
        display_matrix::of_stream(&self.input, self.index)
    }

    /// What the timestamps of the file are worth.
    pub(super) fn timestamps(&self) -> Timestamps {
        self.input.timestamps()
    }

    /// Whether the file's clock may be set anew half way.
    pub(super) fn clock_restarts(&self) -> bool {
        self.input.clock_restarts()
    }

    /// How many frames so far could be decoded in part only.
    pub(super) fn spoilt(&self) -> u64 {
        self.spoilt
    }

    /// The stream's clock: seconds a tick, as numerator and denominator, both above 0.
    pub(super) fn time_base(&mut self) -> (i64, i64) {
        // SAFETY: the stream lives as long as the input.
        let base = unsafe { (*self.stream()).time_base };
        (i64::from(base.num.max(1)), i64::from(base.den.max(1)))
    }

    /// The error for a file of whose stream nothing can be decoded.
    pub(super) fn nothing(&self, message: &str) -> Error {
        if log::was_too_large() {
            return self.input.named(too_large());
        }
        self.error(message)
    }

    /// An error about this file.
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        self.input.named(Error::media(message))
    }

    /// Asks the demuxer for the last key frame at or before `timestamp` (in the stream's clock); `false` where it cannot.
    /// Where that really led, the next frame tells.
    pub(super) fn seek(&mut self, timestamp: i64) -> bool {
        // SAFETY: the input and the decoder are open.
        let code = unsafe {
            let code =
                ffi::av_seek_frame(self.input.as_mut_ptr(), self.index as c_int, timestamp, ffi::AVSEEK_FLAG_BACKWARD);
            (*self.context.as_mut_ptr()).flags &= !(ffi::AV_CODEC_FLAG_OUTPUT_CORRUPT as c_int);
            ffi::avcodec_flush_buffers(self.context.as_mut_ptr());
            code
        };
        self.input.source().renew();
        self.end_hurry();
        self.draining = false;
        self.damaged = 0;
        code >= 0
    }

    /// The next frame; `false` at the end.
    pub(super) fn next(&mut self, frame: &mut frame::Frame) -> Result<bool> {
        loop {
            // SAFETY: decoder and frame are valid; the call drops what the frame held before.
            let code = unsafe { ffi::avcodec_receive_frame(self.context.as_mut_ptr(), frame.as_mut_ptr()) };
            match code {
                0.. => {
                    // SAFETY: the frame was just filled.
                    unsafe { tags::tame_frame(frame.as_mut_ptr()) };
                    self.damaged = 0;
                    // SAFETY: plain fields of the frame.
                    let (flags, errors) = unsafe { ((*frame.as_ptr()).flags, (*frame.as_ptr()).decode_error_flags) };
                    self.spoilt += u64::from(errors != 0 || flags & ffi::AV_FRAME_FLAG_CORRUPT != 0);
                    return Ok(true);
                }
                ffi::AVERROR_EOF => return Ok(false),
                code if code == ffi::AVERROR(ffi::EAGAIN) && !self.draining => self.feed()?,
                code if code == ffi::AVERROR_INVALIDDATA && !self.draining => self.count_damage(code)?,
                code => return Err(self.failure(code, "decoding failed")),
            }
        }
    }

    /// Gives the decoder the next packet of the stream, or tells it that there is none.
    fn feed(&mut self) -> Result<()> {
        while self.input.read(&mut self.packet)? {
            if Input::stream_of(&self.packet) != self.index {
                continue;
            }
            if let Some(until) = self.hurried_to {
                let decode = match self.packet.pts() {
                    Some(time) if time < until => Decode::Referenced,
                    _ => Decode::All,
                };
                self.leave_out(decode);
            }
            // SAFETY: decoder and packet are valid.
            let code = unsafe { ffi::avcodec_send_packet(self.context.as_mut_ptr(), self.packet.as_ptr()) };
            if code >= 0 {
                return Ok(());
            }
            self.count_damage(code)?;
        }
        self.draining = true;
        // FFmpeg's H.264 decoder looks only while it is fed at whether pictures behind a recovery point are whole, and
        // would keep the last ones of a file back. SAFETY: the decoder is open; no packet means the end.
        unsafe {
            (*self.context.as_mut_ptr()).flags |= ffi::AV_CODEC_FLAG_OUTPUT_CORRUPT as c_int;
            ffi::avcodec_send_packet(self.context.as_mut_ptr(), ptr::null());
        }
        Ok(())
    }

    fn count_damage(&mut self, code: c_int) -> Result<()> {
        self.damaged += 1;
        if self.damaged > MAX_DAMAGED_IN_A_ROW || self.memory.is_exceeded() {
            return Err(self.failure(code, "the stream cannot be decoded: too many damaged packets"));
        }
        Ok(())
    }

    fn failure(&self, code: c_int, message: &str) -> Error {
        if self.memory.is_exceeded() {
            let most = MAX_PICTURE_BYTES >> 20;
            let message = format!("decoding needs more than {most} MB for pictures at once, which is the most allowed");
            return self.error(message).with_hint("make the clip smaller: 3840x2160 is enough for any ad");
        }
        native::file_failure(code, message, self.operation, &self.path)
    }
}
