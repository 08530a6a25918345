//! Which hosts an address from outside may lead to: not into the networks behind this machine.
//!
//! Checked twice: a host that is written as a number before anything is sent, and a name by the very addresses that the
//! connection will use, so that no name can change its mind between check and use. By hand: no crate judges the addresses
//! that a connection is about to use. May depend on `error` and its neighbours `address` and `proxy`.

use super::{
    address::{Refused, is_local_name, is_public, shown},
    proxy::Proxies,
};
use crate::error::{Error, ErrorKind, Result};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{fmt, net::SocketAddr, sync::Arc};
use url::{Host, Url};

/// Resolves names as the system does.
#[derive(Debug)]
pub(super) struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Forgets those addresses of names that are not public.
pub(super) struct PublicOnly {
    pub(super) names: Arc<dyn Resolve>,
    pub(super) proxies: Proxies,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        // A proxy is this machine's own choice.
        if self.proxies.hosts().contains(&host.to_ascii_lowercase()) {
            return self.names.resolve(name);
        }
        let found = self.names.resolve(name);
        Box::pin(async move {
            let (public, others): (Vec<SocketAddr>, Vec<_>) = found.await?.partition(|found| is_public(found.ip()));
            if public.is_empty() && !others.is_empty() {
                return Err(Refused { host }.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Checks an address from outside before anything is sent to it.
///
/// # Errors
/// `InvalidInput` for other schemes than http and https, for a name and password in it, and unless `allow_private` for a
/// host that is not public as far as that is known without asking.
pub(super) async fn check(url: &Url, allow_private: bool, proxies: &Proxies) -> Result<()> {
    let invalid = |message: String| Err(Error::new(ErrorKind::InvalidInput, message));
    if !matches!(url.scheme(), "http" | "https") {
        return invalid(format!("an address must begin with https:// or http://, not with {}:", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid(format!("{} carries a name or password: remove it", shown(url)));
    }
    let Some(host) = url.host() else { return invalid("an address must name a host".to_owned()) };
    if allow_private {
        return Ok(());
    }
    let refused = |host: &dyn fmt::Display| Err(Refused { host: host.to_string() }.into_error(url));
    match host {
        Host::Ipv4(ip) if !is_public(ip.into()) => refused(&ip),
        Host::Ipv6(ip) if !is_public(ip.into()) => refused(&ip),
        Host::Domain(name) if is_local_name(name) || proxies.hosts().iter().any(|proxy| proxy == name) => {
            refused(&name)
        }
        // A proxy resolves names itself: what can be known here is looked at, the rest is the proxy's to decide.
        Host::Domain(name) if proxies.serves(url.scheme()) => {
            let found = tokio::net::lookup_host((name, 0)).await;
            match found.is_ok_and(|mut found| found.any(|address| !is_public(address.ip()))) {
                true => refused(&name),
                false => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_in_every_disguise_are_refused() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://router/",
            "http://a.local/",
            "http://metadata.google.internal/",
            "http://x.localhost/",
            "http://169.254.169.254/latest/meta-data/",
            "http://①②⑦.0.0.1/",
            "ftp://a.example/x",
            "file:///etc/passwd",
            "gopher://a.example/",
            "https://u:p@a.example/",
            "https://u@a.example/",
        ] {
            let error = check(&Url::parse(url).expect("an address"), false, &Proxies::default()).await.expect_err(url);
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{url}");
        }
        check(&Url::parse("https://a.example/x.png?y").expect("an address"), false, &Proxies::default())
            .await
            .expect("fine");
        check(&Url::parse("http://127.0.0.1:8000/x").expect("an address"), true, &Proxies::default())
            .await
            .expect("allowed");
        check(&Url::parse("http://u@127.0.0.1/x").expect("an address"), true, &Proxies::default())
            .await
            .expect_err("a name");
    }

    /// Says of every name the same.
    struct Told(Vec<SocketAddr>);

    impl Resolve for Told {
        fn resolve(&self, _: Name) -> Resolving {
            let addresses = self.0.clone();
            Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
        }
    }

    #[tokio::test]
    async fn names_are_judged_by_the_addresses_that_will_be_used() {
        let names = |addresses: &[&str]| PublicOnly {
            names: Arc::new(Told(addresses.iter().map(|address| address.parse().expect("an address")).collect())),
            proxies: Proxies::default(),
        };
        let ask = async |resolver: PublicOnly| resolver.resolve("a.example".parse().expect("a name")).await;
        for private in [&["127.0.0.1:0"][..], &["169.254.169.254:0", "10.0.0.1:0"], &["[::1]:0"], &["[fd00::1]:0"]] {
            let error = ask(names(private)).await.err().expect("refused");
            assert!(error.is::<Refused>(), "{error}");
        }
        let mixed = ask(names(&["10.0.0.1:0", "93.184.215.14:0", "[::1]:0"])).await.expect("one is public");
        assert_eq!(mixed.collect::<Vec<_>>(), ["93.184.215.14:0".parse().expect("an address")]);
        assert_eq!(ask(names(&[])).await.expect("no answer is no refusal").count(), 0);
        let system = PublicOnly { names: Arc::new(SystemNames), proxies: Proxies::default() };
        let error = system.resolve("localhost".parse().expect("a name")).await.err().expect("refused");
        assert!(error.is::<Refused>(), "{error}");
        // A proxy in one's own network is what its owner wants.
        let proxy = Proxies::new(Some(Url::parse("http://a.example:3128").expect("an address")));
        let own = PublicOnly { proxies: proxy, ..names(&["10.0.0.1:0"]) };
        assert_eq!(ask(own).await.expect("it is asked for").count(), 1);
    }
}
