use async_trait::async_trait;
use chat_core::{
    model::{
        session::{Session, SessionId},
        time::Timestamp,
        user::{Standing, UserId},
    },
    ports::store::{SessionStore, SessionTx, StoreError},
};
use chat_sql::{row::integer, session, session_and_standing};

use crate::{MySqlStore, literal::Value, snapshot::Mark, tx::MySqlTx};

const SESSION: &str = "
SELECT s.session_id, s.user_id, s.device, s.generation, s.created_at, s.rotated_at, s.revoked_at, u.standing
FROM chat_sessions s JOIN chat_users u ON u.user_id = s.user_id
WHERE s.session_id = ?";

#[async_trait]
impl SessionStore for MySqlStore {
    async fn session(&self, id: SessionId) -> Result<Option<(Session, Standing)>, StoreError> {
        self.snapshot_row(SESSION, &[(&id).into()], Mark::Itself).await?.as_ref().map(session_and_standing).transpose()
    }

    async fn sessions_of(&self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        self.snapshot(LIVE_SESSIONS, &[user.into()], Mark::Itself).await?.iter().map(session).collect()
    }
}

const INSERT_SESSION: &str = "
INSERT INTO chat_sessions (session_id, user_id, device, generation, created_at, rotated_at, revoked_at)
VALUES (?, ?, ?, ?, ?, ?, ?)";

const LIVE_SESSIONS: &str = "
SELECT session_id, user_id, device, generation, created_at, rotated_at, revoked_at
FROM chat_sessions
WHERE user_id = ? AND revoked_at IS NULL";

const ROTATE_SESSION: &str = "UPDATE chat_sessions SET generation = ?, rotated_at = ? WHERE session_id = ?";
const REVOKE_SESSION: &str = "UPDATE chat_sessions SET revoked_at = COALESCE(revoked_at, ?) WHERE session_id = ?";

#[async_trait]
impl SessionTx for MySqlTx {
    async fn insert_session(&mut self, session: &Session) -> Result<(), StoreError> {
        self.write(
            INSERT_SESSION,
            &[
                (&session.id).into(),
                (&session.user).into(),
                Value::Ascii(session.device.as_str()),
                integer(session.generation).into(),
                session.created_at.into(),
                session.rotated_at.into(),
                session.revoked_at.into(),
            ],
        );
        Ok(())
    }

    async fn live_sessions(&mut self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        self.rows(LIVE_SESSIONS, &[user.into()]).await?.iter().map(session).collect()
    }

    async fn rotate_session(&mut self, id: SessionId, generation: u64, at: Timestamp) -> Result<(), StoreError> {
        self.change(ROTATE_SESSION, &[integer(generation).into(), at.into(), (&id).into()], "sessions", id);
        Ok(())
    }

    async fn revoke_session(&mut self, id: SessionId, at: Timestamp) -> Result<(), StoreError> {
        self.change(REVOKE_SESSION, &[at.into(), (&id).into()], "sessions", id);
        Ok(())
    }
}
