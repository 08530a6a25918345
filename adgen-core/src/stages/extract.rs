//! The extract stage: photo to cut-out.
//!
//! May depend on `matte`, `picture`, `project`, `error` and its neighbours.

use super::{
    key::content_key,
    work::{Made, Recipe, Work},
};
use crate::{
    error::{Error, ErrorKind, Result},
    matte::{
        self, Cutout as Cut, Matting, OnnxRemover, Runtime, SearchRoots, by_backdrop, by_model, by_transparency, framed,
    },
    picture::Photo,
    project::Stage,
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
/// Name of the product.
pub(crate) const CUTOUT: &str = "product_masked";
/// Its file in the project's folder.
pub(crate) const CUTOUT_FILE: &str = "product_masked.png";

/// A way to cut a product out.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    /// The file's own transparency, else a model.
    Model(Matting),
    /// The plain backdrop's colour.
    Backdrop,
    /// The whole photo as a card.
    Framed,
}

impl Way {
    /// Every way, the best first, and what it is called where it takes another's place.
    pub(crate) fn all(matting: &Matting) -> [(Self, &'static str); 3] {
        [
            (Self::Model(matting.clone()), ""),
            (Self::Backdrop, "cut-out by the backdrop's colour"),
            (Self::Framed, "photo as a card"),
        ]
    }

    /// The content key of what it makes of a photo with this hash.
    pub(crate) fn key(&self, hash: &str) -> String {
        let parameters = match self {
            Self::Model(matting) => json!(["model", matting.model]),
            Self::Backdrop => json!(["backdrop"]),
            Self::Framed => json!(["framed"]),
        };
        content_key("extract", VERSION, &parameters, &[hash])
    }

    /// How it cuts `photo` out, with the model's file, or why there is none: a transparent photo needs none.
    pub(crate) fn recipe(
        self,
        hash: &str,
        photo: Arc<Photo>,
        model: Option<Result<PathBuf>>,
        threads: usize,
    ) -> Recipe {
        let key = self.key(hash);
        Recipe::new(Stage::Extract, CUTOUT, key, move |work| cut(work, &self, model, &photo, threads))
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
    let files = vec![(CUTOUT_FILE.to_owned(), masked), ("product_mask.png".to_owned(), mask)];
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
