//! A purchase's ledger in this run's hand: what happens to the job is written into it before anything else.
//!
//! Several tasks may drive one job: the one that calls the provider, the one that waits, the one that stops it at the end.
//! May depend on `store`, `project` and `error`.

use crate::{
    error::{Error, Result},
    project::Stage,
    store::{LedgerEvent, LedgerWriter, PurchaseOrder},
};
use tokio::sync::Mutex;

/// A purchase in hand.
#[derive(Debug)]
pub(crate) struct HeldLedger {
    writer: Mutex<LedgerWriter>,
    order: PurchaseOrder,
    stage: Stage,
    key: String,
}

impl HeldLedger {
    pub(crate) fn new(writer: LedgerWriter, order: PurchaseOrder, stage: Stage, key: &str) -> Self {
        Self { writer: Mutex::new(writer), order, stage, key: key.to_owned() }
    }

    /// A call is about to be made. Written once for each: whoever claims a purchase has written the first.
    pub(crate) async fn starting(&self) -> Result<()> {
        let mut writer = self.writer.lock().await;
        if writer.ledger().standing().open.is_some() {
            return Ok(());
        }
        Ok(writer.starting(&self.order).await?)
    }

    /// Fails where this run must not make the call: see [`LedgerWriter::may_call`].
    pub(crate) async fn may_call(&self) -> Result<()> {
        self.writer.lock().await.may_call()
    }

    /// The provider took the job.
    pub(crate) async fn started(&self, job: &str) -> Result<()> {
        Ok(self.writer.lock().await.append(LedgerEvent::Started { job: job.to_owned() }).await?)
    }

    /// The provider was asked what became of a call whose answer was lost.
    pub(crate) async fn looked_up(&self, found: bool) -> Result<()> {
        Ok(self.writer.lock().await.append(LedgerEvent::LookedUp { found }).await?)
    }

    /// The product is in the storage.
    pub(crate) async fn finished(&self, cost_usd: f64) -> Result<()> {
        Ok(self.writer.lock().await.append(LedgerEvent::finished(cost_usd)).await?)
    }

    /// The job is over without a product, or never began.
    pub(crate) async fn failed(&self, error: &Error, cost_usd: f64) -> Result<()> {
        let cost_usd = if cost_usd.is_finite() && cost_usd >= 0.0 { cost_usd } else { 0.0 };
        let (code, message) = (error.kind().as_str().to_owned(), error.to_string());
        Ok(self.writer.lock().await.append(LedgerEvent::Failed { code, message, cost_usd }).await?)
    }

    /// The stage that wants the product.
    pub(crate) fn stage(&self) -> Stage {
        self.stage
    }

    /// The name that the product has in this project.
    pub(crate) fn product(&self) -> &str {
        &self.order.product
    }

    /// The product's content key.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}
