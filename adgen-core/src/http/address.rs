//! Addresses as they are written: what may be shown of one, and which hosts are on the public internet.
//!
//! By hand, since the standard library's own judgement (`IpAddr::is_global`) is not stable. May depend on `error` alone.

use crate::error::{Error, ErrorKind};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};
use url::{Host, Url};

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
    // What stands before an `@` may be a password even where the rest is no address.
    let plain = || url.split(['?', '#']).next().and_then(|text| text.rsplit('@').next()).unwrap_or_default().to_owned();
    Url::parse(url).map_or_else(|_| plain(), |url| shown(&url))
}

/// A host that is not on the public internet.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(super) host: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not an address on the public internet", self.host)
    }
}

impl std::error::Error for Refused {}

impl Refused {
    pub(crate) fn into_error(self, url: &Url) -> Error {
        Error::new(ErrorKind::InvalidInput, self.to_string()).with_context("url", shown(url)).with_hint(
            "name a local file in the document, or allow private addresses: allow_private_urls of the studio, \
             --allow-private-urls of the command; a provider says by gives_private_urls that its own files lie there",
        )
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
pub(super) fn is_local_name(name: &str) -> bool {
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

    #[test]
    fn shown_addresses_hold_no_secret() {
        for (url, expected) in [
            ("https://a.example/x/y.mp4?sig=SECRET#SECRET", "https://a.example/x/y.mp4?…"),
            ("http://user:SECRET@a.example:81/x", "http://a.example:81/x"),
            ("data:image/png;base64,SECRET", "data:…"),
            ("no address?SECRET", "no address"),
            ("http://user:SECRET@:81", ":81"),
        ] {
            assert_eq!(shown_text(url), expected);
        }
    }
}
