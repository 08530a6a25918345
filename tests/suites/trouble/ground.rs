//! What all of these tests do: small documents, one run after another, and what they have to say and to cost.

use adgen::{Error, ErrorKind, Outcome, Studio, project::Degradation};
use adgen_tests::{
    document,
    emulator::{Emulator, Entry},
    services::Services,
};
use serde_json::{Value, json};
use std::time::Duration;

/// No run of these tests takes longer, on a busy machine either.
const LIMIT: Duration = Duration::from_secs(600);
/// What a clip of the three seconds of [`clip`] costs.
pub(crate) const CLIP_USD: f64 = 0.075;
/// What a track costs.
pub(crate) const TRACK_USD: f64 = 0.2;
pub(crate) const MUSIC_MODEL: &str = "stability-ai/stable-audio-2.5";

/// One scene of three seconds that needs no planner and has no music: a single clip is ordered.
pub(crate) fn clip(services: &Services, id: &str) -> Value {
    let mut document = services.one_scene(id);
    document["style"] = json!({
        "lighting": "low morning sun", "camera": "slow push-in", "texture": "matte stone", "mood": "calm",
        "palette": ["#C9B79C", "#6B705C"], "grade": "warm shadows",
    });
    document
}

/// The same with music to be made, and the clip drawn on this machine: a track alone is ordered.
pub(crate) fn clip_and_track(services: &Services, id: &str) -> Value {
    let mut document = clip(services, id);
    document["audio"] = json!({ "music": { "generate": { "prompt": format!("warm strings for {id}") } } });
    document
}

/// The same without a background: the planner is asked.
pub(crate) fn unplanned(services: &Services, id: &str) -> Value {
    let mut document = clip(services, id);
    document["scenes"][0].as_object_mut().expect("a scene").remove("background");
    document
}

/// The same, but nothing humbler will do.
pub(crate) fn strict(mut document: Value) -> Value {
    document["policy"] = json!({ "fallback": "deny" });
    document
}

async fn run(studio: &Studio, document: Option<&Value>, id: &str) -> Result<Outcome, Error> {
    let run = match document {
        Some(document) => studio.generate(document::parse(document), "").await.expect("starts"),
        None => studio.run(id, adgen::RunOptions::new()).await.expect("starts"),
    };
    tokio::time::timeout(LIMIT, run.wait()).await.expect("the run takes too long")
}

/// Makes the ad of a document, and lets the time of its job pass as soon as somebody asks for the job. Needs a runtime of
/// one thread: only such a runtime's clock can be set.
pub(crate) async fn outwait(services: &Services, document: &Value) -> Result<Outcome, Error> {
    let limit = Duration::from_secs(3600);
    let studio = services.builder().await.with_job_timeout(limit).build().expect("a studio");
    let run = studio.generate(document::parse(document), "").await.expect("starts");
    let asked = async {
        while services.emulator.journal().count("GET", "/v1/predictions/") == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(LIMIT, asked).await.expect("nobody asks for the job");
    // An hour, however long the machine took until here.
    tokio::time::pause();
    tokio::time::advance(limit).await;
    tokio::time::resume();
    tokio::time::timeout(LIMIT, run.wait()).await.expect("the run takes too long")
}

#[track_caller]
pub(crate) fn finished(result: Result<Outcome, Error>) -> Outcome {
    result.unwrap_or_else(|error| panic!("the run failed: {error}"))
}

/// Makes the ad of a document.
pub(crate) async fn make(studio: &Studio, document: &Value) -> Outcome {
    finished(run(studio, Some(document), "").await)
}

/// Makes the ad of a document that denies fallbacks; gives why that failed.
pub(crate) async fn denied(studio: &Studio, document: &Value) -> String {
    denial(run(studio, Some(document), "").await)
}

/// Why a run whose document denies fallbacks failed.
#[track_caller]
pub(crate) fn denial(result: Result<Outcome, Error>) -> String {
    let error = result.expect_err("the fallback was denied");
    assert_eq!(error.kind(), ErrorKind::FallbackDenied, "{error}");
    error.to_string()
}

/// Goes on with a project.
pub(crate) async fn resume(services: &Services, id: &str) -> Outcome {
    finished(run(&services.studio().await, None, id).await)
}

#[track_caller]
pub(crate) fn only_degradation(outcome: &Outcome) -> &Degradation {
    assert_eq!(outcome.state.degradations.len(), 1, "{:?}", outcome.state.degradations);
    &outcome.state.degradations[0]
}

#[track_caller]
pub(crate) fn expect_says(said: &(impl ToString + ?Sized), parts: &[&str]) {
    let text = said.to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not said: {text}");
    }
    assert!(!text.contains('<'), "a page is repeated: {text}");
}

/// The one thing that went wrong with the clip: stage, provider, model, artifact and the next step are said, and `parts`.
#[track_caller]
pub(crate) fn expect_clip_trouble(outcome: &Outcome, parts: &[&str]) {
    let degradation = only_degradation(outcome);
    let (artifact, fallback) = (degradation.artifact.as_str(), degradation.fallback.as_str());
    assert_eq!((artifact, fallback), ("scene_1_bg", "offline studio clip"));
    expect_says(&degradation.cause, &["at scenes", "provider: replicate", "seedance-1-pro-fast", "next: "]);
    expect_says(&degradation.cause, parts);
}

/// What was spent is what was billed, in the outcome and in the state's file.
#[track_caller]
pub(crate) fn expect_bill(services: &Services, outcome: &Outcome, usd: f64) {
    let (spent, billed) = (outcome.state.cost_usd, services.emulator.journal().usd());
    let kept = services.project(&outcome.project_id).state()["cost_usd"].as_f64().expect("a number");
    for (name, value) in [("spent", spent), ("kept", kept), ("billed", billed)] {
        assert!((value - usd).abs() < 1e-6, "{name}: ${value}, not ${usd} ({spent} spent, {billed} billed)");
    }
}

/// How often predictions were ordered, be it in vain.
pub(crate) fn orders(emulator: &Emulator) -> usize {
    let orders = |path: &str| path.ends_with("/predictions");
    emulator.journal().requests.iter().filter(|request| request.method == "POST" && orders(&request.path)).count()
}

/// The only prediction.
#[track_caller]
pub(crate) fn only_prediction(emulator: &Emulator) -> Entry {
    let mut all = emulator.journal().predictions;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}
