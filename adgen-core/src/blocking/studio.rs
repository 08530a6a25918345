//! A studio whose calls wait.
//!
//! May depend on `studio`, `engine`, `stages` (what an inspection gives), `store` (what is told of storages), `event`,
//! `project`, `error` and its neighbours.

use super::{events::Events, owner::Owner, run::Run};
use crate::{
    engine::{Assets, Estimate, Imported, OutputFile, RunOptions},
    error::Result,
    event::EventRecord,
    project::{AdProject, State},
    stages::{At, Inspected},
    store::{GcPlan, GcRules, StorageUse},
    studio::{self, PreviewImage, PreviewOptions, StoredDocument, StudioBuilder, StudioConfig, WatchOptions},
};
use std::{path::Path, sync::Arc, time::Duration};
use url::Url;

impl studio::Studio {
    /// The same studio for callers without an async runtime: every call waits for its end.
    pub fn blocking(self) -> Studio {
        let owner = Owner::new(self.runtime());
        Studio { studio: self, owner: Arc::new(owner) }
    }
}

/// Makes ads, as [`crate::Studio`], with calls that wait. Cheap to clone; clones share one runtime.
///
/// # Errors
/// All calls that wait give, besides their own errors, `InvalidConfig` within an async runtime, and `Io` where the system has
/// no threads left for a runtime.
#[derive(Debug, Clone)]
pub struct Studio {
    studio: studio::Studio,
    owner: Arc<Owner>,
}

impl Studio {
    /// The studio that `config` describes, with the offline providers: [`crate::Studio::from_config`].
    ///
    /// # Errors
    /// As [`StudioBuilder::build`].
    pub fn from_config(config: StudioConfig) -> Result<Self> {
        studio::Studio::from_config(config).map(studio::Studio::blocking)
    }

    /// The studio that `builder` describes, with the services whose keys are in the environment:
    /// [`StudioBuilder::with_services_from_env`].
    ///
    /// # Errors
    /// As that, and as [`StudioBuilder::build`].
    pub fn with_services_from_env(builder: StudioBuilder) -> Result<Self> {
        let owner = Arc::new(Owner::new(builder.runtime()));
        let studio = owner.wait(builder.with_services_from_env())?.build()?;
        Ok(Self { studio, owner })
    }

    /// How it was set up.
    pub fn config(&self) -> &StudioConfig {
        self.studio.config()
    }

    /// Brings a document and its files into the storage, and makes nothing: [`crate::Studio::import`].
    ///
    /// # Errors
    /// As that.
    pub fn import(&self, document: AdProject, assets: impl Into<Assets>) -> Result<Imported> {
        self.owner.wait(self.studio.import(document, assets))
    }

    /// Starts to make what is missing of the ad of a project in the storage: [`crate::Studio::run`].
    ///
    /// # Errors
    /// As that.
    pub fn run(&self, project_id: &str, options: RunOptions) -> Result<Run> {
        let run = self.owner.wait(self.studio.run(project_id, options))?;
        Ok(Run::new(run, Arc::clone(&self.owner)))
    }

    /// [`Studio::import`] and [`Studio::run`] in one run: [`crate::Studio::generate`].
    ///
    /// # Errors
    /// As that.
    pub fn generate(&self, document: AdProject, assets: impl Into<Assets>) -> Result<Run> {
        let run = self.owner.wait(self.studio.generate(document, assets))?;
        Ok(Run::new(run, Arc::clone(&self.owner)))
    }

    /// The same with what this run is to do otherwise: [`crate::Studio::generate_with`].
    ///
    /// # Errors
    /// As that.
    pub fn generate_with(&self, document: AdProject, assets: impl Into<Assets>, options: RunOptions) -> Result<Run> {
        let run = self.owner.wait(self.studio.generate_with(document, assets, options))?;
        Ok(Run::new(run, Arc::clone(&self.owner)))
    }

