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
    let events = run.events();
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
    assert!(error.as_deref().is_some_and(|error| error.contains("cancelled")), "{error:?}");
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
