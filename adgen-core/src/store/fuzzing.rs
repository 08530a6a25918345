//! Hostile records for the fuzz target `history`: whatever lies in a storage is read or refused, and what could be read can
//! be written on.
//!
//! May depend on its neighbours.

use super::{
    fence::Fence,
    history_event::HistoryEvent,
    ledger_event::PurchaseOrder,
    purchase::{Buyer, Claim},
    storage::Storage,
};

/// A history and a ledger, an entry a line each, and an artifact's record as a whole.
pub(crate) async fn records(bytes: &[u8]) {
    let storage = Storage::memory();
    let fence = Fence::kept("fuzz", 1, || true);
    let own = storage.behind(&fence);
    let key = "a".repeat(64);
    let objects = storage.objects();
    for (index, line) in bytes.split(|byte| *byte == b'\n').take(50).enumerate() {
        for name in
            [format!("projects/p/history/{:06}.json", index + 1), format!("purchases/aa/{key}/{:04}.json", index + 1)]
        {
            objects.write(&name, line.to_vec()).await.expect("memory does not fail");
        }
    }
    objects.write(&format!("artifacts/aa/{key}/record.json"), bytes.to_vec()).await.expect("memory does not fail");
    objects.write("projects/p/history/snapshot-00000003.json", bytes.to_vec()).await.expect("memory does not fail");
    drop(storage.artifacts().find(&key).await);
    let folder = own.project("p").expect("a name");
    if let Ok(mut history) = folder.history().await {
        for (_, _, key) in history.unsettled() {
            history.spent_usd_on(&key);
        }
        history.artifacts();
        history.imported_source();
        drop(history.expect_entries(3));
        history.append(HistoryEvent::RunFinished { outcome: "failed".to_owned() }).await.expect("memory does not fail");
        assert!(folder.history().await.is_ok());
        assert!(!history.spent_usd().is_nan());
    }
    if let Ok(mut ledger) = own.ledger(&key).await {
        ledger.spent_usd("p");
        ledger.jobs("x");
        let order =
            PurchaseOrder { provider: "x".into(), model: "m".into(), artifact: "clip".into(), expected_usd: 0.1 };
        let buyer = Buyer { run: "fuzz".into(), project: "p".into() };
        if let Ok(Claim::Mine(_)) = ledger.claim(&buyer, &order, None).await {
            assert!(own.ledger(&key).await.is_ok());
        }
    }
}
