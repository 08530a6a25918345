//! The plan stage: what a planner is asked, which rules its plan keeps, and how the plan gets into the document.
//!
//! May depend on `provider` (contracts), `picture`, `project`, `error` and its neighbours.

use super::{clip::derived_seed, key::content_key};
use crate::{
    error::{Error, ErrorKind, Result},
    picture::Photo,
    project::{AdProject, Background, GeneratedBackground, GeneratedMusic, Music, Scene},
    provider::{
        Plan, PlannedScene, ProviderInfo,
        prompt_rules::{named_in, names_of},
    },
};
use serde_json::json;
use std::path::Path;

const VERSION: u32 = 1;

/// The longer side of a photo that a model gets to see, in pixels.
const PHOTO_SIDE: u32 = 768;

/// The key of the plan that a planner makes of a document whose photo has this hash.
pub(crate) fn plan_key(project: &AdProject, info: &ProviderInfo, photo_hash: &str) -> String {
    let parameters = json!({
        "planner": [info.name, info.model],
        "brief": project.brief,
        "brand": [json!(project.brand.name), json!(project.brand.colors), json!(project.brand.guidelines)],
        "style": project.style,
        "scenes": project.scenes,
        "seed": project.seed,
        "photo": project.policy.share_photo,
    });
    content_key("plan", VERSION, &parameters, &[photo_hash])
}

/// Writes a small, upright copy of the photo: what a model needs to see of it, and no more.
pub(crate) fn photo_for_model(photo: &Photo, target: &Path) -> Result<()> {
    let longer = photo.width().max(photo.height()).max(1);
    let scaled = |side: u32| (side * PHOTO_SIDE.min(longer) / longer).max(1);
    let (width, height) = (scaled(photo.width()), scaled(photo.height()));
    let small = image::imageops::resize(photo.rgb(), width, height, image::imageops::FilterType::CatmullRom);
    let saved = small.save(target);
    saved.map_err(|error| Error::new(ErrorKind::Io, "cannot write a copy of the photo").with_source(error))
}

/// The rules that every plan keeps, whoever made it: its own, and that the document is sound with the plan in it.
pub(crate) fn check_plan(plan: &Plan, project: &AdProject) -> Result<()> {
    let broken = |what: String| {
        Error::new(ErrorKind::GenerationFailed, format!("the plan breaks a rule: {what}")).with_operation("plan")
    };
    let wrong = |what: String| Err(broken(what));
    let (count, wanted) = (plan.scenes.len(), project.brief.duration_s);
    if !(1..=20).contains(&count) {
        return wrong(format!("{count} scenes; 1 to 20 are allowed"));
    }
    if let Some(own) = &project.scenes
        && (own.len() != count || own.iter().zip(&plan.scenes).any(|(own, planned)| own.id != planned.id))
    {
        return wrong("its scenes are not the ones that the document names".to_owned());
    }
    let total: f64 = plan.scenes.iter().map(|scene| scene.duration_s).sum();
    if !total.is_finite() || (total - wanted).abs() > 1e-6 {
        return wrong(format!("its scenes last {total} s, not {wanted} s"));
    }
    for scene in &plan.scenes {
        let own = project.scenes.iter().flatten().find(|own| own.id == scene.id);
        if scene.duration_s < 0.5 {
            return wrong(format!("scene {} lasts {} s; at least 0.5 s are allowed", scene.id, scene.duration_s));
        }
        // What a person has written stands in the plan's place.
        if own.is_some_and(|own| own.background.is_some()) {
            continue;
        }
        if scene.prompt.trim().is_empty() {
            return wrong(format!("scene {} has no prompt", scene.id));
        }
    }
    let names = names_of(&project.brief, &project.brand);
    if let Some((place, name)) = named_in(&names, plan, project.style.as_ref(), project.scenes.as_deref()) {
        return wrong(format!("{place} holds {name:?} of the product's or brand's name, which must not be generated"));
    }
    // Everything that the plan fills in: names, captions, style, palette, layers, music.
    let mut filled = project.clone();
    fill_in(&mut filled, plan.clone());
    let problems = filled.problems();
    match problems.first() {
        None if filled.is_planned() => Ok(()),
        None => wrong("it leaves something open".to_owned()),
        Some(first) => {
            let others = problems.iter().skip(1);
            Err(others.fold(broken(first.to_string()), |error, problem| error.with_context("problem", problem)))
        }
    }
}

/// Puts a plan into the document where the document says nothing. Scenes with equal prompts get seeds of their own: without
/// them they would show the same clip.
pub(crate) fn fill_in(project: &mut AdProject, plan: Plan) {
    project.style.get_or_insert(plan.style);
    let scenes = project.scenes.get_or_insert_with(|| {
        let blank = |planned: &PlannedScene| Scene {
            id: planned.id.clone(),
            role: planned.role,
            duration_s: None,
            background: None,
            product: planned.product.clone(),
            caption: planned.caption.clone(),
            transition: planned.transition,
        };
        plan.scenes.iter().map(blank).collect()
    });
    let mut prompts: Vec<String> = Vec::new();
    for (scene, planned) in scenes.iter_mut().zip(plan.scenes) {
        scene.duration_s.get_or_insert(planned.duration_s);
        if scene.background.is_none() {
            let repeats = prompts.iter().filter(|prompt| **prompt == planned.prompt).count() as u32;
            let seed = (repeats > 0)
                .then(|| derived_seed(project.seed, &planned.prompt).wrapping_add(repeats.wrapping_mul(1013)));
            prompts.push(planned.prompt.clone());
            scene.background = Some(Background::Generate(GeneratedBackground { prompt: planned.prompt, seed }));
        }
    }
    if project.audio.needs_prompt() {
        project.audio.music = Some(Music::Generate(GeneratedMusic { prompt: Some(plan.music_prompt) }));
    }
}
