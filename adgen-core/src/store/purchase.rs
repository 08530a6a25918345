//! Who buys: of any number of runs, in whatever project or process, one.
//!
//! The ledger's next number decides, whether or not a run still holds its project. A run that lost it begins nothing
//! new; but what it knows of a job that it started is written as long as nobody has taken the purchase over, for that
//! is what keeps money from being lost. May depend on `error` and its neighbours.

use super::{
    artifact_record::ArtifactRecord,
    clock::Moment,
    holder::Holder,
    ledger::{Appended, Ledger, append_at},
    ledger_event::{Bought, By, LedgerEvent, Open, PurchaseOrder},
    ledger_writer::LedgerWriter,
    project_lease::ProjectLease,
};
use crate::error::{Error, ErrorKind, Result};
use std::time::Duration;

/// How often a purchase is looked at anew while others write into its ledger.
const LOOKS: u32 = 8;
/// A buyer of whom nothing moves for so long is gone: longer than his lease would last.
const STILL: Duration = Duration::from_secs(33);

/// Who wants to buy: a run that holds its project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Buyer {
    pub(crate) run: String,
    pub(crate) project: String,
}

/// Whose a purchase is.
#[derive(Debug)]
pub(crate) enum Claim {
    /// This run's: `starting` is written, and the call may be made.
    Mine(Box<LedgerWriter>),
    /// It was bought; when and by whom is in the ledger.
    Bought,
    /// Another run is at it: wait, and claim again.
    Busy(Open),
    /// It was begun by a run that is gone, or by this very run or its project: take it over, and ask the provider.
    Unfinished(Open),
}

impl Ledger {
    /// Whose the purchase is; this run's where nobody has it, which is then written down. `gone` is a purchase whose
    /// artifact is there no more: it is bought again, once, whoever else has noticed. Of any number of runs that claim
    /// at the same moment, one gets it.
    ///
    /// Called again with the same ledger, it reads on, and also finds out whether a buyer is gone whom no lease tells
    /// of.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`; as [`Ledger::load`].
    pub(crate) async fn claim(&mut self, buyer: &Buyer, order: &PurchaseOrder, gone: Option<&Bought>) -> Result<Claim> {
        if !std::mem::take(&mut self.is_fresh) {
            self.read_on().await?;
        }
        for _ in 0..LOOKS {
            self.objects.may_write()?;
            let standing = self.standing();
            if let Some(open) = standing.open {
                // Whoever holds a project knows that no other run of it is at work.
                let own = open.by.run == buyer.run || open.by.project == buyer.project;
                return Ok(match own || self.is_gone(&open.by).await? {
                    true => Claim::Unfinished(open),
                    false => Claim::Busy(open),
                });
            }
            if standing.bought.filter(|bought| Some(bought) != gone).is_some() {
                return Ok(Claim::Bought);
            }
            let by = By { run: buyer.run.clone(), epoch: standing.epoch + 1, project: buyer.project.clone() };
            if let Some(writer) = self.begin(by, order.starting()).await? {
                return Ok(Claim::Mine(Box::new(writer)));
            }
        }
        Err(self.crowded())
    }

    /// Goes on with an unfinished purchase; `None` where something has happened to it meanwhile: claim it again.
    ///
    /// # Errors
    /// As [`Ledger::claim`].
    pub(crate) async fn take_over(&mut self, buyer: &Buyer, why: &str) -> Result<Option<LedgerWriter>> {
        self.objects.may_write()?;
        let standing = self.standing();
        let Some(open) = standing.open else { return Ok(None) };
        let by = By { run: buyer.run.clone(), epoch: standing.epoch + 1, project: buyer.project.clone() };
        let event = LedgerEvent::TakenOver { from_run: open.by.run, why: why.to_owned() };
        self.begin(by, event).await
    }

    /// Closes a purchase whose artifact was found although its ledger does not say so: its buyer was killed in between.
    /// What was paid counts for him. Nothing happens where the purchase is closed, or where its buyer is at work and
    /// does it himself.
    ///
    /// # Errors
    /// As [`Ledger::claim`].
    pub(crate) async fn settle(&mut self, buyer: &Buyer, artifact: &ArtifactRecord) -> Result<()> {
        let Some(open) = self.standing().open else { return Ok(()) };
        if open.by.run == buyer.run || (open.by.project != buyer.project && !self.is_gone(&open.by).await?) {
            return Ok(());
        }
        let Some(mut writer) = self.take_over(buyer, "what it bought was found").await? else { return Ok(()) };
        let payer = Some(artifact.made_by.project.clone());
        writer.append(LedgerEvent::Finished { cost_usd: artifact.cost_usd, payer }).await?;
        *self = writer.into_ledger();
        Ok(())
    }

    /// Writes the next entry; `None` where another one is there, which is read then.
    async fn begin(&mut self, by: By, event: LedgerEvent) -> Result<Option<LedgerWriter>> {
        let number = self.records.len() as u64 + 1;
        match append_at(&self.entries, number, &by, event).await? {
            Appended::Written(record) => {
                self.records.push(record);
                Ok(Some(LedgerWriter::new(self.clone(), by)))
            }
            Appended::Taken => {
                self.read_on().await?;
                Ok(None)
            }
        }
    }

    /// Whether a buyer is gone: his project's lease is over, or another run has it, or nothing of him moves for as long
    /// as a lease lasts, by this machine's own clock.
    async fn is_gone(&mut self, by: &By) -> Result<bool> {
        let mark = match ProjectLease::holder(&self.objects, &format!("projects/{}/lease", by.project)).await? {
            Holder::Nobody => return Ok(true),
            Holder::Run { run, .. } | Holder::Unsure { run, .. } if !run.is_empty() && run != by.run => {
                return Ok(true);
            }
            Holder::Run { .. } => {
                self.seen = None;
                return Ok(false);
            }
            Holder::Unsure { mark, .. } => mark,
        };
        let now = (self.records.len() as u64, mark);
        match self.seen {
            Some((entries, mark, since)) if (entries, mark) == now => Ok(since.elapsed() >= STILL),
            _ => {
                self.seen = Some((now.0, now.1, Moment::now()));
                Ok(false)
            }
        }
    }

    fn crowded(&self) -> Error {
        Error::new(ErrorKind::Locked, "others write into a purchase's ledger all the time")
            .with_operation("buy")
            .with_context("file", self.entries.objects().display(self.entries.folder()))
            .with_hint("run again in a moment")
    }
}
