use async_trait::async_trait;
use chat_core::{
    model::{
        coin::{CoinEntry, CoinKey, Reason},
        user::UserId,
    },
    ports::store::{CoinStore, CoinTx, NewCoinEntry, StoreError},
};
use chat_sql::{
    coin_entry,
    row::{Columns, integer},
};

use crate::{MySqlStore, literal::Value, snapshot::Mark, tx::MySqlTx};

const COIN_ENTRIES: &str = "
SELECT user_id, number, amount, kind, reason, balance_after, room_id, CONVERT(`key` USING ascii) AS `key`, at
FROM chat_coin_entries
WHERE user_id = ? AND number < ?
ORDER BY number DESC
LIMIT ?";

/// What each entry moves.
const ENTRIES: &str = "SELECT entries FROM chat_users WHERE user_id = ?";

#[async_trait]
impl CoinStore for MySqlStore {
    async fn coin_entries(
        &self,
        user: &UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<CoinEntry>, StoreError> {
        let before = before.map_or(i64::MAX, integer);
        let user = Value::from(user);
        let mark = Mark::By(ENTRIES, &[user]);
        let rows = self.snapshot(COIN_ENTRIES, &[user, before.into(), integer(limit).into()], mark).await?;
        rows.iter().map(coin_entry).collect()
    }
}

const COIN_ENTRY_BY_KEY: &str = "
SELECT user_id, number, amount, kind, reason, balance_after, room_id, CONVERT(`key` USING ascii) AS `key`, at
FROM chat_coin_entries
WHERE user_id = ? AND `key` = ?";

const SET_BALANCE: &str = "
UPDATE chat_users SET coins = ?, entries = ? WHERE user_id = ? AND coins + ? = ? AND entries = ?";

const APPEND_COIN_ENTRY: &str = "
INSERT INTO chat_coin_entries (user_id, number, amount, kind, reason, balance_after, room_id, `key`, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

#[async_trait]
impl CoinTx for MySqlTx {
    async fn coin_entry_by_key(&mut self, user: &UserId, key: &CoinKey) -> Result<Option<CoinEntry>, StoreError> {
        self.row(COIN_ENTRY_BY_KEY, &[user.into(), key.into()]).await?.as_ref().map(coin_entry).transpose()
    }

    async fn append_coin_entry(&mut self, user: &UserId, entry: &NewCoinEntry) -> Result<CoinEntry, StoreError> {
        let before = self.entries_of(user).await?;
        let number = before + 1;
        let after = Value::from(entry.balance_after);
        self.change(
            SET_BALANCE,
            &[after, integer(number).into(), user.into(), entry.amount.into(), after, integer(before).into()],
            "users.coins",
            user,
        );
        self.write(
            APPEND_COIN_ENTRY,
            &[
                user.into(),
                integer(number).into(),
                entry.amount.into(),
                Value::Ascii(entry.kind.as_str()),
                entry.reason.as_ref().map(Reason::as_str).map(Value::Text).into(),
                after,
                entry.room.as_ref().into(),
                entry.key.as_ref().into(),
                entry.at.into(),
            ],
        );
        self.entries.insert(user.clone(), number);
        Ok(CoinEntry {
            number,
            amount: entry.amount,
            kind: entry.kind,
            reason: entry.reason.clone(),
            balance_after: entry.balance_after,
            room: entry.room,
            key: entry.key.clone(),
            at: entry.at,
        })
    }
}

impl MySqlTx {
    /// How many ledger entries a user has: known since they were locked or made, else read.
    async fn entries_of(&mut self, user: &UserId) -> Result<u64, StoreError> {
        if let Some(entries) = self.entries.get(user) {
            return Ok(*entries);
        }
        let row = self.row(ENTRIES, &[user.into()]).await?;
        let row = row.ok_or_else(|| StoreError::Corrupt(format!("coin_entries: there is no user {user}")))?;
        Columns::new(&row, "users", &["user_id"]).count("entries")
    }
}
