//! A product photo as the rest of the crate sees it: upright, sRGB, 8 bit, not larger than is useful.
//!
//! Depends on `error`, `decoded` and `subject`; `reading` and `logo` make photos of files.

use super::{decoded::Decoded, reduce::Reduced, subject::Subject};
use crate::error::Result;
use image::{DynamicImage, GrayImage, RgbImage, metadata::Orientation};

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
    ///
    /// # Errors
    /// `ErrorKind::InvalidInput` where it is larger or smaller than allowed.
    pub fn from_rgb(rgb: RgbImage) -> Result<Self> {
        Subject::pixels("the photo").check_size(rgb.width(), rgb.height())?;
        Ok(Self { original: rgb.dimensions(), rgb, alpha: None, notes: Vec::new() })
    }

    /// A picture that was drawn by ourselves.
    pub(super) fn from_parts(rgb: RgbImage, alpha: Option<GrayImage>, notes: Vec<String>) -> Self {
        Self { original: rgb.dimensions(), rgb, alpha, notes }
    }

    /// What a decoder gave, turned as its file asks for.
    pub(super) fn upright(Decoded { picture, orientation, mut notes }: Decoded) -> Self {
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
