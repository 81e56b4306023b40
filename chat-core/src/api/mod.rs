//! What a transport calls: one trait a noun, and [`ChatService`], which is all of them. [`Admin`] stands apart, for the
//! embedding application and its operator. All are object safe; [`Chat`](crate::Chat) implements them.
//!
//! Every write runs to its end once it has begun, also where the future that called it is dropped.

mod admin;
mod ban;
mod block;
mod coin;
mod friend;
mod invite;
mod live;
mod member;
mod message;
mod room;
mod session;
mod user;

pub use self::{
    admin::{Admin, AdminRoom, AuditPage, ChangeCoins, ChangedCoins, DeadLetterPage, EnsureUser, UserPage},
    ban::Bans,
    block::Blocks,
    coin::{CoinPage, Ledger},
    friend::{FriendRequestOutcome, Friends, RequestedFriend},
    invite::{InviteUser, Invites, MadeInvite},
    live::{Live, Resume},
    member::Members,
    message::{ChangedMessage, History, MessageId, Messages, React, ReadPosition, SendMessage, Sent},
    room::{ChangeRoom, CreateRoom, CreatedRoom, JoinKey, JoinRoom, Joined, Rooms},
    session::{ChangePassword, DeviceSession, Login, Sessions, SignedIn},
    user::{Register, UpdateUser, Users},
};

/// The whole chat, as users see it.
///
/// ```
/// use std::sync::Arc;
///
/// use chat_core::api::{ChatService, Messages, SendMessage};
/// use chat_core::error::ChatError;
/// use chat_core::model::{message::MessageBody, room::RoomId, session::Caller};
///
/// async fn say(chat: Arc<dyn ChatService>, caller: &Caller, room: RoomId, body: MessageBody) -> Result<u64, ChatError> {
///     let sent = chat.send_message(caller, SendMessage { room, body, client_id: None, reply_to: None }).await?;
///     Ok(sent.event.seq.get())
/// }
/// ```
pub trait ChatService:
    Users + Sessions + Rooms + Members + Bans + Invites + Ledger + Messages + Friends + Blocks + Live
{
}

impl<T: Users + Sessions + Rooms + Members + Bans + Invites + Ledger + Messages + Friends + Blocks + Live> ChatService
    for T
{
}
