//! Values as text of SQL.
//!
//! Every statement goes to the server as text (`COM_QUERY`), several in one round trip. A value becomes an integer, a
//! hexadecimal literal or `NULL`, and nothing else: no character of a value ever stands in a statement, so that there is
//! nothing to escape and no `sql_mode` changes what it means. Prepared statements would cost a round trip each, and one
//! more delayed by 40 ms whenever the driver's cache drops one.

use chat_core::{
    model::{
        charge::ChargeId,
        coin::{Amount, CoinKey, Coins},
        event::Seq,
        friend::RequestId,
        invite::{InviteId, InviteTokenHash},
        message::{ClientId, ContentMac},
        operator::AuditId,
        outbox::{Lane, OutboxId},
        room::RoomId,
        session::SessionId,
        text::Name,
        time::Timestamp,
        user::UserId,
    },
    ports::store::{AttemptId, ClaimId},
};
use chat_sql::{
    row::{integer, push_hexadecimal},
    tables::Tables,
};

/// A value of a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'v> {
    Null,
    Integer(i64),
    Bytes(&'v [u8]),
    /// Text of ASCII characters alone.
    Ascii(&'v str),
    Text(&'v str),
}

impl Value<'_> {
    /// Appends the literal.
    pub(crate) fn push_to(self, sql: &mut String) {
        let bytes = match self {
            Self::Null => return sql.push_str("NULL"),
            Self::Integer(number) => return sql.push_str(&number.to_string()),
            Self::Bytes(bytes) => {
                sql.push_str("x'");
                bytes
            }
            Self::Ascii(text) => {
                sql.push_str("_ascii x'");
                text.as_bytes()
            }
            Self::Text(text) => {
                sql.push_str("_utf8mb4 x'");
                text.as_bytes()
            }
        };
        push_hexadecimal(sql, bytes);
        sql.push('\'');
    }
}

impl<'v, T: Into<Value<'v>>> From<Option<T>> for Value<'v> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Integer(i64::from(truth))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Integer(time.as_millis())
    }
}

impl From<Seq> for Value<'_> {
    fn from(seq: Seq) -> Self {
        Self::Integer(integer(seq.get()))
    }
}

impl From<Coins> for Value<'_> {
    fn from(coins: Coins) -> Self {
        Self::Integer(coins.get())
    }
}

impl From<Amount> for Value<'_> {
    fn from(amount: Amount) -> Self {
        Self::Integer(amount.get())
    }
}

impl<'v> From<&'v UserId> for Value<'v> {
    fn from(id: &'v UserId) -> Self {
        Self::Ascii(id.as_str())
    }
}

impl<'v> From<&'v Lane> for Value<'v> {
    fn from(lane: &'v Lane) -> Self {
        Self::Ascii(lane.as_str())
    }
}

impl<'v> From<&'v Name> for Value<'v> {
    fn from(name: &'v Name) -> Self {
        Self::Text(name.as_str())
    }
}

// Keys that clients and operators choose are kept as bytes: MySQL compares text without its trailing spaces.
impl<'v> From<&'v ClientId> for Value<'v> {
    fn from(id: &'v ClientId) -> Self {
        Self::Bytes(id.as_str().as_bytes())
    }
}

impl<'v> From<&'v CoinKey> for Value<'v> {
    fn from(key: &'v CoinKey) -> Self {
        Self::Bytes(key.as_str().as_bytes())
    }
}

macro_rules! from_bytes {
    ($($id:ty),+) => { $(
        impl<'v> From<&'v $id> for Value<'v> {
            fn from(id: &'v $id) -> Self {
                Self::Bytes(id.as_bytes())
            }
        }
    )+ };
}

from_bytes!(
    AttemptId,
    AuditId,
    ChargeId,
    ClaimId,
    ContentMac,
    InviteId,
    InviteTokenHash,
    OutboxId,
    RequestId,
    RoomId,
    SessionId
);

/// The statement of that text, each `?` in it replaced by the next value.
pub(crate) fn statement(tables: &Tables, text: &'static str, values: &[Value<'_>]) -> String {
    let text = tables.sql(text);
    let text = text.as_str();
    debug_assert_eq!(text.matches('?').count(), values.len(), "{text}");
    let mut sql = String::with_capacity(text.len() + values.len() * 24);
    let mut parts = text.split('?');
    sql.push_str(parts.next().unwrap_or_default());
    for (part, value) in parts.zip(values) {
        value.push_to(&mut sql);
        sql.push_str(part);
    }
    sql
}

/// Appends values, separated by commas.
pub(crate) fn push_list<'v>(sql: &mut String, values: impl IntoIterator<Item = Value<'v>>) {
    for (index, value) in values.into_iter().enumerate() {
        if index != 0 {
            sql.push(',');
        }
        value.push_to(sql);
    }
}

/// Lists longer than this are cut: MariaDB makes a subquery of a list of 1,000, and then reads, and locks, whole tables.
const LONGEST_LIST: usize = 500;

/// Appends `(column IN (…) OR column IN (…))`.
pub(crate) fn push_in<'v>(sql: &mut String, column: &str, values: impl IntoIterator<Item = Value<'v>>) {
    let values: Vec<Value<'v>> = values.into_iter().collect();
    for (index, list) in values.chunks(LONGEST_LIST).enumerate() {
        sql.push_str(if index == 0 { "(" } else { " OR " });
        sql.push_str(column);
        sql.push_str(" IN (");
        push_list(sql, list.iter().copied());
        sql.push(')');
    }
    sql.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_of_a_value_stands_in_the_statement() {
        let values = [Value::Text("'; DROP TABLE x; -- ?"), Value::Ascii("\\?"), Value::Null, Value::Integer(-7)];
        let sql = statement(&Tables::new("x_"), "UPDATE chat_t SET a = ?, b = ? WHERE c = ? AND d = ?", &values);
        assert_eq!(
            sql,
            "UPDATE x_t SET a = _utf8mb4 x'273b2044524f50205441424c4520783b202d2d203f', b = _ascii x'5c3f' \
             WHERE c = NULL AND d = -7"
        );
    }

    #[test]
    fn a_long_list_is_cut() {
        let mut sql = String::new();
        push_in(&mut sql, "seq", (0..1_001).map(Value::Integer));
        let lists: Vec<usize> = sql.split(" OR ").map(|list| list.split(',').count()).collect();
        assert_eq!(lists, [500, 500, 1]);
        assert!(sql.starts_with("(seq IN (0,1,") && sql.ends_with(" OR seq IN (1000))"), "{sql}");
    }

    #[test]
    fn bytes_and_the_empty_text_are_literals_too() {
        let mut sql = String::new();
        push_list(&mut sql, [Value::Bytes(&[0, 255, 39]), Value::Text(""), Value::Integer(i64::MIN)]);
        assert_eq!(sql, "x'00ff27',_utf8mb4 x'',-9223372036854775808");
    }
}
