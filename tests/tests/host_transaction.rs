//! Transactions of the host's on the chat's store: its rows and what the chat does are there together or not at all, and
//! nothing is told before.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use chat_core::{
    Chat, HostTransaction, Secrets,
    api::{Admin, ChangeCoins, CreateRoom, EnsureUser, Live, Register, Resume, Rooms, Users},
    error::{ChatError, Rejection},
    model::{
        coin::{Amount, CoinKey, Coins, Reason},
        operator::Operator,
        room::{Capacity, RoomPassword},
        session::{Caller, DeviceId},
        text::Name,
        user::{Password, Phone, UserId},
    },
    ports::store::{Store, StoreError},
    realtime::delivery::Delivery,
};
use chat_mysql::MySqlStore;
use chat_sqlite::SqliteStore;
use chat_test_databases::{Database, Kind};
use chat_tests::{PATIENCE, chance::Chance};
use sqlx::{MySqlPool, SqlitePool, mysql::MySqlPoolOptions, sqlite::SqliteConnectOptions, sqlite::SqliteJournalMode};
use tempfile::TempDir;
use tokio::time::timeout;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS accounts (name VARCHAR(64) PRIMARY KEY)";
/// The same in each process that this test starts.
const JWT_KEY: &str = "pUr8mJ2wq0nYt7cDzR4vKx6hLb9sEfGa";
const PEPPER: &str = "Qe5Tn1VdXk8Wc3Mz7Yb2Hp6Js9Rg4LuA";
/// What makes a child of this test program the host that is killed.
const HOST_URL: &str = "CHAT_TEST_HOST_URL";

/// An application on its own pool, with the chat on it.
#[derive(Clone)]
struct Host {
    pool: Pool,
    chat: Chat,
}

#[derive(Clone)]
enum Pool {
    Sqlite(SqlitePool, SqliteStore),
    MySql(MySqlPool, MySqlStore),
}

/// A database, gone with it.
enum Ground {
    File(TempDir),
    Database(Database),
}

impl Ground {
    async fn fresh(kind: Option<Kind>) -> Option<Self> {
        match kind {
            None => Some(Self::File(tempfile::tempdir().expect("a folder"))),
            Some(kind) => Database::fresh(kind).await.map(Self::Database),
        }
    }

    fn url(&self) -> String {
        match self {
            Self::File(folder) => folder.path().join("host.db").display().to_string(),
            Self::Database(database) => database.url().to_owned(),
        }
    }
}

impl Host {
    async fn on(url: &str) -> Self {
        let (pool, store): (Pool, Arc<dyn Store>) = if url.starts_with("mysql:") {
            let pool = MySqlPoolOptions::new().max_connections(4).connect(url).await.expect("a pool");
            sqlx::raw_sql(TABLE).execute(&pool).await.expect("the host's table");
            let store = MySqlStore::from_pool(pool.clone());
            store.migrate().await.expect("its tables");
            (Pool::MySql(pool, store.clone()), Arc::new(store))
        } else {
            let options = SqliteConnectOptions::new().filename(url).create_if_missing(true);
            let pool = SqlitePool::connect_with(options.journal_mode(SqliteJournalMode::Wal)).await.expect("a pool");
            sqlx::raw_sql(TABLE).execute(&pool).await.expect("the host's table");
            let store = SqliteStore::from_pool(pool.clone());
            store.migrate().await.expect("its tables");
            (Pool::Sqlite(pool, store.clone()), Arc::new(store))
        };
        let secrets = Secrets::new(vec![JWT_KEY.into()], PEPPER.into()).expect("secrets");
        let chat = Chat::builder_on(store).secrets(secrets).password_cost(4).build().await.expect("a chat");
        Self { pool, chat }
    }

    /// Runs a statement of the host's in a transaction.
    async fn run(&self, tx: &mut HostTransaction, statement: &'static str, name: &str) -> Result<(), StoreError> {
        match &self.pool {
            Pool::Sqlite(_, store) => {
                let connection = store.connection(tx).await?;
                sqlx::query(statement).bind(name).execute(connection).await.expect("the host's statement");
            }
            Pool::MySql(_, store) => {
                let connection = store.connection(tx).await?;
                sqlx::query(statement).bind(name).execute(connection).await.expect("the host's statement");
            }
        }
        Ok(())
    }

