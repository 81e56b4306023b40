//! Limits of what users and addresses may ask for, and of the connections they may have open.

mod allowance;
mod kind;
mod known_operators;
mod told;

use std::{sync::Arc, time::Duration};

use axum::{Router, middleware};
use chat_core::model::user::UserId;
use chat_limits::{Buckets, ClientAddress, RateLimits, Seat, Seats, Taken};

use self::allowance::allow;
pub(crate) use self::{
    allowance::Allowance,
    kind::Kind,
    told::{RATE_LIMIT, RATE_LIMIT_POLICY},
};
use self::{
    known_operators::KnownOperators,
    told::{Quota, Told},
};
use crate::{code::Code, config::HttpConfig, problem::Problem};

/// When somebody who has too many connections may try again: some may have ended meanwhile.
const CONNECTIONS_END_IN: Duration = Duration::from_secs(10);

/// `router`, whose requests are limited as `config` says.
pub(crate) fn limited(router: Router, config: &HttpConfig) -> Router {
    let Some(rates) = &config.rate_limits else { return router };
    let limits = (Arc::new(Limits::new(rates)), config.trusted_proxies.as_slice().into());
    router.layer(middleware::from_fn_with_state(limits, allow))
}

/// The buckets and the seats of everybody.
pub(crate) struct Limits {
    /// By [`Kind`]. Nobody has signed in yet who signs in or refreshes, and operators are no users: those kinds have none.
    users: [Option<Buckets<UserId>>; Kind::COUNT],
    addresses: [Buckets<ClientAddress>; Kind::COUNT],
    user_seats: Arc<Seats<UserId>>,
    address_seats: Arc<Seats<ClientAddress>>,
    known_operators: KnownOperators,
}

/// A connection that counts, until it is dropped.
#[derive(Debug)]
pub(crate) struct CountedConnection {
    _user: Seat<UserId>,
    _address: Option<Seat<ClientAddress>>,
}

impl Limits {
    pub(crate) fn new(of: &RateLimits) -> Self {
        // In the order of `Kind`.
        let pairs = [of.passwords, of.send, of.write, of.read, of.connect];
        let [passwords, send, write, read, connect] = pairs.map(|pair| Some(Buckets::new(pair.user)));
        let [by_passwords, by_send, by_write, by_read, by_connect] = pairs.map(|pair| Buckets::new(pair.address));
        Self {
            users: [None, None, passwords, send, write, read, connect, None, None],
            addresses: [
                Buckets::new(of.sign_in),
                Buckets::new(of.refresh),
                by_passwords,
                by_send,
                by_write,
                by_read,
                by_connect,
                Buckets::new(of.operate),
                Buckets::new(of.operator_guess),
            ],
            user_seats: Seats::new(of.user_connections),
            address_seats: Seats::new(of.address_connections),
            known_operators: KnownOperators::default(),
        }
    }

    fn take_of_address(&self, kind: Kind, address: &ClientAddress) -> (Told, Result<(), Problem>) {
        take(&self.addresses[kind as usize], address, kind.of_address())
    }

    fn take_of_user(&self, kind: Kind, user: &UserId) -> Option<(Told, Result<(), Problem>)> {
        Some(take(self.users[kind as usize].as_ref()?, user, kind.of_user()))
    }
}

fn take<K: std::hash::Hash + Eq + Clone>(
    buckets: &Buckets<K>,
    key: &K,
    name: &'static str,
) -> (Told, Result<(), Problem>) {
    let (remaining, outcome) = match buckets.take(key) {
        Taken::Left(remaining) => (remaining, Ok(())),
        Taken::Wait(wait) => (0, Err(Problem::new(Code::RateLimited).retry_after(wait))),
    };
    (Told { name, of: Quota::Requests(buckets.rate()), remaining }, outcome)
}

fn too_many_connections() -> Problem {
    Problem::new(Code::RateLimited)
        .detail("Too many connections are open; close one first.")
        .retry_after(CONNECTIONS_END_IN)
}
