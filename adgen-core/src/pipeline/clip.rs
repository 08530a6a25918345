//! The scenes stage: a moving background for each scene.

use super::{
    bridge::{self, parts},
    build::Build,
    context::{Made, Work},
    generate::{Wanted, generate},
    key::content_key,
    order::ClipOrder,
    soften::soften,
    timeline::Slot,
};
use crate::{
    error::{Error, ErrorKind, Result},
    media::{Frame, VideoEncoder, VideoSettings, probe},
    project::{AdProject, Aspect, Background, CostRange, GeneratedBackground, Scene, Stage},
    provider::{
        VideoProvider, VideoRequest,
        offline::{Ground, StudioVideo},
    },
};
use futures_util::future::try_join_all;
use serde_json::json;
use std::{path::Path, sync::Arc};

const VERSION: u32 = 1;
/// For models that take such words: the product is put over the clip, and nothing may look like it or compete with it.
const NOT_WANTED: &str = "product, bottle, packaging, text, letters, captions, logo, watermark, people, hands, faces";

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
    let seed = seed_of(&build.project, index, wanted);
    let order = |provider: &Arc<dyn VideoProvider>, prompt: &str| Ordered {
        build,
        provider: Arc::clone(provider),
        prompt: prompt.to_owned(),
        seed,
        slot,
    };
    let shape = shape_of(own, build.main_aspect(), aspect);
    let mut first = order(own, &wanted.prompt).make(&product, shape).await;
    if matches!(&first, Err(error) if error.kind() == ErrorKind::ContentRejected) {
        let said = format!("{product}: the provider refused the prompt; it is asked once more in softer words");
        build.context.tracker.note(Stage::Scenes, said);
        first = order(own, &soften(&wanted.prompt)).make(&product, shape).await;
    }
    let mut error = match first {
        Ok(clip) => return Ok(clip),
        Err(error) => error.with_context("scene", &scene.id),
    };
    if own.info() != offline.info() {
        build.context.degrade(Stage::Scenes, &product, "offline studio clip", error)?;
        match order(offline, &wanted.prompt).make(&product, aspect).await {
            Ok(clip) => return Ok(clip),
            Err(second) => error = second,
        }
    }
    build.context.degrade(Stage::Scenes, &product, "black background", error)?;
    black(build, &product, slot, aspect).await
}

fn seed_of(project: &AdProject, index: usize, wanted: &GeneratedBackground) -> u32 {
    wanted.seed.unwrap_or_else(|| project.seed.wrapping_add(index as u32 * 1013))
}

/// Seconds that a scene's background has to last.
fn needed_s(project: &AdProject, slot: Slot) -> f64 {
    (slot.frames + slot.tail) as f64 / f64::from(project.output.fps)
}

/// What scene `index` will cost at a provider, all shapes together: none where the user brings the clip.
pub(crate) fn estimate(project: &AdProject, index: usize, slot: Slot, provider: &Arc<dyn VideoProvider>) -> CostRange {
    let scene = project.scenes.as_deref().unwrap_or_default().get(index);
    let Some(Background::Generate(wanted)) = scene.and_then(|scene| scene.background.as_ref()) else {
        return CostRange::ZERO;
    };
    let main = project.main_aspect();
    let parts = parts(&provider.capability(), needed_s(project, slot));
    let request = VideoRequest {
        aspect: shape_of(provider, main, main),
        short_side: project.output.short_side,
        fps: project.output.fps,
        ..VideoRequest::new(wanted.prompt.clone(), parts.duration_s, "")
    };
    (0..parts.count).map(|_| provider.estimate(&request)).sum()
}

struct Ordered<'a> {
    build: &'a Build,
    provider: Arc<dyn VideoProvider>,
    prompt: String,
    seed: u32,
    slot: Slot,
}

impl Ordered<'_> {
    /// One clip, or several that are joined where the provider's longest is too short.
    async fn make(&self, product: &str, aspect: Aspect) -> Result<Clip> {
        let parts = parts(&self.provider.capability(), needed_s(&self.build.project, self.slot));
        if parts.count == 1 {
            return self.part(product, aspect, parts.duration_s, self.seed).await;
        }
        let orders = (0..parts.count).map(|part| {
            let name = format!("{product}_part{}", part + 1);
            async move { self.part(&name, aspect, parts.duration_s, self.seed.wrapping_add(part * 7919)).await }
        });
        let clips = try_join_all(orders).await?;
        let keys: Vec<&str> = clips.iter().map(|clip| clip.key.as_str()).collect();
        let key = content_key("joined_clip", VERSION, &json!([]), &keys);
        let context = &self.build.context;
        let paths = try_join_all(clips.iter().map(|clip| context.path_of(&clip.file))).await?;
        let file = format!("{product}.mp4");
        let name = file.clone();
        context.make(Stage::Scenes, product, &key, move |work| bridge::join(&paths, &name, work)).await?;
        Ok(Clip { file, key, ground: None })
    }

    async fn part(&self, product: &str, aspect: Aspect, duration_s: f64, seed: u32) -> Result<Clip> {
        let Build { context, project, .. } = self.build;
        let (info, capability) = (self.provider.info(), self.provider.capability());
        let palette = project.style.as_ref().map(|style| style.palette.clone()).unwrap_or_default();
        let mut parameters = json!({
            "provider": [info.name, info.model],
            "prompt": self.prompt,
            "seed": seed,
            "aspect": aspect,
            "duration_s": duration_s,
        });
        if capability.local {
            parameters["drawn"] = json!([project.output.short_side, project.output.fps, palette]);
        }
        let key = content_key("clip", VERSION, &parameters, &[]);
        let request = VideoRequest {
            negative_prompt: Some(NOT_WANTED.to_owned()),
            aspect,
            short_side: project.output.short_side,
            fps: project.output.fps,
            seed,
            palette,
            ..VideoRequest::new(self.prompt.clone(), duration_s, context.work_folder(product)?)
        };
        let file = format!("{product}.mp4");
        let ground = (info == self.build.providers.offline_video.info())
            .then(|| {
                let (width, height) = project.output.size(aspect);
                StudioVideo::ground(&self.prompt, seed, width, height)
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
