//! What is asked of the chat, as data. Whatever is made is known by the tag of the command that made it, so that a
//! command can be generated, repeated and printed before the chat has given out any id.

use std::time::Duration;

use chat_core::{
    model::{
        event::Seq,
        friend::{RequestBox, RequestId},
        invite::InviteId,
        room::{Role, RoomId},
        session::SessionId,
        user::UserId,
    },
    ports::store::EventRange,
};

/// The number of a command that makes something.
pub type Tag = u32;

/// The bytes of the model's id of what the command of that tag has made.
#[must_use]
pub const fn id_of(tag: Tag) -> [u8; 16] {
    (tag as u128 + 1).to_be_bytes()
}

/// A command of `ChatService` or `Admin`, or a step of the clock. All ids are the model's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the calls of the same name")]
pub enum Command {
    /// Time goes by.
    Advance(Duration),
    Register {
        tag: Tag,
        user: UserId,
        device: u8,
        coins: i64,
        password: u8,
    },
    Me {
        user: UserId,
    },
    UpdateMe {
        user: UserId,
        name: u8,
    },
    Profile {
        user: UserId,
        other: UserId,
    },
    Login {
        tag: Tag,
        user: UserId,
        device: u8,
        password: u8,
    },
    /// With the refresh token of that generation.
    Refresh {
        session: SessionId,
        generation: usize,
    },
    /// With the access token that was issued as the n-th.
    Authenticate {
        session: SessionId,
        nth: usize,
    },
    Logout {
        session: SessionId,
    },
    Sessions {
        session: SessionId,
    },
    EndSession {
        session: SessionId,
        device: u8,
    },
    ChangePassword {
        session: SessionId,
        old: u8,
        new: u8,
    },
    CreateRoom {
        tag: Tag,
        user: UserId,
        capacity: u8,
        client_id: Option<u8>,
    },
    Rooms {
        user: UserId,
    },
    Room {
        user: UserId,
        room: RoomId,
    },
    Join {
        user: UserId,
        room: RoomId,
        right: bool,
        dry_run: bool,
        max_charge: Option<i64>,
    },
    JoinByInvite {
        user: UserId,
        invite: InviteId,
        dry_run: bool,
        max_charge: Option<i64>,
    },
    Leave {
        user: UserId,
        room: RoomId,
    },
    Members {
        user: UserId,
        room: RoomId,
    },
    RemoveMember {
        user: UserId,
        room: RoomId,
        other: UserId,
    },
    SetRole {
        user: UserId,
        room: RoomId,
        other: UserId,
        role: Role,
    },
    Bans {
        user: UserId,
        room: RoomId,
    },
    Ban {
        user: UserId,
        room: RoomId,
        other: UserId,
    },
    LiftBan {
        user: UserId,
        room: RoomId,
        other: UserId,
    },
    ChangeRoom {
        user: UserId,
        room: RoomId,
        name: Option<u8>,
        capacity: Option<u8>,
    },
    CloseOwnRoom {
        user: UserId,
        room: RoomId,
    },
    Invite {
        tag: Tag,
        user: UserId,
        room: RoomId,
        invitee: UserId,
        right: bool,
    },
    Invites {
        user: UserId,
        room: RoomId,
    },
    RevokeInvite {
        user: UserId,
        room: RoomId,
        invite: InviteId,
    },
    CoinEntries {
        user: UserId,
        before: Option<u64>,
        limit: usize,
    },
    Send {
        user: UserId,
        room: RoomId,
        body: u8,
        client_id: Option<u8>,
        reply_to: Option<Seq>,
    },
    History {
        user: UserId,
        room: RoomId,
        range: EventRange,
        limit: usize,
    },
    MarkRead {
        user: UserId,
        room: RoomId,
        seq: Seq,
    },
    RequestFriend {
        tag: Tag,
        user: UserId,
        other: UserId,
    },
    FriendRequests {
        user: UserId,
        which: RequestBox,
    },
    AcceptRequest {
        user: UserId,
        request: RequestId,
    },
    DeclineRequest {
        user: UserId,
        request: RequestId,
    },
    WithdrawRequest {
        user: UserId,
        request: RequestId,
    },
    Friends {
        user: UserId,
    },
    Unfriend {
        user: UserId,
        other: UserId,
    },
    Blocks {
        user: UserId,
    },
    Block {
        user: UserId,
        other: UserId,
    },
    Unblock {
        user: UserId,
        other: UserId,
    },
    FindUser {
        user: UserId,
    },
    FindUsers {
        limit: usize,
    },
    EnsureUser {
        user: UserId,
        coins: Option<i64>,
    },
    SetPrime {
        user: UserId,
        prime: bool,
    },
    Suspend {
        user: UserId,
        reason: Option<u8>,
    },
    Lift {
        user: UserId,
    },
    Erase {
        user: UserId,
    },
    EndSessions {
        user: UserId,
    },
    LookAtRoom {
        room: RoomId,
    },
    CloseRoom {
        room: RoomId,
    },
    ChangeCoins {
        user: UserId,
        amount: i64,
        reason: u8,
        key: u8,
    },
}

