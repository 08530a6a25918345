//! Transparent pictures laid over a plain ground, before they are scaled: hidden colours must not bleed into edges.
//!
//! Depends on `error`, FFmpeg, `picture_format` and `sws`.

use std::{ffi::c_int, slice};

use ffmpeg_next::{ffi, frame as native_frame};

use super::{
    colorimetry::Matrix,
    native,
    picture_format::PictureFormat,
    sws::{Context, picture},
};
use crate::error::Result;

const OPERATION: &str = "media::scale";
const WITH_ALPHA: ffi::AVPixelFormat = ffi::AVPixelFormat::AV_PIX_FMT_YUVA444P;
const WITHOUT: ffi::AVPixelFormat = ffi::AVPixelFormat::AV_PIX_FMT_YUV444P;

/// Lays pictures over a ground.
pub(super) struct Flattener {
    /// sRGB.
    ground: [u8; 3],
    prepared: Option<(PictureFormat, Context)>,
    flat: native_frame::Frame,
    transparent: bool,
}

impl Flattener {
    pub(super) fn new(ground: [u8; 3]) -> Self {
        // SAFETY: an empty frame owns no planes yet.
        Self { ground, prepared: None, flat: unsafe { native_frame::Frame::empty() }, transparent: false }
    }

    /// Whether any picture so far let the ground be seen.
    pub(super) fn showed_ground(&self) -> bool {
        self.transparent
    }

    /// The picture without transparency, with the colours and the shape of `frame`, whose format is `source`.
    pub(super) fn flatten(
        &mut self,
        frame: &native_frame::Frame,
        source: PictureFormat,
    ) -> Result<native_frame::Video> {
        let size = [source.width as usize, source.height as usize];
        if self.prepared.as_ref().is_none_or(|(known, _)| *known != source) {
            let context = Context::new(source, size, size, WITH_ALPHA)?;
            self.flat = picture(size, WITH_ALPHA)?;
            self.prepared = Some((source, context));
        }
        let ground = ground_codes(self.ground, source.colorimetry.matrix);
        // SAFETY: `flat` has four planes of the source's size, its own alone; the context was made for just these shapes.
        unsafe {
            let flat = self.flat.as_mut_ptr();
            (*flat).format = WITH_ALPHA as c_int;
            if let Some((_, context)) = &self.prepared {
                context.scale(frame.as_ptr(), flat)?;
            }
            for (plane, &ground) in ground.iter().enumerate() {
                for row in 0..size[1] {
                    let line = |plane: usize| (*flat).data[plane].add(row * (*flat).linesize[plane] as usize);
                    let alpha = slice::from_raw_parts(line(3).cast_const(), size[0]);
                    let values = slice::from_raw_parts_mut(line(plane), size[0]);
                    self.transparent |= blend(values, alpha, ground);
                }
            }
            let from = frame.as_ptr();
            (*flat).format = WITHOUT as c_int;
            (*flat).color_range = ffi::AVColorRange::AVCOL_RANGE_MPEG;
            (*flat).colorspace = if source.rgb { ffi::AVColorSpace::AVCOL_SPC_BT709 } else { (*from).colorspace };
            (*flat).color_primaries = (*from).color_primaries;
            (*flat).color_trc = (*from).color_trc;
            (*flat).sample_aspect_ratio = (*from).sample_aspect_ratio;
        }
        // A reference of its own, which the caller may crop.
        let mut shown = native_frame::Video::empty();
        // SAFETY: both frames are valid, and the new one holds nothing yet.
        let code = unsafe { ffi::av_frame_ref(shown.as_mut_ptr(), self.flat.as_ptr()) };
        native::check(code, "no memory for a picture", OPERATION)?;
        Ok(shown)
    }
}

/// Limited-range codes of an sRGB colour in the source's matrix.
fn ground_codes(rgb: [u8; 3], matrix: Matrix) -> [u8; 3] {
    let (kr, kb) = if let Matrix::Weights(kr, kb) = matrix { (kr, kb) } else { (0.2126, 0.0722) };
    let [r, g, b] = rgb.map(|value| f32::from(value) / 255.0);
    let luma = kr * r + (1.0 - kr - kb) * g + kb * b;
    let codes = [16.0 + 219.0 * luma, 128.0 + 112.0 * (b - luma) / (1.0 - kb), 128.0 + 112.0 * (r - luma) / (1.0 - kr)];
    codes.map(|code| code.round().clamp(0.0, 255.0) as u8)
}

/// Mixes one row with the ground; `true` where that is seen.
fn blend(values: &mut [u8], alpha: &[u8], ground: u8) -> bool {
    let mut seen = false;
    for (value, &alpha) in values.iter_mut().zip(alpha) {
        if alpha < u8::MAX {
            let (own, rest) = (u32::from(*value) * u32::from(alpha), u32::from(ground) * u32::from(u8::MAX - alpha));
            *value = ((own + rest + 127) / 255) as u8;
            seen = true;
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ground_is_seen_as_far_as_pictures_are_transparent() {
        let mut values = [200, 200, 200];
        assert!(blend(&mut values, &[255, 128, 0], 100));
        assert_eq!(values, [200, 150, 100]);
        assert!(!blend(&mut values, &[255; 3], 0));
        assert_eq!(ground_codes([255, 0, 0], Matrix::BT709), [63, 102, 240]);
        assert_eq!(ground_codes([255, 0, 0], Matrix::BT601), [81, 90, 240]);
    }
}
