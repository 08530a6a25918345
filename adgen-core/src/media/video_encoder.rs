//! Writing video: H.264 High in MP4, tagged BT.709, in closed groups of pictures, the same bytes on every run.
//!
//! Depends on `error`, FFmpeg with libx264, and on `mp4`.

use std::{
    fmt,
    path::{Path, PathBuf},
    ptr,
};

use ffmpeg_next::{Dictionary, Packet, codec, ffi, frame as native_frame, packet::Mut as _};

use super::{fps::Fps, frame::Frame, log, mp4::Mp4Writer, native};
use crate::error::{Error, ErrorKind, Result};

const OPERATION: &str = "media::encode_video";
/// The pixels of all frames that the encoder looks ahead to: 16 frames of 1920x1080, 9 of 2560x1440.
const LOOKAHEAD_PIXELS: usize = 33_500_000;
/// Frames with more pixels than this look ahead as little as x264 does well with: what is drawn takes the memory.
const LARGE_PIXELS: usize = 4_500_000;
/// How far those look ahead.
const LEAST_LOOKAHEAD: usize = 2;

/// How a video is encoded. Two files made with equal settings can be joined without encoding again. What they are serialised
/// to is part of the content key of what they encode.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct VideoSettings {
    /// Width in pixels; even, 16 to 8192.
    pub width: usize,
    /// Height in pixels; even, 16 to 8192.
    pub height: usize,
    /// Frame rate, constant.
    pub fps: Fps,
    /// x264's constant rate factor, 0 to 51; lower is better and larger. Default 20.
    #[serde(serialize_with = "as_double")]
    pub crf: f32,
    /// x264's preset, `ultrafast` to `placebo`. Default `veryfast`.
    pub preset: String,
    /// Frames in a closed group of pictures. Default: half a second, which video platforms ask for.
    pub keyframe_interval: u32,
    /// Upper limit of the rate in kbit/s over one second, where a platform has one.
    pub max_kbps: Option<u32>,
    /// Encoder threads. The bytes depend on it, so it is a setting and not the machine's choice. Default 1.
    pub threads: usize,
}

/// As a double, whose digits do not depend on how `serde_json` was built.
fn as_double<S: serde::Serializer>(value: &f32, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_f64(f64::from(*value))
}

impl VideoSettings {
    /// The defaults for a size and a rate.
    pub fn new(width: usize, height: usize, fps: impl Into<Fps>) -> Self {
        let fps = fps.into();
        Self {
            width,
            height,
            fps,
            crf: 20.0,
            preset: "veryfast".into(),
            keyframe_interval: (fps.as_f64() / 2.0).round().max(1.0) as u32,
            max_kbps: None,
            threads: 1,
        }
    }

