//! The verbs without a runtime, and what becomes of the runtime behind them.

use super::Studio;
use crate::{
    At, Error, ErrorKind, Event, PreviewOptions, RunOptions, Status, StudioConfig, WatchOptions, store::GcRules,
    studio::testing::smallest,
};
use std::time::Duration;
use tempfile::TempDir;

fn studio() -> (TempDir, Studio) {
    let folder = tempfile::tempdir().unwrap();
    let config = StudioConfig::new().with_storage(folder.path()).offline();
    (folder, Studio::from_config(config).unwrap())
}

#[track_caller]
fn refused<T>(result: Result<T, Error>) {
    let error = result.err().expect("it would have to wait");
    assert!(error.kind() == ErrorKind::InvalidConfig && error.to_string().contains("async runtime"), "{error}");
}

#[test]
fn a_project_comes_in_is_edited_copied_and_deleted() {
    let (_folder, studio) = studio();
    assert!(studio.list().unwrap().is_empty());
    let (document, assets) = smallest("one");
    assert!(studio.estimate(&document).unwrap().total.is_known());
    assert!(studio.inspect(&document, "/").is_ok());
    assert!(!studio.import(document, assets).unwrap().unchanged);
    assert_eq!(studio.state("one").unwrap().status, Status::Pending);
    let stored = studio.document("one").unwrap();
    let mut edited = stored.document.clone();
    edited.seed = 7;
    let version = studio.save(&edited, Some(&stored.version)).unwrap();
    assert_eq!(studio.save(&edited, Some(&stored.version)).unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(studio.document("one").unwrap().version, version);
    // It is not planned yet.
    let preview = studio.preview("one", At::Scene(0), PreviewOptions::new());
    assert_eq!(preview.unwrap_err().kind(), ErrorKind::InvalidInput);
    studio.copy("one", "two").unwrap();
    assert_eq!(studio.clone().list().unwrap(), ["one", "two"]);
    assert_eq!(studio.document("two").unwrap().document.seed, 7);
    let address = studio.url("one", "project.json", Duration::from_secs(60)).unwrap();
    assert!(address.path().ends_with("one/project.json"), "{address}");
    // It has no ad yet.
    assert_eq!(studio.report("one").unwrap_err().kind(), ErrorKind::NotFound);
    studio.delete("one").unwrap();
    assert_eq!(studio.state("one").unwrap_err().kind(), ErrorKind::NotFound);
    let waste = studio.find_waste(GcRules::default()).unwrap();
    assert_eq!(studio.remove_waste(&waste).unwrap(), 0);
    assert!(studio.storage_use().total() > 0);
    assert_eq!(studio.config().jobs, None);
}

#[test]
fn a_run_is_followed_cancelled_and_waited_for() {
    let (_folder, studio) = studio();
    let (document, assets) = smallest("one");
    studio.import(document, assets).unwrap();
    let run = studio.run("one", RunOptions::new()).unwrap();
    let watched = studio.watch("one", WatchOptions::new()).unwrap();
    assert_eq!(studio.watch("two", WatchOptions::new()).unwrap_err().kind(), ErrorKind::NotFound);
    // The run, its events and the studio share a runtime: whichever is left keeps it.
    drop(studio);
    let mut events = run.events(0).unwrap();
    assert!(matches!(events.next().unwrap().event, Event::RunStarted));
    run.cancel();
    assert_eq!(run.wait().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(run.wait_timeout(Duration::from_secs(60)).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!((run.status(), run.state().status), (Status::Cancelled, Status::Cancelled));
    assert_eq!(run.project_id(), "one");
    assert!(matches!(watched.last().unwrap().unwrap().event, Event::RunFinished { .. }));
    drop(run);
    assert!(matches!(events.last().unwrap().event, Event::RunFinished { .. }));
}

#[test]
fn a_wait_has_an_end() {
    let (_folder, studio) = studio();
    let (document, assets) = smallest("one");
    let run = studio.generate(document, assets).unwrap();
    assert!(run.wait_timeout(Duration::ZERO).unwrap().is_none());
    run.cancel();
    let mut events = run.events(0).unwrap();
    while events.next_timeout(Duration::from_secs(60)).is_some() {}
    assert!(run.status().is_final());
}

#[test]
fn within_a_runtime_it_is_an_error_and_no_panic() {
    let (_folder, studio) = studio();
    let (document, assets) = smallest("one");
    studio.import(document, assets).unwrap();
    let run = studio.run("one", RunOptions::new()).unwrap();
    run.cancel();
    for runtime in [tokio::runtime::Builder::new_current_thread(), tokio::runtime::Builder::new_multi_thread()] {
        let mut runtime = runtime;
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(async {
            refused(studio.list());
            refused(studio.state("one"));
            refused(run.wait());
            refused(run.events(0));
            let blocking = (studio.clone(), run.clone());
            tokio::spawn(async move {
                refused(blocking.0.run("one", RunOptions::new()));
                refused(blocking.1.wait_timeout(Duration::ZERO));
            })
            .await
            .unwrap();
        });
    }
    // What ends there ends without waiting.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async move { drop((studio, run)) });
}

#[test]
fn a_runtime_that_was_given_is_used_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let builder = crate::Studio::builder().with_storage_dir(folder.path()).offline();
    let studio = builder.with_runtime(runtime.handle().clone()).build().unwrap().blocking();
    let (document, assets) = smallest("one");
    studio.import(document, assets).unwrap();
    let run = studio.run("one", RunOptions::new()).unwrap();
    run.cancel();
    drop(studio);
    assert_eq!(run.wait().unwrap_err().kind(), ErrorKind::Cancelled);
    drop(run);
    runtime.block_on(async { tokio::time::sleep(Duration::from_millis(1)).await });
}

#[test]
fn every_verb_has_a_twin() {
    fn verbs<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
        text.lines().filter_map(move |line| line.trim().strip_prefix(before)?.split(['(', '<']).next())
    }
    let twins = [include_str!("studio.rs"), include_str!("run.rs")].concat();
    let twins: Vec<&str> = verbs(&twins, "pub fn ").collect();
    let mut missing = Vec::new();
    for file in [
        include_str!("../studio/mod.rs"),
        include_str!("../studio/stored.rs"),
        include_str!("../studio/preview.rs"),
        include_str!("../studio/watch.rs"),
        include_str!("../engine/run.rs"),
    ] {
        let all = verbs(file, "pub async fn ").chain(verbs(file, "pub fn "));
        missing.extend(all.filter(|verb| !twins.contains(verb) && !verb.starts_with("with_") && *verb != "new"));
    }
    assert!(missing.is_empty(), "callers without a runtime lack {missing:?}");
}
