//! The scenes stage: what is ordered as a moving background, under which key, and what stands in its place.
//!
//! May depend on `provider` (contracts), `media`, `project`, `error` and its neighbours.

use super::{
    encoding::with_clip_encoder,
    key::content_key,
    names::name_for,
    stitch::parts_of,
    timeline::Slot,
    wish::Wish,
    work::{Made, Recipe, Work, picture_mb},
};
use crate::{
    error::Result,
    media::{Frame, VideoEncoder, VideoReader, VideoSettings, VideoTarget},
    project::{AdProject, Aspect, Background, CostRange, GeneratedBackground, Output, Stage},
    provider::{ProviderInfo, VideoOffer, VideoProvider, VideoRequest, prompt_rules::NOT_WANTED},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, path::Path};

const VERSION: u32 = 1;

/// No clip is looked for that is longer, in seconds: no scene needs as much.
const LONGEST_S: f64 = 64.0;
/// The shorter sides that models offer, in pixels: a clip with a larger one than needed serves as well.
const SIDES: [u32; 6] = [480, 540, 720, 1080, 1440, 2160];

/// Clips that cost something are bought once, in the main shape, and cropped for the others.
pub(crate) fn shape_of(provider: &dyn VideoProvider, main: Aspect, aspect: Aspect) -> Aspect {
    let able = provider.capability().aspects;
    let wanted = if provider.info().price.is_free() { aspect } else { main };
    // What a provider cannot shape is cropped from what it can.
    if able.contains(&wanted) { wanted } else { able.first().copied().unwrap_or(main) }
}

/// Name of a scene's clip: `scene_1_bg`, and `scene_1_bg_1x1` for a further shape.
pub(crate) fn clip_name(project: &AdProject, provider: &dyn VideoProvider, index: usize, aspect: Aspect) -> String {
    let main = project.main_aspect();
    let background =
        project.scenes.as_deref().unwrap_or_default().get(index).and_then(|scene| scene.background.as_ref());
    // A picture that somebody brings becomes a clip of its own for each shape.
    let shape = match background {
        Some(Background::File(_)) => aspect,
        _ => shape_of(provider, main, aspect),
    };
    name_for(&format!("scene_{}_bg", index + 1), shape, main)
}

/// The seed of a scene's background: its own, or one that follows from the project's and the prompt. Not from the scene's
/// place or name, so that moving, copying and renaming scenes makes nothing anew.
pub(crate) fn seed_of(project: &AdProject, wanted: &GeneratedBackground) -> u32 {
    wanted.seed.unwrap_or_else(|| derived_seed(project.seed, &wanted.prompt))
}

pub(crate) fn derived_seed(seed: u32, prompt: &str) -> u32 {
    let hash = Sha256::digest(prompt.as_bytes());
    seed.wrapping_add(u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]))
}

/// Seconds that a scene's background has to last.
pub(crate) fn needed_s(project: &AdProject, slot: Slot) -> f64 {
    (slot.frames + slot.tail) as f64 / f64::from(project.output.fps)
}

/// How many scenes are ordered from a provider, and what they will cost, all shapes together: none where the user brings the
/// clip, and once where two scenes want the same.
pub(crate) fn estimate_clips(project: &AdProject, slots: &[Slot], provider: &dyn VideoProvider) -> (usize, CostRange) {
    let main = project.main_aspect();
    let (mut ordered, mut cost) = (0, CostRange::ZERO);
    let mut seen = BTreeSet::new();
    let (info, is_local) = (provider.info(), provider.capability().local);
    for (scene, &slot) in project.scenes.iter().flatten().zip(slots) {
        let Some(Background::Generate(wanted)) = &scene.background else { continue };
        let parts = parts_of(&provider.capability(), needed_s(project, slot));
        let seed = seed_of(project, wanted);
        let mut is_new = false;
        for part in 0..parts.count {
            let request = VideoRequest {
                aspect: shape_of(provider, main, main),
                short_side: project.output.short_side,
                fps: project.output.fps,
                seed: part_seed(seed, part),
                ..VideoRequest::new(wanted.prompt.clone(), parts.duration_s)
            };
            let offer = (!is_local).then(|| provider.offer(&request));
            if seen.insert(key_of(info, &request, offer)) {
                is_new = true;
                cost = cost + provider.estimate(&request);
            }
        }
        ordered += usize::from(is_new);
    }
    (ordered, cost)
}

