//! What a media file holds: size, rate, length, codecs, without decoding more of it than one picture.
//!
//! Depends on `error`, `decoder`, `display_matrix`, `input`, `length`, `stream` and `stream_info`.

use std::path::Path;

use ffmpeg_next::frame as native_frame;

use super::{
    decoder::{Decoder, check_pixels, too_large},
    display_matrix,
    input::Input,
    length::spans,
    log,
    orientation::Orientation,
    source::Source,
    stills,
    stream::{Medium, best_stream, missing_entries, missing_stream},
    stream_info::{AudioInfo, VideoInfo, listed_length},
};
use crate::error::{Error, Result};

const OPERATION: &str = "media::probe";

/// What [`probe`] found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MediaInfo {
    /// Length of the longest of its video and its audio stream in seconds.
    pub duration_s: f64,
    /// The video that players would show.
    pub video: Option<VideoInfo>,
    /// The sound that players would play.
    pub audio: Option<AudioInfo>,
}

/// Whether a file is a still picture, and if so the name of its format, such as `PNG` or `GIF`. A GIF with several pictures
/// and an animated PNG are films. Looks at the first bytes alone: whether the rest is whole is told by reading it.
pub fn still_format(path: &Path) -> Result<Option<&'static str>> {
    let source = Source::open(path).map_err(|fault| fault.of_file(OPERATION, path))?;
    Ok(stills::still(&source))
}

/// Reads what a file holds. One that is empty, cut off, too large, or no media at all is an error naming it.
///
/// Lengths are those of each stream: taken from the index where that lists every packet (MP4, MOV), else found by
/// reading the file to its end, without decoding it. At most [`MAX_FILE_BYTES`](super::MAX_FILE_BYTES) bytes,
/// [`MAX_STREAMS`](super::MAX_STREAMS) streams and [`MAX_PIXELS`](super::MAX_PIXELS) pixels a picture are read.
pub fn probe(path: &Path) -> Result<MediaInfo> {
    let _inside = log::inside();
    let mut input = Input::open(path, OPERATION)?;
    let mut found = [None, None];
    for (slot, medium) in found.iter_mut().zip([Medium::Video, Medium::Audio]) {
        *slot = best_stream(&mut input, medium).map(|(index, _)| index);
        if let Some((present, listed)) = slot.and_then(|index| missing_entries(&mut input, index)) {
            let message = format!("the file is cut off: {present} of {listed} packets are there");
            return Err(input.named(Error::media(message)));
        }
    }
    let mut lengths = [0.0; 2];
    let mut unknown = Vec::new();
    for (slot, length) in found.iter().zip(&mut lengths) {
        if let Some(index) = *slot {
            match listed_length(&mut input, index) {
                Some(listed) => *length = listed,
                None => unknown.push(index),
            }
        }
    }
    let mut video = found[0].map(|index| VideoInfo::of(&mut input, index));
    let mut audio = found[1].map(|index| AudioInfo::of(&mut input, index));
    if video.is_none() && audio.is_none() {
        // A file with a codec that cannot be decoded is named for that.
        let error = missing_stream(&mut input, Medium::Video);
        return Err(match error.kind() {
            crate::error::ErrorKind::Unsupported => error,
            _ => input
                .named(Error::media("the file has neither video nor audio: it is damaged, cut off or something else")),
        });
    }
    if let Some(video) = &video {
        if video.width == 0 || video.height == 0 {
            let error = match log::was_too_large() {
                true => too_large(),
                false => Error::media("the video's size cannot be found out: the file is damaged"),
            };
            return Err(input.named(error));
        }
        check_pixels(&input, video.width as i64, video.height as i64)?;
    }
    if let (Some(video), Some(index)) = (&mut video, found[0]) {
        let orientation = display_matrix::of_stream(&input, index).or_else(|| coded_orientation(path, &video.codec));
        video.turn(orientation.unwrap_or_default());
    }
    if !unknown.is_empty() {
        let read = spans(&mut input, &unknown, f64::INFINITY)?;
        for (slot, length) in found.iter().zip(&mut lengths) {
            if let Some(at) = slot.and_then(|index| unknown.iter().position(|other| *other == index)) {
                *length = read[at].seconds();
            }
        }
    }
    if let Some(video) = &mut video {
        video.duration_s = lengths[0];
        if video.frame_count == 0 {
            video.frame_count = video.fps.frames(video.duration_s);
        }
    }
    if let Some(audio) = &mut audio {
        audio.duration_s = lengths[1];
    }
    Ok(MediaInfo { duration_s: lengths[0].max(lengths[1]), video, audio })
}

/// What the coded pictures ask for themselves, in codecs that can say it: the first one is decoded for that.
fn coded_orientation(path: &Path, codec: &str) -> Option<Orientation> {
    if !matches!(codec, "h264" | "hevc") {
        return None;
    }
    let mut decoder = Decoder::open(path, Medium::Video, 1, OPERATION).ok()?;
    // SAFETY: an empty frame owns no planes yet.
    let mut picture = unsafe { native_frame::Frame::empty() };
    // Whether a file can be decoded is not looked at here.
    if decoder.next(&mut picture).ok()? { display_matrix::of_picture(&picture) } else { None }
}

#[cfg(test)]
#[path = "probe_tests.rs"]
mod tests;
