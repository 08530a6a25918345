//! What FFmpeg's numbers say of a pixel: how its samples are laid out, and its shape.
//!
//! Depends on FFmpeg alone.

use std::ffi::c_int;

use ffmpeg_next::ffi;

/// FFmpeg's pixel format from the number in a frame or a stream; `None` for "none" and numbers out of range.
pub(super) fn pixel_format(number: c_int) -> Option<ffi::AVPixelFormat> {
    if !(0..ffi::AVPixelFormat::AV_PIX_FMT_NB as c_int).contains(&number) {
        return None;
    }
    // SAFETY: the enum is `repr(i32)`, and FFmpeg numbers its formats without gaps from 0 to `AV_PIX_FMT_NB`.
    Some(unsafe { std::mem::transmute::<c_int, ffi::AVPixelFormat>(number) })
}

/// Width over height of one pixel; 1 where the file does not say or says nonsense.
pub(super) fn pixel_aspect(ratio: ffi::AVRational) -> f64 {
    let aspect = f64::from(ratio.num) / f64::from(ratio.den.max(1));
    if ratio.num > 0 && ratio.den > 0 && (0.1..=10.0).contains(&aspect) { aspect } else { 1.0 }
}
