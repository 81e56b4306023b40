//! Events of a room's log. They look alike to everybody, so that each is encoded once for all connections.

use bytes::Bytes;
use chat_core::model::{
    event::{self as core, EventKind},
    message,
    room::RoomId,
    text::Name,
    user::UserId,
};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use serde::{Serialize, Serializer};

use super::{Time, room::RoleName};
use crate::response::{Schema, one_of, openapi_type, response};

/// An event as an answer.
pub(crate) struct Event(pub(crate) core::Event);

/// The JSON of an event, as REST answers it and as it stands in frames of the WebSocket.
#[expect(clippy::expect_used, reason = "text and numbers, written to memory")]
pub(crate) fn encode(event: &core::Event) -> Bytes {
    serde_json::to_vec(&EventFields::from(event)).expect("serde_json writes text and numbers without fail").into()
}

response! {
    /// Something that happened in a room, in its place in the log. Which fields there are depends on `kind`; more kinds
    /// may come: take an unknown one as read.
    pub(crate) struct EventFields<'a> = "Event" {
        /// In which room.
        required room_id: IdText = "roomId",
        /// Its place in the room's log: 1, 2, 3 … without gap.
        required seq: u64 = "seq",
        /// What happened: `message` (the sender wrote), `joined`, `left` (the sender did), `removed` (the sender took back
        /// the seat of `userId`), `role_changed` (that of `userId`), `room_changed`, `message_edited`, `message_deleted`,
        /// `reaction_added`, `reaction_removed` (the sender did that to the message `targetSeq`), `room_closed` (by its
        /// owner, who is the sender, or by the operator).
        required kind: EventKindName = "kind",
        /// Who did it.
        required sender_id: &'a str = "senderId",
        /// When.
        required created_at: Time = "createdAt",
        /// With `message`: what it says; with `message_edited`: what it says since. Absent once it was deleted.
        optional body: &'a str = "body",
        /// With `message`: the sender's key for it.
        optional client_id: &'a str = "clientId",
        /// With `message`: the number of the message that it answers.
        optional reply_to: u64 = "replyTo",
        /// With `message` and `message_edited`: the members whom it mentions, each as `@` and their id, in the order of
        /// the body.
        optional mentions: Vec<&'a str> = "mentions",
        /// With `message`: when it was edited last.
        optional edited_at: Time = "editedAt",
        /// With `message`: when it was deleted.
        optional deleted_at: Time = "deletedAt",
        /// With `message`: how members have reacted to it, a kind each, in the order in which the kinds came.
        optional reactions: Vec<Reaction<'a>> = "reactions",
        /// With `removed` and `role_changed`: whom it concerns.
        optional user_id: &'a str = "userId",
        /// With `removed`: they were banned, and do not come back before that is lifted.
        optional banned: bool = "banned",
        /// With `role_changed`: the new role.
        optional role: RoleName = "role",
        /// With `room_changed`: the new name, where it is another.
        optional name: &'a str = "name",
        /// With `room_changed`: how many members the room may have, where that is another.
        optional capacity: u8 = "capacity",
        /// With `message_edited`, `message_deleted`, `reaction_added` and `reaction_removed`: the number of the message.
        optional target_seq: u64 = "targetSeq",
        /// With `reaction_added` and `reaction_removed`: the emoji.
        optional emoji: &'static str = "emoji",
        /// With `room_closed`: the operator closed it, not its owner.
        optional by_operator: bool = "byOperator",
    }
}

response! {
    /// One kind of reaction to a message.
    pub(crate) struct Reaction<'a> = "Reaction" {
        /// The emoji.
        required emoji: &'static str = "emoji",
        /// Who reacts with it, in the order in which they did.
        required user_ids: Vec<&'a str> = "userIds",
    }
}

impl<'a> From<&'a message::Reaction> for Reaction<'a> {
    fn from(reaction: &'a message::Reaction) -> Self {
        Self { emoji: reaction.emoji.as_str(), user_ids: ids(&reaction.users) }
    }
}

