use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use chat_core::model::{operator::OperatorName, user::UserId};
use chat_limits::{ClientAddress, IpNet};

use super::{
    CountedConnection, Kind, Limits,
    told::{self, Quota, Told},
    too_many_connections,
};
use crate::{problem::Problem, signed_in::CountedAs};

/// What the sender of one request may do, or that of the commands on one connection.
#[derive(Clone)]
pub(crate) struct Allowance(Arc<Inner>);

struct Inner {
    limits: Arc<Limits>,
    /// `None`: the router was not told.
    address: Option<ClientAddress>,
    /// What was looked at so far.
    told: Mutex<Vec<Told>>,
}

/// The layer that gives each request its allowance, and says in the answer's headers what is left of it
/// (`axum::middleware::from_fn_with_state`).
pub(crate) async fn allow(
    State((limits, trusted)): State<(Arc<Limits>, Arc<[IpNet]>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<std::net::SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let address = peer.map(|peer| ClientAddress::of(peer, request.headers(), &trusted));
    let allowance = Allowance(Arc::new(Inner { limits, address, told: Mutex::default() }));
    request.extensions_mut().insert(allowance.clone());
    let mut response = next.run(request).await;
    told::write(&allowance.told(), response.headers_mut());
    response
}

impl Allowance {
    /// Counts a request against its sender's address: before it is known who that is.
    pub(crate) fn of_address(&self, kind: Kind) -> Result<(), Problem> {
        let Some(address) = &self.0.address else { return Ok(()) };
        let (told, outcome) = self.0.limits.take_of_address(kind, address);
        self.told().push(told);
        outcome
    }

    /// Counts a request against its sender.
    pub(crate) fn of_user(&self, kind: Kind, user: &UserId) -> Result<(), Problem> {
        let Some((told, outcome)) = self.0.limits.take_of_user(kind, user) else { return Ok(()) };
        self.told().push(told);
        outcome
    }

    /// Counts a request before it is known who sent it; one to operators only then, so that strangers use up nothing of
    /// what operators may.
    pub(crate) fn before_sign_in(&self, kind: Kind) -> Result<(), Problem> {
        if kind == Kind::Operate { Ok(()) } else { self.of_address(kind) }
    }

    /// Counts a request once it is known who sent it; `None`: nobody whose limits it counts against.
    pub(crate) fn after_sign_in(&self, kind: Kind, sender: Option<CountedAs<'_>>) -> Result<(), Problem> {
        match (kind, sender) {
            (Kind::Operate, Some(CountedAs::Operator(operator))) => self.of_operator(operator),
            (Kind::Operate, _) => self.of_address(Kind::OperatorGuess),
            (kind, Some(CountedAs::User(user))) => self.of_user(kind, user),
            _ => Ok(()),
        }
    }

    /// Whoever comes from an address for the first time may have guessed. From the second time on they are held back by no
    /// guesses of others there.
    fn of_operator(&self, operator: &OperatorName) -> Result<(), Problem> {
        let Inner { limits, address: Some(address), .. } = &*self.0 else { return Ok(()) };
        if !limits.known_operators.contains(address, operator) {
            self.of_address(Kind::OperatorGuess)?;
            limits.known_operators.insert(address, operator);
        }
        self.of_address(Kind::Operate)
    }

    /// Counts a command on a connection, whose answer has no headers. First the user, who is known by then: one who is
    /// over their own limit uses nothing up of what others at the same address may.
    pub(crate) fn command(&self, kind: Kind, user: &UserId) -> Result<(), Problem> {
        let Inner { limits, address, .. } = &*self.0;
        limits.take_of_user(kind, user).map_or(Ok(()), |(_, outcome)| outcome)?;
        address.as_ref().map_or(Ok(()), |address| limits.take_of_address(kind, address).1)
    }

    /// A place for one more connection, unless the user or the address has as many as they may.
    pub(crate) fn connection(&self, user: &UserId) -> Result<CountedConnection, Problem> {
        let Inner { limits, address, .. } = &*self.0;
        let full = |name, most| {
            self.told().push(Told { name, of: Quota::AtOnce(most), remaining: 0 });
            too_many_connections()
        };
        let of_address = |address| {
            let seats = &limits.address_seats;
            seats.take(address).ok_or_else(|| full("connections-address", seats.most()))
        };
        let address = address.as_ref().map(of_address).transpose()?;
        let seats = &limits.user_seats;
        let user = seats.take(user).ok_or_else(|| full("connections", seats.most()))?;
        Ok(CountedConnection { _user: user, _address: address })
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Vec<Told>> {
        // Whatever a panic left is what was told.
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
