//! The product's cut-out as a prepared picture, loaded once and used in every scene; and how pictures are cropped and
//! resized for that.

use super::sprite::Sprite;
use crate::error::{Error, ErrorKind, Result};
use crate::media::color::{linear_to_srgb, srgb_to_linear};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image};
use image::RgbaImage;
use std::sync::LazyLock;

/// No scene shows a product larger than this; larger photos are reduced once when they are loaded.
const MAX_SIDE: u32 = 2560;
/// Alpha below this does not count when the empty margin is cut away.
const VISIBLE: u8 = 8;

/// The product's cut-out, cropped to what can be seen.
#[derive(Debug, Clone)]
pub struct ProductArt {
    image: RgbaImage,
}

impl ProductArt {
    /// From a cut-out with straight alpha, sRGB. Fails where nothing of it can be seen.
    pub fn new(cutout: &RgbaImage) -> Result<Self> {
        Ok(Self { image: visible_part(cutout, "the product's cut-out")? })
    }

    /// Width and height of what can be seen, in pixels of the photo (at most 2560 a side).
    pub fn size(&self) -> (u32, u32) {
        self.image.dimensions()
    }

    /// Width over height.
    pub fn aspect(&self) -> f32 {
        self.image.width() as f32 / self.image.height() as f32
    }

    /// The art at a size, and its coverage (`width * height`, 0-255) for the shadow.
    pub(super) fn sprite(&self, width: usize, height: usize) -> Result<(Sprite, Vec<u8>)> {
        render(&self.image, width, height)
    }
}

pub(super) static TO_LINEAR: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|i| srgb_to_linear(i as f32 / 255.0)));

pub(super) fn visible_part(image: &RgbaImage, what: &str) -> Result<RgbaImage> {
    let (mut left, mut top, mut right, mut bottom) = (u32::MAX, u32::MAX, 0, 0);
    for (x, y, pixel) in image.enumerate_pixels() {
        if pixel[3] >= VISIBLE {
            (left, right) = (left.min(x), right.max(x));
            (top, bottom) = (top.min(y), bottom.max(y));
        }
    }
    if left > right {
        let (width, height) = image.dimensions();
        return Err(Error::new(ErrorKind::InvalidInput, format!("nothing can be seen of {what}: it is transparent"))
            .with_operation("composite")
            .with_context("size", format!("{width}x{height}")));
    }
    let cropped = image::imageops::crop_imm(image, left, top, right - left + 1, bottom - top + 1).to_image();
    let longest = cropped.width().max(cropped.height());
    if longest <= MAX_SIDE {
        return Ok(cropped);
    }
    let side = |side: u32| (u64::from(side) * u64::from(MAX_SIDE) / u64::from(longest)).max(1) as u32;
    let (width, height) = (side(cropped.width()), side(cropped.height()));
    let pixels = resize(&cropped, width as usize, height as usize)?;
    Ok(RgbaImage::from_fn(width, height, |x, y| {
        let pixel = straight(&pixels, (y * width + x) as usize);
        image::Rgba(pixel.map(|c| (c * 255.0 + 0.5).clamp(0.0, 255.0) as u8))
    }))
}

/// The picture at a size, as a sprite, with its coverage.
pub(super) fn render(image: &RgbaImage, width: usize, height: usize) -> Result<(Sprite, Vec<u8>)> {
    let (width, height) = (width.max(1), height.max(1));
    if (image.width() as usize, image.height() as usize) == (width, height) {
        let at = |x: usize, y: usize| image.get_pixel(x as u32, y as u32).0;
        let coverage = (0..width * height).map(|i| snap(f32::from(at(i % width, i / width)[3]))).collect();
        let sprite = Sprite::new(width, height, |x, y| at(x, y).map(|c| f32::from(c) / 255.0));
        return Ok((sprite, coverage));
    }
    let pixels = resize(image, width, height)?;
    let alpha = |index: usize| snap(f32::from(pixels[4 * index + 3]) / 257.0);
    let sprite = Sprite::new(width, height, |x, y| {
        let index = y * width + x;
        let [r, g, b, _] = straight(&pixels, index);
        [r, g, b, f32::from(alpha(index)) / 255.0]
    });
    Ok((sprite, (0..width * height).map(alpha).collect()))
}

