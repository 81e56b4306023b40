//! Limits of what users and addresses may ask for, and of the streams they may have open.

use std::{sync::Arc, time::Duration};

use chat_core::{error::Rejection, model::user::UserId};
use chat_limits::{Buckets, ClientAddress, RateLimits, Seat, Seats, Taken};

use crate::refusal::Refusal;

/// When somebody who has too many streams may try again: some may have ended meanwhile.
const STREAMS_END_IN: Duration = Duration::from_secs(10);

/// What is counted together, as of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    SignIn,
    Refresh,
    Passwords,
    Send,
    Write,
    Read,
    Connect,
}

impl Kind {
    const COUNT: usize = 7;

    /// Of a call, by its name.
    pub(crate) fn of_call(name: &str) -> Self {
        match name {
            "Login" | "Register" => Self::SignIn,
            "Refresh" => Self::Refresh,
            "JoinRoom" | "Invite" | "ChangePassword" => Self::Passwords,
            "SendMessage" | "EditMessage" | "DeleteMessage" | "AddReaction" | "RemoveReaction" => Self::Send,
            "Connect" => Self::Connect,
            _ if name.starts_with("Get") || name.starts_with("List") => Self::Read,
            _ => Self::Write,
        }
    }

    /// Whether it is asked by those who have not signed in.
    pub(crate) const fn is_of_strangers(self) -> bool {
        matches!(self, Self::SignIn | Self::Refresh)
    }
}

/// The buckets and the seats of everybody; none where nothing is limited.
pub(crate) struct Limits(Option<Inner>);

struct Inner {
    /// By [`Kind`]. Nobody has signed in yet who signs in or refreshes: those have none.
    users: [Option<Buckets<UserId>>; Kind::COUNT],
    addresses: [Buckets<ClientAddress>; Kind::COUNT],
    user_seats: Arc<Seats<UserId>>,
    address_seats: Arc<Seats<ClientAddress>>,
}

/// A stream that counts, until it is dropped.
#[derive(Debug, Default)]
pub(crate) struct CountedStream {
    _user: Option<Seat<UserId>>,
    _address: Option<Seat<ClientAddress>>,
}

impl Limits {
    pub(crate) fn new(of: Option<&RateLimits>) -> Self {
        Self(of.map(|of| {
            // In the order of `Kind`.
            let pairs = [of.passwords, of.send, of.write, of.read, of.connect];
            let [passwords, send, write, read, connect] = pairs.map(|pair| Some(Buckets::new(pair.user)));
            let [by_passwords, by_send, by_write, by_read, by_connect] = pairs.map(|pair| Buckets::new(pair.address));
            let (sign_in, refresh) = (Buckets::new(of.sign_in), Buckets::new(of.refresh));
            Inner {
                users: [None, None, passwords, send, write, read, connect],
                addresses: [sign_in, refresh, by_passwords, by_send, by_write, by_read, by_connect],
                user_seats: Seats::new(of.user_connections),
                address_seats: Seats::new(of.address_connections),
            }
        }))
    }

    /// Counts what an address asks for, where it is known.
    pub(crate) fn of_address(&self, kind: Kind, address: Option<&ClientAddress>) -> Result<(), Refusal> {
        match (&self.0, address) {
            (Some(inner), Some(address)) => or_wait(inner.addresses[kind as usize].take(address)),
            _ => Ok(()),
        }
    }

    /// Counts what a user asks for.
    pub(crate) fn of_user(&self, kind: Kind, user: &UserId) -> Result<(), Refusal> {
        let buckets = self.0.as_ref().and_then(|inner| inner.users[kind as usize].as_ref());
        buckets.map_or(Ok(()), |buckets| or_wait(buckets.take(user)))
    }

    /// Counts a command of a stream. First the user: one who is over their own limit uses nothing up of what others at the
    /// same address may.
    pub(crate) fn command(&self, kind: Kind, user: &UserId, address: Option<&ClientAddress>) -> Result<(), Refusal> {
        self.of_user(kind, user)?;
        self.of_address(kind, address)
    }

    /// A place for one more stream, unless the user or the address has as many as they may.
    pub(crate) fn stream(&self, user: &UserId, address: Option<&ClientAddress>) -> Result<CountedStream, Refusal> {
        let Some(inner) = &self.0 else { return Ok(CountedStream::default()) };
        let full = || Refusal::too_many("too many streams are open; close one first", STREAMS_END_IN);
        let address = address.map(|address| inner.address_seats.take(address).ok_or_else(full)).transpose()?;
        let user = Some(inner.user_seats.take(user).ok_or_else(full)?);
        Ok(CountedStream { _user: user, _address: address })
    }
}

fn or_wait(taken: Taken) -> Result<(), Refusal> {
    match taken {
        Taken::Left(_) => Ok(()),
        Taken::Wait(retry_after) => Err(Rejection::RateLimited { retry_after }.into()),
    }
}
