//! What becomes of an artifact that cannot be made as asked for: a humbler one takes its place, or the policy denies that.
//!
//! May depend on `project`, `error` and its neighbours `hints`, `policy`, `progress`, `trace`.

use super::{hints::hinted, policy::ProjectPolicy, progress::Progress, trace};
use crate::{
    error::{Error, ErrorBody, ErrorKind, Result},
    project::{Degradation, Fallback, Lack, Stage},
};
use std::{path::PathBuf, sync::Arc};
use tokio_util::sync::CancellationToken;

/// Decides about fallbacks, and tells them.
#[derive(Debug)]
pub(crate) struct Fallbacks {
    policy: ProjectPolicy,
    progress: Arc<Progress>,
    cancel: CancellationToken,
    /// Where it is gone, the storage is.
    scratch: PathBuf,
}

impl Fallbacks {
    pub(crate) fn new(
        policy: ProjectPolicy,
        progress: Arc<Progress>,
        cancel: CancellationToken,
        scratch: PathBuf,
    ) -> Self {
        Self { policy, progress, cancel, scratch }
    }

    /// A step failed for good: says so and goes on with `fallback`, or fails where the policy denies it.
    pub(crate) fn degrade(&self, stage: Stage, artifact: &str, fallback: &str, cause: Error) -> Result<()> {
        // What fails for the run as a whole is no reason for a humbler ad.
        if matches!(cause.kind(), ErrorKind::Cancelled | ErrorKind::FallbackDenied | ErrorKind::Io | ErrorKind::Locked)
        {
            return Err(cause);
        }
        if self.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        // Without its folder every stage fails, and no fallback could be stored either.
        let cause = hinted(self.check_storage(cause));
        if cause.kind() == ErrorKind::Io {
            return Err(cause);
        }
        if self.are_denied() {
            return Err(self.denied(stage, artifact, fallback, cause));
        }
        trace::fallback(stage, artifact, fallback, &cause);
        self.progress.degraded(Degradation {
            stage,
            artifact: artifact.to_owned(),
            fallback: fallback.to_owned(),
            cause: cause.body(),
            also: Vec::new(),
        });
        Ok(())
    }

    /// An artifact lacks something of what was asked for: says so, or fails where the policy denies it.
    pub(crate) fn lacks(&self, stage: Stage, artifact: &str, lacks: &[Lack]) -> Result<()> {
        for Lack { fallback, cause } in lacks {
            if self.are_denied() {
                let cause = Error::new(ErrorKind::InvalidInput, cause.clone());
                return Err(self.denied(stage, artifact, fallback, cause));
            }
            let (artifact, fallback) = (artifact.to_owned(), fallback.clone());
            let cause = ErrorBody::new(ErrorKind::InvalidInput.as_str(), cause.clone());
            self.progress.lacks(Degradation { stage, artifact, fallback, cause, also: Vec::new() });
        }
        Ok(())
    }

    /// Whether the document's policy denies them.
    pub(crate) fn are_denied(&self) -> bool {
        self.policy.get().is_some_and(|policy| policy.fallback == Fallback::Deny)
    }

    fn denied(&self, stage: Stage, artifact: &str, fallback: &str, cause: Error) -> Error {
        let message =
            format!("{artifact} could not be made as asked for, and policy.fallback = deny forbids the {fallback}");
        Error::new(ErrorKind::FallbackDenied, message)
            .with_operation(stage.as_str())
            .with_context("run_spent_usd", format!("{:.2}", self.progress.run_cost_usd()))
            .with_hint("remove the cause and run again: nothing that is finished is done twice")
            .with_source(cause)
    }

    /// What fails because the storage went away is said as that, whoever noticed first.
    pub(crate) fn check_storage(&self, cause: Error) -> Error {
        if self.scratch.is_dir() {
            return cause;
        }
        Error::new(ErrorKind::Io, "the storage folder vanished while the run was at work: bring it back and run again")
            .with_context("path", self.scratch.display())
            .with_source(cause)
    }
}
