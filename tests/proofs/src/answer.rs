//! What the chat answers, in the ids of the model.

use chat_core::{
    api::{
        AdminRoom, ChangedCoins, CoinPage, CreatedRoom, DeviceSession, History, Joined, ReadPosition, RequestedFriend,
        Sent, UserPage,
    },
    error::Rejection,
    model::{
        ban::Ban,
        block::Block,
        friend::{Friend, FriendRequest},
        invite::Invite,
        room::{NamedMember, RoomView},
        session::DeviceId,
        time::Timestamp,
        user::{AdminUser, Profile, User, UserId},
    },
};

/// An answer of the rules. Of a request that is wrong in itself, which fields are is left out.
pub type Answer = Result<Reply, Rejection>;

/// What is known of a session's tokens besides the secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// When the access token ends.
    pub expires_at: Timestamp,
    /// When the refresh token ends.
    pub refresh_expires_at: Timestamp,
    /// On which device.
    pub device: DeviceId,
}

/// Success. What has no order of its own is sorted by id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what the calls of that name answer")]
pub enum Reply {
    Done,
    User(User),
    Profile(Profile),
    SignedIn(User, Tokens),
    Tokens(Tokens),
    Caller(UserId),
    Created(CreatedRoom),
    Rooms(Vec<RoomView>),
    Room(RoomView),
    Joined(Box<Joined>),
    Members(Vec<NamedMember>),
    Member(NamedMember),
    Bans(Vec<Ban>),
    Invite(Invite),
    Invites(Vec<Invite>),
    Entries(CoinPage),
    Sent(Sent),
    History(History),
    Read(ReadPosition),
    Requested(RequestedFriend),
    Request(FriendRequest),
    Requests(Vec<FriendRequest>),
    Friends(Vec<Friend>),
    Blocks(Vec<Block>),
    Coins(ChangedCoins),
    AdminUser(AdminUser),
    AdminUsers(UserPage),
    AdminRoom(AdminRoom),
    Sessions(Vec<DeviceSession>),
}

/// The rejection without the account of the fields.
#[must_use]
pub fn plain(rejection: Rejection) -> Rejection {
    match rejection {
        Rejection::Invalid(_) => Rejection::Invalid(Vec::new()),
        other => other,
    }
}

/// A request that is wrong in itself.
#[must_use]
pub const fn invalid() -> Rejection {
    Rejection::Invalid(Vec::new())
}
