//! A run whose calls wait.
//!
//! May depend on `engine`, `project`, `provider`, `error` and its neighbours `events` and `owner`.

use super::{events::Events, owner::Owner};
use crate::{
    engine::{self, Outcome},
    error::Result,
    project::{State, Status},
    provider::WebhookEvent,
};
use std::{sync::Arc, time::Duration};

/// A run under way, as [`crate::Run`], whose calls wait. It works on its own while nobody waits, as long as it, a clone of it,
/// its events or its studio is kept.
#[derive(Debug, Clone)]
pub struct Run {
    run: engine::Run,
    owner: Arc<Owner>,
}

impl Run {
    pub(super) fn new(run: engine::Run, owner: Arc<Owner>) -> Self {
        Self { run, owner }
    }

    /// Name of this run.
    pub fn id(&self) -> &str {
        self.run.id()
    }

    /// The project.
    pub fn project_id(&self) -> &str {
        self.run.project_id()
    }

    /// What is known about the project now.
    pub fn state(&self) -> State {
        self.run.state()
    }

    /// Where the project stands.
    pub fn status(&self) -> Status {
        self.run.status()
    }

    /// All events of the run from number `from_seq` on, those of the past first: 0 for all. Ends after
    /// [`Event::RunFinished`](crate::Event::RunFinished).
    ///
    /// # Errors
    /// `InvalidConfig` within an async runtime; `Io` where no runtime can be made.
    pub fn events(&self, from_seq: u64) -> Result<Events> {
        Owner::may_wait()?;
        Events::of(self.run.events(from_seq), &self.owner)
    }

    /// Stops the run, remote jobs included, and does not wait for that. What is finished stays.
    pub fn cancel(&self) {
        self.run.cancel();
    }

    /// Hands in a provider's webhook: [`crate::Run::notify`].
    pub fn notify(&self, event: &WebhookEvent) -> bool {
        self.run.notify(event)
    }

    /// Waits for the end. Every handle may wait, as often as it likes.
    ///
    /// # Errors
    /// As [`crate::Run::wait`]; `InvalidConfig` within an async runtime; `Io` where no runtime can be made.
    pub fn wait(&self) -> Result<Outcome> {
        self.owner.wait(self.run.wait())
    }

    /// The same for at most so long; `None` where the run goes on. For callers that have to look at something else now and
    /// then, such as a signal.
    ///
    /// # Errors
    /// As [`Run::wait`].
    pub fn wait_timeout(&self, time: Duration) -> Result<Option<Outcome>> {
        self.owner.wait(async {
            match tokio::time::timeout(time, self.run.wait()).await {
                Ok(outcome) => outcome.map(Some),
                Err(_) => Ok(None),
            }
        })
    }
}