    async fn insert(&self, tx: &mut HostTransaction, name: &str) {
        self.run(tx, "INSERT INTO accounts VALUES (?)", name).await.expect("the transaction goes on");
    }

    /// The names of the host's rows, in order.
    async fn accounts(&self) -> Vec<String> {
        const ALL: &str = "SELECT name FROM accounts ORDER BY name";
        match &self.pool {
            Pool::Sqlite(pool, _) => sqlx::query_scalar(ALL).fetch_all(pool).await,
            Pool::MySql(pool, _) => sqlx::query_scalar(ALL).fetch_all(pool).await,
        }
        .expect("the host's rows")
    }

    /// The ids of the chat's users, in order.
    async fn users(&self) -> Vec<String> {
        let page = self.chat.find_users(&Operator::host(), "", None, 10_000).await.expect("users");
        page.users.iter().map(|user| user.user.id.as_str().to_owned()).collect()
    }
}

fn id(name: &str) -> UserId {
    UserId::parse(name).expect("an id")
}

fn coins(count: i64) -> Coins {
    Coins::new(count).expect("coins")
}

fn grant(key: &str) -> ChangeCoins {
    let reason = Reason::parse("welcome").expect("a reason");
    ChangeCoins { amount: Amount::credit(coins(150)), reason, key: CoinKey::parse(key).expect("a key") }
}

fn registration(name: &str) -> Register {
    Register {
        user_id: id(name),
        device: DeviceId::parse("phone").expect("a device"),
        name: Name::parse("Somebody").expect("a name"),
        phone: Phone::parse("+15550100").expect("a phone"),
        coins: coins(0),
        password: Password::parse("correct horse").expect("a password"),
    }
}

fn room() -> CreateRoom {
    CreateRoom {
        name: Name::parse("Tea").expect("a name"),
        password: RoomPassword::parse("biscuits").expect("a password"),
        capacity: Capacity::MAX,
        client_id: None,
    }
}

macro_rules! on_each {
    ($($name:ident)*) => {
        $(mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                super::run(None, |host| Box::pin(super::$name(host))).await;
            }

            #[tokio::test]
            async fn on_mariadb() {
                super::run(Some(super::Kind::MariaDb), |host| Box::pin(super::$name(host))).await;
            }

            #[tokio::test]
            async fn on_mysql() {
                super::run(Some(super::Kind::MySql), |host| Box::pin(super::$name(host))).await;
            }
        })*
    };
}

async fn run(kind: Option<Kind>, test: impl FnOnce(Host) -> futures_util::future::BoxFuture<'static, ()>) {
    let Some(ground) = Ground::fresh(kind).await else { return };
    test(Host::on(&ground.url()).await).await;
}

on_each! {
    all_is_there_together_and_told_after_the_commit
    what_is_rolled_back_or_dropped_leaves_nothing
    a_rejection_leaves_the_transaction_usable_and_a_failure_does_not
    who_is_there_already_is_found
}

