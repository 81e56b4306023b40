//! Nobody waits for a lock that the contract of a method does not name, however few rows a table has.

use chat_conformance::build::{NOON, append, begin, draft, event, member, new_room, new_room_of, room_of, user, users};
use chat_core::{
    model::{
        event::EventKind,
        room::{Role, RoomId},
    },
    ports::store::{FriendStore, RoomStore},
};
use chat_test_databases::Kind;

use crate::stores::{on_both, own};

on_both! {
    a_batch_waits_for_its_own_rooms_alone,
    a_batch_of_very_many_rooms_waits_for_its_own_alone,
    an_end_of_a_friendship_waits_for_nobody_elses,
}

async fn a_batch_waits_for_its_own_rooms_alone(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let store = &fresh.store;
    users(store, &["alice"]).await;
    let mut rooms = Vec::new();
    for _ in 0..40 {
        rooms.push(room_of(store, &["alice"]).await);
    }
    // Only a server that knows how few there are thinks of reading them all.
    sqlx::raw_sql("ANALYZE TABLE chat_rooms").fetch_all(&mut fresh.sql().await).await.unwrap();
    for held in [0, 20, 39] {
        let mut holds = begin(store).await;
        holds.lock_room(rooms[held]).await.unwrap();
        let others = rooms.iter().enumerate().filter(|(index, _)| *index != held);
        let drafts: Vec<_> = others.map(|(_, room)| draft(*room, "alice", "hi")).collect();
        let planned = append(store, &drafts).await;
        assert!(planned.iter().all(|planned| planned.starts_with("new")), "{planned:?}");
        holds.rollback().await.unwrap();
    }
}

/// MariaDB makes a subquery of a list of 1,000, which reads the whole table under lock.
async fn a_batch_of_very_many_rooms_waits_for_its_own_alone(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let store = &fresh.store;
    users(store, &["alice"]).await;
    let rooms: Vec<RoomId> = (0..1_025).map(|_| RoomId::new()).collect();
    let mut tx = begin(store).await;
    for room in &rooms {
        tx.insert_room(&new_room(*room, "alice")).await.unwrap();
        tx.append_event(&event(*room, 1, "alice", EventKind::Joined)).await.unwrap();
        tx.seat_member(*room, &member("alice", Role::Owner, 1)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut holds = begin(store).await;
    holds.lock_room(rooms[0]).await.unwrap();
    let drafts: Vec<_> = rooms[1..].iter().map(|room| draft(*room, "alice", "hi")).collect();
    let planned = append(store, &drafts).await;
    assert!(planned.len() == 1_024 && planned.iter().all(|planned| planned == "new 2"), "{planned:?}");
    assert_eq!(store.last_seqs(&rooms).await.unwrap().len(), 1_025);
    holds.rollback().await.unwrap();
}

async fn an_end_of_a_friendship_waits_for_nobody_elses(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let store = &fresh.store;
    new_room_of(store, &["alice", "bob", "carol", "dave"]).await;
    let mut tx = begin(store).await;
    tx.insert_friendship(&user("alice"), &user("bob"), NOON).await.unwrap();
    tx.insert_friendship(&user("carol"), &user("dave"), NOON).await.unwrap();
    tx.commit().await.unwrap();
    let (mut one, mut other) = (begin(store).await, begin(store).await);
    assert!(one.delete_friendship(&user("alice"), &user("bob")).await.unwrap());
    assert!(other.delete_friendship(&user("carol"), &user("dave")).await.unwrap());
    one.commit().await.unwrap();
    other.commit().await.unwrap();
    for id in ["alice", "bob", "carol", "dave"] {
        assert!(store.friends(&user(id)).await.unwrap().is_empty(), "{id}");
    }
}
