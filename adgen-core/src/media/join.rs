//! Joining encoded scenes and a sound track into the final MP4, without encoding a picture again.
//!
//! Depends on `error`, `mp4`, `aac` and FFmpeg's demuxer. Times are not taken from the segments but counted: picture `n`
//! of the film is shown at exactly `n / fps`.

use std::path::{Path, PathBuf};

use ffmpeg_next::{
    Packet, ffi,
    packet::{Mut as _, Ref as _},
};

use super::{
    aac::{AacTrack, PACKET},
    fps::Fps,
    input::Input,
    log,
    mp4::Mp4Writer,
    native,
    samples::SAMPLE_RATE,
    stream::{Medium, best_stream, frame_rate, missing_entries, stream},
};
use crate::error::{Error, ErrorKind, Result};

const OPERATION: &str = "media::join";

/// What goes into the file besides pictures and sound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoinOptions {
    /// The film's title.
    pub title: Option<String>,
    /// A comment, such as how the film was made.
    pub comment: Option<String>,
}

/// What [`join`] made.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Joined {
    /// Number of pictures.
    pub frames: u64,
    /// Frame rate.
    pub fps: Fps,
    /// Length in seconds.
    pub duration_s: f64,
    /// Size of the file.
    pub bytes: u64,
}

/// Joins `segments` in order, with `audio` from the start on, into `out`. Each segment must begin with a key frame and
/// have been encoded with the same settings; otherwise it is an error of kind [`ErrorKind::Unsupported`], and the caller
/// has to encode again. A longer sound is cut at the last picture's end; a shorter one ends earlier.
/// `cancel` is asked before each packet, read or written.
pub fn join(
    segments: &[PathBuf],
    audio: Option<&AacTrack>,
    out: &Path,
    options: &JoinOptions,
    cancel: &dyn Fn() -> bool,
) -> Result<Joined> {
    let _inside = log::inside();
    let Some(first_path) = segments.first() else {
        return Err(Error::new(ErrorKind::InvalidInput, "there is no segment to join").with_operation(OPERATION));
    };
    let mut first = Segment::open(first_path)?;
    let fps = first.fps();
    let mut layouts = vec![first.layout(cancel)?];
    for path in &segments[1..] {
        let mut segment = Segment::open(path)?;
        first.check_same(&mut segment)?;
        layouts.push(segment.layout(cancel)?);
    }
    // How far decoding runs ahead of showing: the same for the whole film, or its pictures would jump at a join.
    let delay = layouts.iter().map(|layout| layout.delay).max().unwrap_or(0);
    let frames: u64 = layouts.iter().map(|layout| layout.order.len() as u64).sum();

    let mut writer = Mp4Writer::create(out, OPERATION)?;
    let frame_base = ffi::AVRational { num: fps.den() as i32, den: fps.num() as i32 };
    // SAFETY: `add_stream` hands over a stream that it has just made.
    let video = writer.add_stream(|target| unsafe { first.copy_parameters(target, frame_base) })?;
    let mut sound = match audio {
        Some(track) => {
            // SAFETY: as above.
            let stream = writer.add_stream(|target| unsafe { track.fill(target) })?;
            Some(Sound::new(track, stream, fps, frames))
        }
        None => None,
    };
    let title = options.title.as_deref().map(|title| ("title", title));
    let comment = options.comment.as_deref().map(|comment| ("comment", comment));
    let metadata: Vec<_> = title.into_iter().chain(comment).collect();
    writer.start(&metadata)?;

    let mut packet = Packet::empty();
    let mut offset = 0_i64;
    for (path, layout) in segments.iter().zip(&layouts) {
        let mut segment = Segment::open(path)?;
        for (i, shown) in layout.order.iter().enumerate() {
            if !segment.read(&mut packet, cancel)? {
                return Err(segment.error("the segment changed while it was read"));
            }
            let decoded = offset + i as i64;
            if let Some(sound) = &mut sound {
                sound.write_until(fps.seconds(decoded as u64), &mut writer)?;
            }
            // SAFETY: plain fields of a packet.
            unsafe {
                let raw = packet.as_mut_ptr();
                (*raw).pts = offset + shown;
                (*raw).dts = decoded - delay;
                (*raw).duration = 1;
            }
            writer.write(&mut packet, video, frame_base)?;
        }
        offset += layout.order.len() as i64;
    }
    if let Some(sound) = &mut sound {
        sound.write_until(f64::INFINITY, &mut writer)?;
    }
    let bytes = writer.finish()?;
    Ok(Joined { frames, fps, duration_s: fps.seconds(frames), bytes })
}

