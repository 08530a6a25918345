//! From interlaced pictures to progressive ones: FFmpeg's `bwdif` filter, which looks at a picture and at both of its
//! neighbours. Pictures that are not flagged as interlaced pass through unchanged, unless all are known to be.
//!
//! Depends on `error`, FFmpeg, `combing` and `native`.

use std::{
    collections::VecDeque,
    ffi::{CStr, CString, c_int},
    fmt, ptr,
};

use ffmpeg_next::{ffi, frame};

use super::{combing::FieldOrder, native};
use crate::error::{Error, ErrorKind, Result};

const OPERATION: &str = "media::deinterlace";

/// What decides how the filter is set up: a stream may change any of it half way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    width: c_int,
    height: c_int,
    format: c_int,
}

impl Shape {
    pub(super) fn of(frame: &frame::Frame) -> Self {
        // SAFETY: reads plain fields of a valid frame.
        unsafe {
            let raw = frame.as_ptr();
            Self { width: (*raw).width, height: (*raw).height, format: (*raw).format }
        }
    }

    /// `bwdif` reads three columns and four rows around each sample.
    pub(super) fn can_be_deinterlaced(self) -> bool {
        self.width >= 3 && self.height >= 4
    }
}

/// When a picture is shown, in half ticks of its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timing {
    /// Unknown in streams without times.
    pub(super) start: Option<i64>,
    /// Whether the container says so, not a guess.
    pub(super) is_own: bool,
    /// 0 where it is not known.
    pub(super) duration: i64,
}

/// A picture that went in and may still come out.
#[derive(Debug, Clone, Copy)]
struct Expected {
    number: i64,
    timing: Timing,
    /// Only there to be the neighbour of the next.
    silent: bool,
    /// Whether a picture for each of its fields comes out.
    split: bool,
}

/// The filter with what is inside of it.
pub(super) struct Deinterlacer {
    graph: Graph,
    shape: Shape,
    expected: VecDeque<Expected>,
    pushed: i64,
    fields: bool,
    /// Whether pictures are interlaced that are not flagged.
    hidden: bool,
    finished: bool,
}

impl fmt::Debug for Deinterlacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deinterlacer")
            .field("shape", &self.shape)
            .field("inside", &self.expected)
            .finish_non_exhaustive()
    }
}

