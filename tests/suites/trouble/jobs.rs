//! Jobs that do not end as they should.

use super::{
    ground::{
        CLIP_USD, clip, denial, expect_bill, expect_clip_trouble, expect_says, finished, make, only_prediction, orders,
        outwait, resume, strict,
    },
    meddler::Meddler,
};
use adgen::{Studio, provider::Price, replicate::ReplicateVideo};
use adgen_tests::{
    emulator::{Action, End, Fault, On, Outcome, Script},
    services::Services,
};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

fn ending(end: End) -> Fault {
    Fault::new(On::Create, Action::ends(end))
}

/// A job without an end is stopped and paid for; a later run orders a new one.
async fn without_an_end(end: End) {
    let services = Services::start(Script::quick().with_fault(ending(end).nth(1))).await;
    let outcome = finished(outwait(&services, &clip(&services, "endless")).await);
    expect_clip_trouble(&outcome, &["timeout", "did not end within", "was stopped", "cost: $0.0750"]);
    assert_eq!(only_prediction(&services.emulator).status, "canceled", "it goes on and costs money");
    assert_eq!(services.emulator.journal().requests.iter().filter(|r| r.path.ends_with("/cancel")).count(), 1);
    expect_bill(&services, &outcome, CLIP_USD);
    let outcome = resume(&services, "endless").await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, 2.0 * CLIP_USD);
    resume(&services, "endless").await;
    assert_eq!(orders(&services.emulator), 2);
}

#[tokio::test]
async fn a_prediction_that_never_ends_is_stopped_and_counted() {
    without_an_end(End::Never).await;
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_waited_for_no_longer_than_any_other() {
    without_an_end(End::UnknownStatus).await;
}

#[tokio::test]
async fn a_denied_fallback_says_what_the_endless_prediction_cost() {
    let services = Services::start(Script::quick().with_fault(ending(End::Never))).await;
    let said = denial(outwait(&services, &strict(clip(&services, "strict"))).await);
    expect_says(&said, &["at scenes", "provider: replicate", "was stopped", "cost: $0.0750", "spent_usd: 0.0"]);
    assert_eq!(only_prediction(&services.emulator).status, "canceled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aborted_prediction_costs_nothing_and_is_ordered_once_more() {
    let services = Services::start(Script::quick().with_fault(ending(End::Aborted).nth(1))).await;
    let outcome = make(&services.studio().await, &strict(clip(&services, "aborted"))).await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(orders(&services.emulator), 2);
    resume(&services, "aborted").await;
    assert_eq!(orders(&services.emulator), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn predictions_that_are_always_aborted_are_given_up() {
    let services = Services::start(Script::quick().with_fault(ending(End::Aborted))).await;
    let outcome = make(&services.studio().await, &clip(&services, "aborted")).await;
    expect_clip_trouble(&outcome, &["timeout", "did not start before its deadline", "costs nothing"]);
    expect_bill(&services, &outcome, 0.0);
    assert_eq!(orders(&services.emulator), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prediction_that_somebody_else_cancels_is_replaced_and_said() {
    let outcome = Outcome { status: End::Canceled, error: None, billed: true };
    let fault = Fault::new(On::Create, Action::Outcome(outcome)).nth(1);
    let services = Services::start(Script::quick().with_fault(fault)).await;
    let outcome = make(&services.studio().await, &clip(&services, "gone")).await;
    expect_clip_trouble(&outcome, &["the job was cancelled", "cost: $0.0750"]);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(orders(&services.emulator), 1);
    let outcome = resume(&services, "gone").await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, 2.0 * CLIP_USD);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_prediction_that_is_billed_all_the_same_is_counted() {
    // Sold by machine time, which is charged whatever comes of it.
    let outcome = Outcome { status: End::Failed, error: Some("CUDA: illegal access".to_owned()), billed: true };
    let script = Script { latency_s: vec![0.4], ..Script::quick() };
    let services = Services::start(script.with_fault(Fault::new(On::Create, Action::Outcome(outcome)))).await;
    let video = ReplicateVideo::known(services.replicate(), "lightricks/ltx-video").expect("is known");
    // As the emulator sells it.
    let price = Price::per_compute_second(0.001525, 1.0, 10.0, "2026-01-01");
    let studio = services.builder().await.with_video(video.with_price(price)).build().expect("a studio");
    let outcome = make(&studio, &clip(&services, "billed")).await;
    let cause = &super::ground::only_degradation(&outcome).cause;
    expect_says(cause, &["at scenes", "provider: replicate", "ltx-video", "illegal access", "cost: $", "next: "]);
    let billed = services.emulator.journal().usd();
    assert!(billed > 0.0);
    expect_bill(&services, &outcome, billed);
    assert_eq!(orders(&services.emulator), 1);
}

/// A studio whose calls to Replicate go through somebody who changes answers.
async fn through(services: &Services, meddler: &Meddler) -> Studio {
    let video = ReplicateVideo::new(meddler.replicate());
    services.builder().await.with_video(video).build().expect("a studio")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_status_may_still_become_a_good_clip() {
    let services = Services::start(Script::quick()).await;
    let asked = AtomicU32::new(0);
    let meddler = Meddler::start(services.emulator.origin(), move |call, answer| {
        if call.is_get() && asked.fetch_add(1, Ordering::SeqCst) < 2 {
            answer.change(|json| {
                json["status"] = "contemplating".into();
                json["output"] = Value::Null;
            });
        }
    });
    let meddler = meddler.await;
    let outcome = make(&through(&services, &meddler).await, &strict(clip(&services, "odd"))).await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD);
    let gets = services.emulator.journal().count("GET", "/v1/predictions/");
    assert_eq!((orders(&services.emulator), gets), (1, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_nobody_knows_and_fields_that_are_missing_are_no_trouble() {
    let services = Services::start(Script::quick()).await;
    let meddler = Meddler::start(services.emulator.origin(), |_, answer| {
        answer.change(|json| {
            json["brand_new"] = json!({ "deep": [1, { "deeper": null }] });
            json["metrics"] = json!({ "gpu": "yes", "predict_time": "soon" });
            json["version"] = json!(7);
            for name in ["logs", "urls", "created_at", "started_at", "completed_at", "model", "input", "error"] {
                json.as_object_mut().expect("a prediction").remove(name);
            }
        });
    });
    let meddler = meddler.await;
    let outcome = make(&through(&services, &meddler).await, &strict(clip(&services, "fields"))).await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(orders(&services.emulator), 1);
}
