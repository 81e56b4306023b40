//! Reads of more than one row, as of one moment.
//!
//! A statement reads what was committed when its view was opened. MySQL opens a view under a lock. MariaDB, since 10.3,
//! walks over the transactions under way without one (`trx_sys_t::snapshot_ids`): while it stands between two of them,
//! the first can commit, and then the second, also where that had waited for a lock of the first. Such a view shows the
//! second commit and not the first: a log in which a number is missing, members as they never were together.
//!
//! But a transaction is off that list before its locks are free and before it is answered. So a view that is opened
//! after another shows all that the other shows, and all that had ended before. Hence such a read stands between two
//! looks at a [`Mark`]. Where both show the same, nothing that the mark tells of was committed in between: what was read
//! is what there was at the first look, without a hole.

use chat_core::ports::store::StoreError;
use sqlx::{Row, mysql::MySqlRow};

use crate::{
    MySqlStore,
    error::from_driver,
    literal::{Value, statement},
};

/// Tells whether anything was committed that a read is about. At most one row of what is read may change without it.
#[derive(Clone, Copy)]
pub(crate) enum Mark<'v> {
    /// The rows that are read, where they do not come back to what they were.
    Itself,
    /// A statement and its values.
    By(&'static str, &'v [Value<'v>]),
}

/// Somebody commits each time that one reads.
#[derive(Debug, thiserror::Error)]
#[error("what is read was changed during each of {TRIES} reads")]
struct Unsettled;

/// A try takes one round trip, and fails where a commit falls between its statements.
const TRIES: u32 = 64;

impl MySqlStore {
    /// The rows of a plain read, as they were at one moment.
    pub(crate) async fn snapshot(
        &self,
        text: &'static str,
        values: &[Value<'_>],
        mark: Mark<'_>,
    ) -> Result<Vec<MySqlRow>, StoreError> {
        let tables = &self.shared().tables;
        let read = statement(tables, text, values);
        if !self.server().await?.tears_views {
            return self.rows_of(&read).await;
        }
        let command = match mark {
            Mark::Itself => format!("{read};{read}"),
            Mark::By(text, values) => {
                let look = statement(tables, text, values);
                format!("{look};{read};{look}")
            }
        };
        for _ in 0..TRIES {
            let mut replies = self.replies_of(&command).await?;
            let is_settled = match replies.as_slice() {
                [first, .., last] => is_same(&first.rows, &last.rows).map_err(from_driver)?,
                _ => false,
            };
            if is_settled {
                return Ok(replies.swap_remove(1).rows);
            }
        }
        Err(StoreError::Unavailable(Box::new(Unsettled)))
    }

    /// The first row of such a read, if any.
    pub(crate) async fn snapshot_row(
        &self,
        text: &'static str,
        values: &[Value<'_>],
        mark: Mark<'_>,
    ) -> Result<Option<MySqlRow>, StoreError> {
        Ok(self.snapshot(text, values, mark).await?.into_iter().next())
    }
}

/// Whether two looks show the same.
fn is_same(one: &[MySqlRow], other: &[MySqlRow]) -> sqlx::Result<bool> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for (one, other) in one.iter().zip(other) {
        for column in 0..one.len() {
            if bytes(one, column)? != bytes(other, column)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn bytes(row: &MySqlRow, column: usize) -> sqlx::Result<Option<&[u8]>> {
    row.try_get_unchecked(column)
}
