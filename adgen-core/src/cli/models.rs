//! `adgen models`: what cuts products out, and how to get it.

use super::output;
use crate::{
    error::{Error, ErrorKind, Result},
    machine::{Fetched, RUNTIME, fetch_models},
    matte::{CommercialUse, MODELS, ModelStore, RUNTIME_VERSION, RuntimeStore},
};
use clap::{Args, Subcommand};
use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
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
    /// Download what is missing of ONNX Runtime (through this machine's pip) and the usual model, or one of them; a model's
    /// download that broke off goes on where it stopped.
    Fetch {
        /// A model's name, or onnxruntime; without one, ONNX Runtime and the model u2netp.
        name: Option<String>,
        /// A file of this machine instead of the network: a model, the ONNX Runtime library, or a package (.whl, .tgz) that holds
        /// that.
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
            Action::List => {
                // Reads all of what is there.
                waiting(move || {
                    list(&store);
                    list_runtime();
                    Ok(())
                })
                .await?;
            }
            Action::Fetch { name, from, non_commercial } => {
                fetch(name.as_deref(), from.as_deref(), non_commercial).await?
            }
        }
        Ok(())
    }
}

async fn fetch(name: Option<&str>, from: Option<&Path>, non_commercial: bool) -> Result<()> {
    let brings_runtime = from.is_none() && name.is_none_or(|name| name == RUNTIME);
    if brings_runtime && RuntimeStore::from_env()?.installed().is_none() {
        output::note(format!("{RUNTIME} {RUNTIME_VERSION}: pip downloads it"));
    }
    let fetched = watched(|progress| async move { fetch_models(name, from, non_commercial, &*progress).await }).await?;
    for Fetched { name, path, was_there } in fetched {
        output::line(match was_there {
            true => format!("{name} is there already: {}", path.display()),
            false => format!("{name} is in {}", path.display()),
        });
    }
    Ok(())
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

/// What runs the models, after them.
fn list_runtime() {
    let store = RuntimeStore::from_env().ok();
    let place = match store.as_ref().and_then(RuntimeStore::installed) {
        Some(path) => path.display().to_string(),
        None => {
            format!("not in adgen's own folder: adgen models fetch {RUNTIME} (adgen doctor says which one is found)")
        }
    };
    output::line(format!("{RUNTIME}  {RUNTIME_VERSION}  MIT (may be used in paid work)"));
    output::line(format!("    {place}"));
}

type Progress = dyn Fn(u64, Option<u64>) + Send + Sync;

/// A download that shows how far it is.
async fn watched<T, F: Future<Output = Result<T>>>(fetch: impl FnOnce(Arc<Progress>) -> F) -> Result<T> {
    let terminal = std::io::stderr().is_terminal();
    let shown = AtomicU64::new(0);
    let progress = move |done: u64, all: Option<u64>| {
        let percent = all.map_or(0, |all| done * 100 / all.max(1));
        if terminal && shown.swap(percent, Ordering::Relaxed) != percent {
            // Only decoration: where it cannot be shown, nothing is lost.
            drop(write!(std::io::stderr(), "\r{percent} % "));
        }
    };
    let fetched = cancellable(fetch(Arc::new(progress))).await;
    if terminal {
        output::note("");
    }
    fetched
}

/// Ends when the person wants it to.
async fn cancellable<T>(fetch: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        fetched = fetch => fetched,
        _ = tokio::signal::ctrl_c() => Err(Error::new(ErrorKind::Cancelled, "cancelled: the part of a model that is there stays for the next try")),
    }
}

/// What waits for the disk, off the async runtime.
async fn waiting<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| Err(Error::from(std::io::Error::other(panic))))
}
