//! The pictures that many stages look at: each is decoded once, however many ask for it at the same time.
//!
//! A large photo takes hundreds of megabytes while it is decoded: twice at a time would be too much, and scenes that each
//! prepared their own product would be, too.

use super::context::Context;
use crate::{
    compose::{Fonts, LogoArt, ProductArt},
    error::Result,
    picture::Photo,
};
use image::RgbaImage;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
};

/// The decoded photos of a run, as long as somebody holds them.
#[derive(Debug, Default)]
pub(crate) struct Photos(tokio::sync::Mutex<BTreeMap<String, Weak<Photo>>>);

impl Context {
    /// The photo that lies as `file` in the project's folder; `what` is how errors call it.
    pub(crate) async fn photo(&self, file: &str, what: &'static str) -> Result<Arc<Photo>> {
        // Held while it is decoded: who asks meanwhile gets the same.
        let mut photos = self.photos.0.lock().await;
        if let Some(photo) = photos.get(file).and_then(Weak::upgrade) {
            return Ok(photo);
        }
        let path = self.path_of(file).await?;
        let photo = Arc::new(self.cpu(move |_| Photo::open(&path, what)).await?);
        photos.insert(file.to_owned(), Arc::downgrade(&photo));
        Ok(photo)
    }
}

/// The product and the logo, prepared once for all scenes and shapes.
#[derive(Debug, Default)]
pub(crate) struct Art {
    product: Once<ProductArt>,
    logo: Once<(LogoArt, Vec<String>)>,
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
    /// The product of the cut-out at `path`. Heavy the first time.
    pub(crate) fn product(&self, path: &Path) -> Result<Arc<ProductArt>> {
        self.product.get(path, || ProductArt::new(&rgba(Photo::open(path, "the cut-out")?)))
    }

    /// The logo at `path`, and what is to be said of it. Heavy the first time.
    pub(crate) fn logo(&self, path: &Path) -> Result<Arc<(LogoArt, Vec<String>)>> {
        self.logo.get(path, || open_logo(path))
    }
}

/// The logo at `path` as scenes show it, and what is to be said of it.
pub(crate) fn open_logo(path: &Path) -> Result<(LogoArt, Vec<String>)> {
    // Few drawings hold text: the fonts are read for those alone.
    let photo = Photo::open_logo(path, &|| Arc::new(Fonts::system().database()))?;
    let notes = photo.notes().to_vec();
    Ok((LogoArt::new(&rgba(photo))?, notes))
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
