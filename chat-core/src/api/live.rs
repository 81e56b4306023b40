use std::collections::HashMap;

use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{event::Seq, room::RoomId, session::Caller, time::Timestamp},
    realtime::connection::Connection,
};

/// How far a client that comes back has got: the number of the last event it has of each room.
pub type Resume = HashMap<RoomId, Seq>;

/// The live half.
#[async_trait]
pub trait Live: Send + Sync + 'static {
    /// Connects the caller, who from now on hears of the end of their session and of the chat's shutting down. Their
    /// rooms they hear once the connection was [started](Connection::start). Hold it until the last byte is written to
    /// the client: the chat is not [drained](crate::Chat::drained) before.
    ///
    /// # Errors
    /// `SessionRevoked`, `Suspended`, `UserNotFound`; `Overloaded` while the chat shuts down.
    async fn connect(&self, caller: &Caller) -> Result<Connection, ChatError>;

    /// Says that the caller types in a room. The others there hear of it, but for those of whom either blocks the other
    /// (R-FRI-04), at most once in two seconds; it is kept nowhere.
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `RoomClosed`.
    async fn type_in(&self, caller: &Caller, room: RoomId) -> Result<(), ChatError>;

    /// The time by the chat's clock, against which access tokens end.
    fn now(&self) -> Timestamp;
}
