use async_trait::async_trait;
use chat_core::{
    model::{
        admission::{Admission, AdmissionKind},
        room::RoomId,
        user::UserId,
    },
    ports::store::{AdmissionTx, StoreError},
};
use sqlx::sqlite::SqliteRow;

use crate::{row::Columns, tx::SqliteTx};

const ADMISSION: &str =
    "SELECT user_id, room_id, kind, coins, at FROM chat_admissions WHERE user_id = ?1 AND room_id = ?2";
const FREE_ADMISSION: &str = "SELECT 1 FROM chat_admissions WHERE user_id = ?1 AND kind = 'free'";
const INSERT_ADMISSION: &str =
    "INSERT INTO chat_admissions (user_id, room_id, kind, coins, at) VALUES (?1, ?2, ?3, ?4, ?5)";

#[async_trait]
impl AdmissionTx for SqliteTx {
    async fn admission(&mut self, user: &UserId, room: RoomId) -> Result<Option<Admission>, StoreError> {
        let query = self.query(ADMISSION).bind(user.as_str()).bind(room.as_bytes().as_slice());
        self.row(query).await?.as_ref().map(admission).transpose()
    }

    async fn has_free_admission(&mut self, user: &UserId) -> Result<bool, StoreError> {
        let query = self.query(FREE_ADMISSION).bind(user.as_str());
        Ok(self.row(query).await?.is_some())
    }

    async fn insert_admission(&mut self, user: &UserId, room: RoomId, admission: &Admission) -> Result<(), StoreError> {
        let statement = self
            .query(INSERT_ADMISSION)
            .bind(user.as_str())
            .bind(room.as_bytes().as_slice())
            .bind(admission.kind.as_str())
            .bind(admission.coins.get())
            .bind(admission.at.as_millis());
        self.write(statement).await?;
        Ok(())
    }
}

fn admission(row: &SqliteRow) -> Result<Admission, StoreError> {
    let columns = Columns::new(row, "admissions", &["user_id", "room_id"]);
    Ok(Admission {
        kind: columns.named("kind", AdmissionKind::from_name)?,
        coins: columns.coins("coins")?,
        at: columns.time("at")?,
    })
}
