//! The contract of a background remover: a photo in, a coarse mask out. Refinement is not its business.
//!
//! May depend on `error` alone.

use crate::error::Result;
use image::{GrayImage, RgbImage};
use std::{fmt::Debug, sync::Arc};

/// Finds the product in a photo.
///
/// The work is heavy, and so the contract is synchronous: it is called on a thread where blocking is allowed, in its turn
/// among the other heavy work of a studio, never on an async runtime. One that asks a service may block on its answer
/// (`tokio::runtime::Handle::block_on` is allowed there). One value serves several photos, also at the same time; one that can
/// do only one at a time keeps a lock of its own.
///
/// [`name`](Self::name) and [`version`](Self::version) say which mask a photo gets: both enter the key of a cut-out, so that
/// another remover, or the same with other weights, is asked anew, and the same one is not. Equal photos get equal masks.
pub trait BackgroundRemover: Debug + Send + Sync + 'static {
    /// Its name for keys, notes and reports, such as `u2netp`.
    fn name(&self) -> &str;

    /// What tells its masks from those of others of that name: a version, or a hash of its weights. Not empty.
    fn version(&self) -> &str;

    /// The mask of the product in `photo` (upright, sRGB), of the photo's size: 0 is background, 255 is product. It may be
    /// soft and its edge imprecise by about `photo side / resolution()` pixels.
    ///
    /// It may be called twice for one photo, the second time with the part of it that holds the product. `cancel` says
    /// whether the work is still wanted; it is quick and may be asked as often as is useful, from any thread.
    ///
    /// # Errors
    /// [`Model`](crate::ErrorKind::Model) where the model fails, or what else a service says;
    /// [`Cancelled`](crate::ErrorKind::Cancelled) once `cancel` is true. A photo without a product is no error, but an empty
    /// mask.
    fn coarse_mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage>;

    /// The side in pixels of the square on which it really looks at the photo.
    fn resolution(&self) -> u32 {
        320
    }
}

/// What is pointed to is asked.
macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<T: BackgroundRemover + ?Sized> BackgroundRemover for $pointer {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn version(&self) -> &str {
                (**self).version()
            }

            fn coarse_mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
                (**self).coarse_mask(photo, cancel)
            }

            fn resolution(&self) -> u32 {
                (**self).resolution()
            }
        }
    )+};
}

forward!(Arc<T>, Box<T>);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Own;

    impl BackgroundRemover for Own {
        fn name(&self) -> &str {
            "own"
        }

        fn version(&self) -> &str {
            "7"
        }

        fn coarse_mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
            let value = if cancel() { 1 } else { 2 };
            Ok(GrayImage::from_pixel(photo.width(), photo.height(), image::Luma([value])))
        }

        fn resolution(&self) -> u32 {
            77
        }
    }

    fn facts(remover: impl BackgroundRemover) -> (String, String, u32, u8) {
        let mask = remover.coarse_mask(&RgbImage::new(3, 2), &|| true).expect("answers");
        (remover.name().to_owned(), remover.version().to_owned(), remover.resolution(), mask.get_pixel(2, 1)[0])
    }

    #[test]
    fn one_that_is_pointed_to_is_asked_itself() {
        let own = ("own".to_owned(), "7".to_owned(), 77, 1);
        assert_eq!(facts(Own), own);
        let boxed: Box<dyn BackgroundRemover> = Box::new(Own);
        assert_eq!(facts(boxed), own);
        let shared: Arc<dyn BackgroundRemover> = Arc::new(Own);
        assert_eq!(facts(Arc::clone(&shared)), own);
        assert_eq!(facts(Box::new(shared)), own);
    }
}
