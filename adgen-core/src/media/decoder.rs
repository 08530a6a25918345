//! One stream of one file, packet by packet, frame by frame: what the video and the audio reader share.
//!
//! Depends on FFmpeg and `native`.

use std::{
    ffi::c_int,
    fmt,
    path::{Path, PathBuf},
    ptr,
};

use ffmpeg_next::{
    Packet, codec, ffi,
    format::context::Input,
    frame,
    packet::{Mut as _, Ref as _},
};

use super::{log, native, probe};
use crate::error::{Error, ErrorKind, Result};

/// After so many packets in a row that cannot be decoded the file counts as damaged; single ones are skipped, as
/// players do.
const MAX_DAMAGED_IN_A_ROW: u32 = 25;

/// Which kind of stream to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    Video,
    Audio,
}

impl Medium {
    fn native(self) -> ffi::AVMediaType {
        match self {
            Self::Video => ffi::AVMediaType::AVMEDIA_TYPE_VIDEO,
            Self::Audio => ffi::AVMediaType::AVMEDIA_TYPE_AUDIO,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
        }
    }
}

/// The best stream of a kind, and its decoder; a cover picture inside a sound file is no video.
pub(super) fn best_stream(input: &mut Input, medium: Medium) -> Option<(usize, *const ffi::AVCodec)> {
    let mut codec = ptr::null();
    // SAFETY: the context is open; `codec` is written only on success.
    unsafe {
        let index = ffi::av_find_best_stream(input.as_mut_ptr(), medium.native(), -1, -1, &mut codec, 0);
        let index = usize::try_from(index).ok()?;
        let stream = stream(input, index);
        ((*stream).disposition & ffi::AV_DISPOSITION_ATTACHED_PIC == 0).then_some((index, codec))
    }
}

/// The stream's own structure. `index` must come from [`best_stream`] on the same input.
pub(super) fn stream(input: &mut Input, index: usize) -> *mut ffi::AVStream {
    // SAFETY: `index` is below `nb_streams`, as FFmpeg itself gave it.
    unsafe { *(*input.as_mut_ptr()).streams.add(index) }
}

/// Whether the file's own index says that the stream goes on behind the end of the file: `(present, listed)` entries.
pub(super) fn missing_entries(input: &mut Input, index: usize, path: &Path) -> Option<(usize, usize)> {
    let size = std::fs::metadata(path).ok().filter(|file| file.is_file())?.len() as i64;
    let stream = stream(input, index);
    // SAFETY: entries are read one after the other, below their count, with no call in between that could move them.
    unsafe {
        let count = ffi::avformat_index_get_entries_count(stream);
        let present = (0..count)
            .take_while(|&i| {
                let entry = ffi::avformat_index_get_entry(stream, i);
                entry.is_null() || (*entry).pos + i64::from((*entry).size()) <= size
            })
            .count();
        (present < count as usize).then_some((present, count as usize))
    }
}

/// An open decoder on one stream.
pub(super) struct Decoder {
    input: Input,
    context: codec::Context,
    packet: Packet,
    path: PathBuf,
    operation: &'static str,
    index: usize,
    draining: bool,
    damaged: u32,
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("path", &self.path).field("stream", &self.index).finish_non_exhaustive()
    }
}

impl Decoder {
    /// Opens the best stream of that kind. `threads` 0 lets FFmpeg decide.
    pub(super) fn open(path: &Path, medium: Medium, threads: usize, operation: &'static str) -> Result<Self> {
        let mut input = native::open_input(path, operation)?;
        let named = |error: Error| error.with_operation(operation).with_context("path", path.display());
        let Some((index, codec)) = best_stream(&mut input, medium) else {
            return Err(named(Error::media(format!("the file has no {} stream", medium.name()))));
        };
        if let Some((present, listed)) = missing_entries(&mut input, index, path) {
            return Err(named(Error::media(format!(
                "the file is cut off: {present} of its {listed} {} packets are there",
                medium.name()
            ))));
        }
        let parameters = {
            let stream = stream(&mut input, index);
            // SAFETY: a stream always has parameters.
            unsafe { (*stream).codecpar }
        };
        if codec.is_null() {
            // SAFETY: as above; the name is a static string.
            let name = native::text(unsafe { ffi::avcodec_get_name((*parameters).codec_id) });
            let message = format!("this build of FFmpeg cannot decode {name}");
            return Err(named(Error::new(ErrorKind::Unsupported, message)));
        }
        // SAFETY: the context is allocated for `codec`, filled from the stream and owned by the wrapper at once; streams
        // that are not read are told so before the first packet.
        let context = unsafe {
            for other in 0..(*input.as_ptr()).nb_streams as usize {
                if other != index {
                    (*stream(&mut input, other)).discard = ffi::AVDiscard::AVDISCARD_ALL;
                }
            }
            let pointer = ffi::avcodec_alloc_context3(codec);
            if pointer.is_null() {
                return Err(native::out_of_memory(operation));
            }
            let context = codec::Context::wrap(pointer, None);
            let code = ffi::avcodec_parameters_to_context(pointer, parameters);
            native::check(code, "the stream's parameters are damaged", operation).map_err(named)?;
            (*pointer).thread_count = threads as c_int;
            (*pointer).pkt_timebase = (*stream(&mut input, index)).time_base;
            let code = ffi::avcodec_open2(pointer, codec, ptr::null_mut());
            native::check(code, "the decoder cannot be opened", operation).map_err(named)?;
            context
        };
        let path = path.to_path_buf();
        Ok(Self { input, context, packet: Packet::empty(), path, operation, index, draining: false, damaged: 0 })
    }

