//! Brief and brand to style and scenes, by the planner, or by the template where it fails.
//!
//! May depend on `project`, the engine's parts, `stages` and `provider`.

use crate::{
    engine::{artifacts::Artifact, parts::Parts, trace},
    error::{Error, ErrorKind, Result},
    project::{AdProject, Rgb, Stage},
    provider::{CallContext, Plan, PlanRequest, Planner},
    stages::{Made, check_plan, fill_in, palette, photo_for_model, plan_key},
};
use std::{path::PathBuf, time::Instant};
use tracing::Instrument;

/// Fills in what the document lacks. What a person has written stays as it is.
pub(super) async fn plan(parts: &Parts, mut project: AdProject) -> Result<AdProject> {
    parts.progress.started(Stage::Plan);
    if !project.is_planned() {
        let (planner, fallback) = (&*parts.providers.planner, &*parts.providers.fallback_planner);
        let (plan, _) = match made_by(parts, &project, planner).await {
            Ok(done) => done,
            Err(error) if planner.info() == fallback.info() => return Err(error),
            Err(error) => {
                parts.fallbacks.degrade(Stage::Plan, "plan", "template plan", error)?;
                made_by(parts, &project, fallback).await?
            }
        };
        fill_in(&mut project, plan);
        parts.document.write(&project).await?;
    }
    parts.progress.finished(Stage::Plan);
    Ok(project)
}

async fn made_by(parts: &Parts, project: &AdProject, planner: &dyn Planner) -> Result<(Plan, Artifact)> {
    let image = project.product.image.as_str().to_owned();
    let photo_hash = parts.artifacts.hash_of(&image).await?;
    let key = plan_key(project, planner.info(), &photo_hash);
    let span = trace::artifact(Stage::Plan, "plan", &key);
    found_or_made(parts, project, planner, &image, key).instrument(span).await
}

async fn found_or_made(
    parts: &Parts,
    project: &AdProject,
    planner: &dyn Planner,
    image: &str,
    key: String,
) -> Result<(Plan, Artifact)> {
    let info = planner.info();
    if let Some(artifact) = parts.artifacts.find(Stage::Plan, "plan", &key).await? {
        let bytes = parts.artifacts.read("plan.json").await?;
        // It was whole a moment ago; a plan that is not readable all the same is made again.
        if let Ok(plan) = serde_json::from_slice(&bytes) {
            // One of an earlier version, which looked less closely, may be no good: it is not paid for again.
            return check_plan(&plan, project).map(|()| (plan, artifact));
        }
    }
    let began = Instant::now();
    let request = PlanRequest {
        brief: project.brief.clone(),
        brand: project.brand.clone(),
        product_palette: colors(parts, image).await?,
        photo: match project.policy.share_photo && !info.price.is_free() {
            true => photo(parts, image).await?,
            false => None,
        },
        style: project.style.clone(),
        scenes: project.scenes.clone(),
        seed: project.seed,
    };
    // Held until the cost is written down.
    let _reserved = parts.money.reserve(&info.name, planner.estimate(&request))?;
    let context = CallContext::new()
        .with_wish(parts.turns.cancel())
        .with_retry_listener(parts.progress.watch(Stage::Plan, "plan"))
        .with_scratch(parts.artifacts.work_folder("plan").await?);
    // A planner may look at its deadline; it is kept below in any case.
    let context = if info.price.is_free() { context } else { context.with_timeout(parts.job_timeout) };
    let plan = tokio::select! {
        plan = planner.plan(&context, &request).instrument(trace::provider(info, "plan", 1)) => plan,
        () = parts.turns.cancel().cancelled() => return Err(Error::cancelled()),
        () = tokio::time::sleep(parts.job_timeout), if !info.price.is_free() => {
            let message = format!("no plan came within {} s", parts.job_timeout.as_secs());
            Err(Error::new(ErrorKind::Timeout, message))
        }
    };
    let plan = match plan.and_then(|plan| {
        let plan = Plan { cost_usd: parts.progress.amount(Stage::Plan, "plan", plan.cost_usd), ..plan };
        check_plan(&plan, project).map_err(|error| error.with_spent_usd(plan.cost_usd)).map(|()| plan)
    }) {
        Ok(plan) => plan,
        Err(error) => {
            let error = error.with_operation("plan").with_provider(&info.name).with_model(&info.model);
            // What was answered was paid for, however useless.
            if error.spent_usd() > 0.0 {
                parts.artifacts.failed(Stage::Plan, "plan", &key, &error, error.spent_usd()).await?;
            }
            return Err(error);
        }
    };
    let path = parts.artifacts.work_folder("plan").await?.join("plan.json");
    let json = serde_json::to_vec_pretty(&plan)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "a plan is not JSON").with_source(error))?;
    let named = |error: std::io::Error| Error::from(error).with_context("path", path.display());
    tokio::fs::write(&path, json).await.map_err(named)?;
    let made = Made { cost_usd: plan.cost_usd, notes: plan.notes.clone(), ..Made::file("plan.json", path) };
    let artifact = parts.artifacts.keep(Stage::Plan, "plan", &key, made, began, None).await?;
    Ok((plan, artifact))
}

/// The product's colours on the photo, the most frequent first.
async fn colors(parts: &Parts, image: &str) -> Result<Vec<Rgb>> {
    match parts.photos.photo(image, "the photo").await {
        Ok(photo) => parts.turns.cpu(move |_| Ok(palette(photo.rgb()))).await,
        Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
        // What is wrong with a photo is said by the step that cuts the product out.
        Err(_) => Ok(Vec::new()),
    }
}

/// A copy of the photo for a model. A photo that cannot be read is none; the step that cuts the product out says what is
/// wrong with it.
async fn photo(parts: &Parts, image: &str) -> Result<Option<PathBuf>> {
    let photo = match parts.photos.photo(image, "the photo").await {
        Ok(photo) => photo,
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        Err(_) => return Ok(None),
    };
    let target = parts.artifacts.work_folder("plan").await?.join("photo.jpg");
    parts.turns.cpu(move |_| photo_for_model(&photo, &target).map(|()| Some(target))).await
}
