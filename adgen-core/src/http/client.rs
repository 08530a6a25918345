//! The connections of one account, or of one download: clones share them. Nothing here is shared by the whole process.
//!
//! A connection is driven by the runtime in which it was made. So each runtime has connections of its own: one that is
//! gone, or that stands still, holds up no other. May depend on `error` and its neighbours.

use super::{
    guard::{PublicOnly, SystemNames},
    options::{Checked, HttpOptions},
    proxy::Proxies,
    tls,
};
use crate::error::{Error, ErrorKind, Result};
use reqwest::{Client, Proxy, dns::Resolve, redirect::Policy};
use rustls::ClientConfig;
use secrecy::ExposeSecret;
use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};
use tokio::runtime::{Handle, Id};

/// How many redirects are followed.
pub(super) const REDIRECTS: usize = 5;
/// Unused connections are closed before servers close them (often after 60 s): a request that meets a closing connection
/// is lost, and nobody knows whether it was taken.
const IDLE: Duration = Duration::from_secs(20);
/// Clients that are kept, of a few kinds and runtimes; the oldest goes first, and with it nothing but idle connections.
const MOST: usize = 16;

/// What a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Calls of an API: no redirects.
    Api,
    /// The same on this machine, which no proxy reaches.
    ApiHere,
    /// Files at addresses from outside. Redirects are followed by hand, so that each can be checked.
    File,
    /// The same on this machine.
    FileHere,
    /// The same on the public internet alone.
    FilePublic,
    /// Downloads of our own, whose redirects need no check.
    Download,
    /// A storage in a bucket: nothing in the clear.
    #[cfg(feature = "s3")]
    Bucket,
}

/// How calls travel, and the connections that are open. Clones share them.
#[derive(Clone)]
pub(crate) struct Http {
    inner: Arc<Inner>,
}

struct Inner {
    options: Checked,
    names: Arc<dyn Resolve>,
    tls: OnceLock<ClientConfig>,
    clients: Mutex<Vec<(Id, Kind, Client)>>,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

impl Http {
    /// # Errors
    /// `InvalidConfig` for options that cannot be used, `NotFound` or `Io` for a file of certificates that cannot be read.
    pub(crate) fn new(options: HttpOptions) -> Result<Self> {
        Ok(Self::with_names(options.check()?, Arc::new(SystemNames)))
    }

    fn with_names(options: Checked, names: Arc<dyn Resolve>) -> Self {
        let inner = Inner { options, names, tls: OnceLock::new(), clients: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// One that asks `names` for every name, for tests.
    #[cfg(test)]
    pub(super) fn asking(options: HttpOptions, names: Arc<dyn Resolve>) -> Self {
        Self::with_names(options.check().expect("sound options"), names)
    }

    pub(super) fn proxies(&self) -> &Proxies {
        &self.inner.options.proxies
    }

    /// The client of a kind for the runtime that this is called in.
    ///
    /// # Errors
    /// `InvalidConfig` outside a Tokio runtime, and where the system's certificates or proxy settings cannot be used.
    pub(super) fn client(&self, kind: Kind) -> Result<Client> {
        let runtime = Handle::try_current().map_err(|error| {
            Error::new(ErrorKind::InvalidConfig, "a call was made outside a Tokio runtime: it must be made within one")
                .with_source(error)
        })?;
        let here = |(id, own, _): &&(Id, Kind, Client)| *id == runtime.id() && *own == kind;
        // Nothing panics while it is held.
        let mut clients = self.inner.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., client)) = clients.iter().find(here) {
            return Ok(client.clone());
        }
        let client = self.build(kind)?;
        if clients.len() >= MOST {
            clients.remove(0);
        }
        clients.push((runtime.id(), kind, client.clone()));
        Ok(client)
    }

    /// A client for a storage in a bucket: no redirects, and nothing in the clear unless the storage's settings allow it. One
    /// of its own for each storage, so that it goes with it; it can be made outside a runtime.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] where the system's certificates or proxy settings cannot be used.
    #[cfg(feature = "s3")]
    pub(crate) fn for_storage(&self, plain: bool) -> Result<Client> {
        self.build(if plain { Kind::File } else { Kind::Bucket })
    }

    /// Certificates are read at first use, and once: some milliseconds.
    pub(super) fn tls(&self) -> Result<&ClientConfig> {
        if let Some(config) = self.inner.tls.get() {
            return Ok(config);
        }
        let config = tls::config(&self.inner.options.roots)?;
        Ok(self.inner.tls.get_or_init(|| config))
    }

    fn build(&self, kind: Kind) -> Result<Client> {
        let Inner { options, names, .. } = &*self.inner;
        let unusable = |error: reqwest::Error| {
            Error::new(ErrorKind::InvalidConfig, "no HTTP client can be made").with_source(error.without_url())
        };
        let builder = Client::builder()
            .user_agent(concat!("adgen/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.connect)
            .pool_idle_timeout(IDLE)
            .tls_backend_preconfigured(self.tls()?.clone())
            .redirect(if kind == Kind::Download { Policy::limited(REDIRECTS) } else { Policy::none() });
        let builder = match kind {
            Kind::FilePublic => {
                let (names, proxies) = (Arc::clone(names), options.proxies.clone());
                builder.dns_resolver(Arc::new(PublicOnly { names, proxies }))
            }
            _ => builder.dns_resolver(Arc::clone(names)),
        };
        #[cfg(feature = "s3")]
        let builder = builder.https_only(kind == Kind::Bucket);
        let builder = match kind {
            Kind::Api | Kind::ApiHere => builder,
            _ => builder.read_timeout(options.silence),
        };
        let builder = match (kind, options.proxies.own()) {
            (Kind::ApiHere | Kind::FileHere, _) => builder.no_proxy(),
            (_, Some(url)) => {
                let proxy = Proxy::all(url.clone()).map_err(unusable)?;
                builder.proxy(match &options.credentials {
                    Some(own) => proxy.basic_auth(&own.name, own.password.expose_secret()),
                    None => proxy,
                })
            }
            // As the environment says.
            (_, None) => builder,
        };
        builder.build().map_err(unusable)
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
