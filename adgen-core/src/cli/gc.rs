//! `adgen gc`: removes what no project of a storage uses any more.

use super::{output, storage::Storage};
use crate::{
    error::{Error, ErrorKind, Result},
    store::GcRules,
};
use clap::Args;
use std::time::Duration;

#[derive(Debug, Args)]
pub(super) struct Gc {
    #[command(flatten)]
    storage: Storage,
    /// Remove what was found; without this it is only listed.
    #[arg(long)]
    delete: bool,
    /// Remove what was paid for, too: wanted again, it has to be paid for again.
    #[arg(long)]
    bought: bool,
    /// Leave alone what is younger than this many hours: a run may have made it and not yet said so.
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    older_than: u32,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Gc {
    pub(super) async fn run(self) -> Result<()> {
        if let Some(folder) = self.storage.missing()? {
            return Err(Error::new(ErrorKind::NotFound, "there is no such storage: name it with --storage")
                .with_context("path", folder.display()));
        }
        let studio = self.storage.studio().build()?;
        let grace = Duration::from_secs(u64::from(self.older_than) * 3600);
        let plan = studio.find_waste(GcRules::new().with_bought(self.bought).with_grace(grace)).await?;
        let freed = match self.delete {
            true => Some(studio.remove_waste(&plan).await?),
            false => None,
        };
        if self.json {
            output::json(&serde_json::json!({ "plan": plan, "freed_bytes": freed }));
            return Ok(());
        }
        for waste in &plan.waste {
            let what = waste.artifact.as_deref().unwrap_or("files without a record");
            let paid = if waste.bought { ", was paid for" } else { "" };
            let key = waste.key.get(..12).unwrap_or(&waste.key);
            output::line(format!("{key}  {:>9.1} MB  {what}{paid}", waste.bytes as f64 / 1e6));
        }
        output::line(format!(
            "{} in use, {} unused for now (younger than {} h), {} unused and paid for, {} to go: {:.1} MB",
            plan.used,
            plan.kept_young,
            self.older_than,
            plan.kept_bought,
            plan.waste.len(),
            plan.bytes() as f64 / 1e6
        ));
        match freed {
            Some(bytes) => output::line(format!("removed: {:.1} MB", bytes as f64 / 1e6)),
            None if plan.waste.is_empty() => {}
            None => output::line("nothing was removed: say --delete to do it"),
        }
        Ok(())
    }
}
