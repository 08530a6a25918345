//! Tests of the ledger: one buyer whatever happens, no entry twice, and what later versions write.

use super::{
    fence::Fence,
    ledger::Ledger,
    ledger_event::{LedgerEvent, Open, PurchaseOrder},
    ledger_writer::{LedgerWriter, WriteError},
    ledgers,
    objects::Objects,
    project_lease::ProjectLease,
    purchase::{Buyer, Claim},
    record::Event,
    storage::Storage,
    testing::{Fault, Method, Times, faulty, local, places},
};
use crate::error::{Error, ErrorKind};
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

fn key(letter: char) -> String {
    letter.to_string().repeat(64)
}

fn folder(letter: char) -> String {
    format!("purchases/{letter}{letter}/{}", key(letter))
}

fn buyer(run: &str, project: &str) -> Buyer {
    Buyer { run: run.into(), project: project.into() }
}

fn order() -> PurchaseOrder {
    PurchaseOrder { provider: "replicate".into(), model: "m".into(), artifact: "scene_1_bg".into(), expected_usd: 0.5 }
}

fn started(job: &str) -> LedgerEvent {
    LedgerEvent::Started { job: job.into() }
}

fn failed(cost_usd: f64) -> LedgerEvent {
    LedgerEvent::Failed { code: "content_rejected".into(), message: "no".into(), cost_usd }
}

async fn claim(objects: &Objects, run: &str, project: &str) -> Claim {
    let mut ledger = Ledger::load(objects, &key('a')).await.unwrap();
    ledger.claim(&buyer(run, project), &order(), None).await.unwrap()
}

async fn mine(objects: &Objects, run: &str, project: &str) -> LedgerWriter {
    match claim(objects, run, project).await {
        Claim::Mine(writer) => *writer,
        other => panic!("{other:?}"),
    }
}

async fn unfinished(objects: &Objects, run: &str, project: &str) -> Open {
    match claim(objects, run, project).await {
        Claim::Unfinished(open) => open,
        other => panic!("{other:?}"),
    }
}

async fn hold(objects: &Objects, project: &str, run: &str) -> ProjectLease {
    ProjectLease::acquire(objects, &format!("projects/{project}/lease"), run).await.unwrap()
}

#[tokio::test]
async fn a_purchase_is_three_writes_and_known_to_everybody() {
    for place in places() {
        let objects = &place.objects;
        let before = objects.used();
        let mut writer = mine(objects, "r", "p").await;
        writer.append(started("j1")).await.unwrap();
        writer.append(LedgerEvent::finished(0.25)).await.unwrap();
        assert_eq!(objects.used().since(&before).put, 3, "{}", place.kind);
        assert!(matches!(claim(objects, "other", "q").await, Claim::Bought), "{}", place.kind);
        let bought = Ledger::load(objects, &key('a')).await.unwrap().standing().bought.unwrap();
        assert_eq!((bought.by.project.as_str(), bought.cost_usd), ("p", 0.25));
        let ledger = Ledger::load(objects, &key('a')).await.unwrap();
        assert!(ledger.is_bought() && ledger.last_failure().is_none());
        assert_eq!((ledger.spent_usd("p"), ledger.spent_usd("q")), (0.25, 0.0));
        assert_eq!((ledger.jobs("replicate"), ledger.jobs("x")), (vec!["j1".to_owned()], vec![]));
        // What is gone is bought again by whoever says so, and the second time counts, too.
        let mut ledger = ledger;
        let mut late = ledger.clone();
        let Claim::Mine(mut again) = ledger.claim(&buyer("s", "q"), &order(), Some(&bought)).await.unwrap() else {
            panic!("{}", place.kind)
        };
        assert_eq!(again.by().epoch, 2);
        again.append(LedgerEvent::finished(0.5)).await.unwrap();
        assert_eq!(again.ledger().spent_usd("q"), 0.5);
        // Somebody else had noticed the same, and finds what was bought meanwhile.
        let claim = late.claim(&buyer("t", "u"), &order(), Some(&bought)).await.unwrap();
        assert!(matches!(claim, Claim::Bought), "{}", place.kind);
    }
}

