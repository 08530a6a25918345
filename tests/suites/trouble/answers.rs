//! Pages of proxies in place of answers: in front of a create that may have been carried out, of questions, of files.

use super::{
    ground::{CLIP_USD, clip, expect_bill, expect_clip_trouble, make, only_prediction, orders, resume, strict},
    meddler::Meddler,
};
use adgen::{Studio, replicate::ReplicateVideo};
use adgen_tests::{
    emulator::{Action, Answer, Content, Fault, On, Script},
    services::Services,
};
use std::sync::atomic::{AtomicU32, Ordering};

fn bad_gateway() -> Action {
    Action::Status(Answer { code: 502, html: true, ..Answer::default() })
}

async fn through(services: &Services, meddler: &Meddler) -> Studio {
    let video = ReplicateVideo::new(meddler.replicate());
    services.builder().await.with_video(video).build().expect("a studio")
}

/// A good ad for the price of one clip, and again for nothing.
async fn bought_once(services: &Services, studio: &Studio, id: &str) {
    let outcome = make(studio, &strict(clip(services, id))).await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(services, &outcome, CLIP_USD);
    only_prediction(&services.emulator);
    let before = orders(&services.emulator);
    resume(services, id).await;
    assert_eq!(orders(&services.emulator), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_behind_a_bad_gateway_is_looked_up_before_it_is_made_again() {
    let services = Services::start(Script::quick().with_fault(Fault::new(On::Create, bad_gateway()).nth(1))).await;
    bought_once(&services, &services.studio().await, "gateway").await;
    let journal = services.emulator.journal();
    let path = |n: usize| journal.requests[n].path.as_str();
    assert_eq!((orders(&services.emulator), path(1)), (2, "/v1/predictions"), "it was not looked up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_was_carried_out_behind_a_page_is_found_and_not_made_again() {
    let services = Services::start(Script::quick()).await;
    let meddler = Meddler::start(services.emulator.origin(), |call, answer| {
        if call.is_create() {
            answer.becomes_a_page();
        }
    });
    let meddler = meddler.await;
    bought_once(&services, &through(&services, &meddler).await, "page").await;
    assert_eq!(orders(&services.emulator), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_meet_pages_are_asked_again() {
    let services = Services::start(Script::quick().with_fault(Fault::new(On::Get, bad_gateway()).times(2))).await;
    let asked = AtomicU32::new(0);
    let meddler = Meddler::start(services.emulator.origin(), move |call, answer| {
        if call.is_get() && asked.fetch_add(1, Ordering::SeqCst) == 2 {
            answer.becomes_a_page();
        }
    });
    let meddler = meddler.await;
    bought_once(&services, &through(&services, &meddler).await, "question").await;
    assert_eq!(orders(&services.emulator), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_in_place_of_a_file_are_fetched_again() {
    let script = Script::quick()
        .with_fault(Fault::new(On::Delivery, Action::Content(Content::Html)).nth(1))
        .with_fault(Fault::new(On::Delivery, bad_gateway()).nth(2));
    let services = Services::start(script).await;
    bought_once(&services, &services.studio().await, "file").await;
    let fetched = services.emulator.journal().count("GET", "/delivery/");
    assert!(fetched >= 3, "fetched {fetched} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_pages_in_place_of_the_file_says_what_was_spent() {
    let page = Fault::new(On::Delivery, Action::Content(Content::Html));
    let services = Services::start(Script::quick().with_fault(page)).await;
    let outcome = make(&services.studio().await, &clip(&services, "pages")).await;
    expect_clip_trouble(&outcome, &["web page", "cost: $0.0750", "still at the provider"]);
    only_prediction(&services.emulator);
    // The login page is gone: what was paid for is fetched.
    services.emulator.replace_faults(Vec::new());
    let outcome = resume(&services, "pages").await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(orders(&services.emulator), 1);
}
