//! What the network did, in words that say what to look at next, and with no secret in them.
//!
//! May depend on `error` and its neighbours `address` and `proxy`.

use super::{address::Refused, proxy::Proxies};
use crate::error::{Error, ErrorKind, Retry};
use std::error::Error as StdError;
use url::Url;

/// Whether the request surely never reached the server.
pub(super) fn surely_not_sent(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_builder()
}

/// What went wrong between us and `url`. `who` opens the sentence: the provider's name or `the server`.
pub(super) fn explain(who: &str, url: &Url, error: reqwest::Error, proxies: &Proxies) -> Error {
    let error = error.without_url();
    let host = url.host_str().unwrap_or("its address").to_owned();
    let chain = Chain::of(&error);
    if let Some(refused) = chain.refused {
        return refused.into_error(url);
    }
    let proxy = proxies.shown(url.scheme());
    let (kind, message, next) = if chain.tls {
        let message = format!("no secure connection to {who} at {host} can be made");
        (ErrorKind::Unavailable, message, "check this machine's certificates and clock, whether a proxy opens secure connections, and whether the address should begin with http://".to_owned())
    } else if chain.proxy {
        let message = format!("the proxy on the way to {who} at {host} does not let the connection through");
        (ErrorKind::Unavailable, message, proxy)
    } else if error.is_dns() || chain.dns {
        let message = format!("the name {host} of {who} cannot be resolved");
        (ErrorKind::Unavailable, message, format!("check the name, this machine's network and {proxy}"))
    } else if error.is_connect() {
        let (kind, what) = match error.is_timeout() {
            true => (ErrorKind::Timeout, "did not take the connection in time"),
            false => (ErrorKind::Unavailable, "cannot be reached"),
        };
        (kind, format!("{who} at {host} {what}"), format!("check this machine's network and {proxy}"))
    } else if error.is_timeout() {
        (ErrorKind::Timeout, format!("{who} at {host} did not answer in time"), "run again later".to_owned())
    } else {
        let message = format!("the connection to {who} at {host} broke off");
        (ErrorKind::Unavailable, message, "check this machine's network, then run again".to_owned())
    };
    let retry = if error.is_builder() { Retry::Never } else { Retry::Now };
    Error::new(kind, message).with_retry(retry).with_hint(next).with_source(error)
}

/// What the errors underneath tell.
#[derive(Default)]
struct Chain {
    tls: bool,
    dns: bool,
    proxy: bool,
    refused: Option<Refused>,
}

impl Chain {
    fn of(error: &(dyn StdError + 'static)) -> Self {
        let mut found = Self::default();
        let mut next = Some(error);
        while let Some(error) = next {
            found.look(error);
            // The error that an I/O error holds, itself one maybe, is not among its sources.
            let mut held = error;
            while let Some(inner) = held.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
                found.look(inner);
                held = inner;
            }
            next = error.source();
        }
        found
    }

    fn look(&mut self, error: &(dyn StdError + 'static)) {
        self.tls |= error.is::<rustls::Error>();
        if let Some(refused) = error.downcast_ref::<Refused>() {
            self.refused = Some(refused.clone());
        }
        // These types are private to their crates; their words are all that can be asked.
        let text = error.to_string();
        self.dns |= text.starts_with("dns error");
        self.proxy |= text.contains("tunnel") || text.starts_with("proxy");
    }
}
