//! What happens to one purchase: the events of its ledger, and how it stands after them.
//!
//! Pure. May depend on its neighbour `record`.

use super::record::Record;
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// An entry of a ledger.
pub(crate) type LedgerRecord = Record<LedgerEvent>;

/// What happened to a purchase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LedgerEvent {
    /// A call that costs something is about to be made. Whoever writes this buys.
    Starting {
        /// The provider.
        provider: String,
        /// Which of its models.
        model: String,
        /// The name that the artifact has in the buyer's project.
        artifact: String,
        /// What it will cost by the price list, in US dollars.
        expected_usd: f64,
    },
    /// The provider took the job.
    Started {
        /// The provider's name for the job.
        job: String,
    },
    /// The artifact is in the storage.
    Finished {
        /// What it cost in US dollars.
        cost_usd: f64,
        /// The project that paid, where that is not the writer's: he only found that it had been bought.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payer: Option<String>,
    },
    /// The job ended without an artifact, or never began.
    Failed {
        /// The error's public code.
        code: String,
        /// The error in one line.
        message: String,
        /// What it cost all the same, in US dollars.
        cost_usd: f64,
    },
    /// The provider was asked what became of a call whose answer was lost.
    LookedUp {
        /// Whether it knows of a job.
        found: bool,
    },
    /// Another run goes on with a purchase whose buyer is gone.
    TakenOver {
        /// The buyer's run.
        from_run: String,
        /// How it is known that it is gone.
        why: String,
    },
}

impl LedgerEvent {
    /// Their names, for telling a later version's event from a damaged one.
    pub(super) const NAMES: [&str; 6] = ["starting", "started", "finished", "failed", "looked_up", "taken_over"];

    /// The artifact is in the storage, and the writer's project paid for it.
    pub(crate) fn finished(cost_usd: f64) -> Self {
        Self::Finished { cost_usd, payer: None }
    }

    /// What was paid, in US dollars.
    pub(super) fn cost_usd(&self) -> f64 {
        match self {
            Self::Finished { cost_usd, .. } | Self::Failed { cost_usd, .. } => *cost_usd,
            _ => 0.0,
        }
    }
}

/// What is to be ordered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PurchaseOrder {
    pub(crate) provider: String,
    pub(crate) model: String,
    /// The name that the artifact has in the buyer's project.
    pub(crate) artifact: String,
    /// What it will cost by the price list, in US dollars.
    pub(crate) expected_usd: f64,
}

impl PurchaseOrder {
    pub(super) fn starting(&self) -> LedgerEvent {
        LedgerEvent::Starting {
            provider: self.provider.clone(),
            model: self.model.clone(),
            artifact: self.artifact.clone(),
            expected_usd: self.expected_usd,
        }
    }
}

/// Who wrote an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct By {
    pub(crate) run: String,
    /// Counts who had this purchase in hand: the first buyer is 1, and whoever takes over or buys again has the next.
    pub(crate) epoch: u64,
    pub(crate) project: String,
}

impl By {
    fn of(record: &LedgerRecord) -> Self {
        let project = record.project.clone().unwrap_or_default();
        Self { run: record.run.clone(), epoch: record.epoch, project }
    }
}

/// A purchase whose end is not known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Open {
    /// Who has it in hand.
    pub(crate) by: By,
    /// When the call was about to be made, by the buyer's clock; the beginning of time where that is not readable.
    pub(crate) since: SystemTime,
    pub(crate) provider: String,
    pub(crate) model: String,
    pub(crate) artifact: String,
    pub(crate) expected_usd: f64,
    /// The provider's name for the job; `None` where nobody wrote down whether there is one.
    pub(crate) job: Option<String>,
}

/// A purchase that came to its end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bought {
    pub(crate) by: By,
    /// RFC 3339, by the buyer's clock.
    pub(crate) at: String,
    pub(crate) cost_usd: f64,
}

/// A purchase that failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FailedPurchase {
    pub(crate) by: By,
    pub(crate) at: String,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) cost_usd: f64,
}

/// How a purchase stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Standing {
    pub(crate) open: Option<Open>,
    /// The last time that it was bought.
    pub(crate) bought: Option<Bought>,
    /// The last time that it failed.
    pub(crate) failed: Option<FailedPurchase>,
    /// The highest epoch so far.
    pub(crate) epoch: u64,
}

impl Standing {
    pub(super) fn of(records: &[LedgerRecord]) -> Self {
        let mut standing = Self::default();
        for record in records {
            standing.epoch = standing.epoch.max(record.epoch);
            if let Some(event) = record.known() {
                standing.follow(record, event);
            }
        }
        standing
    }

    fn follow(&mut self, record: &LedgerRecord, event: &LedgerEvent) {
        let by = By::of(record);
        match event {
            LedgerEvent::Starting { provider, model, artifact, expected_usd } => {
                self.open = Some(Open {
                    by,
                    since: time(&record.at),
                    provider: provider.clone(),
                    model: model.clone(),
                    artifact: artifact.clone(),
                    expected_usd: *expected_usd,
                    job: None,
                });
            }
            LedgerEvent::Started { job } => {
                if let Some(open) = &mut self.open {
                    open.job = Some(job.clone());
                }
            }
            LedgerEvent::TakenOver { .. } => {
                if let Some(open) = &mut self.open {
                    open.by = by;
                }
            }
            LedgerEvent::LookedUp { found: true } => {}
            LedgerEvent::LookedUp { found: false } => self.open = None,
            LedgerEvent::Finished { cost_usd, payer } => {
                self.open = None;
                let by = By { project: payer.clone().unwrap_or_else(|| by.project.clone()), ..by };
                self.bought = Some(Bought { by, at: record.at.clone(), cost_usd: *cost_usd });
            }
            LedgerEvent::Failed { code, message, cost_usd } => {
                self.open = None;
                let (code, message, cost_usd) = (code.clone(), message.clone(), *cost_usd);
                self.failed = Some(FailedPurchase { by, at: record.at.clone(), code, message, cost_usd });
            }
        }
    }
}

fn time(at: &str) -> SystemTime {
    chrono::DateTime::parse_from_rfc3339(at).map_or(SystemTime::UNIX_EPOCH, SystemTime::from)
}
