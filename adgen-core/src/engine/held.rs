//! A purchase's ledger in this run's hand: what happens to the job is written into it before anything else.
//!
//! Several tasks may drive one job: the one that calls the provider, the one that waits, the one that stops it at the end.
//! May depend on `store`, `project` and `error`.

use crate::{
    error::{Error, Result},
    project::Stage,
    store::{LedgerEvent, LedgerWriter, PurchaseOrder},
};
use std::sync::{Arc, Mutex as PlainMutex, PoisonError};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedRwLockReadGuard},
};

const NEVER_MADE: &str = "the run ended before the call was made";

/// A purchase in hand.
#[derive(Debug)]
pub(crate) struct HeldLedger {
    writer: Arc<Mutex<LedgerWriter>>,
    /// Whoever ends the run waits for this, as long as the ledger says that a call is about to be made and none was.
    unused: PlainMutex<Option<OwnedRwLockReadGuard<()>>>,
    order: PurchaseOrder,
    stage: Stage,
    key: String,
}

impl HeldLedger {
    /// One that an earlier run has left behind.
    pub(crate) fn taken_over(writer: LedgerWriter, order: PurchaseOrder, stage: Stage, key: &str) -> Self {
        let (writer, unused) = (Arc::new(Mutex::new(writer)), PlainMutex::default());
        Self { writer, unused, order, stage, key: key.to_owned() }
    }

    /// One that this run has just claimed. Where it is dropped before [`HeldLedger::used`], the ledger says that nothing
    /// came of it: a call that was never made must not count as one whose answer was lost.
    pub(crate) fn fresh(
        writer: LedgerWriter,
        order: PurchaseOrder,
        (stage, key): (Stage, &str),
        unused: OwnedRwLockReadGuard<()>,
    ) -> Self {
        let held = Self::taken_over(writer, order, stage, key);
        *held.unused.lock().unwrap_or_else(PoisonError::into_inner) = Some(unused);
        held
    }

    /// The call is about to be made: what becomes of it is written down from now on.
    pub(crate) fn used(&self) {
        self.unused.lock().unwrap_or_else(PoisonError::into_inner).take();
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

    /// The artifact is in the storage.
    pub(crate) async fn finished(&self, cost_usd: f64) -> Result<()> {
        Ok(self.writer.lock().await.append(LedgerEvent::finished(cost_usd)).await?)
    }

    /// The job is over without an artifact, or never began.
    pub(crate) async fn failed(&self, error: &Error, cost_usd: f64) -> Result<()> {
        let cost_usd = if cost_usd.is_finite() && cost_usd >= 0.0 { cost_usd } else { 0.0 };
        let (code, message) = (error.kind().as_str().to_owned(), error.to_string());
        Ok(self.writer.lock().await.append(LedgerEvent::Failed { code, message, cost_usd }).await?)
    }

    /// The stage that wants the artifact.
    pub(crate) fn stage(&self) -> Stage {
        self.stage
    }

    /// The name that the artifact has in this project.
    pub(crate) fn artifact(&self) -> &str {
        &self.order.artifact
    }

    /// The artifact's content key.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

impl Drop for HeldLedger {
    fn drop(&mut self) {
        let unused = self.unused.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // Without a runtime it is as if the process had been killed: the next run asks the provider.
        if let (Some(unused), Ok(runtime)) = (unused, Handle::try_current()) {
            let writer = Arc::clone(&self.writer);
            runtime.spawn(async move {
                let _unused = unused;
                let mut writer = writer.lock().await;
                if writer.ledger().standing().open.is_some_and(|open| open.job.is_none()) {
                    let (code, message) = (Error::cancelled().kind().as_str().to_owned(), NEVER_MADE.to_owned());
                    // Where that cannot be written, the next run asks the provider.
                    drop(writer.append(LedgerEvent::Failed { code, message, cost_usd: 0.0 }).await);
                }
            });
        }
    }
}
