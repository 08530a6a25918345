//! What a project has paid, put right: a run that was stopped between paying and saying so left that to the next one.
//!
//! May depend on `store` and `error`.

use crate::{
    error::Result,
    store::{Buyer, Found, History, HistoryEvent, Storage},
};

/// Asks the ledgers of what the project ordered and never said the end of, and adds what it has not counted.
///
/// # Errors
/// `InvalidProject` for a ledger that cannot be read; `Locked`; `Io`, `Timeout`.
pub(crate) async fn settle(storage: &Storage, history: &mut History, buyer: &Buyer) -> Result<()> {
    for (artifact, stage, key) in history.unsettled() {
        let mut ledger = storage.ledger(&key).await?;
        if ledger.standing().open.is_some()
            && let Found::There(record) = storage.artifacts().find(&key).await?
        {
            // The artifact was stored, and the ledger does not say so yet.
            ledger.settle(buyer, &record).await?;
        }
        let cost_usd = ledger.spent_usd(&buyer.project) - history.spent_usd_on(&key);
        // A billionth of a dollar is rounding, not money.
        if cost_usd > 1e-9 {
            history.append(HistoryEvent::Paid { artifact, stage, key, cost_usd }).await?;
        }
    }
    Ok(())
}
