//! Services that say no: keys, credit, models, inputs.

use super::ground::{
    CLIP_USD, clip, denied, expect_bill, expect_clip_trouble, expect_says, make, only_degradation, orders, resume,
    strict, unplanned,
};
use adgen_tests::{
    emulator::{Action, Answer, Fault, On, Script},
    openai_server,
    services::Services,
};
use serde_json::json;

/// Replicate refuses the order: nothing is repeated or looked up, nothing costs, and once the cause is gone the clip is
/// bought, once.
async fn refused(action: Action, parts: &[&str]) {
    let services = Services::start(Script::quick().with_fault(Fault::new(On::Create, action))).await;
    let outcome = make(&services.studio().await, &clip(&services, "humble")).await;
    expect_clip_trouble(&outcome, parts);
    expect_bill(&services, &outcome, 0.0);
    assert_eq!(orders(&services.emulator), 1, "a refusal was repeated");
    let said = denied(&services.studio().await, &strict(clip(&services, "strict"))).await;
    expect_says(&said, &["at scenes", "provider: replicate", "spent_usd: 0.00", "run again"]);
    expect_says(&said, parts);
    let journal = services.emulator.journal();
    assert_eq!((orders(&services.emulator), journal.predictions.len()), (2, 0));
    assert_eq!(journal.count("GET", "/v1/predictions"), 0, "what was refused was looked for");
    services.emulator.replace_faults(Vec::new());
    for id in ["humble", "strict", "humble"] {
        let outcome = resume(&services, id).await;
        assert_eq!(outcome.state.degradations, []);
        assert!((outcome.state.cost_usd - CLIP_USD).abs() < 1e-6, "{}", outcome.state.cost_usd);
    }
    assert_eq!(services.emulator.journal().billed().count(), 2);
    services.expect_nothing_bought_twice();
    services.expect_no_secret_anywhere();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_names_the_variable() {
    refused(Action::status(401), &["unauthenticated", "REPLICATE_API_TOKEN", "status: 401"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_rights_names_the_variable() {
    refused(Action::status(403), &["unauthenticated", "REPLICATE_API_TOKEN", "status: 403", "permission"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_account_says_where_to_fill_it() {
    refused(Action::status(402), &["quota_exceeded", "out of credit", "account/billing"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_gone_names_the_setting() {
    refused(Action::status(404), &["not_found", "bytedance/seedance-1-pro-fast", "--video-model", "ADGEN_VIDEO_MODEL"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_gone_asks_for_another_model() {
    refused(Action::status(422), &["unsupported", "version of the model", "choose another model"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_input_names_every_field() {
    let body = json!({
        "title": "Input validation failed", "detail": "- input.duration: too long\n", "status": 422,
        "invalid_fields": [
            { "type": "number_lte", "field": "input.duration", "description": "Must be less than or equal to 2" },
            { "type": "required", "field": "input", "description": "image is required" },
        ],
    });
    let answer = Answer { code: 422, body: Some(body), ..Answer::default() };
    let parts = ["invalid_input", "input.duration: Must be less than or equal to 2 (number_lte)", "image is required"];
    refused(Action::Status(answer), &parts).await;
}

/// OpenAI refuses: a template plans, nothing is repeated; where that is denied, a later run asks again.
async fn unplanned_by_openai(fault: openai_server::Fault, parts: &[&str]) {
    let services = Services::start(Script::quick()).await;
    services.openai.push(fault.clone());
    let outcome = make(&services.studio().await, &unplanned(&services, "humble")).await;
    let degradation = only_degradation(&outcome);
    assert_eq!((degradation.artifact.as_str(), degradation.fallback.as_str()), ("plan", "template plan"));
    expect_says(&degradation.cause, &["at plan", "provider: openai", "model: gpt-6-luna", "next: "]);
    expect_says(&degradation.cause, parts);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(services.openai.posts().len(), 1, "a refusal was repeated");
    services.openai.push(fault);
    let said = denied(&services.studio().await, &strict(unplanned(&services, "strict"))).await;
    expect_says(&said, &["at plan", "provider: openai", "spent_usd: 0.00", "run again"]);
    expect_says(&said, parts);
    assert_eq!(services.openai.posts().len(), 2);
    // The template's plan is the document now; the other document still has none.
    assert_eq!(resume(&services, "humble").await.state.degradations, []);
    assert_eq!(services.openai.posts().len(), 2);
    assert_eq!(resume(&services, "strict").await.state.degradations, []);
    assert_eq!(services.openai.posts().len(), 3);
    assert_eq!(services.emulator.journal().billed().count(), 2);
    services.expect_no_secret_anywhere();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_quota_is_not_asked_again() {
    let fault = openai_server::Fault::status(429, "insufficient_quota");
    unplanned_by_openai(fault, &["quota_exceeded", "no credit left", "status: 429"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_planner_names_the_setting() {
    let fault = openai_server::Fault::status(404, "model_not_found");
    unplanned_by_openai(fault, &["not_found", "--planner-model", "ADGEN_PLANNER_MODEL"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_names_the_variable_and_does_not_show_the_key() {
    let fault = openai_server::Fault::status(401, "invalid_api_key");
    unplanned_by_openai(fault, &["unauthenticated", "OPENAI_API_KEY"]).await;
}
