//! Where a storage lies, as a person writes it: a folder, or an address of one.
//!
//! An address that is taken for a folder's name makes a folder `s3:` beside the document, and the ad is not where it was
//! wanted. Depends on `error`.

use crate::error::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use url::Url;

/// Schemes of storages elsewhere: `s3:bucket` is meant as one, too, though a folder may have such a name.
const ELSEWHERE: [&str; 23] = [
    "s3", "s3a", "s3n", "gs", "gcs", "az", "azure", "adl", "abfs", "abfss", "wasb", "wasbs", "r2", "b2", "http",
    "https", "ftp", "ftps", "sftp", "ssh", "webdav", "hdfs", "memory",
];

/// The folder that `text` means: itself, or what a `file:` address names.
///
/// # Errors
/// `InvalidConfig` for the address of anything else.
pub(crate) fn folder(text: &Path) -> Result<PathBuf> {
    let Some((scheme, rest)) = text.to_str().and_then(|text| text.split_once(':')) else { return Ok(text.to_owned()) };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    if !is_scheme {
        return Ok(text.to_owned());
    }
    let lower = scheme.to_ascii_lowercase();
    let refused = |what: String| {
        let error = Error::new(ErrorKind::InvalidConfig, format!("{what}; a folder or a file:/// address is allowed"));
        Err(error
            .with_context("storage", text.display())
            .with_hint(format!("name a folder; one that is really called so is ./{}", text.display())))
    };
    if lower == "file" {
        let url = Url::parse(&text.display().to_string()).ok().filter(|_| rest.starts_with('/'));
        let plain = url.filter(|url| url.host().is_none() && url.query().is_none() && url.fragment().is_none());
        return match plain.and_then(|url| url.to_file_path().ok()) {
            Some(folder) => Ok(folder),
            None => refused("this file: address names no folder of this machine".to_owned()),
        };
    }
    if cfg!(unix) && scheme.len() == 1 && rest.starts_with(['\\', '/']) {
        return refused(format!("{scheme}: is a drive of Windows, and this machine has none"));
    }
    match rest.starts_with("//") || ELSEWHERE.contains(&lower.as_str()) {
        true => refused(format!(
            "storages of the kind {lower}: are not known; a folder or s3://bucket/prefix is, and in Rust any object store"
        )),
        false => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stay_what_they_are() {
        for text in ["storage", "./s3:/bucket", "/data/a:b", "a:b", "10:30", "team: ads", "../x:y/z", "", "caf\u{E9}:1"]
        {
            assert_eq!(folder(Path::new(text)).unwrap(), Path::new(text), "{text}");
        }
        for (address, path) in [
            ("file:///srv/ads", "/srv/ads"),
            ("FILE:///srv/my%20ads", "/srv/my ads"),
            ("file://localhost/srv/ads", "/srv/ads"),
            ("file:/srv/ads", "/srv/ads"),
        ] {
            assert_eq!(folder(Path::new(address)).unwrap(), Path::new(path), "{address}");
        }
    }

    #[test]
    fn addresses_of_other_storages_are_refused() {
        for address in [
            "s3://bucket/x",
            "S3://bucket",
            "s3:bucket",
            "gs:",
            "gs://b/x",
            "az://x",
            "http://a.example/x",
            "https:a",
            "what-ever+1://x",
            "C:\\ads",
            "c:/ads",
            "file:ads",
            "file://elsewhere/srv",
            "file:///srv?x",
            "file:///srv#x",
        ] {
            let error = folder(Path::new(address)).expect_err(address);
            assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{address}");
            assert!(error.to_string().contains(&format!("./{address}")), "{error}");
        }
    }
}