    /// An error that names the value, where one is out of range.
    pub fn validate(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::new(ErrorKind::InvalidConfig, message).with_operation(OPERATION));
        for (name, side) in [("width", self.width), ("height", self.height)] {
            if side % 2 != 0 || !(16..=8192).contains(&side) {
                return wrong(format!("{name} is {side}; allowed are even numbers from 16 to 8192"));
            }
        }
        if !(0.0..=51.0).contains(&self.crf) {
            return wrong(format!("crf is {}; allowed is 0 to 51", self.crf));
        }
        if !(1.0..=240.0).contains(&self.fps.as_f64()) {
            return wrong(format!("fps is {}; allowed is 1 to 240", self.fps));
        }
        // FFmpeg counts both sides of a fraction in 32 bits with a sign.
        if self.fps.num().max(self.fps.den()) > i32::MAX as u32 {
            let most = i32::MAX;
            return wrong(format!("fps is {}; allowed are fractions of numbers up to {most}", self.fps));
        }
        if !(1..=1000).contains(&self.keyframe_interval) {
            return wrong(format!("keyframe_interval is {}; allowed is 1 to 1000", self.keyframe_interval));
        }
        if !(1..=64).contains(&self.threads) {
            return wrong(format!("threads is {}; allowed is 1 to 64", self.threads));
        }
        if let Some(kbps) = self.max_kbps.filter(|kbps| !(50..=500_000).contains(kbps)) {
            return wrong(format!("max_kbps is {kbps}; allowed is 50 to 500000"));
        }
        const PRESETS: [&str; 10] =
            ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"];
        if !PRESETS.contains(&self.preset.as_str()) {
            return wrong(format!("preset is {:?}; allowed are {}", self.preset, PRESETS.join(", ")));
        }
        Ok(())
    }

    /// How many frames x264 may look ahead where its preset's own number would hold more than [`LOOKAHEAD_PIXELS`]: each takes
    /// some three bytes a pixel, and four times the pixels must not take four times the memory.
    fn shorter_lookahead(&self) -> Option<usize> {
        // As x264's presets have it (`param_apply_preset` in its common/base.c).
        let own = match self.preset.as_str() {
            "ultrafast" | "superfast" => 0,
            "veryfast" => 10,
            "faster" => 20,
            "fast" => 30,
            "medium" => 40,
            "slow" => 50,
            _ => 60,
        };
        // It never looks beyond a group of pictures.
        let own = own.min(self.keyframe_interval as usize);
        let pixels = self.width.saturating_mul(self.height).max(1);
        let most = if pixels > LARGE_PIXELS { LEAST_LOOKAHEAD } else { LOOKAHEAD_PIXELS / pixels };
        (most < own).then_some(most)
    }

    /// Whether H.264 level 4.2 allows the size and rate (ITU-T H.264, table A-1: 8704 macroblocks, 522240 a second).
    fn fits_level_4_2(&self) -> bool {
        let blocks = self.width.div_ceil(16) * self.height.div_ceil(16);
        blocks <= 8704 && blocks as f64 * self.fps.as_f64() <= 522_240.0
    }
}

/// What [`VideoEncoder::finish`] made.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Encoded {
    /// Number of frames.
    pub frames: u64,
    /// Length in seconds.
    pub duration_s: f64,
    /// Size of the file.
    pub bytes: u64,
}

/// Encodes frames into an MP4 file. Dropped before [`VideoEncoder::finish`], it removes the unfinished file.
pub struct VideoEncoder {
    context: codec::Context,
    writer: Mp4Writer,
    settings: VideoSettings,
    path: PathBuf,
    time_base: ffi::AVRational,
    stream: usize,
    picture: native_frame::Frame,
    packet: Packet,
    frames: u64,
}

impl fmt::Debug for VideoEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoEncoder")
            .field("path", &self.path)
            .field("settings", &self.settings)
            .field("frames", &self.frames)
            .finish_non_exhaustive()
    }
}

