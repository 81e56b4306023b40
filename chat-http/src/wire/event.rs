//! Events of a room's log. They look alike to everybody, so that each is encoded once for all connections.

mod kinds;

use bytes::Bytes;
use chat_core::model::{event as core, room::RoomId};
use poem_openapi::registry::{MetaDiscriminatorObject, MetaSchema, MetaSchemaRef, Registry};
use serde::{Serialize, Serializer};

pub(crate) use kinds::{Detail, Message, MessageEdited};

use super::Time;
use crate::response::{Described, Schema, described, one_of, openapi_type, register_object};

/// An event as an answer.
pub(crate) struct Event(pub(crate) core::Event);

/// An event that is a message, as an answer.
pub(crate) struct MessageEvent(pub(crate) core::Event);

/// The JSON of an event, as REST answers it and as it stands in frames of the WebSocket.
#[expect(clippy::expect_used, reason = "text and numbers, written to memory")]
pub(crate) fn encode(event: &core::Event) -> Bytes {
    serde_json::to_vec(&WrittenEvent::from(event)).expect("serde_json writes text and numbers without fail").into()
}

described! {
    /// What every event has.
    pub(crate) struct Head<'a> = "EventHead" {
        /// In which room.
        required room_id: IdText = "roomId",
        /// Its place in the room's log: 1, 2, 3 … without gap.
        required seq: u64 = "seq",
        /// What happened.
        required kind: &'a str = "kind",
        /// Who did it.
        required sender_id: &'a str = "senderId",
        /// When.
        required created_at: Time = "createdAt",
    }
}

/// An event as it is written: what every one has, then what its kind has of its own.
#[derive(Serialize)]
pub(crate) struct WrittenEvent<'a> {
    #[serde(flatten)]
    pub(crate) head: Head<'a>,
    #[serde(flatten)]
    pub(crate) detail: Detail<'a>,
}

impl<'a> From<&'a core::Event> for WrittenEvent<'a> {
    fn from(event: &'a core::Event) -> Self {
        let head = Head {
            room_id: IdText(event.room),
            seq: event.seq.get(),
            kind: event.kind.as_str(),
            sender_id: event.sender.as_str(),
            created_at: Time(event.at),
        };
        Self { head, detail: Detail::from(&event.kind) }
    }
}

/// Puts the schema of a kind into the document.
fn register_kind<T: Described>(registry: &mut Registry, word: &'static str) {
    let mut fields = Head::fields(registry);
    for field in fields.iter_mut().filter(|field| field.name == "kind") {
        field.schema = one_of(&[word]);
    }
    register_object::<T>(registry, fields);
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WrittenEvent::from(&self.0).serialize(serializer)
    }
}

impl Schema for Event {
    const NAME: &'static str = "Event";

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference(Self::NAME.to_owned())
    }

    fn register(registry: &mut Registry) {
        let kinds = Detail::register(registry);
        let reference = |name: &str| format!("#/components/schemas/{name}");
        registry.create_schema::<Self, _>(Self::NAME.to_owned(), |_| MetaSchema {
            description: Some(
                "Something that happened in a room, in its place in the log. Which it is, `kind` tells. More kinds may \
                 come: take an unknown one as read.",
            ),
            one_of: kinds.iter().map(|(_, schema)| MetaSchemaRef::Reference((*schema).to_owned())).collect(),
            discriminator: Some(MetaDiscriminatorObject {
                property_name: "kind",
                mapping: kinds.iter().map(|(word, schema)| ((*word).to_owned(), reference(schema))).collect(),
            }),
            ..MetaSchema::ANY
        });
    }
}

openapi_type!(Event);

impl Serialize for MessageEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WrittenEvent::from(&self.0).serialize(serializer)
    }
}

impl Schema for MessageEvent {
    const NAME: &'static str = Message::SCHEMA;

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference(Self::NAME.to_owned())
    }

    fn register(registry: &mut Registry) {
        Event::register(registry);
    }
}

openapi_type!(MessageEvent);

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

#[cfg(test)]
mod tests {
    use chat_core::model::{
        emoji::Emoji,
        event::{EventKind, Seq},
        message::{self, ClientId, Message, MessageBody},
        room::{Capacity, Role},
        text::Name,
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
