//! The contract of whatever makes music.

use super::{Generation, JobId, ProviderInfo};
use crate::error::Result;
use async_trait::async_trait;
use std::{fmt::Debug, path::PathBuf};

/// One piece of music to be made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AudioRequest {
    /// What it should sound like.
    pub prompt: String,
    /// Length in seconds; a longer piece is cut, a shorter one looped.
    pub duration_s: f64,
    /// The same request and seed should give the same piece.
    pub seed: u32,
    /// A folder of the pipeline's own, for files made on this machine.
    pub scratch: PathBuf,
}

impl AudioRequest {
    /// A request for music of `duration_s` seconds; files made on this machine go to `scratch`.
    pub fn music(prompt: impl Into<String>, duration_s: f64, scratch: impl Into<PathBuf>) -> Self {
        Self { prompt: prompt.into(), duration_s, seed: 0, scratch: scratch.into() }
    }
}

/// Makes music.
///
/// The three calls mean what they mean in [`VideoProvider`](super::VideoProvider).
#[async_trait]
pub trait AudioProvider: Debug + Send + Sync + 'static {
    /// Name, model and price list.
    fn info(&self) -> &ProviderInfo;

    /// Whether it works on this machine's processor and so has to take its turn with the pipeline's own work.
    fn is_local(&self) -> bool;

    /// Starts a job.
    ///
    /// # Errors
    /// `Unsupported` for a request that it cannot meet, before anything is spent.
    async fn start(&self, request: &AudioRequest) -> Result<Generation>;

    /// Asks for a job; an unknown remote state counts as pending.
    ///
    /// # Errors
    /// `NotFound` for a job that the provider does not know, `GenerationFailed` where it failed.
    async fn check(&self, job: &JobId) -> Result<Generation>;

    /// Stops a job. Stopping a finished job does nothing.
    ///
    /// # Errors
    /// `NotFound` for a job that the provider does not know.
    async fn cancel(&self, job: &JobId) -> Result<()>;
}
