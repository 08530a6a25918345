//! `adgen estimate`: what an ad will cost, before anything is called.

use super::{generate::is_document, output, services::Services, storage::Storage, validate};
use crate::{
    engine::Estimate as Cost,
    error::Result,
    openai::OpenAi,
    project::{AdProject, CostRange},
    replicate::Replicate,
};
use clap::Args;
use secrecy::SecretString;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Estimate {
    /// A document, or the id of a project in the storage.
    #[arg(value_name = "PROJECT")]
    target: String,
    #[command(flatten)]
    storage: Storage,
    #[command(flatten)]
    services: Services,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Estimate {
    pub(super) async fn run(self) -> Result<()> {
        let builder = self.storage.studio();
        let builder = match self.services.offline {
            true => builder.offline(),
            // Prices are known without a key; only a model that nobody knows has to be looked up with one.
            false => {
                let none = || SecretString::from("no-key-is-needed-for-an-estimate");
                let openai = OpenAi::from_env()?.map_or_else(|| OpenAi::builder().with_key(none()).build(), Ok)?;
                let replicate =
                    Replicate::from_env()?.map_or_else(|| Replicate::builder().with_token(none()).build(), Ok)?;
                builder.with_models(self.services.models()).with_services(Some(openai), Some(replicate)).await?
            }
        };
        let estimate = builder.build()?.estimate(&self.project().await?)?;
        if self.json {
            output::json(&estimate);
        } else {
            print(&estimate);
        }
        Ok(())
    }

    async fn project(&self) -> Result<AdProject> {
        if is_document(&self.target) {
            let path = PathBuf::from(&self.target);
            return AdProject::from_json(&validate::read(&path)?).map_err(|e| e.with_context("path", path.display()));
        }
        self.storage.must_hold(&self.target)?;
        self.storage.studio().build()?.document(&self.target).await.map(|stored| stored.document)
    }
}

fn print(estimate: &Cost) {
    let row = |stage: &str, who: &str, artifacts: &str, cost: &CostRange| {
        let high = if cost.is_known() { format!("{:.3}", cost.high_usd) } else { "unknown".to_owned() };
        output::line(format!("{stage:<8} {who:<44} {artifacts:>9} {:>9.3} {high:>9}", cost.low_usd));
    };
    output::line(format!(
        "{:<8} {:<44} {:>9} {:>9} {:>9}",
        "stage", "provider and model", "artifacts", "low $", "high $"
    ));
    for stage in &estimate.stages {
        let who = format!("{} {}", stage.provider.name, stage.provider.model);
        row(stage.stage.as_str(), &who, &stage.artifacts.to_string(), &stage.cost);
    }
    row("total", "", "", &estimate.total);
    if !estimate.total.is_known() {
        output::note("the price of a model is not known: look at its page before you order");
    }
}
