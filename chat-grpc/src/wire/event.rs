use chat_core::model::{
    event::{self, EventKind},
    message,
    user::UserId,
};

use super::time;
use crate::v1::{self, event::Kind};

impl From<&event::Event> for v1::Event {
    fn from(event: &event::Event) -> Self {
        Self {
            room_id: event.room.to_string(),
            seq: event.seq.get(),
            sender_id: event.sender.to_string(),
            created_at: Some(time(event.at)),
            kind: kind(&event.kind),
        }
    }
}

/// What happened; none for kinds that are newer than this crate.
fn kind(kind: &EventKind) -> Option<Kind> {
    Some(match kind {
        EventKind::Message(message) => Kind::Message(message.into()),
        EventKind::Joined => Kind::Joined(v1::Joined {}),
        EventKind::Left => Kind::Left(v1::Left {}),
        EventKind::Removed { user, banned } => {
            Kind::Removed(v1::Removed { user_id: user.to_string(), banned: *banned })
        }
        EventKind::RoleChanged { user, role } => {
            Kind::RoleChanged(v1::RoleChanged { user_id: user.to_string(), role: v1::Role::from(*role).into() })
        }
        EventKind::RoomChanged { name, capacity } => Kind::RoomChanged(v1::RoomChanged {
            name: name.as_ref().map(ToString::to_string),
            capacity: capacity.map(|capacity| capacity.get().into()),
        }),
        EventKind::MessageEdited { target, body, mentions } => Kind::MessageEdited(v1::MessageEdited {
            target_seq: target.get(),
            body: body.as_ref().map(|body| body.as_str().to_owned()),
            mentions: ids(mentions),
        }),
        EventKind::MessageDeleted { target } => Kind::MessageDeleted(v1::MessageDeleted { target_seq: target.get() }),
        EventKind::ReactionAdded { target, emoji } => {
            Kind::ReactionAdded(v1::ReactionAdded { target_seq: target.get(), emoji: emoji.to_string() })
        }
        EventKind::ReactionRemoved { target, emoji } => {
            Kind::ReactionRemoved(v1::ReactionRemoved { target_seq: target.get(), emoji: emoji.to_string() })
        }
        EventKind::RoomClosed { by_operator } => Kind::RoomClosed(v1::RoomClosed { by_operator: *by_operator }),
        _ => return None,
    })
}

impl From<&message::Message> for v1::Message {
    fn from(message: &message::Message) -> Self {
        Self {
            body: message.body.as_ref().map(|body| body.as_str().to_owned()),
            client_id: message.client_id.as_ref().map(ToString::to_string),
            reply_to: message.reply_to.map(|seq| seq.get()),
            mentions: ids(&message.mentions),
            edited_at: message.edited_at.map(time),
            deleted_at: message.deleted_at.map(time),
            reactions: message.reactions.iter().map(v1::Reaction::from).collect(),
        }
    }
}

impl From<&message::Reaction> for v1::Reaction {
    fn from(reaction: &message::Reaction) -> Self {
        Self { emoji: reaction.emoji.to_string(), user_ids: ids(&reaction.users) }
    }
}

fn ids(users: &[UserId]) -> Vec<String> {
    users.iter().map(ToString::to_string).collect()
}
