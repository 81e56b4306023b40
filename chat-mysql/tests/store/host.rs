//! On the application's pool: its sessions stay as they are, ours hold while we work.

use chat_conformance::build::{append, begin, draft, new_room_of, new_user, room_of, user, users};
use chat_core::{
    model::room::RoomId,
    ports::store::{SettingStore, Store, StoreError, UserStore},
};
use chat_mysql::MySqlStore;
use chat_test_databases::{Database, Kind};
use sqlx::{
    Connection, Row,
    mysql::{MySqlConnection, MySqlPool, MySqlPoolOptions},
};

use crate::stores::{STRANGE, execute, host, on_both, own};

on_both! {
    our_session_is_as_our_promises_need_on_any_pool,
    the_applications_session_is_as_before_after_every_way_to_end,
    our_transactions_are_isolated_as_we_need_and_the_applications_as_before,
    a_pool_of_one_is_enough,
    nobody_finds_our_transaction_open_where_a_future_was_dropped,
}

fn hexadecimal(room: RoomId) -> String {
    room.to_string().replace('-', "")
}

/// Everything about a session that a store touches.
const SESSION: &str = "SELECT CONCAT_WS(' ', @@SESSION.sql_mode, @@SESSION.time_zone, @@SESSION.character_set_client,
    @@SESSION.character_set_results, @@SESSION.collation_connection, @@SESSION.autocommit,
    @@SESSION.innodb_lock_wait_timeout, @@SESSION.sql_select_limit, @@SESSION.completion_type) AS session";

async fn session(pool: &MySqlPool) -> String {
    let mut connection = pool.acquire().await.unwrap();
    sqlx::raw_sql(SESSION).fetch_one(&mut *connection).await.unwrap().get("session")
}

async fn pool_of_one(url: &str) -> MySqlPool {
    let options = MySqlPoolOptions::new()
        .max_connections(1)
        .after_connect(|connection, _| Box::pin(async move { execute(connection, STRANGE).await }));
    options.connect(url).await.unwrap()
}

async fn our_session_is_as_our_promises_need_on_any_pool(kind: Kind) {
    for fresh in [own(kind).await, host(kind).await] {
        let Some(fresh) = fresh else { return };
        let mut admin = MySqlConnection::connect(&fresh.database.admin_url()).await.unwrap();
        let look = "CREATE TABLE seen (what VARCHAR(255));
            CREATE TRIGGER chat_look BEFORE INSERT ON chat_users FOR EACH ROW
            INSERT INTO seen VALUES (CONCAT_WS(' ', @@SESSION.time_zone,
                @@SESSION.character_set_client, @@SESSION.character_set_results, @@SESSION.autocommit))";
        execute(&mut admin, look).await.unwrap();
        users(&fresh.store, &["alice"]).await;
        execute(&mut admin, "DROP TRIGGER chat_look").await.unwrap();
        let seen: String = sqlx::raw_sql("SELECT what FROM seen").fetch_one(&mut admin).await.unwrap().get("what");
        assert!(seen.starts_with("+00:00 utf8mb4 utf8mb4 "), "{seen}");
        assert!(seen.ends_with(" 1") || seen.ends_with(" ON"), "{seen}");
        // READ COMMITTED: a transaction sees what others have committed since it began, and locks nothing by looking.
        let room = room_of(&fresh.store, &["alice"]).await;
        let mut tx = begin(&fresh.store).await;
        assert_eq!(tx.members_in(room).await.unwrap().len(), 1);
        let leave = format!("UPDATE chat_members SET left_at = 1 WHERE room_id = x'{}'", hexadecimal(room));
        execute(&mut admin, &leave).await.unwrap();
        assert_eq!(tx.members_in(room).await.unwrap().len(), 0);
        tx.rollback().await.unwrap();
        // Strict: what a column cannot hold is refused, and not cut short.
        let too_long = fresh.store.setting_or_insert(&"n".repeat(65), "value").await;
        assert!(matches!(too_long, Err(StoreError::Corrupt(_))), "{too_long:?}");
    }
}

