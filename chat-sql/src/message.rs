use std::{borrow::Cow, fmt::Display};

use chat_core::{
    model::{
        emoji::Emoji,
        event::{Event, EventKind, Seq},
        message::{ClientId, ContentMac, Message, MessageBody, Reaction},
        room::{Capacity, Role, RoomId},
        text::Name,
        user::UserId,
    },
    ports::store::StoreError,
    rules::message::SentBefore,
};

use crate::row::{Columns, SqlRow};

/// What `detail` says of a room that the operator closed.
const BY_OPERATOR: &str = "operator";

/// What `detail` says of a removal that bans.
const BANNED: &str = "banned";

/// The columns that tell what happened, of an event that is not a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedKind<'e> {
    /// Its kind.
    pub kind: &'static str,
    /// The number of the message that it is about.
    pub target: Option<Seq>,
    /// The user whom it concerns, where that is not its sender.
    pub subject: Option<&'e str>,
    /// What else there is to say.
    pub detail: Option<Cow<'e, str>>,
    /// What the message says since.
    pub body: Option<&'e str>,
    /// Whom it mentions.
    pub mentions: Option<String>,
}

impl<'e> LoggedKind<'e> {
    /// The columns of this kind of event.
    ///
    /// # Errors
    /// `Corrupt` for a message, which is written in a batch.
    pub fn of(kind: &'e EventKind) -> Result<Self, StoreError> {
        let bare = Self { kind: kind.as_str(), target: None, subject: None, detail: None, body: None, mentions: None };
        Ok(match kind {
            EventKind::Joined | EventKind::Left => bare,
            EventKind::Removed { user, banned } => {
                Self { subject: Some(user.as_str()), detail: banned.then_some(BANNED.into()), ..bare }
            }
            EventKind::RoleChanged { user, role } => {
                Self { subject: Some(user.as_str()), detail: Some(role.as_str().into()), ..bare }
            }
            EventKind::RoomChanged { name, capacity } => {
                let capacity = capacity.map_or_else(String::new, |capacity| capacity.get().to_string());
                let name = name.as_ref().map_or("", Name::as_str);
                Self { detail: Some(format!("{capacity} {name}").into()), ..bare }
            }
            EventKind::MessageEdited { target, body, mentions } => Self {
                target: Some(*target),
                body: body.as_ref().map(MessageBody::as_str),
                mentions: mentions_column(mentions),
                ..bare
            },
            EventKind::MessageDeleted { target } => Self { target: Some(*target), ..bare },
            EventKind::ReactionAdded { target, emoji } | EventKind::ReactionRemoved { target, emoji } => {
                Self { target: Some(*target), detail: Some(emoji.as_str().into()), ..bare }
            }
            EventKind::RoomClosed { by_operator } => Self { detail: by_operator.then_some(BY_OPERATOR.into()), ..bare },
            other => {
                let kind = other.as_str();
                return Err(StoreError::Corrupt(format!("events: a {kind} is not appended as a single event")));
            }
        })
    }
}

/// Ids as they stand in `mentions`: none of them has a space.
pub fn mentions_column(mentions: &[UserId]) -> Option<String> {
    let ids: Vec<&str> = mentions.iter().map(UserId::as_str).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The same of an event: of a message alone there is any.
pub fn mentions_of(event: &Event) -> Option<String> {
    match &event.kind {
        EventKind::Message(message) => mentions_column(&message.mentions),
        _ => None,
    }
}

/// Reactions as they stand in `reactions`: neither an emoji nor an id has a space or a line's end.
pub fn reactions_column(reactions: &[Reaction]) -> Option<String> {
    let lines: Vec<String> = reactions.iter().map(reaction_line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn reaction_line(Reaction { emoji, users }: &Reaction) -> String {
    users.iter().fold(emoji.to_string(), |line, user| line + " " + user.as_str())
}

/// An event: all columns of its table.
pub fn event<R: SqlRow>(row: &R) -> Result<Event, StoreError> {
    let columns = Columns::new(row, "events", &["room_id", "seq"]);
    let kind = match columns.text("kind")? {
        "message" => EventKind::Message(message(&columns)?),
        "joined" => EventKind::Joined,
        "left" => EventKind::Left,
        "removed" => EventKind::Removed {
            user: columns.parsed("subject", UserId::parse)?,
            banned: columns.text_if_any("detail")? == Some(BANNED),
        },
        "role_changed" => EventKind::RoleChanged {
            user: columns.parsed("subject", UserId::parse)?,
            role: columns.named("detail", Role::from_name)?,
        },
        "room_changed" => room_changed(&columns)?,
        "message_edited" => EventKind::MessageEdited {
            target: columns.seq("target")?,
            body: columns.parsed_if_any("body", |text| MessageBody::parse(text.to_owned()))?,
            mentions: mentions(&columns)?,
        },
        "message_deleted" => EventKind::MessageDeleted { target: columns.seq("target")? },
        "reaction_added" => {
            EventKind::ReactionAdded { target: columns.seq("target")?, emoji: columns.parsed("detail", Emoji::parse)? }
        }
        "reaction_removed" => EventKind::ReactionRemoved {
            target: columns.seq("target")?,
            emoji: columns.parsed("detail", Emoji::parse)?,
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
        mentions: mentions(columns)?,
        edited_at: columns.time_if_any("edited_at")?,
        deleted_at: columns.time_if_any("deleted_at")?,
        reactions: reactions(columns)?,
    })
}

fn room_changed<R: SqlRow>(columns: &Columns<'_, R>) -> Result<EventKind, StoreError> {
    let detail = columns.text("detail")?;
    let Some((capacity, name)) = detail.split_once(' ') else {
        return Err(columns.corrupt("detail", format_args!("{detail:?} has no capacity and name")));
    };
    let corrupt = |error: &dyn Display| columns.corrupt("detail", format_args!("{detail:?}: {error}"));
    let capacity = if capacity.is_empty() {
        None
    } else {
        let count = capacity.parse().map_err(|error: std::num::ParseIntError| corrupt(&error))?;
        Some(Capacity::parse(count).map_err(|error| corrupt(&error))?)
    };
    let name = if name.is_empty() { None } else { Some(Name::parse(name).map_err(|error| corrupt(&error))?) };
    Ok(EventKind::RoomChanged { name, capacity })
}

fn mentions<R: SqlRow>(columns: &Columns<'_, R>) -> Result<Vec<UserId>, StoreError> {
    let ids = columns.text_if_any("mentions")?.unwrap_or_default();
    ids.split_terminator(' ').map(|id| UserId::parse(id).map_err(|error| columns.corrupt("mentions", error))).collect()
}

fn reactions<R: SqlRow>(columns: &Columns<'_, R>) -> Result<Vec<Reaction>, StoreError> {
    let lines = columns.text_if_any("reactions")?.unwrap_or_default();
    lines.lines().map(|line| reaction(columns, line)).collect()
}

fn reaction<R: SqlRow>(columns: &Columns<'_, R>, line: &str) -> Result<Reaction, StoreError> {
    let mut words = line.split(' ');
    let emoji = Emoji::parse(words.next().unwrap_or_default()).map_err(|error| columns.corrupt("reactions", error))?;
    let user = |id| UserId::parse(id).map_err(|error| columns.corrupt("reactions", error));
    Ok(Reaction { emoji, users: words.map(user).collect::<Result<_, _>>()? })
}
