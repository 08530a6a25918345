//! What works on this machine: the offline providers, and the tests' own shop.

use crate::{NAMED_JOB, clip, expect_tried, music, plan};
use adgen::{
    offline::{OfflineAudio, OfflineVideo, TemplatePlanner},
    provider::{AudioProvider, Planner, VideoProvider},
    testkit,
};
use adgen_tests::provider::{Shop, Trouble};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn the_offline_studio() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let case = clip(folder.path()).refuses_images();
    // As users hold a provider that they choose at run time, on a thread of the runtime's own.
    let studio: Arc<dyn VideoProvider> = Arc::new(OfflineVideo::new());
    let report = tokio::spawn(async move { testkit::video(&*studio, &case).await }).await.expect("no panic");
    report.expect_passed();
    expect_tried(&report, &NAMED_JOB);
    expect_tried(&report, &["same_request_same_bytes", "impossible_requests_are_refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_offline_composer() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let composer: Box<dyn AudioProvider> = Box::new(OfflineAudio::new());
    let report = testkit::audio(&*composer, &music(folder.path())).await;
    report.expect_passed();
    expect_tried(&report, &NAMED_JOB);
    expect_tried(&report, &["same_request_same_bytes", "impossible_requests_are_refused"]);
}

#[tokio::test]
async fn the_template_planner() {
    let planner: Arc<dyn Planner> = Arc::new(TemplatePlanner::new());
    let report = testkit::planner(&*planner, &plan()).await;
    report.expect_passed();
    expect_tried(&report, &["same_request_same_plan", "prompts_name_no_product", "what_is_written_is_kept"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shop = Shop::new(folder.path());
    let bytes = std::fs::read(shop.clip()).expect("the shop's clip");
    {
        let mut books = shop.books();
        books.url = Some(format!("data:video/mp4;base64,{}", STANDARD.encode(bytes)));
        books.remembers = true;
    }
    let counter = shop.clone();
    let case =
        clip(folder.path()).with_lost_answer(move || counter.books().start_trouble.push_back(Trouble::LosesAnswer));
    let report = testkit::video(&shop, &case).await;
    report.expect_passed();
    expect_tried(&report, &NAMED_JOB);
    expect_tried(&report, &["job_of_a_lost_answer_is_found", "find_leaves_the_jobs_of_others"]);
    // As bytes, too.
    let bytes = std::fs::read(shop.clip()).expect("the shop's clip");
    shop.books().url = None;
    shop.books().bytes = Some(bytes);
    let report = testkit::video(&shop, &case).await;
    report.expect_passed();
    expect_tried(&report, &NAMED_JOB);
}
