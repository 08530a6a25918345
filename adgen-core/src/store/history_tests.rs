//! Tests of the history: requests, snapshots, gaps, other writers, later versions, and faults.

use super::{
    fence::Fence,
    history::History,
    history_event::HistoryEvent,
    objects::Objects,
    record::{Event, Record},
    testing::{Fault, Method, faulty, local, places},
};
use crate::{error::ErrorKind, project::Stage};
use std::time::Duration;

const FOLDER: &str = "projects/p/history";

fn holder(objects: &Objects, run: &str, epoch: u64) -> Objects {
    objects.behind(&Fence::kept(run, epoch, || true))
}

fn finished(artifact: &str, key: &str, cost_usd: f64) -> HistoryEvent {
    HistoryEvent::Finished { artifact: artifact.into(), stage: Stage::Scenes, key: key.into(), cost_usd, elapsed_ms: 1 }
}

fn entry(number: u64) -> String {
    format!("{FOLDER}/{number:06}.json")
}

async fn with_entries(objects: &Objects, count: usize) -> History {
    let mut history = History::load(&holder(objects, "r", 1), FOLDER).await.unwrap();
    for index in 0..count {
        history.append(finished("clip", &index.to_string(), 0.5)).await.unwrap();
    }
    history
}

async fn refusal(objects: &Objects) -> String {
    let error = History::load(objects, FOLDER).await.expect_err("it is not whole");
    assert_eq!(error.kind(), ErrorKind::InvalidProject);
    error.to_string()
}

#[tokio::test]
async fn knows_what_the_project_has_and_paid() {
    for place in places() {
        let mut history = with_entries(&place.objects, 0).await;
        assert_eq!((history.len(), history.latest_key("clip"), history.imported_source()), (0, None, None));
        let reused = HistoryEvent::Reused { artifact: "clip".into(), stage: Stage::Scenes, key: "k2".into() };
        let failed = HistoryEvent::Failed {
            artifact: "clip".into(),
            key: "k3".into(),
            code: "content_rejected".into(),
            message: "no".into(),
            cost_usd: 0.05,
        };
        let imported = HistoryEvent::Imported { source: "s".into() };
        for event in [imported, finished("clip", "k", 0.25), finished("music", "m", 0.0), reused, failed] {
            history.append(event).await.unwrap();
        }
        let again = History::load(&place.objects, FOLDER).await.unwrap();
        assert_eq!(again.records(), history.records(), "{}", place.kind);
        assert_eq!(again.latest_key("clip"), Some("k2"));
        assert_eq!(again.artifacts().into_iter().collect::<Vec<_>>(), [("clip", "k2"), ("music", "m")]);
        assert_eq!(again.imported_source(), Some("s"));
        assert!((again.spent_usd() - 0.3).abs() < 1e-12);
        let mut unheld = again;
        let error = unheld.append(finished("x", "x", 0.0)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected);
    }
}

#[tokio::test]
async fn three_thousand_entries_are_read_with_ten_requests() {
    let (_store, objects) = faulty();
    let mut history = with_entries(&objects, 2990).await;
    // A kill: some entries are behind the last snapshot.
    let before = objects.used();
    let killed = History::load(&objects, FOLDER).await.unwrap();
    let after_kill = objects.used().since(&before);
    assert_eq!(killed.len(), 2990);
    assert!(after_kill.total() <= 40, "{after_kill:?}");
    for index in 0..10 {
        history.append(finished("late", &index.to_string(), 0.5)).await.unwrap();
    }
    history.close().await.unwrap();
    let before = objects.used();
    let closed = History::load(&objects, FOLDER).await.unwrap();
    let after_close = objects.used().since(&before);
    assert_eq!((closed.len(), closed.spent_usd()), (3000, 1500.0));
    assert!(after_close.total() <= 10, "{after_close:?}");
    let snapshots = objects.list_after(FOLDER, "snapshot").await.unwrap();
    assert_eq!(snapshots.len(), 2, "older ones are removed");
    // An end without anything new writes nothing.
    let before = objects.used();
    history.close().await.unwrap();
    assert_eq!(objects.used(), before);
}

#[tokio::test]
async fn snapshots_only_save_time() {
    for place in places() {
        let objects = &place.objects;
        let mut history = with_entries(objects, 70).await;
        history.close().await.unwrap();
        let snapshots: Vec<String> =
            objects.list_after(FOLDER, "snapshot").await.unwrap().into_iter().map(|seen| seen.name).collect();
        assert_eq!(snapshots.len(), 2);
        for (index, damage) in [&b"{"[..], br#"{"format":9,"records":[]}"#].into_iter().enumerate() {
            objects.write(&snapshots[1 - index], damage).await.unwrap();
            let again = History::load(objects, FOLDER).await.unwrap();
            assert_eq!(again.records(), history.records(), "{}", place.kind);
        }
    }
}

