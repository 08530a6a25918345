//! The render stage: segments joined by stream copy, sound, and stills of the video.
//!
//! May depend on `media`, `project`, `error` and its neighbours.

use super::{
    key::content_key,
    sound::fitted,
    work::{Made, Recipe, Work, picture_mb},
};
use crate::{
    error::{Error, Result},
    media::{
        AacTrack, Frame, JoinOptions, Samples, VideoEncoder, VideoReader, VideoSettings, VideoTarget,
        decode_audio_until, join, master, measure,
    },
    project::{LoudnessReport, Stage},
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const VERSION: u32 = 2;
/// The true peak that the finished sound must not pass, in dBTP: -1 by anybody's meter. Meters interpolate between samples with
/// filters of their own and differ by some tenths of a decibel (ITU-R BS.1770-5, annex 2, says by how much at most).
const LIMIT_DBTP: f64 = -1.3;

/// Everything that a video is made from.
#[derive(Debug, Clone)]
pub(crate) struct Rendering {
    /// Segments in order, and their keys.
    pub(crate) segments: Vec<(PathBuf, String)>,
    /// The track and its key; silence where there is none.
    pub(crate) track: Option<(PathBuf, String)>,
    /// Length in samples a channel.
    pub(crate) samples: usize,
    /// LUFS.
    pub(crate) loudness: f64,
    pub(crate) kbps: u32,
    pub(crate) title: String,
    pub(crate) settings: VideoSettings,
}

impl Rendering {
    /// Pictures by stream copy, the sound at its loudness as it is after AAC.
    pub(crate) fn recipe(&self, artifact: &str) -> Recipe {
        let (this, name) = (self.clone(), format!("{artifact}.mp4"));
        Recipe::new(Stage::Render, artifact, self.key("render"), move |work| this.full(name, work))
    }

    /// Pictures encoded once more, the sound as it is.
    pub(crate) fn simplified_recipe(&self, artifact: &str) -> Recipe {
        let (this, name) = (self.clone(), format!("{artifact}.mp4"));
        let megabytes = picture_mb(self.settings.width as u32, self.settings.height as u32);
        let key = self.key("render simplified");
        Recipe::new(Stage::Render, artifact, key, move |work| this.simplified(name, work)).weighing(megabytes)
    }

    fn key(&self, stage: &str) -> String {
        let mut inputs: Vec<&str> = self.segments.iter().map(|(_, key)| key.as_str()).collect();
        inputs.push(self.track.as_ref().map_or("", |(_, key)| key));
        let parameters: Value = json!([self.samples, self.loudness, self.kbps, self.title]);
        content_key(stage, VERSION, &parameters, &inputs)
    }

    fn paths(&self) -> Vec<PathBuf> {
        self.segments.iter().map(|(path, _)| path.clone()).collect()
    }

    /// Pictures by stream copy, the sound at its loudness as it is after AAC.
    fn full(&self, name: String, work: &Work) -> Result<Made> {
        let path = work.folder().join("final.mp4");
        let options = JoinOptions { title: Some(self.title.clone()), ..JoinOptions::default() };
        work.step(0.1)?;
        let cancel: &dyn Fn() -> bool = &|| work.is_cancelled();
        let mut samples = match &self.track {
            Some((track, _)) => fitted(track, self.samples, true, cancel)?.samples,
            None => Samples::silence(self.samples),
        };
        let mastered = master(&mut samples, self.loudness, LIMIT_DBTP, self.kbps, cancel)?;
        work.step(0.6)?;
        join(&self.paths(), Some(&mastered.track), &path, &options, cancel)?;
        Ok(Made::file(name, path))
    }

    /// Pictures encoded once more, the sound as it is.
    fn simplified(&self, name: String, work: &Work) -> Result<Made> {
        let whole = work.folder().join("whole.mp4");
        let mut encoder = VideoEncoder::create(&whole, self.settings.clone())?;
        let (width, height, fps) = (self.settings.width, self.settings.height, self.settings.fps);
        let mut frame = Frame::black(width, height);
        for (index, (segment, _)) in self.segments.iter().enumerate() {
            let mut reader = VideoReader::open(segment, VideoTarget::cover(width, height, fps))?;
            while reader.read(&mut frame)? {
                work.step(index as f64 / self.segments.len() as f64)?;
                encoder.write(&frame)?;
            }
        }
        encoder.finish()?;
        let cancel: &dyn Fn() -> bool = &|| work.is_cancelled();
        let plain = self
            .track
            .as_ref()
            .map(|(track, _)| fitted(track, self.samples, true, cancel).map(|fitted| fitted.samples))
            .transpose();
        // The last resort of the last stage: pictures without sound are better than nothing, and the cause is recorded.
        work.step(0.99)?;
        let samples = plain.ok().flatten().unwrap_or_else(|| Samples::silence(self.samples));
        let sound = AacTrack::encode(&samples, self.kbps)?;
        let path = work.folder().join("final.mp4");
        join(&[whole], Some(&sound), &path, &JoinOptions::default(), cancel)?;
        Ok(Made::file(name, path))
    }
}

/// One picture of a video as JPEG.
pub(crate) fn still_of(video: &Path, time_s: f64) -> Result<Vec<u8>> {
    let mut reader = VideoReader::open(video, VideoTarget::native())?;
    reader.seek(time_s)?;
    let (width, height) = reader.size();
    let mut frame = Frame::black(width, height);
    if !reader.read(&mut frame)? {
        return Err(Error::media(format!("the video has no picture at {time_s:.2} s")));
    }
    jpeg(&frame.to_rgb())
}

/// A picture as JPEG.
pub(crate) fn jpeg(picture: &image::RgbImage) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    picture
        .write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90))
        .map_err(|error| Error::media("a picture cannot be encoded as JPEG").with_source(error))?;
    Ok(bytes)
}

/// The loudness of a video as viewers will hear it.
pub(crate) fn loudness_of(video: &Path, cancel: &dyn Fn() -> bool) -> Result<LoudnessReport> {
    let loudness = measure(&decode_audio_until(video, None, cancel)?)?;
    let finite = |value: f64| value.is_finite().then_some(value);
    Ok(LoudnessReport {
        integrated_lufs: finite(loudness.integrated_lufs),
        true_peak_dbtp: finite(loudness.true_peak_dbtp),
    })
}
