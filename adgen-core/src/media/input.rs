//! One opened media file: its streams found, within the bounds that hold for every file.
//!
//! Depends on `error`, FFmpeg's demuxers, `source`, `formats`, `tags` and `native`.

use std::{
    ffi::CStr,
    fmt,
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    ptr,
};

use ffmpeg_next::{Dictionary, Packet, ffi, format::context, packet::Mut as _, packet::Ref as _};

use super::{
    formats, log, native,
    source::{Io, MAX_BYTES_WITHOUT_PACKET, Source, refuse_to_open},
    stills, tags,
};
use crate::error::{Error, ErrorKind, Result};

/// The most streams a file may have: recordings of a whole multiplex of a broadcaster have about half as many.
pub const MAX_STREAMS: u32 = 128;

/// The most pixels a picture may have, width times height: 16 777 216, enough for 5.7K and for 5.3K at 16:9 and 8:7 (cameras
/// to be worn), not for 8K.
pub const MAX_PIXELS: u64 = 1 << 24;

/// FFmpeg asks for patience where a demuxer has nothing to give at the moment; from a file that cannot go on for long.
const MAX_WAITS: u32 = 10_000;

/// What older demuxers (GXF) give at the end of a file.
const NO_MORE: i32 = -1;

/// What FFmpeg does with timestamps, which decides what they are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timestamps {
    /// The container has one for each picture, and an index of key frames: MP4, MOV, Matroska, WebM.
    Exact,
    /// They are there, but may jump, begin anew, or be guessed between two that are known; and a seek lands anywhere.
    Loose,
    /// There are none: pictures follow each other at the stream's rate.
    Missing,
}

/// A media file being read.
pub(super) struct Input {
    /// `None` only while it is dropped: it must go before the I/O that it reads through.
    context: Option<context::Input>,
    io: Io,
    path: PathBuf,
    operation: &'static str,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        let _inside = log::inside();
        self.context = None;
    }
}

impl Deref for Input {
    type Target = context::Input;

    fn deref(&self) -> &context::Input {
        self.context.as_ref().expect("the context is taken by `drop` alone, after which there is no value")
    }
}

impl DerefMut for Input {
    fn deref_mut(&mut self) -> &mut context::Input {
        self.context.as_mut().expect("the context is taken by `drop` alone, after which there is no value")
    }
}

impl Input {
    /// Opens a media file and finds its streams. A missing, empty, foreign or too large file is an error that names it.
    pub(super) fn open(path: &Path, operation: &'static str) -> Result<Self> {
        native::init()?;
        let source = Source::open(path).map_err(|fault| fault.of_file(operation, path))?;
        log::forget();
        let io = Io::new(source).ok_or_else(|| native::out_of_memory(operation))?;
        let (context, io) = open_context(path, io, operation)?;
        let mut this = Self { context: Some(context), io, path: path.to_path_buf(), operation };
        this.find_streams()?;
        Ok(this)
    }

    fn find_streams(&mut self) -> Result<()> {
        let mut options: Vec<*mut ffi::AVDictionary> = Vec::new();
        // SAFETY: the context is open; one dictionary a stream is given and taken back, as the function asks; streams that
        // come later get none.
        let code = unsafe {
            for _ in 0..(*self.as_ptr()).nb_streams {
                let mut limits = Dictionary::new();
                limits.set("max_pixels", &MAX_PIXELS.to_string());
                limits.set("threads", "1");
                options.push(limits.disown());
            }
            let pointer = if options.is_empty() { ptr::null_mut() } else { options.as_mut_ptr() };
            let code = ffi::avformat_find_stream_info(self.as_mut_ptr(), pointer);
            options.into_iter().for_each(|rest| drop(Dictionary::own(rest)));
            code
        };
        if code < 0 || self.io.source().is_exceeded() {
            return Err(self.failure(code, "the file's streams cannot be read"));
        }
        // SAFETY: the context is open, and ours alone.
        unsafe { tags::tame_streams(self.as_mut_ptr()) };
        self.io.source().renew();
        Ok(())
    }

    /// The bytes behind the file.
    pub(super) fn source(&self) -> &Source {
        self.io.source()
    }

    /// What the timestamps of this container are worth.
    pub(super) fn timestamps(&self) -> Timestamps {
        let (name, flags) = self.demuxer();
        if formats::is_one_of(name, &["mov", "matroska"]) {
            Timestamps::Exact
        } else if flags & ffi::AVFMT_NOTIMESTAMPS != 0 || formats::is_one_of(name, formats::PICTURE_STREAMS) {
            Timestamps::Missing
        } else {
            Timestamps::Loose
        }
    }

    /// Whether clocks of this container are set anew as a matter of course: where programmes follow each other, and where
    /// recordings are joined by putting one file behind the other.
    pub(super) fn clock_restarts(&self) -> bool {
        formats::is_one_of(self.demuxer().0, &["mpegts", "mpeg", "live_flv", "dhav", "ty", "wtv"])
    }

    /// FFmpeg's name and flags of the format.
    fn demuxer(&self) -> (&'static CStr, i32) {
        // SAFETY: an open input has a format; its name is a static string.
        unsafe {
            let format = (*self.as_ptr()).iformat;
            (CStr::from_ptr((*format).name), (*format).flags)
        }
    }