#[tokio::test]
async fn who_was_overtaken_appends_nothing() {
    for place in places() {
        let mut one = History::load(&holder(&place.objects, "one", 1), FOLDER).await.unwrap();
        one.append(finished("a", "a", 0.0)).await.unwrap();
        let mut two = History::load(&holder(&place.objects, "two", 2), FOLDER).await.unwrap();
        two.append(finished("b", "b", 0.0)).await.unwrap();
        for _ in 0..3 {
            let error = one.append(finished("c", "c", 0.0)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Locked);
        }
        assert!(one.close().await.is_err(), "nor a snapshot");
        two.append(finished("d", "d", 0.0)).await.unwrap();
        let all = History::load(&place.objects, FOLDER).await.unwrap();
        let runs: Vec<&str> = all.records().iter().map(|record| record.run.as_str()).collect();
        assert_eq!(runs, ["one", "two", "two"], "{}", place.kind);
    }
}

#[tokio::test]
async fn of_many_at_once_one_writes_each_number() {
    for place in places() {
        let mut tries = tokio::task::JoinSet::new();
        for index in 0..8 {
            let objects = holder(&place.objects, &format!("run {index}"), index);
            tries.spawn(async move {
                let mut history = History::load(&objects, FOLDER).await.unwrap();
                let mut written = 0;
                while written < 5 && history.append(finished("x", "x", 0.0)).await.is_ok() {
                    written += 1;
                }
                written
            });
        }
        let written: u64 = tries.join_all().await.into_iter().sum();
        let all = History::load(&place.objects, FOLDER).await.unwrap();
        assert!(written >= 5 && all.len() == written, "{}: {written} of {}", place.kind, all.len());
    }
}

#[tokio::test]
async fn the_epoch_is_above_all_that_are_there() {
    let place = local();
    let mut first = History::load(&holder(&place.objects, "one", 7), FOLDER).await.unwrap();
    first.append(finished("a", "a", 0.0)).await.unwrap();
    // The lease was removed, and counts from one again.
    let objects = holder(&place.objects, "two", 1);
    let mut second = History::load(&objects, FOLDER).await.unwrap();
    second.append(finished("b", "b", 0.0)).await.unwrap();
    assert_eq!(second.records().iter().map(|record| record.epoch).collect::<Vec<_>>(), [7, 8]);
}

#[tokio::test]
async fn missing_entries_are_named_and_stop_it() {
    for place in places() {
        let objects = &place.objects;
        with_entries(objects, 12).await;
        for number in [3, 4, 5, 6, 7, 11] {
            objects.delete(&entry(number)).await.unwrap();
        }
        let told = refusal(objects).await;
        assert!(told.contains("missing: 3-7, 11") && told.contains("backup"), "{}: {told}", place.kind);
    }
    // The first one, too, and those that only the state knows of.
    let place = local();
    let history = with_entries(&place.objects, 2).await;
    history.expect_entries(2).unwrap();
    let told = history.expect_entries(5).unwrap_err().to_string();
    assert!(told.contains("missing: 3-5"), "{told}");
    place.objects.delete(&entry(1)).await.unwrap();
    assert!(refusal(&place.objects).await.contains("missing: 1"));
    // Other files in the folder are no entries.
    let place = local();
    with_entries(&place.objects, 1).await;
    for other in ["000009.json.bak", "9.json", "notes.txt", "000000.json", "sub/000003.json"] {
        place.objects.write(&format!("{FOLDER}/{other}"), "{}").await.unwrap();
    }
    assert_eq!(History::load(&place.objects, FOLDER).await.unwrap().len(), 1);
}

#[tokio::test]
async fn damaged_and_exchanged_entries_are_named() {
    let place = local();
    let objects = &place.objects;
    with_entries(objects, 3).await;
    let second = objects.read(&entry(2)).await.unwrap().unwrap();
    objects.write(&entry(4), second).await.unwrap();
    let told = refusal(objects).await;
    assert!(told.contains("number 2, and lies at 4") && told.contains("000004.json"), "{told}");
    objects.write(&entry(4), "{").await.unwrap();
    assert!(refusal(objects).await.contains("damaged"));
}

