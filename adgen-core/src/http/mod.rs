//! The one HTTP seam: how clients are made, how files are downloaded. The only user of `reqwest`.
//!
//! May depend on `error` alone.

mod asset;
pub(crate) mod download;

pub(crate) use asset::fetch_asset;

use crate::error::{Error, ErrorKind, Result};
use std::time::Duration;

/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// A client with the crate's settings: system proxies and certificates, limited redirects, no wait without an end.
///
/// # Errors
/// [`ErrorKind::InvalidConfig`] where the system's certificates or proxy settings cannot be used.
pub(crate) fn client() -> Result<reqwest::Client> {
    // Fails where a provider was installed before, by us or by the program around us: then that one serves.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder()
        .user_agent(concat!("adgen/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(15))
        .read_timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::limited(REDIRECTS))
        .build()
        .map_err(|error| Error::new(ErrorKind::InvalidConfig, "no HTTP client can be made").with_source(error))
}