    /// Reads the next packet of any stream that is not left out; `false` at the end of the file.
    pub(super) fn read(&mut self, packet: &mut Packet) -> Result<bool> {
        for _ in 0..MAX_WAITS {
            // SAFETY: input and packet are valid; the packet's old content is released first.
            let code = unsafe {
                ffi::av_packet_unref(packet.as_mut_ptr());
                ffi::av_read_frame(self.as_mut_ptr(), packet.as_mut_ptr())
            };
            if self.io.source().is_exceeded() {
                return Err(self.failure(code, "reading the file failed"));
            }
            if code >= 0 {
                self.io.source().renew();
                return Ok(true);
            }
            if code == ffi::AVERROR_EOF || (code == NO_MORE && self.is_at_end()) {
                if let Some(error) = self.io.source().failure() {
                    return Err(self.named(Error::new(ErrorKind::Io, "reading the file failed")).with_source(error));
                }
                // Matroska and WebM have no list to compare with; their demuxer says in its log that data is missing.
                let detail = log::take_last();
                if detail.contains("ended prematurely") {
                    return Err(self.named(Error::media("the file is cut off")).with_context("detail", detail));
                }
                return Ok(false);
            }
            if code != ffi::AVERROR(ffi::EAGAIN) {
                return Err(self.failure(code, "reading the file failed: it is damaged or cut off"));
            }
        }
        Err(self.named(Error::media("reading the file failed: it gives nothing more and does not end")))
    }

    fn is_at_end(&self) -> bool {
        // SAFETY: the context is open and has its I/O.
        unsafe { (*(*self.as_ptr()).pb).eof_reached != 0 }
    }

    /// The number of the stream that a packet of this input belongs to.
    pub(super) fn stream_of(packet: &Packet) -> usize {
        // SAFETY: plain field of a valid packet.
        usize::try_from(unsafe { (*packet.as_ptr()).stream_index }).unwrap_or(usize::MAX)
    }

    /// Leaves out every stream but these.
    pub(super) fn keep_only(&mut self, kept: &[usize]) {
        // SAFETY: the context is open, streams below `nb_streams` exist.
        unsafe {
            for index in (0..(*self.as_ptr()).nb_streams as usize).filter(|index| !kept.contains(index)) {
                let stream = *(*self.as_mut_ptr()).streams.add(index);
                (*stream).discard = ffi::AVDiscard::AVDISCARD_ALL;
            }
        }
    }

    /// An error with this file's name.
    pub(super) fn named(&self, error: Error) -> Error {
        error.with_operation(self.operation).with_context("path", self.path.display())
    }

    fn failure(&self, code: i32, message: &str) -> Error {
        if self.io.source().is_exceeded() {
            return self.named(fruitless());
        }
        native::file_failure(code, message, self.operation, &self.path)
    }
}

fn fruitless() -> Error {
    Error::media(format!(
        "{} MB of the file hold no picture and no sound that can be read (that is the most that is looked through): it is \
         damaged, or not of the format that it seems to be",
        MAX_BYTES_WITHOUT_PACKET >> 20
    ))
}

fn open_context(path: &Path, mut io: Io, operation: &'static str) -> Result<(context::Input, Io)> {
    // FFmpeg takes no more of the name than its ending.
    let address = native::address(path, operation)?;
    let mut options = Dictionary::new();
    options.set("protocol_whitelist", "file");
    options.set("format_whitelist", &formats::whitelist());
    options.set("max_streams", &MAX_STREAMS.to_string());
    // FFmpeg takes pictures that follow each other for a single one.
    let format = match stills::is_motion_jpeg(io.source()) {
        // SAFETY: the name is a terminated string; the answer is static, or null for a build without it.
        true => unsafe { ffi::av_find_input_format(c"mjpeg".as_ptr()) },
        false => ptr::null(),
    };
    // SAFETY: a fresh context gets its I/O and the refusal of any other before it is opened. Address and dictionary live
    // through the call; what FFmpeg leaves of the dictionary is taken back. On failure FFmpeg frees the context, not the I/O.
    let (code, pointer) = unsafe {
        let mut pointer = ffi::avformat_alloc_context();
        if pointer.is_null() {
            return Err(native::out_of_memory(operation));
        }
        (*pointer).pb = io.as_mut_ptr();
        (*pointer).flags |= ffi::AVFMT_FLAG_CUSTOM_IO;
        (*pointer).io_open = Some(refuse_to_open);
        let mut options_pointer = options.disown();
        let code = ffi::avformat_open_input(&mut pointer, address.as_ptr(), format, &mut options_pointer);
        drop(Dictionary::own(options_pointer));
        (code, pointer)
    };
    if code >= 0 {
        // SAFETY: `pointer` was just opened and is owned by nobody else.
        return Ok((unsafe { context::Input::wrap(pointer) }, io));
    }
    let named = |error: Error| error.with_operation(operation).with_context("path", path.display());
    if io.source().is_exceeded() {
        return Err(named(fruitless()));
    }
    if let Some(error) = io.source().failure() {
        return Err(named(Error::new(ErrorKind::Io, "reading the media file failed")).with_source(error));
    }
    // The code is FFmpeg's own (the I/O's errors were looked at above): the file's content is wrong.
    let error = named(Error::media(formats::describe(io.source(), &address)));
    let error = match log::take_last() {
        // That a format is not on our list is ours to say.
        detail if detail.is_empty() || detail.contains("not on whitelist") => error,
        detail => error.with_context("detail", detail),
    };
    Err(error.with_source(ffmpeg_next::Error::from(code)))
}
