//! Commands drawn by numbers, so that a property test and a race draw them alike.

use std::time::Duration;

use chat_core::{
    model::{
        event::{EventKind, Seq},
        friend::{RequestBox, RequestId},
        invite::InviteId,
        room::{Role, RoomId},
        session::SessionId,
        user::{Standing, UserId},
    },
    ports::store::EventRange,
};

use crate::{
    command::{Command, Tag, id_of},
    words,
    world::World,
};

/// How many users there are at most; the last of them begins as nobody.
pub const USERS: u8 = 6;

/// Numbers to draw by: the same numbers, the same command.
#[derive(Clone, Debug)]
pub struct Dice {
    values: [u16; 8],
    next: usize,
}

impl Dice {
    /// These numbers.
    #[must_use]
    pub const fn new(values: [u16; 8]) -> Self {
        Self { values, next: 0 }
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        let value = self.values[self.next % self.values.len()];
        self.next += 1;
        usize::from(value) % sides.max(1)
    }

    /// One of these.
    ///
    /// # Panics
    /// Where there are none.
    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }

    fn maybe(&mut self, below: usize) -> Option<u8> {
        let rolled = self.roll(below + 1);
        u8::try_from(rolled.checked_sub(1)?).ok()
    }

    fn number(&mut self, below: u8) -> u8 {
        u8::try_from(self.roll(below.into())).expect("it is below a byte")
    }

    fn often(&mut self) -> bool {
        self.roll(6) != 0
    }
}

const OPENING: [i64; 8] = [0, 149, 150, 151, 299, 300, 1_000_000, 1_000_001];
const AMOUNTS: [i64; 10] = [1, 149, 150, 151, 300, -1, -150, -151, 9_007_199_254_740_991, -9_007_199_254_740_991];
const LIMITS: [Option<i64>; 5] = [None, None, Some(0), Some(149), Some(150)];

/// What is drawn from.
pub struct Draw<'a> {
    world: &'a World,
    dice: Dice,
    tag: Tag,
}

impl<'a> Draw<'a> {
    /// From what is in this world; what the command makes will be known by `tag`.
    #[must_use]
    pub const fn new(world: &'a World, dice: Dice, tag: Tag) -> Self {
        Self { world, dice, tag }
    }

    /// Who has registered.
    fn user(&mut self) -> UserId {
        let users: Vec<UserId> = self.world.accounts.keys().cloned().collect();
        self.dice.one(&users)
    }

    fn anybody(&mut self) -> UserId {
        words::user(self.dice.number(USERS))
    }

    fn room(&mut self) -> RoomId {
        let mut rooms: Vec<RoomId> = self.world.places.keys().copied().collect();
        // The newest are where something happens; now and then one that nobody has made.
        rooms.drain(..rooms.len().saturating_sub(4));
        if rooms.is_empty() || self.dice.roll(24) == 0 {
            return RoomId::from_bytes(id_of(u32::MAX));
        }
        self.dice.one(&rooms)
    }

    fn member_of(&mut self, room: RoomId) -> UserId {
        let members = self.world.places.get(&room).map(|place| place.members.clone()).unwrap_or_default();
        if members.is_empty() || !self.dice.often() { self.user() } else { self.dice.one(&members).user }
    }

    /// Mostly somebody who can invite to a room, and somebody who can be invited.
    fn inviting(&mut self, room: RoomId) -> (UserId, UserId) {
        let Some(place) = self.world.places.get(&room).filter(|_| self.dice.roll(4) != 0) else {
            return (self.member_of(room), self.anybody());
        };
        let owner = place.room.owner.clone();
        let accounts = self.world.accounts.values().filter(|account| account.user.prime && account.user.id != owner);
        let primes: Vec<UserId> = accounts.map(|account| account.user.id.clone()).collect();
        let invitee = if primes.is_empty() { self.anybody() } else { self.dice.one(&primes) };
        (owner, invitee)
    }

    fn seq(&mut self, room: RoomId) -> Seq {
        let last = self.world.places.get(&room).map_or(0, |place| place.room.last_seq.get());
        let last = usize::try_from(last).unwrap_or(0);
        Seq::new(self.dice.roll(last + 3) as u64)
    }