impl VideoEncoder {
    /// Creates the file and its encoder.
    pub fn create(path: &Path, settings: VideoSettings) -> Result<Self> {
        let _inside = log::inside();
        settings.validate()?;
        let (mut context, codec) = native::encoder(c"libx264", OPERATION)?;
        let time_base = ffi::AVRational { num: settings.fps.den() as i32, den: settings.fps.num() as i32 };
        // SAFETY: plain fields of a context that is not open yet.
        unsafe {
            let raw = context.as_mut_ptr();
            (*raw).width = settings.width as i32;
            (*raw).height = settings.height as i32;
            (*raw).pix_fmt = ffi::AVPixelFormat::AV_PIX_FMT_YUV420P;
            (*raw).time_base = time_base;
            (*raw).framerate = ffi::AVRational { num: time_base.den, den: time_base.num };
            (*raw).sample_aspect_ratio = ffi::AVRational { num: 1, den: 1 };
            (*raw).color_range = ffi::AVColorRange::AVCOL_RANGE_MPEG;
            (*raw).color_primaries = ffi::AVColorPrimaries::AVCOL_PRI_BT709;
            (*raw).color_trc = ffi::AVColorTransferCharacteristic::AVCOL_TRC_BT709;
            (*raw).colorspace = ffi::AVColorSpace::AVCOL_SPC_BT709;
            (*raw).chroma_sample_location = ffi::AVChromaLocation::AVCHROMA_LOC_LEFT;
            (*raw).gop_size = settings.keyframe_interval as i32;
            (*raw).keyint_min = settings.keyframe_interval as i32;
            (*raw).max_b_frames = 2;
            (*raw).thread_count = settings.threads as i32;
            (*raw).flags |=
                (ffi::AV_CODEC_FLAG_GLOBAL_HEADER | ffi::AV_CODEC_FLAG_BITEXACT | ffi::AV_CODEC_FLAG_CLOSED_GOP) as i32;
            if let Some(kbps) = settings.max_kbps {
                (*raw).rc_max_rate = i64::from(kbps) * 1000;
                (*raw).rc_buffer_size = kbps as i32 * 1000;
            }
        }
        let mut options = Dictionary::new();
        options.set("preset", &settings.preset);
        options.set("profile", "high");
        options.set("crf", &settings.crf.to_string());
        if settings.fits_level_4_2() {
            options.set("level", "4.2");
        }
        // Key frames at fixed places only: scenes can be cut and joined there.
        let mut parameters = "scenecut=0:open-gop=0:force-cfr=1".to_owned();
        if let Some(frames) = settings.shorter_lookahead() {
            parameters.push_str(&format!(":rc-lookahead={frames}"));
        }
        if settings.width.saturating_mul(settings.height) > LARGE_PIXELS {
            // Each picture that is kept for reference takes some five bytes a pixel.
            parameters.push_str(":ref=1:b-pyramid=none");
        }
        options.set("x264-params", &parameters);
        native::open_encoder(&mut context, codec, options, OPERATION)?;
        let mut writer = Mp4Writer::create(path, OPERATION)?;
        let stream = writer.add_stream(|stream| {
            // SAFETY: both are valid; the stream was just made.
            unsafe {
                (*stream).time_base = time_base;
                (*stream).avg_frame_rate = ffi::AVRational { num: time_base.den, den: time_base.num };
                (*stream).sample_aspect_ratio = ffi::AVRational { num: 1, den: 1 };
                let code = ffi::avcodec_parameters_from_context((*stream).codecpar, context.as_ptr());
                native::check(code, "the encoder's parameters cannot be taken over", OPERATION).map(drop)
            }
        })?;
        writer.start(&[])?;
        // SAFETY: the frame gets its own planes of the encoder's size.
        let picture = unsafe {
            let mut picture = native_frame::Frame::empty();
            let raw = picture.as_mut_ptr();
            (*raw).format = ffi::AVPixelFormat::AV_PIX_FMT_YUV420P as i32;
            (*raw).width = settings.width as i32;
            (*raw).height = settings.height as i32;
            (*raw).color_range = ffi::AVColorRange::AVCOL_RANGE_MPEG;
            (*raw).colorspace = ffi::AVColorSpace::AVCOL_SPC_BT709;
            native::check(ffi::av_frame_get_buffer(raw, 0), "no memory for a picture", OPERATION)?;
            picture
        };
        let path = path.to_path_buf();
        Ok(Self { context, writer, settings, path, time_base, stream, picture, packet: Packet::empty(), frames: 0 })
    }

