//! From where a request comes: what those are limited by whom nobody knows.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of a client. Of IPv6 it is the network of 64 bits: a provider gives each customer at least one.
///
/// ```
/// use std::net::IpAddr;
///
/// use chat_limits::ClientAddress;
/// use http::{HeaderMap, HeaderValue};
///
/// let proxy = IpAddr::from([10, 0, 0, 7]);
/// let trusted = ["10.0.0.0/8".parse().expect("a network")];
/// let headers = HeaderMap::from_iter([("x-forwarded-for".parse().expect("a name"), HeaderValue::from_static("192.0.2.1"))]);
/// assert_eq!(IpAddr::from(ClientAddress::of(proxy, &headers, &trusted)), IpAddr::from([192, 0, 2, 1]));
/// assert_eq!(IpAddr::from(ClientAddress::of(proxy, &headers, &[])), proxy);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The sender of a request that `peer` brings: `peer` itself, unless it is one of the `trusted` proxies. Those append
    /// who asked them to `X-Forwarded-For`, so that from the right the first that is not trusted is the client; what stands
    /// left of it anybody may have written.
    pub fn of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let is_trusted = |address: &IpAddr| trusted.iter().any(|proxies| proxies.contains(address));
        let mut address = peer.to_canonical();
        let forwarded = headers.get_all(X_FORWARDED_FOR).iter().rev();
        // A line that is no text is one that nobody can read.
        let mut senders = forwarded.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        while is_trusted(&address) {
            let Some(sender) = senders.next().and_then(parse) else { break };
            address = sender;
        }
        Self(limited(address))
    }
}

impl From<ClientAddress> for IpAddr {
    fn from(ClientAddress(address): ClientAddress) -> Self {
        address
    }
}

/// An address as proxies write it, some with a port.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse().ok().or_else(with_port).or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

const fn limited(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        ClientAddress::of(peer.parse().unwrap(), &headers, &trusted).0.to_string()
    }

    #[test]
    fn what_a_stranger_says_of_itself_counts_for_nothing() {
        assert_eq!(of("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(of("203.0.113.7", &[]), "203.0.113.7");
    }

    #[test]
    fn a_trusted_proxy_says_who_asked_it() {
        assert_eq!(of("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(of("fd00::1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["[2001:db8:1:2:3::4]:4711"]), "2001:db8:1:2::");
        assert_eq!(of("10.0.0.1", &["[2001:db8:1:2:3::4]"]), "2001:db8:1:2::");
    }

    #[test]
    fn what_stands_left_of_the_client_is_its_own_invention() {
        assert_eq!(of("10.0.0.1", &["192.0.2.9, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["192.0.2.9", "198.51.100.1", "10.0.0.2"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["10.0.0.9, 198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn who_cannot_be_read_is_the_proxy_before_them() {
        for nonsense in ["", "unknown", "198.51.100.1,", "198.51.100.1, what", "\u{e4}"] {
            assert_eq!(of("10.0.0.1", &[nonsense]), "10.0.0.1", "{nonsense}");
        }
        assert_eq!(of("10.0.0.1", &["unknown, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3", "all are trusted");
    }

    #[test]
    fn an_address_of_ipv6_is_its_network_and_one_of_ipv4_within_it_is_that() {
        assert_eq!(of("2001:db8:1:2:ffff::1", &[]), "2001:db8:1:2::");
        assert_eq!(of("::ffff:203.0.113.7", &[]), "203.0.113.7");
        assert_eq!(of("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
    }
}
