//! Charges of the host's wallet.

use chat_core::{
    model::{
        charge::{Charge, ChargeId, ChargeState, StandingCharge},
        coin::Coins,
        room::RoomId,
    },
    ports::store::Store,
};

use crate::{
    build::{at, begin, new_room_of, user},
    refusal::must_not_be,
};

/// One of bob's, for a new room.
async fn charge(store: &dyn Store, due: i64) -> StandingCharge {
    let room = new_room_of(store, &["alice", "bob"]).await;
    charge_in(room, due)
}

fn charge_in(room: RoomId, due: i64) -> StandingCharge {
    let charge = Charge { id: ChargeId::new(), user: user("bob"), room, coins: Coins::new(150).unwrap() };
    StandingCharge { charge, state: ChargeState::Reserving, due: Some(at(due)), attempts: 0, at: at(3) }
}

async fn insert(store: &dyn Store, charges: &[&StandingCharge]) {
    let mut tx = begin(store).await;
    for charge in charges {
        tx.insert_charge(charge).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn charges_are_due_by_time_then_by_id_and_only_so_many(store: &dyn Store) {
    let first = charge(store, 10).await;
    let [second, third, later] = [10, 11, 12].map(|due| charge_in(first.charge.room, due));
    insert(store, &[&third, &later, &second, &first]).await;
    assert_eq!(store.due_charges(at(9), 9).await.unwrap(), []);
    assert_eq!(store.due_charges(at(11), 9).await.unwrap(), [first.clone(), second.clone(), third]);
    assert_eq!(store.due_charges(at(12), 2).await.unwrap(), [first, second]);
}

pub(crate) async fn a_charge_is_as_it_was_last_written_and_due_no_more_when_it_is_over(store: &dyn Store) {
    let written = charge(store, 10).await;
    insert(store, &[&written]).await;
    let mut tx = begin(store).await;
    assert_eq!(tx.lock_charge(ChargeId::new()).await.unwrap(), None);
    let claimed = StandingCharge { state: ChargeState::Capturing, due: Some(at(20)), attempts: 1, ..written.clone() };
    assert_eq!(tx.lock_charge(written.charge.id).await.unwrap(), Some(written));
    tx.set_charge(&claimed).await.unwrap();
    assert_eq!(tx.lock_charge(claimed.charge.id).await.unwrap(), Some(claimed.clone()), "a read sees what was written");
    tx.commit().await.unwrap();
    assert_eq!(store.due_charges(at(19), 9).await.unwrap(), []);
    assert_eq!(store.due_charges(at(20), 9).await.unwrap(), std::slice::from_ref(&claimed));
    for state in [ChargeState::Captured, ChargeState::Released] {
        let mut tx = begin(store).await;
        tx.lock_charge(claimed.charge.id).await.unwrap();
        tx.set_charge(&StandingCharge { state, due: None, ..claimed.clone() }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.due_charges(at(1_000_000), 9).await.unwrap(), [], "{state:?}");
    }
}

pub(crate) async fn a_second_charge_of_the_same_key_must_not_be(store: &dyn Store) {
    let written = charge(store, 10).await;
    insert(store, &[&written]).await;
    let mut tx = begin(store).await;
    let written = tx.insert_charge(&written).await;
    must_not_be(tx, written).await;
}

pub(crate) async fn a_charge_that_does_not_exist_must_not_be_written(store: &dyn Store) {
    let unknown = charge(store, 10).await;
    let mut tx = begin(store).await;
    let written = tx.set_charge(&unknown).await;
    must_not_be(tx, written).await;
}
