//! Rows into values. A value that does not parse is reported with its table, column and id.

use std::fmt::Display;

use chat_core::{
    model::{coin::Coins, event::Seq, time::Timestamp},
    ports::store::StoreError,
};
use sqlx::{ColumnIndex, Decode, Row, Type};

/// A row of a database that knows text, whole numbers of 64 bits, and bytes.
pub trait SqlRow {
    /// Text, where there is any.
    ///
    /// # Errors
    /// The driver's, where there is no such column or it holds something else; the same below.
    fn text(&self, column: &str) -> sqlx::Result<Option<&str>>;

    /// A whole number, where there is any.
    fn integer(&self, column: &str) -> sqlx::Result<Option<i64>>;

    /// Bytes, where there are any.
    fn bytes(&self, column: &str) -> sqlx::Result<Option<&[u8]>>;
}

impl<R> SqlRow for R
where
    R: Row,
    for<'c> &'c str: ColumnIndex<R>,
    for<'r> &'r str: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> &'r [u8]: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
{
    fn text(&self, column: &str) -> sqlx::Result<Option<&str>> {
        self.try_get(column)
    }

    fn integer(&self, column: &str) -> sqlx::Result<Option<i64>> {
        self.try_get(column)
    }

    fn bytes(&self, column: &str) -> sqlx::Result<Option<&[u8]>> {
        self.try_get(column)
    }
}

/// The columns of one row.
pub struct Columns<'r, R> {
    row: &'r R,
    table: &'static str,
    key: &'static [&'static str],
}

impl<'r, R: SqlRow> Columns<'r, R> {
    /// The columns of `row`, most of which come from `table`; `key` names those that tell which row it is.
    pub const fn new(row: &'r R, table: &'static str, key: &'static [&'static str]) -> Self {
        Self { row, table, key }
    }

    /// Text, where there is any.
    pub fn text_if_any(&self, column: &'static str) -> Result<Option<&'r str>, StoreError> {
        self.row.text(column).map_err(|error| self.corrupt(column, error))
    }

    /// Text.
    pub fn text(&self, column: &'static str) -> Result<&'r str, StoreError> {
        self.present(column, self.text_if_any(column)?)
    }

    /// A whole number, where there is any.
    pub fn integer_if_any(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.row.integer(column).map_err(|error| self.corrupt(column, error))
    }

    /// A whole number.
    pub fn integer(&self, column: &'static str) -> Result<i64, StoreError> {
        self.present(column, self.integer_if_any(column)?)
    }

    /// What is true where it is not zero.
    pub fn truth(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.integer(column)? != 0)
    }

    /// Text that `parse` makes a value of.
    pub fn parsed<T, E: Display>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&'r str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        parse(self.text(column)?).map_err(|error| self.corrupt(column, error))
    }

    /// Text that `parse` makes a value of, where there is any.
    pub fn parsed_if_any<T, E: Display>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&'r str) -> Result<T, E>,
    ) -> Result<Option<T>, StoreError> {
        self.text_if_any(column)?.map(parse).transpose().map_err(|error| self.corrupt(column, error))
    }

    /// The value of that name.
    pub fn named<T>(&self, column: &'static str, from_name: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        let name = self.text(column)?;
        from_name(name).ok_or_else(|| self.corrupt(column, format_args!("{name:?} is not known")))
    }

    /// Exactly `N` bytes.
    pub fn bytes<const N: usize>(&self, column: &'static str) -> Result<[u8; N], StoreError> {
        self.present(column, self.bytes_if_any(column)?)
    }

    /// Exactly `N` bytes, where there are any.
    pub fn bytes_if_any<const N: usize>(&self, column: &'static str) -> Result<Option<[u8; N]>, StoreError> {
        let bytes = self.row.bytes(column).map_err(|error| self.corrupt(column, error))?;
        bytes.map(TryInto::try_into).transpose().map_err(|error| self.corrupt(column, error))
    }

    /// A time.
    pub fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.integer(column).map(Timestamp::from_millis)
    }

    /// A time, where there is one.
    pub fn time_if_any(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.integer_if_any(column)?.map(Timestamp::from_millis))
    }

    /// A count of any integer type.
    pub fn count<T: TryFrom<i64, Error: Display>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.integer(column)?).map_err(|error| self.corrupt(column, error))
    }

    /// An event's number.
    pub fn seq(&self, column: &'static str) -> Result<Seq, StoreError> {
        self.count(column).map(Seq::new)
    }

    /// Coins.
    pub fn coins(&self, column: &'static str) -> Result<Coins, StoreError> {
        Coins::new(self.integer(column)?).ok_or_else(|| self.corrupt(column, "no balance"))
    }

    /// The error for a column that holds what it must not.
    pub fn corrupt(&self, column: &str, why: impl Display) -> StoreError {
        let id: Vec<String> = self.key.iter().map(|key| self.shown(key)).collect();
        StoreError::Corrupt(format!("{}.{column} of {}: {why}", self.table, id.join(" ")))
    }

    fn present<T>(&self, column: &'static str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.corrupt(column, "there is no value"))
    }

    fn shown(&self, column: &str) -> String {
        if let Ok(number) = self.row.integer(column) {
            return number.map_or_else(|| "NULL".to_owned(), |number| number.to_string());
        }
        match (self.row.text(column), self.row.bytes(column)) {
            (Ok(Some(text)), _) => text.to_owned(),
            (Err(_), Ok(Some(bytes))) => hexadecimal(bytes),
            (Ok(None), _) | (_, Ok(None)) => "NULL".to_owned(),
            (Err(_), Err(error)) => format!("({error})"),
        }
    }
}

/// A number as SQL databases count; what is beyond stands after all there is.
pub fn integer(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Bytes in lower-case hexadecimal digits, two each.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hexadecimal(&mut text, bytes);
    text
}

/// Appends bytes in lower-case hexadecimal digits, two each.
pub fn push_hexadecimal(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    text.reserve(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// Says that a statement changed as many rows as there must have been.
///
/// # Errors
/// `Corrupt` where it did not.
pub fn changed(rows: u64, expected: u64, table: &str, id: impl Display) -> Result<(), StoreError> {
    if rows == expected {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!("{table}: {rows} rows of {id} could be changed, not {expected}")))
}