#[tokio::test]
async fn of_two_that_claim_at_the_same_moment_one_buys() {
    for place in places() {
        for round in 0..100 {
            let key = format!("{round:064x}");
            let gate = Arc::new(tokio::sync::Barrier::new(4));
            let mut tries = tokio::task::JoinSet::new();
            for index in 0..4 {
                let (objects, key, gate) = (place.objects.clone(), key.clone(), Arc::clone(&gate));
                tries.spawn(async move {
                    let (run, project) = (format!("run {index}"), format!("p{index}"));
                    let _lease = hold(&objects, &project, &run).await;
                    let mut ledger = Ledger::load(&objects, &key).await.unwrap();
                    gate.wait().await;
                    let claim = ledger.claim(&buyer(&run, &project), &order(), None).await.unwrap();
                    gate.wait().await;
                    match claim {
                        Claim::Mine(_) => 1,
                        Claim::Busy(_) => 0,
                        other => panic!("{other:?}"),
                    }
                });
            }
            assert_eq!(tries.join_all().await.into_iter().sum::<u32>(), 1, "{}", place.kind);
            assert_eq!(Ledger::load(&place.objects, &key).await.unwrap().records().len(), 1);
            for index in 0..4 {
                let folder = format!("projects/p{index}/lease");
                for seen in place.objects.list_all(&folder).await.unwrap() {
                    place.objects.delete(&seen.name).await.unwrap();
                }
            }
        }
    }
}

#[tokio::test]
#[ignore = "buys in a process of its own: for the test below"]
async fn a_process_that_buys() {
    let (folder, name) = (std::env::var("ADGEN_TEST_FOLDER").unwrap(), std::env::var("ADGEN_TEST_NAME").unwrap());
    let storage = Storage::local(folder).unwrap();
    let _lease = storage.project(&name).unwrap().acquire(&name).await.unwrap();
    for index in 0..KEYS {
        let mut ledger = storage.ledger(&format!("{index:064x}")).await.unwrap();
        drop(ledger.claim(&buyer(&name, &name), &order(), None).await.unwrap());
    }
}

const KEYS: u32 = 100;

#[test]
fn of_several_processes_one_buys_each_artifact() {
    let folder = tempfile::tempdir().unwrap();
    let start = |name: &str| {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["a_process_that_buys", "--ignored"])
            .env("ADGEN_TEST_FOLDER", folder.path())
            .env("ADGEN_TEST_NAME", name)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = ["a", "b", "c"].into_iter().map(start).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let storage = Storage::local(folder.path()).unwrap();
    for index in 0..KEYS {
        let ledger = runtime.block_on(storage.ledger(&format!("{index:064x}"))).unwrap();
        // Who ended first counts as gone, but nobody takes over unasked.
        assert_eq!(ledger.records().len(), 1, "{index}");
    }
}

#[tokio::test]
async fn whoever_holds_the_project_is_busy_and_whoever_let_go_is_gone() {
    for place in places() {
        let objects = &place.objects;
        let lease = hold(objects, "p", "r").await;
        let mut writer = mine(objects, "r", "p").await;
        let Claim::Busy(open) = claim(objects, "s", "q").await else { panic!("{}", place.kind) };
        assert_eq!((open.by.run.as_str(), open.job.as_deref()), ("r", None));
        writer.append(started("j1")).await.unwrap();
        // The run itself, and a later run of its own project, go on with it.
        assert_eq!(unfinished(objects, "r", "p").await.job.as_deref(), Some("j1"));
        lease.release().await;
        let open = unfinished(objects, "s", "q").await;
        assert_eq!((open.job.as_deref(), open.expected_usd, open.by.run.as_str()), (Some("j1"), 0.5, "r"));
        assert!(open.since > SystemTime::UNIX_EPOCH && open.since <= SystemTime::now());
        // Another run of the buyer's project: the buyer is gone as well.
        let _lease = hold(objects, "p", "later").await;
        unfinished(objects, "s", "q").await;
    }
}

