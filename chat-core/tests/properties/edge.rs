//! Values at the edges of the rules, which come more often than all those between them.

use std::time::Duration;

use chat_core::{
    error::Rejection,
    model::{
        coin::Coins,
        invite::{Invite, InviteId},
        room::{Role, RoomId},
        time::Timestamp,
        user::{Standing, UserId},
    },
};
use proptest::{bool::Weighted, prelude::*, sample::select};

pub(crate) const MAX: i64 = Coins::MAX.get();
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(crate) fn coins(count: i64) -> Coins {
    Coins::new(count).expect("a number of coins")
}

pub(crate) fn room(n: u8) -> RoomId {
    RoomId::from_bytes([n; 16])
}

pub(crate) fn user(n: u8) -> UserId {
    UserId::parse(&format!("user-{n}")).expect("an id")
}

/// The code of a refusal.
pub(crate) fn code(refused: &Rejection) -> String {
    refused.kind_and_code().1.to_owned()
}

/// For what is to be seen beside every other fact, and yet mostly out of their way.
pub(crate) fn rarely() -> Weighted {
    prop::bool::weighted(0.15)
}

/// Around nothing, the price, twice the price and the greatest balance.
pub(crate) fn balance() -> impl Strategy<Value = Coins> {
    let edges = vec![0, 1, 149, 150, 151, 299, 300, 301, MAX - 151, MAX - 150, MAX - 149, MAX - 1, MAX];
    prop_oneof![4 => select(edges), 1 => 0..=MAX].prop_map(coins)
}

/// Free, a coin, the usual, and beyond everybody.
pub(crate) fn price() -> impl Strategy<Value = Coins> {
    prop_oneof![1 => Just(0), 1 => Just(1), 6 => Just(150), 1 => Just(MAX)].prop_map(coins)
}

/// Capacity and number of members: every capacity there is, from nobody to full.
pub(crate) fn seats() -> impl Strategy<Value = (u8, u8)> {
    (2..=6_u8).prop_flat_map(|capacity| (Just(capacity), prop_oneof![4 => 0..capacity, 1 => Just(capacity)]))
}

pub(crate) fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![4 => Just(Standing::Active), 1 => Just(Standing::Suspended), 1 => Just(Standing::Erased)]
}

pub(crate) fn role() -> impl Strategy<Value = Role> {
    select(vec![Role::Member, Role::Moderator, Role::Owner])
}

/// Milliseconds from a limit: on it, one before, one after, and far away on both sides.
pub(crate) fn offset() -> impl Strategy<Value = i64> {
    prop_oneof![4 => -1..=1_i64, 1 => -100_000_000_000..100_000_000_000_i64]
}

pub(crate) fn shifted(time: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(time.as_millis() + millis)
}

pub(crate) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).expect("a span that fits")
}

/// An invite from user 0 to user 1, mostly good, in every way in which it may be over.
pub(crate) fn invite() -> impl Strategy<Value = Invite> {
    let expiry = prop_oneof![1 => Just(0), 1 => Just(-1), 6 => Just(1), 2 => offset()];
    (rarely(), rarely(), expiry).prop_map(|(used, revoked, expiry)| Invite {
        id: InviteId::from_bytes([7; 16]),
        room: room(0),
        maker: user(0),
        invitee: user(1),
        created_at: shifted(NOW, -1_000),
        expires_at: shifted(NOW, expiry),
        used_at: used.then_some(NOW),
        revoked_at: revoked.then_some(NOW),
    })
}