    /// Mostly one of the newest messages of a room, and who sent it.
    fn message_in(&mut self, room: RoomId) -> (UserId, Seq) {
        let events = self.world.places.get(&room).into_iter().flat_map(|place| place.log.iter().rev());
        let messages = events.filter(|event| matches!(event.kind, EventKind::Message(_)));
        let newest: Vec<(UserId, Seq)> = messages.take(4).map(|event| (event.sender.clone(), event.seq)).collect();
        if newest.is_empty() || !self.dice.often() {
            return (self.member_of(room), self.seq(room));
        }
        self.dice.one(&newest)
    }

    fn newest<K: Copy + Ord, V>(&mut self, of: impl Iterator<Item = (K, V)>, none: K) -> K {
        let mut keys: Vec<K> = of.map(|(key, _)| key).collect();
        keys.drain(..keys.len().saturating_sub(6));
        if keys.is_empty() { none } else { self.dice.one(&keys) }
    }

    fn invite_id(&mut self) -> InviteId {
        self.newest(self.world.invites.iter().map(|(id, invite)| (*id, invite)), InviteId::from_bytes([9; 16]))
    }

    fn request_id(&mut self) -> RequestId {
        self.newest(self.world.requests.iter().map(|(id, request)| (*id, request)), RequestId::from_bytes([9; 16]))
    }

    fn session(&mut self) -> SessionId {
        self.newest(self.world.sessions.iter().map(|(id, session)| (*id, session)), SessionId::from_bytes([9; 16]))
    }

    /// A command that changes coins, seats or a log, or may do so.
    #[must_use]
    pub fn write(mut self) -> Command {
        let tag = self.tag;
        match self.dice.roll(130) {
            100..=113 => self.govern(),
            114..=120 => {
                let room = self.room();
                let (user, seq) = self.message_in(room);
                Command::Edit { user, room, seq, body: self.dice.number(3) }
            }
            121..=123 => {
                let room = self.room();
                let (sender, seq) = self.message_in(room);
                let user = if self.dice.often() { sender } else { self.member_of(room) };
                Command::Delete { user, room, seq }
            }
            124..=129 => {
                let room = self.room();
                let (_, seq) = self.message_in(room);
                let (user, remove) = (self.member_of(room), self.dice.roll(3) == 0);
                Command::React { user, room, seq, emoji: self.dice.number(3), remove }
            }
            0..=21 => {
                let (user, room) = (self.user(), self.room());
                let (right, max_charge) = (self.dice.often(), self.dice.one(&LIMITS));
                Command::Join { user, room, right, dry_run: self.dice.roll(8) == 0, max_charge }
            }
            22..=31 => {
                let room = self.room();
                Command::Leave { user: self.member_of(room), room }
            }
            32..=48 => {
                let room = self.room();
                let user = self.member_of(room);
                let reply_to = if self.dice.roll(4) == 0 { Some(self.seq(room)) } else { None };
                Command::Send { user, room, body: self.dice.number(3), client_id: self.dice.maybe(4), reply_to }
            }
            49..=54 => {
                let room = self.room();
                let user = self.member_of(room);
                Command::MarkRead { user, seq: self.seq(room), room }
            }
            55..=60 => {
                let room = self.room();
                let (user, invitee) = self.inviting(room);
                Command::Invite { tag, user, room, invitee, right: self.dice.often() }
            }
            61..=66 => {
                let invite = self.invite_id();
                let invitee = self.world.invites.get(&invite).map(|invite| invite.invitee.clone());
                let user = invitee.filter(|_| self.dice.often()).unwrap_or_else(|| self.user());
                Command::JoinByInvite { user, invite, dry_run: self.dice.roll(8) == 0, max_charge: None }
            }
            67..=69 => {
                let invite = self.invite_id();
                let known = self.world.invites.get(&invite).map(|invite| (invite.room, invite.maker.clone()));
                let (room, maker) = known.unwrap_or_else(|| (self.room(), self.user()));
                let user = if self.dice.often() { maker } else { self.user() };
                Command::RevokeInvite { user, room, invite }
            }
            70..=75 => {
                let (user, amount) = (self.user(), self.dice.one(&AMOUNTS));
                Command::ChangeCoins { user, amount, reason: self.dice.number(2), key: self.dice.number(12) }
            }
            76..=80 => {
                let user = if self.dice.often() { self.user() } else { self.anybody() };
                Command::SetPrime { user, prime: self.dice.roll(3) != 0 }
            }
            81..=84 => {
                let (user, capacity) = (self.user(), 2 + self.dice.number(5));
                Command::CreateRoom { tag, user, capacity, client_id: self.dice.maybe(3) }
            }
            85..=90 => Command::RequestFriend { tag, user: self.user(), other: self.anybody() },
            91..=95 => {
                let request = self.request_id();
                let known = self.world.requests.get(&request).map(|known| (known.from.clone(), known.to.clone()));
                let (from, to) = known.unwrap_or_else(|| (self.user(), self.user()));
                match self.dice.roll(6) {
                    0 => Command::WithdrawRequest { user: from, request },
                    1 | 2 => Command::DeclineRequest { user: to, request },
                    3 => Command::AcceptRequest { user: from, request },
                    _ => Command::AcceptRequest { user: to, request },
                }
            }
            96 => Command::Unfriend { user: self.user(), other: self.anybody() },
            97 | 98 => Command::Block { user: self.user(), other: self.anybody() },
            _ => {
                let blocks: Vec<(UserId, UserId)> = self.world.blocks.keys().cloned().collect();
                let known = if blocks.is_empty() || !self.dice.often() { None } else { Some(self.dice.one(&blocks)) };
                let (user, other) = known.unwrap_or_else(|| (self.user(), self.anybody()));
                Command::Unblock { user, other }
            }
        }
    }