#[tokio::test]
async fn whoever_waits_hears_of_the_end() {
    for place in places() {
        let objects = &place.objects;
        let _lease = hold(objects, "p", "r").await;
        let mut writer = mine(objects, "r", "p").await;
        let mut waiting = Ledger::load(objects, &key('a')).await.unwrap();
        for _ in 0..2 {
            let claim = waiting.claim(&buyer("s", "q"), &order(), None).await.unwrap();
            assert!(matches!(claim, Claim::Busy(_)), "{}", place.kind);
        }
        writer.append(started("j1")).await.unwrap();
        writer.append(LedgerEvent::finished(0.25)).await.unwrap();
        let claim = waiting.claim(&buyer("s", "q"), &order(), None).await.unwrap();
        assert!(matches!(claim, Claim::Bought), "{}", place.kind);
    }
}

#[tokio::test]
async fn who_was_overtaken_appends_nothing() {
    for place in places() {
        let objects = &place.objects;
        let mut one = mine(objects, "r", "p").await;
        let mut ledger = Ledger::load(objects, &key('a')).await.unwrap();
        let mut late = ledger.clone();
        let mut two = ledger.take_over(&buyer("s", "q"), "its lease is over").await.unwrap().unwrap();
        assert_eq!((two.by().epoch, two.ledger().standing().open.unwrap().by.run.as_str()), (2, "s"));
        assert!(late.take_over(&buyer("t", "u"), "late").await.unwrap().is_none(), "one takes over, not two");
        for _ in 0..3 {
            let error = one.append(started("j1")).await.unwrap_err();
            assert!(matches!(&error, WriteError::Overtaken { run } if run == "s"), "{error}");
            assert_eq!(Error::from(error).kind(), ErrorKind::Locked);
        }
        two.append(LedgerEvent::LookedUp { found: true }).await.unwrap();
        two.append(started("j1")).await.unwrap();
        two.append(LedgerEvent::finished(0.5)).await.unwrap();
        one.append(failed(0.0)).await.unwrap_err();
        let all = Ledger::load(objects, &key('a')).await.unwrap();
        assert_eq!(all.records().len(), 5, "{}", place.kind);
        assert!(all.is_bought());
    }
}

#[tokio::test]
async fn what_surely_came_to_nothing_can_be_ordered_anew() {
    for place in places() {
        let objects = &place.objects;
        let mut writer = mine(objects, "r", "p").await;
        writer.append(failed(0.125)).await.unwrap();
        writer.starting(&order()).await.unwrap();
        writer.append(LedgerEvent::LookedUp { found: false }).await.unwrap();
        let mut other = mine(objects, "s", "q").await;
        let error = writer.starting(&order()).await.unwrap_err();
        assert!(matches!(error, WriteError::Overtaken { .. }), "{}", place.kind);
        other.append(failed(0.0)).await.unwrap();
        let ledger = Ledger::load(objects, &key('a')).await.unwrap();
        assert_eq!(ledger.last_failure().unwrap().code, "content_rejected");
        assert_eq!((ledger.spent_usd("p"), ledger.is_bought()), (0.125, false));
    }
}

#[tokio::test]
async fn a_run_that_lost_its_project_begins_nothing_and_writes_what_it_knows() {
    for place in places() {
        let fence = Fence::kept("r", 1, || true);
        let objects = place.objects.behind(&fence);
        let mut writer = mine(&objects, "r", "p").await;
        writer.may_call().unwrap();
        fence.lose("another run has taken the project");
        assert_eq!(writer.may_call().unwrap_err().kind(), ErrorKind::Locked);
        writer.append(started("j1")).await.unwrap();
        let mut ledger = Ledger::load(&objects, &key('b')).await.unwrap();
        let error = ledger.claim(&buyer("r", "p"), &order(), None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked);
        assert!(ledger.take_over(&buyer("r", "p"), "x").await.is_err());
        assert_eq!(Ledger::load(&place.objects, &key('b')).await.unwrap().records().len(), 0, "{}", place.kind);
    }
}

