//! Tests of cleaning up: what goes, what stays, and that looking removes nothing.

use super::{
    artifact_record::MadeBy,
    artifact_store::NewArtifact,
    artifacts::Found,
    gc::{GcPlan, GcRules},
    history_event::HistoryEvent,
    ledger_event::{LedgerEvent, PurchaseOrder},
    purchase::{Buyer, Claim},
    storage::Storage,
    testing::{Faulty, Times},
};
use crate::{error::ErrorKind, project::Stage};
use std::{sync::Arc, time::Duration};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

struct Shop {
    store: Arc<Faulty>,
    storage: Storage,
    folder: tempfile::TempDir,
}

fn shop() -> Shop {
    let (store, folder) = (Arc::new(Faulty::new()), tempfile::tempdir().unwrap());
    let storage = Storage::remote(Arc::<Faulty>::clone(&store), None).with_cache(Some(folder.path()), 1 << 20);
    Shop { store, storage, folder }
}

fn key(letter: char) -> String {
    letter.to_string().repeat(64)
}

impl Shop {
    async fn put(&self, letter: char, bought: bool) {
        let path = self.folder.path().join("made");
        std::fs::write(&path, "12345").unwrap();
        let new = NewArtifact {
            key: key(letter),
            stage: Stage::Scenes,
            artifact: format!("artifact {letter}"),
            files: vec![("x.mp4".into(), path)],
            cost_usd: 0.0,
            elapsed_ms: 1,
            notes: Vec::new(),
            fidelity: None,
            lacks: Vec::new(),
            metadata: crate::project::Metadata::default(),
            bought,
            made_by: MadeBy { project: "p".into(), run: "r".into(), epoch: 1 },
        };
        self.storage.artifacts().put(new, self.folder.path()).await.unwrap();
    }

    /// A project uses them, one after the other under the same name.
    async fn used(&self, project: &str, artifact: &str, letters: &str) {
        let lease = self.storage.project(project).unwrap().acquire("r").await.unwrap();
        let run = self.storage.behind(lease.fence());
        let mut history = run.project(project).unwrap().history().await.unwrap();
        for letter in letters.chars() {
            let (artifact, stage) = (artifact.to_owned(), Stage::Scenes);
            history.append(HistoryEvent::Reused { artifact, stage, key: key(letter) }).await.unwrap();
        }
        lease.release().await;
    }

    async fn bought(&self, letter: char) {
        let order = PurchaseOrder { provider: "x".into(), model: "m".into(), artifact: "y".into(), expected_usd: 0.5 };
        let buyer = Buyer { run: "r".into(), project: "p".into() };
        let mut ledger = self.storage.ledger(&key(letter)).await.unwrap();
        let Claim::Mine(mut writer) = ledger.claim(&buyer, &order, None).await.unwrap() else { panic!() };
        writer.append(LedgerEvent::finished(0.5)).await.unwrap();
    }

    async fn plan(&self, bought: bool) -> GcPlan {
        self.storage.find_waste(GcRules { bought, ..GcRules::default() }).await.unwrap()
    }

    async fn is_there(&self, letter: char) -> bool {
        let fresh = self.storage.clone().with_cache(None, 1);
        matches!(fresh.artifacts().find(&key(letter)).await.unwrap(), Found::There(_))
    }
}

fn keys(plan: &GcPlan) -> Vec<char> {
    plan.waste.iter().filter_map(|waste| waste.key.chars().next()).collect()
}

