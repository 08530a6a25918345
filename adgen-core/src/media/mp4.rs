//! Writing MP4: index first, no edit list, nothing in it that changes from run to run.
//!
//! Depends on `error`, FFmpeg's muxer and `native`.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use ffmpeg_next::{Dictionary, Packet, ffi, format::context::Output, packet::Mut as _};

use super::{log, native};
use crate::error::Result;

/// An MP4 file being written. Dropped before [`Mp4Writer::finish`], it removes the unfinished file.
pub(super) struct Mp4Writer {
    /// Taken when the file is complete or given up.
    output: Option<Output>,
    path: PathBuf,
    operation: &'static str,
    finished: bool,
}

impl fmt::Debug for Mp4Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mp4Writer").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Mp4Writer {
    /// Creates the file.
    pub(super) fn create(path: &Path, operation: &'static str) -> Result<Self> {
        let output = native::open_output(path, c"mp4", operation)?;
        Ok(Self { output: Some(output), path: path.to_path_buf(), operation, finished: false })
    }

    fn output(&mut self) -> &mut Output {
        self.output.as_mut().expect("the output is taken only by `finish` and `drop`, which end this value's use")
    }

    /// Adds a stream. `fill` sets its parameters and its time base.
    pub(super) fn add_stream(&mut self, fill: impl FnOnce(*mut ffi::AVStream) -> Result<()>) -> Result<usize> {
        let operation = self.operation;
        // SAFETY: the context is open; the stream belongs to it.
        let stream = unsafe { ffi::avformat_new_stream(self.output().as_mut_ptr(), std::ptr::null()) };
        if stream.is_null() {
            return Err(native::out_of_memory(operation));
        }
        fill(stream)?;
        // SAFETY: the stream was just made. The tag of the source's container may not suit this one.
        unsafe {
            (*(*stream).codecpar).codec_tag = 0;
            Ok((*stream).index as usize)
        }
    }

    /// Writes what precedes the packets. `metadata`: names as FFmpeg knows them (`title`, `comment`), and values.
    pub(super) fn start(&mut self, metadata: &[(&str, &str)]) -> Result<()> {
        let operation = self.operation;
        let mut tags = Dictionary::new();
        for (key, value) in metadata {
            // A zero byte would end the text for FFmpeg, and the wrapper would panic on it.
            tags.set(key, &value.replace('\0', " "));
        }
        self.output().set_metadata(tags);
        let mut options = Dictionary::new();
        // Platforms refuse edit lists and want the index first. Without an edit list the first picture can only be at
        // 0 if its offset may be negative for those that are decoded later.
        options.set("movflags", "+faststart+negative_cts_offsets");
        options.set("use_editlist", "0");
        let code = self.output().write_header_with(options).map(drop);
        match code {
            Ok(()) => Ok(()),
            Err(error) => {
                let message = "the MP4 file cannot be started";
                Err(native::file_failure(error.into(), message, operation, &self.path))
            }
        }
    }

    /// The clock that [`Mp4Writer::start`] gave a stream, which its packets must be in.
    fn time_base(&mut self, stream: usize) -> ffi::AVRational {
        // SAFETY: the context is open and has `nb_streams` streams.
        unsafe {
            let context = self.output().as_mut_ptr();
            assert!(stream < (*context).nb_streams as usize, "stream numbers come from `add_stream`");
            (**(*context).streams.add(stream)).time_base
        }
    }

    /// Writes one packet; its content is taken over. Its timestamps are in `from` and are converted.
    pub(super) fn write(&mut self, packet: &mut Packet, stream: usize, from: ffi::AVRational) -> Result<()> {
        let (operation, to) = (self.operation, self.time_base(stream));
        // SAFETY: packet and context are valid; `stream` exists.
        let code = unsafe {
            let raw = packet.as_mut_ptr();
            ffi::av_packet_rescale_ts(raw, from, to);
            (*raw).stream_index = stream as i32;
            (*raw).pos = -1;
            ffi::av_interleaved_write_frame(self.output().as_mut_ptr(), raw)
        };
        if code < 0 {
            return Err(native::file_failure(code, "writing the file failed", operation, &self.path));
        }
        let Self { output, path, .. } = self;
        output.as_mut().map_or(Ok(()), |output| native::check_written(output, operation, path))
    }

    /// Writes the index, moves it to the front and closes the file. Gives its size in bytes.
    pub(super) fn finish(mut self) -> Result<u64> {
        let operation = self.operation;
        let path = self.path.clone();
        // What is buffered goes out first: moving the index of a file on a full disk would only hide the cause.
        native::flush_written(self.output(), operation, &path)?;
        let trailer = self.output().write_trailer();
        if let Err(error) = trailer {
            return Err(native::file_failure(error.into(), "the MP4 file cannot be completed", operation, &path));
        }
        native::flush_written(self.output(), operation, &path)?;
        self.finished = true;
        self.output = None;
        Ok(std::fs::metadata(&path).map(|file| file.len()).unwrap_or(0))
    }
}

impl Drop for Mp4Writer {
    fn drop(&mut self) {
        let _inside = log::inside();
        self.output = None;
        if !self.finished && self.path.is_file() {
            // Half a file is worse than none; if it cannot be removed there is nobody left to tell.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
