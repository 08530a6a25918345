//! What a decoded picture is: size, layout of its samples, range, colours. A stream may change any of it half way.
//!
//! Depends on `error`, FFmpeg, `colorimetry`, `pixel` and `native`.

use std::{ffi::c_int, ptr};

use ffmpeg_next::{ffi, frame as native_frame};

use super::{
    colorimetry::{Colorimetry, Tags},
    native,
    pixel::{pixel_aspect, pixel_format},
};
use crate::error::{Error, Result};

const OPERATION: &str = "media::scale";

/// What of a decoded picture decides how it is scaled and converted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PictureFormat {
    pub(super) width: c_int,
    pub(super) height: c_int,
    /// FFmpeg's number of the pixel format.
    pub(super) format: c_int,
    pub(super) full_range: bool,
    /// Samples are R'G'B', or an index into such.
    pub(super) rgb: bool,
    pub(super) colorimetry: Colorimetry,
    /// Width over height of a pixel.
    pub(super) aspect: f64,
    pub(super) centred_chroma: bool,
    pub(super) transparent: bool,
    /// Stored bottom row first.
    pub(super) flipped: bool,
}

impl PictureFormat {
    /// The format of a decoded frame; `peak_nits` is the brightest light of its file, where that tells.
    pub(super) fn of(frame: &native_frame::Frame, peak_nits: Option<f32>) -> Result<Self> {
        // SAFETY: reads plain fields of a valid frame; the description of a known format is static.
        unsafe {
            let raw = frame.as_ptr();
            let (width, height) = ((*raw).width, (*raw).height);
            let description =
                pixel_format((*raw).format).map_or(ptr::null(), |format| ffi::av_pix_fmt_desc_get(format));
            if width < 1 || height < 1 || (*raw).data[0].is_null() || description.is_null() {
                return Err(Error::media("the decoder gave a picture of an unknown shape").with_operation(OPERATION));
            }
            let name = native::text((*description).name);
            let flags = (*description).flags;
            let rgb = flags & u64::from(ffi::AV_PIX_FMT_FLAG_RGB as u32) != 0 || name.starts_with("pal");
            let colorimetry = Colorimetry::of(Tags {
                matrix: (*raw).colorspace,
                primaries: (*raw).color_primaries,
                transfer: (*raw).color_trc,
                rgb,
                width,
                height,
                peak_nits,
            });
            Ok(Self {
                width,
                height,
                format: (*raw).format,
                full_range: rgb
                    || (*raw).color_range == ffi::AVColorRange::AVCOL_RANGE_JPEG
                    || name.starts_with("yuvj"),
                rgb,
                colorimetry,
                aspect: pixel_aspect((*raw).sample_aspect_ratio),
                transparent: flags & u64::from(ffi::AV_PIX_FMT_FLAG_ALPHA as u32) != 0,
                flipped: (*raw).linesize[0] < 0,
                centred_chroma: (*raw).chroma_location == ffi::AVChromaLocation::AVCHROMA_LOC_CENTER,
            })
        }
    }
}

/// The light of the brightest pixel in cd/m² by a frame's mastering and content metadata (SMPTE ST 2086, CTA-861.3);
/// `None` where it has none that makes sense.
pub(super) fn peak_nits(frame: &native_frame::Frame) -> Option<f32> {
    // What no display or camera has is a mistake: an unset field, or a value in another unit.
    let sane = |nits: &f32| (100.0..=10_000.0).contains(nits);
    let data = |kind| {
        // SAFETY: side data belongs to the frame and has `size` bytes.
        unsafe {
            let side = ffi::av_frame_get_side_data(frame.as_ptr(), kind);
            (!side.is_null() && !(*side).data.is_null())
                .then(|| std::slice::from_raw_parts((*side).data.cast_const(), (*side).size))
        }
    };
    let integer = |bytes: &[u8], at: usize| {
        let bytes = bytes.get(at..at + 4)?;
        Some(i32::from_ne_bytes(bytes.try_into().ok()?))
    };
    // `AVContentLightMetadata` begins with MaxCLL; `AVMasteringDisplayMetadata` holds ten fractions, of which the last is the
    // largest luminance, and then whether primaries and luminance are there.
    let content = data(ffi::AVFrameSideDataType::AV_FRAME_DATA_CONTENT_LIGHT_LEVEL)
        .and_then(|bytes| integer(bytes, 0))
        .map(|nits| nits as f32)
        .filter(sane);
    let mastering = data(ffi::AVFrameSideDataType::AV_FRAME_DATA_MASTERING_DISPLAY_METADATA).and_then(|bytes| {
        let (num, den) = (integer(bytes, 72)?, integer(bytes, 76)?);
        (integer(bytes, 84)? != 0 && den > 0).then(|| num as f32 / den as f32).filter(sane)
    });
    match (content, mastering) {
        (Some(content), Some(mastering)) => Some(content.min(mastering)),
        (one, other) => one.or(other),
    }
}
