//! Resizing of 8-bit pictures with Pillow's own algorithm (antialiased Lanczos, a = 3), which the matting models were
//! used with. The only user of `fast_image_resize`.
//!
//! May depend on `error` alone.

use crate::error::{Error, ErrorKind, Result};
use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::{GrayImage, RgbImage};

fn resize(source: &[u8], from: (u32, u32), to: (u32, u32), pixel: PixelType) -> Result<Vec<u8>> {
    if from == to {
        return Ok(source.to_vec());
    }
    let failed = |error: String| {
        Error::new(ErrorKind::Unexpected, "cannot resize a picture")
            .with_context("from", format!("{}x{}", from.0, from.1))
            .with_context("to", format!("{}x{}", to.0, to.1))
            .with_source(error)
    };
    let source = ImageRef::new(from.0, from.1, source, pixel).map_err(|e| failed(e.to_string()))?;
    let mut target = Image::new(to.0, to.1, pixel);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    Resizer::new().resize(&source, &mut target, &options).map_err(|e| failed(e.to_string()))?;
    Ok(target.into_vec())
}

/// `picture` at exactly `width` x `height` pixels; its aspect is not kept.
pub(crate) fn resize_rgb(picture: &RgbImage, width: u32, height: u32) -> Result<RgbImage> {
    let bytes = resize(picture.as_raw(), picture.dimensions(), (width, height), PixelType::U8x3)?;
    RgbImage::from_raw(width, height, bytes)
        .ok_or_else(|| Error::new(ErrorKind::Unexpected, "a resized picture is short"))
}

/// `mask` at exactly `width` x `height` pixels; its aspect is not kept.
pub(super) fn resize_gray(mask: &GrayImage, width: u32, height: u32) -> Result<GrayImage> {
    let bytes = resize(mask.as_raw(), mask.dimensions(), (width, height), PixelType::U8)?;
    GrayImage::from_raw(width, height, bytes)
        .ok_or_else(|| Error::new(ErrorKind::Unexpected, "a resized mask is short"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb};

    #[test]
    fn a_flat_picture_stays_flat_and_gets_the_asked_size() {
        let picture = RgbImage::from_pixel(37, 91, Rgb([12, 200, 77]));
        let small = resize_rgb(&picture, 20, 20).expect("resizes");
        assert_eq!(small.dimensions(), (20, 20));
        assert!(small.pixels().all(|p| *p == Rgb([12, 200, 77])));
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let mask = GrayImage::from_fn(9, 5, |x, y| Luma([(x * 20 + y) as u8]));
        assert_eq!(resize_gray(&mask, 9, 5).expect("resizes"), mask);
    }
}
