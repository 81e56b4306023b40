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
    row::{changed, integer},
};

use crate::{SqliteStore, error::from_driver, tx::SqliteTx};

const COIN_ENTRIES: &str = "
SELECT user_id, number, amount, kind, reason, balance_after, room_id, key, at
FROM chat_coin_entries
WHERE user_id = ?1 AND number < ?2
ORDER BY number DESC
LIMIT ?3";

#[async_trait]
impl CoinStore for SqliteStore {
    async fn coin_entries(
        &self,
        user: &UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<CoinEntry>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let before = before.map_or(i64::MAX, integer);
        let query = db.query(COIN_ENTRIES).bind(user.as_str()).bind(before).bind(integer(limit));
        db.rows(query).await.map_err(from_driver)?.iter().map(coin_entry).collect()
    }
}

const COIN_ENTRY_BY_KEY: &str = "
SELECT user_id, number, amount, kind, reason, balance_after, room_id, key, at
FROM chat_coin_entries
WHERE user_id = ?1 AND key = ?2";

const SET_BALANCE: &str = "UPDATE chat_users SET coins = ?3 WHERE user_id = ?1 AND coins + ?2 = ?3";

const APPEND_COIN_ENTRY: &str = "
INSERT INTO chat_coin_entries (user_id, number, amount, kind, reason, balance_after, room_id, key, at)
SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
FROM chat_coin_entries
WHERE user_id = ?1
RETURNING user_id, number, amount, kind, reason, balance_after, room_id, key, at";

#[async_trait]
impl CoinTx for SqliteTx {
    async fn coin_entry_by_key(&mut self, user: &UserId, key: &CoinKey) -> Result<Option<CoinEntry>, StoreError> {
        let query = self.query(COIN_ENTRY_BY_KEY).bind(user.as_str()).bind(key.as_str());
        self.row(query).await?.as_ref().map(coin_entry).transpose()
    }

    async fn append_coin_entry(&mut self, user: &UserId, entry: &NewCoinEntry) -> Result<CoinEntry, StoreError> {
        let balance =
            self.query(SET_BALANCE).bind(user.as_str()).bind(entry.amount.get()).bind(entry.balance_after.get());
        changed(self.write(balance).await?, 1, "users.coins", user)?;
        let append = self
            .query(APPEND_COIN_ENTRY)
            .bind(user.as_str())
            .bind(entry.amount.get())
            .bind(entry.kind.as_str())
            .bind(entry.reason.as_ref().map(Reason::as_str))
            .bind(entry.balance_after.get())
            .bind(entry.room.as_ref().map(|room| room.as_bytes().as_slice()))
            .bind(entry.key.as_ref().map(CoinKey::as_str))
            .bind(entry.at.as_millis());
        coin_entry(&self.only_row(append).await?)
    }
}
