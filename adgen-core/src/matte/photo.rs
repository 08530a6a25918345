//! A product photo as the rest of the crate sees it: upright, sRGB, 8 bit, not larger than is useful.
//!
//! Decodes untrusted bytes: sizes are judged by the header, before anything is allocated. May depend on `error` and its
//! neighbours `jpeg` and `resample`.

use super::{jpeg, resample};
use crate::error::{Error, ErrorKind, Result};
use image::{
    DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits, Luma, Rgb, RgbImage, metadata::Orientation,
};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use std::{io::Cursor, path::Path};

/// Larger pictures are refused: 100 megapixels is more than any product photo has.
pub const MAX_PIXELS: u64 = 100_000_000;
/// A longer side is refused.
pub const MAX_SIDE: u32 = 20_000;
/// A shorter side is refused: there is nothing to cut out.
pub const MIN_SIDE: u32 = 16;
/// Photos with a longer side are made smaller after decoding: the largest video frame is shorter than this.
pub const WORKING_SIDE: u32 = 4096;
/// A larger file is refused before it is read: no photo of [`MAX_PIXELS`] needs as much.
pub const MAX_FILE_BYTES: u64 = 256 << 20;
/// The memory that decoding may take.
const MAX_DECODE_BYTES: u64 = 512 << 20;

/// A decoded photo: upright, sRGB, 8 bit a channel.
#[derive(Debug, Clone)]
pub struct Photo {
    rgb: RgbImage,
    alpha: Option<GrayImage>,
    original: (u32, u32),
    notes: Vec<String>,
}

impl Photo {
    /// A photo from pixels that are upright and sRGB already.
    pub fn from_rgb(rgb: RgbImage) -> Result<Self> {
        check_size(rgb.width(), rgb.height())?;
        Ok(Self { original: rgb.dimensions(), rgb, alpha: None, notes: Vec::new() })
    }

    /// Opens and decodes a file as [`Photo::load`] does. Its size is judged before it is read.
    ///
    /// # Errors
    /// As [`Photo::load`]; [`ErrorKind::InvalidInput`] where it cannot be read, is no plain file or is larger than
    /// [`MAX_FILE_BYTES`].
    pub fn open(path: &Path) -> Result<Self> {
        let named = |error: Error| error.with_context("path", path.display());
        let unreadable = |error: std::io::Error| named(invalid("the photo cannot be read").with_source(error));
        let facts = std::fs::metadata(path).map_err(unreadable)?;
        if !facts.is_file() || facts.len() > MAX_FILE_BYTES {
            return Err(named(invalid(format!(
                "the photo has {} bytes; a plain file of at most {} MB is needed",
                facts.len(),
                MAX_FILE_BYTES >> 20
            ))));
        }
        Self::load(&std::fs::read(path).map_err(unreadable)?).map_err(named)
    }

