//! A database of its own for each test, on a real MariaDB or MySQL.
//!
//! ```no_run
//! use chat_test_databases::{Database, Kind};
//!
//! # async fn test() {
//! let Some(database) = Database::fresh(Kind::MariaDb).await else { return };
//! let url = database.url(); // mysql://…@127.0.0.1:…/chat_test_…
//! # }
//! ```
//!
//! The server is the one that `CHAT_TEST_MARIADB_URL` or `CHAT_TEST_MYSQL_URL` names: an administrator's URL
//! without a database, or `none`. Where the variable is not set, a private server is started once for the
//! process. `cargo xtask test` starts one of each kind for the whole run, and names them to the tests.
//!
//! Where no server is to be had, [`Database::fresh`] answers `None` and says why on standard error, unless
//! `CHAT_TEST_REQUIRE` (a list such as `mariadb,mysql`) names the kind: then it panics.
//!
//! A database goes when its [`Database`] is dropped. One whose process was killed first is dropped by the next
//! process that begins to use the same server. **On a server that you name, this owns every database and every
//! user whose name is `chat_test_` and sixteen hexadecimal digits.**

mod database;
mod keeper;
mod name;
mod server;
mod urls;

pub use chat_test_database_servers::Kind;
pub use database::Database;
pub use server::Server;

/// The answer of a test that cannot run; the panic of one that has to.
fn absent<T>(why: &chat_test_database_servers::Unavailable) -> Option<T> {
    match why.kind.required() {
        Ok(false) => {
            eprintln!("not tested on {}: {why}", why.kind);
            None
        }
        Ok(true) => panic!("{} is required: {why}", why.kind),
        Err(error) => panic!("{error}"),
    }
}
