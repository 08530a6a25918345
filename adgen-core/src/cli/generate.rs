//! `adgen generate`: makes the ad and shows how far it is.

use super::{
    assets::Assets, numbers, output, progress, services::Services, signals::stop_signal, storage::Storage, validate,
};
use crate::{
    engine::{Run, RunOptions},
    error::{Error, ErrorKind, Result},
    project::AdProject,
    studio::{StoredDocument, Studio},
};
use clap::Args;
use futures_util::StreamExt;
use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

#[derive(Debug, Args)]
pub(super) struct Generate {
    /// A document, or the id of a project in the storage.
    #[arg(value_name = "PROJECT")]
    target: String,
    #[command(flatten)]
    storage: Storage,
    #[command(flatten)]
    services: Services,
    /// The most that the whole ad may cost; its document's policy.max_usd may be lower.
    #[arg(long, value_name = "USD", allow_hyphen_values = true, value_parser = numbers::usd)]
    max_cost: Option<f64>,
    #[command(flatten)]
    assets: Assets,
    /// Fetch files that the document names by URL from private addresses, too.
    #[arg(long)]
    allow_private_urls: bool,
    /// How many pieces of heavy work go on at a time; all processors where missing.
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::jobs)]
    jobs: Option<usize>,
    /// One JSON event a line on standard output.
    #[arg(long)]
    json: bool,
    /// Another ad from the same document.
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::seed)]
    seed: Option<u32>,
}

/// Whether standard error is a terminal that can draw over what it shows.
fn draws() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// A document where it is a file or is named like one, else the id of a project.
pub(super) fn is_document(target: &str) -> bool {
    // No id has a full stop: "ad.jsn" is a document whose name has a slip in it.
    target.contains(['/', '\\', '.']) || Path::new(target).is_file()
}

impl Generate {
    pub(super) async fn run(self) -> Result<()> {
        if !is_document(&self.target) {
            self.storage.must_hold(&self.target)?;
        }
        let mut builder = self.storage.studio().with_asset_policy(self.assets.policy());
        if let Some(jobs) = self.jobs {
            builder = builder.with_jobs(jobs);
        }
        if let Some(usd) = self.max_cost {
            builder = builder.with_max_usd(usd);
        }
        if self.allow_private_urls {
            builder = builder.allow_private_urls();
        }
        let studio = self.services.apply(builder).await?.build()?;
        let run = self.start(&studio).await?;
        let cancelled = run.clone();
        let mut progress = (!self.json).then(|| progress::Progress::new(draws()));
        let voice = progress.as_ref().map(progress::Progress::voice).unwrap_or_default();
        let signals = tokio::spawn(async move {
            stop_signal().await;
            voice.say("cancelling: finished work is kept, press Ctrl-C again to stop at once");
            cancelled.cancel();
            stop_signal().await;
            std::process::exit(130);
        });
        let mut events = run.events(0);
        let show = tokio::spawn(async move {
            while let Some(event) = events.next().await {
                match &mut progress {
                    Some(progress) => progress.show(&event),
                    None => output::json_line(&event),
                }
            }
        });
        let result = run.wait().await;
        // It ends with the run's last event; a panic in it would only be about printing.
        drop(show.await);
        signals.abort();
        let outcome = result?;
        if !self.json {
            let videos = outcome.videos.iter().map(|video| ("video ", video));
            for (what, file) in videos.chain([("report", &outcome.report)]) {
                let place = file.path.as_ref().map_or(file.name.clone(), |path| path.display().to_string());
                output::line(format!("{what}  {place}"));
            }
        }
        Ok(())
    }

    async fn start(&self, studio: &Studio) -> Result<Run> {
        if is_document(&self.target) {
            let path = PathBuf::from(&self.target);
            let in_file = |error: Error| error.with_context("path", path.display());
            let mut project = AdProject::from_json(&validate::read(&path)?).map_err(in_file)?;
            project.seed = self.seed.unwrap_or(project.seed);
            return studio.generate(project, validate::folder_of(&path)).await;
        }
        match self.seed {
            None => studio.run(&self.target, RunOptions::new()).await,
            Some(seed) => {
                save_seed(studio, studio.document(&self.target).await?, seed).await?;
                studio.run(&self.target, RunOptions::new()).await
            }
        }
    }
}

/// Saves a document that was read with another seed, unless somebody has saved another one since.
async fn save_seed(studio: &Studio, read: StoredDocument, seed: u32) -> Result<()> {
    let document = AdProject { seed, ..read.document };
    let saved = studio.save(&document, Some(&read.version)).await;
    saved.map(drop).map_err(|error| match error.kind() {
        ErrorKind::Conflict => {
            error.with_hint("run the command again: it takes up what was saved, and changes the seed alone")
        }
        _ => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_seed_takes_nobodys_edit_away() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("photo.png");
        image::RgbImage::from_pixel(64, 64, image::Rgb([200, 60, 20])).save(&photo).unwrap();
        let studio = Studio::builder().with_storage_dir(folder.path().join("storage")).offline().build().unwrap();
        studio.import(AdProject::new("p", "Rosso", "photo.png"), folder.path()).await.unwrap();
        let read = studio.document("p").await.unwrap();
        // Somebody saves while the command is at work.
        let edited = AdProject { title: Some("By hand".to_owned()), ..read.document.clone() };
        studio.save(&edited, None).await.unwrap();
        let error = save_seed(&studio, read, 9).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.hint().is_some_and(|hint| hint.contains("run the command again")), "{error}");
        assert_eq!(studio.document("p").await.unwrap().document, edited);
        // The next one takes it up.
        save_seed(&studio, studio.document("p").await.unwrap(), 9).await.unwrap();
        assert_eq!(studio.document("p").await.unwrap().document, AdProject { seed: 9, ..edited });
    }
}
