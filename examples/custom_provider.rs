//! Backgrounds of one's own: a `VideoProvider` that lets the palette's first colour breathe.
//!
//! From the repository's root: `cargo run --release --example custom_provider`

use adgen::{
    AdProject, Error, ErrorKind, Event, Result, Studio,
    media::{Frame, VideoEncoder, VideoSettings, color::rgb_to_ycbcr},
    project::{Output, Rgb},
    provider::{
        CallContext, Cancelled, Generated, Generation, JobId, ProviderInfo, VideoCapability, VideoProvider,
        VideoRequest,
    },
    testkit::{self, VideoCase},
};
use async_trait::async_trait;
use futures_util::StreamExt;
use std::path::{Path, PathBuf};

/// One plain colour, slowly brighter and darker.
#[derive(Debug)]
struct Breathing {
    info: ProviderInfo,
}

impl Breathing {
    fn new() -> Self {
        // The model is part of every clip's content key: give it a new name when the pictures change.
        Self { info: ProviderInfo::free("example", "breathing-1") }
    }
}

#[async_trait]
impl VideoProvider for Breathing {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> VideoCapability {
        // It works on this machine's processor, so it takes its turn with compositing.
        VideoCapability::local()
    }

    async fn start(&self, context: &CallContext, request: &VideoRequest) -> Result<Generation> {
        if request.image.is_some() {
            return Err(Error::new(ErrorKind::Unsupported, "this provider takes no pictures"));
        }
        let (request, scratch) = (request.clone(), context.scratch().to_owned());
        // Heavy work belongs on a thread that no other task waits for.
        let drawn = tokio::task::spawn_blocking(move || draw(&request, &scratch)).await;
        let path =
            drawn.map_err(|panic| Error::new(ErrorKind::Unexpected, "drawing panicked").with_source(panic))??;
        Ok(Generation::Done(Generated::file(path)))
    }

    async fn check(&self, _: &CallContext, job: &JobId) -> Result<Generation> {
        // `start` is done when it returns: there is never a job to ask for.
        Err(unknown(job))
    }

    async fn cancel(&self, _: &CallContext, job: &JobId) -> Result<Cancelled> {
        Err(unknown(job))
    }
}

fn unknown(job: &JobId) -> Error {
    Error::new(ErrorKind::NotFound, format!("this provider has no job {job}"))
}

fn draw(request: &VideoRequest, scratch: &Path) -> Result<PathBuf> {
    let output = Output::default().with_short_side(request.short_side);
    let (width, height) = output.size(request.aspect);
    let (width, height) = (width as usize, height as usize);
    let Rgb(color) = request.palette.first().copied().unwrap_or(Rgb([90, 110, 130]));
    let path = scratch.join("breathing.mp4");
    let mut encoder = VideoEncoder::create(&path, VideoSettings::new(width, height, request.fps))?;
    let mut frame = Frame::black(width, height);
    let frames = (request.duration_s * f64::from(request.fps)).ceil() as u64;
    for index in 0..frames {
        let breath = 0.8 + 0.2 * (index as f32 / request.fps as f32).sin();
        let [y, u, v] = rgb_to_ycbcr(color.map(|value| f32::from(value) / 255.0 * breath));
        frame.fill((y.round() as u8, u.round() as u8, v.round() as u8));
        encoder.write(&frame)?;
    }
    encoder.finish()?;
    Ok(path)
}

#[tokio::main]
async fn main() -> Result<()> {
    let studio = Studio::builder().with_storage_dir("demo/storage").with_video(Breathing::new()).build()?;
    let mut project = AdProject::new("custom-provider", "Fizzolo Lemon", "examples/assets/can_studio.jpg");
    project.brief.duration_s = 8.0;
    project.output.short_side = 540;
    let run = studio.generate(project, ".").await?;
    let mut events = run.events(0);
    while let Some(record) = events.next().await {
        match record.event {
            Event::ProductReady { product, elapsed_ms, .. } => println!("{product}: {elapsed_ms} ms"),
            Event::Degraded(degradation) => println!("{}: {}", degradation.product, degradation.cause),
            _ => {}
        }
    }
    println!("{:?}", run.wait().await?.video());

    // What belongs into a test of the provider: does it keep the rules of the contract?
    let mut request = VideoRequest::new("a calm wall", 2.0);
    request.short_side = 240;
    let kept = testkit::video(&Breathing::new(), &VideoCase::new(request).refuses_images()).await;
    println!("{kept}");
    kept.expect_passed();
    Ok(())
}
