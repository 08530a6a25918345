//! Logos: pictures as photos are, or drawings.
//!
//! Depends on `error`, `reading` and `svg`.

use super::{
    format::Format,
    photo::Photo,
    subject::Subject,
    svg::{self, FontDatabase, MAX_SVG_BYTES},
};
use crate::error::{Error, Result};
use std::{io::Read, path::Path, sync::Arc};

impl Photo {
    /// Opens a logo: a picture as [`Photo::open`] reads it, or an SVG drawing, plain or packed with gzip, which is drawn
    /// with 1536 pixels on its longer side. `fonts` is asked only where a drawing holds text. What a drawing names outside
    /// of itself is not read; a note says so.
    ///
    /// # Errors
    /// As [`Photo::open`]; `ErrorKind::InvalidInput` for drawings that are broken, larger than [`MAX_SVG_BYTES`], or ask
    /// for more work than a logo can need.
    pub fn open_logo(path: &Path, fonts: &(dyn Fn() -> Arc<FontDatabase> + Sync)) -> Result<Self> {
        let subject = Subject { what: "the logo", needed: "a PNG, JPEG, WebP or SVG file is needed" };
        let named = |error: Error| error.with_context("path", path.display());
        let (mut file, bytes) = subject.open(path).map_err(named)?;
        match subject.format(&mut file).map_err(named)? {
            Format::Svg | Format::Gzip => {
                subject.check_bytes(bytes, MAX_SVG_BYTES as u64).map_err(named)?;
                let mut drawing = Vec::with_capacity(bytes as usize);
                let read = file.take(MAX_SVG_BYTES as u64).read_to_end(&mut drawing);
                read.map_err(|error| named(subject.invalid("cannot be read").with_source(error)))?;
                svg::draw(drawing, subject, fonts).map_err(named)
            }
            _ => Self::of(file, bytes, subject).map_err(named),
        }
    }
}