/// The sound track on its way into the file.
struct Sound<'a> {
    track: &'a AacTrack,
    stream: usize,
    /// Length in samples, no longer than the film.
    frames: usize,
    packet: Packet,
    next: usize,
}

impl<'a> Sound<'a> {
    fn new(track: &'a AacTrack, stream: usize, fps: Fps, pictures: u64) -> Self {
        let frames = track.frames().min(fps.samples(pictures, SAMPLE_RATE));
        Self { track, stream, frames, packet: Packet::empty(), next: 0 }
    }

    /// Writes every packet that begins before `time_s`, so that sound and pictures lie near each other in the file.
    fn write_until(&mut self, time_s: f64, writer: &mut Mp4Writer) -> Result<()> {
        let base = ffi::AVRational { num: 1, den: SAMPLE_RATE as i32 };
        while let Some(data) = self.track.packets().get(self.next) {
            let start = self.next * PACKET;
            if start >= self.frames || start as f64 / f64::from(SAMPLE_RATE) >= time_s {
                break;
            }
            // SAFETY: the packet gets a buffer of `data`'s size (its old one is released), then its bytes.
            unsafe {
                let raw = self.packet.as_mut_ptr();
                ffi::av_packet_unref(raw);
                native::check(ffi::av_new_packet(raw, data.len() as i32), "no memory for a packet", OPERATION)?;
                std::ptr::copy_nonoverlapping(data.as_ptr(), (*raw).data, data.len());
                (*raw).pts = start as i64;
                (*raw).dts = start as i64;
                (*raw).duration = PACKET.min(self.frames - start) as i64;
                (*raw).flags = ffi::AV_PKT_FLAG_KEY;
            }
            writer.write(&mut self.packet, self.stream, base)?;
            self.next += 1;
        }
        Ok(())
    }
}

/// In which order a segment's pictures are stored.
struct Layout {
    /// For each packet as stored: the number of its picture as shown, from 0.
    order: Vec<i64>,
    /// How many pictures decoding must run ahead.
    delay: i64,
}

/// A segment open for reading its video packets.
struct Segment {
    input: Input,
    index: usize,
    path: PathBuf,
}

impl Segment {
    fn open(path: &Path) -> Result<Self> {
        let mut input = Input::open(path, OPERATION)?;
        let Some((index, _)) = best_stream(&mut input, Medium::Video) else {
            return Err(input.named(Error::media("the segment has no video stream")));
        };
        if missing_entries(&mut input, index).is_some() {
            return Err(input.named(Error::media("the segment is cut off")));
        }
        input.keep_only(&[index]);
        Ok(Self { input, index, path: path.to_path_buf() })
    }

