//! What a provider is tried with.

use crate::{
    error::{Error, ErrorKind},
    provider::{AudioRequest, PlanRequest, VideoRequest},
};
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

/// A video provider is tried with this.
pub type VideoCase = Case<VideoRequest>;
/// An audio provider is tried with this.
pub type AudioCase = Case<AudioRequest>;
/// A planner is tried with this.
pub type PlannerCase = Case<PlanRequest>;

/// A request that the provider can meet, and what else the suite has to know.
#[derive(Clone)]
pub struct Case<R> {
    pub(super) request: R,
    pub(super) folder: PathBuf,
    pub(super) limit: Duration,
    pub(super) secrets: Vec<String>,
    pub(super) done_at_once: bool,
    pub(super) refuses_images: bool,
    pub(super) lose_answer: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl<R> Case<R> {
    /// A request that the provider can meet. A small one: it is made up to three times. Its prompt is made unique, so
    /// that no job of an earlier test is taken for one of this.
    pub fn new(request: R) -> Self {
        Self {
            request,
            folder: std::env::temp_dir(),
            limit: Duration::from_secs(60),
            secrets: Vec::new(),
            done_at_once: false,
            refuses_images: false,
            lose_answer: None,
        }
    }

    /// For jobs. Where the files of this test go, in a folder of their own below; the system's temporary folder where not
    /// set.
    #[must_use]
    pub fn with_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// How long a job may take; a minute where not set.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// A key or another text that must not be seen in any error, answer or `Debug`.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// For jobs. The provider works elsewhere, and its `start` still returns the finished work: a job of its own kind
    /// that has no name, or one that it was told to wait for. Without this `start` has to return the job's name.
    #[must_use]
    pub fn done_at_once(mut self) -> Self {
        self.done_at_once = true;
        self
    }

    /// For jobs. `lose` is called right before a `start` whose answer gets lost on the way: the test's own server has
    /// to see to it. Then the provider must say that it does not know, and find the job.
    #[must_use]
    pub fn with_lost_answer(mut self, lose: impl Fn() + Send + Sync + 'static) -> Self {
        self.lose_answer = Some(Arc::new(lose));
        self
    }
}

impl VideoCase {
    /// The provider takes no pictures: a request with one must be refused.
    #[must_use]
    pub fn refuses_images(mut self) -> Self {
        self.refuses_images = true;
        self
    }
}

impl<R: fmt::Debug> fmt::Debug for Case<R> {
    /// Without the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("request", &self.request).field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// What a provider that outlasts the case's limit is charged with.
pub(super) fn too_slow(limit: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("it took longer than {} s, the limit of the case", limit.as_secs_f64()))
}
