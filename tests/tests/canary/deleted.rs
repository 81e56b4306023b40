//! What a deleted message said is in no column of any table, and on SQLite in no byte of the file (R-MSG-06).

use chat_tests::{Kind, Server, StoreKind};
use serde_json::json;

use crate::dump;
use crate::mark::{Marks, marked};

/// The texts of a message from its sending to its last edit.
const SAID: [&str; 4] = ["at-first", "then", "after-that", "at-last"];
const KEPT: &str = "by-somebody-else";

async fn what_was_deleted_is_gone(kind: StoreKind) {
    let Some(mut server) = Server::on(kind).await else { return };
    let (alice, bob) = (server.prime("alice").await, server.register("bob").await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    // Short, and as long as they may be: those do not fit into a page of the file.
    for length in [0, 3_900] {
        let text = |what: &str| format!("{} @alice {}", marked(what), "x".repeat(length));
        let sent = json!({"roomId": room, "body": text(SAID[0]), "clientId": format!("k{length}")});
        let seq = bob.post("/api/messages", sent).await.is(201)["seq"].clone();
        let kept = alice.write(&room, &text(KEPT)).await["seq"].clone();
        for said in &SAID[1..] {
            bob.edit(&room, &seq, &text(said)).await;
        }
        alice.edit(&room, &kept, &format!("{} edited", text(KEPT))).await;
        alice.react(&room, &seq, "\u{1F44D}").await;
        let all = dump::columns(&server).await;
        assert_eq!(found(&all).len(), SAID.len() - 1, "what its edits say is kept, until it is deleted");
        bob.delete_message(&room, &seq).await;

        let all = dump::columns(&server).await;
        assert_eq!(found(&all), [""; 0]);
        let of = |name: &str| all.iter().find(|column| column.name == name).expect("a column of that name");
        let kept = Marks::new([("what is kept", marked(KEPT).as_str())]);
        assert!(!kept.within(&of("chat_events.body").values.join(&b'\n')).is_empty(), "what others said stays");
        let is_empty = |name: &str| of(name).values.iter().all(Vec::is_empty);
        assert!(is_empty("chat_events.content"), "R-MSG-04: nothing tells what was sent under the client id");
        assert!(is_empty("chat_events.reactions"));
    }
    if kind == StoreKind::Sqlite {
        server.terminate();
        assert!(server.ended().await.success());
        let file = std::fs::read(server.folder().join("chat.db")).expect("the server's file");
        assert_eq!(marks(&SAID).within(&file), [""; 0], "overwritten, and not only free");
        assert!(!marks(&[KEPT]).within(&file).is_empty(), "this is where all is kept");
        assert!(!server.folder().join("chat.db-wal").exists(), "the log was moved into the file");
    }
}

fn marks(texts: &[&str]) -> Marks {
    let texts: Vec<String> = texts.iter().map(|text| marked(text)).collect();
    Marks::new(texts.iter().map(|text| ("what was said", text.as_str())))
}

/// Which of the texts are in a column, as they are.
fn found(columns: &[dump::Column]) -> Vec<String> {
    let marks = marks(&SAID);
    columns.iter().flat_map(|column| marks.within(&column.values.join(&b'\n'))).collect()
}

#[tokio::test]
async fn r_msg_06_what_was_deleted_is_gone_on_sqlite() {
    what_was_deleted_is_gone(StoreKind::Sqlite).await;
}

#[tokio::test]
async fn r_msg_06_what_was_deleted_is_gone_on_mariadb() {
    what_was_deleted_is_gone(StoreKind::Database(Kind::MariaDb)).await;
}

#[tokio::test]
async fn r_msg_06_what_was_deleted_is_gone_on_mysql() {
    what_was_deleted_is_gone(StoreKind::Database(Kind::MySql)).await;
}
