//! Events of a room's log. They look alike to everybody, so that each is encoded once for all connections.

use bytes::Bytes;
use chat_core::model::{
    event::{self as core, EventKind},
    room::RoomId,
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
        /// What happened: `message` (the sender wrote), `joined`, `left` (the sender did), `role_changed` (that of
        /// `userId`), `room_closed` (by its owner, who is the sender, or by the operator).
        required kind: EventKindName = "kind",
        /// Who did it.
        required sender_id: &'a str = "senderId",
        /// When.
        required created_at: Time = "createdAt",
        /// With `message`: what it says. Absent once it was deleted.
        optional body: &'a str = "body",
        /// With `message`: the sender's key for it.
        optional client_id: &'a str = "clientId",
        /// With `message`: the number of the message that it answers.
        optional reply_to: u64 = "replyTo",
        /// With `message`: when it was edited last.
        optional edited_at: Time = "editedAt",
        /// With `message`: when it was deleted.
        optional deleted_at: Time = "deletedAt",
        /// With `role_changed`: whose role.
        optional user_id: &'a str = "userId",
        /// With `role_changed`: the new role.
        optional role: RoleName = "role",
        /// With `room_closed`: the operator closed it, not its owner.
        optional by_operator: bool = "byOperator",
    }
}

impl<'a> From<&'a core::Event> for EventFields<'a> {
    fn from(event: &'a core::Event) -> Self {
        let bare = Self {
            room_id: IdText(event.room),
            seq: event.seq.get(),
            kind: EventKindName(event.kind.as_str()),
            sender_id: event.sender.as_str(),
            created_at: Time(event.at),
            body: None,
            client_id: None,
            reply_to: None,
            edited_at: None,
            deleted_at: None,
            user_id: None,
            role: None,
            by_operator: None,
        };
        match &event.kind {
            EventKind::Message(message) => Self {
                body: message.body.as_ref().map(|body| body.as_str()),
                client_id: message.client_id.as_ref().map(|key| key.as_str()),
                reply_to: message.reply_to.map(|seq| seq.get()),
                edited_at: message.edited_at.map(Time),
                deleted_at: message.deleted_at.map(Time),
                ..bare
            },
            EventKind::RoleChanged { user, role } => {
                Self { user_id: Some(user.as_str()), role: Some(RoleName(*role)), ..bare }
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
pub(crate) struct IdText(RoomId);

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
pub(crate) struct EventKindName(&'static str);

impl Serialize for EventKindName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl Schema for EventKindName {
    const NAME: &'static str = "EventKind";

    fn schema_ref() -> MetaSchemaRef {
        one_of(&["message", "joined", "left", "role_changed", "room_closed"])
    }
}

openapi_type!(EventKindName);

#[cfg(test)]
mod tests {
    use chat_core::model::{
        event::Seq,
        message::{ClientId, Message, MessageBody},
        room::Role,
        time::Timestamp,
        user::UserId,
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
            edited_at: None,
            deleted_at: None,
        };
        check(EventKind::Message(bare.clone()), concat!("message ,\"body\":\"say \\\"hi\\\"\\n", "\u{1f600}\""));
        let keyed = Message {
            body: Some(MessageBody::parse("hi".to_owned()).unwrap()),
            client_id: Some(ClientId::parse("7f1c").unwrap()),
            reply_to: Some(Seq::new(3)),
            ..bare.clone()
        };
        check(EventKind::Message(keyed), r#"message ,"body":"hi","clientId":"7f1c","replyTo":3"#);
        let deleted = Message { body: None, deleted_at: Some(Timestamp::from_millis(0)), ..bare };
        check(EventKind::Message(deleted), r#"message ,"deletedAt":"1970-01-01T00:00:00.000Z""#);
    }

    #[test]
    fn the_other_kinds_have_their_own_members_alone() {
        check(EventKind::Joined, "joined");
        check(EventKind::Left, "left");
        let change = EventKind::RoleChanged { user: id("bob"), role: Role::Owner };
        check(change, r#"role_changed ,"userId":"bob","role":"owner""#);
        check(EventKind::RoomClosed { by_operator: false }, "room_closed");
        check(EventKind::RoomClosed { by_operator: true }, r#"room_closed ,"byOperator":true"#);
    }
}
