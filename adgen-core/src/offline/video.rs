//! The offline "studio": moving backgrounds drawn on this machine. Needs no key and no network and costs nothing.

use super::{
    jobs::{Jobs, Signal},
    look::{CameraMove, Look, LookSettings, renderer},
};
use crate::{
    error::{Error, ErrorKind, Result},
    media::{Frame, VideoEncoder, VideoSettings},
    project::Output,
    provider::{Cancelled, Generated, Generation, JobId, ProviderInfo, VideoCapability, VideoProvider, VideoRequest},
};
use async_trait::async_trait;
use std::path::Path;

/// The shorter side of a clip against that of the final video: soft pictures need no more, and the clip is made in half
/// the time.
const SIDE_SHARE: f64 = 2.0 / 3.0;

/// The offline video provider.
#[derive(Debug)]
pub struct StudioVideo {
    info: ProviderInfo,
    jobs: Jobs,
}

impl Default for StudioVideo {
    fn default() -> Self {
        Self { info: ProviderInfo::free("offline", "studio-1"), jobs: Jobs::default() }
    }
}

impl StudioVideo {
    /// The offline video provider.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where a product can stand in the clip that this provider makes of a prompt; `None` where it has no ground.
    pub fn ground(prompt: &str, seed: u32, width: u32, height: u32) -> Option<Ground> {
        let look = look_for(prompt, seed);
        let line = look.ground_line(width as usize, height as usize)?;
        Some(Ground { line, centered: look == Look::Podium })
    }
}

/// Where a product can stand in a clip.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Ground {
    /// Height of the contact as a fraction of the frame's, from the top.
    pub line: f32,
    /// The ground is a stage in the middle: beside it there is none.
    pub centered: bool,
}

/// The look that a prompt asks for by its phrase; any, by the seed, where it names none.
fn look_for(prompt: &str, seed: u32) -> Look {
    super::planner::look_of(prompt).unwrap_or_else(|| Look::ALL[seed as usize % Look::ALL.len()])
}

#[async_trait]
impl VideoProvider for StudioVideo {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> VideoCapability {
        VideoCapability::local()
    }

    async fn start(&self, request: &VideoRequest) -> Result<Generation> {
        if request.image.is_some() {
            return Err(Error::new(ErrorKind::Unsupported, "the offline studio draws from words, not from pictures"));
        }
        if !(request.duration_s.is_finite() && request.duration_s > 0.0 && request.duration_s <= 600.0) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("a clip of {} s cannot be made: above 0 and up to 600 s are possible", request.duration_s),
            ));
        }
        if !(16..=4320).contains(&request.short_side) || !(1..=120).contains(&request.fps) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "a clip for {} pixels and {} frames a second cannot be made: 16-4320 and 1-120 are possible",
                    request.short_side, request.fps
                ),
            ));
        }
        let request = request.clone();
        self.jobs.start("studio", move |signal| draw(&request, signal))
    }

    async fn check(&self, job: &JobId) -> Result<Generation> {
        self.jobs.check(job)
    }

    async fn cancel(&self, job: &JobId) -> Result<Cancelled> {
        self.jobs.cancel(job).await
    }
}

fn draw(request: &VideoRequest, signal: &Signal) -> Result<Generated> {
    let short_side = (f64::from(request.short_side) * SIDE_SHARE / 2.0).round() as u32 * 2;
    let (width, height) = Output { short_side, ..Output::default() }.size(request.aspect);
    let settings = LookSettings {
        palette: request.palette.iter().map(|color| color.0).collect(),
        mood: super::planner::mood_of(&request.prompt),
        duration_s: request.duration_s as f32,
        camera: CameraMove::ALL[(request.seed / 7) as usize % CameraMove::ALL.len()],
        ..LookSettings::new(width as usize, height as usize, u64::from(request.seed))
    };
    let mut renderer = renderer(look_for(&request.prompt, request.seed), &settings)?;
    let path = request.scratch.join("clip.mp4");
    write_clip(
        &path,
        (width, height),
        request.fps,
        request.duration_s,
        |index, time_s, frame| {
            renderer.render(time_s, index, frame);
            Ok(())
        },
        signal,
    )?;
    Ok(Generated::file(path))
}

fn write_clip(
    path: &Path,
    (width, height): (u32, u32),
    fps: u32,
    duration_s: f64,
    mut draw: impl FnMut(u64, f32, &mut Frame) -> Result<()>,
    signal: &Signal,
) -> Result<()> {
    let mut settings = VideoSettings::new(width as usize, height as usize, fps);
    // Nearly lossless, and quick: the clip is encoded once more in its scene.
    settings.crf = 14.0;
    settings.preset = "ultrafast".to_owned();
    let mut encoder = VideoEncoder::create(path, settings)?;
    let mut frame = Frame::black(width as usize, height as usize);
    let frames = (duration_s * f64::from(fps)).ceil().max(1.0) as u64;
    for index in 0..frames {
        signal.step(index as f32 / frames as f32)?;
        draw(index, index as f32 / fps as f32, &mut frame)?;
        encoder.write(&frame)?;
    }
    encoder.finish()?;
    Ok(())
}
