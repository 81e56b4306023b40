use chat_core::{
    model::{
        session::{DeviceId, Session, SessionId},
        user::Standing,
    },
    ports::store::Store,
};

use crate::{
    build::{NOON, at, begin, user, users},
    refusal::must_not_be,
};

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
    let rotated = Session { generation: 7, rotated_at: at(5), ..opened.clone() };
    assert_eq!(store.session(rotated.id).await.unwrap().unwrap().0, rotated);

    let high = u64::from(u32::MAX) + 1;
    for _ in 0..2 {
        let mut tx = begin(store).await;
        tx.rotate_session(opened.id, high, at(6)).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(store.session(opened.id).await.unwrap().unwrap().0.generation, high);
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

pub(crate) async fn a_session_of_nobody_must_not_be(store: &dyn Store) {
    let mut tx = begin(store).await;
    let inserted = tx.insert_session(&session("nobody", "phone")).await;
    must_not_be(tx, inserted).await;
}

pub(crate) async fn r_acc_03_devices_of_every_length_and_case_are_kept_apart(store: &dyn Store) {
    users(store, &["alice"]).await;
    let longest = ["a", "A"].map(|last| format!("{}{last}", "x".repeat(DeviceId::MAX - 1)));
    let devices = ["phone", "Phone", "phone.", ".", "..", "+:@_-", &longest[0], &longest[1]];
    let mut opened: Vec<Session> = devices.iter().map(|device| session("alice", device)).collect();
    insert(store, &opened.iter().collect::<Vec<_>>()).await;
    for session in &opened {
        assert_eq!(store.session(session.id).await.unwrap().unwrap().0, *session);
    }
    let mut live = begin(store).await.live_sessions(&user("alice")).await.unwrap();
    opened.sort_by_key(|session| session.id);
    live.sort_by_key(|session| session.id);
    assert_eq!(live, opened);
}

pub(crate) async fn what_was_ended_is_live_no_more_but_still_read(store: &dyn Store) {
    users(store, &["alice"]).await;
    let opened = session("alice", "phone");
    insert(store, &[&opened]).await;
    let mut tx = begin(store).await;
    tx.rotate_session(opened.id, 1, at(2)).await.unwrap();
    tx.revoke_session(opened.id, at(3)).await.unwrap();
    assert_eq!(tx.live_sessions(&user("alice")).await.unwrap(), [], "a transaction sees what it wrote");
    tx.commit().await.unwrap();
    let ended = Session { generation: 1, rotated_at: at(2), revoked_at: Some(at(3)), ..opened };
    assert_eq!(store.session(ended.id).await.unwrap(), Some((ended, Standing::Active)));
}

pub(crate) async fn the_sessions_of_a_user_are_those_not_ended(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let (phone, laptop, other) = (session("alice", "phone"), session("alice", "laptop"), session("bob", "phone"));
    insert(store, &[&phone, &laptop, &other]).await;
    let mut both = store.sessions_of(&user("alice")).await.unwrap();
    both.sort_by(|a, b| b.device.cmp(&a.device));
    assert_eq!(both, [phone.clone(), laptop.clone()]);
    let mut tx = begin(store).await;
    tx.revoke_session(phone.id, at(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.sessions_of(&user("alice")).await.unwrap(), [laptop]);
    assert_eq!(store.sessions_of(&user("nobody")).await.unwrap(), []);
}
