//! The façade: configure once, start runs, look things up.
//!
//! May depend on everything below it; nothing below knows it.

mod builder;
mod config;
#[cfg(test)]
mod encoder_tests;
mod extensions;
mod given;
mod home;
mod models;
mod preview;
mod stored;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod trace_tests;
mod watch;

pub use builder::StudioBuilder;
pub use config::StudioConfig;
pub use models::Models;
pub use preview::{PreviewImage, PreviewOptions};
pub use stored::StoredDocument;
pub use watch::WatchOptions;

use home::Home;

use crate::{
    asset::AssetPolicy,
    engine::{
        Assets, Estimate, Extensions, Imported, Previews, Providers, Run, RunOptions, RunSettings, Source, Turns,
        estimate_by, import_document,
    },
    error::Result,
    event::EventSink,
    matte::Matting,
    project::AdProject,
    stages::{Inspected, inspect},
    store::Storage,
};
use std::{fmt, path::Path, sync::Arc};
use tokio::runtime::Handle;

/// Makes ads: holds what all runs share. Cheap to clone.
#[derive(Clone)]
pub struct Studio {
    storage: Storage,
    providers: Providers,
    extensions: Extensions,
    turns: Arc<Turns>,
    sink: Option<EventSink>,
    previews: Arc<Previews>,
    config: Arc<StudioConfig>,
    home: Home,
}

impl fmt::Debug for Studio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Studio")
            .field("storage", &self.storage)
            .field("providers", &self.providers)
            .field("jobs", &self.turns.jobs())
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Studio {
    /// How it was set up. A storage that was handed in as an object store is not in it.
    pub fn config(&self) -> &StudioConfig {
        &self.config
    }

    /// The runtime that it was given.
    pub(crate) fn runtime(&self) -> Option<&Handle> {
        self.home.given()
    }

    /// Brings a document and its files into the storage, and makes nothing: [`Studio::run`] does. One that came before with the
    /// same files changes nothing, and [`Imported::unchanged`] says so.
    ///
    /// # Errors
    /// `InvalidProject` with every problem, `InvalidInput` for a file that is no good or was not handed in, `Locked` where a run
    /// works on the project, `InvalidConfig` outside of a Tokio runtime, `Io`.
    pub async fn import(&self, document: AdProject, assets: impl Into<Assets>) -> Result<Imported> {
        document.validate()?;
        let settings = self.settings(RunOptions::new())?;
        self.home.run(import_document(document, assets.into(), &settings)).await
    }

    /// Starts to make what is missing of the ad of a project in the storage: all of it, or what a crash, an edit or a fallback
    /// left. The run works in tasks of the Tokio runtime that this is awaited in, which needs timers and I/O enabled, or of the
    /// one that the studio was given ([`StudioBuilder::with_runtime`]).
    ///
    /// # Errors
    /// `NotFound`, `InvalidProject` where somebody edited a problem in, `Locked` where another run works on the project,
    /// `InvalidConfig` for options out of range and outside of a Tokio runtime, `Io`.
    pub async fn run(&self, project_id: &str, options: RunOptions) -> Result<Run> {
        let settings = self.settings(options)?;
        self.document(project_id).await?;
        self.home.run(Run::start(project_id.to_owned(), Source::Stored, settings)).await
    }

    /// [`Studio::import`] and [`Studio::run`] in one run. A document that came before, with the same files, goes on with the
    /// stored one and a person's edits in it; a note says so.
    ///
    /// # Errors
    /// Those of both.
    pub async fn generate(&self, document: AdProject, assets: impl Into<Assets>) -> Result<Run> {
        self.generate_with(document, assets, RunOptions::new()).await
    }

    /// [`Studio::generate`] with what this run is to do otherwise.
    ///
    /// # Errors
    /// Those of [`Studio::import`] and [`Studio::run`].
    pub async fn generate_with(
        &self,
        document: AdProject,
        assets: impl Into<Assets>,
        options: RunOptions,
    ) -> Result<Run> {
        document.validate()?;
        let settings = self.settings(options)?;
        let (id, source) = (document.id.clone(), Source::Document(Box::new(document), assets.into()));
        self.home.run(Run::start(id, source, settings)).await
    }

    fn settings(&self, options: RunOptions) -> Result<RunSettings> {
        options.check()?;
        let own = &self.providers;
        let providers = match options.offline {
            true => own.offline(),
            false => Providers {
                planner: options.planner.unwrap_or_else(|| Arc::clone(&own.planner)),
                video: options.video.unwrap_or_else(|| Arc::clone(&own.video)),
                audio: options.audio.unwrap_or_else(|| Arc::clone(&own.audio)),
                ..own.clone()
            },
        };
        let sinks: Vec<EventSink> = self.sink.iter().chain(&options.sink).cloned().collect();
        let config = &*self.config;
        let network = !config.offline && !options.offline;
        Ok(RunSettings {
            storage: self.storage.clone(),
            providers,
            matting: Matting { download: config.matting.download && network, ..config.matting.clone() },
            extensions: if options.offline { self.extensions.offline() } else { self.extensions.clone() },
            turns: Arc::clone(&self.turns),
            share: options.jobs,
            network,
            assets: self.assets(),
            private_urls: config.allow_private_urls,
            max_usd: config.max_usd.into_iter().chain(options.max_usd).reduce(f64::min),
            job_timeout: config.job_timeout(),
            sinks,
        })
    }

    /// Which files documents may bring in. Whoever lets them name private addresses lets them name others, too.
    fn assets(&self) -> AssetPolicy {
        let StudioConfig { assets, allow_private_urls, .. } = &*self.config;
        if *allow_private_urls { assets.clone().with_urls_by_default() } else { assets.clone() }
    }

    /// What the ad of a document will cost with this studio's providers, everything made anew. Calls nobody.
    ///
    /// # Errors
    /// `InvalidProject` with every problem; `Unexpected` where a provider panics.
    pub fn estimate(&self, project: &AdProject) -> Result<Estimate> {
        project.validate()?;
        estimate_by(project, &self.providers)
    }

    /// Opens and decodes every file that a document in `folder` names, and looks for its font, without storing anything.
    /// What is on the web is not fetched. Decoding takes a moment: call it off an async runtime.
    ///
    /// # Errors
    /// `InvalidProject` with every problem of the document itself.
    pub fn inspect(&self, project: &AdProject, folder: impl AsRef<Path>) -> Result<Vec<Inspected>> {
        project.validate()?;
        Ok(inspect(project, folder.as_ref(), &self.assets(), &self.extensions.fonts))
    }
}
