use chat_core::{
    model::{
        session::{DeviceId, Session, SessionId},
        user::Standing,
    },
    ports::store::{Store, StoreError},
};

use crate::builders::{NOON, at, begin, user, users};

fn session(id: &str, device: &str) -> Session {
    Session {
        id: SessionId::new(),
        user: user(id),
        device: DeviceId::parse(device).unwrap(),
        generation: 0,
        created_at: NOON,
        rotated_at: NOON,
        revoked_at: None,
    }
}

async fn insert(store: &dyn Store, sessions: &[&Session]) {
    let mut tx = begin(store).await;
    for session in sessions {
        tx.insert_session(session).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn what_was_opened_is_read_with_the_standing(store: &dyn Store) {
    users(store, &["alice"]).await;
    let opened = session("alice", "phone");
    insert(store, &[&opened]).await;
    assert_eq!(store.session(opened.id).await.unwrap(), Some((opened, Standing::Active)));
    assert_eq!(store.session(SessionId::new()).await.unwrap(), None);
}

pub(crate) async fn live_sessions_are_those_not_ended(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let (phone, laptop, other) = (session("alice", "phone"), session("alice", "laptop"), session("bob", "phone"));
    insert(store, &[&phone, &laptop, &other]).await;
    let mut tx = begin(store).await;
    tx.revoke_session(phone.id, at(1)).await.unwrap();
    assert_eq!(tx.live_sessions(&user("alice")).await.unwrap(), [laptop]);
    assert_eq!(tx.live_sessions(&user("bob")).await.unwrap(), [other]);
}

pub(crate) async fn a_rotation_moves_generation_and_time(store: &dyn Store) {
    users(store, &["alice"]).await;
    let opened = session("alice", "phone");
    insert(store, &[&opened]).await;
    let mut tx = begin(store).await;
    tx.rotate_session(opened.id, 7, at(5)).await.unwrap();
    tx.commit().await.unwrap();
    let rotated = Session { generation: 7, rotated_at: at(5), ..opened };
    assert_eq!(store.session(rotated.id).await.unwrap().unwrap().0, rotated);
}

pub(crate) async fn what_was_ended_stays_ended_as_it_was(store: &dyn Store) {
    users(store, &["alice"]).await;
    let opened = session("alice", "phone");
    insert(store, &[&opened]).await;
    for millis in [3, 9] {
        let mut tx = begin(store).await;
        tx.revoke_session(opened.id, at(millis)).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(store.session(opened.id).await.unwrap().unwrap().0.revoked_at, Some(at(3)));
}

pub(crate) async fn a_session_of_nobody_is_corrupt(store: &dyn Store) {
    let mut tx = begin(store).await;
    let inserted = tx.insert_session(&session("nobody", "phone")).await;
    assert!(matches!(inserted, Err(StoreError::Corrupt(_))), "{inserted:?}");
}