    /// Decodes a PNG, JPEG or WebP file. EXIF orientation and ICC profile are applied; transparency is kept; photos
    /// larger than [`WORKING_SIDE`] are made smaller.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] with what is allowed, where the bytes are not such a file, are truncated, or the
    /// picture is larger than [`MAX_PIXELS`] or [`MAX_SIDE`] or smaller than [`MIN_SIDE`].
    pub fn load(bytes: &[u8]) -> Result<Self> {
        let mut notes = Vec::new();
        let (pixels, orientation, profile) = decode(bytes, &mut notes)?;
        let original = match orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => (pixels.height(), pixels.width()),
            _ => (pixels.width(), pixels.height()),
        };
        let (mut rgb, mut alpha) = split(pixels);
        if let Some(profile) = profile {
            to_srgb(&mut rgb, &profile, &mut notes);
        }
        let longest = rgb.width().max(rgb.height());
        if longest > WORKING_SIDE {
            let scaled = |side: u32| {
                ((u64::from(side) * u64::from(WORKING_SIDE) + u64::from(longest) / 2) / u64::from(longest)).max(1)
                    as u32
            };
            let (width, height) = (scaled(rgb.width()), scaled(rgb.height()));
            check_size(width, height)?;
            rgb = resample::resize_rgb(&rgb, width, height)?;
            alpha = alpha.map(|alpha| resample::resize_gray(&alpha, width, height)).transpose()?;
            notes.push(format!(
                "the photo was made smaller: {}x{} to {width}x{height} before turning",
                original.0, original.1
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
        Ok(Self { rgb, alpha, original, notes })
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

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message).with_operation("photo")
}

fn check_size(width: u32, height: u32) -> Result<()> {
    if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(invalid(format!(
            "the photo is {width}x{height} pixels; allowed are at most {MAX_SIDE} a side and {} megapixels",
            MAX_PIXELS / 1_000_000
        )));
    }
    if width.min(height) < MIN_SIDE {
        return Err(invalid(format!(
            "the photo is {width}x{height} pixels; at least {MIN_SIDE}x{MIN_SIDE} are needed to show a product"
        )));
    }
    Ok(())
}

fn decode(bytes: &[u8], notes: &mut Vec<String>) -> Result<(DynamicImage, Orientation, Option<Vec<u8>>)> {
    if bytes.is_empty() {
        return Err(invalid("the photo is empty (0 bytes); a PNG, JPEG or WebP file is needed"));
    }
    // A decoder that runs into its memory limit no longer says how large the picture claims to be.
    if let [0x89, b'P', b'N', b'G', _, _, _, _, _, _, _, _, _, _, _, _, a, b, c, d, e, f, g, h, ..] = *bytes {
        check_size(u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))?;
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| invalid("the photo cannot be read").with_source(error))?;
    let format = match reader.format() {
        Some(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => format,
        Some(other) => {
            return Err(invalid(format!("the photo is a {other:?} file; a PNG, JPEG or WebP file is needed")));
        }
        None => {
            return Err(invalid("the photo is not an image; a PNG, JPEG or WebP file is needed")
                .with_context("bytes", bytes.len()));
        }
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODE_BYTES);
    reader.limits(limits);
    let broken = |error: image::ImageError| {
        invalid(format!("the photo is damaged or truncated: its {format:?} data cannot be decoded")).with_source(error)
    };
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    if decoder.total_bytes() > MAX_DECODE_BYTES {
        return Err(invalid(format!(
            "the photo is {width}x{height} pixels and would take {} MiB of memory; allowed are {} MiB",
            decoder.total_bytes() >> 20,
            MAX_DECODE_BYTES >> 20
        )));
    }
    let mut profile_fits = true;
    if let Some(facts) = jpeg::inspect(bytes) {
        if !facts.complete {
            return Err(invalid("the photo is truncated: its JPEG data ends before the picture does"));
        }
        if facts.channels == 4 {
            // The decoder gives RGB by the device formula; a CMYK profile no longer fits what it gave.
            profile_fits = false;
            notes.push("the photo is CMYK: converted to RGB without its press profile".into());
        }
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| profile_fits && !profile.is_empty());
    let pixels = DynamicImage::from_decoder(decoder).map_err(broken)?;
    Ok((pixels, orientation, profile))
}

/// Colours and transparency apart, 8 bit each. Transparency that is opaque everywhere is none.
fn split(pixels: DynamicImage) -> (RgbImage, Option<GrayImage>) {
    if !pixels.color().has_alpha() {
        return (pixels.into_rgb8(), None);
    }
    let rgba = pixels.into_rgba8();
    let (width, height) = rgba.dimensions();
    let opaque = rgba.pixels().all(|pixel| pixel[3] == u8::MAX);
    let alpha = (!opaque).then(|| GrayImage::from_fn(width, height, |x, y| Luma([rgba.get_pixel(x, y)[3]])));
    let rgb = RgbImage::from_fn(width, height, |x, y| {
        let [r, g, b, _] = rgba.get_pixel(x, y).0;
        Rgb([r, g, b])
    });
    (rgb, alpha)
}

/// Converts `rgb` from the space of the ICC `profile` to sRGB, unless that is the same but for rounding.
fn to_srgb(rgb: &mut RgbImage, profile: &[u8], notes: &mut Vec<String>) {
    let Ok(source) = ColorProfile::new_from_slice(profile) else {
        notes.push("the photo's colour profile cannot be read: taken as sRGB".into());
        return;
    };
    if source.color_space != DataColorSpace::Rgb {
        // Grey profiles describe a tone curve that is close to sRGB's in practice.
        return;
    }
    let target = ColorProfile::new_srgb();
    let Ok(transform) = source.create_transform_8bit(Layout::Rgb, &target, Layout::Rgb, TransformOptions::default())
    else {
        notes.push("the photo's colour profile is of a kind that is not supported: taken as sRGB".into());
        return;
    };
    // Most photos carry an sRGB profile of some make: leave their pixels exactly as they are.
    let steps = (0..=255).step_by(51);
    let probe: Vec<u8> = steps
        .clone()
        .flat_map(|r| {
            steps.clone().flat_map({
                let steps = steps.clone();
                move |g| steps.clone().flat_map(move |b| [r as u8, g as u8, b as u8])
            })
        })
        .collect();
    let mut seen = vec![0; probe.len()];
    if transform.transform(&probe, &mut seen).is_err() {
        notes.push("the photo's colour profile failed: taken as sRGB".into());
        return;
    }
    if probe.iter().zip(&seen).all(|(a, b)| a.abs_diff(*b) <= 2) {
        return;
    }
    let row_bytes = rgb.width() as usize * 3;
    let mut row = vec![0; row_bytes];
    for line in rgb.chunks_exact_mut(row_bytes) {
        // The same lengths as in the probe's sense; a failure leaves the line as it was.
        if transform.transform(line, &mut row).is_ok() {
            line.copy_from_slice(&row);
        }
    }
    notes.push("the photo's colour profile was converted to sRGB".into());
}

#[cfg(test)]
#[path = "photo_tests.rs"]
mod tests;
