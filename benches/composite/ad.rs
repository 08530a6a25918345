//! adgen over the given clips.

use crate::{SCENE_S, SCENES, Took, material::Material};
use adgen::{AdProject, AssetPolicy, Event, Studio, project::Stage};
use adgen_benches::{Outcome, cpu_s, file};
use serde_json::json;
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

/// What adgen took.
#[derive(Debug)]
pub(crate) struct Ad {
    /// From the first work of compositing to the end of rendering.
    pub(crate) stages: Took,
    /// The whole run, wall.
    pub(crate) whole_s: f64,
}

/// A moment: wall and processor time.
type Moment = (Instant, f64);

/// Makes the ad in a storage of its own.
pub(crate) fn run(material: &Material, storage: &Path) -> Outcome<Ad> {
    let span: Arc<Mutex<[Option<Moment>; 2]>> = Arc::default();
    let noted = Arc::clone(&span);
    let studio = Studio::builder()
        .with_storage_dir(storage)
        .with_asset_policy(AssetPolicy::own_documents())
        .on_event(move |event| {
            let at = match &event.event {
                Event::StageStarted { stage: Stage::Composite, .. } => 0,
                Event::StageFinished { stage: Stage::Render, .. } => 1,
                _ => return,
            };
            let mut moments = noted.lock().unwrap_or_else(PoisonError::into_inner);
            moments[at].get_or_insert((Instant::now(), cpu_s()));
        })
        .build()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let project = document(material)?;
    let began = Instant::now();
    let outcome = runtime.block_on(async { studio.generate(project, ".").await?.wait().await })?;
    let whole_s = began.elapsed().as_secs_f64();
    check(&outcome)?;
    let moments = *span.lock().unwrap_or_else(PoisonError::into_inner);
    let [Some(first), Some(last)] = moments else { return Err("a stage told nothing of itself".into()) };
    let stages = Took { wall_s: (last.0 - first.0).as_secs_f64(), cpu_s: last.1 - first.1 };
    // The next run must not find its files in the page cache's way.
    std::fs::remove_dir_all(storage)?;
    Ok(Ad { stages, whole_s })
}

/// An ad that is humbler, shorter or made of other clips would be no match for the floor.
fn check(outcome: &adgen::Outcome) -> Outcome {
    let state = &outcome.state;
    if let Some(humbler) = state.degradations.first() {
        return Err(format!("the ad is humbler than asked for: {humbler:?}").into());
    }
    if state.stages.get(&Stage::Scenes).is_some_and(|scenes| scenes.made > 0) {
        return Err("adgen made clips of its own".into());
    }
    crate::check_length(outcome.video().ok_or("there is no video")?)
}

fn document(material: &Material) -> Outcome<AdProject> {
    let scene = |index: usize, role: &str, caption: &str, motion: &str| {
        json!({
            "id": format!("scene_{}", index + 1),
            "role": role,
            "duration_s": SCENE_S,
            "background": { "file": material.clips[index] },
            "product": { "motion": motion },
            "caption": caption,
        })
    };
    let document = json!({
        "id": "bench",
        "brief": {
            "product_name": "Amara Botanical Oil",
            "description": "Cold-pressed from wild herbs. Melts into dry skin in seconds.",
            "mood": "warm, natural",
            "duration_s": SCENE_S * SCENES as f64,
            "call_to_action": "Discover Amara",
        },
        "brand": { "name": "Amara", "colors": ["#B5651D", "#2F3E2E"] },
        "product": { "image": file("examples/assets/bottle_studio.jpg")?, "cutout": material.cutout },
        "scenes": [
            scene(0, "hook", "Cold-pressed from wild herbs", "push_in"),
            scene(1, "showcase", "Melts into dry skin in seconds", "float"),
            scene(2, "benefit", "100 % plant based", "slide_in"),
            scene(3, "call_to_action", "Bottled in small batches", "rotate"),
        ],
        "audio": { "music": { "file": material.music } },
    });
    Ok(AdProject::from_json(&document.to_string())?)
}
