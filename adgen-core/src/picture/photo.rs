//! A product photo as the rest of the crate sees it: upright, sRGB, 8 bit, not larger than is useful.
//!
//! Decodes untrusted bytes: sizes are judged by the header, before anything is allocated. May depend on `error` and its
//! neighbours, and `asset` (files that are open).

use super::{
    format::{Format, HEAD_BYTES},
    jpeg, png,
    reduce::{Reduced, reduced_size},
    svg::{self, FontDatabase, MAX_SVG_BYTES},
    webp,
};
use crate::{
    asset::PlainFile,
    error::{Error, ErrorKind, Result},
};
use image::{DynamicImage, GrayImage, RgbImage, metadata::Orientation};
use std::{
    fs::File,
    io::{BufRead, BufReader, Cursor, Read, Seek},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Larger pictures are refused: 100 megapixels is more than any product photo has.
pub const MAX_PIXELS: u64 = 100_000_000;
/// The bound of pictures that can only be decoded as a whole: WebP, progressive JPEG, interlaced PNG.
pub const MAX_WHOLE_PIXELS: u64 = 50_000_000;
/// A longer side is refused.
pub const MAX_SIDE: u32 = 20_000;
/// A shorter side is refused: there is nothing to cut out.
pub const MIN_SIDE: u32 = 16;
/// Pictures with a longer side are made smaller while they are decoded: the largest video frame is shorter than this.
pub const WORKING_SIDE: u32 = 4096;
/// Pictures with more pixels are made smaller while they are decoded: 12.6 megapixels, as 4096x3072 has.
pub const WORKING_PIXELS: u64 = 4096 * 3072;
/// A larger file is refused before it is read: no picture of [`MAX_PIXELS`] needs as much.
pub const MAX_FILE_BYTES: u64 = 256 << 20;
/// A larger JPEG or WebP file is refused: it has to be read as a whole.
pub const MAX_WHOLE_FILE_BYTES: u64 = 128 << 20;
/// A larger colour profile is not used, and a note says so: those of printing presses have some 3 MB.
pub const MAX_PROFILE_BYTES: usize = 4 << 20;
/// One picture of more pixels is decoded at a time in the process.
const LARGE_PIXELS: u64 = 16_000_000;

/// A decoded photo: upright, sRGB, 8 bit a channel.
#[derive(Debug, Clone)]
pub struct Photo {
    rgb: RgbImage,
    alpha: Option<GrayImage>,
    original: (u32, u32),
    notes: Vec<String>,
}

/// What a decoder gives: not yet turned.
pub(super) struct Decoded {
    pub(super) picture: Reduced,
    pub(super) orientation: Orientation,
    pub(super) notes: Vec<String>,
}

/// What the decoders are told of a person's file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    /// How sentences call it, such as `the photo`.
    pub(super) what: &'a str,
    /// What it may be.
    pub(super) needed: &'static str,
}

impl Photo {
    /// A photo from pixels that are upright and sRGB already.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] where it is larger or smaller than allowed.
    pub fn from_rgb(rgb: RgbImage) -> Result<Self> {
        Subject::pixels("the photo").check_size(rgb.width(), rgb.height())?;
        Ok(Self { original: rgb.dimensions(), rgb, alpha: None, notes: Vec::new() })
    }

    /// Opens and decodes a file as [`Photo::read`] does. `what` is how errors call it, such as `the photo` or `the logo`.
    ///
    /// # Errors
    /// As [`Photo::read`]; [`ErrorKind::InvalidInput`] where it cannot be read or is no plain file.
    pub fn open(path: &Path, what: &str) -> Result<Self> {
        let subject = Subject::pixels(what);
        let named = |error: Error| error.with_context("path", path.display());
        let (file, bytes) = subject.open(path).map_err(named)?;
        Self::read(file, bytes, what).map_err(named)
    }

    /// Opens a logo: a picture as [`Photo::open`] reads it, or an SVG drawing, plain or packed with gzip, which is drawn
    /// with 1536 pixels on its longer side. `fonts` is asked only where a drawing holds text. What a drawing names outside
    /// of itself is not read; a note says so.
    ///
    /// # Errors
    /// As [`Photo::open`]; [`ErrorKind::InvalidInput`] for drawings that are broken, larger than [`MAX_SVG_BYTES`], or ask
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

