//! How clients are made. Each kind is made once for the whole process, so that connections are shared.
//!
//! May depend on `error` and its neighbour `guard`.

use super::guard::PublicOnly;
use crate::error::{Error, ErrorKind, Result};
use reqwest::{Client, ClientBuilder, redirect::Policy};
use std::{sync::OnceLock, time::Duration};

/// How many redirects are followed.
pub(crate) const REDIRECTS: usize = 5;
/// A server that takes longer to accept a connection counts as away, so that an outage costs seconds.
const CONNECT: Duration = Duration::from_secs(5);
/// A download that brings nothing for so long has broken off.
const SILENCE: Duration = Duration::from_secs(30);
/// Unused connections are closed before servers close them (often after 60 s): a request that meets a closing connection
/// is lost, and nobody knows whether it was taken.
const IDLE: Duration = Duration::from_secs(20);

/// A client for downloads of our own: system proxies and certificates, limited redirects, no wait without an end.
///
/// # Errors
/// [`ErrorKind::InvalidConfig`] where the system's certificates or proxy settings cannot be used.
pub(crate) fn client() -> Result<Client> {
    build(builder().read_timeout(SILENCE).redirect(Policy::limited(REDIRECTS)))
}

/// For calls of APIs: no redirects. A server on this machine is spoken to without a proxy.
pub(super) fn api(loopback: bool) -> Result<Client> {
    static PROXIED: OnceLock<Client> = OnceLock::new();
    static DIRECT: OnceLock<Client> = OnceLock::new();
    match loopback {
        true => once(&DIRECT, || builder().no_proxy().redirect(Policy::none())),
        false => once(&PROXIED, || builder().redirect(Policy::none())),
    }
}

/// For files at addresses from outside. Redirects are followed by hand, so that each can be checked.
pub(super) fn asset(allow_private: bool) -> Result<Client> {
    static OPEN: OnceLock<Client> = OnceLock::new();
    static GUARDED: OnceLock<Client> = OnceLock::new();
    let common = || builder().read_timeout(SILENCE).redirect(Policy::none());
    match allow_private {
        true => once(&OPEN, common),
        false => once(&GUARDED, || common().dns_resolver(PublicOnly)),
    }
}

/// For files on this machine's own servers, which no proxy reaches.
pub(super) fn loopback_asset() -> Result<Client> {
    static DIRECT: OnceLock<Client> = OnceLock::new();
    once(&DIRECT, || builder().read_timeout(SILENCE).redirect(Policy::none()).no_proxy())
}

/// For a storage in a bucket: no redirects, and nothing in the clear unless the storage's settings allow it. A client of its
/// own for each storage, so that it goes with it.
///
/// # Errors
/// As [`client`].
#[cfg(feature = "s3")]
pub(crate) fn storage_client(plain: bool) -> Result<Client> {
    build(builder().read_timeout(SILENCE).redirect(Policy::none()).https_only(!plain))
}

fn once(cell: &OnceLock<Client>, make: impl FnOnce() -> ClientBuilder) -> Result<Client> {
    if let Some(client) = cell.get() {
        return Ok(client.clone());
    }
    let client = build(make())?;
    Ok(cell.get_or_init(|| client).clone())
}

pub(super) fn builder() -> ClientBuilder {
    // Fails where a provider was installed before, by us or by the program around us: then that one serves.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder()
        .user_agent(concat!("adgen/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
}

fn build(builder: ClientBuilder) -> Result<Client> {
    builder
        .build()
        .map_err(|error| Error::new(ErrorKind::InvalidConfig, "no HTTP client can be made").with_source(error))
}
