//! Which id of the model is which of the chat.

use std::collections::BTreeMap;

use chat_core::{
    api::{AdminRoom, ChangedCoins, CreatedRoom, FriendRequestOutcome, Joined, RequestedFriend, Sent},
    model::{
        ban::Ban,
        block::Block,
        coin::CoinEntry,
        event::{Event, EventKind},
        friend::{Friend, FriendRequest, RequestId},
        invite::{Invite, InviteId, InviteToken},
        room::{NamedMember, Room, RoomId, RoomView},
        session::{Caller, SessionId, SessionTokens},
        text::Name,
        user::{AdminUser, Profile, Standing, User, UserId},
    },
};
use secrecy::ExposeSecret as _;

use crate::{
    answer::Reply,
    command::{Command, id_of},
};

/// Pairs of ids. What is in no pair stands for itself, and so for nothing that exists on the other side.
#[derive(Clone, Debug)]
struct Twins<T> {
    of_model: BTreeMap<T, T>,
    of_chat: BTreeMap<T, T>,
}

impl<T: Copy + Ord> Twins<T> {
    const fn new() -> Self {
        Self { of_model: BTreeMap::new(), of_chat: BTreeMap::new() }
    }

    fn pair(&mut self, model: T, chat: T) {
        self.of_model.insert(model, chat);
        self.of_chat.insert(chat, model);
    }

    fn to_chat(&self, model: T) -> T {
        self.of_model.get(&model).copied().unwrap_or(model)
    }

    fn to_model(&self, chat: T) -> T {
        self.of_chat.get(&chat).copied().unwrap_or(chat)
    }
}

/// What a client holds of a session.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The caller behind it.
    pub caller: Caller,
    /// The access tokens, in the order in which they were issued.
    pub access: Vec<String>,
    /// The refresh tokens, by generation.
    pub refresh: Vec<String>,
}

/// A secret that came with an answer.
#[derive(Clone, Debug)]
pub enum Secret {
    /// With an invite.
    Invite(InviteToken),
    /// With a sign-in.
    Session(Caller, SessionTokens),
    /// With a refresh.
    Tokens(SessionTokens),
}

/// The ids and secrets of one world.
#[derive(Clone, Debug)]
pub struct Names {
    /// Before the id of each user: many worlds share a store.
    prefix: String,
    rooms: Twins<RoomId>,
    invites: Twins<InviteId>,
    requests: Twins<RequestId>,
    tokens: BTreeMap<InviteId, InviteToken>,
    sessions: BTreeMap<SessionId, Keys>,
}

