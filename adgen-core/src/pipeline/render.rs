//! The render stage: segments joined by stream copy, sound, poster, captions and lists.

use super::{
    build::Build,
    composite::video_settings,
    context::{Made, Product, Work},
    fidelity,
    key::content_key,
    sound::{fitted, track},
    subtitles,
    turn::picture_mb,
};
use crate::{
    error::{Error, Result},
    media::{
        AacTrack, Frame, JoinOptions, Samples, VideoEncoder, VideoReader, VideoSettings, VideoTarget, decode_audio,
        join, master, measure,
    },
    project::{Aspect, LoudnessReport, Role, Stage},
    text::shown_name,
};
use serde_json::json;
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;
/// The true peak that the finished sound must not pass, in dBTP.
const LIMIT_DBTP: f64 = -1.0;

/// Renders the video of every shape, and what lies beside it.
pub(crate) async fn render(build: &Build, composites: &[Vec<Product>], sound: Option<&Product>) -> Result<()> {
    build.context.tracker.started(Stage::Render);
    let aspects = &build.project.output.aspects;
    for (&aspect, segments) in aspects.iter().zip(composites) {
        video(build, aspect, segments, sound).await?;
    }
    let context = &build.context;
    let (scenes, slots, fps) = (build.scenes(), &build.slots, build.fps());
    context.files.write("captions.srt", subtitles::srt(scenes, slots, fps)).await?;
    context.files.write("captions.vtt", subtitles::vtt(scenes, slots, fps)).await?;
    if let Some(segments) = composites.first() {
        let lines = segments.iter().flat_map(|segment| &segment.files).map(|file| format!("file '{}'\n", file.file));
        context.files.write("concat_list.txt", lines.collect::<String>()).await?;
    }
    let fidelity = fidelity::combined(composites.iter().flatten().filter_map(|segment| segment.fidelity));
    build.context.tracker.measured(None, fidelity);
    futures_util::try_join!(poster(build), measured(build)).map(drop)
}

async fn video(build: &Build, aspect: Aspect, segments: &[Product], sound: Option<&Product>) -> Result<Product> {
    let product = build.name_for("final_video", aspect);
    let mut paths = Vec::with_capacity(segments.len());
    for file in segments.iter().flat_map(|segment| &segment.files) {
        paths.push(build.context.path_of(&file.file).await?);
    }
    let job = Job {
        name: format!("{product}.mp4"),
        segments: paths,
        track: track(build, sound).await?,
        samples: build.samples(),
        loudness: build.project.audio.loudness_lufs,
        kbps: build.project.output.audio_kbps,
        title: shown_name(build.project.title()),
        settings: video_settings(build, aspect),
    };
    let mut inputs: Vec<&str> = segments.iter().map(|segment| segment.key.as_str()).collect();
    inputs.push(sound.map_or("", |sound| sound.key.as_str()));
    let parameters = json!([job.samples, job.loudness, job.kbps, job.title]);
    let key = content_key("render", VERSION, &parameters, &inputs);
    let full = job.clone();
    let made = build.context.make(Stage::Render, &product, &key, move |work| full.full(work)).await;
    match made {
        Ok(made) => Ok(made),
        Err(error) => {
            build.context.degrade(Stage::Render, &product, "simplified render", error)?;
            let key = content_key("render simplified", VERSION, &parameters, &inputs);
            let megabytes = picture_mb(job.settings.width as u32, job.settings.height as u32);
            build
                .context
                .make_weighing(megabytes, Stage::Render, &product, &key, move |work| job.simplified(work))
                .await
        }
    }
}

#[derive(Debug, Clone)]
struct Job {
    name: String,
    segments: Vec<PathBuf>,
    track: Option<PathBuf>,
    samples: usize,
    loudness: f64,
    kbps: u32,
    title: String,
    settings: VideoSettings,
}

impl Job {
    /// Pictures by stream copy, the sound at its loudness as it is after AAC.
    fn full(&self, work: &Work) -> Result<Made> {
        let path = work.folder().join("final.mp4");
        let options = JoinOptions { title: Some(self.title.clone()), ..JoinOptions::default() };
        work.step(0.1)?;
        let mut samples = match &self.track {
            Some(track) => fitted(track, self.samples, true)?.samples,
            None => Samples::silence(self.samples),
        };
        let mastered = master(&mut samples, self.loudness, LIMIT_DBTP, self.kbps)?;
        work.step(0.6)?;
        join(&self.segments, Some(&mastered.track), &path, &options)?;
        Ok(Made::file(self.name.clone(), path))
    }

    /// Pictures encoded once more, the sound as it is.
    fn simplified(&self, work: &Work) -> Result<Made> {
        let whole = work.folder().join("whole.mp4");
        let mut encoder = VideoEncoder::create(&whole, self.settings.clone())?;
        let (width, height, fps) = (self.settings.width, self.settings.height, self.settings.fps);
        let mut frame = Frame::black(width, height);
        for (index, segment) in self.segments.iter().enumerate() {
            let mut reader = VideoReader::open(segment, VideoTarget::cover(width, height, fps))?;
            while reader.read(&mut frame)? {
                work.step(index as f64 / self.segments.len() as f64)?;
                encoder.write(&frame)?;
            }
        }
        encoder.finish()?;
        let plain = self
            .track
            .as_deref()
            .map(|track| fitted(track, self.samples, true).map(|fitted| fitted.samples))
            .transpose();
        // The last resort of the last stage: pictures without sound are better than nothing, and the cause is recorded.
        let samples = plain.ok().flatten().unwrap_or_else(|| Samples::silence(self.samples));
        let sound = AacTrack::encode(&samples, self.kbps)?;
        let path = work.folder().join("final.mp4");
        join(&[whole], Some(&sound), &path, &JoinOptions::default())?;
        Ok(Made::file(self.name.clone(), path))
    }
}

/// A still of the scene that shows the product best.
async fn poster(build: &Build) -> Result<()> {
    let scenes = build.scenes();
    let best = [Role::Showcase, Role::Hook, Role::Benefit]
        .iter()
        .find_map(|&role| scenes.iter().position(|scene| scene.role == role && scene.product.is_some()));
    let slot = build.slots[best.unwrap_or(0)];
    let fps = build.fps();
    let time_s = fps.seconds(slot.start + slot.frames * 3 / 5);
    let video = build.context.path_of("final_video.mp4").await?;
    let jpeg = build.context.cpu(move |_| still(&video, time_s)).await?;
    build.context.files.write("poster.jpg", jpeg).await
}

/// One picture of a video as JPEG.
pub(crate) fn still(video: &Path, time_s: f64) -> Result<Vec<u8>> {
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

/// Measures the loudness of the main video as viewers will hear it.
async fn measured(build: &Build) -> Result<()> {
    let video = build.context.path_of("final_video.mp4").await?;
    let loudness = build.context.cpu(move |_| measure(&decode_audio(&video, None)?)).await?;
    let finite = |value: f64| value.is_finite().then_some(value);
    let report = LoudnessReport {
        integrated_lufs: finite(loudness.integrated_lufs),
        true_peak_dbtp: finite(loudness.true_peak_dbtp),
    };
    build.context.tracker.measured(Some(report), None);
    Ok(())
}