    /// How many frames were written.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Encodes the next frame, which must have the encoder's size.
    pub fn write(&mut self, frame: &Frame) -> Result<()> {
        let _inside = log::inside();
        if (frame.width(), frame.height()) != (self.settings.width, self.settings.height) {
            return Err(Error::new(
                ErrorKind::Unexpected,
                format!(
                    "a frame of {}x{} was given to an encoder of {}x{}",
                    frame.width(),
                    frame.height(),
                    self.settings.width,
                    self.settings.height
                ),
            )
            .with_operation(OPERATION));
        }
        let sizes = [
            (frame.width(), frame.height()),
            (frame.chroma_width(), frame.chroma_height()),
            (frame.chroma_width(), frame.chroma_height()),
        ];
        // SAFETY: the picture is made writable (a copy, should the encoder still hold it) and has the frame's size, which was
        // checked above; a frame's planes always hold `width * height` bytes of that size. So each row of `width` bytes is
        // read within the source and written within its plane, `linesize` apart.
        unsafe {
            let raw = self.picture.as_mut_ptr();
            native::check(ffi::av_frame_make_writable(raw), "no memory for a picture", OPERATION)?;
            for (plane, (source, (width, height))) in frame.planes().into_iter().zip(sizes).enumerate() {
                debug_assert_eq!(source.len(), width * height);
                ffi::av_image_copy_plane(
                    (*raw).data[plane],
                    (*raw).linesize[plane],
                    source.as_ptr(),
                    width as i32,
                    width as i32,
                    height as i32,
                );
            }
            (*raw).pts = self.frames as i64;
            (*raw).pict_type = ffi::AVPictureType::AV_PICTURE_TYPE_NONE;
        }
        self.frames += 1;
        self.send(false)
    }

    /// Encodes what the encoder still holds and completes the file.
    pub fn finish(mut self) -> Result<Encoded> {
        let _inside = log::inside();
        if self.frames == 0 {
            return Err(Error::media("a video without frames cannot be written")
                .with_operation(OPERATION)
                .with_context("path", self.path.display()));
        }
        self.send(true)?;
        let bytes = self.writer.finish()?;
        Ok(Encoded { frames: self.frames, duration_s: self.settings.fps.seconds(self.frames), bytes })
    }

