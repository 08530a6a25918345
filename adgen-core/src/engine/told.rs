//! The events of a project's last run as they lie in its folder, for those who watch from another process.
//!
//! Depends on `event`.

use crate::event::EventRecord;
use serde::{Deserialize, Serialize};

/// What a run has told so far, without what later events have overtaken.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) events: Vec<EventRecord>,
}

impl Told {
    pub(crate) fn to_json(&self) -> Vec<u8> {
        // Events are made of texts and finite numbers; one that is none would leave watchers without news, and nobody else.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// `None` for what is not readable: it is being replaced, or somebody wrote over it.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The run that they are of.
    pub(crate) fn run_id(&self) -> Option<&str> {
        self.events.first().map(|record| record.run_id.as_str())
    }
}
