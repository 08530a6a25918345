//! Reading video at a constant frame rate, upright, in one size and one colour space, whatever the file holds.
//!
//! Depends on `decoder` and `scaler`.

use std::path::Path;

use ffmpeg_next::{ffi, frame as native_frame};

use super::{
    decoder::{Decoder, Medium},
    fps::Fps,
    frame::Frame,
    probe::{frame_rate, pixel_aspect},
    scaler::Scaler,
};
use crate::error::Result;

const OPERATION: &str = "media::read_video";

/// The largest timestamp error that is forgiven, in seconds: half a millisecond is Matroska's rounding.
const MAX_ROUNDING_S: f64 = 1e-3;

/// What a [`VideoReader`] shall give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VideoTarget {
    /// Width and height of the frames, rounded up to even numbers: the video is scaled to cover them and cropped to the
    /// middle. `None`: its own size in square pixels, upright.
    pub size: Option<(usize, usize)>,
    /// Frame rate. `None`: the video's own average.
    pub fps: Option<Fps>,
    /// Decoder threads; 0 lets FFmpeg decide. The pictures do not depend on it.
    pub threads: Option<usize>,
}

impl VideoTarget {
    /// Frames of that size and rate, decoded with one thread.
    pub fn cover(width: usize, height: usize, fps: impl Into<Fps>) -> Self {
        Self { size: Some((width, height)), fps: Some(fps.into()), threads: None }
    }

    /// The video's own size and rate.
    pub fn native() -> Self {
        Self::default()
    }
}

/// Reads a video frame by frame. Frame `n` is what a player shows at `n / fps` seconds after the first frame.
#[derive(Debug)]
pub struct VideoReader {
    decoder: Decoder,
    scaler: Scaler,
    size: (usize, usize),
    fps: Fps,
    /// Seconds a tick.
    tick_s: f64,
    /// Timestamp of the first frame, in ticks.
    origin: i64,
    /// Length of a frame whose file does not say, in ticks.
    usual_duration: i64,
    shown: Slot,
    /// The frame after `shown`, decoded ahead to know how long that one lasts.
    next: Slot,
    /// Whether the scaler holds `shown`.
    scaled: bool,
    index: u64,
}

/// A decoded frame with its time. Empty: before the first and after the last.
#[derive(Debug)]
struct Slot {
    frame: Picture,
    timestamp: i64,
    duration: i64,
    full: bool,
}

struct Picture(native_frame::Frame);

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Picture")
    }
}

impl Slot {
    fn empty() -> Self {
        // SAFETY: an empty frame owns no planes yet.
        Self { frame: Picture(unsafe { native_frame::Frame::empty() }), timestamp: 0, duration: 0, full: false }
    }
}

impl VideoReader {
    /// Opens a file and decodes its first frame, so that a damaged one is noticed here.
    pub fn open(path: &Path, target: VideoTarget) -> Result<Self> {
        let mut decoder = Decoder::open(path, Medium::Video, target.threads.unwrap_or(1), OPERATION)?;
        let rotation_deg = decoder.rotation_deg();
        let (num, den) = decoder.time_base();
        let rate = frame_rate(decoder.stream());
        let tick_s = num as f64 / den as f64;
        let usual_duration = ((1.0 / rate.as_f64() / tick_s).round() as i64).max(1);
        let mut next = Slot::empty();
        if !fetch(&mut decoder, &mut next, None, usual_duration)? {
            return Err(decoder.error("the file has a video stream without one picture that can be decoded"));
        }
        let size = target.size.unwrap_or_else(|| native_size(&next.frame.0, rotation_deg));
        let size = [size.0, size.1].map(|side| side.max(2).next_multiple_of(2));
        let origin = next.timestamp;
        Ok(Self {
            scaler: Scaler::new(size[0], size[1], rotation_deg),
            decoder,
            size: (size[0], size[1]),
            fps: target.fps.unwrap_or(rate),
            tick_s,
            origin,
            usual_duration,
            shown: Slot::empty(),
            next,
            scaled: false,
            index: 0,
        })
    }