    /// Sends the picture, or that there are no more, and writes every packet that comes out.
    fn send(&mut self, ended: bool) -> Result<()> {
        // SAFETY: encoder, picture and packet are valid; the encoder takes its own reference; null means no more.
        let code = unsafe {
            let picture = if ended { ptr::null() } else { self.picture.as_ptr() };
            ffi::avcodec_send_frame(self.context.as_mut_ptr(), picture)
        };
        native::check(code, "encoding failed", OPERATION)?;
        loop {
            // SAFETY: as above; the packet's old content is released by the call.
            let code = unsafe { ffi::avcodec_receive_packet(self.context.as_mut_ptr(), self.packet.as_mut_ptr()) };
            if code == ffi::AVERROR(ffi::EAGAIN) || code == ffi::AVERROR_EOF {
                return Ok(());
            }
            native::check(code, "encoding failed", OPERATION)?;
            // SAFETY: plain field of a packet.
            unsafe { (*self.packet.as_mut_ptr()).duration = 1 };
            self.writer.write(&mut self.packet, self.stream, self.time_base)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::testing::{clip, ffprobe, gradient};

    #[test]
    fn large_frames_look_less_far_ahead() {
        let ahead = |width, height, fps: u32, preset: &str| {
            let mut settings = VideoSettings::new(width, height, fps);
            settings.preset = preset.to_owned();
            settings.shorter_lookahead()
        };
        assert_eq!(ahead(1080, 1920, 30, "veryfast"), None);
        assert_eq!(ahead(1080, 1920, 30, "medium"), None);
        assert_eq!(ahead(1080, 1920, 60, "medium"), Some(16));
        assert_eq!(ahead(1440, 2560, 30, "veryfast"), Some(9));
        assert_eq!(ahead(2160, 3840, 30, "veryfast"), Some(2));
        assert_eq!(ahead(8192, 8192, 30, "medium"), Some(2));
        assert_eq!(ahead(8192, 8192, 30, "superfast"), None);
    }

    #[test]
    fn same_frames_give_the_same_tagged_bytes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [a, b] = ["a.mp4", "b.mp4"].map(|name| folder.path().join(name));
        clip(&a, VideoSettings::new(128, 96, 30), 20, 0);
        clip(&b, VideoSettings::new(128, 96, 30), 20, 0);
        let bytes = std::fs::read(&a).expect("a file");
        assert_eq!(bytes, std::fs::read(&b).expect("a file"));
        let find = |tag: &[u8]| bytes.windows(tag.len()).position(|window| window == tag);
        assert!(find(b"moov") < find(b"mdat"), "the index comes first");
        assert!(find(b"elst").is_none() && find(b"edts").is_none(), "no edit list");
        // Primaries, transfer and matrix 1 (BT.709), limited range.
        let nclx = find(b"colrnclx").expect("a colr box");
        assert_eq!(bytes[nclx + 8..nclx + 15], [0, 1, 0, 1, 0, 1, 0]);
        let fields = "stream=profile,level,color_range,color_space,color_transfer,color_primaries,has_b_frames,\
                      r_frame_rate,nb_frames,start_pts,chroma_location";
        let text = ffprobe(&["-show_entries", fields, "-of", "default=nw=1"], &a);
        for line in [
            "profile=High",
            "level=42",
            "color_range=tv",
            "color_space=bt709",
            "color_transfer=bt709",
            "color_primaries=bt709",
            "chroma_location=left",
            "r_frame_rate=30/1",
            "nb_frames=20",
            "start_pts=0",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        let text = ffprobe(&["-show_entries", "packet=pts,flags", "-of", "csv=p=0"], &a);
        let keys: Vec<&str> = text.lines().filter(|line| line.contains('K')).collect();
        assert_eq!(keys, ["0,K_", "7680,K_"]);
    }

    #[test]
    fn a_full_disk_and_a_missing_folder_are_named() {
        let missing = Path::new("/nonexistent/folder/out.mp4");
        let error = VideoEncoder::create(missing, VideoSettings::new(64, 64, 30)).expect_err("no such folder");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("/nonexistent/folder/out.mp4"), "{error}");
        let full = Path::new("/dev/full");
        if full.exists() {
            let write = || {
                let mut encoder = VideoEncoder::create(full, VideoSettings::new(64, 64, 30))?;
                (0..60).try_for_each(|n| encoder.write(&gradient(64, 64, n)))?;
                encoder.finish()
            };
            let error = write().expect_err("the disk is full");
            assert_eq!(error.kind(), ErrorKind::Io, "{error}");
            assert!(error.to_string().contains("/dev/full"), "{error}");
            assert!(full.exists());
        }
    }

    #[test]
    fn an_unfinished_file_is_removed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("half.mp4");
        let mut encoder = VideoEncoder::create(&path, VideoSettings::new(64, 64, 30)).expect("opens");
        encoder.write(&gradient(64, 64, 0)).expect("a frame");
        assert!(path.exists());
        drop(encoder);
        assert!(!path.exists());
    }

    #[test]
    fn wrong_settings_are_refused_with_their_value() {
        let mut settings = VideoSettings::new(64, 63, 30);
        assert!(settings.validate().expect_err("odd").to_string().contains("63"));
        settings.height = 64;
        settings.preset = "warp".into();
        assert!(settings.validate().expect_err("no preset").to_string().contains("warp"));
        settings.preset = "ultrafast".into();
        settings.crf = f32::NAN;
        settings.validate().expect_err("not a number");
        // About 30, but FFmpeg's fractions have a sign.
        let fine = Fps::new(u32::MAX, u32::MAX / 30);
        let error = VideoSettings::new(64, 64, fine).validate().expect_err("does not fit");
        assert!(error.to_string().contains("4294967295/143165576"), "{error}");
    }

    #[test]
    fn a_frame_of_another_size_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("x.mp4");
        let mut encoder = VideoEncoder::create(&path, VideoSettings::new(64, 64, 30)).expect("opens");
        assert!(encoder.write(&gradient(32, 64, 0)).expect_err("wrong size").to_string().contains("32x64"));
    }
}
