//! The ways to cut a product out of its photo: the photo's own transparency, a model, the plain backdrop, and in the end
//! the whole photo as a card. Which of them is taken, and what is said of those that failed, is the caller's business.
//!
//! May depend on `picture`, `error` and its neighbours.

use super::{classical, decontaminate, refine, remover::BackgroundRemover};
use crate::{
    error::{Error, ErrorKind, Result},
    picture::Photo,
};
use image::{GrayImage, Luma, RgbImage, Rgba, RgbaImage, imageops};

/// Where a cut-out's mask came from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CutoutSource {
    /// The photo was transparent already.
    ExistingAlpha,
    /// This model.
    Model(String),
    /// The plain backdrop's colour.
    Classical,
    /// Nothing was cut out: the photo as a card with round corners.
    Framed,
}

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width, at least 1.
    pub width: u32,
    /// Height, at least 1.
    pub height: u32,
}

/// A cut-out product.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Cutout {
    /// The photo's size, straight (not premultiplied) alpha, sRGB. Opaque pixels are the photo's own bytes.
    pub image: RgbaImage,
    /// The alpha alone.
    pub mask: GrayImage,
    /// The tight rectangle around what is visible.
    pub bounds: Bounds,
    /// Where the mask came from.
    pub source: CutoutSource,
    /// What was noticed on the way, for the report.
    pub notes: Vec<String>,
}

/// Whether the work is no longer wanted.
type Cancel<'a> = &'a (dyn Fn() -> bool + Sync);

/// Alpha that is not visible.
const INVISIBLE: u8 = 8;
/// A product that takes a smaller share of the photo is none.
const MIN_SHARE: f64 = 0.003;
/// A mask that takes a larger share has found nothing.
const MAX_SHARE: f64 = 0.97;

impl Cutout {
    fn new(image: RgbaImage, mask: GrayImage, source: CutoutSource, notes: Vec<String>) -> Result<Self> {
        let bounds = bounds(&mask, INVISIBLE).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, "nothing is visible of the product").with_operation("extract")
        })?;
        Ok(Self { image, mask, bounds, source, notes })
    }
}

/// Whether a photo is transparent already. A few clear pixels are round corners or dust, not a cut-out.
pub(crate) fn is_cut_out(photo: &Photo) -> bool {
    photo.alpha().is_some_and(|alpha| {
        let clear = alpha.as_raw().iter().filter(|a| **a < 128).count();
        clear as f64 / alpha.as_raw().len() as f64 >= 0.01
    })
}

/// The cut-out of a photo that is transparent already; `None` where it is not, or hardly so.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] where it is transparent everywhere.
pub fn by_transparency(photo: &Photo) -> Result<Option<Cutout>> {
    let Some(alpha) = photo.alpha().filter(|_| is_cut_out(photo)) else { return Ok(None) };
    let rgb = photo.rgb();
    let image = RgbaImage::from_fn(rgb.width(), rgb.height(), |x, y| {
        let [r, g, b] = rgb.get_pixel(x, y).0;
        Rgba([r, g, b, alpha.get_pixel(x, y)[0]])
    });
    let notes = photo.notes().to_vec();
    Cutout::new(image, alpha.clone(), CutoutSource::ExistingAlpha, notes).map(Some).map_err(|_| {
        Error::new(ErrorKind::InvalidInput, "the photo is transparent everywhere")
            .with_operation("extract")
            .with_hint("use another photo, or name a cut-out as product.cutout")
    })
}

/// The remover's mask, which must have the photo's size.
fn coarse_mask(remover: &dyn BackgroundRemover, photo: &RgbImage, cancel: Cancel<'_>) -> Result<GrayImage> {
    if cancel() {
        return Err(Error::cancelled());
    }
    let mask = remover.coarse_mask(photo, cancel)?;
    if mask.dimensions() != photo.dimensions() {
        let ((wide, high), (width, height)) = (mask.dimensions(), photo.dimensions());
        let message = format!("{} gave a mask of {wide}x{high} for {width}x{height} pixels", remover.name());
        return Err(Error::new(ErrorKind::Model, message).with_operation("extract"));
    }
    Ok(mask)
}

