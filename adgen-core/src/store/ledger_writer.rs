//! Writing into a purchase's ledger: who has the purchase in hand writes one entry after the other, until somebody else
//! does.
//!
//! May depend on `error` and its neighbours.

use super::{
    ledger::{Ledger, entry},
    ledger_event::{By, LedgerEvent, LedgerRecord, PurchaseOrder},
    objects::Created,
};
use crate::error::{Error, ErrorKind, Result};
use bytes::Bytes;

/// Why an entry was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// Another run has the purchase now: what this one learns of it is only a note.
    #[error("another run has taken the purchase over: {run}")]
    Overtaken {
        /// Its name, where its entry is readable.
        run: String,
    },
    /// Whether the entry is there is not known; the next write finds out first.
    #[error(transparent)]
    Storage(#[from] Error),
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Overtaken { run } => Self::new(ErrorKind::Locked, "another run has taken the purchase over")
                .with_operation("buy")
                .with_context("run", run)
                .with_hint("run again once that one has ended: what it bought is found then"),
            WriteError::Storage(error) => error,
        }
    }
}

/// A purchase in hand.
#[derive(Debug)]
pub(crate) struct LedgerWriter {
    ledger: Ledger,
    by: By,
    /// An entry of which nobody knows whether it was written.
    unsure: Option<(LedgerRecord, Bytes)>,
    overtaken_by: Option<String>,
}

impl LedgerWriter {
    pub(super) fn new(ledger: Ledger, by: By) -> Self {
        Self { ledger, by, unsure: None, overtaken_by: None }
    }

    /// The ledger as this writer knows it.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The ledger alone.
    pub(super) fn into_ledger(self) -> Ledger {
        self.ledger
    }

    /// Who writes.
    #[cfg(test)]
    pub(crate) fn by(&self) -> &By {
        &self.by
    }

    /// To be asked right before the call that costs something, and after every wait: a run that lost its project must
    /// not make it, for whoever took the purchase over may have found that no call was made, and makes it himself.
    ///
    /// # Errors
    /// `Locked`.
    pub(crate) fn may_call(&self) -> Result<()> {
        match &self.overtaken_by {
            Some(run) => Err(WriteError::Overtaken { run: run.clone() }.into()),
            None => self.ledger.objects.may_write(),
        }
    }

    /// Another call is about to be made, after one that surely came to nothing.
    ///
    /// # Errors
    /// `Overtaken` where somebody else buys meanwhile; as the storage says.
    pub(crate) async fn starting(&mut self, order: &PurchaseOrder) -> Result<(), WriteError> {
        self.append(order.starting()).await
    }

    /// Writes the next entry. An own one whose answer was lost is known by its bytes, and the same event is not written
    /// twice.
    ///
    /// # Errors
    /// `Overtaken` once somebody else has written: nothing is written then, now or later. As the storage says: whether
    /// the entry is there is then not known; the next call finds out first.
    pub(crate) async fn append(&mut self, event: LedgerEvent) -> Result<(), WriteError> {
        if let Some((record, bytes)) = self.unsure.take() {
            let same = record.known() == Some(&event);
            self.put(record, bytes).await?;
            if same {
                return Ok(());
            }
        }
        let (record, bytes) = entry(self.ledger.records.len() as u64 + 1, &self.by, event)?;
        self.put(record, bytes).await
    }

    async fn put(&mut self, record: LedgerRecord, bytes: Bytes) -> Result<(), WriteError> {
        if let Some(run) = &self.overtaken_by {
            return Err(WriteError::Overtaken { run: run.clone() });
        }
        let number = record.number;
        // Whoever drops this in the middle leaves an entry behind of which nobody knows whether it was written.
        self.unsure = Some((record, bytes.clone()));
        let created = self.ledger.entries.create(number, bytes).await;
        let unsure = self.unsure.take();
        match created {
            Ok(Created::Written) => {
                self.ledger.records.extend(unsure.map(|(record, _)| record));
                Ok(())
            }
            Ok(Created::Taken(other)) => {
                let other = other.and_then(|bytes| self.ledger.decode(&bytes, number).ok());
                let run = other.map_or_else(|| "unknown".to_owned(), |record| record.run);
                self.overtaken_by = Some(run.clone());
                Err(WriteError::Overtaken { run })
            }
            Err(error) => {
                self.unsure = unsure;
                Err(error.into())
            }
        }
    }
}
