//! Tests of the lease: one holder at a time, however things stop, and whatever clocks say.

use super::{
    holder::Holder,
    lease_records::{BELIEVED, TIME_TO_LIVE},
    objects::Objects,
    project_lease::ProjectLease,
    testing::{Fault, Faulty, Method, Times, faulty, local, places},
};
use crate::error::{ErrorKind, Retry};
use chrono::TimeDelta;
use std::{
    io::{BufRead, Write},
    sync::Arc,
    time::Duration,
};

const FOLDER: &str = "projects/p/lease";

async fn acquire(objects: &Objects, run: &str) -> crate::error::Result<ProjectLease> {
    ProjectLease::acquire(objects, FOLDER, run).await
}

async fn holder(objects: &Objects) -> Holder {
    ProjectLease::holder(objects, FOLDER).await.unwrap()
}

fn is_locked<T: std::fmt::Debug>(result: crate::error::Result<T>) -> bool {
    result.is_err_and(|error| error.kind() == ErrorKind::Locked)
}

/// Stops the task that renews, as a stopped process stops it.
fn stop_renewing(store: &Faulty) {
    store.next(u32::MAX, Method::Put, "lease/", Fault::Hangs);
}

#[tokio::test]
async fn one_at_a_time_and_each_with_a_higher_epoch() {
    for place in places() {
        let objects = &place.objects;
        assert_eq!(holder(objects).await, Holder::Nobody, "{}", place.kind);
        let first = acquire(objects, "one").await.unwrap();
        let error = acquire(objects, "two").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked, "{}", place.kind);
        assert!(error.to_string().contains("one") && matches!(error.retry(), Retry::After(_)), "{error}");
        assert!(matches!(holder(objects).await, Holder::Run { run, .. } if run == "one"), "{}", place.kind);
        let (fence, epoch) = (first.fence().clone(), first.fence().epoch());
        fence.check().unwrap();
        first.release().await;
        assert!(is_locked(fence.check()), "what was given back lets nothing through");
        assert_eq!(holder(objects).await, Holder::Nobody, "{}", place.kind);
        let second = acquire(objects, "two").await.unwrap();
        assert!(second.fence().epoch() > epoch, "{}", place.kind);
        let other = ProjectLease::acquire(objects, "projects/q/lease", "two").await.unwrap();
        other.release().await;
        second.release().await;
    }
}

#[tokio::test]
async fn only_one_of_many_gets_it() {
    for place in places() {
        for round in 0..10 {
            let tries = (0..16).map(|index| {
                let objects = place.objects.clone();
                tokio::spawn(async move { acquire(&objects, &format!("{round} {index}")).await })
            });
            let got = futures_util::future::join_all(tries).await;
            let mut held: Vec<ProjectLease> = got.into_iter().filter_map(|result| result.unwrap().ok()).collect();
            assert_eq!(held.len(), 1, "{}", place.kind);
            held.remove(0).release().await;
        }
    }
}

#[tokio::test]
async fn a_dropped_lock_is_free_at_once() {
    let place = local();
    let lease = acquire(&place.objects, "one").await.unwrap();
    let fence = lease.fence().clone();
    drop(lease);
    assert!(is_locked(fence.check()));
    acquire(&place.objects, "two").await.unwrap().release().await;
}

#[tokio::test]
async fn whoever_removes_the_folder_ends_the_holding() {
    let place = local();
    let lease = acquire(&place.objects, "one").await.unwrap();
    lease.fence().check().unwrap();
    std::fs::remove_dir_all(place.objects.local_path(FOLDER).unwrap()).unwrap();
    let second = acquire(&place.objects, "two").await.unwrap();
    assert!(is_locked(lease.fence().check()));
    lease.release().await;
    second.fence().check().unwrap();
    assert!(is_locked(acquire(&place.objects, "three").await));
}

#[tokio::test]
#[ignore = "holds a lock until it is killed: for the test below"]
async fn a_process_that_holds_a_lock() {
    let folder = std::env::var("ADGEN_TEST_LOCK").expect("named by the test below");
    let store = object_store::local::LocalFileSystem::new_with_prefix(&folder).unwrap();
    let objects =
        Objects::new(Arc::new(store), None, object_store::path::Path::ROOT, String::new(), Some(folder.into()));
    let lease = acquire(&objects, "the other process").await.unwrap();
    // Past what a test's own output is kept in.
    writeln!(std::io::stdout(), "held").unwrap();
    std::future::pending::<()>().await;
    drop(lease);
}

