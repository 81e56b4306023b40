//! A database is made as the page says, and serves.

use chat_test_databases::Server as Database;
use chat_tests::{Kind, Server};
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::page::{blocks_of, page};
use crate::reader::TOLD_DATABASE;

async fn a_database_is_made_as_the_page_says(kind: Kind) {
    let Some(database) = Database::private(kind).await else { return };
    let blocks = blocks_of("sql");
    let [statements] = blocks.as_slice() else { panic!("what makes a database: {}", blocks.len()) };
    let mut admin = MySqlConnection::connect(database.admin_url()).await.expect("a connection");
    // Of another name, since the tool that brings a MySQL makes a database `chat` itself.
    let renamed = |text: &str| text.replace("chat", "page");
    sqlx::raw_sql(AssertSqlSafe(renamed(&statements.text))).execute(&mut admin).await.expect("what the page says");
    assert!(
        page("docs/deploy.md").text.contains(&format!("CHAT_DATABASE_URL={TOLD_DATABASE}\n")),
        "the page has the URL"
    );
    let at = database.url().rsplit_once('@').and_then(|(_, at)| at.split('/').next()).expect("where it listens");
    let server = Server::at(&renamed(TOLD_DATABASE).replace("127.0.0.1:3306", at), &[]).await;
    server.prime("dora").await.create_room("Tea").await;
}

#[tokio::test]
async fn on_mariadb_a_database_is_made_as_the_page_says() {
    a_database_is_made_as_the_page_says(Kind::MariaDb).await;
}

#[tokio::test]
async fn on_mysql_a_database_is_made_as_the_page_says() {
    a_database_is_made_as_the_page_says(Kind::MySql).await;
}
