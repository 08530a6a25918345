//! Backgrounds of one's own: a `VideoProvider` that lets the palette's first colour breathe.
//!
//! From the repository's root: `cargo run --example custom_provider`

use adgen::{
    AdProject, Error, ErrorKind, Event, Result, Studio,
    project::{Output, Rgb},
    provider::{
        CallContext, Cancelled, Generated, Generation, JobId, ProviderInfo, VideoCapability, VideoOffer, VideoProvider,
        VideoRequest,
    },
    testkit::{self, VideoCase},
};
use async_trait::async_trait;
use futures_util::StreamExt;
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

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

    fn offer(&self, request: &VideoRequest) -> VideoOffer {
        // Any length, in one size, whatever the video's.
        VideoOffer::new(request.duration_s, None)
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

/// A film in YUV4MPEG2, which FFmpeg reads and which takes no encoder to write: a line of text, then frame after frame. One plain
/// colour needs few pixels, for the pipeline scales what it is given.
fn draw(request: &VideoRequest, scratch: &Path) -> Result<PathBuf> {
    let (width, height) = Output::default().with_short_side(72).size(request.aspect);
    let Rgb(color) = request.palette.first().copied().unwrap_or(Rgb([90, 110, 130]));
    let path = scratch.join("breathing.y4m");
    let mut film = BufWriter::new(File::create(&path)?);
    writeln!(film, "YUV4MPEG2 W{width} H{height} F{}:1 Ip A1:1 C420jpeg XCOLORRANGE=LIMITED", request.fps)?;
    let pixels = (width * height) as usize;
    let frames = (request.duration_s * f64::from(request.fps)).ceil() as u64;
    for index in 0..frames {
        let breath = 0.8 + 0.2 * (index as f32 / request.fps as f32).sin();
        let [y, cb, cr] = rgb_to_ycbcr(color.map(|value| f32::from(value) / 255.0 * breath));
        film.write_all(b"FRAME\n")?;
        // The colour's two planes have half the width and half the height.
        for (value, samples) in [(y, pixels), (cb, pixels / 4), (cr, pixels / 4)] {
            film.write_all(&vec![value.round() as u8; samples])?;
        }
    }
    film.flush()?;
    Ok(path)
}

/// 0-1 each to BT.601, limited range: what readers take so small a picture for.
fn rgb_to_ycbcr([r, g, b]: [f32; 3]) -> [f32; 3] {
    let luma = 0.299 * r + 0.587 * g + 0.114 * b;
    [16.0 + 219.0 * luma, 128.0 + 224.0 * (b - luma) / 1.772, 128.0 + 224.0 * (r - luma) / 1.402]
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
            Event::ArtifactReady { artifact, elapsed_ms, .. } => println!("{artifact}: {elapsed_ms} ms"),
            Event::Degraded(degradation) => println!("{}: {}", degradation.artifact, degradation.cause),
            _ => {}
        }
    }
    println!("{:?}", run.wait().await?.video());

    // What belongs into a test of the provider: does it keep the rules of the contract?
    let request = VideoRequest::new("a calm wall", 2.0).with_short_side(240);
    let kept = testkit::video(&Breathing::new(), &VideoCase::new(request).refuses_images()).await;
    println!("{kept}");
    kept.expect_passed();
    Ok(())
}
