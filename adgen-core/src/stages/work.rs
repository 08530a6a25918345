//! A piece of heavy work on this machine: what a stage hands in to be done, and what comes of it.
//!
//! May depend on `project` and `error`.

use crate::{
    error::{Error, Result},
    project::{FidelityReport, Lack, Metadata, Stage},
};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_util::sync::CancellationToken;

/// The memory that a piece needs which says nothing of itself, in megabytes.
pub(crate) const LIGHT_MB: u32 = 8;

/// What it takes to draw and encode a moving picture of this size: measured, some 60 bytes a pixel for the frames that the
/// encoder looks ahead to and the layers that are drawn, and 20 MB however small it is.
pub(crate) fn picture_mb(width: u32, height: u32) -> u32 {
    let bytes = u64::from(width).saturating_mul(height.into()).saturating_mul(60);
    u32::try_from(bytes / 1_000_000).unwrap_or(u32::MAX).saturating_add(20)
}

/// The work itself.
type Make = dyn FnOnce(&Work) -> Result<Made> + Send;

/// How an artifact is made on this machine.
pub(crate) struct Recipe {
    pub(crate) stage: Stage,
    /// Name of the artifact.
    pub(crate) artifact: String,
    /// Its content key.
    pub(crate) key: String,
    /// The memory that making it takes.
    pub(crate) megabytes: u32,
    pub(crate) make: Box<Make>,
}

impl Recipe {
    pub(crate) fn new(
        stage: Stage,
        artifact: impl Into<String>,
        key: impl Into<String>,
        make: impl FnOnce(&Work) -> Result<Made> + Send + 'static,
    ) -> Self {
        Self { stage, artifact: artifact.into(), key: key.into(), megabytes: LIGHT_MB, make: Box::new(make) }
    }

    /// The same where that needs so many megabytes of memory.
    pub(crate) fn weighing(self, megabytes: u32) -> Self {
        Self { megabytes, ..self }
    }
}

impl fmt::Debug for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipe").field("artifact", &self.artifact).field("key", &self.key).finish_non_exhaustive()
    }
}

/// An artifact that was just made, still on this machine.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Name in the project's folder, and where the file is now.
    pub(crate) files: Vec<(String, PathBuf)>,
    pub(crate) cost_usd: f64,
    pub(crate) notes: Vec<String>,
    pub(crate) lacks: Vec<Lack>,
    pub(crate) fidelity: Option<FidelityReport>,
    pub(crate) metadata: Metadata,
}

impl Made {
    pub(crate) fn file(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self { files: vec![(name.into(), path.into())], ..Self::default() }
    }
}

/// While a piece is at work: where it may write, whom it tells, when it has to stop.
pub(crate) struct Work {
    folder: PathBuf,
    cancel: CancellationToken,
    told: Arc<dyn Fn(f64) + Send + Sync>,
}

impl Work {
    /// Work in `folder`; `told` hears how far it is, 0-1.
    pub(crate) fn new(folder: PathBuf, cancel: CancellationToken, told: Arc<dyn Fn(f64) + Send + Sync>) -> Self {
        Self { folder, cancel, told }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Tells how far it is, and fails once somebody wants it to stop.
    pub(crate) fn step(&self, fraction: f64) -> Result<()> {
        if self.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        // The last percent is the storing.
        (self.told)(fraction.min(0.99));
        Ok(())
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("folder", &self.folder).finish_non_exhaustive()
    }
}
