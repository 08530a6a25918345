//! What every decoder gives, and the turn that it takes for a large picture. Depends on `reduce`.

use super::reduce::Reduced;
use image::metadata::Orientation;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One picture of more pixels is decoded at a time in the process.
const LARGE_PIXELS: u64 = 16_000_000;

/// What a decoder gives: not yet turned.
pub(super) struct Decoded {
    pub(super) picture: Reduced,
    pub(super) orientation: Orientation,
    pub(super) notes: Vec<String>,
}

/// Taken while a large picture is decoded, so that two of them never add up.
pub(super) fn turn(width: u32, height: u32) -> Option<MutexGuard<'static, ()>> {
    static DECODING: Mutex<()> = Mutex::new(());
    let large = u64::from(width) * u64::from(height) > LARGE_PIXELS;
    large.then(|| DECODING.lock().unwrap_or_else(PoisonError::into_inner))
}