    /// What the ad of a document will cost, everything made anew. Calls nobody and does not wait.
    ///
    /// # Errors
    /// As [`crate::Studio::estimate`].
    pub fn estimate(&self, project: &AdProject) -> Result<Estimate> {
        self.studio.estimate(project)
    }

    /// Looks at every file that a document in `folder` names, without storing anything. Does not need a runtime.
    ///
    /// # Errors
    /// As [`crate::Studio::inspect`].
    pub fn inspect(&self, project: &AdProject, folder: impl AsRef<Path>) -> Result<Vec<Inspected>> {
        self.studio.inspect(project, folder)
    }

    /// One composited frame of the project's stored document, without a run: [`crate::Studio::preview`].
    ///
    /// # Errors
    /// As that.
    pub fn preview(&self, project_id: &str, at: At, options: PreviewOptions) -> Result<PreviewImage> {
        self.owner.wait(self.studio.preview(project_id, at, options))
    }

    /// The ids of all projects in the storage, sorted.
    ///
    /// # Errors
    /// As [`crate::Studio::list`].
    pub fn list(&self) -> Result<Vec<String>> {
        self.owner.wait(self.studio.list())
    }

    /// What is known about a project.
    ///
    /// # Errors
    /// As [`crate::Studio::state`].
    pub fn state(&self, project_id: &str) -> Result<State> {
        self.owner.wait(self.studio.state(project_id))
    }

    /// The document as it lies in the storage, with its version.
    ///
    /// # Errors
    /// As [`crate::Studio::document`].
    pub fn document(&self, project_id: &str) -> Result<StoredDocument> {
        self.owner.wait(self.studio.document(project_id))
    }

    /// Saves an edited document of a project; returns its version: [`crate::Studio::save`].
    ///
    /// # Errors
    /// As that.
    pub fn save(&self, document: &AdProject, if_match: Option<&str>) -> Result<String> {
        self.owner.wait(self.studio.save(document, if_match))
    }

    /// Copies a project under another id: [`crate::Studio::copy`].
    ///
    /// # Errors
    /// As that.
    pub fn copy(&self, from: &str, to: &str) -> Result<()> {
        self.owner.wait(self.studio.copy(from, to))
    }

    /// Deletes a project: [`crate::Studio::delete`].
    ///
    /// # Errors
    /// As that.
    pub fn delete(&self, project_id: &str) -> Result<()> {
        self.owner.wait(self.studio.delete(project_id))
    }

    /// Writes `report.html` of a finished project again: [`crate::Studio::report`].
    ///
    /// # Errors
    /// As that.
    pub fn report(&self, project_id: &str) -> Result<OutputFile> {
        self.owner.wait(self.studio.report(project_id))
    }

    /// An address of a file of the project: [`crate::Studio::url`].
    ///
    /// # Errors
    /// As that.
    pub fn url(&self, project_id: &str, file: &str, expires: Duration) -> Result<Url> {
        self.owner.wait(self.studio.url(project_id, file, expires))
    }

    /// Looks for artifacts that no project uses any more, and removes nothing.
    ///
    /// # Errors
    /// As [`crate::Studio::find_waste`].
    pub fn find_waste(&self, rules: GcRules) -> Result<GcPlan> {
        self.owner.wait(self.studio.find_waste(rules))
    }

    /// Removes what was found; returns the bytes that were freed.
    ///
    /// # Errors
    /// As [`crate::Studio::remove_waste`].
    pub fn remove_waste(&self, plan: &GcPlan) -> Result<u64> {
        self.owner.wait(self.studio.remove_waste(plan))
    }

    /// The events of a run of the project wherever it is at work: [`crate::Studio::watch`].
    ///
    /// # Errors
    /// As that.
    pub fn watch(&self, project_id: &str, options: WatchOptions) -> Result<Events<Result<EventRecord>>> {
        let events = self.owner.wait(self.studio.watch(project_id, options))?;
        Events::of(events, &self.owner)
    }

    /// How much the storage was asked for since the studio was built.
    pub fn storage_use(&self) -> StorageUse {
        self.studio.storage_use()
    }
}
