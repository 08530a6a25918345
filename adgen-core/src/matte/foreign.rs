//! A remover that a host brought along, held so that whatever it does is a failure of its own.
//!
//! May depend on `error` and its neighbour `remover`.

use super::remover::BackgroundRemover;
use crate::error::{Error, ErrorKind, Result, panic_words};
use image::{GrayImage, RgbImage};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// A remover that a host brought along. Its name, version and resolution are asked for once: what a key holds stays the
/// same, whatever it answers later.
#[derive(Debug, Clone)]
pub(crate) struct ForeignRemover {
    name: String,
    version: String,
    resolution: u32,
    remover: Arc<dyn BackgroundRemover>,
}

impl ForeignRemover {
    /// # Errors
    /// `InvalidConfig` for one without a name or version: its masks could not be told from those of others.
    pub(crate) fn new(remover: Arc<dyn BackgroundRemover>) -> Result<Self> {
        let wrong = |message: String| Err(Error::new(ErrorKind::InvalidConfig, message));
        let ask = || (remover.name().trim().to_owned(), remover.version().trim().to_owned(), remover.resolution());
        let (name, version, resolution) = match catch_unwind(AssertUnwindSafe(ask)) {
            Ok(told) => told,
            Err(panic) => return wrong(format!("a background remover panicked at its name: {}", panic_words(&*panic))),
        };
        if name.is_empty() {
            return wrong("a background remover has no name: it is part of the keys of its cut-outs".to_owned());
        }
        if version.is_empty() {
            return wrong(format!(
                "the background remover {name} has no version: it is part of the keys of its cut-outs"
            ));
        }
        Ok(Self { name, version, resolution, remover })
    }

    fn failed(&self, message: String) -> Error {
        Error::new(ErrorKind::Model, message)
            .with_model(&self.name)
            .with_hint("look at what the background remover says, then run again")
    }
}

impl BackgroundRemover for ForeignRemover {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    /// # Errors
    /// Its own. Those that would end the run, and its panics, are failures of the model: another way is tried.
    fn coarse_mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
        let asked = catch_unwind(AssertUnwindSafe(|| self.remover.coarse_mask(photo, cancel)));
        match asked {
            Ok(Ok(mask)) => Ok(mask),
            // Somebody wants the run to stop: what it said about that does not matter.
            _ if cancel() => Err(Error::cancelled()),
            Ok(Err(error)) => Err(match error.kind() {
                ErrorKind::Cancelled | ErrorKind::FallbackDenied | ErrorKind::Io | ErrorKind::Locked => {
                    self.failed(format!("{} failed: {}", self.name, error.message())).with_source(error)
                }
                _ if error.hint().is_none() => {
                    error.with_model(&self.name).with_hint("look at what the background remover says, then run again")
                }
                _ => error.with_model(&self.name),
            }),
            Err(panic) => Err(self.failed(format!("{} panicked: {}", self.name, panic_words(&*panic)))),
        }
    }

    fn resolution(&self) -> u32 {
        self.resolution
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[derive(Debug)]
    struct Told {
        name: &'static str,
        version: &'static str,
        fails: Option<ErrorKind>,
    }

    impl BackgroundRemover for Told {
        fn name(&self) -> &str {
            assert_ne!(self.name, "no name", "has none");
            self.name
        }

        fn version(&self) -> &str {
            self.version
        }

        fn coarse_mask(&self, photo: &RgbImage, _: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
            match self.fails {
                None => Ok(GrayImage::from_pixel(photo.width(), photo.height(), Luma([9]))),
                Some(ErrorKind::Unexpected) => panic!("out of {} tries", 3),
                Some(kind) => Err(Error::new(kind, "it does not want to")),
            }
        }
    }

    fn foreign(fails: Option<ErrorKind>) -> ForeignRemover {
        ForeignRemover::new(Arc::new(Told { name: " own ", version: "1", fails })).unwrap()
    }

    fn never() -> bool {
        false
    }

    #[test]
    fn one_that_cannot_be_told_from_others_is_refused() {
        for (name, version, said) in [
            ("", "1", "no name"),
            (" ", "1", "no name"),
            ("own", "", "own has no version"),
            ("no name", "1", "panicked"),
        ] {
            let error = ForeignRemover::new(Arc::new(Told { name, version, fails: None })).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfig);
            assert!(error.message().contains(said), "{error}");
        }
        let sound = foreign(None);
        assert_eq!((sound.name(), sound.version(), sound.resolution()), ("own", "1", 320));
    }

    #[test]
    fn no_failure_of_it_is_one_of_the_run() {
        let photo = RgbImage::new(4, 3);
        assert_eq!(foreign(None).coarse_mask(&photo, &never).unwrap().dimensions(), (4, 3));
        for (fails, kind, said) in [
            (ErrorKind::Unexpected, ErrorKind::Model, "own panicked: out of 3 tries"),
            (ErrorKind::Io, ErrorKind::Model, "own failed: it does not want to"),
            (ErrorKind::Cancelled, ErrorKind::Model, "own failed"),
            (ErrorKind::Locked, ErrorKind::Model, "own failed"),
            (ErrorKind::RateLimited, ErrorKind::RateLimited, "it does not want to"),
        ] {
            let error = foreign(Some(fails)).coarse_mask(&photo, &never).unwrap_err();
            assert_eq!((error.kind(), error.model()), (kind, Some("own")));
            assert!(error.message().contains(said) && error.hint().is_some(), "{error}");
            let stopped = foreign(Some(fails)).coarse_mask(&photo, &|| true).unwrap_err();
            assert_eq!(stopped.kind(), ErrorKind::Cancelled);
        }
    }
}
