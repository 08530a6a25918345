//! What all purchases of a run share.
//!
//! May depend on `http`, its neighbours `jobs`, `wakeup` and on the engine's `artifacts`, `money`, `turns`, `progress`.

use super::{jobs::OpenJobs, wakeup::Wakeups};
use crate::{
    engine::{artifacts::Artifacts, money::Money, progress::Progress, turns::RunTurns},
    error::Result,
    http::Http,
};
use std::{sync::Arc, time::Duration};

/// Has artifacts made by providers.
#[derive(Debug)]
pub(crate) struct Purchases {
    pub(super) artifacts: Arc<Artifacts>,
    pub(super) money: Arc<Money>,
    pub(super) turns: Arc<RunTurns>,
    pub(super) progress: Arc<Progress>,
    /// Woken when a provider says that a job moved on.
    pub(super) wakeups: Arc<Wakeups>,
    pub(super) jobs: OpenJobs,
    /// A job that takes longer is given up.
    pub(super) job_timeout: Duration,
    /// How files are fetched that providers name.
    pub(super) http: Http,
}

impl Purchases {
    pub(crate) fn new(
        artifacts: Arc<Artifacts>,
        money: Arc<Money>,
        turns: Arc<RunTurns>,
        progress: Arc<Progress>,
        wakeups: Arc<Wakeups>,
        job_timeout: Duration,
        http: Http,
    ) -> Self {
        Self { artifacts, money, turns, progress, wakeups, jobs: OpenJobs::default(), job_timeout, http }
    }

    /// What wakes those who wait for a job.
    pub(crate) fn wakeups(&self) -> &Arc<Wakeups> {
        &self.wakeups
    }

    /// Stops what an ended run left under way.
    pub(crate) async fn stop_jobs(&self, cancelled: bool) -> Result<()> {
        self.jobs.stop(cancelled, &self.artifacts, &self.progress).await
    }
}