#[tokio::test(start_paused = true)]
async fn what_nobody_uses_goes_and_everything_else_stays() {
    let shop = shop();
    for (letter, bought) in [('a', false), ('b', false), ('c', true), ('d', false), ('e', false)] {
        shop.put(letter, bought).await;
    }
    // The record does not say so, but the ledger does.
    shop.bought('d').await;
    shop.used("p", "clip", "ab").await;
    shop.used("q", "clip", "b").await;
    let young = shop.plan(true).await;
    assert_eq!((young.waste.len(), young.used, young.kept_young), (0, 1, 4), "a run may have made them just now");
    tokio::time::advance(DAY + Duration::from_secs(60)).await;
    let plan = shop.plan(false).await;
    assert_eq!((keys(&plan), plan.used, plan.kept_bought), (vec!['a', 'e'], 1, 2));
    assert!(plan.bytes() > 10 && plan.waste[0].artifact.as_deref() == Some("artifact a"));
    assert_eq!(keys(&shop.plan(true).await), ['a', 'c', 'd', 'e']);
    assert!(shop.is_there('a').await, "looking removes nothing");
    // A project comes to use one of them meanwhile.
    shop.used("q", "other", "e").await;
    assert!(shop.storage.remove_waste(&plan).await.unwrap() < plan.bytes());
    let there =
        [shop.is_there('a').await, shop.is_there('b').await, shop.is_there('c').await, shop.is_there('e').await];
    assert_eq!(there, [false, true, true, true]);
    let left = shop.storage.objects().list_all(&format!("artifacts/aa/{}", key('a'))).await.unwrap();
    assert!(left.is_empty());
    // With leave, paid ones go; their ledgers never do.
    let plan = shop.plan(true).await;
    assert!(plan.waste.iter().all(|waste| waste.bought));
    shop.storage.remove_waste(&plan).await.unwrap();
    assert!(!shop.is_there('d').await && shop.storage.ledger(&key('d')).await.unwrap().is_bought());
    assert!(shop.plan(true).await.waste.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_killed_runs_left_goes_when_it_is_old() {
    let shop = shop();
    shop.put('a', false).await;
    shop.used("p", "clip", "a").await;
    let litter = format!("artifacts/aa/{}/0123-half.mp4", key('a'));
    let orphan = format!("artifacts/bb/{}/0123-x.mp4", key('b'));
    shop.storage.objects().write(&litter, "half").await.unwrap();
    shop.storage.objects().write(&orphan, "whole").await.unwrap();
    assert!(shop.plan(false).await.waste.is_empty());
    tokio::time::advance(DAY * 2).await;
    let plan = shop.plan(false).await;
    assert_eq!((keys(&plan), plan.bytes(), plan.used), (vec!['a', 'b'], 9, 1));
    shop.storage.remove_waste(&plan).await.unwrap();
    assert!(shop.is_there('a').await && !shop.store.has(&litter).await && !shop.store.has(&orphan).await);
    // What was ordered stays even without a record: it may be all that is left of what was paid.
    shop.storage.objects().write(&orphan, "whole").await.unwrap();
    shop.bought('b').await;
    tokio::time::advance(DAY * 2).await;
    assert_eq!(shop.plan(false).await.kept_bought, 1);
    assert_eq!(keys(&shop.plan(true).await), ['b']);
}

#[tokio::test(start_paused = true)]
async fn where_it_is_not_sure_nothing_goes() {
    let shop = shop();
    shop.put('a', false).await;
    shop.used("p", "clip", "a").await;
    tokio::time::advance(DAY * 2).await;
    shop.storage.objects().write("projects/p/history/000001.json", "{").await.unwrap();
    let error = shop.storage.find_waste(GcRules::default()).await.unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidProject && error.to_string().contains("000001.json"), "{error}");
    shop.store.tell_times(Times::Useless);
    tokio::time::advance(DAY).await;
    let error = shop.storage.find_waste(GcRules::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(shop.is_there('a').await);
}

#[tokio::test]
async fn a_plan_passes_as_json_and_removes_artifacts_files_alone() {
    let shop = shop();
    shop.put('a', false).await;
    let plan = shop.storage.find_waste(GcRules::new().with_grace(Duration::ZERO)).await.unwrap();
    let json = serde_json::to_string(&plan).unwrap();
    let again: GcPlan = serde_json::from_str(&json).unwrap();
    assert_eq!(again, plan);
    shop.storage.project("p").unwrap().write("project.json", "{}").await.unwrap();
    for name in ["projects/p/project.json", "artifacts/aa/../../projects/p/project.json", "project.json"] {
        let mut evil = serde_json::to_value(&plan).unwrap();
        evil["waste"][0]["objects"][1] = name.into();
        let evil: GcPlan = serde_json::from_value(evil).unwrap();
        let error = shop.storage.remove_waste(&evil).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}");
    }
    assert!(shop.storage.project("p").unwrap().read("project.json").await.unwrap().is_some());
    assert_eq!(shop.storage.remove_waste(&again).await.unwrap(), plan.bytes());
    assert_eq!(shop.storage.artifacts().find(&key('a')).await.unwrap(), Found::Nowhere);
}
