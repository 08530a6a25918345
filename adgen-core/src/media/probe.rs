//! What a media file holds: size, rate, length, codecs, without decoding it.
//!
//! Depends on `decoder` and `native`.

use std::path::Path;

use ffmpeg_next::{ffi, format::context::Input};

use super::{
    decoder::{Medium, best_stream, missing_entries, stream},
    fps::Fps,
    native,
};
use crate::error::{Error, Result};

const OPERATION: &str = "media::probe";

/// What [`probe`] found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MediaInfo {
    /// Length of the whole file in seconds; 0 where the file does not say.
    pub duration_s: f64,
    /// The video that players would show.
    pub video: Option<VideoInfo>,
    /// The sound that players would play.
    pub audio: Option<AudioInfo>,
}

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
    /// Length in seconds.
    pub duration_s: f64,
    /// FFmpeg's name of the codec, such as `h264`.
    pub codec: String,
    /// FFmpeg's name of the pixel format, such as `yuv420p10le`.
    pub pixel_format: String,
    /// Bits a colour component: 8, 10, 12.
    pub bit_depth: u32,
    /// Clockwise turn that the file asks players for: 0, 90, 180 or 270.
    pub rotation_deg: u32,
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
    /// Length in seconds; 0 where the file does not say.
    pub duration_s: f64,
}

/// Reads what the file says about itself. A file that is empty, cut off, or no media at all is an error naming it.
pub fn probe(path: &Path) -> Result<MediaInfo> {
    let mut input = native::open_input(path, OPERATION)?;
    let named = |message: String| Error::media(message).with_operation(OPERATION).with_context("path", path.display());
    // SAFETY: the context is open.
    let duration_s = match unsafe { (*input.as_ptr()).duration } {
        duration if duration > 0 => duration as f64 / f64::from(ffi::AV_TIME_BASE),
        _ => 0.0,
    };
    let mut found = [None, None];
    for (slot, medium) in found.iter_mut().zip([Medium::Video, Medium::Audio]) {
        *slot = best_stream(&mut input, medium).map(|(index, _)| index);
        if let Some((present, listed)) = slot.and_then(|index| missing_entries(&mut input, index, path)) {
            return Err(named(format!("the file is cut off: {present} of {listed} packets are there")));
        }
    }
    let video = found[0].map(|index| video_info(&mut input, index, duration_s));
    let audio = found[1].map(|index| audio_info(&mut input, index, duration_s));
    if video.is_none() && audio.is_none() {
        return Err(named("the file has neither video nor audio: it is damaged, cut off or something else".into()));
    }
    if video.as_ref().is_some_and(|video| video.width == 0 || video.height == 0) {
        return Err(named("the video's size cannot be found out: the file is damaged".into()));
    }
    let longest = video.iter().map(|v| v.duration_s).chain(audio.iter().map(|a| a.duration_s)).fold(0.0, f64::max);
    Ok(MediaInfo { duration_s: if duration_s > 0.0 { duration_s } else { longest }, video, audio })
}

/// The average frame rate of a stream; 25 where nothing is known, as FFmpeg itself assumes.
pub(super) fn frame_rate(stream: *const ffi::AVStream) -> Fps {
    // SAFETY: callers pass a stream of an open input.
    let rates = unsafe { [(*stream).avg_frame_rate, (*stream).r_frame_rate] };
    rates
        .into_iter()
        .find(|rate| rate.num > 0 && rate.den > 0)
        .map_or(Fps::from(25), |rate| Fps::new(rate.num as u32, rate.den as u32))
}

/// The clockwise turn in degrees (0, 90, 180, 270) that the stream's display matrix asks for.
pub(super) fn rotation_deg(input: &Input, index: usize) -> u32 {
    let Some(stream) = input.stream(index) else { return 0 };
    let matrix = stream
        .side_data()
        .find(|data| data.kind() == ffmpeg_next::packet::side_data::Type::DisplayMatrix)
        .and_then(|data| {
            let bytes: &[u8; 36] = data.data().get(..36)?.try_into().ok()?;
            let mut matrix = [0_i32; 9];
            for (value, bytes) in matrix.iter_mut().zip(bytes.chunks_exact(4)) {
                *value = i32::from_ne_bytes(bytes.try_into().ok()?);
            }
            Some(matrix)
        });
    let Some(matrix) = matrix else { return 0 };
    // SAFETY: the matrix has the nine values that the function reads.
    let counter_clockwise = unsafe { ffi::av_display_rotation_get(matrix.as_ptr()) };
    if !counter_clockwise.is_finite() {
        return 0;
    }
    ((-counter_clockwise / 90.0).round() as i64).rem_euclid(4) as u32 * 90
}

