//! A server that a test has for itself can be killed, started again, and made to hang.

use std::time::Duration;

use chat_test_databases::{Kind, Server};
use sqlx::Connection;
use sqlx::mysql::MySqlConnection;
use tokio::net::TcpStream;
use tokio::time::timeout;

async fn connect(url: &str) -> MySqlConnection {
    MySqlConnection::connect(url).await.expect("the server answers")
}

async fn folder(server: &Server) -> String {
    let mut admin = connect(server.admin_url()).await;
    let (folder,): (String,) = sqlx::query_as("SELECT @@datadir").fetch_one(&mut admin).await.expect("a row");
    folder
}

fn port(url: &str) -> u16 {
    let after = url.rsplit_once(':').expect("a port").1;
    after.split('/').next().and_then(|port| port.parse().ok()).expect("a port")
}

async fn what_was_committed_survives_a_kill(kind: Kind) {
    let Some(server) = Server::private(kind).await else { return };
    let mut before = connect(server.url()).await;
    sqlx::raw_sql("CREATE TABLE t (v INT); INSERT INTO t VALUES (1), (2)").execute(&mut before).await.expect("made");
    sqlx::raw_sql("BEGIN; INSERT INTO t VALUES (3)").execute(&mut before).await.expect("open");

    server.kill().await;

    assert!(before.ping().await.is_err());
    assert!(TcpStream::connect(("127.0.0.1", port(server.url()))).await.is_err(), "nobody listens");
    server.restart().await;
    let mut after = connect(server.url()).await;
    let rows: Vec<(i32,)> = sqlx::query_as("SELECT v FROM t ORDER BY v").fetch_all(&mut after).await.expect("rows");
    assert_eq!(rows, [(1,), (2,)]);
}

async fn a_restart_kills_what_still_runs(kind: Kind) {
    let Some(server) = Server::private(kind).await else { return };
    let mut before = connect(server.url()).await;
    server.restart().await;
    assert!(before.ping().await.is_err());
    connect(server.url()).await.ping().await.expect("it answers");
}

async fn a_paused_server_answers_once_it_goes_on(kind: Kind) {
    let Some(server) = Server::private(kind).await else { return };
    let mut connection = connect(server.url()).await;
    server.pause().await;
    let mut asked = Box::pin(connection.ping());
    let moment = Duration::from_millis(300);
    assert!(timeout(moment, &mut asked).await.is_err(), "whoever hangs never answers, whatever the load");
    server.resume().await;
    asked.await.expect("it goes on");
}

async fn a_dropped_server_leaves_nothing(kind: Kind) {
    let Some(server) = Server::private(kind).await else { return };
    let (folder, port) = (folder(&server).await, port(server.url()));
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err(), "nobody listens");
    assert!(!std::path::Path::new(&folder).exists(), "{folder}");
}

macro_rules! on_each_kind {
    ($($test:ident)*) => {
        mod mariadb {
            $(#[tokio::test] async fn $test() { super::$test(super::Kind::MariaDb).await })*
        }
        mod mysql {
            $(#[tokio::test] async fn $test() { super::$test(super::Kind::MySql).await })*
        }
    };
}

on_each_kind! {
    what_was_committed_survives_a_kill
    a_restart_kills_what_still_runs
    a_paused_server_answers_once_it_goes_on
    a_dropped_server_leaves_nothing
}