    /// Width and height of the frames.
    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// Frame rate of the frames.
    pub fn fps(&self) -> Fps {
        self.fps
    }

    /// Number of the frame that [`VideoReader::read`] gives next.
    pub fn position(&self) -> u64 {
        self.index
    }

    /// Fills `frame` with the next one (its size is set); `false`, leaving it alone, behind the end.
    pub fn read(&mut self, frame: &mut Frame) -> Result<bool> {
        let time_s = self.fps.seconds(self.index) + (self.tick_s / 2.0).clamp(1e-6, MAX_ROUNDING_S);
        while self.next.full && (!self.shown.full || self.time_s(self.next.timestamp) <= time_s) {
            std::mem::swap(&mut self.shown, &mut self.next);
            self.scaled = false;
            fetch(&mut self.decoder, &mut self.next, Some(&self.shown), self.usual_duration)?;
        }
        if !self.shown.full || (!self.next.full && self.time_s(self.shown.timestamp + self.shown.duration) <= time_s) {
            return Ok(false);
        }
        if !self.scaled {
            self.scaler
                .scale(&mut self.shown.frame.0)
                .map_err(|error| error.with_context("path", self.decoder.path().display()))?;
            self.scaled = true;
        }
        self.scaler.copy_to(frame);
        self.index += 1;
        Ok(true)
    }

    /// Goes to `time_s`: the next [`VideoReader::read`] gives the frame shown then.
    pub fn seek(&mut self, time_s: f64) -> Result<()> {
        self.index = self.fps.frames(time_s);
        let timestamp = self.origin + (self.fps.seconds(self.index) / self.tick_s).floor() as i64;
        self.decoder.seek(timestamp)?;
        self.shown.full = false;
        self.scaled = false;
        fetch(&mut self.decoder, &mut self.next, None, self.usual_duration)?;
        Ok(())
    }

    fn time_s(&self, timestamp: i64) -> f64 {
        (timestamp - self.origin) as f64 * self.tick_s
    }
}

/// Decodes one frame into `slot`; `false`, leaving it empty, at the end.
fn fetch(decoder: &mut Decoder, slot: &mut Slot, before: Option<&Slot>, usual_duration: i64) -> Result<bool> {
    slot.full = decoder.next(&mut slot.frame.0)?;
    if slot.full {
        slot.duration = match slot.frame.0.packet().duration {
            duration if duration > 0 => duration,
            _ => usual_duration,
        };
        let follows = before.map(|before| before.timestamp + before.duration);
        slot.timestamp = slot.frame.0.timestamp().or(follows).unwrap_or(0);
    }
    Ok(slot.full)
}