    /// Decodes the bytes of a PNG, JPEG or WebP file, as [`Photo::read`] does; errors call it "the photo".
    ///
    /// # Errors
    /// As [`Photo::read`].
    pub fn load(bytes: &[u8]) -> Result<Self> {
        Self::read(Cursor::new(bytes), bytes.len() as u64, "the photo")
    }

    /// Decodes a PNG, JPEG or WebP file of `bytes` bytes. EXIF orientation and the file's colour space are applied;
    /// transparency is kept; pictures larger than [`WORKING_SIDE`] or [`WORKING_PIXELS`] are made smaller.
    ///
    /// Memory: PNG and baseline JPEG of up to [`MAX_PIXELS`] and other pictures of up to [`MAX_WHOLE_PIXELS`] take at most
    /// 450 MB while they are decoded, and at most 51 MB afterwards. Larger ones are decoded one at a time in a process.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] with what is allowed, where the bytes are not such a file, are truncated, or the
    /// picture is larger than [`MAX_PIXELS`], [`MAX_SIDE`] or [`MAX_FILE_BYTES`] or smaller than [`MIN_SIDE`].
    pub fn read(source: impl BufRead + Seek, bytes: u64, what: &str) -> Result<Self> {
        Self::of(source, bytes, Subject::pixels(what))
    }

    fn of(mut source: impl BufRead + Seek, bytes: u64, subject: Subject<'_>) -> Result<Self> {
        subject.check_bytes(bytes, MAX_FILE_BYTES)?;
        let unreadable = |error: std::io::Error| subject.invalid("cannot be read").with_source(error);
        let decoded = match subject.format(&mut source)? {
            Format::Png => png::decode(source, subject)?,
            Format::Jpeg => {
                subject.check_bytes(bytes, MAX_WHOLE_FILE_BYTES)?;
                let mut whole = Vec::with_capacity(bytes as usize);
                source.take(MAX_WHOLE_FILE_BYTES).read_to_end(&mut whole).map_err(unreadable)?;
                jpeg::decode(&whole, subject)?
            }
            Format::WebP => {
                subject.check_bytes(bytes, MAX_WHOLE_FILE_BYTES)?;
                webp::decode(source, subject)?
            }
            #[cfg(feature = "heif")]
            Format::Heif(_) if super::heif::is_there() => {
                subject.check_bytes(bytes, MAX_WHOLE_FILE_BYTES)?;
                let mut whole = Vec::with_capacity(bytes as usize);
                source.take(MAX_WHOLE_FILE_BYTES).read_to_end(&mut whole).map_err(unreadable)?;
                super::heif::decode(&whole, subject)?
            }
            other => return Err(other.refusal(subject).with_context("bytes", bytes)),
        };
        Ok(Self::upright(decoded))
    }

    /// A picture that was drawn by ourselves.
    pub(super) fn from_parts(rgb: RgbImage, alpha: Option<GrayImage>, notes: Vec<String>) -> Self {
        Self { original: rgb.dimensions(), rgb, alpha, notes }
    }

    fn upright(Decoded { picture, orientation, mut notes }: Decoded) -> Self {
        let Reduced { mut rgb, mut alpha, original } = picture;
        let on_its_side = matches!(
            orientation,
            Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
        );
        if rgb.dimensions() != original {
            notes.push(format!(
                "the photo was made smaller: {}x{} to {}x{}{}",
                original.0,
                original.1,
                rgb.width(),
                rgb.height(),
                if on_its_side { " before turning" } else { "" }
            ));
        }
        if orientation != Orientation::NoTransforms {
            let mut turned = DynamicImage::ImageRgb8(rgb);
            turned.apply_orientation(orientation);
            rgb = turned.into_rgb8();
            alpha = alpha.map(|alpha| {
                let mut turned = DynamicImage::ImageLuma8(alpha);
                turned.apply_orientation(orientation);
                turned.into_luma8()
            });
        }
        let original = if on_its_side { (original.1, original.0) } else { original };
        Self { rgb, alpha, original, notes }
    }

    /// The colours, sRGB.
    pub fn rgb(&self) -> &RgbImage {
        &self.rgb
    }