#[tokio::test]
async fn lost_answers_write_nothing_twice() {
    let (store, objects) = faulty();
    for fault in [Fault::Repeated, Fault::LostAnswer] {
        store.next(1, Method::Put, "purchases/", fault);
        let mut writer = mine(&objects, "r", "p").await;
        for event in [started("j1"), failed(0.25)] {
            store.next(1, Method::Put, "purchases/", fault);
            writer.append(event).await.unwrap();
        }
    }
    let mut writer = mine(&objects, "r", "p").await;
    // Not even whether it is there can be found out.
    store.next(1, Method::Put, "purchases/", Fault::LostAnswer);
    store.next(1, Method::Get, "purchases/", Fault::Refused);
    assert!(matches!(writer.append(started("j2")).await.unwrap_err(), WriteError::Storage(_)));
    writer.append(started("j2")).await.unwrap();
    // What is said next may be something else: the entry before is settled first, as it was.
    store.next(1, Method::Put, "purchases/", Fault::LostAnswer);
    store.next(1, Method::Get, "purchases/", Fault::Refused);
    writer.append(LedgerEvent::LookedUp { found: true }).await.unwrap_err();
    writer.append(failed(1.0)).await.unwrap();
    // And what never arrived is written with the next one.
    store.next(1, Method::Put, "purchases/", Fault::Refused);
    writer.append(failed(0.0)).await.unwrap_err();
    writer.append(failed(0.0)).await.unwrap();
    let ledger = Ledger::load(&objects, &key('a')).await.unwrap();
    assert_eq!(ledger.records(), writer.ledger().records());
    assert_eq!((ledger.records().len(), ledger.spent_usd("p")), (11, 1.5));
    assert_eq!(ledger.jobs("replicate"), ["j1", "j1", "j2"]);
}

