//! Files that arrive broken, or are no good when they arrive.

use super::ground::{
    CLIP_USD, clip, denied, expect_bill, expect_clip_trouble, expect_says, make, only_prediction, orders, resume,
    strict,
};
use adgen_tests::{
    emulator::{Action, Content, Fault, On, Script},
    services::Services,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_download_is_fetched_again_and_not_made_again() {
    for content in [Action::Truncate(0.5), Action::Truncate(0.0), Action::Content(Content::ShortFile)] {
        let services = Services::start(Script::quick().with_fault(Fault::new(On::Delivery, content).nth(1))).await;
        let outcome = make(&services.studio().await, &strict(clip(&services, "torn"))).await;
        assert_eq!(outcome.state.degradations, []);
        expect_bill(&services, &outcome, CLIP_USD);
        assert_eq!(only_prediction(&services.emulator).downloads, 2);
        resume(&services, "torn").await;
        assert_eq!(only_prediction(&services.emulator).downloads, 2);
    }
}

/// What was paid for is no good: said with its cost, and never ordered again unasked.
async fn no_good(content: Content, downloads: u64, parts: &[&str]) {
    let services = Services::start(Script::quick().with_fault(Fault::new(On::Create, Action::Content(content)))).await;
    let outcome = make(&services.studio().await, &clip(&services, "humble")).await;
    expect_clip_trouble(&outcome, &["cost: $0.0750"]);
    expect_clip_trouble(&outcome, parts);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(only_prediction(&services.emulator).downloads, downloads);
    let outcome = resume(&services, "humble").await;
    expect_clip_trouble(&outcome, &["earlier run"]);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(orders(&services.emulator), 1, "the same was bought twice");
    let said = denied(&services.studio().await, &strict(clip(&services, "strict"))).await;
    expect_says(&said, &["at scenes", "provider: replicate", "cost: $0.0750", "spent_usd: 0.0", "next: "]);
    expect_says(&said, parts);
    // Another seed is another order.
    services.emulator.replace_faults(Vec::new());
    services.project("humble").edit(|document| document["scenes"][0]["background"]["generate"]["seed"] = 12345.into());
    assert_eq!(resume(&services, "humble").await.state.degradations, []);
    services.expect_nothing_bought_twice();
}

#[tokio::test(flavor = "multi_thread")]
async fn three_gigabytes_are_not_read() {
    no_good(Content::Huge, 1, &["more than the 1073741824 bytes"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_without_a_video_stream_is_none() {
    no_good(Content::NoVideo, 4, &["has no video stream"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_without_frames_is_none() {
    no_good(Content::ZeroFrames, 4, &["without one picture that can be decoded"]).await;
}
