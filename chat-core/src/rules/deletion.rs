//! Taking a message back.

use crate::{
    error::Rejection,
    model::{message::Message, room::Role, time::Timestamp},
    rules::message::MessageFacts,
};

/// What is left of a message that its sender, a moderator or the owner deletes: its place, its client id and what it
/// answered. In the order: member · room closed · message · authorship or role (R-MSG-06).
///
/// # Errors
/// `NotAMember`, `RoomClosed`, `MessageNotFound`, `NotAllowed`.
pub fn decide_delete(facts: MessageFacts<'_>, now: Timestamp) -> Result<Message, Rejection> {
    let found = facts.found()?;
    if !found.is_senders_own && found.role < Role::Moderator {
        return Err(Rejection::NotAllowed);
    }
    let Message { client_id, reply_to, edited_at, .. } = found.message.clone();
    let (body, mentions, reactions) = (None, Vec::new(), Vec::new());
    Ok(Message { body, client_id, reply_to, mentions, edited_at, deleted_at: Some(now), reactions })
}
