//! `adgen models`: what cuts products out, and how to get it.

use super::output;
use crate::{
    error::{Error, ErrorKind, Result},
    matte::{CommercialUse, MODELS, ModelStore},
};
use clap::{Args, Subcommand};
use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
};

#[derive(Debug, Args)]
pub(super) struct Models {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Licence, size, hash, and where each lies.
    List,
    /// Download a model, or install it from a file; a download that broke off goes on where it stopped.
    Fetch {
        /// The model's name.
        name: String,
        /// A file of this machine instead of the network.
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// Allow models whose licence forbids paid work.
        #[arg(long)]
        non_commercial: bool,
    },
}

impl Models {
    pub(super) async fn run(self) -> Result<()> {
        let store = ModelStore::from_env()?;
        match self.action {
            Action::List => list(&store),
            Action::Fetch { name, from, non_commercial } => {
                let store = store.with_non_commercial(non_commercial);
                let path = match from {
                    Some(file) => store.install_from_file(&name, &file)?,
                    None => fetch(&store, &name).await?,
                };
                output::line(format!("{name} is in {}", path.display()));
            }
        }
        Ok(())
    }
}

fn list(store: &ModelStore) {
    for model in MODELS {
        let installed = store.clone().with_non_commercial(true).locate(model.name);
        let place = match (&installed, store.path(model).is_file()) {
            (Ok(path), _) => path.display().to_string(),
            (Err(_), true) => format!("{} is damaged: fetch it again", store.path(model).display()),
            (Err(_), false) => format!("not installed: adgen models fetch {}", model.name),
        };
        let commercial = match model.commercial_use {
            CommercialUse::Yes => "may be used in paid work",
            CommercialUse::No => "NOT for paid work",
            CommercialUse::Unclear => "terms for paid work unclear",
        };
        output::line(format!("{}  {} MB  {} ({commercial})", model.name, model.megabytes, model.license));
        output::line(format!("    sha256 {}", model.sha256));
        output::line(format!("    {place}"));
    }
}

async fn fetch(store: &ModelStore, name: &str) -> Result<PathBuf> {
    let terminal = std::io::stderr().is_terminal();
    let shown = std::sync::atomic::AtomicU64::new(0);
    let progress = move |done: u64, all: Option<u64>| {
        let percent = all.map_or(0, |all| done * 100 / all.max(1));
        if terminal && shown.swap(percent, std::sync::atomic::Ordering::Relaxed) != percent {
            // Only decoration: where it cannot be shown, nothing is lost.
            drop(write!(std::io::stderr(), "\r{percent} % "));
        }
    };
    let fetched = tokio::select! {
        fetched = store.fetch(name, &progress) => fetched,
        _ = tokio::signal::ctrl_c() => Err(Error::new(ErrorKind::Cancelled, "cancelled: the part that is there stays for the next try")),
    };
    if terminal {
        output::note("");
    }
    fetched
}
