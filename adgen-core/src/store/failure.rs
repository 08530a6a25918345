//! What can go wrong with one object, and what to do then.
//!
//! May depend on `error`. Everything above speaks [`Error`]; only the storage itself tells these cases apart.

use crate::error::{Error, ErrorKind, Retry};
use std::time::Duration;

/// Why something with an object did not succeed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the object is not there")]
    Missing,
    #[error("the storage did not answer within {} s", .0.as_secs())]
    Late(Duration),
    #[error("it has {bytes} bytes; at most {most} are read as a whole")]
    TooLarge { bytes: u64, most: u64 },
    #[error("it is a pipe, a socket or a device")]
    NoFile,
    #[error("something that is no file is in its place")]
    InTheWay,
    #[error("{got} bytes came of {expected}")]
    Short { got: u64, expected: u64 },
    #[error("its content is not what was stored: the SHA-256 is {got} instead of {expected}")]
    Other { got: String, expected: String },
    #[error("the storage gives no addresses for downloads")]
    Unsigned,
    #[error(transparent)]
    Store(object_store::Error),
    #[error(transparent)]
    File(std::io::Error),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing,
            _ => Self::File(error),
        }
    }
}

impl From<object_store::Error> for Failure {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing,
            error => Self::Store(error),
        }
    }
}

impl Failure {
    /// Whether the object itself is gone or not what it was: nothing that is asked again will bring it back.
    pub(super) fn is_loss(&self) -> bool {
        matches!(self, Self::Missing | Self::Short { .. } | Self::Other { .. })
    }

    /// The same for everybody: what was tried, with which object, and what to do next.
    pub(super) fn into_error(self, what: &str, object: &str) -> Error {
        let (kind, hint) = self.kind_and_hint();
        let full = if self.is_full() { ": the storage is full; free some space and run again" } else { "" };
        let thing = if what == "list" { "folder" } else { "file" };
        let error = Error::new(kind, format!("cannot {what} a {thing} of the storage{full}"));
        let error = if hint.is_empty() { error } else { error.with_hint(hint) };
        let retry = match self {
            Self::Late(_) | Self::Short { .. } => Retry::Now,
            _ if self.is_remote() => Retry::Now,
            _ => Retry::Never,
        };
        error.with_context("file", object).with_retry(retry).with_source(self)
    }

    fn kind_and_hint(&self) -> (ErrorKind, &'static str) {
        match self {
            Self::Missing => (ErrorKind::NotFound, ""),
            Self::Late(_) => (ErrorKind::Timeout, "look whether the storage can be reached, then run again"),
            Self::TooLarge { .. } => (ErrorKind::Io, "bring its own version back, then run again"),
            Self::NoFile | Self::InTheWay => (ErrorKind::Io, "remove it, then run again"),
            Self::Short { .. } | Self::Other { .. } => (ErrorKind::Io, "run again: what is damaged is made anew"),
            Self::Unsigned => {
                (ErrorKind::Unsupported, "hand over a signer with the storage, or read the file through it")
            }
            Self::Store(object_store::Error::Unauthenticated { .. }) => {
                (ErrorKind::Unauthenticated, "look at the storage's credentials in the environment")
            }
            Self::Store(object_store::Error::PermissionDenied { .. }) => {
                (ErrorKind::Io, "let these credentials read, write, list and delete below the storage's prefix")
            }
            Self::Store(object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. }) => {
                (ErrorKind::Unsupported, "use a storage that knows create-if-absent, listing and copying")
            }
            _ if self.is_remote() => (
                ErrorKind::Io,
                "look whether the storage can be reached as it is set up, bucket and endpoint included, then run again",
            ),
            Self::Store(_) | Self::File(_) => (ErrorKind::Io, ""),
        }
    }

    /// Whether a storage elsewhere said no more than that it did not work.
    fn is_remote(&self) -> bool {
        matches!(self, Self::Store(object_store::Error::Generic { store, .. }) if *store != "LocalFileSystem")
    }

    fn is_full(&self) -> bool {
        let mut source: Option<&(dyn std::error::Error + 'static)> = match self {
            Self::Store(error) => Some(error),
            Self::File(error) => Some(error),
            _ => None,
        };
        while let Some(current) = source {
            if current.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::StorageFull) {
                return true;
            }
            source = current.source();
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_names_the_object_and_what_to_do() {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let wrapped = object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(full()) };
        let away = object_store::Error::Generic { store: "S3", source: "connection refused".into() };
        for (failure, kind, part) in [
            (Failure::Store(away), ErrorKind::Io, "can be reached"),
            (Failure::Missing, ErrorKind::NotFound, "not there"),
            (Failure::Late(Duration::from_secs(60)), ErrorKind::Timeout, "within 60 s"),
            (Failure::TooLarge { bytes: 9, most: 8 }, ErrorKind::Io, "9 bytes; at most 8"),
            (Failure::NoFile, ErrorKind::Io, "a pipe"),
            (Failure::Short { got: 1, expected: 2 }, ErrorKind::Io, "1 bytes came of 2"),
            (Failure::Unsigned, ErrorKind::Unsupported, "signer"),
            (Failure::File(full()), ErrorKind::Io, "free some space"),
            (Failure::Store(wrapped), ErrorKind::Io, "free some space"),
        ] {
            let error = failure.into_error("read", "a/b.json");
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains("a/b.json") && error.to_string().contains(part), "{error}");
        }
    }
}
