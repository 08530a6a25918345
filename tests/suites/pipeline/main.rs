//! From document to finished video through the library, and what runs reuse, repeat and pay for.

mod captions;
mod encoders;
mod facade;
mod facts;
mod footage;
mod money;
mod newer;
mod own_media;
mod paid;
mod panics;
mod planners;
mod reuse;
mod runs;
mod saves;

use adgen::{AdProject, AssetPolicy, Error, Outcome, Result, Studio, StudioBuilder};
use adgen_tests::{document, storage::Project};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A storage of one test, and what lies beside it.
struct Bench {
    folder: TempDir,
    photo: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let photo = adgen_tests::pictures::ready_photo(folder.path());
        Self { folder, photo }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A studio over the storage `name` that downloads nothing.
    fn builder(&self, name: &str) -> StudioBuilder {
        let matting = adgen::Matting::new().with_download(false);
        Studio::builder()
            .with_storage_dir(self.path().join(name))
            .with_matting(matting)
            .with_asset_policy(AssetPolicy::own_documents())
    }

    fn studio(&self) -> Studio {
        self.builder("storage").build().expect("a studio")
    }

    fn project(&self, id: &str) -> Project {
        Project::new(&self.path().join("storage"), id)
    }

    /// Makes the ad of a document in the storage `storage`.
    async fn make(&self, document: &Value) -> Outcome {
        finished(made(&self.studio(), document::parse(document)).await)
    }
}

async fn made(studio: &Studio, project: AdProject) -> Result<Outcome> {
    studio.generate(project, "").await?.wait().await
}

async fn resumed(studio: &Studio, id: &str) -> Result<Outcome> {
    studio.run(id, adgen::RunOptions::new()).await?.wait().await
}

#[track_caller]
fn finished(result: Result<Outcome>) -> Outcome {
    result.unwrap_or_else(|error: Error| panic!("the run failed: {error}"))
}

/// Artifacts that the last run made anew.
fn made_artifacts(outcome: &Outcome) -> u32 {
    outcome.state.stages.values().map(|stage| stage.made).sum()
}

/// Artifacts that the run made anew, by name.
fn names_made(project: &Project, entries_before: usize) -> Vec<String> {
    let history = project.history();
    let made = history[entries_before..].iter().filter(|entry| entry["event"] == "finished");
    let mut names: Vec<String> = made.map(|entry| entry["artifact"].as_str().unwrap_or_default().to_owned()).collect();
    names.sort();
    names
}