async fn the_applications_session_is_as_before_after_every_way_to_end(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let pool = pool_of_one(database.url()).await;
    let before = session(&pool).await;
    assert!(before.contains("+05:30 latin1 latin1 latin1_swedish_ci"), "{before}");
    let store = MySqlStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    assert_eq!(session(&pool).await, before, "after the migration");
    let room = new_room_of(&store, &["alice"]).await;
    assert_eq!(session(&pool).await, before, "after a commit");
    append(&store, &[draft(room, "alice", "hi"), draft(room, "nobody", "no")]).await;
    assert_eq!(session(&pool).await, before, "after a batch");
    append(&store, &[draft(room, "nobody", "no")]).await;
    assert_eq!(session(&pool).await, before, "after a batch of nothing");
    store.user(&user("alice")).await.unwrap();
    assert_eq!(session(&pool).await, before, "after a read");
    begin(&store).await.rollback().await.unwrap();
    let mut tx = begin(&store).await;
    tx.insert_user(&new_user("bob")).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(session(&pool).await, before, "after a rollback");
    let mut tx = begin(&store).await;
    tx.insert_user(&new_user("ALICE")).await.unwrap_err();
    drop(tx);
    assert_eq!(session(&pool).await, before, "after a drop");
    let corrupt = {
        let mut tx = begin(&store).await;
        tx.set_prime(&user("nobody"), true).await.unwrap();
        tx.commit().await
    };
    assert!(matches!(corrupt, Err(StoreError::Corrupt(_))), "{corrupt:?}");
    assert_eq!(session(&pool).await, before, "after a refusal");
    store.ping().await.unwrap();
    assert_eq!(session(&pool).await, before, "after a ping");
}

async fn our_transactions_are_isolated_as_we_need_and_the_applications_as_before(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let pool = pool_of_one(database.url()).await;
    let store = MySqlStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    users(&store, &["alice"]).await;
    // Serializable, as the application has it: a plain read in a transaction locks, and so keeps a writer out.
    let mut connection = pool.acquire().await.unwrap();
    execute(&mut connection, "BEGIN").await.unwrap();
    sqlx::raw_sql("SELECT * FROM chat_users").fetch_all(&mut *connection).await.unwrap();
    let other = MySqlStore::open(database.url()).await.unwrap();
    let mut tx = begin(&other).await;
    let kept_out = tx.lock_users(&[&user("alice")]).await;
    assert!(matches!(kept_out, Err(StoreError::Transient(_))), "{kept_out:?}");
    drop(tx);
    execute(&mut connection, "ROLLBACK").await.unwrap();
}

async fn a_pool_of_one_is_enough(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let pool = pool_of_one(database.url()).await;
    let store = MySqlStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    let room = new_room_of(&store, &["alice"]).await;
    for number in 0..20 {
        append(&store, &[draft(room, "alice", &number.to_string())]).await;
        store.user(&user("alice")).await.unwrap();
        sqlx::query("SELECT ?").bind(number).fetch_one(&pool).await.unwrap();
    }
}

async fn nobody_finds_our_transaction_open_where_a_future_was_dropped(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    // Its own sessions are in no transaction, so that one of ours would show.
    let pool = MySqlPoolOptions::new().max_connections(1).connect(database.url()).await.unwrap();
    let store = MySqlStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    let before = session(&pool).await;
    // How many polls it takes depends on how soon the server answers: one that is read at once is none. So it may take
    // several rounds until it was cut off often enough.
    let mut cuts = 0;
    for round in 0..8 {
        for polls in 0.. {
            let name = format!("user-{round}-{polls}");
            let ended = chat_conformance::dropped_after(polls, async {
                let mut tx = begin(&store).await;
                tx.insert_user(&new_user(&name)).await.unwrap();
                tx.commit().await.unwrap();
            })
            .await;
            let mut connection = pool.acquire().await.unwrap();
            // Within a transaction the server refuses to change the isolation of the next one.
            execute(&mut connection, "SET TRANSACTION READ WRITE").await.unwrap();
            execute(&mut connection, "COMMIT").await.unwrap();
            drop(connection);
            assert_eq!(session(&pool).await, before, "after {polls} polls");
            if ended {
                break;
            }
            cuts += 1;
        }
        if cuts > 3 {
            return;
        }
    }
    panic!("it was cut off {cuts} times only");
}
