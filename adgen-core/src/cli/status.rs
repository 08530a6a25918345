//! `adgen status`: where a project stands.

use super::{generate::is_document, output, storage::Storage, validate};
use crate::{
    error::Result,
    project::{AdProject, Stage, StageStatus},
};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct StatusOf {
    /// The id of a project in the storage, or its document.
    #[arg(value_name = "PROJECT")]
    target: String,
    #[command(flatten)]
    storage: Storage,
    /// The whole state as JSON.
    #[arg(long)]
    json: bool,
}

impl StatusOf {
    pub(super) async fn run(self) -> Result<()> {
        let id = match is_document(&self.target) {
            true => AdProject::from_json(&validate::read(&PathBuf::from(&self.target))?)?.id,
            false => self.target,
        };
        // A question leaves nothing behind.
        self.storage.must_hold(&id)?;
        let state = self.storage.studio().build()?.state(&id).await?;
        if self.json {
            output::json(&state);
            return Ok(());
        }
        output::line(format!("{id}  {}  {:.0} %  ${:.2}", state.status, state.progress, state.cost_usd));
        for &stage in Stage::ALL {
            let state = state.stages.get(&stage).cloned().unwrap_or_default();
            let word = match state.status {
                StageStatus::Waiting => "waiting",
                StageStatus::Running => "running",
                StageStatus::Finished => "finished",
                StageStatus::Failed => "failed",
                StageStatus::Stopped => "stopped",
            };
            let time = match (state.started_s, state.finished_s) {
                // Not its work: it waited for other stages in between.
                (Some(from), Some(to)) => format!("  from {from:.1} to {to:.1} s"),
                _ => String::new(),
            };
            let artifacts = format!("  {} made, {} reused", state.made, state.reused);
            output::line(format!("  {:<10} {word}{time}{artifacts}", stage.as_str()));
        }
        for degradation in &state.degradations {
            let more = match degradation.also.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            output::line(format!(
                "  degraded: {}{more} -> {}: {}",
                degradation.artifact, degradation.fallback, degradation.cause
            ));
        }
        if let Some(error) = &state.error {
            output::line(format!("  error: {error}"));
        }
        if let Some(video) = state.assets.get("final_video") {
            output::line(format!("  video: {} ({:.1} MB)", video.file, video.bytes as f64 / 1e6));
        }
        Ok(())
    }
}
