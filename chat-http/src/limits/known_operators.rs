use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use chat_core::model::operator::OperatorName;
use chat_limits::ClientAddress;

/// So many there can be. Before there are more, all are forgotten, and each counts once more as a guess.
const MOST: usize = 1_024;

/// From which addresses operators have come. Who has no operator's token makes no entry.
#[derive(Debug, Default)]
pub(super) struct KnownOperators(Mutex<HashSet<(ClientAddress, OperatorName)>>);

impl KnownOperators {
    pub(super) fn contains(&self, address: &ClientAddress, operator: &OperatorName) -> bool {
        self.known().contains(&(*address, operator.clone()))
    }

    pub(super) fn insert(&self, address: &ClientAddress, operator: &OperatorName) {
        let mut known = self.known();
        if MOST <= known.len() {
            known.clear();
        }
        known.insert((*address, operator.clone()));
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashSet<(ClientAddress, OperatorName)>> {
        // Whatever a panic left is what was known.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use http::HeaderMap;

    use super::*;

    fn address(host: usize) -> ClientAddress {
        let host = u32::try_from(host).unwrap();
        ClientAddress::of(IpAddr::V4(Ipv4Addr::from_bits(host)), &HeaderMap::new(), &[])
    }

    #[test]
    fn an_operator_is_known_where_they_came_from_and_nobody_else_there() {
        let (known, [clerk, other]) = (KnownOperators::default(), ["clerk", "other"].map(name));
        known.insert(&address(1), &clerk);
        assert!(known.contains(&address(1), &clerk));
        assert!(!known.contains(&address(2), &clerk) && !known.contains(&address(1), &other));
    }

    #[test]
    fn there_are_never_more_than_the_most() {
        let (known, clerk) = (KnownOperators::default(), name("clerk"));
        for host in 0..=MOST {
            known.insert(&address(host), &clerk);
            assert!(known.known().len() <= MOST);
        }
        assert!(known.contains(&address(MOST), &clerk) && !known.contains(&address(0), &clerk));
    }

    fn name(text: &str) -> OperatorName {
        OperatorName::parse(text).unwrap()
    }
}
