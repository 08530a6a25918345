//! What the graph works with: each part is for one thing, and knows nothing of the graph.

use super::{
    artifacts::Artifacts, document::Document, extensions::Extensions, fallback::Fallbacks, money::Money,
    own_files::OwnFiles, photos::Photos, policy::ProjectPolicy, progress::Progress, providers::Providers,
    purchase::Purchases, turns::RunTurns,
};
use crate::{matte::Matting, stages::Art};
use std::{sync::Arc, time::Duration};

/// The parts of a run.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Finds, makes and stores artifacts.
    pub(crate) artifacts: Arc<Artifacts>,
    /// Has them made by providers.
    pub(crate) purchases: Arc<Purchases>,
    /// Sets money aside.
    pub(crate) money: Arc<Money>,
    /// Gives turns on the processor, and carries the wish to stop.
    pub(crate) turns: Arc<RunTurns>,
    /// Keeps the state and tells events.
    pub(crate) progress: Arc<Progress>,
    /// Decides about fallbacks.
    pub(crate) fallbacks: Arc<Fallbacks>,
    /// The document's policy, once the document is there.
    pub(crate) policy: ProjectPolicy,
    /// The stored document.
    pub(crate) document: Document,
    /// The files that it brings in.
    pub(crate) own_files: OwnFiles,
    /// Photos that several stages look at.
    pub(crate) photos: Photos,
    /// Product and logo, prepared once for all scenes.
    pub(crate) art: Arc<Art>,
    /// Who plans, films and scores.
    pub(crate) providers: Providers,
    /// How the product is cut out.
    pub(crate) matting: Matting,
    /// What the host put in.
    pub(crate) extensions: Extensions,
    /// A call at a provider that takes longer is given up.
    pub(crate) job_timeout: Duration,
}
