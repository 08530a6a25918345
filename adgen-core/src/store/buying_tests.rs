//! Whole runs that buy: two at the same moment, and one that is killed at each of its writes, before and after the
//! storage took it. Whoever comes next pays nothing twice, loses nothing, and counts everything.

use super::{
    artifact_record::MadeBy,
    artifact_store::NewArtifact,
    artifacts::Found,
    history::History,
    history_event::HistoryEvent,
    ledger_event::{LedgerEvent, PurchaseOrder},
    ledger_writer::LedgerWriter,
    purchase::{Buyer, Claim},
    storage::Storage,
    testing::{Fault, Faulty, Method},
};
use crate::{error::Result, project::Stage};
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

const COST: f64 = 0.25;

/// A provider: takes orders, and remembers them.
#[derive(Default)]
struct Service {
    ordered: AtomicU32,
    jobs: Mutex<Vec<String>>,
}

impl Service {
    async fn start(&self) -> String {
        let job = format!("job {}", self.ordered.fetch_add(1, Ordering::Relaxed));
        self.jobs.lock().unwrap().push(job.clone());
        job
    }

    fn find(&self, known: &[String]) -> Option<String> {
        self.jobs.lock().unwrap().iter().find(|job| !known.contains(job)).cloned()
    }
}

fn order() -> PurchaseOrder {
    PurchaseOrder { provider: "x".into(), model: "m".into(), artifact: "clip".into(), expected_usd: COST }
}

