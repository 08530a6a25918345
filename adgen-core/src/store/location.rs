//! Where a storage lies, as a person writes it: a folder, a `file:///` address, or a bucket.
//!
//! May depend on `error` and its neighbour `address`.

use super::address;
use crate::error::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

/// Where a storage lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket in S3 or what speaks its language, and what comes before every name in it.
    S3 { bucket: String, prefix: String },
}

impl Location {
    /// What `text` means.
    ///
    /// # Errors
    /// `InvalidConfig` for the address of anything else, and of what this build cannot reach.
    pub(super) fn of(text: &str) -> Result<Self> {
        let Some((scheme, rest)) = text.split_once("://") else { return Self::folder(text) };
        if !["s3", "s3a"].contains(&scheme.to_ascii_lowercase().as_str()) {
            return Self::folder(text);
        }
        let refused = |message: &str, hint: &str| {
            Err(Error::new(ErrorKind::InvalidConfig, message).with_context("storage", text).with_hint(hint))
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if bucket.is_empty() || !bucket.bytes().all(allowed) || prefix.contains(['?', '#']) {
            return refused(
                "this address names no bucket",
                "write s3://bucket/prefix; keys and region come from AWS_* variables",
            );
        }
        if !cfg!(feature = "s3") {
            return refused("this build of adgen knows no buckets", "build it with the feature `s3`, or name a folder");
        }
        Ok(Self::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
    }

    fn folder(text: &str) -> Result<Self> {
        address::folder(Path::new(text)).map(Self::Folder)
    }
}

/// The folder that an address means; `None` for a storage elsewhere.
///
/// # Errors
/// `InvalidConfig` for the address of what this build cannot reach.
#[cfg(feature = "cli")]
pub(crate) fn local_folder(address: &Path) -> Result<Option<PathBuf>> {
    match address.to_str() {
        Some(text) => match Location::of(text)? {
            Location::Folder(folder) => Ok(Some(folder)),
            Location::S3 { .. } => Ok(None),
        },
        None => Ok(Some(address.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stay_what_they_are() {
        for text in ["storage", "./s3:/bucket", "/data/a:b", "", "10:30"] {
            assert_eq!(Location::of(text).unwrap(), Location::Folder(text.into()), "{text}");
        }
        assert_eq!(Location::of("file:///srv/my%20ads").unwrap(), Location::Folder("/srv/my ads".into()));
    }

    #[test]
    fn buckets_are_known_where_the_feature_is_built_in() {
        for (text, prefix) in
            [("s3://ads", ""), ("S3://ads/", ""), ("s3a://ads/a/b/", "a/b"), ("s3://ads/a%20b", "a%20b")]
        {
            match Location::of(text) {
                Ok(location) if cfg!(feature = "s3") => {
                    assert_eq!(location, Location::S3 { bucket: "ads".into(), prefix: prefix.into() }, "{text}");
                }
                Err(error) if !cfg!(feature = "s3") => {
                    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
                    assert!(error.to_string().contains("the feature `s3`"), "{error}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn whatever_else_looks_like_an_address_is_refused() {
        for text in ["s3://", "s3:///x", "s3://a b/x", "s3://b/x?y", "s3:bucket", "gs://b/x", "az://b", "https://x/y"] {
            assert_eq!(Location::of(text).unwrap_err().kind(), ErrorKind::InvalidConfig, "{text}");
        }
    }
}
