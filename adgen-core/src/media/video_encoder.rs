//! Writing video: H.264 High in MP4, tagged BT.709, in closed groups of pictures, the same bytes on every run where no graphics
//! processor encodes.
//!
//! Depends on `error`, `frame_encoder`, `mp4` and `video_settings`.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use ffmpeg_next::{Packet, ffi, packet::Mut as _};

use super::{
    frame::Frame,
    frame_encoder::FrameEncoder,
    log,
    mp4::Mp4Writer,
    video_settings::{OPERATION, VideoSettings},
};
use crate::error::{Error, ErrorKind, Result};

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
    encoder: FrameEncoder,
    writer: Mp4Writer,
    settings: VideoSettings,
    path: PathBuf,
    stream: usize,
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
        let encoder = FrameEncoder::open(&settings)?;
        let time_base = settings.time_base();
        let mut writer = Mp4Writer::create(path, OPERATION)?;
        let stream = writer.add_stream(|stream| {
            // SAFETY: the stream was just made.
            unsafe {
                (*stream).time_base = time_base;
                (*stream).avg_frame_rate = ffi::AVRational { num: time_base.den, den: time_base.num };
                (*stream).sample_aspect_ratio = ffi::AVRational { num: 1, den: 1 };
                encoder.fill(stream)
            }
        })?;
        writer.start(&[])?;
        let path = path.to_path_buf();
        Ok(Self { encoder, writer, settings, path, stream, packet: Packet::empty(), frames: 0 })
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
        self.frames += 1;
        self.send(Some(frame))
    }

    /// Encodes what the encoder still holds and completes the file.
    pub fn finish(mut self) -> Result<Encoded> {
        let _inside = log::inside();
        if self.frames == 0 {
            return Err(Error::media("a video without frames cannot be written")
                .with_operation(OPERATION)
                .with_context("path", self.path.display()));
        }
        self.send(None)?;
        let bytes = self.writer.finish()?;
        Ok(Encoded { frames: self.frames, duration_s: self.settings.fps.seconds(self.frames), bytes })
    }

    /// Sends the frame, or that there are no more, and writes every packet that comes out.
    fn send(&mut self, frame: Option<&Frame>) -> Result<()> {
        self.encoder.send(frame)?;
        while self.encoder.receive(&mut self.packet)? {
            // SAFETY: plain field of a packet.
            unsafe { (*self.packet.as_mut_ptr()).duration = 1 };
            self.writer.write(&mut self.packet, self.stream, self.settings.time_base())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::testing::{clip, ffprobe, gradient};

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
    fn a_frame_of_another_size_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("x.mp4");
        let mut encoder = VideoEncoder::create(&path, VideoSettings::new(64, 64, 30)).expect("opens");
        assert!(encoder.write(&gradient(32, 64, 0)).expect_err("wrong size").to_string().contains("32x64"));
    }
}
