//! The contract of a background remover: a photo in, a coarse mask out. Refinement is not its business.
//!
//! May depend on `error` alone.

use crate::error::Result;
use image::{GrayImage, RgbImage};
use std::fmt::Debug;

/// Finds the product in a photo. Synchronous and CPU-bound; one per worker thread.
pub trait BackgroundRemover: Debug + Send {
    /// Its name for notes and reports, such as `u2netp`.
    fn name(&self) -> &str;

    /// The mask of the product in `photo`, of the photo's size: 0 is background, 255 is product. It may be soft and its
    /// edge imprecise by about `photo side / resolution()` pixels.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::Model`] where the model fails.
    fn coarse_mask(&mut self, photo: &RgbImage) -> Result<GrayImage>;

    /// The side in pixels of the square on which it really looks at the photo.
    fn resolution(&self) -> u32 {
        320
    }
}
