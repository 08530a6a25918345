//! What the network did, in words that say what to look at next, and with no secret in them.
//!
//! May depend on `error` and its neighbour `guard`.

use super::guard::Refused;
use crate::error::{Error, ErrorKind, Retry};
use std::error::Error as StdError;
use url::Url;

/// An address without what may be secret in it: signed links carry their signature in the query.
pub(crate) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    let secret = url.query().is_some() || url.fragment().is_some();
    if url.cannot_be_a_base() {
        return format!("{}:…", url.scheme());
    }
    shown.set_query(None);
    shown.set_fragment(None);
    // Neither can fail for an address with a host; without one there is nothing to take away.
    let _ = (shown.set_username(""), shown.set_password(None));
    if secret { format!("{shown}?…") } else { shown.to_string() }
}

/// The same for a text that need not be an address.
pub(crate) fn shown_text(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.split(['?', '#']).next().unwrap_or_default().to_owned(), |url| shown(&url))
}

/// Whether the request surely never reached the server.
pub(crate) fn surely_not_sent(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_builder()
}

/// What went wrong between us and `url`. `who` opens the sentence: the provider's name or `the server`.
pub(crate) fn explain(who: &str, url: &Url, error: reqwest::Error) -> Error {
    let error = error.without_url();
    let host = url.host_str().unwrap_or("its address").to_owned();
    let chain = Chain::of(&error);
    if let Some(refused) = chain.refused {
        return refused.into_error(url);
    }
    let proxy = proxy_variable(url.scheme());
    let (kind, message, next) = if chain.tls {
        let message = format!("no secure connection to {who} at {host} can be made");
        (ErrorKind::Unavailable, message, "check this machine's certificates and clock, whether a proxy opens secure connections, and whether the address should begin with http://".to_owned())
    } else if chain.proxy {
        let message = format!("the proxy on the way to {who} at {host} does not let the connection through");
        (ErrorKind::Unavailable, message, check_proxy(proxy))
    } else if error.is_dns() || chain.dns {
        let message = format!("the name {host} of {who} cannot be resolved");
        (ErrorKind::Unavailable, message, format!("check the name, this machine's network and {}", check_proxy(proxy)))
    } else if error.is_connect() {
        let (kind, what) = match error.is_timeout() {
            true => (ErrorKind::Timeout, "did not take the connection in time"),
            false => (ErrorKind::Unavailable, "cannot be reached"),
        };
        (kind, format!("{who} at {host} {what}"), format!("check this machine's network and {}", check_proxy(proxy)))
    } else if error.is_timeout() {
        (ErrorKind::Timeout, format!("{who} at {host} did not answer in time"), "run again later".to_owned())
    } else {
        let message = format!("the connection to {who} at {host} broke off");
        (ErrorKind::Unavailable, message, "check this machine's network, then run again".to_owned())
    };
    let retry = if error.is_builder() { Retry::Never } else { Retry::Now };
    Error::new(kind, message).with_retry(retry).with_hint(next).with_source(error)
}

fn check_proxy(set: Option<&str>) -> String {
    match set {
        Some(variable) => format!("the proxy that {variable} names (hosts in NO_PROXY go without it)"),
        None => "its proxy settings (no proxy variable is set)".to_owned(),
    }
}

/// The variable that names a proxy for addresses of `scheme`, in the order in which they are looked at.
pub(crate) fn proxy_variable(scheme: &str) -> Option<&'static str> {
    let names: &[&str] = match scheme {
        "https" => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        _ => &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    names.iter().copied().find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_addresses_hold_no_secret() {
        for (url, expected) in [
            ("https://a.example/x/y.mp4?sig=SECRET#SECRET", "https://a.example/x/y.mp4?…"),
            ("http://user:SECRET@a.example:81/x", "http://a.example:81/x"),
            ("data:image/png;base64,SECRET", "data:…"),
            ("no address?SECRET", "no address"),
        ] {
            assert_eq!(shown_text(url), expected);
        }
    }
}
