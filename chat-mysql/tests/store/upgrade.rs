//! From the tables of each earlier release, with rows in them, to those of this one.

use chat_conformance::build::{append, begin, client_id, coins, draft, entry, hash, keyed_draft, log, user};
use chat_core::{
    model::{
        event::EventKind,
        room::{Role, RoomId},
        session::SessionId,
    },
    ports::store::{AttemptId, EventRange, Store},
};
use chat_mysql::MySqlStore;
use chat_test_databases::{Database, Kind};
use sqlx::{Connection, mysql::MySqlConnection};

use crate::stores::{execute, on_both};

on_both! {
    tables_of_every_release_are_upgraded_with_their_rows,
}

/// The migrations in the order in which they were released, each with rows for the tables as they were after it.
const RELEASED: [(&str, &str, &str); 1] =
    [("chat", include_str!("../../src/migrations/0001_chat.sql"), include_str!("rows/0001.sql"))];

async fn tables_of_every_release_are_upgraded_with_their_rows(kind: Kind) {
    let Some(new) = Database::fresh(kind).await else { return };
    let known = MySqlStore::open(new.url()).await.unwrap().pending().await.unwrap();
    assert_eq!(known.len(), RELEASED.len(), "a migration has no rows to be tested with");
    for version in 1..=RELEASED.len() {
        let database = Database::fresh(kind).await.expect("a server that was there a moment ago");
        let mut sql = MySqlConnection::connect(database.url()).await.unwrap();
        let migrations = "CREATE TABLE chat_migrations (version BIGINT PRIMARY KEY, name VARCHAR(64) NOT NULL,
            applied_at BIGINT NOT NULL)";
        execute(&mut sql, migrations).await.unwrap();
        for (number, (name, migration, _)) in RELEASED.iter().take(version).enumerate() {
            execute(&mut sql, migration).await.unwrap();
            let record = format!("INSERT INTO chat_migrations VALUES ({}, '{name}', 0)", number + 1);
            execute(&mut sql, &record).await.unwrap();
        }
        execute(&mut sql, RELEASED[version - 1].2).await.unwrap();
        let store = MySqlStore::open(database.url()).await.unwrap();
        assert_eq!(store.pending().await.unwrap().len(), RELEASED.len() - version);
        store.migrate().await.unwrap();
        reads_the_rows_of_version_1(&store).await;
    }
}

/// What stands in `rows/0001.sql`, as every later release must read it.
async fn reads_the_rows_of_version_1(store: &dyn Store) {
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