/// The seed of a part of a long background.
pub(crate) fn part_seed(seed: u32, part: u32) -> u32 {
    seed.wrapping_add(part * 7919)
}

/// What a provider is asked for: one clip, or one part of a long one.
pub(crate) fn clip_request(
    project: &AdProject,
    prompt: &str,
    aspect: Aspect,
    duration_s: f64,
    seed: u32,
) -> VideoRequest {
    VideoRequest {
        negative_prompt: Some(NOT_WANTED.to_owned()),
        aspect,
        short_side: project.output.short_side,
        fps: project.output.fps,
        seed,
        palette: project.style.as_ref().map(|style| style.palette.clone()).unwrap_or_default(),
        ..VideoRequest::new(prompt, duration_s)
    }
}

/// The key of the parts of a clip when they are joined.
pub(crate) fn joined_key(parts: &[&str]) -> String {
    content_key("joined_clip", VERSION, &with_clip_encoder(json!([])), parts)
}

/// The key of the clip that a provider makes of a request; `offer` is what one elsewhere offers for it.
fn key_of(info: &ProviderInfo, request: &VideoRequest, offer: Option<VideoOffer>) -> String {
    let parameters = match offer {
        None => with_clip_encoder(json!({
            "provider": [info.name, info.model],
            "prompt": request.prompt,
            "seed": request.seed,
            "aspect": request.aspect,
            "duration_s": request.duration_s,
            "drawn": [json!(request.short_side), json!(request.fps), json!(request.palette)],
        })),
        Some(offer) => json!({
            "provider": [info.name, info.model],
            "prompt": request.prompt,
            "seed": request.seed,
            "aspect": request.aspect,
            "duration_s": offer.duration_s,
            "short_side": offer.short_side,
        }),
    };
    content_key("clip", VERSION, &parameters, &[])
}

/// The request, and others whose clips would serve where they were bought before: longer, sharper, or in another of the
/// document's shapes, from which it is cropped.
pub(crate) fn clip_wishes(
    provider: &dyn VideoProvider,
    shapes: &[Aspect],
    request: VideoRequest,
) -> Vec<Wish<VideoRequest>> {
    let (info, capability) = (provider.info(), provider.capability());
    if capability.local {
        return vec![Wish { key: key_of(info, &request, None), request }];
    }
    let least = provider.offer(&request);
    let mut wishes = vec![Wish { key: key_of(info, &request, Some(least)), request: request.clone() }];
    let others = shapes.iter().copied().filter(|shape| *shape != request.aspect && capability.aspects.contains(shape));
    let longest = capability.max_duration_s.min(LONGEST_S).floor();
    let mut seen: Vec<(Aspect, VideoOffer)> = vec![(request.aspect, least)];
    for aspect in std::iter::once(request.aspect).chain(others) {
        for short_side in
            std::iter::once(request.short_side).chain(SIDES.into_iter().filter(|&s| s > request.short_side))
        {
            let mut duration_s = request.duration_s;
            // Asked for a length in between, a provider offers the same once more: the next one that may give another is longer than
            // what it offered.
            loop {
                let other = VideoRequest { aspect, short_side, duration_s, ..request.clone() };
                let offer = provider.offer(&other);
                let serves = offer.duration_s + 1e-6 >= least.duration_s && offer.short_side >= least.short_side;
                if serves && !seen.contains(&(aspect, offer)) {
                    seen.push((aspect, offer));
                    wishes.push(Wish { key: key_of(info, &other, Some(offer)), request: other });
                }
                let next = duration_s.max(offer.duration_s.min(LONGEST_S)).floor() + 1.0;
                if next > longest {
                    break;
                }
                duration_s = next;
            }
        }
    }
    wishes
}

/// A black clip, for want of anything better.
pub(crate) fn black(artifact: &str, output: Output, slot: Slot, aspect: Aspect) -> Recipe {
    let (width, height) = output.size(aspect);
    let parameters = with_clip_encoder(json!([width, height, output.fps, slot.frames + slot.tail]));
    let key = content_key("black", VERSION, &parameters, &[]);
    let name = format!("{artifact}.mp4");
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
    Recipe::new(Stage::Scenes, artifact, key, draw).weighing(picture_mb(width, height))
}

/// A clip is good if it has a picture that can be decoded.
pub(crate) fn accept_clip(path: &Path) -> Result<()> {
    VideoReader::open(path, VideoTarget::native()).map(drop)
}