    fn error(&self, message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Unsupported, message).with_operation(OPERATION).with_context("path", self.path.display())
    }

    fn fps(&mut self) -> Fps {
        // SAFETY: the stream belongs to the open input.
        unsafe { frame_rate(stream(&mut self.input, self.index)) }
    }

    /// The next video packet; `false` at the end.
    fn read(&mut self, packet: &mut Packet, cancel: &dyn Fn() -> bool) -> Result<bool> {
        if cancel() {
            return Err(Error::cancelled());
        }
        while self.input.read(packet)? {
            if Input::stream_of(packet) == self.index {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads the whole segment's timestamps and checks that its pictures are whole and evenly spaced.
    fn layout(&mut self, cancel: &dyn Fn() -> bool) -> Result<Layout> {
        let fps = self.fps();
        let stream = stream(&mut self.input, self.index);
        // SAFETY: the stream lives as long as the input.
        let base = unsafe { (*stream).time_base };
        let frame_base = ffi::AVRational { num: fps.den() as i32, den: fps.num() as i32 };
        let mut order = Vec::new();
        let mut packet = Packet::empty();
        while self.read(&mut packet, cancel)? {
            // SAFETY: plain fields of a valid packet; the bases are above 0.
            let (shown, key) = unsafe {
                let raw = packet.as_ptr();
                (ffi::av_rescale_q((*raw).pts, base, frame_base), (*raw).flags & ffi::AV_PKT_FLAG_KEY != 0)
            };
            if order.is_empty() && !key {
                return Err(self.error("the segment does not begin with a key frame"));
            }
            order.push(shown);
        }
        let first = order.iter().copied().min().ok_or_else(|| self.error("the segment has no pictures"))?;
        // What lies too far apart for 64 bits is not evenly spaced, which shows below.
        order.iter_mut().for_each(|shown| *shown = shown.wrapping_sub(first));
        let mut seen = vec![false; order.len()];
        for shown in &order {
            match usize::try_from(*shown).ok().and_then(|shown| seen.get_mut(shown)) {
                Some(seen) if !*seen => *seen = true,
                _ => return Err(self.error("the segment's pictures are not evenly spaced")),
            }
        }
        let delay = order.iter().enumerate().map(|(i, shown)| i as i64 - shown).max().unwrap_or(0);
        Ok(Layout { order, delay })
    }

    /// An error that names the difference, unless `other` was encoded with the same settings.
    fn check_same(&mut self, other: &mut Self) -> Result<()> {
        let [a, b] = [&mut *self, &mut *other].map(|segment| {
            let stream = stream(&mut segment.input, segment.index);
            // SAFETY: a stream has parameters, and `extradata_size` bytes of extradata unless it is null.
            unsafe {
                let p = (*stream).codecpar;
                let extradata = if (*p).extradata.is_null() {
                    Vec::new()
                } else {
                    std::slice::from_raw_parts((*p).extradata, (*p).extradata_size.max(0) as usize).to_vec()
                };
                let colour = format!(
                    "{:?}/{:?}/{:?}/{:?}",
                    (*p).color_range,
                    (*p).color_primaries,
                    (*p).color_trc,
                    (*p).color_space
                );
                [
                    ("codec", native::text(ffi::avcodec_get_name((*p).codec_id))),
                    ("size", format!("{}x{}", (*p).width, (*p).height)),
                    ("frame rate", frame_rate(stream).to_string()),
                    ("pixel format", (*p).format.to_string()),
                    ("profile and level", format!("{}/{}", (*p).profile, (*p).level)),
                    ("colour", colour),
                    ("parameter sets", extradata.iter().map(|byte| format!("{byte:02x}")).collect()),
                ]
            }
        });
        for ((name, a), (_, b)) in a.into_iter().zip(b) {
            if a != b {
                return Err(other
                    .error(format!("the segments differ in {name}, so they cannot be joined without encoding"))
                    .with_context("first", a)
                    .with_context("this", b));
            }
        }
        Ok(())
    }

    /// Sets a muxer's stream up for this segment's packets.
    ///
    /// # Safety
    ///
    /// `target` must be a stream of an open output.
    unsafe fn copy_parameters(&mut self, target: *mut ffi::AVStream, frame_base: ffi::AVRational) -> Result<()> {
        let source = stream(&mut self.input, self.index);
        // SAFETY: both streams are valid (one by the caller's promise) and have parameters.
        unsafe {
            (*target).time_base = frame_base;
            (*target).avg_frame_rate = ffi::AVRational { num: frame_base.den, den: frame_base.num };
            (*target).sample_aspect_ratio = (*(*source).codecpar).sample_aspect_ratio;
            let code = ffi::avcodec_parameters_copy((*target).codecpar, (*source).codecpar);
            native::check(code, "the segment's parameters cannot be taken over", OPERATION).map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        Frame, Samples, VideoReader, VideoSettings, VideoTarget, decode_audio, probe,
        testing::{clip, ffprobe, gradient},
    };

    /// Silence with one click.
    fn click(frames: usize, at: usize) -> Samples {
        Samples::from_fn(frames, |i| if (at..at + 4).contains(&i) { [0.8; 2] } else { [0.0; 2] })
    }

    fn folder_with_segments(lengths: &[usize]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut first = 0;
        let mut paths = Vec::new();
        for (k, length) in lengths.iter().enumerate() {
            let path = folder.path().join(format!("{k}.mp4"));
            clip(&path, VideoSettings::new(96, 64, 30), *length, first);
            first += length;
            paths.push(path);
        }
        (folder, paths)
    }

    #[test]
    fn film_is_exact_in_picture_and_sound() {
        // One segment of a single frame: it has no reordering of its own.
        let (folder, paths) = folder_with_segments(&[31, 1, 28]);
        let out = folder.path().join("film.mp4");
        let sound = click(120_000, 48_000);
        let track = AacTrack::encode(&sound, 192).expect("a track");
        let joined = join(&paths, Some(&track), &out, &JoinOptions::default(), &|| false).expect("a film");
        assert_eq!((joined.frames, joined.duration_s), (60, 2.0));

        let bytes = std::fs::read(&out).expect("a file");
        let find = |tag: &[u8]| bytes.windows(tag.len()).position(|window| window == tag);
        assert!(find(b"moov") < find(b"mdat") && find(b"elst").is_none());
        let again = folder.path().join("again.mp4");
        join(&paths, Some(&track), &again, &JoinOptions::default(), &|| false).expect("a film");
        assert_eq!(bytes, std::fs::read(&again).expect("a file"));

        let info = probe(&out).expect("info");
        let (video, audio) = (info.video.expect("video"), info.audio.expect("audio"));
        assert_eq!((video.frame_count, video.duration_s, video.variable_frame_rate), (60, 2.0, false));
        assert_eq!(audio.duration_s, 2.0);

        // Every picture in its place, across the joins.
        let mut reader = VideoReader::open(&out, VideoTarget::native()).expect("opens");
        let mut frame = Frame::black(2, 2);
        let mut n = 0;
        while reader.read(&mut frame).expect("decodes") {
            let want = gradient(96, 64, n);
            let error: u64 = frame.y().iter().zip(want.y()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            assert!(error / (96 * 64) < 12, "picture {n} is another one");
            n += 1;
        }
        assert_eq!(n, 60);

        // The click where it was put, to the sample.
        let decoded = decode_audio(&out, None).expect("sound");
        let loudest = (0..decoded.frames()).max_by(|a, b| decoded.at(*a)[0].abs().total_cmp(&decoded.at(*b)[0].abs()));
        assert!((47_999..48_005).contains(&loudest.expect("samples")), "the click is at {loudest:?}");

        let fields = ["-show_entries", "stream=codec_type,start_pts,duration,nb_frames", "-of", "csv=p=0"];
        let text = ffprobe(&fields, &out);
        assert_eq!(text.lines().collect::<Vec<_>>(), ["video,0,2.000000,60", "audio,0,2.000000,94"]);
        let text = ffprobe(&["-select_streams", "v", "-show_entries", "frame=pts", "-of", "csv=p=0"], &out);
        let times: Vec<i64> = text.lines().filter_map(|line| line.trim_end_matches(',').parse().ok()).collect();
        assert_eq!(times, (0..60).map(|n| n * 512).collect::<Vec<_>>());
    }

    #[test]
    fn a_title_is_kept_and_a_short_sound_is_taken() {
        let (folder, paths) = folder_with_segments(&[30]);
        let out = folder.path().join("film.mp4");
        let track = AacTrack::encode(&Samples::silence(24_000), 128).expect("a track");
        let options = JoinOptions { title: Some("Über \0 alles".into()), comment: None };
        join(&paths, Some(&track), &out, &options, &|| false).expect("a film");
        assert_eq!(probe(&out).expect("info").audio.expect("audio").duration_s, 0.5);
        let text = ffprobe(&["-show_entries", "format_tags=title", "-of", "csv=p=0"], &out);
        assert!(text.contains("Über"), "{text}");
    }

    #[test]
    fn unlike_segments_are_refused_by_name() {
        let (folder, mut paths) = folder_with_segments(&[10]);
        let other = folder.path().join("other.mp4");
        for (settings, word) in [
            (VideoSettings::new(64, 96, 30), "size"),
            (VideoSettings::new(96, 64, 25), "frame rate"),
            (VideoSettings { preset: "slow".into(), ..VideoSettings::new(96, 64, 30) }, "parameter sets"),
        ] {
            clip(&other, settings, 10, 0);
            paths.truncate(1);
            paths.push(other.clone());
            let out = folder.path().join("film.mp4");
            let error = join(&paths, None, &out, &JoinOptions::default(), &|| false).expect_err("they differ");
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains(word) && error.to_string().contains("other.mp4"), "{error}");
            assert!(!out.exists());
        }
        let error = join(&[], None, &other, &JoinOptions::default(), &|| false).expect_err("nothing");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn it_stops_at_every_packet() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, out) = (folder.path().join("0.mp4"), folder.path().join("film.mp4"));
        clip(&path, VideoSettings::new(64, 64, 30), 5, 0);
        let asked = std::cell::Cell::new(0);
        // Twice five pictures: each segment is looked through before anything is written.
        for packets in [0, 3, 8] {
            asked.set(0);
            let cancel = || asked.replace(asked.get() + 1) == packets;
            let joined = join(std::slice::from_ref(&path), None, &out, &JoinOptions::default(), &cancel);
            assert_eq!((joined.expect_err("cancelled").kind(), asked.get()), (ErrorKind::Cancelled, packets + 1));
        }
    }
}