impl Command {
    /// Who acts, where it is a user.
    #[must_use]
    pub const fn actor(&self) -> Option<&UserId> {
        match self {
            Self::Me { user }
            | Self::UpdateMe { user, .. }
            | Self::Profile { user, .. }
            | Self::CreateRoom { user, .. }
            | Self::Rooms { user }
            | Self::Room { user, .. }
            | Self::Join { user, .. }
            | Self::JoinByInvite { user, .. }
            | Self::Leave { user, .. }
            | Self::Members { user, .. }
            | Self::RemoveMember { user, .. }
            | Self::SetRole { user, .. }
            | Self::Bans { user, .. }
            | Self::Ban { user, .. }
            | Self::LiftBan { user, .. }
            | Self::ChangeRoom { user, .. }
            | Self::CloseOwnRoom { user, .. }
            | Self::Invite { user, .. }
            | Self::Invites { user, .. }
            | Self::RevokeInvite { user, .. }
            | Self::CoinEntries { user, .. }
            | Self::Send { user, .. }
            | Self::History { user, .. }
            | Self::MarkRead { user, .. }
            | Self::RequestFriend { user, .. }
            | Self::FriendRequests { user, .. }
            | Self::AcceptRequest { user, .. }
            | Self::DeclineRequest { user, .. }
            | Self::WithdrawRequest { user, .. }
            | Self::Friends { user }
            | Self::Unfriend { user, .. }
            | Self::Blocks { user }
            | Self::Block { user, .. }
            | Self::Unblock { user, .. } => Some(user),
            _ => None,
        }
    }

    /// In which room, where it is about one.
    #[must_use]
    pub const fn room(&self) -> Option<RoomId> {
        match self {
            Self::Room { room, .. }
            | Self::Join { room, .. }
            | Self::Leave { room, .. }
            | Self::Members { room, .. }
            | Self::RemoveMember { room, .. }
            | Self::SetRole { room, .. }
            | Self::Bans { room, .. }
            | Self::Ban { room, .. }
            | Self::LiftBan { room, .. }
            | Self::ChangeRoom { room, .. }
            | Self::CloseOwnRoom { room, .. }
            | Self::Invite { room, .. }
            | Self::Invites { room, .. }
            | Self::RevokeInvite { room, .. }
            | Self::Send { room, .. }
            | Self::History { room, .. }
            | Self::MarkRead { room, .. }
            | Self::LookAtRoom { room }
            | Self::CloseRoom { room } => Some(*room),
            _ => None,
        }
    }

    /// By which session, where one must be known.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        match self {
            Self::Refresh { session, .. }
            | Self::Authenticate { session, .. }
            | Self::Logout { session }
            | Self::Sessions { session }
            | Self::EndSession { session, .. }
            | Self::ChangePassword { session, .. } => Some(*session),
            _ => None,
        }
    }

    /// The same once more: what it makes this time will be known by another tag.
    #[must_use]
    pub fn again(&self, as_tag: Tag) -> Self {
        let mut again = self.clone();
        if let Self::Register { tag, .. }
        | Self::Login { tag, .. }
        | Self::CreateRoom { tag, .. }
        | Self::Invite { tag, .. }
        | Self::RequestFriend { tag, .. } = &mut again
        {
            *tag = as_tag;
        }
        again
    }
}
