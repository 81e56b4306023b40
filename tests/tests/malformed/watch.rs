//! What the server keeps, seen from beside it: whether anything was committed.

use chat_tests::Server;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};

/// Looks at the file of a server on SQLite.
pub(crate) struct Watch {
    connection: SqliteConnection,
    /// SQLite's own count of what others have committed (<https://sqlite.org/pragma.html#pragma_data_version>).
    version: i64,
}

impl Watch {
    /// Looks at what is there now.
    pub(crate) async fn over(server: &Server) -> Self {
        let options: SqliteConnectOptions = server.database_url().parse().expect("a URL of SQLite");
        let connection = options.read_only(true).connect().await.expect("the server's file");
        let mut watch = Self { connection, version: 0 };
        watch.has_moved().await;
        watch
    }

    /// Whether anything was committed since this was asked last.
    pub(crate) async fn has_moved(&mut self) -> bool {
        let version = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut self.connection).await;
        let before = std::mem::replace(&mut self.version, version.expect("a number"));
        before != self.version
    }
}

#[tokio::test]
async fn a_watch_sees_what_is_written_and_nothing_in_what_is_only_read_or_refused() {
    let server = Server::on(chat_tests::StoreKind::Sqlite).await.expect("SQLite is always there");
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut watch = Watch::over(&server).await;
    alice.log(&room).await;
    alice
        .post("/api/joinroom", serde_json::json!({"roomId": "x", "password": "y"}))
        .await
        .refused(404, "room_not_found");
    assert!(!watch.has_moved().await);
    alice.write(&room, "hi").await;
    assert!(watch.has_moved().await, "a message");
    alice.put(&format!("/api/chatrooms/{room}/read"), serde_json::json!({"seq": 2})).await.is(200);
    assert!(watch.has_moved().await, "a read position");
    assert!(!watch.has_moved().await, "each is told once");
}
