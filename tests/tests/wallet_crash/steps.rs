//! One user, one seat, and a kill at one step: each of them, one after the other.

use std::time::Duration;

use chat_test_databases::Kind;
use chat_tests::PATIENCE;
use sqlx::{Connection, MySqlConnection, SqliteConnection};
use tokio::{task::yield_now, time::timeout};

use super::{
    books::{Held, Step},
    child::Child,
    client::{HERE, Stop},
    host::{Ground, Host, PRICE, Setup},
    server::{Manner, Wallet},
};

/// When the process is killed.
#[derive(Clone, Copy, Debug)]
enum When {
    /// Where it has stopped.
    Stopped(Stop),
    /// While the wallet, which treats this step so, owes it an answer.
    Unanswered(Step, Manner),
    /// In the transaction that takes the seat: it waits there for a lock, and nothing is committed.
    InTheSeat,
}

/// Each step, and whether the seat is taken by then.
const STEPS: [(When, bool); 15] = [
    (When::Stopped(Stop::Before(Step::Reserve)), false),
    (When::Unanswered(Step::Reserve, Manner::Hangs), false),
    (When::Unanswered(Step::Reserve, Manner::Late), false),
    (When::Stopped(Stop::Answered(Step::Reserve)), false),
    (When::InTheSeat, false),
    (When::Stopped(Stop::Committed), true),
    (When::Stopped(Stop::Before(Step::Capture)), true),
    (When::Unanswered(Step::Capture, Manner::Hangs), true),
    (When::Unanswered(Step::Capture, Manner::Late), true),
    (When::Stopped(Stop::Answered(Step::Capture)), true),
    (When::Stopped(Stop::Before(Step::Release)), false),
    (When::Unanswered(Step::Release, Manner::Hangs), false),
    (When::Unanswered(Step::Release, Manner::Late), false),
    (When::Stopped(Stop::Answered(Step::Release)), false),
    // The wallet was told, and hears it once more.
    (When::Unanswered(Step::Capture, Manner::Twice), true),
];

impl When {
    /// How the wallet behaves for it.
    fn manner(self, asked: Step) -> Manner {
        let (at, manner) = match self {
            Self::Stopped(Stop::Before(step) | Stop::Answered(step)) => (step, Manner::Well),
            Self::Stopped(_) => return Manner::Well,
            Self::Unanswered(step, manner) => (step, manner),
            Self::InTheSeat => (Step::Reserve, Manner::Gated),
        };
        match asked {
            asked if asked == at => manner,
            // A release is due where it is in doubt whether the coins were set aside.
            Step::Reserve if at == Step::Release => Manner::Lies,
            _ => Manner::Well,
        }
    }

    const fn stop(self) -> Option<Stop> {
        match self {
            Self::Stopped(stop) => Some(stop),
            Self::InTheSeat => Some(Stop::Passed),
            Self::Unanswered(..) => None,
        }
    }
}

pub(crate) async fn run(kind: Option<Kind>) {
    let Some(ground) = Ground::fresh(kind).await else { return };
    let (url, wallet) = (ground.url(), Wallet::open().await);
    for (number, (when, seated)) in (1..).zip(STEPS) {
        println!("{when:?}");
        let name = format!("user-{number}");
        wallet.give(&name, PRICE + 50);
        wallet.behaves(|_| Manner::Well);
        let before = Host::on(&url, wallet.address().to_owned(), Setup::at_hour(2 * number)).await;
        let (elsewhere, tea) = (before.room().await, before.room().await);
        before.paying(&name, elsewhere).await;
        drop(before);

        // Nothing but the kill ends its waiting.
        let time_limit = Duration::from_mins(5);
        let setup = Setup { stop: when.stop(), hours: 2 * number, time_limit };
        wallet.behaves(move |asked| when.manner(asked));
        let mut child = Child::start(&url, wallet.address(), setup, &[(name.clone(), tea)]);
        let lock = match when {
            When::Stopped(_) => {
                child.says(HERE).await;
                None
            }
            When::Unanswered(step, _) => {
                wallet.asked(Some(step), 1).await;
                None
            }
            When::InTheSeat => {
                wallet.asked(Some(Step::Reserve), 1).await;
                let mut lock = Lock::take(&url).await;
                wallet.open_the_gate();
                child.says(HERE).await;
                lock.is_waited_for().await;
                Some(lock)
            }
        };
        child.kill().await;
        if let Some(lock) = lock {
            lock.give_back().await;
        }

        wallet.behaves(|_| Manner::Well);
        let after = Host::on(&url, wallet.address().to_owned(), Setup::at_hour(2 * number + 1)).await;
        assert_eq!(after.comes_right(&wallet, &name, tea).await, seated, "{when:?}");
        wallet.let_the_late_come();
        assert_eq!(after.comes_right(&wallet, &name, tea).await, seated, "{when:?}");
        let joined = after.join(&name, tea).await.expect("a seat, now at the latest");
        assert_eq!((joined.already_member, joined.charged.get()), (seated, if seated { 0 } else { PRICE }), "{when:?}");
        assert!(after.comes_right(&wallet, &name, tea).await);
        assert_eq!(wallet.look(|books| books.coins[&name]), 50, "{when:?}");
        let released = wallet.look(|books| books.count(&name, &tea.to_string(), Held::Released));
        assert_eq!(released, usize::from(!seated), "{when:?}");
    }
}

/// What keeps the transaction of a seat from its end.
enum Lock {
    Sqlite(SqliteConnection),
    MySql(MySqlConnection),
}

impl Lock {
    async fn take(url: &str) -> Self {
        if url.starts_with("mysql:") {
            let mut connection = MySqlConnection::connect(url).await.expect("a connection");
            let take = "BEGIN; SELECT charge_id FROM chat_charges FOR UPDATE";
            sqlx::raw_sql(take).execute(&mut connection).await.expect("the charges");
            return Self::MySql(connection);
        }
        let mut connection = SqliteConnection::connect(url).await.expect("a connection");
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await.expect("the only writer");
        Self::Sqlite(connection)
    }

    /// Waits until somebody waits for the charge, which is the last thing that such a transaction does. On SQLite it cannot
    /// even begin, and nothing shows that it tries.
    async fn is_waited_for(&mut self) {
        const WAITERS: &str = "SELECT COUNT(*) FROM information_schema.processlist
            WHERE id <> CONNECTION_ID() AND info LIKE '%chat_charges%FOR UPDATE%'";
        let Self::MySql(connection) = self else { return };
        let waits = async {
            while sqlx::query_scalar::<_, i64>(WAITERS).fetch_one(&mut *connection).await.expect("a number") == 0 {
                yield_now().await;
            }
        };
        timeout(PATIENCE, waits).await.expect("the seat's transaction comes to the charge");
    }

    async fn give_back(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::MySql(connection) => connection.close().await,
        }
        .expect("it hangs up");
    }
}