    /// The stream that is read.
    pub(super) fn stream(&mut self) -> *mut ffi::AVStream {
        stream(&mut self.input, self.index)
    }

    /// The clockwise turn in degrees that the file asks for.
    pub(super) fn rotation_deg(&self) -> u32 {
        probe::rotation_deg(&self.input, self.index)
    }

    /// The stream's clock: seconds a tick, as numerator and denominator, both above 0.
    pub(super) fn time_base(&mut self) -> (i64, i64) {
        // SAFETY: the stream lives as long as the input.
        let base = unsafe { (*self.stream()).time_base };
        (i64::from(base.num.max(1)), i64::from(base.den.max(1)))
    }

    /// The file, for messages.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// An error about this file.
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        Error::media(message).with_operation(self.operation).with_context("path", self.path.display())
    }

    /// Goes to the last key frame at or before `timestamp` (in the stream's clock).
    pub(super) fn seek(&mut self, timestamp: i64) -> Result<()> {
        // SAFETY: the input and the decoder are open.
        let code = unsafe {
            let code =
                ffi::av_seek_frame(self.input.as_mut_ptr(), self.index as c_int, timestamp, ffi::AVSEEK_FLAG_BACKWARD);
            ffi::avcodec_flush_buffers(self.context.as_mut_ptr());
            code
        };
        self.draining = false;
        if code < 0 {
            return Err(native::file_failure(code, "the file cannot be searched", self.operation, &self.path));
        }
        Ok(())
    }

    /// The next frame; `false` at the end.
    pub(super) fn next(&mut self, frame: &mut frame::Frame) -> Result<bool> {
        loop {
            // SAFETY: decoder and frame are valid; the call drops what the frame held before.
            let code = unsafe { ffi::avcodec_receive_frame(self.context.as_mut_ptr(), frame.as_mut_ptr()) };
            match code {
                0.. => {
                    self.damaged = 0;
                    return Ok(true);
                }
                ffi::AVERROR_EOF => return Ok(false),
                code if code == ffi::AVERROR(ffi::EAGAIN) && !self.draining => self.feed()?,
                code if code == ffi::AVERROR_INVALIDDATA && !self.draining => self.count_damage(code)?,
                code => return Err(native::file_failure(code, "decoding failed", self.operation, &self.path)),
            }
        }
    }

    /// Gives the decoder the next packet of the stream, or tells it that there is none.
    fn feed(&mut self) -> Result<()> {
        loop {
            // SAFETY: input, decoder and packet are valid; the packet's old content is released first.
            unsafe {
                ffi::av_packet_unref(self.packet.as_mut_ptr());
                let code = ffi::av_read_frame(self.input.as_mut_ptr(), self.packet.as_mut_ptr());
                if code == ffi::AVERROR_EOF {
                    // Matroska and WebM have no list to compare with; their demuxer says in its log that data is missing.
                    let detail = log::take_last();
                    if detail.contains("ended prematurely") {
                        return Err(self.error("the file is cut off").with_context("detail", detail));
                    }
                    self.draining = true;
                    ffi::avcodec_send_packet(self.context.as_mut_ptr(), ptr::null());
                    return Ok(());
                }
                if code == ffi::AVERROR(ffi::EAGAIN) {
                    continue;
                }
                if code < 0 {
                    let message = "reading the file failed: it is damaged or cut off";
                    return Err(native::file_failure(code, message, self.operation, &self.path));
                }
                if (*self.packet.as_ptr()).stream_index != self.index as c_int {
                    continue;
                }
                let code = ffi::avcodec_send_packet(self.context.as_mut_ptr(), self.packet.as_ptr());
                if code < 0 {
                    self.count_damage(code)?;
                    continue;
                }
                return Ok(());
            }
        }
    }

    fn count_damage(&mut self, code: c_int) -> Result<()> {
        self.damaged += 1;
        if self.damaged > MAX_DAMAGED_IN_A_ROW {
            let message = "the stream cannot be decoded: too many damaged packets";
            return Err(native::file_failure(code, message, self.operation, &self.path));
        }
        Ok(())
    }
}
