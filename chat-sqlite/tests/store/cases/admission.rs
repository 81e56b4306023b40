use chat_core::{
    model::admission::{Admission, AdmissionKind},
    ports::store::{Store, StoreError},
};

use crate::builders::{NOON, begin, coins, new_room_of, room_of, user};

fn admission(kind: AdmissionKind, price: i64) -> Admission {
    Admission { kind, coins: coins(price), at: NOON }
}

pub(crate) async fn an_admission_stands_for_its_room_alone(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice"]).await;
    let bob = user("bob");
    let mut tx = begin(store).await;
    assert!(!tx.has_free_admission(&bob).await.unwrap());
    tx.insert_admission(&bob, room, &admission(AdmissionKind::Paid, 150)).await.unwrap();
    assert!(!tx.has_free_admission(&bob).await.unwrap());
    assert_eq!(tx.admission(&bob, room).await.unwrap(), Some(admission(AdmissionKind::Paid, 150)));
    assert_eq!(tx.admission(&bob, other).await.unwrap(), None);
    tx.insert_admission(&bob, other, &admission(AdmissionKind::Free, 0)).await.unwrap();
    assert!(tx.has_free_admission(&bob).await.unwrap());
    assert!(!tx.has_free_admission(&user("alice")).await.unwrap());
}

pub(crate) async fn r_adm_06_a_second_free_admission_is_corrupt(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice"]).await;
    let mut tx = begin(store).await;
    tx.insert_admission(&user("bob"), room, &admission(AdmissionKind::Free, 0)).await.unwrap();
    let second = tx.insert_admission(&user("bob"), other, &admission(AdmissionKind::Free, 0)).await;
    assert!(matches!(second, Err(StoreError::Corrupt(_))), "{second:?}");
}
