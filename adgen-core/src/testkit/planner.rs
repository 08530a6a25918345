//! The rules of planners.

use super::{
    case::{PlannerCase, too_slow},
    facts::{check_info, check_unchanged, cost_is_sound, estimate_is_sound},
    report::{Broken, Recorder, Report, ensure},
};
use crate::{
    error::Result,
    project::{Role, Scene, Style, Transition},
    provider::{
        CallContext, Plan, PlanRequest, Planner,
        prompt_rules::{named_in, names_of},
    },
};
use std::collections::HashSet;

/// Tries a planner: what it says of itself, a plan from the brief alone, and one for scenes and a style that are
/// written already. Two plans are paid for.
pub async fn planner(planner: &dyn Planner, case: &PlannerCase) -> Report {
    let before = planner.info().clone();
    let mut log = Recorder::new(format!("planner {} {}", before.name, before.model), &case.secrets);
    check_info(&before, &mut log);
    log.hear("Debug", &format!("{planner:?}"));
    log.check("estimate_is_sound", estimate_is_sound(planner.estimate(&case.request), &before));

    let planned = plan(planner, &case.request, case, &mut log).await;
    log.check("plan_is_made", planned.as_ref().map(drop).map_err(ToString::to_string));
    let names = [
        "scenes_are_sound",
        "durations_add_up",
        "prompts_carry_the_style",
        "prompts_name_no_product",
        "music_is_described",
        "cost_is_within_the_estimate",
    ];
    match &planned {
        Ok(plan) => {
            let cost = cost_is_sound(plan.cost_usd, planner.estimate(&case.request), &before);
            let results = [
                scenes_are_sound(plan),
                durations_add_up(plan, &case.request),
                prompts_carry_the_style(plan),
                prompts_name_no_product(plan, &case.request),
                ensure(!plan.music_prompt.trim().is_empty(), || "the music's prompt is empty".to_owned()),
                cost,
            ];
            names.into_iter().zip(results).for_each(|(name, result)| log.check(name, result));
        }
        Err(_) => names.into_iter().for_each(|name| log.skip(name, "there is no plan")),
    }

    let own = written(&case.request);
    let kept = plan(planner, &own, case, &mut log).await;
    log.check("what_is_written_is_kept", kept.map_err(|error| error.to_string()).and_then(|plan| is_kept(&plan, &own)));

    match (before.price.is_free(), &planned) {
        (true, Ok(first)) => {
            let again = plan(planner, &case.request, case, &mut log).await.map_err(|error| error.to_string());
            let same = again.and_then(|again| ensure(again == *first, || "the second plan is another one".to_owned()));
            log.check("same_request_same_plan", same);
        }
        _ => log.skip("same_request_same_plan", "it is not free, or made no plan"),
    }
    check_unchanged(&before, planner.info(), &mut log);
    log.finish()
}

async fn plan(planner: &dyn Planner, request: &PlanRequest, case: &PlannerCase, log: &mut Recorder) -> Result<Plan> {
    let plan = match tokio::time::timeout(case.limit, planner.plan(&CallContext::new(), request)).await {
        Ok(plan) => plan,
        Err(_) => Err(too_slow(case.limit)),
    };
    log.hear_result(&plan);
    plan
}

/// The same ad with two scenes and a style that a person wrote.
fn written(request: &PlanRequest) -> PlanRequest {
    let scene = |id: &str, role, duration_s, caption: Option<&str>| Scene {
        id: id.to_owned(),
        role,
        duration_s,
        background: None,
        product: None,
        caption: caption.map(str::to_owned),
        transition: Transition::Cut,
    };
    let style = Style {
        lighting: "one candle from the right".to_owned(),
        camera: "locked off".to_owned(),
        texture: "wet slate".to_owned(),
        mood: "solemn".to_owned(),
        palette: vec![crate::project::Rgb([12, 34, 56]), crate::project::Rgb([200, 180, 90])],
        grade: "cold shadows".to_owned(),
    };
    let third = (request.brief.duration_s / 3.0 * 10.0).round() / 10.0;
    let scenes = vec![
        scene("written-second", Role::Benefit, Some(third), Some("Written by a person")),
        scene("written-first", Role::Hook, None, None),
    ];
    PlanRequest { style: Some(style), scenes: Some(scenes), ..request.clone() }
}

fn is_kept(plan: &Plan, request: &PlanRequest) -> Broken {
    let own: Vec<&Scene> = request.scenes.iter().flatten().collect();
    let ids: Vec<&str> = plan.scenes.iter().map(|scene| scene.id.as_str()).collect();
    ensure(own.iter().map(|scene| scene.id.as_str()).eq(ids.iter().copied()), || {
        format!("the plan has the scenes {ids:?}")
    })?;
    for (own, planned) in own.iter().zip(&plan.scenes) {
        let same_length = own.duration_s.is_none_or(|seconds| (seconds - planned.duration_s).abs() < 1e-6);
        ensure(same_length && own.role == planned.role, || {
            format!("scene {} became {:?} of {} s", own.id, planned.role, planned.duration_s)
        })?;
        ensure(own.caption.is_none() || own.caption == planned.caption, || {
            format!("the caption of {} became {:?}", own.id, planned.caption)
        })?;
    }
    ensure(request.style.as_ref() == Some(&plan.style), || format!("the style became {:?}", plan.style))?;
    durations_add_up(plan, request)?;
    prompts_carry_the_style(plan)
}

fn scenes_are_sound(plan: &Plan) -> Broken {
    ensure((1..=20).contains(&plan.scenes.len()), || format!("{} scenes, 1 to 20 are possible", plan.scenes.len()))?;
    let mut seen = HashSet::new();
    for scene in &plan.scenes {
        let id = &scene.id;
        let is_id = (1..=64).contains(&id.len())
            && id.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_".contains(&c));
        ensure(is_id, || format!("{id:?} is no scene's name"))?;
        ensure(seen.insert(id), || format!("two scenes are called {id}"))?;
        ensure(scene.duration_s >= 0.5, || {
            format!("scene {id} lasts {} s, at least 0.5 are possible", scene.duration_s)
        })?;
        ensure(!scene.prompt.trim().is_empty(), || format!("scene {id} has no prompt"))?;
    }
    Ok(())
}

fn durations_add_up(plan: &Plan, request: &PlanRequest) -> Broken {
    let (total, wanted) = (plan.scenes.iter().map(|scene| scene.duration_s).sum::<f64>(), request.brief.duration_s);
    ensure((total - wanted).abs() <= 1e-6, || format!("{total} s, {wanted} s are wanted"))
}

fn prompts_carry_the_style(plan: &Plan) -> Broken {
    let style = plan.style.to_prompt();
    let bare = plan.scenes.iter().find(|scene| !scene.prompt.contains(&style));
    ensure(bare.is_none(), || {
        format!("scene {}: Style::to_prompt is no part of its prompt", bare.map_or("", |scene| &scene.id))
    })
}

fn prompts_name_no_product(plan: &Plan, request: &PlanRequest) -> Broken {
    let names = names_of(&request.brief, &request.brand);
    match named_in(&names, plan, request.style.as_ref(), request.scenes.as_deref()) {
        None => Ok(()),
        Some((place, name)) => Err(format!("{place} holds {name:?}")),
    }
}
