//! The rows of a store at version 1, and what every later release must read of them. Both stores' tests include it.

use chat_conformance::build::{append, begin, client_id, coins, draft, entry, hash, keyed_draft, log, user};
use chat_core::{
    model::{
        event::EventKind,
        room::{Role, RoomId},
        session::SessionId,
    },
    ports::store::{AttemptId, EventRange, Store},
};

/// Reads every row of `rows/0001.sql`, and goes on from there.
pub(crate) async fn reads_the_rows_of_version_1(store: &dyn Store) {
    let room = RoomId::from_bytes(id(3));
    let alice = store.user(&user("Alice")).await.unwrap().unwrap();
    assert_eq!((alice.name.as_str(), alice.prime, alice.coins), ("Alïce 😀", true, coins(0)));
    assert_eq!(store.credentials(&user("Alice")).await.unwrap().unwrap().password, Some(hash("$2b$alice")));
    let bob = store.user(&user("bob")).await.unwrap().unwrap();
    assert_eq!((bob.phone, bob.coins), (None, coins(50)));
    let (session, _) = store.session(SessionId::from_bytes(id(2))).await.unwrap().unwrap();
    assert_eq!((session.device.as_str(), session.generation, session.revoked_at), ("phone", 3, None));
    assert_eq!(store.setting("demo").await.unwrap().as_deref(), Some("yes"));
    assert!(store.was_committed(AttemptId::from_bytes(id(1))).await.unwrap());
    assert_eq!(log(store, room).await, ["1 joined Alice", "2 joined bob", "3 message Alice"]);
    let newest = store.events(room, EventRange::Newest, 1).await.unwrap().remove(0);
    let EventKind::Message(message) = newest.kind else { panic!("{newest:?}") };
    assert_eq!(message.body.unwrap().as_str(), "héllo 😀");
    assert_eq!(message.client_id, Some(client_id("c")));
    let view = store.room_view(room, &user("bob")).await.unwrap().unwrap();
    assert_eq!((view.role, view.unread, view.room.member_count), (Role::Member, 1, 2));
    let ledger: Vec<i64> =
        store.coin_entries(&user("bob"), None, 9).await.unwrap().iter().map(|e| e.amount.get()).collect();
    assert_eq!(ledger, [-150, 200]);
    assert_eq!(store.invites_to(room).await.unwrap().len(), 1);
    assert_eq!(store.friends(&user("Alice")).await.unwrap()[0].id, user("bob"));

    // And it goes on: numbers, keys and the ledger.
    assert_eq!(
        append(store, &[draft(room, "bob", "hi"), keyed_draft(room, "Alice", "other", "c")]).await,
        ["new 4", "idempotency_conflict"]
    );
    let mut tx = begin(store).await;
    tx.lock_users(&[&user("bob")]).await.unwrap();
    assert_eq!(tx.append_coin_entry(&user("bob"), &entry(1, 51)).await.unwrap().number, 3);
    assert_eq!(tx.room_made_as(&user("Alice"), &client_id("k ")).await.unwrap(), Some(room));
    tx.commit().await.unwrap();
}

fn id(last: u8) -> [u8; 16] {
    let mut id = [0; 16];
    id[15] = last;
    id
}
