//! How many connections may be open, whatever they are used for.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use chat_http::IpNet;

/// The connections that are open.
#[derive(Clone, Debug)]
pub(crate) struct Connections(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    /// `None`: addresses are not looked at.
    most_of_an_address: Option<usize>,
    /// Proxies, who bring the connections of many.
    trusted: Vec<IpNet>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One that is open, until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    connections: Connections,
    /// Against whom it counts.
    address: Option<IpAddr>,
}

/// Why one is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// The server has as many as it can.
    Server,
    /// The address has as many as it may.
    Address,
}

impl Connections {
    /// At most `most`, and of each address that is not in `trusted` at most `most_of_an_address`.
    pub(crate) fn new(most: usize, most_of_an_address: Option<usize>, trusted: Vec<IpNet>) -> Self {
        Self(Arc::new(Inner { most, most_of_an_address, trusted, open: Mutex::default() }))
    }

    /// Counts a connection from this address.
    pub(crate) fn open(&self, from: IpAddr) -> Result<OpenConnection, Full> {
        let from = from.to_canonical();
        let is_trusted = self.0.trusted.iter().any(|proxies| proxies.contains(&from));
        let limit = self.0.most_of_an_address.filter(|_| !is_trusted);
        // Whatever a panic left is a count.
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.most <= open.all {
            return Err(Full::Server);
        }
        let address = limit.map(|_| customer(from));
        if let (Some(limit), Some(address)) = (limit, address) {
            let count = open.by_address.entry(address).or_default();
            if limit <= *count {
                return Err(Full::Address);
            }
            *count += 1;
        }
        open.all += 1;
        Ok(OpenConnection { connections: self.clone(), address })
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let mut open = self.connections.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        let Some(address) = self.address else { return };
        match open.by_address.get_mut(&address) {
            Some(count) if 1 < *count => *count -= 1,
            _ => drop(open.by_address.remove(&address)),
        }
    }
}

/// Of IPv6 the network of 64 bits: a provider gives each customer at least one.
const fn customer(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST_OF_AN_ADDRESS: usize = 400;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_server_has_a_limit_and_takes_again_what_is_closed() {
        let connections = Connections::new(2, None, Vec::new());
        let first = connections.open(address("192.0.2.1")).unwrap();
        let _second = connections.open(address("192.0.2.2")).unwrap();
        assert_eq!(connections.open(address("192.0.2.3")).unwrap_err(), Full::Server);
        drop(first);
        assert!(connections.open(address("192.0.2.3")).is_ok());
    }

    #[test]
    fn an_address_has_a_limit_and_others_are_not_held_back_by_it() {
        let connections = Connections::new(10_000, Some(MOST_OF_AN_ADDRESS), vec!["10.0.0.0/8".parse().unwrap()]);
        let open = |from: &str| connections.open(address(from));
        let all: Vec<_> = (0..MOST_OF_AN_ADDRESS).map(|host| open(&format!("2001:db8::{host:x}")).unwrap()).collect();
        assert_eq!(open("2001:db8::ffff:1").unwrap_err(), Full::Address);
        assert!(open("2001:db8:0:1::1").is_ok());
        drop(all);
        assert!(open("2001:db8::ffff:1").is_ok());
        assert!(connections.0.open.lock().unwrap().by_address.is_empty());
    }

    #[test]
    fn a_proxy_brings_as_many_as_the_server_takes() {
        let connections = Connections::new(1_000, Some(MOST_OF_AN_ADDRESS), vec!["10.0.0.0/8".parse().unwrap()]);
        let all: Vec<_> = (0..1_000).map(|_| connections.open(address("::ffff:10.0.0.1"))).collect();
        assert!(all.iter().all(Result::is_ok));
    }
}