/// The cut-out by `remover`, refined.
///
/// # Errors
/// [`ErrorKind::Model`] where the model fails; [`ErrorKind::Unsupported`] where it finds no product;
/// [`ErrorKind::Cancelled`].
pub fn by_model(photo: &Photo, remover: &dyn BackgroundRemover, cancel: &(dyn Fn() -> bool + Sync)) -> Result<Cutout> {
    let rgb = photo.rgb();
    check_contrast(rgb)?;
    let mut coarse = coarse_mask(remover, rgb, cancel)?;
    check_share(&coarse)?;
    if cancel() {
        return Err(Error::cancelled());
    }
    let mut notes = photo.notes().to_vec();
    let mut region = around(&coarse, bounds(&coarse, 24));
    if let Some(closer) = worth_a_closer_look(&coarse) {
        let mask = coarse_mask(remover, &crop(rgb, closer), cancel)?;
        let first = imageops::crop_imm(&coarse, closer.x, closer.y, closer.width, closer.height).to_image();
        if agree(&first, &mask) {
            coarse = GrayImage::new(rgb.width(), rgb.height());
            imageops::replace(&mut coarse, &mask, i64::from(closer.x), i64::from(closer.y));
            region = closer;
            notes.push(format!(
                "{} looked twice: the second time at {}x{} pixels",
                remover.name(),
                closer.width,
                closer.height
            ));
        }
    }
    let part = imageops::crop_imm(&coarse, region.x, region.y, region.width, region.height).to_image();
    // The precision is that of the last look, which saw `seen` pixels on the model's square.
    let seen =
        if notes.len() > photo.notes().len() { region.width.max(region.height) } else { rgb.width().max(rgb.height()) };
    let resolution = remover.resolution().saturating_mul(region.width.max(region.height)).div_ceil(seen).max(1);
    let matte = refine::refine(&crop(rgb, region), &part, resolution, &refine::RefineOptions::default(), cancel)?;
    let mut mask = GrayImage::new(rgb.width(), rgb.height());
    imageops::replace(&mut mask, &matte, i64::from(region.x), i64::from(region.y));
    check_share(&mask)?;
    Cutout::new(decontaminate::cut(rgb, &mask), mask, CutoutSource::Model(remover.name().to_owned()), notes)
}

/// The cut-out by the backdrop's colour.
///
/// # Errors
/// [`ErrorKind::Unsupported`] where the backdrop is not plain or nothing stands before it; [`ErrorKind::Cancelled`].
pub fn by_backdrop(photo: &Photo, cancel: &dyn Fn() -> bool) -> Result<Cutout> {
    check_contrast(photo.rgb())?;
    let mask = classical::matte(photo.rgb(), cancel)?;
    check_share(&mask)?;
    let notes = photo.notes().to_vec();
    Cutout::new(decontaminate::cut(photo.rgb(), &mask), mask, CutoutSource::Classical, notes)
}

/// The whole photo as a card with round corners: always works.
pub fn framed(photo: &Photo) -> Cutout {
    let (width, height) = (photo.width(), photo.height());
    let radius = (width.min(height) as f32 * 0.06).max(1.0);
    let coverage = |x: u32, y: u32| {
        // Distance from the rounded rectangle, by the corner's circle.
        let from_edge = |at: u32, side: u32| (radius - (at as f32 + 0.5).min(side as f32 - at as f32 - 0.5)).max(0.0);
        let far = from_edge(x, width).hypot(from_edge(y, height));
        (radius - far + 0.5).clamp(0.0, 1.0)
    };
    let mask = GrayImage::from_fn(width, height, |x, y| Luma([(coverage(x, y) * 255.0 + 0.5) as u8]));
    let image = RgbaImage::from_fn(width, height, |x, y| {
        let [r, g, b] = photo.rgb().get_pixel(x, y).0;
        Rgba([r, g, b, mask.get_pixel(x, y)[0]])
    });
    let bounds = Bounds { x: 0, y: 0, width, height };
    Cutout { image, mask, bounds, source: CutoutSource::Framed, notes: photo.notes().to_vec() }
}

fn unsupported(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported, message).with_operation("extract")
}