fn ids(users: &[UserId]) -> Vec<&str> {
    users.iter().map(UserId::as_str).collect()
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

impl<'a> EventFields<'a> {
    /// What every event has.
    pub(crate) const fn bare(
        room_id: IdText,
        seq: u64,
        kind: EventKindName,
        sender_id: &'a str,
        created_at: Time,
    ) -> Self {
        Self {
            room_id,
            seq,
            kind,
            sender_id,
            created_at,
            body: None,
            client_id: None,
            reply_to: None,
            mentions: None,
            edited_at: None,
            deleted_at: None,
            reactions: None,
            user_id: None,
            banned: None,
            role: None,
            name: None,
            capacity: None,
            target_seq: None,
            emoji: None,
            by_operator: None,
        }
    }
}

impl<'a> From<&'a core::Event> for EventFields<'a> {
    fn from(event: &'a core::Event) -> Self {
        let kind = EventKindName(event.kind.as_str());
        let bare = Self::bare(IdText(event.room), event.seq.get(), kind, event.sender.as_str(), Time(event.at));
        match &event.kind {
            EventKind::Message(message) => Self {
                body: message.body.as_ref().map(|body| body.as_str()),
                client_id: message.client_id.as_ref().map(|key| key.as_str()),
                reply_to: message.reply_to.map(|seq| seq.get()),
                mentions: some(ids(&message.mentions)),
                edited_at: message.edited_at.map(Time),
                deleted_at: message.deleted_at.map(Time),
                reactions: some(message.reactions.iter().map(Reaction::from).collect()),
                ..bare
            },
            EventKind::Removed { user, banned } => Self { user_id: Some(user.as_str()), banned: Some(*banned), ..bare },
            EventKind::RoleChanged { user, role } => {
                Self { user_id: Some(user.as_str()), role: Some(RoleName(*role)), ..bare }
            }
            EventKind::RoomChanged { name, capacity } => Self {
                name: name.as_ref().map(Name::as_str),
                capacity: capacity.map(|capacity| capacity.get()),
                ..bare
            },
            EventKind::MessageEdited { target, body, mentions } => Self {
                target_seq: Some(target.get()),
                body: body.as_ref().map(|body| body.as_str()),
                mentions: some(ids(mentions)),
                ..bare
            },
            EventKind::MessageDeleted { target } => Self { target_seq: Some(target.get()), ..bare },
            EventKind::ReactionAdded { target, emoji } | EventKind::ReactionRemoved { target, emoji } => {
                Self { target_seq: Some(target.get()), emoji: Some(emoji.as_str()), ..bare }
            }
            EventKind::RoomClosed { by_operator } => Self { by_operator: by_operator.then_some(true), ..bare },
            // `joined`, `left`, and kinds that are newer than this crate: known by their name alone.
            _ => bare,
        }
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EventFields::from(&self.0).serialize(serializer)
    }
}

impl Schema for Event {
    const NAME: &'static str = EventFields::NAME;

    fn schema_ref() -> MetaSchemaRef {
        <EventFields<'static> as Schema>::schema_ref()
    }

    fn register(registry: &mut Registry) {
        <EventFields<'static> as Schema>::register(registry);
    }
}

openapi_type!(Event);

/// A room's id, written without a detour over a `String`.
pub(crate) struct IdText(pub(crate) RoomId);

impl Serialize for IdText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Schema for IdText {
    const NAME: &'static str = "Id";

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")))
    }
}

openapi_type!(IdText);

