//! What the host has a say in.

use std::time::Duration;

use async_trait::async_trait;

use crate::{
    model::{
        coin::Coins,
        event::Seq,
        invite::InviteId,
        message::MessageBody,
        room::{Capacity, RoomId},
        text::Name,
        user::UserId,
    },
    ports::store::Source,
};

/// The host's say in what its users are about to do, after every rule has allowed it. What is not implemented is allowed.
///
/// Each is awaited while no lock is held and no transaction is open: one that is slow holds up whom it is asked about,
/// and nobody else. Therefore what it was asked about may have changed meanwhile. The rules decide again under the locks,
/// and where the question has become another one (another price, say) the hook is asked that one, too. So it may be asked
/// more than once about one act, and about one that is refused in the end: it looks and decides, and changes nothing of
/// the host's. What has happened, the host learns by the outbox.
///
/// One that answers an error, panics, or takes longer than [`HookPolicy::time_limit`] has failed: [`HookPolicy::on_failure`]
/// says what becomes of the act.
///
/// ```
/// use chat_core::ports::hook::{Hooks, IntendedJoin, Verdict};
/// use chat_core::ports::store::Source;
///
/// struct FreeSeatsAlone;
///
/// #[async_trait::async_trait]
/// impl Hooks for FreeSeatsAlone {
///     async fn before_join(&self, join: &IntendedJoin) -> Result<Verdict, Source> {
///         let is_free = join.charge.get() == 0;
///         Ok(if is_free { Verdict::Allow } else { Verdict::Refuse("nobody pays here".to_owned()) })
///     }
/// }
/// ```
#[async_trait]
pub trait Hooks: Send + Sync + 'static {
    /// Before a message is written, or changed by its sender. The messages of one connection are written in the order in
    /// which they were sent, also where the hook is done with a later one first. Not asked about whom the room does not
    /// have as a member. A message that is sent again under its `clientId` is the one that was written first, whatever is
    /// said of it now (R-MSG-04).
    ///
    /// # Errors
    /// Whatever keeps the hook from deciding.
    async fn before_message(&self, message: &MessageDraft) -> Result<MessageVerdict, Source> {
        let _ = message;
        Ok(MessageVerdict::Allow)
    }

    /// Before somebody takes a seat, also where it is only tried (R-ADM-04, R-ADM-11). Not asked about who has one.
    ///
    /// # Errors
    /// Whatever keeps the hook from deciding.
    async fn before_join(&self, join: &IntendedJoin) -> Result<Verdict, Source> {
        let _ = join;
        Ok(Verdict::Allow)
    }

    /// Before somebody makes a room (R-ADM-01).
    ///
    /// # Errors
    /// Whatever keeps the hook from deciding.
    async fn before_create(&self, room: &IntendedRoom) -> Result<Verdict, Source> {
        let _ = room;
        Ok(Verdict::Allow)
    }
}

/// What a hook decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may happen.
    Allow,
    /// It may not (`refused_by_host`). The text is shown to who wanted it.
    Refuse(String),
}

/// What a hook decides about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageVerdict {
    /// It is written as it is.
    Allow,
    /// This is written instead.
    Change(MessageBody),
    /// It is not written (`refused_by_host`). The text is shown to its sender.
    Refuse(String),
}

/// A message that somebody would write, or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageDraft {
    /// In which room.
    pub room: RoomId,
    /// Who.
    pub sender: UserId,
    /// What it would say.
    pub body: MessageBody,
    /// The message that it answers; not told of an edit.
    pub reply_to: Option<Seq>,
    /// The message that it would change; none where it is a new one.
    pub edits: Option<Seq>,
}

/// A seat that somebody would take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntendedJoin {
    /// In which room.
    pub room: RoomId,
    /// Who.
    pub user: UserId,
    /// By which invite; none where it is by the room's password.
    pub invite: Option<InviteId>,
    /// What they would pay, in coins.
    pub charge: Coins,
    /// They were admitted before, and come back (R-ADM-08).
    pub returns: bool,
}

/// A room that somebody would make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntendedRoom {
    /// Who, and so its owner.
    pub owner: UserId,
    /// Its name.
    pub name: Name,
    /// How many members it would hold.
    pub capacity: Capacity,
}

/// How long hooks may take, and what follows where one fails.
///
/// ```
/// use std::time::Duration;
///
/// use chat_core::ports::hook::{HookPolicy, OnHookFailure};
///
/// let policy = HookPolicy { time_limit: Duration::from_millis(500), on_failure: OnHookFailure::Allow };
/// assert_ne!(policy, HookPolicy::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookPolicy {
    /// How long one call may take. Default: 2 s.
    pub time_limit: Duration,
    /// What becomes of an act whose hook failed. Default: it is refused.
    pub on_failure: OnHookFailure,
}

/// What becomes of an act whose hook failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnHookFailure {
    /// It does not happen: `HookFailed`. The same call may succeed later.
    Refuse,
    /// It happens, as if there were no hook.
    Allow,
}

impl Default for HookPolicy {
    fn default() -> Self {
        Self { time_limit: Duration::from_secs(2), on_failure: OnHookFailure::Refuse }
    }
}
