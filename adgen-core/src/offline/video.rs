//! The offline "studio": moving backgrounds drawn on this machine. Needs no key and no network and costs nothing.

use super::{
    look::{CameraMove, Look, LookSettings, renderer},
    renderings::{Renderings, Signal},
};
use crate::{
    error::{Error, ErrorKind, Result},
    media::{Frame, VideoEncoder, VideoSettings},
    project::Output,
    provider::{
        CallContext, Cancelled, Generated, Generation, Ground, JobId, ProviderInfo, VideoCapability, VideoProvider,
        VideoRequest,
    },
};
use async_trait::async_trait;
use std::path::Path;

/// The shorter side of a clip against that of the final video: soft pictures need no more, and the clip is made in half
/// the time.
const SIDE_SHARE: f64 = 2.0 / 3.0;

/// The offline video provider.
#[derive(Debug)]
pub struct OfflineVideo {
    info: ProviderInfo,
    renderings: Renderings,
}

impl Default for OfflineVideo {
    fn default() -> Self {
        Self { info: ProviderInfo::free("offline", "studio-1"), renderings: Renderings::default() }
    }
}

impl OfflineVideo {
    /// The offline video provider.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Where a product can stand in a clip, in a video of this size; `None` where it has no ground.
fn ground_of(look: Look, (width, height): (u32, u32)) -> Option<Ground> {
    let line = look.ground_line(width as usize, height as usize)?;
    Some(if look == Look::Podium { Ground::stage(line) } else { Ground::new(line) })
}

/// The look that a prompt asks for by its phrase; any, by the seed, where it names none.
fn look_for(prompt: &str, seed: u32) -> Look {
    super::planner::look_of(prompt).unwrap_or_else(|| Look::ALL[seed as usize % Look::ALL.len()])
}

#[async_trait]
impl VideoProvider for OfflineVideo {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> VideoCapability {
        VideoCapability::local()
    }

    async fn start(&self, context: &CallContext, request: &VideoRequest) -> Result<Generation> {
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
        let (request, scratch) = (request.clone(), context.scratch().to_owned());
        self.renderings.start("studio", move |signal| draw(&request, &scratch, signal))
    }

    async fn check(&self, _: &CallContext, job: &JobId) -> Result<Generation> {
        self.renderings.check(job)
    }

    async fn cancel(&self, _: &CallContext, job: &JobId) -> Result<Cancelled> {
        self.renderings.cancel(job).await
    }
}

fn draw(request: &VideoRequest, scratch: &Path, signal: &Signal) -> Result<Generated> {
    let short_side = (f64::from(request.short_side) * SIDE_SHARE / 2.0).round() as u32 * 2;
    let (width, height) = Output { short_side, ..Output::default() }.size(request.aspect);
    let settings = LookSettings {
        palette: request.palette.iter().map(|color| color.0).collect(),
        mood: super::planner::mood_of(&request.prompt),
        duration_s: request.duration_s as f32,
        camera: CameraMove::ALL[(request.seed / 7) as usize % CameraMove::ALL.len()],
        ..LookSettings::new(width as usize, height as usize, u64::from(request.seed))
    };
    let look = look_for(&request.prompt, request.seed);
    let mut renderer = renderer(look, &settings)?;
    let path = scratch.join("clip.mp4");
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
    let video = Output { short_side: request.short_side, ..Output::default() }.size(request.aspect);
    let ground = ground_of(look, video);
    Ok(match ground {
        Some(ground) => Generated::file(path).with_ground(ground),
        None => Generated::file(path),
    })
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