#[tokio::test(start_paused = true)]
async fn a_buyer_without_times_is_gone_when_nothing_of_him_moves() {
    let (store, objects) = faulty();
    store.tell_times(Times::Useless);
    let lease = hold(&objects, "p", "r").await;
    let mut writer = mine(&objects, "r", "p").await;
    let mut ledger = Ledger::load(&objects, &key('a')).await.unwrap();
    let mut busy = async || {
        let claim = ledger.claim(&buyer("s", "q"), &order(), None).await.unwrap();
        matches!(claim, Claim::Busy(_))
    };
    for _ in 0..20 {
        assert!(busy().await, "its lease is renewed");
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    store.next(u32::MAX, Method::Put, "lease/", Fault::Hangs);
    assert!(busy().await);
    tokio::time::sleep(Duration::from_secs(25)).await;
    // It cannot renew its lease, but it still writes what it knows.
    writer.append(started("j1")).await.unwrap();
    assert!(busy().await);
    tokio::time::sleep(Duration::from_secs(25)).await;
    assert!(busy().await);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(!busy().await);
    drop(lease);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_lists_late_hides_no_purchase() {
    let (store, objects) = faulty();
    store.list_late_by(Duration::from_secs(60));
    let _lease = hold(&objects, "p", "r").await;
    let mut writer = mine(&objects, "r", "p").await;
    writer.append(started("j1")).await.unwrap();
    let Claim::Busy(open) = claim(&objects, "s", "q").await else { panic!("it is bought twice") };
    assert_eq!(open.job.as_deref(), Some("j1"));
}

#[tokio::test]
async fn entries_that_are_missing_or_damaged_stop_it_and_those_of_later_versions_say_so() {
    for place in places() {
        let objects = &place.objects;
        let mut writer = mine(objects, "r", "p").await;
        writer.append(started("j1")).await.unwrap();
        writer.append(failed(0.0)).await.unwrap();
        let at = |number: u64| format!("{}/{number:04}.json", folder('a'));
        // Passed over and kept.
        let later = r#"{"format":1,"number":4,"run":"x","epoch":3,"project":"p","at":"t","event":"refunded","usd":1}"#;
        objects.write(&at(4), later).await.unwrap();
        let mut next = mine(objects, "s", "q").await;
        assert_eq!((next.by().epoch, next.ledger().records().len()), (4, 5));
        assert!(matches!(&next.ledger().records()[3].event, Event::Later { name, .. } if name == "refunded"));
        next.append(failed(0.0)).await.unwrap();
        let told = async || Ledger::load(objects, &key('a')).await.unwrap_err().to_string();
        objects.write(&at(7), r#"{"format":3}"#).await.unwrap();
        let newer = told().await;
        assert!(newer.contains("a newer adgen wrote") && !newer.contains("damaged"), "{newer}");
        objects.write(&at(7), "{}").await.unwrap();
        let damaged = told().await;
        assert!(damaged.contains("damaged") && damaged.contains("0007.json"), "{damaged}");
        objects.delete(&at(7)).await.unwrap();
        objects.delete(&at(2)).await.unwrap();
        let missing = told().await;
        assert!(missing.contains("missing: 2") && missing.contains("seed"), "{}: {missing}", place.kind);
    }
}

#[tokio::test]
async fn all_jobs_of_a_provider_are_known_whatever_they_were_for() {
    for place in places() {
        let objects = &place.objects;
        for (letter, job, provider) in [('a', "j1", "replicate"), ('b', "j2", "other"), ('c', "j3", "replicate")] {
            let mut ledger = Ledger::load(objects, &key(letter)).await.unwrap();
            let order = PurchaseOrder { provider: provider.into(), ..order() };
            let Claim::Mine(mut writer) = ledger.claim(&buyer("r", "p"), &order, None).await.unwrap() else { panic!() };
            writer.append(started(job)).await.unwrap();
        }
        for since in [SystemTime::UNIX_EPOCH, SystemTime::now()] {
            let jobs = ledgers::jobs(objects, "replicate", since).await.unwrap();
            assert_eq!(jobs, ["j1", "j3"], "{}", place.kind);
        }
        let keys = ledgers::bought_keys(objects).await.unwrap();
        assert_eq!(keys.into_iter().collect::<Vec<_>>(), [key('a'), key('b'), key('c')]);
    }
    let (_store, objects) = faulty();
    let later = SystemTime::now() + Duration::from_secs(60 * 60 * 24 * 3);
    mine(&objects, "r", "p").await.append(started("j1")).await.unwrap();
    assert!(ledgers::jobs(&objects, "replicate", later).await.unwrap().is_empty(), "older ones are not even read");
}

#[tokio::test]
async fn numbers_that_json_lacks_are_never_written() {
    let place = local();
    let mut writer = mine(&place.objects, "r", "p").await;
    writer.append(failed(f64::NAN)).await.unwrap_err();
    writer.append(failed(1.0)).await.unwrap();
    assert_eq!(Ledger::load(&place.objects, &key('a')).await.unwrap().records().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_dropped_in_its_middle_is_known_by_the_next() {
    for fault in [Fault::Hangs, Fault::DoneThenHangs] {
        let (store, objects) = faulty();
        let mut writer = mine(&objects, "r", "p").await;
        store.next(1, Method::Put, "0002", fault);
        let dropped = tokio::time::timeout(Duration::from_secs(1), writer.append(started("job"))).await;
        assert!(dropped.is_err(), "it hangs");
        writer.append(LedgerEvent::finished(0.25)).await.unwrap();
        let ledger = Ledger::load(&objects, &key('a')).await.unwrap();
        assert_eq!((ledger.records().len(), ledger.jobs("replicate")), (3, vec!["job".to_owned()]));
        assert_eq!(ledger.spent_usd("p"), 0.25);
    }
}
