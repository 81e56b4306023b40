//! Rows into values. A value that does not parse is reported with its table, column and id.

use std::fmt::Display;

use chat_core::{
    model::{coin::Coins, event::Seq, time::Timestamp},
    ports::store::StoreError,
};
use sqlx::{Decode, Row, Sqlite, Type, TypeInfo, ValueRef, sqlite::SqliteRow};

/// The columns of one row.
pub(crate) struct Columns<'r> {
    row: &'r SqliteRow,
    table: &'static str,
    key: &'static [&'static str],
}

impl<'r> Columns<'r> {
    /// The columns of `row`, most of which come from `table`; `key` names those that tell which row it is.
    pub(crate) const fn new(row: &'r SqliteRow, table: &'static str, key: &'static [&'static str]) -> Self {
        Self { row, table, key }
    }

    /// A value as it is stored.
    pub(crate) fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite>,
    {
        self.row.try_get(column).map_err(|error| self.corrupt(column, error))
    }

    /// Text that `parse` makes a value of.
    pub(crate) fn parsed<T, E: Display>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&'r str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        parse(self.get(column)?).map_err(|error| self.corrupt(column, error))
    }

    /// Text that `parse` makes a value of, where there is any.
    pub(crate) fn parsed_if_any<T, E: Display>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&'r str) -> Result<T, E>,
    ) -> Result<Option<T>, StoreError> {
        let text: Option<&str> = self.get(column)?;
        text.map(parse).transpose().map_err(|error| self.corrupt(column, error))
    }

    /// The value of that name.
    pub(crate) fn named<T>(
        &self,
        column: &'static str,
        from_name: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let name: &str = self.get(column)?;
        from_name(name).ok_or_else(|| self.corrupt(column, format_args!("{name:?} is not known")))
    }

    /// Exactly `N` bytes.
    pub(crate) fn bytes<const N: usize>(&self, column: &'static str) -> Result<[u8; N], StoreError> {
        let bytes: &[u8] = self.get(column)?;
        bytes.try_into().map_err(|error| self.corrupt(column, error))
    }

    /// Exactly `N` bytes, where there are any.
    pub(crate) fn bytes_if_any<const N: usize>(&self, column: &'static str) -> Result<Option<[u8; N]>, StoreError> {
        let bytes: Option<&[u8]> = self.get(column)?;
        bytes.map(TryInto::try_into).transpose().map_err(|error| self.corrupt(column, error))
    }

    /// A time.
    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.get(column).map(Timestamp::from_millis)
    }

    /// A time, where there is one.
    pub(crate) fn time_if_any(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_millis))
    }

    /// A count.
    pub(crate) fn count(&self, column: &'static str) -> Result<u64, StoreError> {
        u64::try_from(self.get::<i64>(column)?).map_err(|error| self.corrupt(column, error))
    }

    /// An event's number.
    pub(crate) fn seq(&self, column: &'static str) -> Result<Seq, StoreError> {
        self.count(column).map(Seq::new)
    }

    /// Coins.
    pub(crate) fn coins(&self, column: &'static str) -> Result<Coins, StoreError> {
        Coins::new(self.get(column)?).ok_or_else(|| self.corrupt(column, "no balance"))
    }

    /// The error for a column that holds what it must not.
    pub(crate) fn corrupt(&self, column: &str, why: impl Display) -> StoreError {
        let id: Vec<String> = self.key.iter().map(|key| self.shown(key)).collect();
        StoreError::Corrupt(format!("{}.{column} of {}: {why}", self.table, id.join(" ")))
    }

    fn shown(&self, column: &str) -> String {
        let Ok(value) = self.row.try_get_raw(column) else { return format!("(no column {column})") };
        match value.type_info().name() {
            "INTEGER" => self.row.try_get::<i64, _>(column).map(|number| number.to_string()),
            "TEXT" => self.row.try_get::<String, _>(column),
            "BLOB" => self.row.try_get::<&[u8], _>(column).map(hexadecimal),
            other => Ok(other.to_owned()),
        }
        .unwrap_or_else(|error| error.to_string())
    }
}

/// A number as SQLite counts; what is beyond stands after all there is.
pub(crate) fn integer(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Bytes as SQLite's `unhex` reads them.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}
