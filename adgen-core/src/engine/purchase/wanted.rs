//! What is to be made by a provider, and why nothing may come of it.
//!
//! May depend on `provider`, `project` and `error`.

use crate::{
    error::{Error, Result},
    project::Stage,
    provider::Failure,
};
use std::{path::Path, time::Duration};

/// Consecutive failures of one call that are borne before the job counts as failed.
pub(super) const ATTEMPTS: u32 = 4;
/// How often a job is ordered where the provider says that the next one may succeed.
pub(super) const ORDERS: u32 = 2;
/// No job is asked for more often than this, whatever the provider says.
pub(super) const LEAST_WAIT: Duration = Duration::from_millis(20);
/// A job that was paid for is asked for again for this long while its provider does not answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// So long a provider may take to stop a job.
pub(super) const STOPPING: Duration = Duration::from_secs(60);

/// What is to be made, and as what it is stored.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) stage: Stage,
    pub(crate) artifact: &'a str,
    pub(crate) key: &'a str,
    pub(crate) file: String,
    /// Checks a made file; gives an error that names what is wrong with it.
    pub(crate) accept: fn(&Path) -> Result<()>,
}

/// Why a job gave nothing.
pub(super) enum Trouble {
    /// The provider says so: it is over, and cost what it cost.
    Over(Failure),
    /// Its end is not known, or nothing was ever begun.
    Error(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}
