//! One ad through both services: what is sent, what is bought, what is said.

use super::finished;
use adgen::{Event, project::Fallback, provider::VideoProvider};
use adgen_tests::{
    command::until,
    document,
    emulator::{Action, Fault, On, Script},
    openai_server,
    port::ClosedPort,
    services::Services,
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn an_ad_is_planned_filmed_and_scored_by_the_services() {
    let services = Services::start(Script::quick()).await;
    let studio = services.studio().await;
    let project = services.planned("whole");
    let estimate = studio.estimate(&project).expect("a sound document");
    let run = studio.generate(project, "").await.expect("starts");
    let events: Vec<Event> = run.events(0).map(|record| record.event).collect().await;
    let outcome = finished(run.wait().await);
    assert_eq!(outcome.state.degradations, [], "{events:?}");
    let journal = services.emulator.journal();
    let scenes = services.project("whole").json("project.json")["scenes"].as_array().expect("scenes").len();
    assert_eq!(journal.predictions.len(), scenes + 1, "a clip each, and the music");
    assert_eq!(services.openai.posts().len(), 1);
    // What was spent is what the services billed and the planner's tokens, within the estimate.
    let billed = journal.usd();
    let spent = outcome.state.cost_usd;
    assert!(spent >= billed && spent - billed < 0.01, "{spent} spent, {billed} billed");
    assert!(spent <= estimate.total.high_usd + 1e-9, "{spent} spent, {:?} estimated", estimate.total);
    for prediction in &journal.predictions {
        let prompt = prediction.input["prompt"].as_str().unwrap_or_default().to_lowercase();
        assert!(!prompt.contains("amara oil"), "the product is to be generated: {prompt}");
    }
    services.expect_no_secret_anywhere();
    services.expect_nothing_bought_twice();
    let told = format!("{events:?}");
    assert!(!told.contains(adgen_tests::services::TOKEN) && !told.contains(openai_server::KEY));
    // Again: nothing is asked for.
    finished(services.studio().await.run("whole", adgen::RunOptions::new()).await.expect("starts").wait().await);
    assert_eq!(services.emulator.journal().predictions.len(), scenes + 1);
    assert_eq!(services.openai.posts().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_photo_is_shown_to_the_planner_where_the_document_allows_it_and_never_to_the_video_model() {
    let services = Services::start(Script::quick()).await;
    for (id, share) in [("hidden", false), ("shown", true)] {
        let mut document = document::planned(id, &services.photo);
        document["policy"] = json!({ "share_photo": share });
        finished(services.make(&document).await);
        let posted = services.openai.posts().pop().expect("it was planned").body.to_string();
        assert_eq!(posted.contains("data:image/jpeg;base64,"), share, "{id}");
    }
    let journal = services.emulator.journal();
    assert!(journal.predictions.iter().all(|made| made.input.get("image").is_none_or(Value::is_null)));
    assert_eq!(journal.count("POST", "/v1/files"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_ad_of_thirty_seconds_is_within_the_budget() {
    let services = Services::start(Script::quick()).await;
    let mut document = document::planned("thirty", &services.photo);
    for mood in ["warm, natural", "fresh, energetic", "luxury", "calm", "playful tech"] {
        document["brief"]["duration_s"] = json!(30);
        document["brief"]["mood"] = json!(mood);
        let estimate = services.studio().await.estimate(&document::parse(&document)).expect("a sound document");
        assert!(estimate.total.high_usd <= 1.01, "{mood}: {estimate:?}");
        assert!(estimate.total.low_usd > 0.5, "{mood}: {estimate:?}");
    }
    assert_eq!(services.emulator.journal().requests.len(), 0, "an estimate calls nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn four_clips_take_as_long_as_the_slowest() {
    let held = Fault::new(On::Create, Action::HoldBefore);
    let services = Services::start(Script::quick().with_fault(held)).await;
    let scenes = [("a", 1.0, "cut"), ("b", 1.0, "cut"), ("c", 1.0, "cut"), ("d", 1.0, "cut")];
    let mut document = document::written("slowest", &services.photo, &scenes);
    document["audio"] = json!({ "music": { "generate": { "prompt": "strings" } } });
    let run = services.studio().await.generate(document::parse(&document), "").await.expect("starts");
    // Side by side: none of them is answered before all are there.
    let orders = || services.emulator.holds().len() == 5;
    tokio::task::block_in_place(|| until("all orders stand before the service at once", orders));
    services.emulator.replace_faults(Vec::new());
    services.emulator.release();
    finished(run.wait().await);
    assert_eq!(services.emulator.journal().billed().count(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_denies_fallbacks_fails_with_provider_stage_money_and_what_to_do() {
    let failing = Fault::new(On::Create, Action::failed("CUDA: an illegal access"));
    let script = Script::quick().with_fault(failing.model("bytedance/seedance-1-pro-fast").nth(2));
    let services = Services::start(script).await;
    let mut document = services.two_scenes("denied");
    document["policy"] = json!({ "fallback": "deny" });
    let error = services.make(&document).await.expect_err("a clip failed");
    let said = error.to_string();
    for part in ["replicate", "scenes", "spent_usd", "next", "illegal access"] {
        assert!(said.contains(part), "{part} is not said: {said}");
    }
    assert_eq!(document::parse(&document).policy.fallback, Fallback::Deny);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_policy_denies_is_known_before_anything_is_bought_where_it_can_be() {
    let services = Services::start(Script::quick()).await;
    std::fs::write(services.path().join("broken.png"), "no picture").expect("the folder is the test's own");
    type Spoil = fn(&mut Value);
    let spoiled: [(&str, Spoil); 4] = [
        ("caption", |document| document["scenes"][1]["caption"] = json!("\u{10FFFD}\u{10FFFC}")),
        ("letter", |document| document["scenes"][1]["caption"] = json!("New \u{10FFFD} taste")),
        ("brand", |document| document["brand"] = json!({ "name": "\u{10FFFD}\u{10FFFC}" })),
        ("logo", |document| document["brand"] = json!({ "logo": "broken.png" })),
    ];
    for (id, spoil) in spoiled {
        let mut document = services.two_scenes(id);
        document["policy"] = json!({ "fallback": "deny" });
        spoil(&mut document);
        let run = services.studio().await.generate(document::parse(&document), services.path()).await;
        let error = match run {
            Ok(run) => run.wait().await.expect_err("it was denied"),
            Err(error) => error,
        };
        assert_eq!(error.kind(), adgen::ErrorKind::FallbackDenied, "{id}: {error}");
        assert_eq!(services.emulator.journal().predictions.len(), 0, "{id}: something was bought: {error}");
    }
    // Without the policy they are bought and made, and each scene that lacks something is named.
    let mut document = services.two_scenes("allowed");
    document["scenes"][0]["caption"] = json!("New \u{10FFFD} taste");
    document["scenes"][1]["caption"] = json!("New \u{10FFFD} taste");
    let outcome = finished(services.make(&document).await);
    let [lack] = outcome.state.degradations.as_slice() else { panic!("{:?}", outcome.state.degradations) };
    let artifacts: std::collections::BTreeSet<&str> = lack.artifacts().collect();
    assert_eq!(artifacts.into_iter().collect::<Vec<_>>(), ["scene_1_composited", "scene_2_composited"], "{lack:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_costs_seconds_and_gives_an_ad_all_the_same() {
    let services = Services::start(Script::quick()).await;
    let gone = ClosedPort::take();
    let token = secrecy::SecretString::from(adgen_tests::services::TOKEN);
    let replicate = adgen::replicate::Replicate::builder()
        .with_token(token)
        .with_base_url(format!("{}/v1", gone.url()))
        .build()
        .expect("an account");
    let video = adgen::replicate::ReplicateVideo::new(replicate);
    assert_eq!(video.info().name, "replicate");
    let studio = services.builder().await.with_video(video).build().expect("a studio");
    let scenes = [("a", 1.0, "cut"), ("b", 1.0, "cut"), ("c", 1.0, "cut"), ("d", 1.0, "cut")];
    let document = document::parse(&document::written("outage", &services.photo, &scenes));
    let run = studio.generate(document, "").await.expect("starts");
    let outcome = tokio::time::timeout(Duration::from_secs(600), run.wait()).await.expect("it hangs");
    let outcome = finished(outcome);
    assert_eq!(outcome.state.degradations.len(), 4);
    assert!(
        outcome.state.degradations[0].cause.to_string().contains("unavailable"),
        "{:?}",
        outcome.state.degradations[0]
    );
}
