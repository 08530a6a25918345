//! The extract stage: photo to cut-out.

use super::{
    context::{Context, Made, Work},
    import::AssetUse,
    key::content_key,
};
use crate::{
    error::{Error, ErrorKind, Result},
    matte::{
        self, Cutout as Cut, Matting, ModelStore, OnnxRemover, Runtime, SearchRoots, by_backdrop, by_model,
        by_transparency, framed,
    },
    picture::Photo,
    project::{Product as ProductOfProject, Stage},
};
use image::{
    ExtendedColorType, ImageEncoder,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Grows when the same photo gives another cut-out.
const VERSION: u32 = 2;
const PRODUCT: &str = "product_masked";

/// The cut-out in the storage.
#[derive(Debug, Clone)]
pub(crate) struct Cutout {
    pub(crate) file: String,
    pub(crate) key: String,
}

/// A way to cut a product out.
#[derive(Debug, Clone)]
enum Way {
    /// The file's own transparency, else a model.
    Model(Matting),
    /// The plain backdrop's colour.
    Backdrop,
    /// The whole photo as a card.
    Framed,
}

/// The product cut out: from the user's own cut-out, by the model, by the backdrop, or the photo as a card.
pub(crate) async fn extract(
    context: &Arc<Context>,
    product: &ProductOfProject,
    matting: &Matting,
) -> Result<Option<Cutout>> {
    context.tracker.started(Stage::Extract);
    let (used, file) = match &product.cutout {
        Some(cutout) => (AssetUse::Cutout, cutout.as_str()),
        None => (AssetUse::Photo, product.image.as_str()),
    };
    let hash = context.files.hash(file).await?.map(|(_, hash)| hash).unwrap_or_default();
    let what = if product.cutout.is_some() { "the cut-out" } else { "the photo" };
    // A photo that is none is the user's mistake, for which no fallback makes up.
    let photo = context.photo(file, what).await.map_err(|error| context.about(used, file, error))?;
    let ways = [
        (Way::Model(matting.clone()), ""),
        (Way::Backdrop, "cut-out by the backdrop's colour"),
        (Way::Framed, "photo as a card"),
    ];
    let mut failure: Option<Error> = None;
    for (way, name) in ways {
        if let Some(error) = failure.take() {
            context.degrade(Stage::Extract, PRODUCT, name, error)?;
        }
        match by(context, &way, &photo, &hash).await {
            Ok(cutout) => return Ok(Some(cutout)),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) => Err(error),
        None => Ok(None),
    }
}

async fn by(context: &Arc<Context>, way: &Way, photo: &Arc<Photo>, hash: &str) -> Result<Cutout> {
    let parameters = match way {
        Way::Model(matting) => json!(["model", matting.model]),
        Way::Backdrop => json!(["backdrop"]),
        Way::Framed => json!(["framed"]),
    };
    let key = content_key("extract", VERSION, &parameters, &[hash]);
    let cutout = Cutout { file: "product_masked.png".to_owned(), key: key.clone() };
    if context.find(Stage::Extract, PRODUCT, &key).await?.is_some() {
        return Ok(cutout);
    }
    // Fetching waits for the network and so needs no turn on the processor.
    let model = match way {
        Way::Model(matting) => Some(locate(context, matting).await),
        _ => None,
    };
    let (way, photo) = (way.clone(), Arc::clone(photo));
    let threads = context.jobs.min(4);
    context.make(Stage::Extract, PRODUCT, &key, move |work| cut(work, &way, model, &photo, threads)).await?;
    Ok(cutout)
}

/// The model's file, or why there is none: a transparent photo needs none.
async fn locate(context: &Context, matting: &Matting) -> Result<PathBuf> {
    let store = match &matting.models_dir {
        Some(dir) => ModelStore::new(dir),
        None => ModelStore::from_env()?,
    };
    // Verifying reads the whole file.
    let located = {
        let (store, model) = (store.clone(), matting.model.clone());
        context.blocking(move || store.locate(&model)).await
    };
    match located {
        Err(error) if matting.download && error.kind() == ErrorKind::Model => {
            let tracker = Arc::clone(&context.tracker);
            let told = move |done: u64, all: Option<u64>| {
                let share = all.map_or(0.0, |all| done as f64 / all.max(1) as f64);
                tracker.progress(Stage::Extract, PRODUCT, share * 0.5);
            };
            tokio::select! {
                fetched = store.fetch(&matting.model, &told) => fetched,
                () = context.cancel.cancelled() => Err(Error::cancelled()),
            }
        }
        located => located,
    }
}

fn cut(work: &Work, way: &Way, model: Option<Result<PathBuf>>, photo: &Photo, threads: usize) -> Result<Made> {
    work.step(0.1)?;
    let cancelled = || work.is_cancelled();
    let cut = match (way, model) {
        (Way::Model(matting), Some(model)) => match by_transparency(photo)? {
            Some(cut) => cut,
            None => {
                let info = matte::find_model(&matting.model)
                    .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no model {:?}", matting.model)))?;
                let roots = matting.runtime.as_ref().map_or_else(SearchRoots::from_env, SearchRoots::of_library);
                let runtime = Runtime::load(&roots)?;
                let remover = OnnxRemover::load(&runtime, &model?, info, threads)?;
                work.step(0.3)?;
                by_model(photo, &remover, &cancelled)?
            }
        },
        (Way::Backdrop, _) => by_backdrop(photo, &cancelled)?,
        _ => framed(photo),
    };
    work.step(0.8)?;
    store(work, &cut)
}

fn store(work: &Work, cut: &Cut) -> Result<Made> {
    let (masked, mask) = (work.folder().join("masked.png"), work.folder().join("mask.png"));
    let (width, height) = cut.image.dimensions();
    write_png(&masked, cut.image.as_raw(), width, height, ExtendedColorType::Rgba8)?;
    write_png(&mask, cut.mask.as_raw(), width, height, ExtendedColorType::L8)?;
    let files = vec![("product_masked.png".to_owned(), masked), ("product_mask.png".to_owned(), mask)];
    Ok(Made { files, notes: cut.notes.clone(), ..Made::default() })
}

fn write_png(path: &Path, pixels: &[u8], width: u32, height: u32, color: ExtendedColorType) -> Result<()> {
    let file = std::fs::File::create(path).map_err(|error| Error::from(error).with_context("path", path.display()))?;
    let file = std::io::BufWriter::new(file);
    PngEncoder::new_with_quality(file, CompressionType::Fast, FilterType::Adaptive)
        .write_image(pixels, width, height, color)
        .map_err(|error| {
            Error::new(ErrorKind::Io, "cannot write a picture").with_context("path", path.display()).with_source(error)
        })
}
