//! What a failure of MySQL or MariaDB means to the chat. Told by error numbers
//! (<https://dev.mysql.com/doc/mysql-errors/9.0/en/server-error-reference.html>,
//! <https://mariadb.com/docs/server/reference/error-codes>) and by the statement that failed, never by text.

use std::io;

use chat_core::ports::store::{StoreError, Unique};
use sqlx::{error::ErrorKind, mysql::MySqlDatabaseError};

/// A deadlock, or Galera's refusal of a commit: the transaction was rolled back.
const LOCK_DEADLOCK: u16 = 1213;
/// A lock was waited for too long: the statement was rolled back, the transaction not.
const LOCK_WAIT_TIMEOUT: u16 = 1205;
/// MariaDB under a snapshot: the row was changed since it was read.
const CHECKREAD: u16 = 1020;
/// Somebody killed the statement, or a limit that was set for all statements did (MariaDB, MySQL).
const INTERRUPTED: [u16; 3] = [1317, 1969, 3024];
/// The server is going down; the connection was killed (MariaDB), or was idle for too long (MySQL).
const GONE: [u16; 3] = [1053, 1927, 4031];
/// The server does not write: it is a replica, or on its way to become one.
const READ_ONLY: [u16; 3] = [1290, 1792, 1836];
/// A key is there already.
/// `ER_SP_DOES_NOT_EXIST`.
const NO_SUCH_SAVEPOINT: u16 = 1305;
const DUPLICATE_ENTRY: u16 = 1062;
/// A value that its column cannot hold: out of its range, not of its character set, too long; a result beyond 64 bits.
const UNFIT: [u16; 4] = [1264, 1366, 1406, 1690];
/// The user may not: no access to the database, to a table, to a column, no right to define or run.
const DENIED: [u16; 5] = [1044, 1142, 1143, 1227, 1410];

/// The server's number of an error, where the server itself reported it.
pub(crate) fn number(error: &sqlx::Error) -> Option<u16> {
    error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}

/// Whether a key was there already.
pub(crate) fn is_duplicate(error: &sqlx::Error) -> bool {
    number(error) == Some(DUPLICATE_ENTRY)
}

/// Whether the user lacks a right.
pub(crate) fn is_denied(error: &sqlx::Error) -> bool {
    number(error).is_some_and(|number| DENIED.contains(&number))
}

/// Whether the connection is of no use any more: it failed, or its server is going, or is not the one that may write.
pub(crate) fn ends_connection(error: &sqlx::Error) -> bool {
    match number(error) {
        Some(number) => GONE.contains(&number) || READ_ONLY.contains(&number),
        None => !matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_)),
    }
}

/// A failure of anything before the commit was sent: nothing has happened.
pub(crate) fn from_driver(error: sqlx::Error) -> StoreError {
    let Some(number) = number(&error) else {
        return match error {
            sqlx::Error::Io(_) => StoreError::Transient(Box::new(error)),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) => StoreError::Corrupt(error.to_string()),
            _ => StoreError::Unavailable(Box::new(error)),
        };
    };
    match number {
        LOCK_DEADLOCK | LOCK_WAIT_TIMEOUT | CHECKREAD => StoreError::Transient(Box::new(error)),
        _ if GONE.contains(&number) || INTERRUPTED.contains(&number) => StoreError::Transient(Box::new(error)),
        _ if UNFIT.contains(&number) || is_violation(&error) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Unavailable(Box::new(error)),
    }
}

/// A failure of `COMMIT` itself. Only where the server says that it refused is it known that nothing was committed.
pub(crate) fn from_commit(error: sqlx::Error) -> StoreError {
    match number(&error) {
        Some(LOCK_DEADLOCK | CHECKREAD) => StoreError::Transient(Box::new(error)),
        Some(number) if READ_ONLY.contains(&number) => StoreError::Unavailable(Box::new(error)),
        _ => StoreError::Unknown(Box::new(error)),
    }
}

/// A failure to find the savepoint that was set when the host was lent the connection.
pub(crate) fn taken_back(error: sqlx::Error) -> StoreError {
    match number(&error) {
        Some(NO_SUCH_SAVEPOINT) => StoreError::Transient("the transaction ended under the host's statements".into()),
        _ => from_driver(error),
    }
}

/// A failure of an insertion whose keys stand for `unique`.
pub(crate) fn taken(unique: Unique) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| if is_duplicate(&error) { StoreError::Taken(unique) } else { from_driver(error) }
}

/// The server took longer to answer than anybody should wait.
pub(crate) fn no_answer() -> sqlx::Error {
    sqlx::Error::Io(io::ErrorKind::TimedOut.into())
}

fn is_violation(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    matches!(
        error.kind(),
        ErrorKind::UniqueViolation
            | ErrorKind::ForeignKeyViolation
            | ErrorKind::NotNullViolation
            | ErrorKind::CheckViolation
    )
}