impl Names {
    /// The names of a world that has nothing yet.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            rooms: Twins::new(),
            invites: Twins::new(),
            requests: Twins::new(),
            tokens: BTreeMap::new(),
            sessions: BTreeMap::new(),
        }
    }

    /// The user in the chat.
    #[must_use]
    pub fn user(&self, user: &UserId) -> UserId {
        UserId::parse(&format!("{}{user}", self.prefix)).expect("a short prefix makes no id too long")
    }

    /// The room in the chat.
    #[must_use]
    pub fn room(&self, room: RoomId) -> RoomId {
        self.rooms.to_chat(room)
    }

    /// What the ids of all users in the chat begin with.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(crate) fn invite(&self, invite: InviteId) -> InviteId {
        self.invites.to_chat(invite)
    }

    pub(crate) fn request(&self, request: RequestId) -> RequestId {
        self.requests.to_chat(request)
    }

    /// The token of an invite; one that was never made has one that nobody gave out.
    pub(crate) fn token(&self, invite: InviteId) -> InviteToken {
        self.tokens.get(&invite).cloned().unwrap_or_else(|| InviteToken::from_client("inv_that_nobody_gave_out"))
    }

    /// What is held of a session.
    ///
    /// # Panics
    /// Where the chat has refused the sign-in that the model granted: that was told before.
    #[must_use]
    pub fn keys(&self, session: SessionId) -> &Keys {
        self.sessions.get(&session).expect("a session is used after its sign-in")
    }

    /// Notes what a command has made, as the chat answered it.
    pub fn learn(&mut self, command: &Command, reply: &Reply, secret: Option<&Secret>) {
        match (command, reply) {
            (Command::CreateRoom { tag, .. }, Reply::Created(created)) if !created.repeated => {
                self.rooms.pair(RoomId::from_bytes(id_of(*tag)), created.room.room.id);
            }
            (Command::Invite { tag, .. }, Reply::Invite(invite)) => {
                let id = InviteId::from_bytes(id_of(*tag));
                self.invites.pair(id, invite.id);
                if let Some(Secret::Invite(token)) = secret {
                    self.tokens.insert(id, token.clone());
                }
            }
            (Command::RequestFriend { tag, .. }, Reply::Requested(requested))
                if requested.outcome == FriendRequestOutcome::New =>
            {
                self.requests.pair(RequestId::from_bytes(id_of(*tag)), requested.request.id);
            }
            (Command::Register { tag, .. } | Command::Login { tag, .. }, Reply::SignedIn(..)) => {
                if let Some(Secret::Session(caller, tokens)) = secret {
                    let keys = Keys { caller: caller.clone(), access: vec![], refresh: vec![] };
                    self.sessions.insert(SessionId::from_bytes(id_of(*tag)), keys);
                    self.keep(SessionId::from_bytes(id_of(*tag)), tokens);
                }
            }
            (Command::Refresh { session, .. }, _) => {
                if let Some(Secret::Tokens(tokens)) = secret {
                    self.keep(*session, tokens);
                }
            }
            _ => {}
        }
    }

    fn keep(&mut self, session: SessionId, tokens: &SessionTokens) {
        let keys = self.sessions.get_mut(&session).expect("a session is used after its sign-in");
        keys.access.push(tokens.access_token.expose_secret().to_owned());
        let refresh = tokens.refresh_token.expose_secret();
        if !keys.refresh.iter().any(|known| known == refresh) {
            keys.refresh.push(refresh.to_owned());
        }
    }

    /// The chat's answer in the ids of the model; what has no order of its own is sorted.
    #[must_use]
    pub fn told(&self, reply: Reply) -> Reply {
        match reply {
            Reply::User(user) => Reply::User(self.told_user(user)),
            Reply::Profile(profile) => Reply::Profile(Profile { id: self.told_id(&profile.id), ..profile }),
            Reply::SignedIn(user, tokens) => Reply::SignedIn(self.told_user(user), tokens),
            Reply::Caller(user) => Reply::Caller(self.told_id(&user)),
            Reply::Created(created) => Reply::Created(CreatedRoom { room: self.told_view(created.room), ..created }),
            Reply::Room(view) => Reply::Room(self.told_view(view)),
            Reply::Rooms(views) => {
                let mut views: Vec<RoomView> = views.into_iter().map(|view| self.told_view(view)).collect();
                views.sort_by_key(|view| view.room.id);
                Reply::Rooms(views)
            }
            Reply::Joined(joined) => Reply::Joined(Box::new(Joined {
                room: self.told_room(joined.room),
                view: joined.view.map(|view| self.told_view(view)),
                ..*joined
            })),
            Reply::Members(members) => {
                Reply::Members(members.into_iter().map(|member| self.told_member(member)).collect())
            }
            Reply::Member(member) => Reply::Member(self.told_member(member)),
            Reply::Bans(bans) => {
                let told = |ban: Ban| Ban { user: self.told_id(&ban.user), by: self.told_id(&ban.by), ..ban };
                let mut bans: Vec<Ban> = bans.into_iter().map(told).collect();
                bans.sort_by(|a, b| a.user.cmp(&b.user));
                Reply::Bans(bans)
            }
            Reply::Invite(invite) => Reply::Invite(self.told_invite(invite)),
            Reply::Invites(invites) => {
                let mut invites: Vec<Invite> = invites.into_iter().map(|invite| self.told_invite(invite)).collect();
                invites.sort_by_key(|invite| invite.id);
                Reply::Invites(invites)
            }
            Reply::Entries(mut page) => {
                page.entries = page.entries.into_iter().map(|entry| self.told_entry(entry)).collect();
                Reply::Entries(page)
            }
            Reply::Coins(coins) => {
                Reply::Coins(ChangedCoins { entry: self.told_entry(coins.entry), repeated: coins.repeated })
            }
            Reply::Sent(sent) => Reply::Sent(Sent { event: self.told_event(sent.event), repeated: sent.repeated }),
            Reply::History(mut history) => {
                history.events = history.events.into_iter().map(|event| self.told_event(event)).collect();
                Reply::History(history)
            }
            Reply::Requested(requested) => Reply::Requested(RequestedFriend {
                request: self.told_request(requested.request),
                outcome: requested.outcome,
            }),
            Reply::Request(request) => Reply::Request(self.told_request(request)),
            Reply::Requests(requests) => {
                let mut requests: Vec<FriendRequest> =
                    requests.into_iter().map(|request| self.told_request(request)).collect();
                requests.sort_by_key(|request| request.id);
                Reply::Requests(requests)
            }
            Reply::Friends(friends) => {
                let mut friends: Vec<Friend> =
                    friends.into_iter().map(|friend| Friend { id: self.told_id(&friend.id), ..friend }).collect();
                friends.sort_by(|a, b| a.id.cmp(&b.id));
                Reply::Friends(friends)
            }
            Reply::Blocks(blocks) => {
                let mut blocks: Vec<Block> =
                    blocks.into_iter().map(|block| Block { id: self.told_id(&block.id), ..block }).collect();
                blocks.sort_by(|a, b| a.id.cmp(&b.id));
                Reply::Blocks(blocks)
            }
            Reply::AdminUser(seen) => Reply::AdminUser(self.told_admin_user(seen)),
            Reply::AdminUsers(mut page) => {
                page.users = page.users.into_iter().map(|seen| self.told_admin_user(seen)).collect();
                Reply::AdminUsers(page)
            }
            Reply::AdminRoom(seen) => Reply::AdminRoom(AdminRoom {
                room: self.told_room(seen.room),
                members: seen.members.into_iter().map(|member| self.told_member(member)).collect(),
            }),
            Reply::Done | Reply::Tokens(_) | Reply::Read(_) | Reply::Sessions(_) => reply,
        }
    }

    fn told_id(&self, user: &UserId) -> UserId {
        let bare = user.as_str().strip_prefix(&self.prefix);
        UserId::parse(bare.unwrap_or(user.as_str())).expect("what is left is the model's id")
    }

    fn told_user(&self, user: User) -> User {
        let id = self.told_id(&user.id);
        // Who was erased is called as their id.
        let is_id = user.standing == Standing::Erased && user.name.as_str() == user.id.as_str();
        let name = if is_id { Name::parse(id.as_str()).expect("an id is a name") } else { user.name };
        User { id, name, ..user }
    }

    fn told_admin_user(&self, seen: AdminUser) -> AdminUser {
        AdminUser { user: self.told_user(seen.user), ..seen }
    }

    /// The room in the model.
    #[must_use]
    pub fn told_room_id(&self, room: RoomId) -> RoomId {
        self.rooms.to_model(room)
    }

    fn told_room(&self, room: Room) -> Room {
        Room { id: self.told_room_id(room.id), owner: self.told_id(&room.owner), ..room }
    }

    fn told_view(&self, view: RoomView) -> RoomView {
        RoomView { room: self.told_room(view.room), ..view }
    }

    fn told_member(&self, mut member: NamedMember) -> NamedMember {
        member.member.user = self.told_id(&member.member.user);
        member
    }

    fn told_invite(&self, invite: Invite) -> Invite {
        Invite {
            id: self.invites.to_model(invite.id),
            room: self.told_room_id(invite.room),
            maker: self.told_id(&invite.maker),
            invitee: self.told_id(&invite.invitee),
            ..invite
        }
    }

    fn told_entry(&self, entry: CoinEntry) -> CoinEntry {
        CoinEntry { room: entry.room.map(|room| self.told_room_id(room)), ..entry }
    }

    /// The event in the model.
    #[must_use]
    pub fn told_event(&self, event: Event) -> Event {
        let kind = match event.kind {
            EventKind::Removed { user, banned } => EventKind::Removed { user: self.told_id(&user), banned },
            EventKind::RoleChanged { user, role } => EventKind::RoleChanged { user: self.told_id(&user), role },
            other => other,
        };
        Event { room: self.told_room_id(event.room), sender: self.told_id(&event.sender), kind, ..event }
    }

    fn told_request(&self, request: FriendRequest) -> FriendRequest {
        FriendRequest {
            id: self.requests.to_model(request.id),
            from: self.told_id(&request.from),
            to: self.told_id(&request.to),
            ..request
        }
    }
}
