//! Which hosts an address from outside may lead to: not into the networks behind this machine.
//!
//! Checked twice: a host that is written as a number before anything is sent, and a name by the very addresses that the
//! connection will use, so that no name can change its mind between check and use. May depend on `error` alone.

use crate::error::{Error, ErrorKind, Result};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};
use url::{Host, Url};

/// A host that is not on the public internet.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    host: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not an address on the public internet", self.host)
    }
}

impl std::error::Error for Refused {}

impl Refused {
    pub(crate) fn into_error(self, url: &Url) -> Error {
        Error::new(ErrorKind::InvalidInput, self.to_string()).with_context("url", super::network::shown(url)).with_hint(
            "name a local file in the document, or allow private addresses: --allow-private-urls, allow_private_urls()",
        )
    }
}

/// Resolves names as the system does, and forgets addresses that are not public.
#[derive(Debug)]
pub(crate) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let proxy = proxy_hosts().contains(&host.to_ascii_lowercase());
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> =
                found.iter().copied().filter(|address| proxy || is_public(address.ip())).collect();
            if public.is_empty() && !found.is_empty() {
                return Err(Refused { host }.into());
            }
            let public: Addrs = Box::new(public.into_iter());
            Ok(public)
        })
    }
}

/// Checks an address from outside before anything is sent to it.
///
/// # Errors
/// `InvalidInput` for other schemes than http and https, for a name and password in it, and unless `allow_private` for a
/// host that is not public as far as that is known without asking.
pub(crate) async fn check(url: &Url, allow_private: bool) -> Result<()> {
    let invalid = |message: String| Err(Error::new(ErrorKind::InvalidInput, message));
    if !matches!(url.scheme(), "http" | "https") {
        return invalid(format!("an address must begin with https:// or http://, not with {}:", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid(format!("{} carries a name or password: remove it", super::network::shown(url)));
    }
    let Some(host) = url.host() else { return invalid("an address must name a host".to_owned()) };
    if allow_private {
        return Ok(());
    }
    let refused = |host: &dyn fmt::Display| Err(Refused { host: host.to_string() }.into_error(url));
    match host {
        Host::Ipv4(ip) if !is_public(ip.into()) => refused(&ip),
        Host::Ipv6(ip) if !is_public(ip.into()) => refused(&ip),
        Host::Domain(name) if is_local_name(name) || proxy_hosts().iter().any(|proxy| proxy == name) => refused(&name),
        // A proxy resolves names itself: what can be known here is looked at, the rest is the proxy's to decide.
        Host::Domain(name) if super::network::proxy_variable(url.scheme()).is_some() => {
            let found = tokio::net::lookup_host((name, 0)).await;
            match found.is_ok_and(|mut found| found.any(|address| !is_public(address.ip()))) {
                true => refused(&name),
                false => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Whether the host of `url` is this machine or in the network around it, by what is written: for the provider's own
/// base, which a person has set.
pub(crate) fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => is_lan(ip.into()),
        Some(Host::Ipv6(ip)) => is_lan(ip.into()),
        Some(Host::Domain(name)) => is_local_name(name),
        None => false,
    }
}

/// Whether the host of `url` is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Loopback, or a network of one's own (RFC 1918, RFC 4193, link-local).
fn is_lan(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_lan(ip.into()),
            None => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        },
    }
}

/// Names that never are public: those without a dot, and the reserved endings (RFC 6761, RFC 6762, and `.internal`).
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    !name.contains('.') || [".local", ".localhost", ".internal"].iter().any(|end| name.ends_with(end))
}

/// Whether an address is on the public internet, by the special-purpose registries of IANA (RFC 6890 and its updates).
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let bits = u32::from(ip);
    ![
        ([0, 0, 0, 0], 8),        // this network, unspecified
        ([10, 0, 0, 0], 8),       // private
        ([100, 64, 0, 0], 10),    // carrier-grade NAT, and a cloud's metadata at 100.100.100.200
        ([127, 0, 0, 0], 8),      // loopback
        ([169, 254, 0, 0], 16),   // link-local, and clouds' metadata at 169.254.169.254
        ([172, 16, 0, 0], 12),    // private
        ([192, 0, 0, 0], 24),     // protocol assignments
        ([192, 0, 2, 0], 24),     // documentation
        ([192, 88, 99, 0], 24),   // 6to4 relays
        ([192, 168, 0, 0], 16),   // private
        ([198, 18, 0, 0], 15),    // benchmarks
        ([198, 51, 100, 0], 24),  // documentation
        ([203, 0, 113, 0], 24),   // documentation
        ([168, 63, 129, 16], 32), // a cloud's own services, reached from inside its machines alone
        ([224, 0, 0, 0], 3),      // multicast, reserved, broadcast
    ]
    .iter()
    .any(|(net, length)| (bits ^ u32::from(Ipv4Addr::from(*net))) >> (32 - length) == 0)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        // IPv4 in disguise: mapped, and through NAT64 and 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] => embedded(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Within the global unicast block: protocol assignments (Teredo among them), documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // All other blocks (loopback, unspecified, unique local, link-local, multicast, local NAT64) are no global unicast.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The hosts of the proxies that are set by variables: the one kind of host behind this machine that is asked for.
fn proxy_hosts() -> Vec<String> {
    let named = ["http", "https"].into_iter().filter_map(super::network::proxy_variable);
    named
        .filter_map(|variable| std::env::var(variable).ok())
        .filter_map(|proxy| {
            let proxy = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
            Url::parse(&proxy).ok()?.host_str().map(str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "169.254.170.2",
            "168.63.129.16",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!is_public(private.parse().expect("an address")), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "168.63.129.17",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "2a00::1",
            "2002:808:808::1",
        ] {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
    }

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
            let error = check(&Url::parse(url).expect("an address"), false).await.expect_err(url);
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{url}");
        }
        check(&Url::parse("https://a.example/x.png?y").expect("an address"), false).await.expect("fine");
        check(&Url::parse("http://127.0.0.1:8000/x").expect("an address"), true).await.expect("allowed");
        check(&Url::parse("http://u@127.0.0.1/x").expect("an address"), true).await.expect_err("a name");
    }

    #[tokio::test]
    async fn names_are_judged_by_the_addresses_that_will_be_used() {
        let error = PublicOnly.resolve("localhost".parse().expect("a name")).await.err().expect("refused");
        assert!(error.is::<Refused>(), "{error}");
    }
}