/// Rings of the resampling kernel at hard edges must not make the inside translucent or the outside dusty.
fn snap(alpha: f32) -> u8 {
    match alpha {
        a if a >= 251.5 => 255,
        a if a <= 2.5 => 0,
        a => (a + 0.5) as u8,
    }
}

/// One pixel of the resized picture (premultiplied linear light) as straight sRGB and alpha, each 0-1.
fn straight(pixels: &[u16], index: usize) -> [f32; 4] {
    let [r, g, b, a] = [0, 1, 2, 3].map(|c| f32::from(pixels[4 * index + c]));
    if a < 1.0 {
        return [0.0; 4];
    }
    let color = |c: f32| linear_to_srgb((c / a).min(1.0));
    [color(r), color(g), color(b), a / 65535.0]
}

/// Resizes in premultiplied linear light with 16 bits a channel, as light itself mixes. Returns RGBA, 4 values a pixel.
fn resize(image: &RgbaImage, width: usize, height: usize) -> Result<Vec<u16>> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::new(ErrorKind::Unexpected, format!("a picture could not be resized: {error}"))
            .with_operation("composite")
            .with_context("size", format!("{width}x{height}"))
    };
    let mut source = Image::new(image.width(), image.height(), PixelType::U16x4);
    for (pixel, bytes) in image.pixels().zip(source.buffer_mut().chunks_exact_mut(8)) {
        let alpha = f32::from(pixel[3]) / 255.0;
        for c in 0..3 {
            let value = TO_LINEAR[usize::from(pixel[c])] * alpha * 65535.0;
            bytes[2 * c..2 * c + 2].copy_from_slice(&((value + 0.5) as u16).to_ne_bytes());
        }
        bytes[6..].copy_from_slice(&(u16::from(pixel[3]) * 257).to_ne_bytes());
    }
    let mut target = Image::new(width as u32, height as u32, PixelType::U16x4);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom)).use_alpha(false);
    Resizer::new().resize(&source, &mut target, &options).map_err(|e| failed(&e))?;
    Ok(target.buffer().chunks_exact(2).map(|pair| u16::from_ne_bytes([pair[0], pair[1]])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_margins_are_cut_away_and_empty_pictures_refused() {
        let mut image = RgbaImage::new(100, 80);
        assert_eq!(ProductArt::new(&image).unwrap_err().kind(), ErrorKind::InvalidInput);
        for (x, y) in [(20, 10), (59, 69)] {
            image.put_pixel(x, y, image::Rgba([1, 2, 3, 255]));
        }
        assert_eq!(ProductArt::new(&image).unwrap().size(), (40, 60));
        assert!(ProductArt::new(&RgbaImage::new(0, 0)).is_err());
    }

    #[test]
    fn resizing_keeps_flat_colours_and_opacity() {
        let image = RgbaImage::from_pixel(300, 200, image::Rgba([180, 40, 90, 255]));
        let pixels = resize(&image, 77, 53).unwrap();
        for index in 0..77 * 53 {
            let [r, g, b, a] = straight(&pixels, index).map(|c| c * 255.0);
            assert!((r - 180.0).abs() < 0.6 && (g - 40.0).abs() < 0.6 && (b - 90.0).abs() < 0.6 && a > 254.9);
        }
    }

    #[test]
    fn huge_pictures_are_reduced() {
        let image = RgbaImage::from_pixel(5200, 40, image::Rgba([9, 9, 9, 255]));
        assert_eq!(ProductArt::new(&image).unwrap().size(), (2560, 19));
    }
}
