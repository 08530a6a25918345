//! A run as a program sees it: events, cancelling, dropping, who may work at the same time.

use super::{Bench, finished, made};
use adgen::{ErrorKind, Event, EventRecord, Status, Studio};
use adgen_tests::{command::until, document};
use futures_util::StreamExt;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_listener_hears_the_whole_run() {
    let bench = Bench::new();
    let heard = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&heard);
    let sink = move |_: &EventRecord| {
        count.fetch_add(1, Ordering::Relaxed);
    };
    let studio = bench.builder("storage").on_event(sink).build().expect("a studio");
    let run = studio.generate(document::parse(&document::least("listen", &bench.photo)), "").await.expect("starts");
    let (id, early) = (run.id().to_owned(), run.events(0));
    assert_eq!(run.project_id(), "listen");
    let late =
        run.events(0).skip_while(|record| std::future::ready(!matches!(record.event, Event::StageFinished { .. })));
    let (early, late, outcome) = tokio::join!(early.collect::<Vec<_>>(), late.collect::<Vec<_>>(), run.wait());
    let outcome = finished(outcome);
    assert_eq!(early.first().map(|first| &first.event), Some(&Event::RunStarted));
    for events in [&early, &late] {
        let last = &events.last().expect("there are events").event;
        assert!(matches!(last, Event::RunFinished { status: Status::Completed, video: Some(_), .. }), "{last:?}");
        assert!(events.iter().all(|record| record.run_id == id && record.project_id == "listen"));
    }
    assert!(early.iter().map(|record| record.seq).eq(1..=early.len() as u64), "a number is missing");
    // A handle that comes after the end hears what it asks for.
    let last = early.len() as u64;
    assert_eq!(run.events(last).map(|record| record.seq).collect::<Vec<_>>().await, [last]);
    assert_eq!(run.clone().wait().await.expect("it is known"), outcome);
    let json = serde_json::to_string(&outcome).expect("is JSON");
    assert_eq!(serde_json::from_str::<adgen::Outcome>(&json).expect("is an outcome"), outcome);
    assert!(heard.load(Ordering::Relaxed) >= early.len());
    // What events carry survives JSON.
    for event in &early {
        let json = serde_json::to_string(event).expect("is JSON");
        assert_eq!(&serde_json::from_str::<EventRecord>(&json).expect("is an event"), event);
    }
    assert_eq!((outcome.state.status, outcome.state.progress), (Status::Completed, 100.0));
    assert_eq!(studio.state("listen").await.expect("is known").status, Status::Completed);
    assert!(studio.document("listen").await.expect("is there").document.is_planned());
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_stops_soon_and_a_later_run_goes_on() {
    let bench = Bench::new();
    let studio = bench.builder("storage").with_jobs(1).build().expect("a studio");
    let mut document = document::planned("cancel", &bench.photo);
    document["brief"]["duration_s"] = 8.into();
    let run = studio.generate(document::parse(&document), "").await.expect("starts");
    let project = bench.project("cancel");
    until("a clip is there", || project.path("scene_1_bg.mp4").is_file());
    run.clone().cancel();
    let error = run.wait().await.expect_err("was cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(!project.path("final_video.mp4").exists(), "it went on to the end");
    assert_eq!(project.state()["status"], "CANCELLED");
    finished(made(&studio, document::parse(&document)).await);
    project.expect_nothing_made_twice();
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_a_run_does_not_stop_it() {
    let bench = Bench::new();
    let studio = bench.studio();
    let run = studio.generate(document::parse(&document::least("drop", &bench.photo)), "").await.expect("starts");
    let mut events = run.events(0).map(|record| record.event);
    drop(run);
    let mut last = None;
    while let Some(event) = events.next().await {
        last = Some(event);
    }
    assert!(matches!(last, Some(Event::RunFinished { status: Status::Completed, .. })), "{last:?}");
    assert_eq!(bench.project("drop").state()["status"], "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_project_has_one_worker_and_many_projects_go_on_at_once() {
    let bench = Bench::new();
    let studio = bench.studio();
    let document = |id: &str| document::parse(&document::least(id, &bench.photo));
    let first = studio.generate(document("one"), "").await.expect("starts");
    let error = studio.generate(document("one"), "").await.expect_err("is taken");
    assert_eq!(error.kind(), ErrorKind::Locked, "{error}");
    assert!(error.to_string().contains(&std::process::id().to_string()), "it is not said who holds it: {error}");
    let other = studio.generate(document("two"), "").await.expect("another project is free");
    finished(first.wait().await);
    finished(other.wait().await);
    // Given back at the end.
    finished(made(&studio, document("one")).await);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let bench = Bench::new();
    let studio = bench.studio();
    assert_eq!(studio.state("nobody").await.expect_err("is not there").kind(), ErrorKind::NotFound);
    assert_eq!(studio.document("nobody").await.expect_err("is not there").kind(), ErrorKind::NotFound);
    assert_eq!(
        studio.run("nobody", adgen::RunOptions::new()).await.expect_err("is not there").kind(),
        ErrorKind::NotFound
    );
    for id in ["", "../x", "A", "a b", &"x".repeat(65)] {
        assert_eq!(
            studio.run(id, adgen::RunOptions::new()).await.expect_err("is no id").kind(),
            ErrorKind::InvalidProject,
            "{id:?}"
        );
    }
    assert_eq!(Studio::builder().with_jobs(0).build().expect_err("is none").kind(), ErrorKind::InvalidConfig);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_run_says_why_in_state_and_events() {
    let bench = Bench::new();
    let document = document::least("fail", std::path::Path::new("nothing.png"));
    let run = bench.studio().generate(document::parse(&document), bench.path()).await.expect("starts");
    let events = run.events(0).map(|record| record.event);
    let (events, result) = tokio::join!(events.collect::<Vec<_>>(), run.wait());
    let error = result.expect_err("there is no photo");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("nothing.png"), "{error}");
    let Some(Event::RunFinished { status: Status::Failed, error: Some(told), .. }) = events.last() else {
        panic!("{:?}", events.last());
    };
    assert!(told.to_string().contains("nothing.png"), "{told}");
    let state = bench.project("fail").state();
    assert_eq!((state["status"].as_str(), state["error"]["code"].as_str()), (Some("FAILED"), Some("invalid_input")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sink_that_blocks_its_thread_for_seconds_holds_nobody_up() {
    let bench = Bench::new();
    let (heard, in_a_hurry) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
    let quick = Arc::new(Mutex::new(Vec::new()));
    let sink = {
        let (heard, in_a_hurry) = (Arc::clone(&heard), Arc::clone(&in_a_hurry));
        move |record: &EventRecord| {
            if !in_a_hurry.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_secs(3));
            }
            heard.lock().expect("nobody panics").push(record.clone());
        }
    };
    let other = {
        let quick = Arc::clone(&quick);
        move |record: &EventRecord| quick.lock().expect("nobody panics").push(record.clone())
    };
    let studio = bench.builder("storage").on_event(sink).build().expect("a studio");
    studio.import(document::parse(&document::least("blocked", &bench.photo)), "").await.expect("it is brought in");
    let run = studio.run("blocked", adgen::RunOptions::new().on_event(other)).await.expect("starts");
    let (own, outcome) = tokio::join!(run.events(0).collect::<Vec<_>>(), run.wait());
    let outcome = finished(outcome);
    // The run did not wait until the sink had heard everything.
    let behind = heard.lock().expect("nobody panics").len();
    assert!(behind < own.len(), "all of {} events were waited for", own.len());
    in_a_hurry.store(true, Ordering::Relaxed);
    assert!(own.iter().map(|record| record.seq).eq(1..=own.len() as u64), "a number is missing");
    assert_eq!(*quick.lock().expect("nobody panics"), own, "the other sink heard something else");
    assert!(matches!(own.last().expect("events").event, Event::RunFinished { status: Status::Completed, .. }));
    assert_eq!((outcome.state.status, outcome.state.degradations.len()), (Status::Completed, 0));
    assert!(!outcome.state.notes.iter().any(|note| note.contains("panicked")), "{:?}", outcome.state.notes);
    // It hears the rest, in order, the last event included.
    let last = own.last().map(|record| record.seq);
    tokio::task::block_in_place(|| {
        until("the sink has heard the end", || {
            heard.lock().expect("nobody panics").last().map(|record| record.seq) == last
        });
    });
    let heard = heard.lock().expect("nobody panics");
    assert!(heard.windows(2).all(|pair| pair[0].seq < pair[1].seq), "out of order");
    assert!(heard.iter().all(|record| own[record.seq as usize - 1] == *record));
    let steps = own.iter().filter(|record| matches!(record.event, Event::Progress { .. })).count();
    assert!(heard.len() >= own.len() - steps, "more than steps of progress was left out");
}
