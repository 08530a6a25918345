//! The ledger of one purchase: what was ordered under a content key, by whom, and what came of it.
//!
//! Numbered entries, each written with create-if-absent. No fence of a project stands before them: they have an order
//! of their own. May depend on `error` and its neighbours; who buys is `purchase`'s matter, writing on is
//! `ledger_writer`'s.

#[cfg(test)]
use super::ledger_event::FailedPurchase;
use super::{
    clock::Moment,
    content_key::folder_of,
    ledger_event::{By, LedgerEvent, LedgerRecord, Standing},
    numbered::{Numbered, ranges},
    objects::{Created, Objects},
    record::{Event, Unreadable, decode, encode},
    time::now,
};
use crate::error::{Error, ErrorKind, Result};
use bytes::Bytes;

/// The folder of all ledgers.
pub(super) const PURCHASES: &str = "purchases";
const WHAT: &str = "a purchase's ledger";

/// The ledger of one purchase as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    /// As the run may write, for beginning something.
    pub(super) objects: Objects,
    pub(super) entries: Numbered,
    pub(super) records: Vec<LedgerRecord>,
    /// What was last seen of a buyer, and since when it has not changed.
    pub(super) seen: Option<(u64, u64, Moment)>,
    /// Whether nothing was decided by it since it was read.
    pub(super) is_fresh: bool,
}

impl Ledger {
    /// Reads the ledger of what has this content key.
    ///
    /// # Errors
    /// `Io`, `Timeout`; `InvalidProject` for an entry that is missing, damaged or of a newer version: it is named, for
    /// to guess could mean to buy twice.
    pub(crate) async fn load(objects: &Objects, key: &str) -> Result<Self> {
        let entries = Numbered::new(&objects.unfenced(), folder_of(PURCHASES, key)?, 4);
        let mut ledger = Self { objects: objects.clone(), entries, records: Vec::new(), seen: None, is_fresh: true };
        ledger.read_on().await?;
        Ok(ledger)
    }

    /// Reads what was written since.
    ///
    /// # Errors
    /// As [`Ledger::load`].
    pub(crate) async fn read_on(&mut self) -> Result<()> {
        let tail = self.entries.beyond(self.records.len() as u64).await?;
        if !tail.missing.is_empty() {
            let message = format!("entries of {WHAT} are missing: {}", ranges(&tail.missing));
            return Err(Error::new(ErrorKind::InvalidProject, message)
                .with_context("file", self.entries.objects().display(self.entries.folder()))
                .with_hint(
                    "restore them from a backup: they say what was bought. Changing the scene's seed orders anew",
                ));
        }
        for (number, bytes) in tail.found {
            let record = self.decode(&bytes, number).map_err(|unreadable| self.unreadable(unreadable, number))?;
            self.records.push(record);
        }
        Ok(())
    }

    pub(super) fn decode(&self, bytes: &[u8], number: u64) -> Result<LedgerRecord, Unreadable> {
        decode(bytes, number, &LedgerEvent::NAMES)
    }

    fn unreadable(&self, unreadable: Unreadable, number: u64) -> Error {
        unreadable.into_error(WHAT, &self.entries.objects().display(&self.entries.name(number)))
    }

    /// What happened, in order.
    #[cfg(test)]
    pub(crate) fn records(&self) -> &[LedgerRecord] {
        &self.records
    }

    /// How the purchase stands.
    pub(crate) fn standing(&self) -> Standing {
        Standing::of(&self.records)
    }

    /// Whether it came to a good end at least once.
    #[cfg(test)]
    pub(crate) fn is_bought(&self) -> bool {
        self.standing().bought.is_some()
    }

    /// How it failed last, if it did.
    #[cfg(test)]
    pub(crate) fn last_failure(&self) -> Option<FailedPurchase> {
        self.standing().failed
    }

    /// What `project` has paid for it, in US dollars.
    pub(crate) fn spent_usd(&self, project: &str) -> f64 {
        let paid = self.records.iter().filter_map(|record| {
            let event = record.known()?;
            let payer = match event {
                LedgerEvent::Finished { payer: Some(payer), .. } => Some(payer),
                _ => record.project.as_ref(),
            };
            (payer.map(String::as_str) == Some(project)).then_some(event.cost_usd())
        });
        paid.sum()
    }

    /// Every job that was started under the key at this provider, by its own names.
    pub(crate) fn jobs(&self, at: &str) -> Vec<String> {
        let mut jobs = Vec::new();
        let mut by_provider = false;
        for event in self.records.iter().filter_map(LedgerRecord::known) {
            match event {
                LedgerEvent::Starting { provider, .. } => by_provider = provider == at,
                LedgerEvent::Started { job } if by_provider => jobs.push(job.clone()),
                _ => {}
            }
        }
        jobs
    }
}

/// What became of an entry.
pub(super) enum Appended {
    Written(LedgerRecord),
    /// Another one is there.
    Taken,
}

/// Writes an entry as `number`.
pub(super) async fn append_at(entries: &Numbered, number: u64, by: &By, event: LedgerEvent) -> Result<Appended> {
    let (record, bytes) = entry(number, by, event)?;
    Ok(match entries.create(number, bytes).await? {
        Created::Written => Appended::Written(record),
        Created::Taken(_) => Appended::Taken,
    })
}

pub(super) fn entry(number: u64, by: &By, event: LedgerEvent) -> Result<(LedgerRecord, Bytes)> {
    let record = LedgerRecord {
        number,
        run: by.run.clone(),
        epoch: by.epoch,
        project: Some(by.project.clone()),
        at: now(),
        event: Event::Known(event),
    };
    let bytes = encode(&record, &LedgerEvent::NAMES)?;
    Ok((record, bytes.into()))
}
