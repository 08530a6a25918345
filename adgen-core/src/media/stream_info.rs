//! What a stream's header says of it: size, rate, codec, and its length where the file lists each packet.
//!
//! Depends on `stream`, `pixel`, `input` and `native`.

use ffmpeg_next::ffi;

use super::{
    fps::Fps,
    input::{Input, Timestamps},
    native,
    orientation::Orientation,
    pixel::{pixel_aspect, pixel_format},
    stream::{frame_rate, stream},
};

/// One video stream.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct VideoInfo {
    /// Width in square pixels as shown, after rotation.
    pub width: usize,
    /// Height in square pixels as shown, after rotation.
    pub height: usize,
    /// Average frame rate.
    pub fps: Fps,
    /// Number of frames, from the file's index or estimated from length and rate.
    pub frame_count: u64,
    /// Length of the pictures alone in seconds, from the file's list of all of them or from reading the file.
    pub duration_s: f64,
    /// FFmpeg's name of the codec, such as `h264`.
    pub codec: String,
    /// FFmpeg's name of the pixel format, such as `yuv420p10le`.
    pub pixel_format: String,
    /// Bits a colour component: 8, 10, 12.
    pub bit_depth: u32,
    /// Clockwise turn that the file asks players for, after mirroring: 0, 90, 180 or 270.
    pub rotation_deg: u32,
    /// Whether the file asks players to mirror it left to right, before turning it.
    pub mirrored: bool,
    /// Whether the frames have unequal lengths.
    pub variable_frame_rate: bool,
}

/// One audio stream.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AudioInfo {
    /// Samples a second.
    pub sample_rate: u32,
    /// Number of channels.
    pub channels: u32,
    /// FFmpeg's name of the codec, such as `mp3`.
    pub codec: String,
    /// Length of the sound alone in seconds.
    pub duration_s: f64,
}

impl VideoInfo {
    /// Everything but the length, which is 0, and as stored; the count of frames is 0, too, where no index tells it.
    pub(super) fn of(input: &mut Input, index: usize) -> Self {
        let listed = listed_length(input, index).is_some();
        let stream = stream(input, index);
        // SAFETY: the stream and its parameters live as long as the input; names and descriptions are static.
        unsafe {
            let parameters = (*stream).codecpar;
            let mut aspect = pixel_aspect((*stream).sample_aspect_ratio);
            if aspect == 1.0 {
                aspect = pixel_aspect((*parameters).sample_aspect_ratio);
            }
            let size = [f64::from((*parameters).width.max(0)) * aspect, f64::from((*parameters).height.max(0))];
            let frames = u64::try_from((*stream).nb_frames).unwrap_or(0);
            let format = pixel_format((*parameters).format);
            let (pixel_format, bit_depth) = match format.map(|format| ffi::av_pix_fmt_desc_get(format)) {
                Some(description) if !description.is_null() => {
                    (native::text((*description).name), (*description).comp[0].depth.max(0) as u32)
                }
                _ => ("unknown".into(), 8),
            };
            Self {
                width: size[0].round() as usize,
                height: size[1].round() as usize,
                fps: frame_rate(stream),
                frame_count: if listed { frames } else { 0 },
                duration_s: 0.0,
                codec: native::text(ffi::avcodec_get_name((*parameters).codec_id)),
                pixel_format,
                bit_depth,
                rotation_deg: 0,
                mirrored: false,
                variable_frame_rate: is_variable(stream),
            }
        }
    }

    /// Turns what is described as stored.
    pub(super) fn turn(&mut self, orientation: Orientation) {
        [self.width, self.height] = orientation.shown([self.width, self.height]);
        self.rotation_deg = orientation.rotation_deg();
        self.mirrored = orientation.is_mirrored();
    }
}

impl AudioInfo {
    /// Everything but the length, which is 0.
    pub(super) fn of(input: &mut Input, index: usize) -> Self {
        let stream = stream(input, index);
        // SAFETY: the stream and its parameters live as long as the input; the name is static.
        unsafe {
            let parameters = (*stream).codecpar;
            Self {
                sample_rate: (*parameters).sample_rate.max(0) as u32,
                channels: (*parameters).ch_layout.nb_channels.max(0) as u32,
                codec: native::text(ffi::avcodec_get_name((*parameters).codec_id)),
                duration_s: 0.0,
            }
        }
    }
}

/// The length in seconds of a stream whose container lists each of its packets with its time; `None` for others.
pub(super) fn listed_length(input: &mut Input, index: usize) -> Option<f64> {
    if input.timestamps() != Timestamps::Exact {
        return None;
    }
    let stream = stream(input, index);
    // SAFETY: plain fields of a stream that lives as long as the input.
    let (frames, entries, duration, base) = unsafe {
        let entries = ffi::avformat_index_get_entries_count(stream);
        ((*stream).nb_frames, entries, (*stream).duration, (*stream).time_base)
    };
    // Fragmented files and Matroska have no such list.
    (frames > 0 && entries > 0 && duration > 0 && base.den > 0)
        .then(|| duration as f64 * f64::from(base.num) / f64::from(base.den))
}

/// Whether frames last unequally long, by the file's index where there is one, otherwise by the two rates FFmpeg finds.
///
/// # Safety
///
/// `stream` must be a stream of an open input.
unsafe fn is_variable(stream: *mut ffi::AVStream) -> bool {
    // SAFETY: the caller's promise; entries are read below their count without a call in between.
    unsafe {
        let count = ffi::avformat_index_get_entries_count(stream);
        if count > 2 {
            let entries = (0..count).map(|i| ffi::avformat_index_get_entry(stream, i));
            let times = entries.filter(|entry| !entry.is_null()).map(|entry| (*entry).timestamp);
            let (mut least, mut most, mut last) = (i64::MAX, 0_i64, None);
            for time in times {
                if let Some(last) = last.replace(time) {
                    let step = time.saturating_sub(last);
                    (least, most) = (least.min(step), most.max(step));
                }
            }
            // Two ticks of difference are rounding: 30000/1001 in milliseconds steps by 33 and 34.
            return most.saturating_sub(least) > 2 && most as f64 > least as f64 * 1.1;
        }
        let [average, real] = [(*stream).avg_frame_rate, (*stream).r_frame_rate]
            .map(|rate| f64::from(rate.num) / f64::from(rate.den.max(1)));
        average > 0.0 && real > 0.0 && (average / real - 1.0).abs() > 0.02
    }
}
