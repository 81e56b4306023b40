//! On the application's pool: its sessions stay as they are, ours hold while we work.

use chat_conformance::build::{append, begin, draft, new_room_of, new_user, user, users};
use chat_core::ports::store::{Store, StoreError, UserStore};
use chat_mysql::MySqlStore;
use chat_test_databases::{Database, Kind};
use sqlx::{
    Row,
    mysql::{MySqlPool, MySqlPoolOptions},
};

use crate::stores::{STRANGE, execute, on_both};

on_both! {
    the_applications_session_is_as_before_after_every_way_to_end,
    our_transactions_are_isolated_as_we_need_and_the_applications_as_before,
    a_pool_of_one_is_enough,
    nobody_finds_our_transaction_open_where_a_future_was_dropped,
}

/// Everything about a session that a store touches.
const SESSION: &str = "SELECT CONCAT_WS(' ', @@SESSION.sql_mode, @@SESSION.time_zone, @@SESSION.character_set_client,
    @@SESSION.character_set_results, @@SESSION.collation_connection, @@SESSION.autocommit,
    @@SESSION.innodb_lock_wait_timeout) AS session";

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
    let pool = pool_of_one(database.url()).await;
    let store = MySqlStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    let before = session(&pool).await;
    for polls in 0.. {
        let name = format!("user-{polls}");
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
            assert!(polls > 3, "it was never cut off");
            return;
        }
    }
}
