//! Reacting to a message.

use crate::{
    error::Rejection,
    model::{
        emoji::Emoji,
        message::{Message, Reaction},
    },
    planted::Planted,
    rules::message::MessageFacts,
};

/// The greatest number of kinds of reactions to a message (R-MSG-11).
pub const MAX_REACTIONS: usize = 20;

/// The message as a member reacts to it, in the order: member · room closed · message · number of kinds (R-MSG-11).
/// `None` where they react so already: then nothing happens.
///
/// # Errors
/// `NotAMember`, `RoomClosed`, `MessageNotFound`, `TooManyReactions`.
pub fn decide_react(facts: MessageFacts<'_>, emoji: Emoji) -> Result<Option<Message>, Rejection> {
    let mut message = facts.found()?.message.clone();
    let kinds = message.reactions.len();
    match message.reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
        Some(reaction) if reaction.users.contains(facts.actor) && !Planted::ReactionCountedTwice.is_on() => {
            return Ok(None);
        }
        Some(reaction) => reaction.users.push(facts.actor.clone()),
        None if MAX_REACTIONS <= kinds => return Err(Rejection::TooManyReactions),
        None => message.reactions.push(Reaction { emoji, users: vec![facts.actor.clone()] }),
    }
    Ok(Some(message))
}

/// The message as a member takes a reaction back, in the order: member · room closed · message (R-MSG-11). `None` where
/// they do not react so: then nothing happens.
///
/// # Errors
/// `NotAMember`, `RoomClosed`, `MessageNotFound`.
pub fn decide_unreact(facts: MessageFacts<'_>, emoji: Emoji) -> Result<Option<Message>, Rejection> {
    let mut message = facts.found()?.message.clone();
    let theirs = |reaction: &Reaction| reaction.emoji == emoji && reaction.users.contains(facts.actor);
    let Some(at) = message.reactions.iter().position(theirs) else { return Ok(None) };
    message.reactions[at].users.retain(|user| user != facts.actor);
    if message.reactions[at].users.is_empty() {
        message.reactions.remove(at);
    }
    Ok(Some(message))
}
