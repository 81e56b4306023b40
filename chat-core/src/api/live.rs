use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{room::RoomView, session::Caller},
    realtime::connection::Connection,
};

/// A connection that has just begun.
pub struct Connected {
    /// The connection.
    pub connection: Connection,
    /// The rooms of which the caller is a member. What follows of each are its events after `last_seq`.
    pub rooms: Vec<RoomView>,
}

/// The live half.
#[async_trait]
pub trait Live: Send + Sync + 'static {
    /// Connects the caller: from now on the connection hears all rooms of which they are a member.
    ///
    /// # Errors
    /// `SessionRevoked`, `Suspended`; `Overloaded` while the chat shuts down.
    async fn connect(&self, caller: &Caller) -> Result<Connected, ChatError>;
}