#[tokio::test]
async fn entries_of_later_versions_are_kept_or_refused_with_a_word() {
    for place in places() {
        let objects = &place.objects;
        let mut history = with_entries(objects, 2).await;
        let later = r#"{"format":1,"number":3,"run":"r","epoch":1,"at":"t","event":"shared","with":["x"]}"#;
        objects.write(&entry(3), later).await.unwrap();
        let mut history_on = History::load(&holder(objects, "next", 2), FOLDER).await.unwrap();
        assert_eq!((history_on.len(), history_on.passed_over()), (3, 1));
        history.append(finished("x", "x", 0.0)).await.expect_err("that number was another's");
        for index in 0..40 {
            history_on.append(finished("clip", &index.to_string(), 0.0)).await.unwrap();
        }
        history_on.close().await.unwrap();
        let again = History::load(objects, FOLDER).await.unwrap();
        let Record { event: Event::Later { name, fields }, .. } = &again.records()[2] else { panic!("it is kept") };
        assert_eq!((name.as_str(), &fields["with"]), ("shared", &serde_json::json!(["x"])));
        objects.write(&entry(44), r#"{"format":2,"number":44,"whatever":true}"#).await.unwrap();
        let told = refusal(objects).await;
        assert!(told.contains("a newer adgen wrote") && !told.contains("damaged"), "{}: {told}", place.kind);
    }
}

#[tokio::test]
async fn lost_answers_write_nothing_twice() {
    let (store, objects) = faulty();
    let mut history = with_entries(&objects, 1).await;
    for fault in [Fault::Repeated, Fault::LostAnswer] {
        store.next(1, Method::Put, "history/", fault);
        history.append(finished("a", "k", 0.25)).await.unwrap();
    }
    // Not even whether it is there can be found out: the caller is told, and says it again or something else.
    for same in [true, false] {
        store.next(1, Method::Put, "history/", Fault::LostAnswer);
        store.next(1, Method::Get, "history/", Fault::Refused);
        history.append(finished("b", "k", 1.0)).await.unwrap_err();
        history.append(finished(if same { "b" } else { "c" }, "k", 1.0)).await.unwrap();
    }
    // And what never arrived is written with the next one.
    store.next(1, Method::Put, "history/", Fault::Refused);
    history.append(finished("d", "k", 1.0)).await.unwrap_err();
    history.append(finished("e", "k", 1.0)).await.unwrap();
    let again = History::load(&objects, FOLDER).await.unwrap();
    assert_eq!(again.records(), history.records());
    let artifacts: Vec<&str> =
        again.records().iter().filter_map(|record| Some(record.known()?.artifact()?.0)).collect();
    assert_eq!(artifacts, ["clip", "a", "a", "b", "b", "c", "d", "e"]);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_lists_late_hides_nothing() {
    let (store, objects) = faulty();
    store.list_late_by(Duration::from_secs(60));
    let mut history = with_entries(&objects, 45).await;
    history.close().await.unwrap();
    assert_eq!(History::load(&objects, FOLDER).await.unwrap().len(), 45);
    tokio::time::advance(Duration::from_secs(61)).await;
    history.append(finished("x", "x", 0.0)).await.unwrap();
    assert_eq!(History::load(&objects, FOLDER).await.unwrap().len(), 46);
}

#[tokio::test]
async fn a_history_that_went_away_is_not_begun_in_the_middle() {
    let place = local();
    let mut history = with_entries(&place.objects, 2).await;
    let root = place.objects.root().unwrap();
    std::fs::rename(root.join("projects"), root.join("elsewhere")).unwrap();
    assert_eq!(history.append(finished("x", "x", 0.0)).await.unwrap_err().kind(), ErrorKind::Io);
    assert!(!root.join("projects").exists());
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_dropped_in_its_middle_is_known_by_the_next() {
    for fault in [Fault::Hangs, Fault::DoneThenHangs] {
        let (store, objects) = faulty();
        let mut history = with_entries(&objects, 2).await;
        store.next(1, Method::Put, "000003", fault);
        let dropped = tokio::time::timeout(Duration::from_secs(1), history.append(finished("dropped", "k", 0.5))).await;
        assert!(dropped.is_err(), "it hangs");
        history.append(finished("next", "k", 0.5)).await.unwrap();
        let again = History::load(&objects, FOLDER).await.unwrap();
        assert_eq!(again.records(), history.records());
        assert_eq!((again.len(), again.latest_key("dropped"), again.latest_key("next")), (4, Some("k"), Some("k")));
    }
}
