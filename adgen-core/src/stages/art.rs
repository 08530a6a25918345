//! The product and the logo, prepared once for all scenes: scenes that each prepared their own would take hundreds of
//! megabytes.
//!
//! May depend on `composite`, `picture` and `error`.

use crate::{
    composite::{FontShelf, LogoArt, ProductArt},
    error::Result,
    picture::Photo,
};
use image::RgbaImage;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The product and the logo, prepared once for all scenes and shapes.
#[derive(Debug, Default)]
pub(crate) struct Art {
    product: Once<ProductArt>,
    logo: Once<Logo>,
    /// What drawings set their texts in.
    fonts: Arc<FontShelf>,
}

/// A logo as scenes show it.
#[derive(Debug)]
pub(crate) struct Logo {
    pub(crate) art: LogoArt,
    /// What is to be said of it.
    pub(crate) notes: Vec<String>,
    /// Whether it holds text, and looks otherwise with other typefaces.
    pub(crate) is_lettered: bool,
}

/// Made by the first who asks; the others wait. What failed is tried again.
#[derive(Debug)]
struct Once<T>(Mutex<Option<(PathBuf, Arc<T>)>>);

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Once<T> {
    fn get(&self, path: &Path, make: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, art)) = made.as_ref().filter(|(of, _)| of == path) {
            return Ok(Arc::clone(art));
        }
        let art = Arc::new(make()?);
        *made = Some((path.to_owned(), Arc::clone(&art)));
        Ok(art)
    }
}

impl Art {
    pub(crate) fn new(fonts: Arc<FontShelf>) -> Self {
        Self { fonts, ..Self::default() }
    }

    /// The product of the cut-out at `path`. Heavy the first time.
    pub(crate) fn product(&self, path: &Path) -> Result<Arc<ProductArt>> {
        self.product.get(path, || ProductArt::new(&rgba(Photo::open(path, "the cut-out")?)))
    }

    /// The logo at `path`. Heavy the first time.
    pub(crate) fn logo(&self, path: &Path) -> Result<Arc<Logo>> {
        self.logo.get(path, || open_logo(path, &self.fonts))
    }
}

/// The logo at `path` as scenes show it.
pub(crate) fn open_logo(path: &Path, fonts: &FontShelf) -> Result<Logo> {
    let is_lettered = AtomicBool::new(false);
    // Few drawings hold text: the fonts are read for those alone.
    let photo = Photo::open_logo(path, &|| {
        is_lettered.store(true, Ordering::Relaxed);
        fonts.library().database()
    })?;
    let (notes, is_lettered) = (photo.notes().to_vec(), is_lettered.into_inner());
    Ok(Logo { art: LogoArt::new(&rgba(photo))?, notes, is_lettered })
}

fn rgba(photo: Photo) -> RgbaImage {
    let (width, height) = (photo.width(), photo.height());
    let mut alpha = photo.alpha().map(|alpha| alpha.as_raw().iter());
    let mut pixels = Vec::with_capacity(photo.rgb().as_raw().len() / 3 * 4);
    for rgb in photo.rgb().as_raw().chunks_exact(3) {
        pixels.extend_from_slice(rgb);
        pixels.push(alpha.as_mut().and_then(|alpha| alpha.next().copied()).unwrap_or(u8::MAX));
    }
    RgbaImage::from_raw(width, height, pixels).unwrap_or_default()
}
