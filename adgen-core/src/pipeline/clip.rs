//! The scenes stage: a moving background for each scene.

use super::{
    bridge::{self, parts},
    build::Build,
    context::{Made, Work},
    generate::{Wanted, generate},
    import::AssetUse,
    key::content_key,
    order::ClipOrder,
    picture::{FileKind, kind_of},
    soften::soften,
    still::still,
    stock::{self, Stock, Wish},
    timeline::Slot,
    turn::picture_mb,
};
use crate::{
    error::{Error, ErrorKind, Result},
    media::{Frame, VideoEncoder, VideoReader, VideoSettings, VideoTarget},
    offline::{Ground, StudioVideo},
    project::{AdProject, Aspect, Background, CostRange, GeneratedBackground, Scene, Stage},
    provider::{VideoOffer, VideoProvider, VideoRequest},
};
use futures_util::future::try_join_all;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, path::Path, sync::Arc};

const VERSION: u32 = 1;
/// For models that take such words: the product is put over the clip, and nothing may look like it or compete with it.
const NOT_WANTED: &str = "product, bottle, packaging, text, letters, captions, logo, watermark, people, hands, faces";

/// No clip is looked for that is longer, in seconds: no scene needs as much.
const LONGEST_S: f64 = 64.0;
/// The shorter sides that models offer, in pixels: a clip with a larger one than needed serves as well.
const SIDES: [u32; 6] = [480, 540, 720, 1080, 1440, 2160];

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
            let kind = {
                let path = path.clone();
                build.context.cpu(move |_| kind_of(&path)).await?
            };
            if kind != FileKind::Video {
                return still(build, index, aspect, &file, kind)
                    .await
                    .map_err(|error| error.with_operation("scenes").with_context("scene", &scene.id));
            }
            build
                .context
                .cpu(move |_| accept(&path))
                .await
                .map_err(|error| build.context.about(AssetUse::Clip(index), asset.as_str(), error))
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
    // A picture that somebody brings becomes a clip of its own for each shape.
    if matches!(build.scenes()[index].background, Some(Background::File(_))) {
        return build.name_for(&format!("scene_{}_bg", index + 1), aspect);
    }
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
    let seed = seed_of(&build.project, wanted);
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

/// The seed of a scene's background: its own, or one that follows from the project's and the prompt. Not from the scene's
/// place or name, so that moving, copying and renaming scenes makes nothing anew.
fn seed_of(project: &AdProject, wanted: &GeneratedBackground) -> u32 {
    wanted.seed.unwrap_or_else(|| derived_seed(project.seed, &wanted.prompt))
}

pub(super) fn derived_seed(seed: u32, prompt: &str) -> u32 {
    let hash = Sha256::digest(prompt.as_bytes());
    seed.wrapping_add(u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]))
}

/// Seconds that a scene's background has to last.
fn needed_s(project: &AdProject, slot: Slot) -> f64 {
    (slot.frames + slot.tail) as f64 / f64::from(project.output.fps)
}

/// How many scenes are ordered from a provider, and what they will cost, all shapes together: none where the user brings the
/// clip, and once where two scenes want the same.
pub(crate) fn estimate(project: &AdProject, slots: &[Slot], provider: &Arc<dyn VideoProvider>) -> (usize, CostRange) {
    let main = project.main_aspect();
    let (mut ordered, mut cost) = (0, CostRange::ZERO);
    let mut seen = BTreeSet::new();
    for (scene, &slot) in project.scenes.iter().flatten().zip(slots) {
        let Some(Background::Generate(wanted)) = &scene.background else { continue };
        let parts = parts(&provider.capability(), needed_s(project, slot));
        let seed = seed_of(project, wanted);
        let mut is_new = false;
        for part in 0..parts.count {
            let request = VideoRequest {
                aspect: shape_of(provider, main, main),
                short_side: project.output.short_side,
                fps: project.output.fps,
                seed: part_seed(seed, part),
                ..VideoRequest::new(wanted.prompt.clone(), parts.duration_s, "")
            };
            if seen.insert(key_of(provider, &request)) {
                is_new = true;
                cost = cost + provider.estimate(&request);
            }
        }
        ordered += usize::from(is_new);
    }
    (ordered, cost)
}

