//! Edits, deletions and reactions (R-MSG-06, R-MSG-11).

use std::sync::Arc;

use chat_core::{
    api::ChangedMessage,
    error::Rejection,
    model::{
        event::{Event, EventKind, Seq},
        message::{Message, Reaction},
        room::{Role, RoomId},
        user::UserId,
    },
};

use super::{Place, World};
use crate::{
    answer::{Answer, Reply},
    words::{body, emoji},
};

/// How many kinds of reactions a message has at most.
const KINDS: usize = 20;

impl Place {
    /// Somebody's own message or another's, which is to be changed in a room.
    fn message_for(&self, user: &UserId, seq: Seq) -> Result<(Role, bool, Message), Rejection> {
        let role = self.member(user).ok_or(Rejection::NotAMember)?.role;
        if self.room.closed_at.is_some() {
            return Err(Rejection::RoomClosed);
        }
        match self.event(seq) {
            Some(Event { sender, kind: EventKind::Message(message), .. }) if message.deleted_at.is_none() => {
                Ok((role, sender == user, message.clone()))
            }
            _ => Err(Rejection::MessageNotFound),
        }
    }

    fn rewrite(&mut self, seq: Seq, kind: EventKind) -> Event {
        let event = Arc::make_mut(&mut self.log).iter_mut().find(|event| event.seq == seq);
        let event = event.expect("what is changed is in the log");
        event.kind = kind;
        event.clone()
    }

    fn unchanged(&self, seq: Seq) -> Answer {
        let message = self.event(seq).expect("what stays as it is, is in the log").clone();
        Ok(Reply::Changed(ChangedMessage { message, event: None }))
    }
}

impl World {
    pub(super) fn edit(&mut self, user: &UserId, room: RoomId, seq: Seq, says: u8) -> Answer {
        self.acting(user)?;
        let now = self.now;
        let place = self.place_mut(room)?;
        let (_, is_own, before) = place.message_for(user, seq)?;
        if !is_own {
            return Err(Rejection::NotAllowed);
        }
        if before.body == Some(body(says)) {
            return place.unchanged(seq);
        }
        let mentions = place.mentions(says);
        let edited = Message { body: Some(body(says)), mentions: mentions.clone(), edited_at: Some(now), ..before };
        let message = place.rewrite(seq, EventKind::Message(edited));
        let kind = EventKind::MessageEdited { target: seq, body: Some(body(says)), mentions };
        let event = Some(place.log(user, now, kind));
        Ok(Reply::Changed(ChangedMessage { message, event }))
    }

    pub(super) fn delete(&mut self, user: &UserId, room: RoomId, seq: Seq) -> Answer {
        self.acting(user)?;
        let now = self.now;
        let place = self.place_mut(room)?;
        let (role, is_own, before) = place.message_for(user, seq)?;
        if !is_own && role == Role::Member {
            return Err(Rejection::NotAllowed);
        }
        let (mentions, reactions) = (Vec::new(), Vec::new());
        let deleted = Message { body: None, mentions, reactions, deleted_at: Some(now), ..before };
        let message = place.rewrite(seq, EventKind::Message(deleted));
        for event in Arc::make_mut(&mut place.log) {
            if let EventKind::MessageEdited { target, body, mentions } = &mut event.kind
                && *target == seq
            {
                (*body, *mentions) = (None, Vec::new());
            }
        }
        let event = Some(place.log(user, now, EventKind::MessageDeleted { target: seq }));
        Ok(Reply::Changed(ChangedMessage { message, event }))
    }

    pub(super) fn react(&mut self, user: &UserId, room: RoomId, seq: Seq, face: u8, remove: bool) -> Answer {
        self.acting(user)?;
        let (now, emoji) = (self.now, emoji(face));
        let place = self.place_mut(room)?;
        let (_, _, mut message) = place.message_for(user, seq)?;
        let kinds = message.reactions.len();
        let kind = message.reactions.iter_mut().find(|reaction| reaction.emoji == emoji);
        let reacts = kind.as_ref().is_some_and(|reaction| reaction.users.contains(user));
        if reacts != remove {
            return place.unchanged(seq);
        }
        match kind {
            Some(reaction) if remove => reaction.users.retain(|other| other != user),
            Some(reaction) => reaction.users.push(user.clone()),
            None if kinds == KINDS => return Err(Rejection::TooManyReactions),
            None => message.reactions.push(Reaction { emoji, users: vec![user.clone()] }),
        }
        message.reactions.retain(|reaction| !reaction.users.is_empty());
        let message = place.rewrite(seq, EventKind::Message(message));
        let kind = if remove {
            EventKind::ReactionRemoved { target: seq, emoji }
        } else {
            EventKind::ReactionAdded { target: seq, emoji }
        };
        let event = Some(place.log(user, now, kind));
        Ok(Reply::Changed(ChangedMessage { message, event }))
    }
}
