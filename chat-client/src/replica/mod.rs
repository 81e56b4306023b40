//! What a room is, folded from its events.

use std::collections::{BTreeMap, BTreeSet};

use crate::wire::{Event, EventKind, Member, Message, Role, Room, Time};

/// What a room is now, by the events that were folded into it, in order.
///
/// The same comes of a log however it was heard: live, or by pages that show messages as they are at the time, edits and
/// deletions after it included. Two replicas are equal where all that is logged is; read positions, of which only those
/// hear who are there, do not count.
///
/// ```
/// # use chat_client::{Event, Replica};
/// # let event = |json| serde_json::from_value::<Event>(json).unwrap();
/// let mut room = Replica::new("0199c1");
/// room.fold(&event(serde_json::json!({"roomId": "0199c1", "seq": 1, "kind": "joined", "senderId": "alice",
///     "createdAt": "2026-11-23T12:00:00.000Z"})));
/// room.fold(&event(serde_json::json!({"roomId": "0199c1", "seq": 2, "kind": "message", "senderId": "alice",
///     "body": "hi", "createdAt": "2026-11-23T12:00:01.000Z"})));
/// assert_eq!(room.message(2).and_then(|message| message.body.as_deref()), Some("hi"));
/// assert_eq!(room.members().collect::<Vec<_>>().len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Replica {
    logged: Logged,
    /// How far each has read, as far as is known.
    read: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Logged {
    room_id: String,
    last_seq: u64,
    name: Option<String>,
    capacity: Option<u32>,
    closed_at: Option<Time>,
    seats: BTreeMap<String, Seat>,
    messages: BTreeMap<u64, Written>,
}

/// A member's place in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// As what.
    pub role: Role,
    /// Since when.
    pub joined_at: Time,
}

/// A message as it is now. Of a deleted one its place is left, its sender, and what it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Who wrote it.
    pub sender_id: String,
    /// When.
    pub created_at: Time,
    /// What it says; absent once it was deleted.
    pub body: Option<String>,
    /// The sender's key for it.
    pub client_id: Option<String>,
    /// The message that it answers.
    pub reply_to: Option<u64>,
    /// Which members it names.
    pub mentions: Vec<String>,
    /// When it was edited last.
    pub edited_at: Option<Time>,
    /// When it was deleted.
    pub deleted_at: Option<Time>,
    /// Who put what under it.
    pub reactions: BTreeMap<String, BTreeSet<String>>,
}

impl PartialEq for Replica {
    fn eq(&self, other: &Self) -> bool {
        self.logged == other.logged
    }
}

impl Eq for Replica {}

impl Replica {
    /// Of a room of which nothing is known. Its name and capacity stay unknown until they change.
    #[must_use]
    pub fn new(room_id: &str) -> Self {
        let logged = Logged {
            room_id: room_id.to_owned(),
            last_seq: 0,
            name: None,
            capacity: None,
            closed_at: None,
            seats: BTreeMap::new(),
            messages: BTreeMap::new(),
        };
        Self { logged, read: BTreeMap::new() }
    }

    /// Of a room whose log is folded from its start, and whose name and capacity are as a member sees them.
    #[must_use]
    pub fn of(room: &Room) -> Self {
        let mut replica = Self::new(&room.room_id);
        replica.logged.name = Some(room.name.clone());
        replica.logged.capacity = Some(room.capacity);
        replica.logged.closed_at.clone_from(&room.closed_at);
        replica
    }

    /// Of a room whose log is folded from after `room.last_seq` on, with its members as they are.
    #[must_use]
    pub fn from_here(room: &Room, members: &[Member]) -> Self {
        let mut replica = Self::of(room);
        replica.logged.last_seq = room.last_seq;
        for Member { user_id, role, joined_at, read_seq, .. } in members {
            replica.logged.seats.insert(user_id.clone(), Seat { role: *role, joined_at: joined_at.clone() });
            replica.read.insert(user_id.clone(), *read_seq);
        }
        replica
    }

    /// Takes the next event in; whether it was one. An event of another room, or with a number that was taken already, is
    /// none.
    pub fn fold(&mut self, event: &Event) -> bool {
        let is_next = event.room_id == self.logged.room_id && self.logged.last_seq < event.seq;
        if is_next {
            if event.kind == EventKind::Joined {
                self.read(&event.sender_id, event.seq);
            }
            self.logged.fold(event);
        }
        is_next
    }

    /// Somebody has read up to this number. A smaller one than before changes nothing.
    pub fn read(&mut self, user_id: &str, seq: u64) {
        let read = self.read.entry(user_id.to_owned()).or_default();
        *read = seq.max(*read);
    }

    /// Up to where a member has read, as far as is known: where they came in, at least.
    #[must_use]
    pub fn read_seq(&self, user_id: &str) -> Option<u64> {
        self.read.get(user_id).copied().filter(|_| self.logged.seats.contains_key(user_id))
    }

