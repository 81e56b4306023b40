use async_trait::async_trait;
use chat_core::{
    model::{
        charge::{ChargeId, StandingCharge},
        time::Timestamp,
    },
    ports::store::{ChargeStore, ChargeTx, StoreError},
};
use chat_sql::{
    charge,
    row::{changed, integer},
};

use crate::{SqliteStore, error::from_driver, tx::SqliteTx};

const DUE: &str = "
SELECT charge_id, user_id, room_id, coins, state, due_at, attempts, at
FROM chat_charges
WHERE due_at <= ?1
ORDER BY due_at, charge_id
LIMIT ?2";

#[async_trait]
impl ChargeStore for SqliteStore {
    async fn due_charges(&self, now: Timestamp, limit: usize) -> Result<Vec<StandingCharge>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(DUE).bind(now.as_millis()).bind(integer(limit));
        db.rows(query).await.map_err(from_driver)?.iter().map(charge).collect()
    }
}

const CHARGE: &str = "
SELECT charge_id, user_id, room_id, coins, state, due_at, attempts, at FROM chat_charges WHERE charge_id = ?1";

const INSERT_CHARGE: &str = "
INSERT INTO chat_charges (charge_id, user_id, room_id, coins, state, due_at, attempts, at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const SET_CHARGE: &str = "UPDATE chat_charges SET state = ?2, due_at = ?3, attempts = ?4 WHERE charge_id = ?1";

#[async_trait]
impl ChargeTx for SqliteTx {
    async fn insert_charge(&mut self, standing: &StandingCharge) -> Result<(), StoreError> {
        let StandingCharge { charge, state, due, attempts, at } = standing;
        let insert = self
            .query(INSERT_CHARGE)
            .bind(charge.id.as_bytes().as_slice())
            .bind(charge.user.as_str())
            .bind(charge.room.as_bytes().as_slice())
            .bind(charge.coins.get())
            .bind(state.as_str())
            .bind(due.map(Timestamp::as_millis))
            .bind(i64::from(*attempts))
            .bind(at.as_millis());
        self.write(insert).await?;
        Ok(())
    }

    async fn lock_charge(&mut self, id: ChargeId) -> Result<Option<StandingCharge>, StoreError> {
        let query = self.query(CHARGE).bind(id.as_bytes().as_slice());
        self.row(query).await?.as_ref().map(charge).transpose()
    }

    async fn set_charge(&mut self, standing: &StandingCharge) -> Result<(), StoreError> {
        let StandingCharge { charge, state, due, attempts, .. } = standing;
        let set = self
            .query(SET_CHARGE)
            .bind(charge.id.as_bytes().as_slice())
            .bind(state.as_str())
            .bind(due.map(Timestamp::as_millis))
            .bind(i64::from(*attempts));
        changed(self.write(set).await?, 1, "charges", charge.id)
    }
}
