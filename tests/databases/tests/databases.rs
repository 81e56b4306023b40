//! Each test has a database of its own, and nothing stays of it.

use chat_test_databases::{Database, Kind};
use sqlx::mysql::{MySqlConnection, MySqlDatabaseError, MySqlPool};
use sqlx::{Connection, Row};

async fn connect(url: &str) -> MySqlConnection {
    MySqlConnection::connect(url).await.expect("the database answers")
}

async fn run(connection: &mut MySqlConnection, statement: &'static str) {
    sqlx::raw_sql(statement).execute(connection).await.expect(statement);
}

fn number(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}

/// How many databases and users the server has of that name.
async fn traces(admin: &mut MySqlConnection, name: &str) -> (i64, i64) {
    let count = "SELECT (SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?),
        (SELECT COUNT(*) FROM mysql.user WHERE INSTR(User, ?) = 1)";
    let row = sqlx::query(count).bind(name).bind(name).fetch_one(admin).await.expect("a count");
    (row.get(0), row.get(1))
}

async fn two_are_apart(kind: Kind) {
    let Some(one) = Database::fresh(kind).await else { return };
    let two = Database::fresh(kind).await.expect("the server of the first");
    assert_ne!(one.name(), two.name());
    for (database, value) in [(&one, "1"), (&two, "2")] {
        let mut connection = connect(database.url()).await;
        run(&mut connection, "CREATE TABLE t (v VARCHAR(9))").await;
        sqlx::query("INSERT INTO t VALUES (?)").bind(value).execute(&mut connection).await.expect("inserted");
    }
    let mut connection = connect(one.url()).await;
    let values: Vec<(String,)> = sqlx::query_as("SELECT v FROM t").fetch_all(&mut connection).await.expect("rows");
    assert_eq!(values, [("1".to_owned(),)]);
    let foreign = sqlx::AssertSqlSafe(format!("SELECT v FROM {}.t", two.name()));
    let refused = sqlx::raw_sql(foreign).execute(&mut connection).await.expect_err("somebody else's table");
    assert_eq!(number(&refused), Some(1142), "{refused}");
}

async fn it_is_of_its_kind_and_takes_every_character(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let mut connection = connect(database.url()).await;
    let row = sqlx::query("SELECT VERSION(), @@character_set_database, @@innodb_flush_log_at_trx_commit")
        .fetch_one(&mut connection)
        .await
        .expect("a row");
    assert_eq!(row.get::<String, _>(0).contains("MariaDB"), kind == Kind::MariaDb);
    assert_eq!(row.get::<String, _>(1), "utf8mb4");
    run(&mut connection, "CREATE TABLE t (v VARCHAR(9)); INSERT INTO t VALUES ('🍵')").await;
    let (value,): (String,) = sqlx::query_as("SELECT v FROM t").fetch_one(&mut connection).await.expect("a row");
    assert_eq!(value, "🍵");
}

async fn it_is_gone_when_dropped_also_under_an_open_transaction(kind: Kind) {
    let Some(bystander) = Database::fresh(kind).await else { return };
    let mut admin = connect(&bystander.admin_url()).await;
    let database = Database::fresh(kind).await.expect("the server of the first");
    let name = database.name().to_owned();
    database.user_with("SELECT").await;
    let mut connection = connect(database.url()).await;
    run(&mut connection, "CREATE TABLE t (v INT); BEGIN; INSERT INTO t VALUES (1)").await;
    assert_eq!(traces(&mut admin, &name).await, (1, 2));

    drop(database);

    assert_eq!(traces(&mut admin, &name).await, (0, 0));
    assert_eq!(traces(&mut admin, bystander.name()).await, (1, 1));
    let free = sqlx::query("SELECT IS_FREE_LOCK(?)").bind(&name).fetch_one(&mut admin).await.expect("a row");
    assert_eq!(free.get::<i64, _>(0), 1);
    assert!(connection.ping().await.is_err(), "its connections end with it");
}

async fn it_goes_while_others_write_characters_of_four_bytes(kind: Kind) {
    let Some(bystander) = Database::fresh(kind).await else { return };
    let mut admin = connect(&bystander.admin_url()).await;
    // Locks belong to the whole server.
    let take = |seconds: u8| format!("DO GET_LOCK('{}', {seconds}), '🍵'", bystander.name().replace("test", "tea"));
    let mut held = connect(bystander.url()).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(take(0))).execute(&mut held).await.expect("a lock");
    let mut waiting = connect(bystander.url()).await;
    let statement = sqlx::AssertSqlSafe(take(60));
    let statement = tokio::spawn(async move { sqlx::raw_sql(statement).execute(&mut waiting).await.map(drop) });
    let waits = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'";
    while !statement.is_finished()
        && sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut admin).await.is_ok_and(|waiting| waiting == 0)
    {
        tokio::task::yield_now().await;
    }

    let database = Database::fresh(kind).await.expect("the server of the first");
    let name = database.name().to_owned();
    drop(database);

    assert_eq!(traces(&mut admin, &name).await, (0, 0));
    drop(held);
    statement.await.expect("no panic").expect("it got the lock");
}

async fn it_is_gone_when_its_test_panics(kind: Kind) {
    let Some(bystander) = Database::fresh(kind).await else { return };
    let failing = tokio::spawn(async move {
        let database = Database::fresh(kind).await.expect("the server of the first");
        let pool = MySqlPool::connect(database.url()).await.expect("the database answers");
        let _open = pool.begin().await.expect("a transaction");
        std::panic::panic_any(database.name().to_owned());
    });
    let panic = failing.await.expect_err("it panics").into_panic();
    let name = panic.downcast::<String>().expect("the name");
    let mut admin = connect(&bystander.admin_url()).await;
    assert_eq!(traces(&mut admin, &name).await, (0, 0));
}

async fn a_user_has_only_the_rights_that_were_asked_for(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    run(&mut connect(database.url()).await, "CREATE TABLE t (v INT)").await;
    let mut reader = connect(&database.user_with("SELECT").await).await;
    run(&mut reader, "SELECT * FROM t").await;
    let refused = sqlx::raw_sql("INSERT INTO t VALUES (1)").execute(&mut reader).await.expect_err("no right to");
    assert_eq!(number(&refused), Some(1142), "{refused}");
    let mut writer = connect(&database.user_with("INSERT").await).await;
    run(&mut writer, "INSERT INTO t VALUES (1)").await;
}

async fn many_are_made_at_once(kind: Kind) {
    let Some(bystander) = Database::fresh(kind).await else { return };
    let makers: Vec<_> = (0..20).map(|_| tokio::spawn(Database::fresh(kind))).collect();
    let mut names = std::collections::BTreeSet::new();
    for maker in makers {
        let database = maker.await.expect("no panic").expect("the server of the first");
        connect(database.url()).await.close().await.expect("closed");
        names.insert(database.name().to_owned());
    }
    assert_eq!(names.len(), 20);
    let mut admin = connect(&bystander.admin_url()).await;
    for name in names {
        assert_eq!(traces(&mut admin, &name).await, (0, 0));
    }
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
    two_are_apart
    it_is_of_its_kind_and_takes_every_character
    it_is_gone_when_dropped_also_under_an_open_transaction
    it_goes_while_others_write_characters_of_four_bytes
    it_is_gone_when_its_test_panics
    a_user_has_only_the_rights_that_were_asked_for
    many_are_made_at_once
}