async fn all_is_there_together_and_told_after_the_commit(host: Host) {
    let chat = &host.chat;
    let alice = Caller::user(id("alice"));
    let user = chat.prepare_user(registration("alice")).await.expect("hashed");
    let tea = chat.prepare_room(&alice, room()).await.expect("hashed");
    let mut tx = chat.begin().await.expect("a transaction");
    host.insert(&mut tx, "alice").await;
    let signed_in = tx.register(user).await.expect("a user");
    assert_eq!(signed_in.user.id, alice.user);
    tx.change_coins(&Operator::host(), &alice.user, grant("1")).await.expect("coins");
    tx.set_prime(&Operator::host(), &alice.user, true).await.expect("prime");
    host.run(&mut tx, "UPDATE accounts SET name = 'alice!' WHERE name = ?", "alice").await.expect("it goes on");
    let made = tx.create_room(tea).await.expect("she is prime").expect("a new one");
    if matches!(host.pool, Pool::MySql(..)) {
        // Beside a writer of SQLite's others read as well; here the locks are those of rows.
        assert!(
            matches!(chat.me(&alice).await, Err(ChatError::Rejected(Rejection::UserNotFound))),
            "nobody sees it yet"
        );
    }
    tx.commit().await.expect("committed");
    assert_eq!(host.accounts().await, ["alice!"]);
    assert_eq!(chat.me(&alice).await.expect("alice").coins, coins(150));
    assert_eq!(chat.rooms(&alice).await.expect("rooms"), std::slice::from_ref(&made));

    // What is done for somebody who is connected is heard after the commit, and not before.
    let mut connection = chat.connect(&alice).await.expect("a connection");
    connection.start(&Resume::new()).await.expect("rooms");
    let coffee = chat.prepare_room(&alice, room()).await.expect("hashed");
    let mut tx = chat.begin().await.expect("a transaction");
    let made = tx.create_room(coffee).await.expect("she is prime").expect("a new one");
    host.insert(&mut tx, "coffee").await;
    connection.mark(1);
    let heard = timeout(PATIENCE, connection.next()).await.expect("the mark");
    assert!(matches!(heard, Delivery::Marked { command: 1 }), "{heard:?}");
    tx.commit().await.expect("committed");
    let heard = timeout(PATIENCE, connection.next()).await.expect("the room");
    assert!(matches!(&heard, Delivery::RoomAdded(view) if view.room.id == made.room.id), "{heard:?}");
}

async fn what_is_rolled_back_or_dropped_leaves_nothing(host: Host) {
    for end in ["rollback", "drop"] {
        let user = host.chat.prepare_user(registration("alice")).await.expect("hashed");
        let mut tx = host.chat.begin().await.expect("a transaction");
        host.insert(&mut tx, "alice").await;
        tx.register(user).await.expect("a user");
        match end {
            "rollback" => tx.rollback().await.expect("undone"),
            _ => drop(tx),
        }
        assert_eq!((host.accounts().await, host.users().await), (vec![], vec![]), "{end}");
    }
}

async fn a_rejection_leaves_the_transaction_usable_and_a_failure_does_not(host: Host) {
    let mut tx = host.chat.begin().await.expect("a transaction");
    host.insert(&mut tx, "alice").await;
    let refused = tx.change_coins(&Operator::host(), &id("alice"), grant("1")).await;
    assert!(matches!(refused, Err(ChatError::Rejected(Rejection::UserNotFound))), "{refused:?}");
    tx.ensure_user(EnsureUser::new(id("alice"))).await.expect("a user");
    tx.commit().await.expect("committed");
    assert_eq!((host.accounts().await, host.users().await), (vec!["alice".to_owned()], vec!["alice".to_owned()]));

    // A host that ends the transaction itself: nothing of the chat's is committed beside it.
    if let Pool::MySql(_, store) = &host.pool {
        let mut tx = host.chat.begin().await.expect("a transaction");
        sqlx::raw_sql("ROLLBACK").execute(store.connection(&mut tx).await.expect("it is lent")).await.expect("it ends");
        let failed = tx.ensure_user(EnsureUser::new(id("bob"))).await;
        assert!(matches!(failed, Err(ChatError::Unavailable(StoreError::Transient(_)))), "{failed:?}");
        assert!(matches!(tx.commit().await, Err(ChatError::Internal(_))));
    } else {
        let mut tx = host.chat.begin().await.expect("a transaction");
        host.run(&mut tx, "DELETE FROM accounts WHERE name = ?", "alice").await.expect("it is lent");
        let Pool::Sqlite(_, store) = &host.pool else { panic!("there are two kinds") };
        sqlx::raw_sql("ROLLBACK").execute(store.connection(&mut tx).await.expect("it is lent")).await.expect("it ends");
        let failed = tx.commit().await;
        assert!(matches!(failed, Err(ChatError::Unavailable(StoreError::Transient(_)))), "{failed:?}");
    }
    assert_eq!((host.accounts().await, host.users().await), (vec!["alice".to_owned()], vec!["alice".to_owned()]));
}

