//! The product cut out: from the user's own cut-out, by the host's remover, by the model, by the backdrop, or the photo as a
//! card.
//!
//! May depend on `picture`, `project`, the engine's parts, `stages` and `matte` (the model's file).

use crate::{
    engine::{parts::Parts, turns::blocking},
    error::{Error, ErrorKind, Result},
    matte::{ForeignRemover, Matting, ModelStore, is_cut_out},
    picture::Photo,
    project::{Product, Stage},
    stages::{AssetUse, CUTOUT, CUTOUT_FILE, Way},
};
use std::{path::PathBuf, sync::Arc};

/// The cut-out in the storage.
#[derive(Debug, Clone)]
pub(crate) struct Cutout {
    pub(crate) file: String,
    pub(crate) key: String,
}

/// Cuts the product out; `None` where there is nothing that could be shown.
pub(super) async fn extract(parts: &Parts, product: &Product) -> Result<Option<Cutout>> {
    parts.progress.started(Stage::Extract);
    let (used, file) = match &product.cutout {
        Some(cutout) => (AssetUse::Cutout, cutout.as_str()),
        None => (AssetUse::Photo, product.image.as_str()),
    };
    let hash = parts.artifacts.hash_of(file).await?;
    let what = if product.cutout.is_some() { "the cut-out" } else { "the photo" };
    // A photo that is none is the user's mistake, for which no fallback makes up.
    let photo = parts.photos.photo(file, what).await.map_err(|error| parts.own_files.about(used, file, error))?;
    let mut failure: Option<Error> = None;
    for (way, name) in Way::all(&parts.matting, remover(parts, &photo).await?) {
        if let Some(error) = failure.take() {
            parts.fallbacks.degrade(Stage::Extract, CUTOUT, name, error)?;
        }
        match by(parts, way, &photo, &hash).await {
            Ok(cutout) => return Ok(Some(cutout)),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) => Err(error),
        None => Ok(None),
    }
}

/// The host's remover, where it is asked: what is transparent already needs none, and its cut-out is the same whatever
/// remover there is.
async fn remover(parts: &Parts, photo: &Arc<Photo>) -> Result<Option<ForeignRemover>> {
    let Some(remover) = parts.extensions.remover.clone() else { return Ok(None) };
    let photo = Arc::clone(photo);
    let is_needed = parts.turns.cpu(move |_| Ok(!is_cut_out(&photo))).await?;
    Ok(is_needed.then_some(remover))
}

async fn by(parts: &Parts, way: Way, photo: &Arc<Photo>, hash: &str) -> Result<Cutout> {
    let cutout = Cutout { file: CUTOUT_FILE.to_owned(), key: way.key(hash) };
    if parts.artifacts.find(Stage::Extract, CUTOUT, &cutout.key).await?.is_some() {
        return Ok(cutout);
    }
    // Fetching waits for the network and so needs no turn on the processor.
    let model = match &way {
        Way::Model(matting) => Some(locate(parts, matting).await),
        _ => None,
    };
    let threads = parts.turns.jobs().min(4);
    parts.artifacts.make(way.recipe(hash, Arc::clone(photo), model, threads)).await?;
    Ok(cutout)
}

/// The model's file, or why there is none.
async fn locate(parts: &Parts, matting: &Matting) -> Result<PathBuf> {
    let store = match &matting.models_dir {
        Some(dir) => ModelStore::new(dir),
        None => ModelStore::from_env()?,
    };
    // Verifying reads the whole file.
    let located = {
        let (store, model) = (store.clone(), matting.model.clone());
        blocking(move || store.locate(&model)).await
    };
    match located {
        Err(error) if matting.download && error.kind() == ErrorKind::Model => {
            let progress = Arc::clone(&parts.progress);
            let told = move |done: u64, all: Option<u64>| {
                let share = all.map_or(0.0, |all| done as f64 / all.max(1) as f64);
                progress.progress(Stage::Extract, CUTOUT, share * 0.5);
            };
            tokio::select! {
                fetched = store.fetch_over(&parts.extensions.http, &matting.model, &told) => fetched,
                () = parts.turns.cancel().cancelled() => Err(Error::cancelled()),
            }
        }
        located => located,
    }
}