impl Deinterlacer {
    /// For pictures of `shape`. With `fields`, each of the two fields becomes a picture, so that motion is as smooth as it
    /// was filmed; without, each pair becomes one. `hidden`: the order of the fields where all pictures are interlaced,
    /// flagged or not.
    pub(super) fn new(shape: Shape, fields: bool, hidden: Option<FieldOrder>) -> Result<Self> {
        let graph = Graph::new(shape, fields, hidden)?;
        let (expected, hidden) = (VecDeque::new(), hidden.is_some());
        Ok(Self { graph, shape, expected, pushed: 0, fields, hidden, finished: false })
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Gives it the next picture, which must have the filter's shape. A `silent` one only is the neighbour of the next, and
    /// never comes out.
    pub(super) fn push(&mut self, frame: &frame::Frame, timing: Timing, silent: bool) -> Result<()> {
        if Shape::of(frame) != self.shape || self.finished {
            return Err(
                Error::new(ErrorKind::Unexpected, "a picture does not fit the deinterlacer").with_operation(OPERATION)
            );
        }
        // SAFETY: the copy refers to the same planes and is ours; the source filter, part of an open graph, takes it over.
        let interlaced = unsafe {
            let mut copy = frame::Video::empty();
            native::check(ffi::av_frame_ref(copy.as_mut_ptr(), frame.as_ptr()), "a picture cannot be kept", OPERATION)?;
            (*copy.as_mut_ptr()).pts = self.pushed;
            let interlaced = copy.is_interlaced();
            let code = ffi::av_buffersrc_add_frame_flags(self.graph.source, copy.as_mut_ptr(), 0);
            native::check(code, "the deinterlacer refused a picture", OPERATION)?;
            interlaced
        };
        let split = self.fields && (interlaced || self.hidden);
        self.expected.push_back(Expected { number: self.pushed, timing, silent, split });
        self.pushed += 1;
        Ok(())
    }

    /// No more pictures follow: what is inside comes out.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.finished = true;
        // SAFETY: a null frame is the end of the stream.
        let code = unsafe { ffi::av_buffersrc_add_frame_flags(self.graph.source, ptr::null_mut(), 0) };
        native::check(code, "the deinterlacer cannot be ended", OPERATION).map(drop)
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// The next finished picture with its time; `None` where one more has to go in first, or none follows.
    pub(super) fn pull(&mut self, frame: &mut frame::Frame) -> Result<Option<Timing>> {
        loop {
            // SAFETY: the sink is part of an open graph; the frame's old content is released first.
            let (code, time) = unsafe {
                let raw = frame.as_mut_ptr();
                ffi::av_frame_unref(raw);
                let code = ffi::av_buffersink_get_frame(self.graph.sink, raw);
                (code, (*raw).pts)
            };
            if code == ffi::AVERROR(ffi::EAGAIN) || code == ffi::AVERROR_EOF {
                return Ok(None);
            }
            native::check(code, "deinterlacing failed", OPERATION)?;
            // The filter counts in half pictures: even numbers are first fields and whole pictures.
            let (number, second) = (time.div_euclid(2), time.rem_euclid(2) == 1);
            while self.expected.front().is_some_and(|first| first.number < number) {
                self.expected.pop_front();
            }
            let Some(expected) = self.expected.front().copied().filter(|expected| expected.number == number) else {
                return Err(
                    Error::media("the deinterlacer gave a picture that nobody gave it").with_operation(OPERATION)
                );
            };
            if expected.silent {
                continue;
            }
            let Timing { start, is_own, duration } = expected.timing;
            let half = duration / 2;
            return Ok(Some(match (expected.split, second) {
                (false, _) => expected.timing,
                (true, false) => Timing { start, is_own, duration: half },
                (true, true) => Timing { start: start.map(|start| start.saturating_add(half)), is_own, duration: half },
            }));
        }
    }
}

/// A graph of three filters: source, `bwdif`, sink.
struct Graph {
    graph: *mut ffi::AVFilterGraph,
    source: *mut ffi::AVFilterContext,
    sink: *mut ffi::AVFilterContext,
}

// SAFETY: the graph is used by one owner at a time and, with one thread, keeps no thread of its own.
unsafe impl Send for Graph {}

impl Drop for Graph {
    fn drop(&mut self) {
        // SAFETY: owned by this value alone; the filters are freed with it.
        unsafe { ffi::avfilter_graph_free(&mut self.graph) }
    }
}

impl Graph {
    fn new(shape: Shape, fields: bool, hidden: Option<FieldOrder>) -> Result<Self> {
        native::init()?;
        let sent = if fields { "send_field" } else { "send_frame" };
        let (which, first) = match hidden {
            None => ("interlaced", "auto"),
            Some(FieldOrder::TopFirst) => ("all", "tff"),
            Some(FieldOrder::BottomFirst) => ("all", "bff"),
        };
        let mode = CString::new(format!("mode={sent}:deint={which}:parity={first}")).unwrap_or_default();
        let Shape { width, height, format } = shape;
        let shape = format!("video_size={width}x{height}:pix_fmt={format}:time_base=1/1:pixel_aspect=1/1");
        let shape = CString::new(shape).unwrap_or_default();
        // SAFETY: all names are terminated strings; the graph owns the filters, and this value the graph from here on.
        unsafe {
            let graph = ffi::avfilter_graph_alloc();
            if graph.is_null() {
                return Err(native::out_of_memory(OPERATION));
            }
            let mut this = Self { graph, source: ptr::null_mut(), sink: ptr::null_mut() };
            // One thread: pictures are made side by side already.
            (*graph).nb_threads = 1;
            // What the filter cannot read, such as packed 4:2:2, is converted first, as exactly as elsewhere.
            let exact = ffi::av_strdup(c"flags=bicubic+accurate_rnd+full_chroma_int".as_ptr());
            (*graph).scale_sws_opts = exact;
            let mut filter = ptr::null_mut();
            let steps: [(&CStr, &CStr, &mut *mut ffi::AVFilterContext); 3] = [
                (c"buffer", &shape, &mut this.source),
                (c"bwdif", &mode, &mut filter),
                (c"buffersink", c"", &mut this.sink),
            ];
            for (name, options, context) in steps {
                let found = ffi::avfilter_get_by_name(name.as_ptr());
                if found.is_null() {
                    let message = format!("this build of FFmpeg has no {} filter", name.to_string_lossy());
                    return Err(Error::new(ErrorKind::Unsupported, message).with_operation(OPERATION));
                }
                let code = ffi::avfilter_graph_create_filter(
                    context,
                    found,
                    name.as_ptr(),
                    options.as_ptr(),
                    ptr::null_mut(),
                    graph,
                );
                native::check(code, "the deinterlacer cannot be set up", OPERATION)?;
            }
            for (from, to) in [(this.source, filter), (filter, this.sink)] {
                native::check(ffi::avfilter_link(from, 0, to, 0), "the deinterlacer cannot be linked", OPERATION)?;
            }
            let code = ffi::avfilter_graph_config(graph, ptr::null_mut());
            native::check(code, "this kind of interlaced picture cannot be deinterlaced", OPERATION)?;
            Ok(this)
        }
    }
}