    /// What members do to each other and to their room, mostly the owner.
    fn govern(mut self) -> Command {
        let room = self.room();
        let owner = self.world.places.get(&room).map(|place| place.room.owner.clone());
        let user = owner.filter(|_| self.dice.roll(3) != 0).unwrap_or_else(|| self.member_of(room));
        let other = if self.dice.roll(8) == 0 { self.anybody() } else { self.member_of(room) };
        match self.dice.roll(16) {
            0..=2 => Command::RemoveMember { user, room, other },
            3..=6 => {
                let role = self.dice.one(&[Role::Moderator, Role::Moderator, Role::Member, Role::Owner]);
                Command::SetRole { user, room, other, role }
            }
            7 | 8 => Command::Ban { user, room, other },
            9..=11 => {
                let banned = self.world.places.get(&room).map(|place| place.bans.clone()).unwrap_or_default();
                let other = if banned.is_empty() { other } else { self.dice.one(&banned).user };
                Command::LiftBan { user, room, other }
            }
            12..=14 => {
                let (name, capacity) = (self.dice.maybe(3), self.dice.maybe(5));
                Command::ChangeRoom { user, room, name, capacity: capacity.map(|more| 2 + more) }
            }
            _ => Command::CloseOwnRoom { user, room },
        }
    }

    /// A command that only looks.
    #[must_use]
    pub fn read(mut self) -> Command {
        let user = self.user();
        let room = self.room();
        match self.dice.roll(13) {
            11 => Command::Bans { user: self.member_of(room), room },
            0 => Command::Me { user },
            1 => Command::Profile { user, other: self.anybody() },
            2 => Command::Rooms { user },
            3 => Command::Room { user: self.member_of(room), room },
            4 => Command::Members { user: self.member_of(room), room },
            5 => Command::Invites { user: self.member_of(room), room },
            6 => {
                let before = self.dice.maybe(6).map(u64::from);
                Command::CoinEntries { user, before, limit: 1 + self.dice.roll(4) }
            }
            7 => {
                let range = match self.dice.roll(3) {
                    0 => EventRange::Newest,
                    1 => EventRange::After(self.seq(room)),
                    _ => EventRange::Before(self.seq(room)),
                };
                Command::History { user: self.member_of(room), room, range, limit: 1 + self.dice.roll(6) }
            }
            8 => Command::FriendRequests { user, which: self.dice.one(&[RequestBox::In, RequestBox::Out]) },
            9 => Command::Friends { user },
            10 => Command::Blocks { user },
            _ => Command::FindUser { user: self.anybody() },
        }
    }

