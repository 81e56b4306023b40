use chat_core::{
    model::{
        event::{Event, EventKind},
        message::{ClientId, ContentMac, Message, MessageBody},
        room::{Role, RoomId},
        user::UserId,
    },
    ports::store::StoreError,
    rules::message::SentBefore,
};

use crate::row::{Columns, SqlRow};

/// What `detail` says of a room that the operator closed.
const BY_OPERATOR: &str = "operator";

/// The columns that tell what happened, of an event that is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedKind<'e> {
    /// Its kind.
    pub kind: &'static str,
    /// The user whom it concerns, where that is not its sender.
    pub subject: Option<&'e str>,
    /// What else there is to say.
    pub detail: Option<&'static str>,
}

impl<'e> LoggedKind<'e> {
    /// The columns of this kind of event.
    ///
    /// # Errors
    /// `Corrupt` for a message, which is written in a batch.
    pub fn of(kind: &'e EventKind) -> Result<Self, StoreError> {
        let (subject, detail) = match kind {
            EventKind::Joined | EventKind::Left => (None, None),
            EventKind::RoleChanged { user, role } => (Some(user.as_str()), Some(role.as_str())),
            EventKind::RoomClosed { by_operator } => (None, by_operator.then_some(BY_OPERATOR)),
            other => {
                let kind = other.as_str();
                return Err(StoreError::Corrupt(format!("events: a {kind} is not appended as a single event")));
            }
        };
        Ok(Self { kind: kind.as_str(), subject, detail })
    }
}

/// An event: all columns of its table.
pub fn event<R: SqlRow>(row: &R) -> Result<Event, StoreError> {
    let columns = Columns::new(row, "events", &["room_id", "seq"]);
    let kind = match columns.text("kind")? {
        "message" => EventKind::Message(message(&columns)?),
        "joined" => EventKind::Joined,
        "left" => EventKind::Left,
        "role_changed" => EventKind::RoleChanged {
            user: columns.parsed("subject", UserId::parse)?,
            role: columns.named("detail", Role::from_name)?,
        },
        "room_closed" => EventKind::RoomClosed { by_operator: columns.text_if_any("detail")? == Some(BY_OPERATOR) },
        other => return Err(columns.corrupt("kind", format_args!("{other:?} is not known"))),
    };
    Ok(Event {
        room: RoomId::from_bytes(columns.bytes("room_id")?),
        seq: columns.seq("seq")?,
        sender: columns.parsed("sender", UserId::parse)?,
        at: columns.time("at")?,
        kind,
    })
}

/// What was sent before under a client id: the event and the MAC of what was sent.
pub fn sent_before<R: SqlRow>(row: &R) -> Result<SentBefore, StoreError> {
    let content = Columns::new(row, "events", &["room_id", "seq"]).bytes_if_any("content")?;
    Ok(SentBefore { event: event(row)?, content: content.map(ContentMac::from_bytes) })
}

fn message<R: SqlRow>(columns: &Columns<'_, R>) -> Result<Message, StoreError> {
    let answers = columns.integer_if_any("target")?.is_some();
    Ok(Message {
        body: columns.parsed_if_any("body", |text| MessageBody::parse(text.to_owned()))?,
        client_id: columns.parsed_if_any("client_id", ClientId::parse)?,
        reply_to: answers.then(|| columns.seq("target")).transpose()?,
        edited_at: columns.time_if_any("edited_at")?,
        deleted_at: columns.time_if_any("deleted_at")?,
    })
}
