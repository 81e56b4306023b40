use std::collections::HashMap;

use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{
        event::Seq,
        room::{RoomId, RoomView},
        session::Caller,
        time::Timestamp,
    },
    realtime::{connection::Connection, guest::Guest},
};

/// How far a client that comes back has got: the number of the last event it has of each room.
pub type Resume = HashMap<RoomId, Seq>;

/// A connection that has just begun.
pub struct Connected {
    /// The connection.
    pub connection: Connection,
    /// The rooms of which the caller is a member. What follows of each are its events after `last_seq`, or after the
    /// number that the client has named.
    pub rooms: Vec<RoomView>,
}

/// The live half.
#[async_trait]
pub trait Live: Send + Sync + 'static {
    /// Connects the caller: from now on the connection hears all rooms of which they are a member (R-MSG-08, R-MSG-09).
    ///
    /// # Errors
    /// `SessionRevoked`, `Suspended`, `UserNotFound`; `Overloaded` while the chat shuts down.
    async fn connect(&self, caller: &Caller, resume: &Resume) -> Result<Connected, ChatError>;

    /// Takes note of a client that a transport begins to serve.
    fn guest(&self) -> Guest;

    /// The time by the chat's clock, against which access tokens end.
    fn now(&self) -> Timestamp;
}
