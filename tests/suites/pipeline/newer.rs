//! What a newer adgen has written, and what is damaged: told apart, and never written over unasked.

use super::{Bench, finished, made, resumed};
use adgen::{Error, ErrorKind, Event, EventRecord, Status, Studio, WatchOptions};
use adgen_tests::{
    document,
    provider::{Shop, USD_PER_SECOND},
    storage::Project,
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::{fs, time::Duration};

/// What takes longer hangs, however busy the machine is.
const HANGS: Duration = Duration::from_secs(600);

#[track_caller]
fn change(project: &Project, name: &str, change: impl FnOnce(&mut Value)) {
    let mut json = project.json(name);
    change(&mut json);
    fs::write(project.path(name), json.to_string()).expect("the storage is the test's own");
}

#[track_caller]
fn expect_newer(error: &Error) {
    let said = error.to_string();
    assert_eq!(error.kind(), ErrorKind::InvalidProject, "{said}");
    assert!(said.contains("a newer adgen"), "{said}");
    for wrong in ["damaged", "backup", "delete"] {
        assert!(!said.contains(wrong), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_a_newer_version_is_refused_and_not_written_over() {
    let bench = Bench::new();
    let document = document::least("tomorrow", &bench.photo);
    bench.make(&document).await;
    let project = bench.project("tomorrow");
    let own = project.state();
    let changes: [fn(&mut Value); 5] = [
        |state| *state = json!({ "schema_version": 2, "anything": "else" }),
        |state| state["schema_version"] = 2.into(),
        |state| state["status"] = "SPEAKING".into(),
        |state| state["stages"]["voice_over"] = json!({ "status": "finished" }),
        |state| state["stages"]["plan"]["status"] = "skipped".into(),
    ];
    for of_tomorrow in changes {
        fs::write(project.path("state.json"), own.to_string()).expect("ours");
        change(&project, "state.json", of_tomorrow);
        let (state, entries) = (project.bytes("state.json"), project.history().len());
        let studio = bench.studio();
        expect_newer(&studio.state("tomorrow").await.expect_err("it is of tomorrow"));
        expect_newer(&resumed(&studio, "tomorrow").await.expect_err("it is of tomorrow"));
        expect_newer(&made(&studio, document::parse(&document)).await.expect_err("it is of tomorrow"));
        expect_newer(&studio.import(document::parse(&document), "").await.expect_err("it is of tomorrow"));
        assert_eq!(project.bytes("state.json"), state, "it was written over");
        assert_eq!(project.history().len(), entries, "something was begun");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_state_is_told_and_made_anew_from_the_history() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    let studio = bench.builder("storage").with_video(shop.clone()).build().expect("a studio");
    let document = document::parse(&document::least("torn", &bench.photo));
    let before = finished(made(&studio, document).await).state;
    assert_eq!(before.cost_usd, 3.0 * USD_PER_SECOND);
    let project = bench.project("torn");
    let whole = project.bytes("state.json");
    for torn in [&whole[..whole.len() / 2], b"", b"\xff\xfe", b"[]", br#"{"schema_version":"one"}"#] {
        fs::write(project.path("state.json"), torn).expect("ours");
        let error = studio.state("torn").await.expect_err("it is damaged");
        assert_eq!(error.kind(), ErrorKind::InvalidProject);
        let said = error.to_string();
        assert!(said.contains("damaged") && said.contains("run again") && said.contains("state.json"), "{said}");
        let state = finished(resumed(&studio, "torn").await).state;
        assert!(
            state.notes.iter().any(|note| note.contains("damaged") && note.contains("history")),
            "{:?}",
            state.notes
        );
        assert_eq!((state.cost_usd, json!(state.created_at)), (before.cost_usd, project.history()[0]["at"].clone()));
        assert_eq!((&state.assets, state.status), (&before.assets, Status::Completed));
        assert_eq!(shop.books().calls, 1);
    }
    // The next run has nothing to say about it.
    let state = finished(resumed(&studio, "torn").await).state;
    assert!(!state.notes.iter().any(|note| note.contains("damaged")), "{:?}", state.notes);
}

/// All that somebody hears who watches the project from elsewhere.
async fn heard(studio: &Studio, id: &str) -> Vec<EventRecord> {
    let options = WatchOptions::new().with_every(Duration::from_millis(50));
    let stream = studio.watch(id, options).await.expect("a project");
    let all = stream.map(|record| record.expect("the storage answers")).collect();
    tokio::time::timeout(HANGS, all).await.expect("whoever watches hears of no end")
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_newer_version_are_passed_over_one_by_one() {
    let bench = Bench::new();
    bench.make(&document::least("told", &bench.photo)).await;
    let project = bench.project("told");
    let whole = heard(&bench.studio(), "told").await;
    let mut later = Vec::new();
    change(&project, "events.json", |told| {
        let events = told["events"].as_array_mut().expect("events");
        for event in events.iter_mut() {
            let seq = event["seq"].as_u64().expect("a number");
            let what = event["event"].as_object_mut().expect("an event");
            let what = match what["type"].as_str() {
                Some("stage_finished") => what.insert("stage".to_owned(), "voice_over".into()),
                Some("status_changed") => what.insert("status".to_owned(), "SPEAKING".into()),
                _ => continue,
            };
            assert!(what.is_some());
            later.push(seq);
        }
        // What is no event at all keeps nobody from hearing the rest.
        events.insert(1, json!("no event"));
        events.insert(1, json!({ "run_id": 5 }));
    });
    assert!(later.len() > 5, "{later:?}");
    let events = heard(&bench.studio(), "told").await;
    assert_eq!(events.len(), whole.len());
    for (event, old) in events.iter().zip(&whole) {
        match later.contains(&event.seq) {
            true => assert_eq!((event.seq, &event.event), (old.seq, &Event::Unknown)),
            false => assert_eq!(event, old),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_cannot_be_read_leave_nobody_waiting() {
    let bench = Bench::new();
    bench.make(&document::least("quiet", &bench.photo)).await;
    let project = bench.project("quiet");
    let whole = project.bytes("events.json");
    let run_id = project.state()["run_id"].as_str().expect("a run").to_owned();
    let other_end = project.text("events.json").replace("\"COMPLETED\"", "\"PRINTED\"");
    let damaged: [&[u8]; 6] =
        [&whole[..whole.len() / 2], b"", b"\xff", b"[]", br#"{"events":[]}"#, other_end.as_bytes()];
    for (index, bytes) in damaged.into_iter().enumerate() {
        fs::write(project.path("events.json"), bytes).expect("ours");
        let events = heard(&bench.studio(), "quiet").await;
        let last = events.last().expect("the end is told");
        assert_eq!(last.run_id, run_id, "{index}");
        assert!(matches!(last.event, Event::RunFinished { status: Status::Completed, .. }), "{index}: {last:?}");
    }
    fs::remove_file(project.path("events.json")).expect("ours");
    let events = heard(&bench.studio(), "quiet").await;
    assert!(matches!(events[..], [EventRecord { event: Event::RunFinished { .. }, .. }]), "{events:?}");
    // The state is gone, too, as far as this version can tell: the end is told all the same.
    change(&project, "state.json", |state| state["schema_version"] = 2.into());
    fs::write(project.path("events.json"), other_end.as_bytes()).expect("ours");
    let events = heard(&bench.studio(), "quiet").await;
    let Some(Event::RunFinished { status: Status::Failed, error: Some(error), .. }) =
        events.last().map(|last| &last.event)
    else {
        panic!("{events:?}")
    };
    assert!(error.to_string().contains("a newer adgen"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_with_a_stage_of_a_newer_version_is_not_called_damaged() {
    let bench = Bench::new();
    let outcome = bench.make(&document::least("entries", &bench.photo)).await;
    let project = bench.project("entries");
    project.forget_snapshots();
    let entry = 1 + project.history().iter().position(|entry| entry["event"] == "finished").expect("it made something");
    let name = format!("history/{entry:06}.json");
    change(&project, &name, |entry| entry["stage"] = "voice_over".into());
    let error = resumed(&bench.studio(), "entries").await.expect_err("it is of tomorrow");
    expect_newer(&error);
    assert!(error.to_string().contains(&name) && error.to_string().contains("voice_over"), "{error}");
    assert_eq!(bench.studio().state("entries").await.expect("is known").run_id, outcome.state.run_id);
    // What is no name of anything is damaged.
    for wrong in [json!(5), json!("Voice over?"), json!("")] {
        change(&project, &name, |entry| entry["stage"] = wrong);
        let error = resumed(&bench.studio(), "entries").await.expect_err("it is damaged");
        assert!(error.to_string().contains("damaged"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_not_utf_8_is_refused_wherever_it_is_read() {
    let bench = Bench::new();
    let document = document::least("latin", &bench.photo);
    let studio = bench.studio();
    studio.import(document::parse(&document), "").await.expect("it is brought in");
    let project = bench.project("latin");
    project.edit(|document| document["title"] = "Caf?".into());
    let mut bytes = project.bytes("project.json");
    *bytes.iter_mut().find(|byte| **byte == b'?').expect("a title") = 0xe9;
    fs::write(project.path("project.json"), &bytes).expect("ours");
    for error in [
        studio.document("latin").await.expect_err("it is Latin-1"),
        studio.run("latin", adgen::RunOptions::new()).await.map(drop).expect_err("it is Latin-1"),
        studio.watch("latin", WatchOptions::new()).await.map(drop).expect_err("it is Latin-1"),
    ] {
        let said = error.to_string();
        assert_eq!(error.kind(), ErrorKind::InvalidProject, "{said}");
        assert!(said.contains("not UTF-8") && said.contains("project.json"), "{said}");
    }
    assert_eq!(project.bytes("project.json"), bytes);
}