    /// A command about users and their sessions.
    #[must_use]
    pub fn sign_in(mut self) -> Command {
        let tag = self.tag;
        let session = self.session();
        let (newest, issued) =
            self.world.sessions.get(&session).map_or((0, 1), |known| (known.generation, known.access.len()));
        match self.dice.roll(14) {
            0 | 1 => {
                let (user, device) = (self.anybody(), self.dice.number(3));
                let (coins, password) = (self.dice.one(&OPENING), self.dice.number(2));
                Command::Register { tag, user, device, coins, password }
            }
            2 => Command::UpdateMe { user: self.user(), name: self.dice.number(4) },
            3 | 4 => {
                let (user, device) = (self.anybody(), self.dice.number(3));
                Command::Login { tag, user, device, password: self.dice.number(2) }
            }
            5..=7 if self.world.sessions.contains_key(&session) => {
                Command::Refresh { session, generation: newest.saturating_sub([0, 0, 0, 1, 2][self.dice.roll(5)]) }
            }
            8 | 9 if self.world.sessions.contains_key(&session) => {
                Command::Authenticate { session, nth: self.dice.roll(issued) }
            }
            10 if self.world.sessions.contains_key(&session) => Command::Logout { session },
            11 if self.world.sessions.contains_key(&session) => Command::Sessions { session },
            12 if self.world.sessions.contains_key(&session) => {
                Command::EndSession { session, device: self.dice.number(3) }
            }
            13 if self.world.sessions.contains_key(&session) => {
                let (old, new) = (self.dice.number(2), self.dice.number(2));
                Command::ChangePassword { session, old, new }
            }
            _ => Command::Me { user: self.user() },
        }
    }

    /// A command of an operator about users and rooms as a whole. Most suspensions are lifted, and few are erased, so that
    /// something goes on.
    #[must_use]
    pub fn operate(mut self) -> Command {
        let suspended = self.world.accounts.values().filter(|account| account.user.standing == Standing::Suspended);
        let suspended: Vec<UserId> = suspended.map(|account| account.user.id.clone()).collect();
        match self.dice.roll(20) {
            0..=8 if !suspended.is_empty() => Command::Lift { user: self.dice.one(&suspended) },
            0..=12 => Command::Suspend { user: self.user(), reason: self.dice.maybe(2) },
            13 => Command::Lift { user: self.anybody() },
            14 => Command::Erase { user: if self.dice.often() { self.user() } else { self.anybody() } },
            15 | 16 => Command::EndSessions { user: self.anybody() },
            18 => Command::EnsureUser { user: self.anybody(), coins: self.dice.one(&[None, Some(0), Some(150)]) },
            17 => Command::CloseRoom { room: self.room() },
            _ => Command::FindUsers { limit: 1 + self.dice.roll(5) },
        }
    }

    /// Time, in steps around the waits and lifetimes of the policy.
    #[must_use]
    pub fn pause(mut self) -> Command {
        const STEPS: [Duration; 9] = [
            Duration::from_secs(1),
            Duration::from_secs(60),
            Duration::from_secs(61),
            Duration::from_mins(15),
            Duration::from_hours(23),
            Duration::from_hours(24),
            Duration::from_hours(7 * 24),
            Duration::from_hours(30 * 24),
            Duration::from_hours(100 * 24),
        ];
        Command::Advance(self.dice.one(&STEPS))
    }

    /// With what a world begins: four users, of whom two are prime and have made a room each.
    #[must_use]
    pub fn prelude(mut dice: Dice) -> Vec<Command> {
        let mut commands = Vec::new();
        for number in 0..4 {
            let coins = dice.one(&OPENING[..7]);
            let tag = Tag::from(number);
            commands.push(Command::Register { tag, user: words::user(number), device: 0, coins, password: 0 });
        }
        for number in 0..2 {
            let user = words::user(number);
            commands.push(Command::SetPrime { user: user.clone(), prime: true });
            let capacity = 2 + dice.number(5);
            commands.push(Command::CreateRoom { tag: Tag::from(4 + number), user, capacity, client_id: None });
        }
        commands
    }
}

/// The first tag after those of the prelude.
pub const FIRST_TAG: Tag = 6;
