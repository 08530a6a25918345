//! Which proxy is on the way: the one that a host has set, else the environment's.
//!
//! May depend on nothing here.

use url::Url;

/// The proxy that a host has set for all addresses but this machine's own; the environment's variables where it has set none.
#[derive(Debug, Clone, Default)]
pub(super) struct Proxies {
    own: Option<Url>,
}

impl Proxies {
    pub(super) fn new(own: Option<Url>) -> Self {
        Self { own }
    }

    /// The one that the host has set.
    pub(super) fn own(&self) -> Option<&Url> {
        self.own.as_ref()
    }

    /// Whether addresses of `scheme` may go through a proxy, which resolves their names itself then.
    pub(super) fn serves(&self, scheme: &str) -> bool {
        self.own.is_some() || variable(scheme).is_some()
    }

    /// What to look at where an address of `scheme` cannot be reached.
    pub(super) fn shown(&self, scheme: &str) -> String {
        match (&self.own, variable(scheme)) {
            (Some(url), _) => format!("the proxy {} of its HttpOptions", url.origin().ascii_serialization()),
            (None, Some(name)) => format!("the proxy that {name} names (hosts in NO_PROXY go without it)"),
            (None, None) => "its proxy settings (no proxy variable is set)".to_owned(),
        }
    }

    /// The hosts of the proxies: the one kind of host behind this machine that is asked for.
    pub(super) fn hosts(&self) -> Vec<String> {
        let host = |url: &Url| url.host_str().map(str::to_owned);
        if let Some(own) = &self.own {
            return host(own).into_iter().collect();
        }
        let named = ["http", "https"].into_iter().filter_map(variable);
        named
            .filter_map(|name| std::env::var(name).ok())
            .filter_map(|proxy| {
                let proxy = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
                host(&Url::parse(&proxy).ok()?)
            })
            .collect()
    }
}

/// The variable that names a proxy for addresses of `scheme`, in the order in which they are looked at.
fn variable(scheme: &str) -> Option<&'static str> {
    let names: &[&str] = match scheme {
        "https" => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        _ => &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    names.iter().copied().find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