    /// How many messages a member has not read, that they have not written and nobody has deleted; `None` of who is no
    /// member.
    #[must_use]
    pub fn unread(&self, user_id: &str) -> Option<usize> {
        let after = self.read_seq(user_id)?.saturating_add(1);
        let unread = self.logged.messages.range(after..).map(|(_, message)| message);
        Some(unread.filter(|message| message.sender_id != user_id && message.deleted_at.is_none()).count())
    }

    /// Which room.
    #[must_use]
    pub fn room_id(&self) -> &str {
        &self.logged.room_id
    }

    /// The number of the last event that was taken.
    #[must_use]
    pub const fn last_seq(&self) -> u64 {
        self.logged.last_seq
    }

    /// The room's name, where it is known.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.logged.name.as_deref()
    }

    /// How many members it may have, where that is known.
    #[must_use]
    pub const fn capacity(&self) -> Option<u32> {
        self.logged.capacity
    }

    /// When it was closed, where it was.
    #[must_use]
    pub const fn closed_at(&self) -> Option<&Time> {
        self.logged.closed_at.as_ref()
    }

    /// The members, by their ids.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Seat)> {
        self.logged.seats.iter().map(|(user, seat)| (user.as_str(), seat))
    }

    /// The place of a member.
    #[must_use]
    pub fn member(&self, user_id: &str) -> Option<&Seat> {
        self.logged.seats.get(user_id)
    }

    /// The messages, by their numbers.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = (u64, &Written)> {
        self.logged.messages.iter().map(|(seq, message)| (*seq, message))
    }

    /// A message.
    #[must_use]
    pub fn message(&self, seq: u64) -> Option<&Written> {
        self.logged.messages.get(&seq)
    }
}

impl Logged {
    fn fold(&mut self, event: &Event) {
        self.last_seq = event.seq;
        let (sender, at) = (&event.sender_id, &event.created_at);
        match &event.kind {
            EventKind::Message(message) => {
                self.messages.insert(event.seq, Written::new(sender, at, message));
            }
            EventKind::Joined => {
                // The log begins with who made the room.
                let role = if event.seq == 1 { Role::Owner } else { Role::Member };
                self.seats.insert(sender.clone(), Seat { role, joined_at: at.clone() });
            }
            EventKind::Left => drop(self.seats.remove(sender)),
            EventKind::Removed { user_id, .. } => drop(self.seats.remove(user_id)),
            EventKind::RoleChanged { user_id, role } => {
                if let Some(seat) = self.seats.get_mut(user_id) {
                    seat.role = *role;
                }
            }
            EventKind::RoomChanged { name, capacity } => {
                self.name = name.clone().or(self.name.take());
                self.capacity = capacity.or(self.capacity);
            }
            EventKind::MessageEdited { target_seq, body, mentions } => {
                if let Some((message, body)) = self.living(*target_seq).zip(body.as_ref()) {
                    message.body = Some(body.clone());
                    message.mentions = mentions.clone().unwrap_or_default();
                    message.edited_at = Some(at.clone());
                }
            }
            EventKind::MessageDeleted { target_seq } => {
                if let Some(message) = self.living(*target_seq) {
                    message.bury(at);
                }
            }
            EventKind::ReactionAdded { target_seq, emoji } => {
                if let Some(message) = self.living(*target_seq) {
                    message.reactions.entry(emoji.clone()).or_default().insert(sender.clone());
                }
            }
            EventKind::ReactionRemoved { target_seq, emoji } => {
                if let Some(message) = self.living(*target_seq)
                    && let Some(users) = message.reactions.get_mut(emoji)
                {
                    users.remove(sender);
                    if users.is_empty() {
                        message.reactions.remove(emoji);
                    }
                }
            }
            EventKind::RoomClosed { .. } => self.closed_at = Some(at.clone()),
            EventKind::Other => {}
        }
    }

    /// A message that is not deleted.
    fn living(&mut self, seq: u64) -> Option<&mut Written> {
        self.messages.get_mut(&seq).filter(|message| message.deleted_at.is_none())
    }
}

impl Written {
    fn new(sender: &str, at: &Time, message: &Message) -> Self {
        let reactions = message.reactions.iter();
        let mut written = Self {
            sender_id: sender.to_owned(),
            created_at: at.clone(),
            body: message.body.clone(),
            client_id: message.client_id.clone(),
            reply_to: message.reply_to,
            mentions: message.mentions.clone(),
            edited_at: message.edited_at.clone(),
            deleted_at: None,
            reactions: reactions.map(|of| (of.emoji.clone(), of.user_ids.iter().cloned().collect())).collect(),
        };
        if let Some(deleted_at) = &message.deleted_at {
            written.bury(deleted_at);
        }
        written
    }

    /// Leaves of a message what is left of a deleted one, however much the event told of it that was read.
    fn bury(&mut self, at: &Time) {
        self.body = None;
        self.client_id = None;
        self.mentions.clear();
        self.edited_at = None;
        self.reactions.clear();
        self.deleted_at = Some(at.clone());
    }
}

#[cfg(test)]
mod tests;
