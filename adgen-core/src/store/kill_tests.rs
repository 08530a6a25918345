//! A run that buys is killed at each of its writes, before and after the storage took it: the next one pays nothing twice,
//! loses nothing, and counts everything.

use super::{
    history::History,
    history_event::HistoryEvent,
    ledger_event::{LedgerEvent, PurchaseOrder},
    ledger_writer::LedgerWriter,
    product_record::MadeBy,
    product_store::NewProduct,
    products::Found,
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
    PurchaseOrder { provider: "x".into(), model: "m".into(), product: "clip".into(), expected_usd: COST }
}

/// One run that wants one clip, as an engine goes about it.
async fn run(storage: &Storage, service: &Service, project: &str, name: &str, scratch: &Path) -> Result<()> {
    let key = "a".repeat(64);
    let lease = storage.project(project)?.acquire(name).await?;
    let own = storage.behind(lease.fence());
    let mut history = own.project(project)?.history().await?;
    history.append(HistoryEvent::RunStarted { version: "1".into() }).await?;
    let buyer = Buyer { run: name.into(), project: project.into() };
    if let Found::There(record) = own.products().find(&key).await? {
        let mut ledger = own.ledger(&key).await?;
        ledger.settle(&buyer, &record).await?;
        let unsaid = ledger.spent_usd(project) - history.spent_usd_on(&key);
        note(&mut history, &key, unsaid).await?;
    } else {
        let mut writer = claim(&own, &buyer, service).await?;
        if writer.ledger().standing().open.and_then(|open| open.job).is_none() {
            let job = service.start().await;
            writer.append(LedgerEvent::Started { job }).await?;
        }
        let path = scratch.join(name);
        std::fs::write(&path, "clip").unwrap();
        let new = NewProduct {
            key: key.clone(),
            stage: Stage::Scenes,
            product: "clip".into(),
            files: vec![("clip.mp4".into(), path)],
            cost_usd: COST,
            elapsed_ms: 1,
            notes: Vec::new(),
            fidelity: None,
            lacks: Vec::new(),
            bought: true,
            made_by: MadeBy { project: project.into(), run: name.into(), epoch: lease.fence().epoch() },
        };
        own.products().put(new, scratch).await?;
        if !writer.ledger().is_bought() {
            writer.append(LedgerEvent::finished(COST)).await?;
        }
        note(&mut history, &key, COST).await?;
    }
    history.append(HistoryEvent::RunFinished { outcome: "completed".into() }).await?;
    history.close().await?;
    lease.release().await;
    Ok(())
}

async fn note(history: &mut History, key: &str, cost_usd: f64) -> Result<()> {
    if history.latest_key("clip") == Some(key) && cost_usd == 0.0 {
        return Ok(());
    }
    let (product, stage, key) = ("clip".into(), Stage::Scenes, key.to_owned());
    history.append(HistoryEvent::Finished { product, stage, key, cost_usd, elapsed_ms: 1 }).await
}

/// The purchase in hand, its job known where there is one.
async fn claim(own: &Storage, buyer: &Buyer, service: &Service) -> Result<LedgerWriter> {
    let mut ledger = own.ledger(&"a".repeat(64)).await?;
    match ledger.claim(buyer, &order(), None).await? {
        Claim::Mine(writer) => Ok(*writer),
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
            Ok(writer)
        }
        other => panic!("{other:?}"),
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
                assert!(matches!(next.products().find(&"a".repeat(64)).await.unwrap(), Found::There(_)), "{at}");
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