async fn who_is_there_already_is_found(host: Host) {
    let first = host.chat.ensure_user(EnsureUser::new(id("alice"))).await.expect("a user");
    let mut tx = host.chat.begin().await.expect("a transaction");
    assert_eq!(tx.ensure_user(EnsureUser::new(id("alice"))).await.expect("found"), first);
    let folded = tx.ensure_user(EnsureUser::new(id("Alice"))).await;
    assert!(matches!(folded, Err(ChatError::Rejected(Rejection::UserIdTaken))), "{folded:?}");
    let granted = tx.change_coins(&Operator::host(), &first.id, grant("1")).await.expect("coins");
    let again = tx.change_coins(&Operator::host(), &first.id, grant("1")).await.expect("the same");
    assert_eq!((again.repeated, again.entry), (true, granted.entry));
    tx.commit().await.expect("committed");
    assert_eq!(host.chat.me(&Caller::user(first.id)).await.expect("alice").coins, coins(150));
}

/// Signs up one user after the other, each in a transaction with a row of the host's, a room and coins, and says who is.
/// Lives only as the child of [`kill_the_host`].
#[tokio::test]
async fn the_host_that_is_killed() {
    let Ok(url) = env::var(HOST_URL) else { return };
    let host = Host::on(&url).await;
    let taken = host.users().await.len();
    for number in taken.. {
        let name = format!("user-{number:05}");
        let user = Caller::user(id(&name));
        let tea = host.chat.prepare_room(&user, room()).await.expect("hashed");
        let mut tx = host.chat.begin().await.expect("a transaction");
        tx.ensure_user(EnsureUser::new(user.user.clone())).await.expect("a user");
        host.insert(&mut tx, &name).await;
        tx.set_prime(&Operator::host(), &user.user, true).await.expect("prime");
        tx.change_coins(&Operator::host(), &user.user, grant("1")).await.expect("coins");
        tx.create_room(tea).await.expect("she is prime");
        tx.commit().await.expect("committed");
        println!("\nsigned up {name}");
    }
}

fn child(url: &str) -> Child {
    Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "the_host_that_is_killed", "--nocapture"])
        .env(HOST_URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child")
}

/// Kills the host at random moments, and looks at what it leaves.
async fn kill_the_host(kind: Option<Kind>) {
    let Some(ground) = Ground::fresh(kind).await else { return };
    let mut chance = Chance::seeded();
    let mut acknowledged = 0;
    for _ in 0..5 {
        let mut process = child(&ground.url());
        let said = BufReader::new(process.stdout.take().expect("its output"));
        let mut left = chance.within(1..12);
        for line in said.lines() {
            let line = line.expect("a line");
            if let Some(name) = line.strip_prefix("signed up ") {
                let number: usize = name.trim_start_matches("user-").parse().expect("a number");
                acknowledged = acknowledged.max(number + 1);
                left -= 1;
                if left == 0 {
                    process.kill().expect("killed");
                }
            }
        }
        process.wait().expect("it is over");
        let host = Host::on(&ground.url()).await;
        let (accounts, users) = (host.accounts().await, host.users().await);
        assert_eq!(accounts, users, "each is in both, or in neither");
        assert!(acknowledged <= users.len() && users.len() <= acknowledged + 1, "{acknowledged} of {}", users.len());
        acknowledged = users.len();
        for name in &users {
            let user = Caller::user(id(name));
            let me = host.chat.me(&user).await.expect("a user");
            assert_eq!((me.prime, me.coins), (true, coins(150)), "{name}");
            assert_eq!(host.chat.rooms(&user).await.expect("rooms").len(), 1, "{name}");
        }
    }
    assert!(acknowledged > 5, "something was done between the kills");
}

#[tokio::test]
async fn a_host_that_is_killed_leaves_all_or_nothing_on_sqlite() {
    kill_the_host(None).await;
}

#[tokio::test]
async fn a_host_that_is_killed_leaves_all_or_nothing_on_mariadb() {
    kill_the_host(Some(Kind::MariaDb)).await;
}

#[tokio::test]
async fn a_host_that_is_killed_leaves_all_or_nothing_on_mysql() {
    kill_the_host(Some(Kind::MySql)).await;
}
