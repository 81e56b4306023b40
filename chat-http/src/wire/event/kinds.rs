//! What each kind of events has of its own.

use chat_core::model::{event::EventKind, message, text::Name, user::UserId};
use poem_openapi::registry::Registry;
use serde::Serialize;

use super::register_kind;
use crate::{
    response::{Described, described, response},
    wire::{Time, room::RoleName},
};

/// Declares the kinds: the word, the struct of what such an event has beside what every one has, and its schema.
macro_rules! kinds {
    ($(
        $(#[doc = $doc:literal])*
        $word:literal: $kind:ident $(<$life:lifetime>)? = $schema:literal { $($fields:tt)* }
    )*) => {
        $(
            described! {
                $(#[doc = $doc])*
                pub(crate) struct $kind $(<$life>)? = $schema { $($fields)* }
            }
        )*

        /// What an event has of its own.
        #[derive(Serialize)]
        #[serde(untagged)]
        pub(crate) enum Detail<'a> {
            $(
                $(#[doc = $doc])*
                $kind($kind $(<$life>)?),
            )*
            /// Of a kind that is newer than this crate: known by its word alone.
            Other,
        }

        impl Detail<'_> {
            /// Puts the schemas of all kinds into the document. Each word, with the name of its schema.
            pub(super) fn register(registry: &mut Registry) -> Vec<(&'static str, &'static str)> {
                $( register_kind::<$kind>(registry, $word); )*
                vec![ $( ($word, $kind::SCHEMA) ),* ]
            }
        }
    };
}

kinds! {
    /// The sender wrote.
    "message": Message<'a> = "MessageEvent" {
        /// What it says. Absent once it was deleted.
        optional body: &'a str = "body",
        /// The sender's key for it.
        optional client_id: &'a str = "clientId",
        /// The number of the message that it answers.
        optional reply_to: u64 = "replyTo",
        /// The members whom it mentions, each as `@` and their id, in the order of the body.
        optional mentions: Vec<&'a str> = "mentions",
        /// When it was edited last.
        optional edited_at: Time = "editedAt",
        /// When it was deleted.
        optional deleted_at: Time = "deletedAt",
        /// How members have reacted to it, a kind each, in the order in which the kinds came.
        optional reactions: Vec<Reaction<'a>> = "reactions",
    }

    /// The sender took a seat.
    "joined": Joined = "JoinedEvent" {}

    /// The sender left.
    "left": Left = "LeftEvent" {}

    /// The sender took back somebody's seat.
    "removed": Removed<'a> = "RemovedEvent" {
        /// Whose.
        required user_id: &'a str = "userId",
        /// They were banned, and do not come back before that is lifted.
        required banned: bool = "banned",
    }

    /// The sender gave somebody a role.
    "role_changed": RoleChanged<'a> = "RoleChangedEvent" {
        /// Whom.
        required user_id: &'a str = "userId",
        /// Which.
        required role: RoleName = "role",
    }

    /// The sender changed the room.
    "room_changed": RoomChanged<'a> = "RoomChangedEvent" {
        /// The new name, where it is another.
        optional name: &'a str = "name",
        /// How many members the room may have, where that is another.
        optional capacity: u8 = "capacity",
    }

    /// The sender wrote a message of theirs anew.
    "message_edited": MessageEdited<'a> = "MessageEditedEvent" {
        /// What it says since. Absent once it was deleted.
        optional body: &'a str = "body",
        /// The members whom it mentions since, in the order of the body.
        optional mentions: Vec<&'a str> = "mentions",
        /// The message's number.
        required target_seq: u64 = "targetSeq",
    }

    /// The sender deleted a message.
    "message_deleted": MessageDeleted = "MessageDeletedEvent" {
        /// Its number.
        required target_seq: u64 = "targetSeq",
    }

    /// The sender reacted to a message.
    "reaction_added": ReactionAdded = "ReactionAddedEvent" {
        /// Its number.
        required target_seq: u64 = "targetSeq",
        /// With which emoji.
        required emoji: &'static str = "emoji",
    }

    /// The sender took a reaction to a message back.
    "reaction_removed": ReactionRemoved = "ReactionRemovedEvent" {
        /// Its number.
        required target_seq: u64 = "targetSeq",
        /// Which emoji.
        required emoji: &'static str = "emoji",
    }

    /// The room was closed. The sender is its owner.
    "room_closed": RoomClosed = "RoomClosedEvent" {
        /// The operator closed it, not its owner.
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

impl<'a> From<&'a message::Message> for Message<'a> {
    fn from(message: &'a message::Message) -> Self {
        Self {
            body: message.body.as_ref().map(|body| body.as_str()),
            client_id: message.client_id.as_ref().map(|key| key.as_str()),
            reply_to: message.reply_to.map(|seq| seq.get()),
            mentions: some(ids(&message.mentions)),
            edited_at: message.edited_at.map(Time),
            deleted_at: message.deleted_at.map(Time),
            reactions: some(message.reactions.iter().map(Reaction::from).collect()),
        }
    }
}

impl<'a> From<&'a EventKind> for Detail<'a> {
    fn from(kind: &'a EventKind) -> Self {
        match kind {
            EventKind::Message(message) => Self::Message(message.into()),
            EventKind::Joined => Self::Joined(Joined {}),
            EventKind::Left => Self::Left(Left {}),
            EventKind::Removed { user, banned } => Self::Removed(Removed { user_id: user.as_str(), banned: *banned }),
            EventKind::RoleChanged { user, role } => {
                Self::RoleChanged(RoleChanged { user_id: user.as_str(), role: RoleName(*role) })
            }
            EventKind::RoomChanged { name, capacity } => Self::RoomChanged(RoomChanged {
                name: name.as_ref().map(Name::as_str),
                capacity: capacity.map(|capacity| capacity.get()),
            }),
            EventKind::MessageEdited { target, body, mentions } => Self::MessageEdited(MessageEdited {
                target_seq: target.get(),
                body: body.as_ref().map(|body| body.as_str()),
                mentions: some(ids(mentions)),
            }),
            EventKind::MessageDeleted { target } => Self::MessageDeleted(MessageDeleted { target_seq: target.get() }),
            EventKind::ReactionAdded { target, emoji } => {
                Self::ReactionAdded(ReactionAdded { target_seq: target.get(), emoji: emoji.as_str() })
            }
            EventKind::ReactionRemoved { target, emoji } => {
                Self::ReactionRemoved(ReactionRemoved { target_seq: target.get(), emoji: emoji.as_str() })
            }
            EventKind::RoomClosed { by_operator } => {
                Self::RoomClosed(RoomClosed { by_operator: by_operator.then_some(true) })
            }
            _ => Self::Other,
        }
    }
}
