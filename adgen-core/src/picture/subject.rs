//! A person's file as sentences call it, and the sentences about what is wrong with it.
//!
//! Depends on `error`, `bounds` and `reduce`.

use super::{
    bounds::{MAX_PIXELS, MAX_SIDE, MIN_SIDE},
    reduce::reduced_size,
};
use crate::error::{Error, ErrorKind, Result};

/// What the decoders are told of a person's file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    /// How sentences call it, such as `the photo`.
    pub(super) what: &'a str,
    /// What it may be.
    pub(super) needed: &'static str,
}

impl<'a> Subject<'a> {
    /// What must have pixels.
    pub(super) fn pixels(what: &'a str) -> Self {
        Self { what, needed: "a PNG, JPEG or WebP file is needed" }
    }

    /// An error that says `is` of the subject, such as `is truncated`.
    pub(super) fn invalid(self, is: impl AsRef<str>) -> Error {
        Error::new(ErrorKind::InvalidInput, format!("{} {}", self.what, is.as_ref())).with_operation("picture")
    }

    pub(super) fn damaged(self, format: &str, cause: impl std::fmt::Display) -> Error {
        self.invalid(format!("is damaged or truncated: its {format} data cannot be decoded"))
            .with_source(cause.to_string())
    }

    pub(super) fn check_bytes(self, bytes: u64, most: u64) -> Result<()> {
        match bytes {
            0 => Err(self.invalid(format!("is empty (0 bytes); {}", self.needed))),
            bytes if bytes > most => {
                Err(self.invalid(format!("has {bytes} bytes; a plain file of at most {} MB is needed", most >> 20)))
            }
            _ => Ok(()),
        }
    }

    /// Whether a picture of this size is read at all, and the size that it is made smaller to.
    pub(super) fn check_size(self, width: u32, height: u32) -> Result<(u32, u32)> {
        if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(self.invalid(format!(
                "is {width}x{height} pixels; allowed are at most {MAX_SIDE} a side and {} megapixels",
                MAX_PIXELS / 1_000_000
            )));
        }
        let smaller = reduced_size(width, height);
        if width.min(height).min(smaller.0).min(smaller.1) < MIN_SIDE {
            let then = if smaller == (width, height) {
                String::new()
            } else {
                format!(", made smaller to {}x{}", smaller.0, smaller.1)
            };
            return Err(self.invalid(format!(
                "is {width}x{height} pixels{then}; at least {MIN_SIDE}x{MIN_SIDE} are needed to show anything"
            )));
        }
        Ok(smaller)
    }

    /// The same for a picture of a `kind` that can only be decoded as a whole.
    pub(super) fn check_whole(self, width: u32, height: u32, kind: &str, most: u64) -> Result<()> {
        if u64::from(width) * u64::from(height) <= most {
            return Ok(());
        }
        Err(self
            .invalid(format!(
                "is {width}x{height} pixels; allowed are at most {} megapixels for {kind}, which must be decoded as a whole",
                most / 1_000_000
            ))
            .with_hint("save it smaller, or as a plain (not interlaced) PNG or baseline JPEG"))
    }
}
