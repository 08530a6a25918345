//! Filters that refuse what a scene, or a brief, asks for.

use super::ground::{
    CLIP_USD, clip, denied, expect_bill, expect_clip_trouble, expect_says, make, only_degradation, orders, resume,
    strict, unplanned,
};
use adgen_tests::{
    emulator::{Action, Fault, On, Script},
    openai_server,
    services::Services,
};

const REFUSAL: &str = "NSFW content detected. Try again with other words.";

fn refusing() -> Fault {
    Fault::new(On::Create, Action::failed(REFUSAL))
}

/// The prompts that were ordered, in order.
fn prompts(services: &Services) -> Vec<String> {
    let all = services.emulator.journal().predictions;
    all.iter().map(|made| made.input["prompt"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_scene_is_asked_for_once_more_in_softer_words_and_then_replaced() {
    let services = Services::start(Script::quick().with_fault(refusing())).await;
    let document = clip(&services, "refused");
    let outcome = make(&services.studio().await, &document).await;
    expect_clip_trouble(&outcome, &["content_rejected", "NSFW content detected", "scene: only"]);
    expect_bill(&services, &outcome, 0.0);
    let asked = prompts(&services);
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[0].contains("a plain wall for refused") && !asked[0].contains("all audiences"), "{asked:?}");
    assert!(asked[1].contains("a plain wall for refused") && asked[1].contains("all audiences"), "{asked:?}");
    assert!(outcome.state.notes.iter().any(|note| note.contains("softer words")), "{:?}", outcome.state.notes);
    // The filter has learnt nothing since: what it refused is not ordered again, by nobody.
    for _ in 0..2 {
        let outcome = resume(&services, "refused").await;
        expect_clip_trouble(&outcome, &["content_rejected", "earlier run"]);
    }
    let said = denied(&services.studio().await, &strict(document)).await;
    expect_says(&said, &["at scenes", "provider: replicate", "content_rejected", "next: "]);
    assert_eq!(orders(&services.emulator), 2);
    // Other words are another order.
    services.emulator.replace_faults(Vec::new());
    services.project("refused").edit(|document| {
        document["policy"]["fallback"] = "allow".into();
        document["scenes"][0]["background"]["generate"]["prompt"] = "a pale wall".into();
    });
    let outcome = resume(&services, "refused").await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD);
}

#[tokio::test(flavor = "multi_thread")]
async fn softer_words_that_pass_give_the_clip() {
    let services = Services::start(Script::quick().with_fault(refusing().nth(1))).await;
    let outcome = make(&services.studio().await, &strict(clip(&services, "softer"))).await;
    assert_eq!(outcome.state.degradations, []);
    assert!(outcome.state.notes.iter().any(|note| note.contains("softer words")), "{:?}", outcome.state.notes);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(orders(&services.emulator), 2);
    let outcome = resume(&services, "softer").await;
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(orders(&services.emulator), 2, "what was refused or bought was ordered again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_fallback_is_said_after_both_refusals() {
    let services = Services::start(Script::quick().with_fault(refusing())).await;
    let said = denied(&services.studio().await, &strict(clip(&services, "strict"))).await;
    expect_says(&said, &["at scenes", "provider: replicate", "NSFW", "spent_usd: 0.00", "run again"]);
    assert_eq!(orders(&services.emulator), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brief_that_openai_refuses_is_planned_by_a_template_and_the_tokens_are_counted() {
    let services = Services::start(Script::quick()).await;
    services.openai.push(openai_server::Fault::Refusal);
    let outcome = make(&services.studio().await, &unplanned(&services, "brief")).await;
    let degradation = only_degradation(&outcome);
    assert_eq!((degradation.artifact.as_str(), degradation.fallback.as_str()), ("plan", "template plan"));
    let parts = ["content_rejected", "at plan", "provider: openai", "I cannot help with that", "cost: $", "next: "];
    expect_says(&degradation.cause, &parts);
    assert_eq!(services.openai.posts().len(), 1, "a refusal was repeated");
    let tokens = outcome.state.cost_usd - services.emulator.journal().usd();
    assert!(tokens > 0.0 && tokens < 0.01, "{tokens}");
    resume(&services, "brief").await;
    assert_eq!(services.openai.posts().len(), 1);
    services.openai.push(openai_server::Fault::Refusal);
    let said = denied(&services.studio().await, &strict(unplanned(&services, "strict"))).await;
    expect_says(&said, &["at plan", "provider: openai", "I cannot help with that", "spent_usd", "run again"]);
}
