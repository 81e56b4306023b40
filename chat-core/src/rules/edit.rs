//! Writing a message anew.

use crate::{
    error::Rejection,
    model::{
        message::{Message, MessageBody},
        time::Timestamp,
        user::UserId,
    },
    rules::{mention::mentioned, message::MessageFacts},
};

/// The message as its sender writes it anew, in the order: member · room closed · message · authorship (R-MSG-06).
/// `None` where it says so already: then nothing happens.
///
/// # Errors
/// `NotAMember`, `RoomClosed`, `MessageNotFound`, `NotAllowed`.
pub fn decide_edit(facts: MessageFacts<'_>, body: &MessageBody, now: Timestamp) -> Result<Option<Message>, Rejection> {
    let found = facts.found()?;
    if !found.is_senders_own {
        return Err(Rejection::NotAllowed);
    }
    if found.message.body.as_ref() == Some(body) {
        return Ok(None);
    }
    let present: Vec<UserId> = facts.members.iter().map(|member| member.user.clone()).collect();
    let mentions = mentioned(body, &present);
    Ok(Some(Message { body: Some(body.clone()), mentions, edited_at: Some(now), ..found.message.clone() }))
}
