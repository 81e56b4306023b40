use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    session::{Session, SessionId},
    time::Timestamp,
    user::{Standing, UserId},
};

/// Reading sessions.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// The session, ended ones included, and its user's standing.
    async fn session(&self, id: SessionId) -> Result<Option<(Session, Standing)>, StoreError>;

    /// The sessions of a user that were not ended, whether or not they could still be refreshed, in no order.
    async fn sessions_of(&self, user: &UserId) -> Result<Vec<Session>, StoreError>;
}

/// Writing sessions. All of them are protected by the lock of their user.
#[async_trait]
pub trait SessionTx: Send {
    /// Inserts a session. Lock: its user.
    async fn insert_session(&mut self, session: &Session) -> Result<(), StoreError>;

    /// The sessions of a user that were not ended, whether or not they could still be refreshed. Lock: the user.
    async fn live_sessions(&mut self, user: &UserId) -> Result<Vec<Session>, StoreError>;

    /// Notes that the refresh token was replaced by that of `generation`. Lock: the user.
    async fn rotate_session(&mut self, id: SessionId, generation: u64, at: Timestamp) -> Result<(), StoreError>;

    /// Ends a session; one that was ended before stays as it is. Lock: its user.
    async fn revoke_session(&mut self, id: SessionId, at: Timestamp) -> Result<(), StoreError>;
}