    /// The file's own transparency, of the same size, where it has any: 0 is transparent, 255 opaque.
    pub fn alpha(&self) -> Option<&GrayImage> {
        self.alpha.as_ref()
    }

    /// Width in pixels, upright.
    pub fn width(&self) -> u32 {
        self.rgb.width()
    }

    /// Height in pixels, upright.
    pub fn height(&self) -> u32 {
        self.rgb.height()
    }

    /// Width and height of the file, upright, before it was made smaller.
    pub fn original_size(&self) -> (u32, u32) {
        self.original
    }

    /// What was done to the photo on the way, for the report.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl<'a> Subject<'a> {
    /// What must have pixels.
    pub(super) fn pixels(what: &'a str) -> Self {
        Self { what, needed: "a PNG, JPEG or WebP file is needed" }
    }

    fn open(self, path: &Path) -> Result<(BufReader<File>, u64)> {
        let file = PlainFile::open(path).map_err(|error| {
            let message = format!("{} cannot be read: {}", self.what, error.message());
            error.with_message(message).with_operation("picture")
        })?;
        let bytes = file.bytes();
        Ok((BufReader::with_capacity(1 << 16, file.into_file()), bytes))
    }

    /// What the source is, which stands at its beginning before and after.
    fn format(self, source: &mut (impl BufRead + Seek)) -> Result<Format> {
        let unreadable = |error: std::io::Error| self.invalid("cannot be read").with_source(error);
        let mut head = Vec::new();
        source.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(unreadable)?;
        source.rewind().map_err(unreadable)?;
        Ok(Format::of(&head))
    }

    /// An error that says `is` of the subject, such as `is truncated`.
    pub(super) fn invalid(self, is: impl AsRef<str>) -> Error {
        Error::new(ErrorKind::InvalidInput, format!("{} {}", self.what, is.as_ref())).with_operation("picture")
    }

    pub(super) fn damaged(self, format: &str, cause: impl std::fmt::Display) -> Error {
        self.invalid(format!("is damaged or truncated: its {format} data cannot be decoded"))
            .with_source(cause.to_string())
    }

    fn check_bytes(self, bytes: u64, most: u64) -> Result<()> {
        match bytes {
            0 => Err(self.invalid(format!("is empty (0 bytes); {}", self.needed))),
            bytes if bytes > most => {
                Err(self.invalid(format!("has {bytes} bytes; a plain file of at most {} MB is needed", most >> 20)))
            }
            _ => Ok(()),
        }
    }

    /// Whether a picture of this size is read at all, and the size that it is made smaller to.
    pub(super) fn check_size(self, width: u32, height: u32) -> Result<(u32, u32)> {
        if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(self.invalid(format!(
                "is {width}x{height} pixels; allowed are at most {MAX_SIDE} a side and {} megapixels",
                MAX_PIXELS / 1_000_000
            )));
        }
        let smaller = reduced_size(width, height);
        if width.min(height).min(smaller.0).min(smaller.1) < MIN_SIDE {
            let then = if smaller == (width, height) {
                String::new()
            } else {
                format!(", made smaller to {}x{}", smaller.0, smaller.1)
            };
            return Err(self.invalid(format!(
                "is {width}x{height} pixels{then}; at least {MIN_SIDE}x{MIN_SIDE} are needed to show anything"
            )));
        }
        Ok(smaller)
    }

    /// The same for a picture of a `kind` that can only be decoded as a whole.
    pub(super) fn check_whole(self, width: u32, height: u32, kind: &str, most: u64) -> Result<()> {
        if u64::from(width) * u64::from(height) <= most {
            return Ok(());
        }
        Err(self
            .invalid(format!(
                "is {width}x{height} pixels; allowed are at most {} megapixels for {kind}, which must be decoded as a whole",
                most / 1_000_000
            ))
            .with_hint("save it smaller, or as a plain (not interlaced) PNG or baseline JPEG"))
    }
}

/// Taken while a large picture is decoded, so that two of them never add up.
pub(super) fn turn(width: u32, height: u32) -> Option<MutexGuard<'static, ()>> {
    static DECODING: Mutex<()> = Mutex::new(());
    let large = u64::from(width) * u64::from(height) > LARGE_PIXELS;
    large.then(|| DECODING.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
#[path = "photo_tests.rs"]
mod tests;
