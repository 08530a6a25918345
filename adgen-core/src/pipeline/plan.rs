//! The plan stage: brief and brand to style and scenes.

use super::{
    context::{Context, Made, Product},
    key::content_key,
    palette,
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::watched,
    matte::Photo,
    project::{AdProject, Background, GeneratedBackground, GeneratedMusic, Music, Scene, Stage},
    provider::{Plan, PlanRequest, Planner, offline::TemplatePlanner},
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
        // A planned document that breaks a rule is the planner's fault, and `check` has seen the plan before.
        project.validate()?;
        context.files.write("project.json", project.to_json()).await?;
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
            return Ok((plan, product));
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
    };
    let plan = match plan
        .and_then(|plan| check(&plan, &request).map_err(|error| error.with_spent_usd(plan.cost_usd)).map(|()| plan))
    {
        Ok(plan) => plan,
        Err(error) => {
            let error =
                error.with_operation("plan").with_context("provider", &info.name).with_context("model", &info.model);
            // What was answered was paid for, however useless.
            if error.spent_usd() > 0.0 {
                context.failed(Stage::Plan, "plan", &key, &error, error.spent_usd()).await?;
            }
            return Err(error);
        }
    };
    let path = context.work_folder("plan")?.join("plan.json");
    let json = serde_json::to_vec_pretty(&plan)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "a plan is not JSON").with_source(error))?;
    let named = |error: std::io::Error| Error::from(error).with_context("path", path.display());
    tokio::fs::write(&path, json).await.map_err(named)?;
    let made = Made { cost_usd: plan.cost_usd, ..Made::file("plan.json", path) };
    let product = context.keep(Stage::Plan, "plan", &key, made, began).await?;
    Ok((plan, product))
}

/// A small, upright copy of the photo: what a model needs to see of it, and no more. A photo that cannot be read is none;
/// the stage that cuts the product out says what is wrong with it.
async fn photo_for_model(context: &Context, image: &str) -> Result<Option<PathBuf>> {
    let path = context.path_of(image).await?;
    let target = context.work_folder("plan")?.join("photo.jpg");
    context
        .cpu(move |_| {
            let Ok(photo) = Photo::open(&path) else { return Ok(None) };
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

/// The rules that every plan keeps, whoever made it.
fn check(plan: &Plan, request: &PlanRequest) -> Result<()> {
    let wrong = |what: String| {
        Err(Error::new(ErrorKind::GenerationFailed, format!("the plan breaks a rule: {what}")).with_operation("plan"))
    };
    let (count, wanted) = (plan.scenes.len(), request.brief.duration_s);
    if !(1..=20).contains(&count) {
        return wrong(format!("{count} scenes; 1 to 20 are allowed"));
    }
    if let Some(own) = &request.scenes
        && (own.len() != count || own.iter().zip(&plan.scenes).any(|(own, planned)| own.id != planned.id))
    {
        return wrong("its scenes are not the ones that the document names".to_owned());
    }
    let total: f64 = plan.scenes.iter().map(|scene| scene.duration_s).sum();
    if !total.is_finite() || (total - wanted).abs() > 1e-6 {
        return wrong(format!("its scenes last {total} s, not {wanted} s"));
    }
    for scene in &plan.scenes {
        let own = request.scenes.iter().flatten().find(|own| own.id == scene.id);
        if scene.duration_s < 0.5 {
            return wrong(format!("scene {} lasts {} s; at least 0.5 s are allowed", scene.id, scene.duration_s));
        }
        if scene.prompt.trim().is_empty() && own.is_none_or(|own| own.background.is_none()) {
            return wrong(format!("scene {} has no prompt", scene.id));
        }
        let name = request.brief.product_name.trim().to_lowercase();
        if own.is_none() && name.chars().count() >= 4 && scene.prompt.to_lowercase().contains(&name) {
            return wrong(format!("the prompt of scene {} names the product, which must not be generated", scene.id));
        }
    }
    Ok(())
}

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
    for (scene, planned) in scenes.iter_mut().zip(plan.scenes) {
        scene.duration_s.get_or_insert(planned.duration_s);
        let background = GeneratedBackground { prompt: planned.prompt, seed: None };
        scene.background.get_or_insert(Background::Generate(background));
    }
    if project.audio.needs_prompt() {
        project.audio.music = Some(Music::Generate(GeneratedMusic { prompt: Some(plan.music_prompt) }));
    }
}
