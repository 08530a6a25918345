//! The streams of an open file: which of them is read, and what their own structures say.
//!
//! Depends on `error`, FFmpeg, `input`, `stills` and `native`.

use std::ptr;

use ffmpeg_next::ffi;

use super::{fps::Fps, input::Input, native, stills};
use crate::error::{Error, ErrorKind};

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

    pub(super) fn name(self) -> &'static str {
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
    let index = unsafe { ffi::av_find_best_stream(input.as_mut_ptr(), medium.native(), -1, -1, &mut codec, 0) };
    let index = usize::try_from(index).ok()?;
    (!is_cover(input, index)).then_some((index, codec))
}

/// Whether a stream is a cover picture.
fn is_cover(input: &mut Input, index: usize) -> bool {
    // SAFETY: the stream lives as long as the input.
    unsafe { (*stream(input, index)).disposition & ffi::AV_DISPOSITION_ATTACHED_PIC != 0 }
}

/// FFmpeg's name of the codec of the first stream of that kind, whether it can be decoded or not.
fn codec_of_any(input: &mut Input, medium: Medium) -> Option<String> {
    // SAFETY: the context is open.
    let count = unsafe { (*input.as_ptr()).nb_streams } as usize;
    let index = (0..count).find(|&index| {
        // SAFETY: streams below `nb_streams` exist and have parameters.
        unsafe { (*(*stream(input, index)).codecpar).codec_type == medium.native() && !is_cover(input, index) }
    })?;
    // SAFETY: as above; the codec's name is a static string.
    Some(unsafe { native::text(ffi::avcodec_get_name((*(*stream(input, index)).codecpar).codec_id)) })
}

/// The error for a file without a stream of that kind that can be decoded: what the file has instead is said.
pub(super) fn missing_stream(input: &mut Input, medium: Medium) -> Error {
    let error = match codec_of_any(input, medium) {
        Some(codec) => {
            let next = "convert it to H.264 in MP4 (sound: AAC or MP3), or use an FFmpeg that decodes it";
            Error::new(ErrorKind::Unsupported, format!("this build of FFmpeg cannot decode {codec}")).with_hint(next)
        }
        None => match stills::still(input.source()) {
            Some(name) => Error::media(format!("the file is a still picture ({name}), not video or sound")),
            None => Error::media(format!("the file has no {} stream", medium.name())),
        },
    };
    input.named(error)
}

/// The stream's own structure, which lives as long as the input. `index` must be below the number of streams; FFmpeg only
/// ever adds some.
pub(super) fn stream(input: &mut Input, index: usize) -> *mut ffi::AVStream {
    // SAFETY: the context is open and has `nb_streams` streams.
    unsafe {
        let context = input.as_mut_ptr();
        assert!(index < (*context).nb_streams as usize, "stream numbers come from FFmpeg's own search of this input");
        *(*context).streams.add(index)
    }
}

/// Whether the file's own index says that the stream goes on behind the end of the file: `(present, listed)` entries.
pub(super) fn missing_entries(input: &mut Input, index: usize) -> Option<(usize, usize)> {
    let size = i64::try_from(input.source().length()).unwrap_or(i64::MAX);
    let stream = stream(input, index);
    // SAFETY: entries are read one after the other, below their count, with no call in between that could move them.
    unsafe {
        let count = ffi::avformat_index_get_entries_count(stream);
        let present = (0..count)
            .take_while(|&i| {
                let entry = ffi::avformat_index_get_entry(stream, i);
                entry.is_null() || (*entry).pos.saturating_add(i64::from((*entry).size())) <= size
            })
            .count();
        (present < count as usize).then_some((present, count as usize))
    }
}

/// The average frame rate of a stream; 25 where nothing is known, as FFmpeg itself assumes.
///
/// # Safety
///
/// `stream` must be a stream of an open input.
pub(super) unsafe fn frame_rate(stream: *const ffi::AVStream) -> Fps {
    // SAFETY: the caller's promise.
    let rates = unsafe { [(*stream).avg_frame_rate, (*stream).r_frame_rate] };
    rates
        .into_iter()
        .find(|rate| rate.num > 0 && rate.den > 0)
        .map_or(Fps::from(25), |rate| Fps::new(rate.num as u32, rate.den as u32))
}
