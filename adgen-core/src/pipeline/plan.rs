//! The plan stage: brief and brand to style and scenes.

use super::{
    clip::derived_seed,
    context::{Context, Made, Product},
    key::content_key,
    palette,
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::watched,
    offline::TemplatePlanner,
    project::{AdProject, Background, GeneratedBackground, GeneratedMusic, Music, Scene, Stage},
    provider::{Plan, PlanRequest, Planner, names::Names},
};
use serde_json::json;
use std::{path::PathBuf, sync::Arc, time::Instant};

const VERSION: u32 = 1;

/// The longer side of a photo that a model gets to see, in pixels.
const PHOTO_SIDE: u32 = 768;

/// Fills in what the document lacks. What a person has written stays as it is.
pub(crate) async fn plan(
    context: &Arc<Context>,
    mut project: AdProject,
    planner: &Arc<dyn Planner>,
    template: &TemplatePlanner,
) -> Result<AdProject> {
    context.tracker.started(Stage::Plan);
    if !project.is_planned() {
        let (plan, _) = match made_by(context, &project, planner).await {
            Ok(done) => done,
            Err(error) if planner.info() == template.info() => return Err(error),
            Err(error) => {
                context.degrade(Stage::Plan, "plan", "template plan", error)?;
                let template: Arc<dyn Planner> = Arc::new(template.clone());
                made_by(context, &project, &template).await?
            }
        };
        fill_in(&mut project, plan);
        context.write_document(&project).await?;
    }
    context.tracker.finished(Stage::Plan);
    Ok(project)
}

async fn made_by(context: &Arc<Context>, project: &AdProject, planner: &Arc<dyn Planner>) -> Result<(Plan, Product)> {
    let image = project.product.image.as_str().to_owned();
    let photo_hash = context.files.hash(&image).await?.map(|(_, hash)| hash).unwrap_or_default();
    let info = planner.info();
    let parameters = json!({
        "planner": [info.name, info.model],
        "brief": project.brief,
        "brand": [json!(project.brand.name), json!(project.brand.colors), json!(project.brand.guidelines)],
        "style": project.style,
        "scenes": project.scenes,
        "seed": project.seed,
        "photo": project.policy.share_photo,
    });
    let key = content_key("plan", VERSION, &parameters, &[&photo_hash]);
    if let Some(product) = context.find(Stage::Plan, "plan", &key).await? {
        let bytes = context.files.read("plan.json").await?.unwrap_or_default();
        // The hash was right a moment ago; a plan that is not readable all the same is made again.
        if let Ok(plan) = serde_json::from_slice(&bytes) {
            // One of an earlier version, which looked less closely, may be no good: it is not paid for again.
            return check(&plan, project).map(|()| (plan, product));
        }
    }
    let began = Instant::now();
    let request = PlanRequest {
        brief: project.brief.clone(),
        brand: project.brand.clone(),
        product_palette: palette::of_photo(context, &image).await?,
        photo: match project.policy.share_photo && !info.price.is_free() {
            true => photo_for_model(context, &image).await?,
            false => None,
        },
        style: project.style.clone(),
        scenes: project.scenes.clone(),
        seed: project.seed,
    };
    // Held until the cost is in the journal.
    let _reserved = context.reserve(&info.name, planner.estimate(&request))?;
    let plan = tokio::select! {
        plan = watched(context.watch(Stage::Plan, "plan"), planner.plan(&request)) => plan,
        () = context.cancel.cancelled() => return Err(Error::cancelled()),
        () = tokio::time::sleep(context.job_timeout), if !info.price.is_free() => {
            let message = format!("no plan came within {} s", context.job_timeout.as_secs());
            Err(Error::new(ErrorKind::Timeout, message))
        }
    };
    let plan = match plan.and_then(|plan| {
        let plan = Plan { cost_usd: context.amount(Stage::Plan, "plan", plan.cost_usd), ..plan };
        check(&plan, project).map_err(|error| error.with_spent_usd(plan.cost_usd)).map(|()| plan)
    }) {
        Ok(plan) => plan,
        Err(error) => {
            let error = error.with_operation("plan").with_provider(&info.name).with_model(&info.model);
            // What was answered was paid for, however useless.
            if error.spent_usd() > 0.0 {
                context.failed(Stage::Plan, "plan", &key, &error, error.spent_usd()).await?;
            }
            return Err(error);
        }
    };
    let path = context.work_folder("plan").await?.join("plan.json");
    let json = serde_json::to_vec_pretty(&plan)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "a plan is not JSON").with_source(error))?;
    let named = |error: std::io::Error| Error::from(error).with_context("path", path.display());
    tokio::fs::write(&path, json).await.map_err(named)?;
    let made = Made { cost_usd: plan.cost_usd, notes: plan.notes.clone(), ..Made::file("plan.json", path) };
    let product = context.keep(Stage::Plan, "plan", &key, made, began).await?;
    Ok((plan, product))
}

/// A small, upright copy of the photo: what a model needs to see of it, and no more. A photo that cannot be read is none;
/// the stage that cuts the product out says what is wrong with it.
async fn photo_for_model(context: &Context, image: &str) -> Result<Option<PathBuf>> {
    let photo = match context.photo(image, "the photo").await {
        Ok(photo) => photo,
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        Err(_) => return Ok(None),
    };
    let target = context.work_folder("plan").await?.join("photo.jpg");
    context
        .cpu(move |_| {
            let longer = photo.width().max(photo.height()).max(1);
            let scaled = |side: u32| (side * PHOTO_SIDE.min(longer) / longer).max(1);
            let (width, height) = (scaled(photo.width()), scaled(photo.height()));
            let small = image::imageops::resize(photo.rgb(), width, height, image::imageops::FilterType::CatmullRom);
            small
                .save(&target)
                .map_err(|error| Error::new(ErrorKind::Io, "cannot write a copy of the photo").with_source(error))?;
            Ok(Some(target))
        })
        .await
}

/// The rules that every plan keeps, whoever made it: its own, and that the document is sound with the plan in it.
fn check(plan: &Plan, project: &AdProject) -> Result<()> {
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
    let names = Names::of([project.brief.product_name.as_str(), project.brand.name.as_str()]);
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
        if own.is_none()
            && let Some(name) = names.in_text(&scene.prompt)
        {
            return wrong(format!(
                "the prompt of scene {} holds {name:?} of the product's or brand's name, which must not be generated",
                scene.id
            ));
        }
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
        let blank = |planned: &crate::provider::PlannedScene| Scene {
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