/// Width over height of one pixel; 1 where the file does not say or says nonsense.
pub(super) fn pixel_aspect(ratio: ffi::AVRational) -> f64 {
    let aspect = f64::from(ratio.num) / f64::from(ratio.den.max(1));
    if ratio.num > 0 && ratio.den > 0 && (0.1..=10.0).contains(&aspect) { aspect } else { 1.0 }
}

fn seconds(stream: *const ffi::AVStream, otherwise: f64) -> f64 {
    // SAFETY: callers pass a stream of an open input.
    let (duration, base) = unsafe { ((*stream).duration, (*stream).time_base) };
    if duration > 0 && base.den > 0 { duration as f64 * f64::from(base.num) / f64::from(base.den) } else { otherwise }
}

fn video_info(input: &mut Input, index: usize, file_duration_s: f64) -> VideoInfo {
    let rotation_deg = rotation_deg(input, index);
    let stream = stream(input, index);
    // SAFETY: the stream and its parameters live as long as the input; names and descriptions are static.
    unsafe {
        let parameters = (*stream).codecpar;
        let mut aspect = pixel_aspect((*stream).sample_aspect_ratio);
        if aspect == 1.0 {
            aspect = pixel_aspect((*parameters).sample_aspect_ratio);
        }
        let mut size = [(*parameters).width.max(0) as f64 * aspect, (*parameters).height.max(0) as f64];
        if rotation_deg % 180 == 90 {
            size.reverse();
        }
        let fps = frame_rate(stream);
        let duration_s = seconds(stream, file_duration_s);
        let frames = u64::try_from((*stream).nb_frames).unwrap_or(0);
        let format = super::scaler::pixel_format((*parameters).format);
        let (pixel_format, bit_depth) = match format.map(|format| ffi::av_pix_fmt_desc_get(format)) {
            Some(description) if !description.is_null() => {
                (native::text((*description).name), (*description).comp[0].depth.max(0) as u32)
            }
            _ => ("unknown".into(), 8),
        };
        VideoInfo {
            width: size[0].round() as usize,
            height: size[1].round() as usize,
            fps,
            frame_count: if frames > 0 { frames } else { fps.frames(duration_s) },
            duration_s,
            codec: native::text(ffi::avcodec_get_name((*parameters).codec_id)),
            pixel_format,
            bit_depth,
            rotation_deg,
            variable_frame_rate: is_variable(stream),
        }
    }
}

/// Whether frames last unequally long, by the file's index where there is one, otherwise by the two rates FFmpeg finds.
fn is_variable(stream: *mut ffi::AVStream) -> bool {
    // SAFETY: callers pass a stream of an open input; entries are read below their count without a call in between.
    unsafe {
        let count = ffi::avformat_index_get_entries_count(stream);
        if count > 2 {
            let times = (0..count).map(|i| (*ffi::avformat_index_get_entry(stream, i)).timestamp);
            let times: Vec<i64> = times.collect();
            let steps = times.windows(2).map(|pair| pair[1] - pair[0]);
            let (least, most) = steps.fold((i64::MAX, 0), |(least, most), step| (least.min(step), most.max(step)));
            // Two ticks of difference are rounding: 30000/1001 in milliseconds steps by 33 and 34.
            return most - least > 2 && most as f64 > least as f64 * 1.1;
        }
        let [average, real] = [(*stream).avg_frame_rate, (*stream).r_frame_rate]
            .map(|rate| f64::from(rate.num) / f64::from(rate.den.max(1)));
        average > 0.0 && real > 0.0 && (average / real - 1.0).abs() > 0.02
    }
}

