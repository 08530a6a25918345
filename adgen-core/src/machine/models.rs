//! Bringing ONNX Runtime and models to this machine.
//!
//! May depend on `matte` and `error`.

use crate::{
    error::{Error, Result},
    matte::{DEFAULT_MODEL, ModelStore, RuntimeStore, is_runtime_file},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The name by which ONNX Runtime is asked for.
pub(crate) const RUNTIME: &str = "onnxruntime";

/// What was asked for, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Fetched {
    /// `onnxruntime`, or a model's name.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Whether it was there before.
    pub was_there: bool,
}

/// Brings ONNX Runtime (through this machine's pip) and the usual model to adgen's own folder, or one of them by its `name`; what is
/// there already stays. With `from`, a file of this machine is installed instead: a model, the library, or a package that holds that.
/// Models whose licence forbids paid work are fetched where `non_commercial` allows it. `progress` is told bytes done and, where known,
/// bytes in all.
///
/// # Errors
/// `NotFound` for a name that is none, `Unsupported` for a licence that forbids paid work and for a machine without pip, `Model` for
/// bytes that are not those that are known, `Io`, and as the network did; each says what to do.
pub async fn fetch_models(
    name: Option<&str>,
    from: Option<&Path>,
    non_commercial: bool,
    progress: &(dyn Fn(u64, Option<u64>) + Send + Sync),
) -> Result<Vec<Fetched>> {
    let store = ModelStore::from_env()?.with_non_commercial(non_commercial);
    if let Some(file) = from {
        let (name, file) = (name.map(str::to_owned), file.to_owned());
        return Ok(vec![waiting(move || bring(&store, name.as_deref(), &file)).await?]);
    }
    match name {
        None => Ok(vec![runtime().await?, model(&store, DEFAULT_MODEL, progress).await?]),
        Some(RUNTIME) => Ok(vec![runtime().await?]),
        Some(name) => Ok(vec![model(&store, name, progress).await?]),
    }
}

async fn runtime() -> Result<Fetched> {
    let store = RuntimeStore::from_env()?;
    let looked = store.clone();
    let there = waiting(move || Ok(looked.installed())).await?;
    let was_there = there.is_some();
    let path = match there {
        Some(path) => path,
        None => store.fetch().await?,
    };
    Ok(Fetched { name: RUNTIME.to_owned(), path, was_there })
}

async fn model(store: &ModelStore, name: &str, progress: &(dyn Fn(u64, Option<u64>) + Send + Sync)) -> Result<Fetched> {
    store.info(name)?;
    let there = store.locate(name).ok();
    let was_there = there.is_some();
    let path = match there {
        Some(path) => path,
        None => store.fetch(name, progress).await?,
    };
    Ok(Fetched { name: name.to_owned(), path, was_there })
}

/// Installs a file of this machine as what it is, or as `name` alone.
fn bring(store: &ModelStore, name: Option<&str>, file: &Path) -> Result<Fetched> {
    let name = match name {
        Some(name) => name,
        None if is_runtime_file(file)? => RUNTIME,
        None => ModelStore::name_of_file(file)?,
    };
    let path = match name {
        RUNTIME => RuntimeStore::from_env()?.install_from_file(file)?,
        name => store.install_from_file(name, file)?,
    };
    Ok(Fetched { name: name.to_owned(), path, was_there: false })
}

/// What waits for the disk, off the async runtime.
async fn waiting<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| Err(Error::from(std::io::Error::other(panic))))
}
