//! Lost answers, failures that were billed, limits and webhooks: what they cost, and that it is counted.

use super::{Bench, finished, made};
use adgen::{
    Event, Studio, StudioBuilder,
    provider::{JobId, WebhookEvent},
};
use adgen_tests::{
    command::until,
    document,
    provider::{Shop, Trouble, USD_PER_SECOND},
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;

/// What takes longer hangs, however busy the machine is.
const HANGS: Duration = Duration::from_secs(600);

const EACH: f64 = 2.0 * USD_PER_SECOND;

/// Two scenes of a second and a half: two clips of two seconds are ordered.
fn two_scenes(bench: &Bench, id: &str) -> Value {
    let mut document = document::written(id, &bench.photo, &[("a", 1.5, "cut"), ("b", 1.5, "cut")]);
    document["audio"]["music"] = json!(null);
    document
}

fn builder(bench: &Bench, shop: &Shop) -> StudioBuilder {
    bench.builder("storage").with_video(shop.clone())
}

fn studio(bench: &Bench, shop: &Shop) -> Studio {
    builder(bench, shop).build().expect("a studio")
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[tokio::test(flavor = "multi_thread")]
async fn the_job_of_a_lost_answer_is_found_and_not_bought_again() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    {
        let mut books = shop.books();
        books.remembers = true;
        books.start_trouble.extend([Trouble::LosesAnswer, Trouble::LosesAnswer]);
    }
    let outcome = finished(made(&studio(&bench, &shop), document::parse(&two_scenes(&bench, "lost"))).await);
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(shop.books().calls, 2);
    assert_eq!(shop.books().jobs.len(), 2);
    shop.expect_nothing_ordered_twice();
    assert!(near(outcome.state.cost_usd, 2.0 * EACH), "{}", outcome.state.cost_usd);
    assert!(outcome.state.notes.iter().any(|note| note.contains("found again")), "{:?}", outcome.state.notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_never_arrived_is_made_again() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    {
        let mut books = shop.books();
        books.remembers = true;
        books.start_trouble.extend([Trouble::LosesCall]);
    }
    let outcome = finished(made(&studio(&bench, &shop), document::parse(&two_scenes(&bench, "call"))).await);
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(shop.books().calls, 3);
    assert_eq!(shop.books().jobs.len(), 2);
    assert!(near(outcome.state.cost_usd, 2.0 * EACH));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_that_nobody_can_look_up_is_not_repeated() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().start_trouble.extend([Trouble::LosesAnswer]);
    let mut document = two_scenes(&bench, "untold");
    let outcome = finished(made(&studio(&bench, &shop), document::parse(&document)).await);
    assert_eq!(shop.books().calls, 2);
    let [degradation] = &outcome.state.degradations[..] else { panic!("{:?}", outcome.state.degradations) };
    assert!(degradation.cause.to_string().contains("may have been paid for"), "{}", degradation.cause);
    // Nor by the next run, until the person says so.
    finished(made(&studio(&bench, &shop), document::parse(&document)).await);
    assert_eq!(shop.books().calls, 2);
    document["seed"] = json!(9);
    finished(made(&studio(&bench, &shop), document::parse(&document)).await);
    assert_eq!(shop.books().calls, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_bought_before_is_fetched_whatever_the_limit_is_now() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().start_trouble.extend([Trouble::LosesAnswer, Trouble::LosesAnswer]);
    let document = document::parse(&two_scenes(&bench, "before"));
    let outcome = finished(made(&studio(&bench, &shop), document.clone()).await);
    assert_eq!(outcome.state.degradations.len(), 2);
    // Now the shop can tell, and the clips need no further money.
    shop.books().remembers = true;
    let studio = builder(&bench, &shop).with_max_usd(0.01).build().expect("a studio");
    let outcome = finished(made(&studio, document).await);
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(shop.books().calls, 2);
    assert!(near(outcome.state.cost_usd, 2.0 * EACH), "{}", outcome.state.cost_usd);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_was_billed_is_counted() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    {
        let mut books = shop.books();
        books.fails = Some("sky".to_owned());
        books.failure_usd = 0.11;
    }
    let mut document = two_scenes(&bench, "billed");
    document["scenes"][0]["background"]["generate"]["prompt"] = json!("a pale sky");
    let document = document::parse(&document);
    let outcome = finished(made(&studio(&bench, &shop), document).await);
    assert_eq!(outcome.state.degradations.len(), 1);
    assert!(near(outcome.state.cost_usd, EACH + 0.11), "{}", outcome.state.cost_usd);
    let state = bench.project("billed").state();
    assert!(near(state["stages"]["scenes"]["cost_usd"].as_f64().expect("a number"), EACH + 0.11), "{state}");
    let failed = bench.project("billed").history().into_iter().find(|entry| entry["event"] == "failed");
    assert_eq!(failed.expect("it is in the history")["cost_usd"], json!(0.11));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_holds_whatever_the_document_allows() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    let mut document = two_scenes(&bench, "limit");
    document["policy"]["max_usd"] = json!(100.0);
    let studio = builder(&bench, &shop).with_max_usd(EACH * 1.5).build().expect("a studio");
    let outcome = finished(made(&studio, document::parse(&document)).await);
    assert_eq!(shop.books().calls, 1, "both clips are ordered at once, and only one is within the limit");
    assert!(outcome.state.cost_usd <= EACH * 1.5);
    let cause = outcome.state.degradations[0].cause.to_string();
    assert!(cause.contains("--max-cost") && cause.contains("0.75"), "{cause}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_estimate_is_told_before_anybody_is_called_and_is_what_is_spent() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    let document = document::parse(&two_scenes(&bench, "estimate"));
    let studio = studio(&bench, &shop);
    let estimate = studio.estimate(&document).expect("a sound document");
    assert!(near(estimate.total.low_usd, 2.0 * EACH) && near(estimate.total.high_usd, 2.0 * EACH), "{estimate:?}");
    assert_eq!(shop.books().calls, 0);
    let run = studio.generate(document, "").await.expect("starts");
    let events: Vec<Event> = run.events(0).map(|record| record.event).collect().await;
    let told = events.iter().position(|event| matches!(event, Event::Estimated { .. })).expect("it is told");
    let first = events.iter().position(|event| matches!(event, Event::StageStarted { .. })).expect("work begins");
    assert!(told < first);
    let outcome = finished(run.wait().await);
    assert_eq!(outcome.state.estimate, Some(estimate.total));
    assert!(near(outcome.state.cost_usd, estimate.total.high_usd));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_spares_the_asking() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    {
        let mut books = shop.books();
        books.patience = 1;
        books.check_after = Some(Duration::from_secs(86_400));
    }
    let run = studio(&bench, &shop).generate(document::parse(&two_scenes(&bench, "hook")), "").await.expect("starts");
    until("both jobs are under way", || shop.books().jobs.len() == 2);
    assert!(!run.notify(&WebhookEvent::new(JobId("somebody else's".to_owned()), "d1")));
    for job in ["job-1", "job-2"] {
        run.notify(&WebhookEvent::new(JobId(job.to_owned()), "d2"));
    }
    // A run that waits for its time to ask would wait until tomorrow.
    let outcome = tokio::time::timeout(HANGS, run.wait()).await.expect("the webhooks did not wake the run");
    assert_eq!(finished(outcome).state.degradations, []);
    assert!(shop.books().jobs.values().all(|job| job.checks == 1));
}

/// Waits until `ready` without holding the only thread of a runtime.
async fn when(what: &str, ready: impl Fn() -> bool) {
    let waiting = async {
        while !ready() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(HANGS, waiting).await.unwrap_or_else(|_| panic!("still waiting until {what}"));
}

// On one thread, for only such a runtime's clock can be set.
#[tokio::test]
async fn a_job_that_never_ends_is_stopped_and_replaced() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().closed = true;
    let limit = Duration::from_secs(3600);
    let studio = builder(&bench, &shop).with_job_timeout(limit).build().expect("a studio");
    let run = studio.generate(document::parse(&two_scenes(&bench, "never")), "").await.expect("starts");
    let asked = || {
        let books = shop.books();
        books.jobs.len() == 2 && books.jobs.values().all(|job| job.checks > 0)
    };
    when("both jobs are waited for", asked).await;
    // The hour passes for them, however long the machine took until here.
    tokio::time::pause();
    tokio::time::advance(limit).await;
    tokio::time::resume();
    let outcome = finished(run.wait().await);
    assert_eq!(outcome.state.degradations.len(), 2);
    assert!(
        outcome.state.degradations[0].cause.to_string().contains("did not end"),
        "{:?}",
        outcome.state.degradations
    );
    assert!(shop.books().jobs.values().all(|job| job.cancelled), "it goes on and costs money");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scene_longer_than_the_longest_clip_is_made_of_two() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().longest_s = Some(2.0);
    let mut one = document::written("long", &bench.photo, &[("a", 4.0, "cut")]);
    one["audio"]["music"] = json!(null);
    let outcome = finished(made(&studio(&bench, &shop), document::parse(&one)).await);
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(shop.books().jobs.len(), 3, "{:?}", shop.books().jobs);
    let names = bench.project("long").files();
    assert!(
        names.contains(&"scene_1_bg_part3.mp4".to_owned()) && names.contains(&"scene_1_bg.mp4".to_owned()),
        "{names:?}"
    );
    assert!(outcome.state.notes.is_empty(), "{:?}", outcome.state.notes);
}
