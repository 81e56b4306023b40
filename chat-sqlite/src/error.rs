//! What a failure of SQLite means to the chat. Told by result codes (<https://www.sqlite.org/rescode.html>) and by the
//! statement that failed, never by text.

use chat_core::ports::store::{StoreError, Unique};

const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const CORRUPT: i32 = 11;
const CONSTRAINT: i32 = 19;
const NOT_A_DATABASE: i32 = 26;
/// `SQLITE_CONSTRAINT_UNIQUE`: a unique index, and not the primary key.
const CONSTRAINT_UNIQUE: i32 = 2067;
/// `SQLITE_CONSTRAINT_PRIMARYKEY`.
const CONSTRAINT_PRIMARY_KEY: i32 = 1555;

/// The extended result code, where SQLite itself reported the failure.
pub(crate) fn extended_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// The primary result code: the low byte of the extended one.
pub(crate) fn primary_code(error: &sqlx::Error) -> Option<i32> {
    extended_code(error).map(|code| code & 0xff)
}

/// Whether somebody else holds what was wanted.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(BUSY | LOCKED))
}

/// A failure of any statement but a commit.
pub(crate) fn from_driver(error: sqlx::Error) -> StoreError {
    match primary_code(&error) {
        Some(BUSY | LOCKED) => StoreError::Transient(Box::new(error)),
        Some(CONSTRAINT | CORRUPT | NOT_A_DATABASE) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Unavailable(Box::new(error)),
    }
}

/// A failure of a commit. Only where SQLite says that it refused is it known that nothing happened.
pub(crate) fn from_commit(error: sqlx::Error) -> StoreError {
    match primary_code(&error) {
        Some(BUSY | LOCKED | CONSTRAINT) => from_driver(error),
        _ => StoreError::Unknown(Box::new(error)),
    }
}

/// A failure of an insertion whose primary key or one unique index stand for `unique`.
pub(crate) fn taken(unique: Unique) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| match extended_code(&error) {
        Some(CONSTRAINT_UNIQUE | CONSTRAINT_PRIMARY_KEY) => StoreError::Taken(unique),
        _ => from_driver(error),
    }
}

/// A failure of an insertion whose one unique index stands for `unique`, and whose primary key is nobody's choice.
pub(crate) fn index_taken(unique: Unique) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| match extended_code(&error) {
        Some(CONSTRAINT_UNIQUE) => StoreError::Taken(unique),
        _ => from_driver(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_lost_leaves_a_commit_unknown_and_any_other_statement_undone() {
        assert!(matches!(from_commit(sqlx::Error::WorkerCrashed), StoreError::Unknown(_)));
        assert!(matches!(from_driver(sqlx::Error::WorkerCrashed), StoreError::Unavailable(_)));
    }

    #[tokio::test]
    async fn a_key_is_taken_only_where_a_key_was_violated() {
        use sqlx::Connection;
        let mut connection = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let create = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, key INTEGER UNIQUE CHECK (key > 0)) STRICT";
        sqlx::raw_sql(create).execute(&mut connection).await.unwrap();
        sqlx::raw_sql("INSERT INTO t VALUES (1, 1)").execute(&mut connection).await.unwrap();
        for (statement, key_taken, index_taken_too) in [
            ("INSERT INTO t VALUES (1, 2)", true, false),
            ("INSERT INTO t VALUES (2, 1)", true, true),
            ("INSERT INTO t VALUES (2, 0)", false, false),
            ("INSERT INTO t VALUES (2, 'text')", false, false),
        ] {
            let mut fail = async || sqlx::raw_sql(statement).execute(&mut connection).await.unwrap_err();
            let is_taken = |error: StoreError| match error {
                StoreError::Taken(Unique::UserId) => true,
                StoreError::Corrupt(_) => false,
                other => panic!("{statement}: {other:?}"),
            };
            assert_eq!(is_taken(taken(Unique::UserId)(fail().await)), key_taken, "{statement}");
            assert_eq!(is_taken(index_taken(Unique::UserId)(fail().await)), index_taken_too, "{statement}");
        }
    }
}