fn part_seed(seed: u32, part: u32) -> u32 {
    seed.wrapping_add(part * 7919)
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
            async move { self.part(&name, aspect, parts.duration_s, part_seed(self.seed, part)).await }
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
        let info = self.provider.info();
        let request = VideoRequest {
            negative_prompt: Some(NOT_WANTED.to_owned()),
            aspect,
            short_side: project.output.short_side,
            fps: project.output.fps,
            seed,
            palette: project.style.as_ref().map(|style| style.palette.clone()).unwrap_or_default(),
            ..VideoRequest::new(self.prompt.clone(), duration_s, context.work_folder(product).await?)
        };
        let file = format!("{product}.mp4");
        let ground = (info == self.build.providers.offline_video.info())
            .then(|| {
                let (width, height) = project.output.size(aspect);
                StudioVideo::ground(&self.prompt, seed, width, height)
            })
            .flatten();
        let mut wishes = wishes(&self.provider, &project.output.aspects, request);
        let chosen = match stock::look(context, Stage::Scenes, product, &wishes).await? {
            Stock::There(index) => {
                return Ok(Clip { file, key: wishes.swap_remove(index).key, ground });
            }
            Stock::UnderWay(index) => index,
            Stock::Empty => 0,
        };
        let Wish { key, request } = wishes.swap_remove(chosen);
        let wanted = Wanted { stage: Stage::Scenes, product, key: &key, file: file.clone(), accept };
        let order = Arc::new(ClipOrder { provider: Arc::clone(&self.provider), request });
        generate(context, wanted, order).await?;
        Ok(Clip { file, key, ground })
    }
}

/// The key of the clip that a provider makes of a request.
fn key_of(provider: &Arc<dyn VideoProvider>, request: &VideoRequest) -> String {
    let info = provider.info();
    let parameters = match provider.capability().local {
        true => json!({
            "provider": [info.name, info.model],
            "prompt": request.prompt,
            "seed": request.seed,
            "aspect": request.aspect,
            "duration_s": request.duration_s,
            "drawn": [json!(request.short_side), json!(request.fps), json!(request.palette)],
        }),
        false => {
            let offer = provider.offer(request);
            json!({
                "provider": [info.name, info.model],
                "prompt": request.prompt,
                "seed": request.seed,
                "aspect": request.aspect,
                "duration_s": offer.duration_s,
                "short_side": offer.short_side,
            })
        }
    };
    content_key("clip", VERSION, &parameters, &[])
}

/// The request, and others whose clips would serve where they were bought before: longer, sharper, or in another of the
/// document's shapes, from which it is cropped.
fn wishes(provider: &Arc<dyn VideoProvider>, shapes: &[Aspect], request: VideoRequest) -> Vec<Wish<VideoRequest>> {
    let capability = provider.capability();
    let mut wishes = vec![Wish { key: key_of(provider, &request), request: request.clone() }];
    if capability.local {
        return wishes;
    }
    let least = provider.offer(&request);
    let others = shapes.iter().copied().filter(|shape| *shape != request.aspect && capability.aspects.contains(shape));
    let longest = capability.max_duration_s.min(LONGEST_S).floor() as u32;
    let first = request.duration_s.floor() as u32 + 1;
    let mut seen: Vec<(Aspect, VideoOffer)> = vec![(request.aspect, least)];
    for aspect in std::iter::once(request.aspect).chain(others) {
        for short_side in
            std::iter::once(request.short_side).chain(SIDES.into_iter().filter(|&s| s > request.short_side))
        {
            for duration_s in std::iter::once(request.duration_s).chain((first..=longest).map(f64::from)) {
                let other = VideoRequest { aspect, short_side, duration_s, ..request.clone() };
                let offer = provider.offer(&other);
                let serves = offer.duration_s + 1e-6 >= least.duration_s && offer.short_side >= least.short_side;
                if serves && !seen.contains(&(aspect, offer)) {
                    seen.push((aspect, offer));
                    wishes.push(Wish { key: key_of(provider, &other), request: other });
                }
            }
        }
    }
    wishes
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
        let frames = slot.frames + slot.tail;
        for index in 0..frames {
            work.step(index as f64 / frames as f64)?;
            encoder.write(&frame)?;
        }
        encoder.finish()?;
        Ok(Made::file(name, path))
    };
    build.context.make_weighing(picture_mb(width, height), Stage::Scenes, product, &key, draw).await?;
    Ok(Clip { file, key, ground: None })
}

/// A clip is good if it has a picture that can be decoded.
pub(super) fn accept(path: &Path) -> Result<()> {
    VideoReader::open(path, VideoTarget::native()).map(drop)
}
