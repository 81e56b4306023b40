//! Connections that are cut at the worst moment: what was answered is true, and nothing is done twice.

use chat_conformance::build::{append, attempt, begin, draft, log, new_room_of, new_user, user, users};
use chat_core::{
    Chat, Secrets,
    api::{Messages, SendMessage},
    model::{message::MessageBody, session::Caller},
    ports::store::{MessageStore, Store, StoreError, UserStore},
};
use chat_test_databases::Kind;
use sqlx::{
    Row,
    mysql::{MySqlConnection, MySqlDatabaseError},
};

use crate::{
    proxy::{Cut, Proxy},
    stores::{execute, on_both, own},
};

on_both! {
    a_batch_whose_commit_was_carried_out_is_answered_as_done,
    a_batch_whose_commit_never_arrived_may_be_run_again,
    a_transaction_whose_commit_was_carried_out_is_known_by_its_attempt,
    a_transaction_whose_commit_never_arrived_stays_undone,
    an_attempt_that_was_asked_for_can_commit_no_more,
    a_message_is_sent_once_wherever_the_connection_is_cut,
    reads_and_writes_go_on_over_a_lost_connection,
}

async fn a_batch_whose_commit_was_carried_out_is_answered_as_done(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let proxy = Proxy::before(fresh.database.url()).await;
    let store = proxy.store(fresh.database.url(), 4).await;
    let room = new_room_of(&store, &["alice"]).await;
    proxy.cut(Cut::AfterCommit);
    assert_eq!(append(&store, &[draft(room, "alice", "hi")]).await, ["new 2"]);
    assert!(proxy.has_cut());
    assert_eq!(log(&fresh.store, room).await, ["1 joined alice", "2 message alice"]);
}

async fn a_batch_whose_commit_never_arrived_may_be_run_again(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let proxy = Proxy::before(fresh.database.url()).await;
    let store = proxy.store(fresh.database.url(), 4).await;
    let room = new_room_of(&store, &["alice"]).await;
    proxy.cut(Cut::BeforeCommit);
    let lost = store.append(&[draft(room, "alice", "hi")], attempt()).await;
    assert!(matches!(lost, Err(StoreError::Transient(_))), "{lost:?}");
    assert!(proxy.has_cut());
    assert_eq!(log(&fresh.store, room).await, ["1 joined alice"]);
    assert_eq!(append(&store, &[draft(room, "alice", "hi")]).await, ["new 2"]);
}

async fn a_transaction_whose_commit_was_carried_out_is_known_by_its_attempt(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let proxy = Proxy::before(fresh.database.url()).await;
    let store = proxy.store(fresh.database.url(), 4).await;
    let asked = attempt();
    let mut tx = store.begin(asked).await.unwrap();
    tx.insert_user(&new_user("alice")).await.unwrap();
    proxy.cut(Cut::AfterCommit);
    let lost = tx.commit().await;
    assert!(matches!(lost, Err(StoreError::Unknown(_))), "{lost:?}");
    assert!(store.was_committed(asked.id).await.unwrap());
    assert!(fresh.store.user(&user("alice")).await.unwrap().is_some());
}

async fn a_transaction_whose_commit_never_arrived_stays_undone(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let proxy = Proxy::before(fresh.database.url()).await;
    let store = proxy.store(fresh.database.url(), 4).await;
    let asked = attempt();
    let mut tx = store.begin(asked).await.unwrap();
    tx.insert_user(&new_user("alice")).await.unwrap();
    proxy.cut(Cut::BeforeCommit);
    let lost = tx.commit().await;
    assert!(matches!(lost, Err(StoreError::Unknown(_))), "{lost:?}");
    assert!(!store.was_committed(asked.id).await.unwrap());
    assert!(!fresh.store.was_committed(asked.id).await.unwrap(), "asked again, and elsewhere");
    assert_eq!(fresh.store.user(&user("alice")).await.unwrap(), None);
}

async fn an_attempt_that_was_asked_for_can_commit_no_more(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let asked = attempt();
    let mut tx = fresh.store.begin(asked).await.unwrap();
    tx.insert_user(&new_user("alice")).await.unwrap();
    assert!(!fresh.store.was_committed(asked.id).await.unwrap());
    let late = tx.commit().await;
    assert!(matches!(late, Err(StoreError::Transient(_))), "{late:?}");
    assert_eq!(fresh.store.user(&user("alice")).await.unwrap(), None);
}

async fn a_message_is_sent_once_wherever_the_connection_is_cut(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let proxy = Proxy::before(fresh.database.url()).await;
    let store = proxy.store(fresh.database.url(), 4).await;
    let room = new_room_of(&store, &["alice"]).await;
    let secrets = Secrets::random().unwrap();
    let chat = Chat::builder(store).secrets(secrets).password_cost(4).build().await.unwrap();
    let mut expected = vec!["1 joined alice".to_owned()];
    for cut in [Cut::BeforeBegin, Cut::BeforeCommit, Cut::AfterCommit, Cut::BeforeCommit, Cut::BeforeBegin] {
        proxy.cut(cut);
        let body = MessageBody::parse(format!("{cut:?}")).unwrap();
        let send = SendMessage { room, body, client_id: None, reply_to: None };
        let sent = chat.send_message(&Caller::user(user("alice")), send).await.unwrap();
        assert!(proxy.has_cut(), "{cut:?}");
        expected.push(format!("{} message alice", expected.len() + 1));
        assert_eq!(sent.event.seq.get(), expected.len() as u64, "{cut:?}");
    }
    assert_eq!(log(&fresh.store, room).await, expected);
}

async fn reads_and_writes_go_on_over_a_lost_connection(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let (mut sql, store) = (fresh.sql().await, &fresh.store);
    users(store, &["alice"]).await;
    for _ in 0..3 {
        // Several at once, so that the pool holds several connections that are dead then.
        let mut open = Vec::new();
        for _ in 0..4 {
            let mut tx = begin(store).await;
            tx.lock_users(&[&user("nobody")]).await.unwrap();
            open.push(tx);
        }
        for tx in open {
            tx.rollback().await.unwrap();
        }
        kill_others(&mut sql, fresh.database.name()).await;
        assert!(store.user(&user("alice")).await.unwrap().is_some());
        begin(store).await.rollback().await.unwrap();
    }
}

/// Kills all other connections to the database of this one. Not by `information_schema`, which MySQL cannot show while
/// any session runs a statement with a character of four bytes.
async fn kill_others(sql: &mut MySqlConnection, database: &str) {
    const NO_SUCH_THREAD: u16 = 1094;
    let own: String =
        sqlx::raw_sql("SELECT CAST(CONNECTION_ID() AS CHAR) AS id").fetch_one(&mut *sql).await.unwrap().get("id");
    for row in sqlx::raw_sql("SHOW PROCESSLIST").fetch_all(&mut *sql).await.unwrap() {
        let (id, of): (String, Option<String>) = (row.get_unchecked("Id"), row.get_unchecked("db"));
        if id == own || of.as_deref() != Some(database) {
            continue;
        }
        if let Err(error) = execute(sql, &format!("KILL {id}")).await {
            let number = error.as_database_error().unwrap().downcast_ref::<MySqlDatabaseError>().number();
            assert_eq!(number, NO_SUCH_THREAD, "{error}");
        }
    }
}