/// The size in square pixels, upright.
fn native_size(frame: &native_frame::Frame, rotation_deg: u32) -> (usize, usize) {
    // SAFETY: reads plain fields of a decoded frame.
    let (width, height, aspect) = unsafe {
        let raw: *const ffi::AVFrame = frame.as_ptr();
        ((*raw).width, (*raw).height, pixel_aspect((*raw).sample_aspect_ratio))
    };
    // An odd last row or column is cropped, not stretched.
    let even = |side: f64| (side.round() as usize / 2 * 2).max(2);
    let (width, height) = (even(f64::from(width) * aspect), even(f64::from(height)));
    if rotation_deg % 180 == 90 { (height, width) } else { (width, height) }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::media::{
        VideoEncoder, VideoSettings,
        testing::{clip, ffmpeg, gradient},
    };

    fn count(path: &Path, target: VideoTarget) -> u64 {
        let mut reader = VideoReader::open(path, target).expect("opens");
        let mut frame = Frame::black(2, 2);
        while reader.read(&mut frame).expect("decodes") {}
        reader.position()
    }

    /// A clip whose frame `n` is plain grey of value `20 + 5 n`.
    fn grey_steps(path: &Path, fps: u32, frames: usize) {
        let mut encoder = VideoEncoder::create(path, VideoSettings::new(64, 48, fps)).expect("opens");
        let mut frame = Frame::black(64, 48);
        for n in 0..frames {
            frame.fill((20 + 5 * n as u8, 128, 128));
            encoder.write(&frame).expect("encodes");
        }
        encoder.finish().expect("complete");
    }

    /// Which step each frame of that target shows.
    fn steps(path: &Path, target: VideoTarget) -> Vec<u8> {
        let mut reader = VideoReader::open(path, target).expect("opens");
        let mut frame = Frame::black(2, 2);
        let mut steps = Vec::new();
        while reader.read(&mut frame).expect("decodes") {
            steps.push((frame.y[frame.y.len() / 2] - 20 + 2) / 5);
        }
        steps
    }

    #[test]
    fn readers_and_encoders_move_between_threads() {
        fn is_send<T: Send>() {}
        is_send::<VideoReader>();
        is_send::<VideoEncoder>();
        is_send::<crate::media::AacTrack>();
    }

    #[test]
    fn threads_do_not_change_the_pictures() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.mp4");
        clip(&path, VideoSettings::new(96, 64, 30), 20, 0);
        let open = |threads| {
            let target = VideoTarget { threads: Some(threads), ..VideoTarget::cover(50, 90, 24) };
            VideoReader::open(&path, target).expect("opens")
        };
        let (mut one, mut four) = (open(1), open(4));
        let [mut a, mut b] = [Frame::black(2, 2), Frame::black(2, 2)];
        while one.read(&mut a).expect("decodes") {
            assert!(four.read(&mut b).expect("decodes"));
            assert_eq!(a, b);
        }
        assert!(!four.read(&mut b).expect("decodes"));
    }

    #[test]
    fn native_frames_come_back_as_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.mp4");
        let settings = VideoSettings { crf: 1.0, ..VideoSettings::new(96, 64, 30) };
        clip(&path, settings, 12, 0);
        let mut reader = VideoReader::open(&path, VideoTarget::native()).expect("opens");
        assert_eq!((reader.size(), reader.fps()), ((96, 64), Fps::from(30)));
        let mut frame = Frame::black(2, 2);
        for n in 0..12 {
            assert!(reader.read(&mut frame).expect("decodes"));
            let want = gradient(96, 64, n);
            assert!(frame.y.iter().zip(&want.y).all(|(a, b)| a.abs_diff(*b) < 12), "frame {n}");
        }
        assert!(!reader.read(&mut frame).expect("ends"));
        assert!(!reader.read(&mut frame).expect("stays at the end"));
    }

    #[test]
    fn rates_are_converted_by_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("24.mp4");
        grey_steps(&path, 24, 24);
        let to_30: Vec<u8> = (0..30).map(|n| (n * 24 / 30) as u8).collect();
        assert_eq!(steps(&path, VideoTarget::cover(64, 48, 30)), to_30);
        let to_12: Vec<u8> = (0..12).map(|n| n * 2).collect();
        assert_eq!(steps(&path, VideoTarget::cover(32, 24, 12)), to_12);
        assert_eq!(steps(&path, VideoTarget::native()).len(), 24);
        // Milliseconds round 1/30 s: no frame may be shown twice for that.
        let path = folder.path().join("30.mp4");
        grey_steps(&path, 30, 30);
        let source = path.to_str().expect("text");
        if let Some(rounded) = ffmpeg(&["-i", source, "-c", "copy"], &folder.path().join("30.mkv")) {
            assert_eq!(steps(&rounded, VideoTarget::cover(64, 48, 30)), (0..30).collect::<Vec<u8>>());
        }
    }

    #[test]
    fn uneven_frames_are_shown_at_their_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("30.mp4");
        grey_steps(&path, 30, 30);
        let source = path.to_str().expect("text");
        let arguments = ["-i", source, "-vf", "select='not(between(n,5,9))*not(eq(n,20))'", "-vsync", "vfr"];
        let Some(uneven) = ffmpeg(&arguments, &folder.path().join("vfr.mp4")) else { return };
        let want: Vec<u8> = (0..30)
            .map(|n| {
                if (5..10).contains(&n) {
                    4
                } else if n == 20 {
                    19
                } else {
                    n
                }
            })
            .collect();
        assert_eq!(steps(&uneven, VideoTarget::cover(64, 48, 30)), want);
    }

    #[test]
    fn seeking_shows_what_reading_shows() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.mp4");
        grey_steps(&path, 30, 40);
        let mut reader = VideoReader::open(&path, VideoTarget::native()).expect("opens");
        let mut frame = Frame::black(2, 2);
        for n in [0_u8, 33, 7, 16, 15, 39] {
            reader.seek(f64::from(n) / 30.0).expect("seeks");
            assert!(reader.read(&mut frame).expect("decodes"));
            assert_eq!((frame.y[0] - 20 + 2) / 5, n);
        }
        reader.seek(99.0).expect("seeks");
        assert!(!reader.read(&mut frame).expect("behind the end"));
    }

    /// The mean of a plane's middle.
    fn colour(path: &Path) -> [u8; 3] {
        let mut reader = VideoReader::open(path, VideoTarget::cover(64, 48, 30)).expect("opens");
        let mut frame = Frame::black(2, 2);
        assert!(reader.read(&mut frame).expect("decodes"));
        [frame.y[24 * 64 + 32], frame.u[12 * 32 + 16], frame.v[12 * 32 + 16]]
    }

    #[test]
    fn every_kind_of_red_becomes_bt709_red() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bt601 = "scale=out_color_matrix=bt601:out_range=tv";
        let bt709_full = "scale=out_color_matrix=bt709:out_range=pc";
        let bt2020 = "scale=out_color_matrix=bt2020:out_range=tv";
        let cases: [(&str, &str, &[&str]); 7] = [
            ("601.mp4", bt601, &["-pix_fmt", "yuv420p", "-colorspace", "smpte170m"]),
            ("untagged.mp4", bt601, &["-pix_fmt", "yuv420p"]),
            ("full.mp4", bt709_full, &["-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_range", "pc"]),
            ("ten.mp4", bt601, &["-pix_fmt", "yuv420p10le", "-colorspace", "smpte170m"]),
            ("444.mp4", bt601, &["-pix_fmt", "yuv444p", "-colorspace", "smpte170m"]),
            ("2020.mp4", bt2020, &["-pix_fmt", "yuv420p10le", "-colorspace", "bt2020nc", "-color_trc", "smpte2084"]),
            ("rgb.mkv", "null", &["-pix_fmt", "bgr0", "-c:v", "ffv1"]),
        ];
        for (name, filter, format) in cases {
            let filter = format!("format=rgb24,{filter}");
            let mut arguments = vec!["-f", "lavfi", "-i", "color=red:size=120x90:rate=30:duration=0.2", "-vf", &filter];
            arguments.extend_from_slice(format);
            let Some(path) = ffmpeg(&arguments, &folder.path().join(name)) else { return };
            let got = colour(&path);
            for (got, want) in got.into_iter().zip([63, 102, 240]) {
                assert!(got.abs_diff(want) <= 2, "{name}: {got} for {want}");
            }
        }
    }

    #[test]
    fn turned_video_matches_ffmpegs_own_turning() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let plain = folder.path().join("plain.mp4");
        clip(&plain, VideoSettings::new(96, 64, 30), 3, 0);
        let plain = plain.to_str().expect("text").to_owned();
        for turn in ["rotate=90", "rotate=180", "rotate=270"] {
            let turned = folder.path().join("turned.mp4");
            let Some(turned) = ffmpeg(&["-i", &plain, "-c", "copy", "-metadata:s:v", turn], &turned) else { return };
            let raw = folder.path().join("raw.yuv");
            let source = turned.to_str().expect("text");
            ffmpeg(&["-i", source, "-f", "rawvideo", "-frames:v", "1"], &raw).expect("it is installed");
            let want = std::fs::read(&raw).expect("a picture");
            let mut reader = VideoReader::open(&turned, VideoTarget::native()).expect("opens");
            assert_eq!(reader.size(), if turn == "rotate=180" { (96, 64) } else { (64, 96) });
            let mut frame = Frame::black(2, 2);
            assert!(reader.read(&mut frame).expect("decodes"));
            let got: Vec<u8> = [frame.y.as_slice(), &frame.u, &frame.v].concat();
            assert!(got == want, "{turn}");
        }
    }

    #[test]
    fn odd_sizes_and_wide_pixels_are_covered() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = "testsrc2=size=641x361:rate=10:duration=0.3";
        let arguments = ["-f", "lavfi", "-i", source, "-c:v", "ffv1", "-pix_fmt", "yuv420p"];
        let Some(odd) = ffmpeg(&arguments, &folder.path().join("odd.mkv")) else { return };
        assert_eq!(VideoReader::open(&odd, VideoTarget::native()).expect("opens").size(), (640, 360));
        assert_eq!(count(&odd, VideoTarget::cover(90, 160, 10)), 3);
        assert_eq!(count(&odd, VideoTarget::native()), 3);
        // Pixels twice as wide as high.
        let arguments = ["-f", "lavfi", "-i", "testsrc2=size=160x160:rate=10:duration=0.3", "-vf", "setsar=2"];
        let Some(wide) = ffmpeg(&arguments, &folder.path().join("wide.mp4")) else { return };
        assert_eq!(VideoReader::open(&wide, VideoTarget::native()).expect("opens").size(), (320, 160));
    }

    #[test]
    fn a_cut_off_webm_or_fragmented_file_is_noticed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let plain = folder.path().join("plain.mp4");
        clip(&plain, VideoSettings::new(96, 64, 30), 40, 0);
        let plain = plain.to_str().expect("text").to_owned();
        let cases: [(&str, &[&str]); 2] = [
            ("a.webm", &["-c:v", "libvpx", "-deadline", "realtime"]),
            ("a.mp4", &["-c", "copy", "-movflags", "frag_keyframe"]),
        ];
        for (name, format) in cases {
            let mut arguments = vec!["-i", plain.as_str()];
            arguments.extend_from_slice(format);
            let Some(path) = ffmpeg(&arguments, &folder.path().join(name)) else { return };
            assert_eq!(count(&path, VideoTarget::native()), 40);
            let bytes = std::fs::read(&path).expect("a file");
            std::fs::write(&path, &bytes[..bytes.len() * 6 / 10]).expect("a file");
            let mut frame = Frame::black(2, 2);
            let error = VideoReader::open(&path, VideoTarget::native())
                .and_then(|mut reader| {
                    while reader.read(&mut frame)? {}
                    Ok(())
                })
                .expect_err("it is cut off");
            assert!(error.to_string().contains("cut off") && error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn real_clips_are_read_whole() {
        for name in ["bigbuckbunny.mp4", "bikes.mp4"] {
            let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/media")).join(name);
            if !path.exists() {
                #[expect(clippy::print_stderr, reason = "a skipped check must be seen")]
                {
                    eprintln!("SKIPPED: {name} is not here");
                }
                continue;
            }
            let info = crate::media::probe(&path).expect("info").video.expect("video");
            let mut reader = VideoReader::open(&path, VideoTarget::cover(64, 114, info.fps)).expect("opens");
            let mut frame = Frame::black(2, 2);
            let wanted = info.frame_count.min(100);
            for _ in 0..wanted {
                assert!(reader.read(&mut frame).expect("decodes"));
            }
        }
    }
}