/// One run that wants one clip, as an engine goes about it.
async fn run(storage: &Storage, service: &Service, project: &str, name: &str, scratch: &Path) -> Result<()> {
    let key = "a".repeat(64);
    let lease = storage.project(project)?.acquire(name).await?;
    let own = storage.behind(lease.fence());
    let mut history = own.project(project)?.history().await?;
    history.append(HistoryEvent::RunStarted { version: "1".into() }).await?;
    let buyer = Buyer { run: name.into(), project: project.into() };
    loop {
        if let Found::There(record) = own.artifacts().find(&key).await? {
            let mut ledger = own.ledger(&key).await?;
            ledger.settle(&buyer, &record).await?;
            let unsaid = ledger.spent_usd(project) - history.spent_usd_on(&key);
            note(&mut history, &key, unsaid).await?;
            break;
        }
        if let Some(writer) = claim(&own, &buyer, service).await? {
            buy(&own, writer, service, lease.fence().epoch(), scratch).await?;
            note(&mut history, &key, COST).await?;
            break;
        }
        // Somebody else is at it.
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    history.append(HistoryEvent::RunFinished { outcome: "completed".into() }).await?;
    history.close().await?;
    lease.release().await;
    Ok(())
}

async fn buy(own: &Storage, mut writer: LedgerWriter, service: &Service, epoch: u64, scratch: &Path) -> Result<()> {
    if writer.ledger().standing().open.and_then(|open| open.job).is_none() {
        writer.may_call()?;
        let job = service.start().await;
        writer.append(LedgerEvent::Started { job }).await?;
    }
    let (run, project) = (writer.by().run.clone(), writer.by().project.clone());
    let path = scratch.join(&run);
    std::fs::write(&path, "clip").unwrap();
    let new = NewArtifact {
        key: "a".repeat(64),
        stage: Stage::Scenes,
        artifact: "clip".into(),
        files: vec![("clip.mp4".into(), path)],
        cost_usd: COST,
        elapsed_ms: 1,
        notes: Vec::new(),
        fidelity: None,
        lacks: Vec::new(),
        metadata: crate::project::Metadata::default(),
        bought: true,
        made_by: MadeBy { project, run, epoch },
    };
    own.artifacts().put(new, scratch).await?;
    writer.append(LedgerEvent::finished(COST)).await?;
    Ok(())
}

async fn note(history: &mut History, key: &str, cost_usd: f64) -> Result<()> {
    if history.latest_key("clip") == Some(key) && cost_usd == 0.0 {
        return Ok(());
    }
    let (artifact, stage, key) = ("clip".into(), Stage::Scenes, key.to_owned());
    history.append(HistoryEvent::Finished { artifact, stage, key, cost_usd, elapsed_ms: 1 }).await
}

/// The purchase in hand, its job known where there is one; `None` where somebody else has it or has just bought it.
async fn claim(own: &Storage, buyer: &Buyer, service: &Service) -> Result<Option<LedgerWriter>> {
    let mut ledger = own.ledger(&"a".repeat(64)).await?;
    match ledger.claim(buyer, &order(), None).await? {
        Claim::Mine(writer) => Ok(Some(*writer)),
        Claim::Unfinished(open) => {
            let mut writer = ledger.take_over(buyer, "its run is over").await?.expect("nobody else is there");
            if open.job.is_none() {
                let known = own.jobs(&open.provider, open.since).await?;
                let found = service.find(&known);
                writer.append(LedgerEvent::LookedUp { found: found.is_some() }).await?;
                match found {
                    Some(job) => writer.append(LedgerEvent::Started { job }).await?,
                    None => writer.starting(&order()).await?,
                }
            }
            Ok(Some(writer))
        }
        Claim::Busy(_) | Claim::Bought => Ok(None),
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_at_any_write_buys_nothing_twice() {
    let mut kills = 0;
    for fault in [Fault::Hangs, Fault::DoneThenHangs] {
        for next_project in ["p", "q"] {
            for write in 0.. {
                let (store, folder) = (Arc::new(Faulty::new()), tempfile::tempdir().unwrap());
                let storage = || {
                    let store = Arc::<Faulty>::clone(&store);
                    Storage::remote(store, None).with_cache(Some(folder.path()), 1 << 20)
                };
                let service = Service::default();
                store.after(write, u32::MAX, Method::Put, "", fault);
                let killed = tokio::time::timeout(
                    Duration::from_secs(5),
                    run(&storage(), &service, "p", "killed", folder.path()),
                )
                .await;
                if let Ok(ended) = killed {
                    ended.unwrap();
                    break;
                }
                kills += 1;
                store.heal();
                // Until everybody may be sure that it is gone.
                tokio::time::sleep(Duration::from_secs(60)).await;
                let at = format!("{fault:?} at write {write}, then {next_project}");
                let next = storage();
                run(&next, &service, next_project, "next", folder.path()).await.unwrap_or_else(|e| panic!("{at}: {e}"));
                assert_eq!(service.ordered.load(Ordering::Relaxed), 1, "{at}");
                let ledger = next.ledger(&"a".repeat(64)).await.unwrap();
                assert!(ledger.is_bought(), "{at}");
                assert_eq!(ledger.spent_usd("p") + ledger.spent_usd("q"), COST, "{at}");
                assert!(matches!(next.artifacts().find(&"a".repeat(64)).await.unwrap(), Found::There(_)), "{at}");
                // The project's own account agrees once it runs again.
                run(&next, &service, "p", "last", folder.path()).await.unwrap();
                let paid = next.project("p").unwrap().history().await.unwrap().spent_usd();
                assert_eq!(paid, ledger.spent_usd("p"), "{at}");
                assert_eq!(service.ordered.load(Ordering::Relaxed), 1, "{at}");
            }
        }
    }
    assert!(kills >= 30, "{kills} writes");
}

#[tokio::test(start_paused = true)]
async fn two_projects_that_want_the_same_at_the_same_moment_buy_it_once() {
    for _ in 0..20 {
        let (store, folder) = (Arc::new(Faulty::new()), tempfile::tempdir().unwrap());
        let (one, two) = (Storage::remote(Arc::<Faulty>::clone(&store), None), Storage::remote(store, None));
        let service = Service::default();
        let (first, second) = tokio::join!(
            run(&one, &service, "p", "one", folder.path()),
            run(&two, &service, "q", "two", folder.path()),
        );
        first.unwrap();
        second.unwrap();
        assert_eq!(service.ordered.load(Ordering::Relaxed), 1);
        let mut spent = Vec::new();
        for project in ["p", "q"] {
            spent.push(one.project(project).unwrap().history().await.unwrap().spent_usd());
        }
        spent.sort_by(f64::total_cmp);
        assert_eq!(spent, [0.0, COST]);
    }
}
