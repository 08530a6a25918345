//! Jobs at providers that nobody has seen the end of, and what becomes of them when a run ends.
//!
//! May depend on `project`, `provider`, `error` and its neighbours `held`, `order`, `artifacts`, `progress`, `trace`.

use super::{order::Order, wanted::STOPPING};
use crate::{
    engine::{artifacts::Artifacts, held::HeldLedger, progress::Progress, trace},
    error::{Error, Result},
    project::Stage,
    provider::{CallContext, Cancelled, JobId},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedRwLockReadGuard, RwLock};
use tracing::Instrument;

/// How long the answer to a call that was sent is waited for when a run ends.
const ANSWER: Duration = Duration::from_secs(120);

/// A job at a provider that is under way.
#[derive(Debug, Clone)]
pub(crate) struct OpenJob {
    pub(crate) order: Arc<dyn Order>,
    pub(crate) stage: Stage,
    pub(crate) artifact: String,
    /// `None` for what costs nothing.
    pub(crate) ledger: Option<Arc<HeldLedger>>,
}

/// The jobs of a run that are under way.
#[derive(Debug, Default)]
pub(crate) struct OpenJobs {
    open: Mutex<Vec<(JobId, OpenJob)>>,
    /// Read while a job is being started; whoever may write it knows that none is.
    starting: Arc<RwLock<()>>,
}

impl OpenJobs {
    /// Held while a job is being started.
    pub(crate) async fn starting(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.starting).read_owned().await
    }

    /// Remembers a job until [`OpenJobs::forget`]; what is left when the run ends was interrupted.
    pub(crate) fn remember(&self, job: JobId, open: OpenJob) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push((job, open));
    }

    pub(crate) fn forget(&self, job: &JobId) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|(open, _)| open != job);
    }

    /// Stops the jobs that an ended run left: all of them where somebody cancelled it; where it failed, only those of this
    /// machine, for what was bought elsewhere is taken up again by the next run.
    pub(crate) async fn stop(&self, cancelled: bool, artifacts: &Artifacts, progress: &Progress) -> Result<()> {
        // A call that was sent is waited for, so that its job is known; not for ever, should a provider never answer.
        drop(tokio::time::timeout(ANSWER, self.starting.write()).await);
        let open = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        let stopping = open.into_iter().filter(|(_, open)| cancelled || open.order.is_local()).map(
            |(job, OpenJob { order, stage, artifact, ledger })| async move {
                let span = trace::provider(order.info(), "cancel", 1);
                let stopped = order.cancel(&CallContext::new().with_timeout(STOPPING), &job).instrument(span).await;
                let Some(ledger) = ledger else { return Ok(()) };
                match stopped {
                    // It is over: the next run has nothing to take up again.
                    Ok(Cancelled::Stopped { cost_usd }) => {
                        artifacts.close(&ledger, &Error::cancelled(), cost_usd).await
                    }
                    Ok(Cancelled::AlreadyOver) => {
                        let said = format!(
                            "{artifact}: the job {job} had ended before it could be stopped; a later run fetches it"
                        );
                        progress.note(stage, said);
                        Ok(())
                    }
                    Err(error) => {
                        let said = format!(
                            "the job {job} of {artifact} could not be stopped and may still cost something: {error}"
                        );
                        progress.note(stage, said);
                        Ok(())
                    }
                }
            },
        );
        futures_util::future::try_join_all(stopping).await.map(drop)
    }
}