/// A photo that is all one colour shows no product; a model would cut shapes out of its noise.
fn check_contrast(photo: &RgbImage) -> Result<()> {
    let bright =
        |pixel: &image::Rgb<u8>| f64::from(pixel[0]) * 0.3 + f64::from(pixel[1]) * 0.6 + f64::from(pixel[2]) * 0.1;
    let (mut n, mut sum, mut square) = (0.0, 0.0, 0.0);
    let (mut low, mut high) = ([u8::MAX; 3], [0; 3]);
    for pixel in photo.pixels().step_by((photo.pixels().len() / 100_000).max(1)) {
        let value = bright(pixel);
        (n, sum, square) = (n + 1.0, sum + value, square + value * value);
        for k in 0..3 {
            (low[k], high[k]) = (pixel[k].min(low[k]), pixel[k].max(high[k]));
        }
    }
    let deviation = (square / n - (sum / n).powi(2)).max(0.0).sqrt();
    let reach = (0..3).map(|k| high[k] - low[k]).max().unwrap_or(0);
    if reach < 12 || (deviation < 1.0 && reach < 24) {
        return Err(unsupported("the photo is all one colour: there is no product to cut out"));
    }
    Ok(())
}

fn check_share(mask: &GrayImage) -> Result<()> {
    let count = |least: u8| mask.as_raw().iter().filter(|a| **a >= least).count() as f64;
    let all = mask.as_raw().len() as f64;
    let (some, sure) = (count(64), count(200));
    if some < MIN_SHARE * all {
        return Err(unsupported(format!("no product was found: {:.2} % of the photo", some / all * 100.0)));
    }
    if sure > MAX_SHARE * all {
        return Err(unsupported(format!(
            "product and background cannot be told apart: {:.1} % of the photo was taken",
            sure / all * 100.0
        )));
    }
    if sure < 0.2 * some {
        return Err(unsupported("it is not clear where the product is"));
    }
    Ok(())
}

/// The tight rectangle around alpha above `level`.
fn bounds(mask: &GrayImage, level: u8) -> Option<Bounds> {
    let (width, height) = mask.dimensions();
    let row = |y: u32| &mask.as_raw()[(y * width) as usize..((y + 1) * width) as usize];
    let visible = |y: &u32| row(*y).iter().any(|a| *a > level);
    let top = (0..height).find(visible)?;
    let bottom = (0..height).rev().find(visible)?;
    let (mut left, mut right) = (width, 0);
    for y in top..=bottom {
        let line = row(y);
        left = left.min(line.iter().position(|a| *a > level).map_or(width, |x| x as u32));
        right = right.max(line.iter().rposition(|a| *a > level).map_or(0, |x| x as u32));
    }
    Some(Bounds { x: left, y: top, width: right + 1 - left, height: bottom + 1 - top })
}

/// `inner` with air around it, inside the picture.
fn around(mask: &GrayImage, inner: Option<Bounds>) -> Bounds {
    let (width, height) = mask.dimensions();
    let Some(inner) = inner else { return Bounds { x: 0, y: 0, width, height } };
    let air = inner.width.max(inner.height) / 6 + 8;
    let (x, y) = (inner.x.saturating_sub(air), inner.y.saturating_sub(air));
    let right = (inner.x + inner.width + air).min(width);
    let bottom = (inner.y + inner.height + air).min(height);
    Bounds { x, y, width: right - x, height: bottom - y }
}

/// The part of the photo in which the model would see the product clearly larger, if there is one.
fn worth_a_closer_look(coarse: &GrayImage) -> Option<Bounds> {
    let region = around(coarse, bounds(coarse, 128));
    let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole);
    let gain = share(region.width, coarse.width()).max(share(region.height, coarse.height()));
    (gain < 0.85 && region.width.min(region.height) >= 64).then_some(region)
}

/// Whether two masks of the same place show the same thing: they overlap by at least 70 %.
fn agree(a: &GrayImage, b: &GrayImage) -> bool {
    let (mut both, mut either) = (0_u64, 0_u64);
    for (a, b) in a.as_raw().iter().zip(b.as_raw()) {
        both += u64::from(*a.min(b));
        either += u64::from(*a.max(b));
    }
    both as f64 >= 0.7 * either as f64
}

fn crop(photo: &RgbImage, part: Bounds) -> RgbImage {
    imageops::crop_imm(photo, part.x, part.y, part.width, part.height).to_image()
}

#[cfg(test)]
#[path = "cutout_tests.rs"]
mod tests;
