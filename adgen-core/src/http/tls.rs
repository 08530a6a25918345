//! How secure connections are made: by ring, trusting the system's roots and those that a host adds. Nothing of it is
//! installed for the whole process, whose other users of rustls choose for themselves.
//!
//! May depend on `error` alone.

use crate::error::{Error, ErrorKind, Result};
use rustls::{ClientConfig, pki_types::CertificateDer};
use rustls_platform_verifier::Verifier;
use std::sync::Arc;

/// # Errors
/// `InvalidConfig` where neither the system nor the host has a root to trust.
pub(super) fn config(roots: &[CertificateDer<'static>]) -> Result<ClientConfig> {
    let failed = |error: rustls::Error| {
        Error::new(ErrorKind::InvalidConfig, "no secure connections can be made")
            .with_hint("install the system's root certificates (ca-certificates), or give some by HttpOptions")
            .with_source(error)
    };
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = match roots {
        [] => Verifier::new(Arc::clone(&ring)),
        roots => with_extra(roots, Arc::clone(&ring)),
    };
    let mut config = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier.map_err(failed)?))
        .with_no_client_auth();
    // A configuration that is handed in is used as it is: without this, HTTP/2 is never offered.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(not(target_os = "android"))]
fn with_extra(
    roots: &[CertificateDer<'static>],
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> std::result::Result<Verifier, rustls::Error> {
    Verifier::new_with_extra_roots(roots.iter().cloned(), provider)
}

#[cfg(target_os = "android")]
fn with_extra(
    _: &[CertificateDer<'static>],
    _: Arc<rustls::crypto::CryptoProvider>,
) -> std::result::Result<Verifier, rustls::Error> {
    Err(rustls::Error::General("Android trusts what its settings say: no roots can be added".to_owned()))
}
