use async_trait::async_trait;
use chat_core::{
    model::{
        session::{Session, SessionId},
        time::Timestamp,
        user::{Standing, UserId},
    },
    ports::store::{SessionStore, SessionTx, StoreError},
};
use chat_sql::{
    row::{changed, integer},
    session, session_and_standing,
};

use crate::{SqliteStore, error::from_driver, tx::SqliteTx};

const SESSION: &str = "
SELECT s.session_id, s.user_id, s.device, s.generation, s.created_at, s.rotated_at, s.revoked_at, u.standing
FROM chat_sessions s JOIN chat_users u ON u.user_id = s.user_id
WHERE s.session_id = ?1";

#[async_trait]
impl SessionStore for SqliteStore {
    async fn session(&self, id: SessionId) -> Result<Option<(Session, Standing)>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(SESSION).bind(id.as_bytes().as_slice());
        db.row(query).await.map_err(from_driver)?.as_ref().map(session_and_standing).transpose()
    }

    async fn sessions_of(&self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(LIVE_SESSIONS).bind(user.as_str());
        db.rows(query).await.map_err(from_driver)?.iter().map(session).collect()
    }
}

const INSERT_SESSION: &str = "
INSERT INTO chat_sessions (session_id, user_id, device, generation, created_at, rotated_at, revoked_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const LIVE_SESSIONS: &str = "
SELECT session_id, user_id, device, generation, created_at, rotated_at, revoked_at
FROM chat_sessions
WHERE user_id = ?1 AND revoked_at IS NULL";

const ROTATE_SESSION: &str = "UPDATE chat_sessions SET generation = ?2, rotated_at = ?3 WHERE session_id = ?1";
const REVOKE_SESSION: &str = "UPDATE chat_sessions SET revoked_at = coalesce(revoked_at, ?2) WHERE session_id = ?1";

#[async_trait]
impl SessionTx for SqliteTx {
    async fn insert_session(&mut self, session: &Session) -> Result<(), StoreError> {
        let statement = self
            .query(INSERT_SESSION)
            .bind(session.id.as_bytes().as_slice())
            .bind(session.user.as_str())
            .bind(session.device.as_str())
            .bind(integer(session.generation))
            .bind(session.created_at.as_millis())
            .bind(session.rotated_at.as_millis())
            .bind(session.revoked_at.map(Timestamp::as_millis));
        self.write(statement).await?;
        Ok(())
    }

    async fn live_sessions(&mut self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        let query = self.query(LIVE_SESSIONS).bind(user.as_str());
        let rows = self.db().rows(query).await.map_err(from_driver)?;
        rows.iter().map(session).collect()
    }

    async fn rotate_session(&mut self, id: SessionId, generation: u64, at: Timestamp) -> Result<(), StoreError> {
        let statement =
            self.query(ROTATE_SESSION).bind(id.as_bytes().as_slice()).bind(integer(generation)).bind(at.as_millis());
        changed(self.write(statement).await?, 1, "sessions", id)
    }

    async fn revoke_session(&mut self, id: SessionId, at: Timestamp) -> Result<(), StoreError> {
        let statement = self.query(REVOKE_SESSION).bind(id.as_bytes().as_slice()).bind(at.as_millis());
        changed(self.write(statement).await?, 1, "sessions", id)
    }
}
