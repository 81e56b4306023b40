//! The whole chat as its rules describe it: one value, no locks, no store. It is written from the rules, not from the
//! code, and shares nothing with chat-core but the types.

mod block;
mod coin;
mod friend;
mod invite;
mod member;
mod message;
mod operator;
mod room;
mod session;
mod user;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chat_core::{
    error::Rejection,
    model::{
        admission::Admission,
        ban::Ban,
        coin::{CoinEntry, Reason},
        event::{Event, EventKind, Seq},
        friend::{FriendRequest, RequestId},
        invite::{Invite, InviteId},
        message::ClientId,
        room::{Member, Room, RoomId},
        session::{DeviceId, SessionId},
        time::Timestamp,
        user::{Standing, User, UserId},
    },
};

use crate::{
    answer::{Answer, Reply},
    command::Command,
};

/// All that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// The time.
    pub now: Timestamp,
    /// Who has registered.
    pub accounts: BTreeMap<UserId, Account>,
    /// All rooms, closed ones included.
    pub places: BTreeMap<RoomId, Place>,
    /// All invites.
    pub invites: BTreeMap<InviteId, Invite>,
    /// All friend requests.
    pub requests: BTreeMap<RequestId, FriendRequest>,
    /// Who are friends, each pair in the order of the ids, and since when.
    pub friendships: BTreeMap<(UserId, UserId), Timestamp>,
    /// Who blocks whom, and since when.
    pub blocks: BTreeMap<(UserId, UserId), Timestamp>,
    /// All sessions.
    pub sessions: BTreeMap<SessionId, Session>,
}

/// Somebody who has registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user.
    pub user: User,
    /// Which of the passwords; none of who was made by the host.
    pub password: Option<u8>,
    /// Why they are suspended, while they are.
    pub suspended_reason: Option<Reason>,
    /// When they were erased.
    pub erased_at: Option<Timestamp>,
    /// The ledger, the oldest first.
    pub entries: Vec<CoinEntry>,
    /// Where they may sit without paying.
    pub admissions: BTreeMap<RoomId, Admission>,
    /// What they made under which client id.
    pub made: BTreeMap<ClientId, RoomId>,
}

/// A room with all that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The room.
    pub room: Room,
    /// Who sits there.
    pub members: Vec<Member>,
    /// Who is banned, in the order of the ids.
    pub bans: Vec<Ban>,
    /// Who has ever sat there.
    pub once: BTreeSet<UserId>,
    /// The log. Shared by the worlds that a search compares.
    pub log: Arc<Vec<Event>>,
    /// What was sent under which client id.
    pub sent: BTreeMap<(UserId, ClientId), (Seq, u8, Option<Seq>)>,
}

/// Somebody signed in on a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// Where.
    pub device: DeviceId,
    /// The number of the present refresh token.
    pub generation: usize,
    /// Since when.
    pub created_at: Timestamp,
    /// When the refresh token was last replaced.
    pub rotated_at: Timestamp,
    /// It is over.
    pub ended: bool,
    /// When the access tokens end that were issued, in the order in which they were.
    pub access: Vec<Timestamp>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            now: crate::clock::MORNING,
            accounts: BTreeMap::new(),
            places: BTreeMap::new(),
            invites: BTreeMap::new(),
            requests: BTreeMap::new(),
            friendships: BTreeMap::new(),
            blocks: BTreeMap::new(),
            sessions: BTreeMap::new(),
        }
    }
}

