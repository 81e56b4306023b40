//! Bans (R-ROL-02).

use chat_core::{
    model::{ban::Ban, room::RoomId},
    ports::store::Store,
};

use crate::{
    build::{at, begin, leaving, new_room_of, room_of, user, users},
    refusal::must_not_be,
};

fn ban(id: &str, millis: i64) -> Ban {
    Ban { user: user(id), by: user("alice"), at: at(millis) }
}

async fn banned(store: &dyn Store, room: RoomId, id: &str) -> bool {
    let mut tx = begin(store).await;
    tx.lock_room(room).await.unwrap();
    let door = tx.entrant(room, &user(id), None).await.unwrap().is_banned;
    assert_eq!(tx.is_banned(room, &user(id)).await.unwrap(), door, "the door knows it as well");
    door
}

pub(crate) async fn nobody_is_banned_who_was_not(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let mut tx = begin(store).await;
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 1)).await.unwrap();
    for id in ["alice", "bob", "stranger"] {
        assert!(!tx.is_banned(room, &user(id)).await.unwrap(), "{id}");
    }
    tx.rollback().await.unwrap();
    assert_eq!(store.bans(room).await.unwrap(), []);
}

pub(crate) async fn r_rol_02_a_ban_holds_for_its_room_until_it_is_lifted(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let other = room_of(store, &["alice"]).await;
    users(store, &["bob"]).await;
    let mut tx = begin(store).await;
    tx.lock_users(&[&user("alice"), &user("bob")]).await.unwrap();
    tx.lock_room(room).await.unwrap();
    tx.insert_ban(room, &ban("bob", 5)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(banned(store, room, "bob").await);
    assert!(!banned(store, other, "bob").await);
    for _ in 0..2 {
        let mut tx = begin(store).await;
        tx.lock_room(room).await.unwrap();
        tx.delete_ban(room, &user("bob")).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!banned(store, room, "bob").await);
    }
}

pub(crate) async fn bans_are_listed_by_time_then_by_the_bytes_of_the_id(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    users(store, &["Zoe", "carol", "dave"]).await;
    let mut tx = begin(store).await;
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 1)).await.unwrap();
    let bans = [ban("bob", 4), ban("Zoe", 7), ban("carol", 7), ban("dave", 6)];
    for ban in &bans {
        tx.insert_ban(room, ban).await.unwrap();
    }
    tx.commit().await.unwrap();
    let [bob, zoe, carol, dave] = bans;
    assert_eq!(store.bans(room).await.unwrap(), [bob, dave, zoe, carol]);
    assert_eq!(store.bans(RoomId::new()).await.unwrap(), []);
}

pub(crate) async fn a_second_ban_of_the_same_user_must_not_be(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    users(store, &["bob"]).await;
    let mut tx = begin(store).await;
    tx.insert_ban(room, &ban("bob", 5)).await.unwrap();
    let second = tx.insert_ban(room, &ban("bob", 6)).await;
    must_not_be(tx, second).await;
}