fn audio_info(input: &mut Input, index: usize, file_duration_s: f64) -> AudioInfo {
    let stream = stream(input, index);
    // SAFETY: the stream and its parameters live as long as the input; the name is static.
    unsafe {
        let parameters = (*stream).codecpar;
        AudioInfo {
            sample_rate: (*parameters).sample_rate.max(0) as u32,
            channels: (*parameters).ch_layout.nb_channels.max(0) as u32,
            codec: native::text(ffi::avcodec_get_name((*parameters).codec_id)),
            duration_s: seconds(stream, file_duration_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::ErrorKind,
        media::{
            Samples, VideoReader, VideoSettings, VideoTarget, decode_audio, encode_wav,
            testing::{clip, ffmpeg},
        },
    };

    #[test]
    fn own_clip_is_described() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a:b.mp4");
        clip(&path, VideoSettings::new(128, 96, Fps::new(30000, 1001)), 30, 0);
        let video = probe(&path).expect("info").video.expect("video");
        assert_eq!((video.width, video.height, video.frame_count), (128, 96, 30));
        assert_eq!(video.fps, Fps::new(30000, 1001));
        assert_eq!((video.codec.as_str(), video.pixel_format.as_str(), video.bit_depth), ("h264", "yuv420p", 8));
        assert!(!video.variable_frame_rate);
    }

    #[test]
    fn what_is_no_media_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("a file");
            path
        };
        let whole = folder.path().join("whole.mp4");
        clip(&whole, VideoSettings::new(128, 96, 30), 30, 0);
        let bytes = std::fs::read(&whole).expect("a file");
        let noise: Vec<u8> = (0..9000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let cases = [
            (write("empty.mp4", b""), "0 bytes"),
            (write("page.mp4", b"<!DOCTYPE html><html><body>403 Forbidden</body></html>"), "web page"),
            (write("error.mp4", b"{\"detail\": \"expired\"}"), "JSON"),
            (write("noise.mp4", &noise), "no audio or video"),
            (write("head.mp4", &bytes[..200]), ""),
            (write("index.mp4", &bytes[..900]), ""),
            (write("half.mp4", &bytes[..bytes.len() * 6 / 10]), "cut off"),
            (folder.path().to_path_buf(), "folder"),
        ];
        for (path, word) in cases {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            for error in [
                probe(&path).expect_err("no media"),
                VideoReader::open(&path, VideoTarget::native()).expect_err("no media"),
            ] {
                assert_eq!(error.kind(), ErrorKind::Media, "{error}");
                assert!(error.to_string().contains(word) && error.to_string().contains(&name), "{error}");
            }
            decode_audio(&path, None).expect_err("no media");
        }
        assert_eq!(probe(Path::new("/nonexistent.mp4")).expect_err("nothing").kind(), ErrorKind::NotFound);
    }

    #[test]
    fn every_cut_and_bit_flip_is_survived() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("x.mp4");
        clip(&path, VideoSettings::new(64, 64, 30), 10, 0);
        let whole = std::fs::read(&path).expect("a file");
        let mut frame = crate::media::Frame::black(2, 2);
        for k in 0..60 {
            let mut bytes = whole.clone();
            match k % 2 {
                0 => bytes.truncate(whole.len() * k / 60),
                _ => bytes[whole.len() * k / 60] ^= 0xff,
            }
            std::fs::write(&path, &bytes).expect("a file");
            let _ = probe(&path);
            if let Ok(mut reader) = VideoReader::open(&path, VideoTarget::cover(32, 32, 30)) {
                // Bounded: a flipped bit may turn a duration into years.
                for _ in 0..50 {
                    if !matches!(reader.read(&mut frame), Ok(true)) {
                        break;
                    }
                }
            }
        }
    }

    #[test]
    fn sound_alone_is_no_video() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("sound.wav");
        encode_wav(&path, &Samples::silence(4800)).expect("a file");
        let info = probe(&path).expect("info");
        assert!(info.video.is_none());
        let audio = info.audio.expect("audio");
        assert_eq!((audio.sample_rate, audio.channels, audio.duration_s), (48_000, 2, 0.1));
        let error = VideoReader::open(&path, VideoTarget::native()).expect_err("no video");
        assert!(error.to_string().contains("no video stream"), "{error}");
    }

    #[test]
    fn odd_and_uneven_files_are_understood() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().join("vfr.mp4");
        let source = "testsrc2=size=160x90:rate=30:duration=1";
        // Every third frame is left out.
        let filter = "select='mod(n,3)'";
        let arguments = ["-f", "lavfi", "-i", source, "-vf", filter, "-vsync", "vfr", "-pix_fmt", "yuv420p10le"];
        let Some(path) = ffmpeg(&arguments, &out) else { return };
        let video = probe(&path).expect("info").video.expect("video");
        assert!(video.variable_frame_rate);
        assert_eq!(video.bit_depth, 10);
        let plain = folder.path().join("plain.mp4");
        clip(&plain, VideoSettings::new(160, 90, 30), 6, 0);
        let turned = folder.path().join("turned.mp4");
        let plain = plain.to_str().expect("text");
        // `ffmpeg` 5 writes this tag counter-clockwise; the video reader's tests check the direction against its pictures.
        let arguments = ["-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90"];
        let Some(path) = ffmpeg(&arguments, &turned) else { return };
        let video = probe(&path).expect("info").video.expect("video");
        assert_eq!((video.width, video.height, video.rotation_deg), (90, 160, 270));
    }
}
