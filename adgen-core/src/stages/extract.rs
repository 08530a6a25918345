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
        self, BackgroundRemover, Cutout as Cut, ForeignRemover, Matting, OnnxRemover, Runtime, SearchRoots,
        by_backdrop, by_model, by_transparency, framed,
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
/// Name of the artifact.
pub(crate) const CUTOUT: &str = "product_masked";
/// Its file in the project's folder.
pub(crate) const CUTOUT_FILE: &str = "product_masked.png";

/// A way to cut a product out.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    /// The remover that a host brought along.
    Remover(ForeignRemover),
    /// The file's own transparency, else a model.
    Model(Matting),
    /// The plain backdrop's colour.
    Backdrop,
    /// The whole photo as a card.
    Framed,
}

impl Way {
    /// Every way, the best first, and what it is called where it takes another's place. `remover`: where a host brought one
    /// along, and the photo is not transparent already.
    pub(crate) fn all(matting: &Matting, remover: Option<ForeignRemover>) -> Vec<(Self, &'static str)> {
        let own = [
            (Self::Model(matting.clone()), "cut-out by adgen's own model"),
            (Self::Backdrop, "cut-out by the backdrop's colour"),
            (Self::Framed, "photo as a card"),
        ];
        remover.map(|remover| (Self::Remover(remover), "")).into_iter().chain(own).collect()
    }

    /// The content key of what it makes of a photo with this hash.
    pub(crate) fn key(&self, hash: &str) -> String {
        let parameters = match self {
            Self::Remover(remover) => json!(["remover", remover.name(), remover.version()]),
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
        (Way::Remover(remover), _) => {
            work.step(0.3)?;
            by_model(photo, remover, &cancelled)?
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage, codecs::png::PngEncoder as Png};
    use tokio_util::sync::CancellationToken;

    /// Takes what lies in a circle around the middle of the whole photo for the product.
    #[derive(Debug)]
    struct Circle(&'static str);

    fn is_inside(x: u32, y: u32, width: u32, height: u32) -> bool {
        (f64::from(x) - f64::from(width) / 2.0).hypot(f64::from(y) - f64::from(height) / 2.0) < 60.0
    }

    impl BackgroundRemover for Circle {
        fn name(&self) -> &str {
            "circle"
        }

        fn version(&self) -> &str {
            self.0
        }

        fn coarse_mask(&self, photo: &RgbImage, _: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
            let (width, height) = photo.dimensions();
            let value = |x, y| if is_inside(x, y, width, height) { 255 } else { 0 };
            Ok(GrayImage::from_fn(width, height, |x, y| Luma([value(x, y)])))
        }
    }

    fn foreign(version: &'static str) -> ForeignRemover {
        ForeignRemover::new(Arc::new(Circle(version))).unwrap()
    }

    /// A red disc before stripes that no plain backdrop is made of.
    fn photo() -> Photo {
        let picture = RgbImage::from_fn(200, 160, |x, y| match is_inside(x, y, 200, 160) {
            true => Rgb([200, 40, 30]),
            false => Rgb([(x * 3 % 160) as u8, (y * 5 % 200) as u8, 180]),
        });
        let mut bytes = Vec::new();
        Png::new(&mut bytes).write_image(&picture, 200, 160, ExtendedColorType::Rgb8).unwrap();
        Photo::load(&bytes).unwrap()
    }

    #[test]
    fn a_remover_of_the_hosts_cuts_out_and_is_known_by_name_and_version() {
        let folder = tempfile::tempdir().unwrap();
        let work = Work::new(folder.path().to_owned(), CancellationToken::new(), Arc::new(|_| {}));
        let ways = Way::all(&Matting::default(), Some(foreign("1")));
        assert_eq!(ways.len(), 4);
        let recipe = ways[0].0.clone().recipe("hash", Arc::new(photo()), None, 1);
        let made = (recipe.make)(&work).unwrap();
        assert_eq!(made.files[0].0, CUTOUT_FILE);
        let cut = image::open(&made.files[0].1).unwrap().into_rgba8();
        let alpha = |x, y| cut.get_pixel(x, y)[3];
        assert!(alpha(100, 80) == 255 && alpha(100, 40) == 255 && alpha(4, 4) == 0 && alpha(190, 80) == 0);
        let key = |version| Way::Remover(foreign(version)).key("hash");
        assert_eq!(key("1"), recipe_key(&ways[0].0));
        assert_ne!(key("1"), key("2"));
        // What was cut out without one stays what it was.
        let own = Way::all(&Matting::default(), None);
        assert_eq!(own.len(), 3);
        assert_eq!(own[0].0.key("hash"), ways[1].0.key("hash"));
    }

    fn recipe_key(way: &Way) -> String {
        way.clone().recipe("hash", Arc::new(photo()), None, 1).key
    }

    #[test]
    fn a_photo_that_is_cut_out_already_is_known_as_one() {
        let of = |clear: u32| {
            let picture =
                RgbaImage::from_fn(100, 100, |x, y| Rgba([9, 9, 9, if y * 100 + x < clear { 0 } else { 255 }]));
            let mut bytes = Vec::new();
            Png::new(&mut bytes).write_image(&picture, 100, 100, ExtendedColorType::Rgba8).unwrap();
            matte::is_cut_out(&Photo::load(&bytes).unwrap())
        };
        assert_eq!([0, 99, 100, 5000].map(of), [false, false, true, true]);
    }
}
