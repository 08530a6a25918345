//! The brightness of a decoded picture alone, in 8 bits: enough to see what moves.
//!
//! Depends on FFmpeg and `pixel`.

use std::ffi::c_int;

use ffmpeg_next::{ffi, frame as native_frame};

use super::pixel::pixel_format;

/// Rows from the top, each as long as the picture is wide.
pub(super) struct Luma {
    width: usize,
    height: usize,
    samples: Vec<u8>,
}

impl Luma {
    /// `None` for pictures whose brightness is no component of its own, and for rare layouts.
    pub(super) fn of(frame: &native_frame::Frame) -> Option<Self> {
        const OTHERS: c_int = ffi::AV_PIX_FMT_FLAG_RGB
            | ffi::AV_PIX_FMT_FLAG_PAL
            | ffi::AV_PIX_FMT_FLAG_BE
            | ffi::AV_PIX_FMT_FLAG_BITSTREAM
            | ffi::AV_PIX_FMT_FLAG_HWACCEL;
        // SAFETY: reads plain fields of a decoded frame; descriptions are static. The first plane has `height` rows of
        // `width` samples, each `step` bytes behind the one before, from `offset` on; rows may lie from the bottom up.
        unsafe {
            let raw = frame.as_ptr();
            let description = ffi::av_pix_fmt_desc_get(pixel_format((*raw).format)?);
            let (width, height) = (usize::try_from((*raw).width).ok()?, usize::try_from((*raw).height).ok()?);
            if description.is_null() || (*raw).data[0].is_null() || (*description).flags & u64::from(OTHERS as u32) != 0
            {
                return None;
            }
            let luma = (*description).comp[0];
            let (step, offset) = (usize::try_from(luma.step).ok()?, usize::try_from(luma.offset).ok()?);
            let wide = luma.depth > 8;
            if luma.plane != 0 || !(8..=16).contains(&luma.depth) || step < 1 + usize::from(wide) {
                return None;
            }
            let shift = luma.shift + luma.depth - 8;
            let mut samples = Vec::with_capacity(width.checked_mul(height)?);
            for y in 0..height {
                let row = (*raw).data[0].cast_const().offset(y as isize * (*raw).linesize[0] as isize);
                samples.extend((0..width).map(|x| {
                    let at = row.add(offset + x * step);
                    if wide { (u16::from_ne_bytes([*at, *at.add(1)]) >> shift) as u8 } else { *at }
                }));
            }
            Some(Self { width, height, samples })
        }
    }

    pub(super) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Row `y`, which must be below the height.
    pub(super) fn row(&self, y: usize) -> &[u8] {
        &self.samples[y * self.width..][..self.width]
    }
}
