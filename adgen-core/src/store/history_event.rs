//! What happens to a project: the events of its history.
//!
//! What an artifact is, is in the artifact's own record; what was ordered where, in the purchase's ledger. The history
//! says what this project did, made, used and paid. May depend on `project`.

use crate::project::Stage;
use serde::{Deserialize, Serialize};

/// What happened to a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HistoryEvent {
    /// A document came into the storage.
    Imported {
        /// Hash over the document and its files: tells whether the same one comes again.
        source: String,
    },
    /// A run began.
    RunStarted {
        /// Version of the library.
        version: String,
    },
    /// The run is about to have an artifact made by a provider that takes money; written before its ledger is.
    Ordered {
        /// Name of the artifact.
        artifact: String,
        /// The stage that needs it.
        stage: Stage,
        /// Its content key.
        key: String,
        /// The provider.
        provider: String,
    },
    /// An earlier run of the project paid for an artifact and was stopped before it could say so: its ledger told.
    Paid {
        /// Name of the artifact.
        artifact: String,
        /// The stage that needed it.
        stage: Stage,
        /// Its content key.
        key: String,
        /// What the project paid and had not counted, in US dollars.
        cost_usd: f64,
    },
    /// The run made an artifact, or had it made.
    Finished {
        /// Name of the artifact.
        artifact: String,
        /// The stage that made it.
        stage: Stage,
        /// Its content key.
        key: String,
        /// What the project paid for it in this run, in US dollars.
        cost_usd: f64,
        /// How long it took.
        elapsed_ms: u64,
    },
    /// The run used an artifact that was there: it was made earlier, or for another project, or another worker was
    /// faster.
    Reused {
        /// Name of the artifact.
        artifact: String,
        /// The stage that needed it.
        stage: Stage,
        /// Its content key.
        key: String,
    },
    /// An artifact could not be made.
    Failed {
        /// Name of the artifact.
        artifact: String,
        /// Its content key.
        key: String,
        /// The error's public code.
        code: String,
        /// The error in one line.
        message: String,
        /// What the project paid for it all the same, in US dollars.
        cost_usd: f64,
    },
    /// A run ended.
    RunFinished {
        /// `completed`, `failed` or `cancelled`.
        outcome: String,
    },
}

impl HistoryEvent {
    /// Their names, for telling a later version's event from a damaged one.
    pub(super) const NAMES: [&str; 8] =
        ["imported", "run_started", "ordered", "paid", "finished", "reused", "failed", "run_finished"];

    /// The artifact and key that the project has since then.
    pub(super) fn artifact(&self) -> Option<(&str, &str)> {
        match self {
            Self::Finished { artifact, key, .. } | Self::Reused { artifact, key, .. } => Some((artifact, key)),
            _ => None,
        }
    }

    /// What the project paid, in US dollars.
    pub(super) fn cost_usd(&self) -> f64 {
        match self {
            Self::Finished { cost_usd, .. } | Self::Failed { cost_usd, .. } | Self::Paid { cost_usd, .. } => *cost_usd,
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::{Event, Record, decode, encode};

    #[test]
    fn every_event_comes_back_as_it_was_written() {
        let text = || "x".to_owned();
        let (artifact, key, stage) = (text(), text(), Stage::Scenes);
        let order = HistoryEvent::Ordered { artifact: text(), stage, key: text(), provider: text() };
        let events = [
            HistoryEvent::Imported { source: text() },
            HistoryEvent::RunStarted { version: text() },
            order,
            HistoryEvent::Paid { artifact: text(), stage, key: text(), cost_usd: 0.5 },
            HistoryEvent::Finished { artifact: text(), stage, key: text(), cost_usd: 0.25, elapsed_ms: 7 },
            HistoryEvent::Reused { artifact: text(), stage, key: text() },
            HistoryEvent::Failed { artifact, key, code: text(), message: text(), cost_usd: 0.1 },
            HistoryEvent::RunFinished { outcome: text() },
        ];
        for (event, name) in events.into_iter().zip(HistoryEvent::NAMES) {
            let event = Event::Known(event);
            let record = Record { number: 1, run: text(), epoch: 1, project: None, at: text(), event };
            let bytes = encode(&record, &HistoryEvent::NAMES).unwrap();
            assert!(String::from_utf8_lossy(&bytes).contains(&format!(r#""event":"{name}""#)));
            assert_eq!(decode::<HistoryEvent>(&bytes, 1, &HistoryEvent::NAMES).unwrap(), record);
        }
    }
}