#[tokio::test]
async fn the_system_gives_a_killed_processs_lock_back() {
    let place = local();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["a_process_that_holds_a_lock", "--ignored", "--nocapture"])
        .env("ADGEN_TEST_LOCK", place.objects.root().unwrap())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("held")), "it never held the lock");
    let error = acquire(&place.objects, "this one").await.unwrap_err();
    assert!(error.to_string().contains("the other process"), "{error}");
    // SIGKILL: nothing of it runs any more.
    child.kill().unwrap();
    child.wait().unwrap();
    let lease = acquire(&place.objects, "this one").await.unwrap();
    assert_eq!(lease.fence().epoch(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_holder_renews_and_leaves_few_records() {
    let (store, objects) = faulty();
    let lease = acquire(&objects, "one").await.unwrap();
    for _ in 0..50 {
        tokio::time::sleep(TIME_TO_LIVE).await;
        lease.fence().check().unwrap();
        assert!(is_locked(acquire(&objects, "two").await));
    }
    let records = objects.list(FOLDER).await.unwrap().len();
    assert!((16..=17).contains(&records), "{records}");
    lease.release().await;
    assert_eq!(holder(&objects).await, Holder::Nobody);
    assert!(store.calls(Method::Put, "lease/") >= 150);
}

#[tokio::test(start_paused = true)]
async fn who_was_stopped_for_too_long_writes_nothing_whatever_the_clocks_say() {
    for ahead in [TimeDelta::zero(), TimeDelta::hours(1), TimeDelta::hours(-1)] {
        let (store, objects) = faulty();
        store.tell_times(Times::Ahead(ahead));
        let lease = acquire(&objects, "stopped").await.unwrap();
        let run = objects.behind(lease.fence());
        run.write("projects/p/state.json", "at work").await.unwrap();
        stop_renewing(&store);
        tokio::time::sleep(BELIEVED + Duration::from_secs(1)).await;
        assert!(lease.fence().lost().is_cancelled(), "it is told without asking");
        assert!(is_locked(run.write("projects/p/state.json", "late").await));
        store.heal();
        // Not before everybody may be sure.
        assert!(is_locked(acquire(&objects, "next").await));
        tokio::time::sleep(TIME_TO_LIVE).await;
        let next = acquire(&objects, "next").await.unwrap();
        assert!(next.fence().epoch() > lease.fence().epoch());
        // It wakes, and its lease is given back like any other.
        lease.release().await;
        assert!(is_locked(acquire(&objects, "third").await));
        assert_eq!(objects.read("projects/p/state.json").await.unwrap().unwrap(), "at work");
        next.release().await;
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_store_tells_no_times_watching_does() {
    let (store, objects) = faulty();
    store.tell_times(Times::Useless);
    let lease = acquire(&objects, "one").await.unwrap();
    assert!(matches!(holder(&objects).await, Holder::Unsure { run, .. } if run == "one"));
    let began = tokio::time::Instant::now();
    assert!(is_locked(acquire(&objects, "two").await));
    assert!(began.elapsed() < TIME_TO_LIVE, "a renewal is enough");
    stop_renewing(&store);
    tokio::time::sleep(Duration::from_secs(1)).await;
    store.heal();
    drop(lease);
    let began = tokio::time::Instant::now();
    let second = acquire(&objects, "two").await.unwrap();
    assert!(began.elapsed() >= TIME_TO_LIVE);
    second.release().await;
}

#[tokio::test(start_paused = true)]
async fn renewals_survive_trouble_that_passes() {
    let (store, objects) = faulty();
    let lease = acquire(&objects, "one").await.unwrap();
    for fault in [Fault::Refused, Fault::LostAnswer, Fault::Repeated, Fault::Hangs] {
        store.next(1, Method::Put, "lease/", fault);
        tokio::time::sleep(TIME_TO_LIVE).await;
        lease.fence().check().unwrap_or_else(|error| panic!("{fault:?}: {error}"));
    }
    lease.release().await;
    assert_eq!(holder(&objects).await, Holder::Nobody);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_lists_late_shows_every_holder() {
    let (store, objects) = faulty();
    store.list_late_by(Duration::from_secs(60));
    let lease = acquire(&objects, "one").await.unwrap();
    assert!(is_locked(acquire(&objects, "two").await));
    tokio::time::sleep(Duration::from_secs(200)).await;
    assert!(is_locked(acquire(&objects, "two").await));
    lease.release().await;
    acquire(&objects, "two").await.unwrap().release().await;
}

#[tokio::test(start_paused = true)]
async fn a_record_of_a_later_version_binds_until_its_time_is_over() {
    let (_store, objects) = faulty();
    objects.write(&format!("{FOLDER}/00000007.json"), r#"{"format":2,"who":"knows"}"#).await.unwrap();
    assert!(is_locked(acquire(&objects, "one").await));
    tokio::time::sleep(TIME_TO_LIVE * 2).await;
    acquire(&objects, "one").await.unwrap().release().await;
}