/// The name of a kind of events.
pub(crate) struct EventKindName(pub(crate) &'static str);

impl Serialize for EventKindName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl Schema for EventKindName {
    const NAME: &'static str = "EventKind";

    fn schema_ref() -> MetaSchemaRef {
        one_of(&[
            "message",
            "joined",
            "left",
            "removed",
            "role_changed",
            "room_changed",
            "message_edited",
            "message_deleted",
            "reaction_added",
            "reaction_removed",
            "room_closed",
        ])
    }
}

openapi_type!(EventKindName);

#[cfg(test)]
mod tests {
    use chat_core::model::{
        emoji::Emoji,
        event::Seq,
        message::{ClientId, Message, MessageBody},
        room::{Capacity, Role},
        time::Timestamp,
    };

    use super::*;

    fn id(text: &str) -> UserId {
        UserId::parse(text).unwrap()
    }

    #[track_caller]
    fn check(kind: EventKind, expected: &str) {
        let room = RoomId::from_bytes([0x11; 16]);
        let at = Timestamp::from_millis(1_795_435_205_120);
        let event = core::Event { room, seq: Seq::new(7), sender: id("alice"), at, kind };
        let json = encode(&event);
        let common = r#""senderId":"alice","createdAt":"2026-11-23T12:00:05.120Z""#;
        let room = "11111111-1111-1111-1111-111111111111";
        let (kind, rest) = expected.split_once(' ').unwrap_or((expected, ""));
        let expected = format!(r#"{{"roomId":"{room}","seq":7,"kind":"{kind}",{common}{rest}}}"#);
        assert_eq!(std::str::from_utf8(&json).unwrap(), expected);
        assert_eq!(serde_json::to_string(&Event(event)).unwrap(), expected);
    }

    #[test]
    fn a_message_has_what_was_sent_with_it_and_nothing_else() {
        let bare = Message {
            body: Some(MessageBody::parse("say \"hi\"\n\u{1f600}".to_owned()).unwrap()),
            client_id: None,
            reply_to: None,
            mentions: Vec::new(),
            edited_at: None,
            deleted_at: None,
            reactions: Vec::new(),
        };
        check(EventKind::Message(bare.clone()), concat!("message ,\"body\":\"say \\\"hi\\\"\\n", "\u{1f600}\""));
        let keyed = Message {
            body: Some(MessageBody::parse("hi".to_owned()).unwrap()),
            client_id: Some(ClientId::parse("7f1c").unwrap()),
            reply_to: Some(Seq::new(3)),
            ..bare.clone()
        };
        check(EventKind::Message(keyed), r#"message ,"body":"hi","clientId":"7f1c","replyTo":3"#);
        let deleted = Message { body: None, deleted_at: Some(Timestamp::from_millis(0)), ..bare.clone() };
        check(EventKind::Message(deleted), r#"message ,"deletedAt":"1970-01-01T00:00:00.000Z""#);
        let reactions = vec![message::Reaction { emoji: thumb(), users: vec![id("bob"), id("eve")] }];
        let answered = Message { body: None, mentions: vec![id("eve"), id("bob")], reactions, ..bare };
        let rest = r#"message ,"mentions":["eve","bob"],"reactions":[{"emoji":"👍","userIds":["bob","eve"]}]"#;
        check(EventKind::Message(answered), rest);
    }

    fn thumb() -> Emoji {
        Emoji::parse("\u{1F44D}").unwrap()
    }

    #[test]
    fn the_other_kinds_have_their_own_members_alone() {
        check(EventKind::Joined, "joined");
        check(EventKind::Left, "left");
        let change = EventKind::RoleChanged { user: id("bob"), role: Role::Owner };
        check(change, r#"role_changed ,"userId":"bob","role":"owner""#);
        let removed = |banned| EventKind::Removed { user: id("bob"), banned };
        check(removed(false), r#"removed ,"userId":"bob","banned":false"#);
        check(removed(true), r#"removed ,"userId":"bob","banned":true"#);
        let name = Some(Name::parse("Den").unwrap());
        check(EventKind::RoomChanged { name, capacity: None }, r#"room_changed ,"name":"Den""#);
        let capacity = Some(Capacity::MIN);
        check(EventKind::RoomChanged { name: None, capacity }, r#"room_changed ,"capacity":2"#);
        let (target, body) = (Seq::new(3), Some(MessageBody::parse("hi @bob".to_owned()).unwrap()));
        let edited = EventKind::MessageEdited { target, body, mentions: vec![id("bob")] };
        check(edited, r#"message_edited ,"body":"hi @bob","mentions":["bob"],"targetSeq":3"#);
        check(EventKind::MessageDeleted { target }, r#"message_deleted ,"targetSeq":3"#);
        let added = EventKind::ReactionAdded { target, emoji: thumb() };
        check(added, r#"reaction_added ,"targetSeq":3,"emoji":"👍""#);
        let removed = EventKind::ReactionRemoved { target, emoji: thumb() };
        check(removed, r#"reaction_removed ,"targetSeq":3,"emoji":"👍""#);
        check(EventKind::RoomClosed { by_operator: false }, "room_closed");
        check(EventKind::RoomClosed { by_operator: true }, r#"room_closed ,"byOperator":true"#);
    }
}
