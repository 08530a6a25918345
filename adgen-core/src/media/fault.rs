//! What can go wrong in a call of FFmpeg's or with a file, as types: which of our errors it becomes is decided here.
//!
//! Depends on FFmpeg's codes, `log` and `error`.

use std::{ffi::c_int, io, path::Path};

use super::{log, source::Unopened};
use crate::error::{Error, ErrorKind};

/// A call of FFmpeg's that failed, by its code.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The operating system has no such file.
    #[error("there is no such file")]
    Missing,
    /// The operating system refused something.
    #[error(transparent)]
    System(io::Error),
    /// FFmpeg's own word, and what the operating system's numbers mean where FFmpeg uses them for a file's content.
    #[error(transparent)]
    Content(ffmpeg_next::Error),
}

impl From<c_int> for Fault {
    fn from(code: c_int) -> Self {
        match ffmpeg_next::Error::from(code) {
            ffmpeg_next::Error::Other { errno: libc::ENOENT } => Self::Missing,
            ffmpeg_next::Error::Other { errno }
                if !matches!(errno, libc::EINVAL | libc::EAGAIN | libc::ENOMEM) && errno > 0 =>
            {
                Self::System(io::Error::from_raw_os_error(errno))
            }
            error => Self::Content(error),
        }
    }
}

impl Fault {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Missing => ErrorKind::NotFound,
            Self::System(_) => ErrorKind::Io,
            Self::Content(_) => ErrorKind::Media,
        }
    }

    /// The error of a call that has no file, with what FFmpeg logged about it.
    pub(super) fn in_call(self, message: impl Into<String>, operation: &'static str) -> Error {
        with_detail(Error::media(message).with_operation(operation)).with_source(self)
    }

    /// The error of a call on a file, with what FFmpeg logged about it.
    pub(super) fn of_file(self, message: &str, operation: &'static str, path: &Path) -> Error {
        let error = Error::new(self.kind(), message).with_operation(operation).with_context("path", path.display());
        with_detail(error).with_source(self)
    }
}

fn with_detail(error: Error) -> Error {
    match log::take_last() {
        detail if detail.is_empty() => error,
        detail => error.with_context("detail", detail),
    }
}

impl Unopened {
    /// The error for a file of that path.
    pub(super) fn of_file(self, operation: &'static str, path: &Path) -> Error {
        let kind = match &self {
            Self::System(error) if error.kind() == io::ErrorKind::NotFound => ErrorKind::NotFound,
            Self::System(_) => ErrorKind::Io,
            Self::Folder | Self::NoFile | Self::Empty | Self::TooLarge(_) => ErrorKind::Media,
        };
        let error = Error::new(kind, self.to_string()).with_operation(operation).with_context("path", path.display());
        match self {
            Self::System(source) => error.with_source(source),
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg_next::ffi;

    #[test]
    fn codes_become_kinds() {
        // Its own codes have words once FFmpeg is set up, as it is before every call.
        super::super::native::init().expect("FFmpeg starts");
        for (code, kind) in [
            (ffi::AVERROR(libc::ENOENT), ErrorKind::NotFound),
            (ffi::AVERROR(libc::EACCES), ErrorKind::Io),
            (ffi::AVERROR(libc::ENOSPC), ErrorKind::Io),
            (ffi::AVERROR(libc::EINVAL), ErrorKind::Media),
            (ffi::AVERROR(libc::ENOMEM), ErrorKind::Media),
            (ffi::AVERROR_INVALIDDATA, ErrorKind::Media),
            (ffi::AVERROR_EOF, ErrorKind::Media),
        ] {
            let error = Fault::from(code).of_file("it failed", "test", Path::new("a.mp4"));
            assert_eq!(error.kind(), kind, "{code}");
            assert_eq!(error.message(), "it failed");
            assert!(std::error::Error::source(&error).is_some_and(|source| !source.to_string().is_empty()), "{code}");
            assert_eq!(Fault::from(code).in_call("it failed", "test").kind(), ErrorKind::Media);
        }
    }

    #[test]
    fn files_that_are_not_opened_say_why() {
        for (fault, kind, words) in [
            (Unopened::System(io::ErrorKind::NotFound.into()), ErrorKind::NotFound, "cannot be opened"),
            (Unopened::System(io::ErrorKind::PermissionDenied.into()), ErrorKind::Io, "cannot be opened"),
            (Unopened::Folder, ErrorKind::Media, "a folder"),
            (Unopened::NoFile, ErrorKind::Media, "pipe"),
            (Unopened::Empty, ErrorKind::Media, "empty (0 bytes)"),
            (Unopened::TooLarge(7_000_000_000), ErrorKind::Media, "7000000000 bytes"),
        ] {
            let error = fault.of_file("test", Path::new("a.mp4"));
            assert_eq!(error.kind(), kind);
            assert!(error.message().contains(words) && error.to_string().contains("a.mp4"), "{error}");
        }
    }
}