impl World {
    /// Does what the command says, as the rules have it, and answers. A refusal changes nothing, except that a refresh
    /// token that was used before ends its session.
    pub fn apply(&mut self, command: &Command) -> Answer {
        match command {
            Command::Advance(span) => {
                self.now = self.now.after(*span);
                Ok(Reply::Done)
            }
            Command::Register { tag, user, device, coins, password } => {
                self.register(*tag, user, *device, *coins, *password)
            }
            Command::Me { user } => Ok(Reply::User(self.account(user)?.user.clone())),
            Command::FindUser { user } => Ok(Reply::AdminUser(self.account(user)?.seen())),
            Command::FindUsers { limit } => Ok(Reply::AdminUsers(self.find_users(*limit))),
            Command::UpdateMe { user, name } => self.update_me(user, *name),
            Command::Profile { user, other } => self.profile(user, other),
            Command::Login { tag, user, device, password } => self.login(*tag, user, *device, *password),
            Command::Refresh { session, generation } => self.refresh(*session, *generation),
            Command::Authenticate { session, nth } => self.authenticate(*session, *nth),
            Command::Logout { session } => self.logout(*session),
            Command::Sessions { session } => self.list_sessions(*session),
            Command::EndSession { session, device } => self.end_session(*session, *device),
            Command::ChangePassword { session, old, new } => self.change_password(*session, *old, *new),
            Command::CreateRoom { tag, user, capacity, client_id } => {
                self.create_room(*tag, user, *capacity, *client_id)
            }
            Command::Rooms { user } => Ok(Reply::Rooms(self.rooms(user))),
            Command::Room { user, room } => Ok(Reply::Room(self.view(*room, user)?)),
            Command::Join { user, room, right, dry_run, max_charge } => {
                self.join_by_password(user, *room, *right, *dry_run, *max_charge)
            }
            Command::JoinByInvite { user, invite, dry_run, max_charge } => {
                self.join_by_invite(user, *invite, *dry_run, *max_charge)
            }
            Command::Leave { user, room } => self.leave(user, *room),
            Command::Members { user, room } => self.members(user, *room),
            Command::RemoveMember { user, room, other } => self.remove_member(user, *room, other),
            Command::SetRole { user, room, other, role } => self.set_role(user, *room, other, *role),
            Command::Bans { user, room } => self.bans(user, *room),
            Command::Ban { user, room, other } => self.ban(user, *room, other),
            Command::LiftBan { user, room, other } => self.lift_ban(user, *room, other),
            Command::ChangeRoom { user, room, name, capacity } => self.change_room(user, *room, *name, *capacity),
            Command::CloseOwnRoom { user, room } => self.close_own_room(user, *room),
            Command::Invite { tag, user, room, invitee, right } => self.invite(*tag, user, *room, invitee, *right),
            Command::Invites { user, room } => self.invites_to(user, *room),
            Command::RevokeInvite { user, room, invite } => self.revoke_invite(user, *room, *invite),
            Command::CoinEntries { user, before, limit } => self.coin_entries(user, *before, *limit),
            Command::Send { user, room, body, client_id, reply_to } => {
                self.send(user, *room, *body, *client_id, *reply_to)
            }
            Command::History { user, room, range, limit } => self.history(user, *room, *range, *limit),
            Command::MarkRead { user, room, seq } => self.mark_read(user, *room, *seq),
            Command::RequestFriend { tag, user, other } => self.request_friend(*tag, user, other),
            Command::FriendRequests { user, which } => Ok(Reply::Requests(self.open_requests(user, *which))),
            Command::AcceptRequest { user, request } => self.accept_request(user, *request),
            Command::DeclineRequest { user, request } => self.decline_request(user, *request),
            Command::WithdrawRequest { user, request } => self.withdraw_request(user, *request),
            Command::Friends { user } => Ok(Reply::Friends(self.friends(user))),
            Command::Unfriend { user, other } => self.unfriend(user, other),
            Command::Blocks { user } => Ok(Reply::Blocks(self.blocks_of(user))),
            Command::Block { user, other } => self.block(user, other),
            Command::Unblock { user, other } => self.unblock(user, other),
            Command::EnsureUser { user, coins } => self.ensure_user(user, *coins),
            Command::LookAtRoom { room } => self.look_at_room(*room),
            Command::SetPrime { user, prime } => self.set_prime(user, *prime),
            Command::Suspend { user, reason } => self.suspend(user, *reason),
            Command::Lift { user } => self.lift(user),
            Command::Erase { user } => self.erase(user),
            Command::EndSessions { user } => self.end_sessions(user),
            Command::CloseRoom { room } => self.close_room(*room),
            Command::ChangeCoins { user, amount, reason, key } => self.change_coins(user, *amount, *reason, *key),
        }
    }

    fn account(&self, user: &UserId) -> Result<&Account, Rejection> {
        self.accounts.get(user).ok_or(Rejection::UserNotFound)
    }

    fn account_mut(&mut self, user: &UserId) -> Result<&mut Account, Rejection> {
        self.accounts.get_mut(user).ok_or(Rejection::UserNotFound)
    }

    /// Somebody who may act (R-ACC-06).
    fn acting(&self, user: &UserId) -> Result<&Account, Rejection> {
        let account = self.account(user)?;
        match account.user.standing {
            Standing::Active => Ok(account),
            Standing::Suspended => Err(Rejection::Suspended),
            Standing::Erased => Err(Rejection::SessionRevoked),
        }
    }

    /// Somebody whom an operator acts upon.
    fn subject(&mut self, user: &UserId) -> Result<&mut Account, Rejection> {
        let account = self.account_mut(user)?;
        if account.user.standing == Standing::Erased { Err(Rejection::UserNotFound) } else { Ok(account) }
    }

    fn place(&self, room: RoomId) -> Result<&Place, Rejection> {
        self.places.get(&room).ok_or(Rejection::RoomNotFound)
    }

    fn place_mut(&mut self, room: RoomId) -> Result<&mut Place, Rejection> {
        self.places.get_mut(&room).ok_or(Rejection::RoomNotFound)
    }
}

impl Place {
    /// The seat of a present member.
    #[must_use]
    pub fn member(&self, user: &UserId) -> Option<&Member> {
        self.members.iter().find(|member| member.user == *user)
    }

    fn is_banned(&self, user: &UserId) -> bool {
        self.bans.iter().any(|ban| ban.user == *user)
    }

    fn log(&mut self, sender: &UserId, at: Timestamp, kind: EventKind) -> Event {
        let event = Event { room: self.room.id, seq: self.room.last_seq.next(), sender: sender.clone(), at, kind };
        self.room.last_seq = event.seq;
        Arc::make_mut(&mut self.log).push(event.clone());
        event
    }
}
