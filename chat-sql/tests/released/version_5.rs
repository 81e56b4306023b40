//! The rows of a store at version 5, and what every later release must read of them. Both stores' tests include it.

use chat_conformance::build::{begin, user};
use chat_core::{
    model::{
        charge::{Charge, ChargeId, ChargeState, StandingCharge},
        coin::Coins,
        room::RoomId,
        time::Timestamp,
    },
    ports::store::Store,
};

fn bytes(last: u8) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[15] = last;
    bytes
}

/// Reads every row of `rows/0005.sql`, and goes on from there.
pub(crate) async fn reads_the_rows_of_version_5(store: &dyn Store) {
    let time = Timestamp::from_millis;
    let charge = |last| Charge {
        id: ChargeId::from_bytes(bytes(last)),
        user: user("erin"),
        room: RoomId::from_bytes(bytes(9)),
        coins: Coins::new(150).unwrap(),
    };
    let due = StandingCharge {
        charge: charge(0x41),
        state: ChargeState::Capturing,
        due: Some(time(7)),
        attempts: 2,
        at: time(5),
    };
    let over =
        StandingCharge { charge: charge(0x42), state: ChargeState::Captured, due: None, attempts: 1, at: time(6) };
    assert_eq!(store.due_charges(time(6), 9).await.unwrap(), []);
    assert_eq!(store.due_charges(time(7), 9).await.unwrap(), std::slice::from_ref(&due));
    let mut tx = begin(store).await;
    assert_eq!(tx.lock_charge(over.charge.id).await.unwrap(), Some(over));
    tx.set_charge(&StandingCharge { state: ChargeState::Captured, due: None, ..due }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.due_charges(time(7), 9).await.unwrap(), []);
}
