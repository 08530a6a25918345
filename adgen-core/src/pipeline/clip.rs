//! The scenes stage: a moving background for each scene.

use super::{
    build::Build,
    context::{Made, Work},
    generate::{ClipOrder, Wanted, generate},
    key::content_key,
    timeline::Slot,
};
use crate::{
    error::{Error, ErrorKind, Result},
    media::{Frame, VideoEncoder, VideoSettings, probe},
    project::{Aspect, Background, GeneratedBackground, Scene, Stage},
    provider::{
        VideoProvider, VideoRequest,
        offline::{Ground, StudioVideo},
    },
};
use serde_json::json;
use std::{path::Path, sync::Arc};

const VERSION: u32 = 1;

/// A background clip in the storage.
#[derive(Debug, Clone)]
pub(crate) struct Clip {
    pub(crate) file: String,
    pub(crate) key: String,
    /// Where a product can stand in it, where that is known.
    pub(crate) ground: Option<Ground>,
}

/// The clip of scene `index` for videos of `aspect`: the user's own, the provider's, the offline studio's, or black.
pub(crate) async fn clip(build: &Build, index: usize, aspect: Aspect) -> Result<Clip> {
    let scene = &build.scenes()[index];
    let slot = build.slots[index];
    match &scene.background {
        Some(Background::File(asset)) => {
            let file = asset.as_str().to_owned();
            let path = build.context.path_of(&file).await?;
            build
                .context
                .cpu(move |_| accept(&path))
                .await
                .map_err(|error| error.with_operation("scenes").with_context("scene", &scene.id))?;
            let key = build.context.files.hash(&file).await?.map(|(_, hash)| hash).unwrap_or_default();
            Ok(Clip { file, key, ground: None })
        }
        Some(Background::Generate(wanted)) => generated(build, index, scene, slot, wanted, aspect).await,
        None => Err(Error::new(ErrorKind::Unexpected, format!("scene {} was not planned", scene.id))),
    }
}

/// Clips that cost something are bought once, in the main shape, and cropped for the others.
fn shape_of(provider: &Arc<dyn VideoProvider>, main: Aspect, aspect: Aspect) -> Aspect {
    let able = provider.capability().aspects;
    let wanted = if provider.info().price.is_free() { aspect } else { main };
    // What a provider cannot shape is cropped from what it can.
    if able.contains(&wanted) { wanted } else { able.first().copied().unwrap_or(main) }
}

/// Name of a scene's clip: `scene_1_bg`, and `scene_1_bg_1x1` for a further shape.
pub(crate) fn clip_name(build: &Build, index: usize, aspect: Aspect) -> String {
    build.name_for(&format!("scene_{}_bg", index + 1), shape_of(&build.providers.video, build.main_aspect(), aspect))
}

async fn generated(
    build: &Build,
    index: usize,
    scene: &Scene,
    slot: Slot,
    wanted: &GeneratedBackground,
    aspect: Aspect,
) -> Result<Clip> {
    let own = &build.providers.video;
    let offline = &build.providers.offline_video;
    let product = clip_name(build, index, aspect);
    let seed = wanted.seed.unwrap_or_else(|| build.project.seed.wrapping_add(index as u32 * 1013));
    let order =
        |provider: &Arc<dyn VideoProvider>| Ordered { build, provider: Arc::clone(provider), wanted, seed, slot };
    let first = order(own).make(&product, shape_of(own, build.main_aspect(), aspect)).await;
    let error = match first {
        Ok(clip) => return Ok(clip),
        Err(error) => error.with_context("scene", &scene.id),
    };
    let mut error = error;
    if own.info() != offline.info() {
        build.context.degrade(Stage::Scenes, &product, "offline studio clip", error)?;
        match order(offline).make(&product, aspect).await {
            Ok(clip) => return Ok(clip),
            Err(second) => error = second,
        }
    }
    build.context.degrade(Stage::Scenes, &product, "black background", error)?;
    black(build, &product, slot, aspect).await
}

struct Ordered<'a> {
    build: &'a Build,
    provider: Arc<dyn VideoProvider>,
    wanted: &'a GeneratedBackground,
    seed: u32,
    slot: Slot,
}

impl Ordered<'_> {
    async fn make(&self, product: &str, aspect: Aspect) -> Result<Clip> {
        let Build { context, project, .. } = self.build;
        let (info, capability) = (self.provider.info(), self.provider.capability());
        let exact = (self.slot.frames + self.slot.tail) as f64 / f64::from(project.output.fps);
        // Remote clips are bought by the second, so a caption that needs a frame more buys nothing anew.
        // A clip that cannot be long enough is slowed down in its scene.
        let duration_s = if capability.local { exact } else { exact.ceil().min(capability.max_duration_s) };
        let palette = project.style.as_ref().map(|style| style.palette.clone()).unwrap_or_default();
        let mut parameters = json!({
            "provider": [info.name, info.model],
            "prompt": self.wanted.prompt,
            "seed": self.seed,
            "aspect": aspect,
            "duration_s": duration_s,
        });
        if capability.local {
            parameters["drawn"] = json!([project.output.short_side, project.output.fps, palette]);
        }
        let key = content_key("clip", VERSION, &parameters, &[]);
        let request = VideoRequest {
            aspect,
            short_side: project.output.short_side,
            fps: project.output.fps,
            seed: self.seed,
            palette,
            ..VideoRequest::new(self.wanted.prompt.clone(), duration_s, context.work_folder(product)?)
        };
        let file = format!("{product}.mp4");
        let ground = (info == self.build.providers.offline_video.info())
            .then(|| {
                let (width, height) = project.output.size(aspect);
                StudioVideo::ground(&self.wanted.prompt, self.seed, width, height)
            })
            .flatten();
        let wanted = Wanted { stage: Stage::Scenes, product, key: &key, file: file.clone(), accept };
        let order = Arc::new(ClipOrder { provider: Arc::clone(&self.provider), request });
        generate(context, wanted, order).await?;
        Ok(Clip { file, key, ground })
    }
}

async fn black(build: &Build, product: &str, slot: Slot, aspect: Aspect) -> Result<Clip> {
    let output = build.project.output.clone();
    let (width, height) = output.size(aspect);
    let key = content_key("black", VERSION, &json!([width, height, output.fps, slot.frames + slot.tail]), &[]);
    let file = format!("{product}.mp4");
    let name = file.clone();
    let draw = move |work: &Work| {
        let path = work.folder().join("black.mp4");
        let settings = VideoSettings::new(width as usize, height as usize, output.fps);
        let mut encoder = VideoEncoder::create(&path, settings)?;
        let frame = Frame::black(width as usize, height as usize);
        for _ in 0..slot.frames + slot.tail {
            encoder.write(&frame)?;
        }
        encoder.finish()?;
        Ok(Made::file(name, path))
    };
    build.context.make(Stage::Scenes, product, &key, draw).await?;
    Ok(Clip { file, key, ground: None })
}

/// A clip is good if it has pictures.
fn accept(path: &Path) -> Result<()> {
    let wrong =
        |what: &str| Err(Error::media(format!("a background clip {what}")).with_context("path", path.display()));
    let info = probe(path)?;
    match info.video {
        None => wrong("has no video stream"),
        Some(_) if info.duration_s <= 0.0 => wrong("has no frames"),
        Some(_) => Ok(()),
    }
}
