//! A person who changes their mind.

use super::ground::{CLIP_USD, TRACK_USD, clip_and_track, expect_bill, resume};
use adgen::{ErrorKind, Event, project::Status};
use adgen_tests::{
    document,
    emulator::{Action, End, Fault, On, Script},
    services::Services,
};
use futures_util::StreamExt;

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_stops_remote_predictions_and_says_what_was_spent() {
    let services = Services::start(Script::quick().with_fault(Fault::new(On::Create, Action::ends(End::Never)))).await;
    let studio = services.studio().await;
    let document = document::parse(&clip_and_track(&services, "stopped"));
    let run = studio.generate(document, "").await.expect("starts");
    let events = run.events(0).map(|record| record.event);
    let both_run = || {
        let journal = services.emulator.journal();
        let asked = |id: &str| journal.count("GET", &format!("/v1/predictions/{id}")) > 0;
        journal.predictions.len() == 2 && journal.predictions.iter().all(|made| asked(&made.id))
    };
    tokio::task::block_in_place(|| adgen_tests::command::until("both predictions run", both_run));
    run.cancel();
    let error = run.wait().await.expect_err("it was cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    let journal = services.emulator.journal();
    let statuses: Vec<&str> = journal.predictions.iter().map(|made| made.status.as_str()).collect();
    assert_eq!(statuses, ["canceled", "canceled"], "a prediction goes on and costs money");
    let usd = CLIP_USD + TRACK_USD;
    assert!((journal.usd() - usd).abs() < 1e-6, "{} billed", journal.usd());
    let all: Vec<Event> = events.collect().await;
    let Some(Event::RunFinished { status, cost_usd, error, .. }) = all.last() else { panic!("{:?}", all.last()) };
    assert_eq!(*status, Status::Cancelled);
    assert!((cost_usd - usd).abs() < 1e-6, "{cost_usd} is told, {usd} was billed");
    assert!(error.as_ref().is_some_and(|error| error.code == "cancelled"), "{error:?}");
    let state = services.project("stopped").state();
    assert!((state["cost_usd"].as_f64().expect("a number") - usd).abs() < 1e-6, "{state}");
    assert_eq!(state["status"], "CANCELLED");
    // They want it after all: new jobs, for the old ones will never end.
    services.emulator.replace_faults(Vec::new());
    let outcome = resume(&services, "stopped").await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, 2.0 * usd);
    services.expect_no_secret_anywhere();
}

/// What the ledgers say of the project's orders: how many were about to be made, and how many of those are still open.
fn orders_in_ledgers(services: &Services, id: &str) -> (usize, usize) {
    let orders = services.project(id).orders();
    let starting: Vec<_> = orders.iter().filter(|entry| entry["event"] == "starting").collect();
    let is_over = |key: &serde_json::Value| {
        orders.iter().any(|entry| (entry["event"] == "failed" || entry["event"] == "finished") && entry["key"] == *key)
    };
    (starting.len(), starting.iter().filter(|entry| !is_over(&entry["key"])).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_while_an_order_waits_for_its_turn_buys_nothing() {
    // The order is refused for a rate that allows the next one in two minutes. It is the only one: a second could be on
    // its way already when the person changes their mind.
    let refused = Fault::new(On::Create, Action::throttled(119.0));
    let services = Services::start(Script::quick().with_fault(refused)).await;
    let studio = services.studio().await;
    let document = document::parse(&super::ground::clip(&services, "queue"));
    let run = studio.generate(document, "").await.expect("starts");
    let waits = || services.emulator.journal().requests.iter().any(|request| request.status == Some(429));
    tokio::task::block_in_place(|| adgen_tests::command::until("an order was refused", waits));
    // From here on the service would take every order.
    services.emulator.replace_faults(Vec::new());
    run.cancel();
    let error = run.wait().await.expect_err("it was cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    let journal = services.emulator.journal();
    assert_eq!(journal.predictions.len(), 0, "the order went out after the wish to stop");
    assert_eq!(journal.requests.iter().filter(|request| request.method == "POST").count(), 1);
    let (starting, open) = orders_in_ledgers(&services, "queue");
    assert_eq!((starting, open), (1, 0), "about to be ordered, and open");
    assert_eq!(services.project("queue").state()["cost_usd"], 0.0);
    // Nobody has to look for what never was: the next run orders at once.
    let outcome = resume(&services, "queue").await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD);
    let lists =
        |request: &&adgen_tests::emulator::Request| request.method == "GET" && request.path == "/v1/predictions";
    assert_eq!(services.emulator.journal().requests.iter().filter(lists).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_waits_for_the_answer_to_an_order_that_was_sent() {
    let held = Fault::new(On::Create, Action::HoldAfter);
    let services = Services::start(Script::quick().with_fault(held)).await;
    let document = document::parse(&super::ground::clip(&services, "sent"));
    let run = services.studio().await.generate(document, "").await.expect("starts");
    let holds = || services.emulator.holds().len() == 1;
    tokio::task::block_in_place(|| adgen_tests::command::until("the order is carried out", holds));
    run.cancel();
    services.emulator.replace_faults(Vec::new());
    services.emulator.release();
    run.wait().await.expect_err("it was cancelled");
    let journal = services.emulator.journal();
    assert_eq!(journal.predictions.len(), 1);
    // Its job is known, and was stopped.
    let started = services.project("sent").orders().into_iter().find(|entry| entry["event"] == "started");
    assert_eq!(started.expect("the job is in its ledger")["job"], journal.predictions[0].id.as_str());
    assert_eq!(orders_in_ledgers(&services, "sent").1, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_does_not_come_within_the_jobs_time_is_not_waited_for() {
    let refused = Fault::new(On::Create, Action::throttled(119.0));
    let services = Services::start(Script::quick().with_fault(refused)).await;
    let builder = services.builder().await.with_job_timeout(std::time::Duration::from_secs(2));
    let document = document::parse(&super::ground::clip(&services, "late"));
    let run = builder.build().expect("a studio").generate(document, "").await.expect("starts");
    let outcome = super::ground::finished(run.wait().await);
    super::ground::expect_clip_trouble(&outcome, &["timeout", "no turn came within 2 s", "nothing was ordered"]);
    assert_eq!(services.emulator.journal().predictions.len(), 0);
    assert_eq!(orders_in_ledgers(&services, "late"), (1, 0));
}
