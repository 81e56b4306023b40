use async_trait::async_trait;
use chat_core::{
    model::{
        charge::{ChargeId, StandingCharge},
        time::Timestamp,
    },
    ports::store::{ChargeStore, ChargeTx, StoreError},
};
use chat_sql::{charge, row::integer};

use crate::{MySqlStore, literal::Value, tx::MySqlTx};

const DUE: &str = "
SELECT charge_id, user_id, room_id, coins, state, due_at, attempts, at
FROM chat_charges
WHERE due_at <= ?
ORDER BY due_at, charge_id
LIMIT ?";

#[async_trait]
impl ChargeStore for MySqlStore {
    /// Of different moments, which who takes one of them finds out under its lock.
    async fn due_charges(&self, now: Timestamp, limit: usize) -> Result<Vec<StandingCharge>, StoreError> {
        self.rows(DUE, &[now.into(), integer(limit).into()]).await?.iter().map(charge).collect()
    }
}

const CHARGE: &str = "
SELECT charge_id, user_id, room_id, coins, state, due_at, attempts, at
FROM chat_charges
WHERE charge_id = ?
FOR UPDATE";

const INSERT_CHARGE: &str = "
INSERT INTO chat_charges (charge_id, user_id, room_id, coins, state, due_at, attempts, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

const SET_CHARGE: &str = "UPDATE chat_charges SET state = ?, due_at = ?, attempts = ? WHERE charge_id = ?";

#[async_trait]
impl ChargeTx for MySqlTx {
    async fn insert_charge(&mut self, standing: &StandingCharge) -> Result<(), StoreError> {
        let StandingCharge { charge, state, due, attempts, at } = standing;
        let values: [Value<'_>; 8] = [
            (&charge.id).into(),
            (&charge.user).into(),
            (&charge.room).into(),
            charge.coins.into(),
            Value::Ascii(state.as_str()),
            (*due).into(),
            Value::Integer(i64::from(*attempts)),
            (*at).into(),
        ];
        self.write(INSERT_CHARGE, &values);
        Ok(())
    }

    async fn lock_charge(&mut self, id: ChargeId) -> Result<Option<StandingCharge>, StoreError> {
        self.row(CHARGE, &[(&id).into()]).await?.as_ref().map(charge).transpose()
    }

    async fn set_charge(&mut self, standing: &StandingCharge) -> Result<(), StoreError> {
        let StandingCharge { charge, state, due, attempts, .. } = standing;
        let attempts = Value::Integer(i64::from(*attempts));
        let values = [Value::Ascii(state.as_str()), (*due).into(), attempts, (&charge.id).into()];
        self.change(SET_CHARGE, &values, "charges", charge.id);
        Ok(())
    }
}
