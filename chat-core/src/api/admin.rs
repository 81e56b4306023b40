use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{
        coin::{Amount, CoinEntry, CoinKey, Coins, Reason},
        operator::{AuditEntry, AuditId, Operator},
        outbox::{DeadLetter, OutboxId},
        room::{NamedMember, Room, RoomId},
        text::Name,
        user::{AdminUser, Phone, User, UserId},
    },
};

/// A user of the host's, as they begin.
#[derive(Clone, Debug)]
pub struct EnsureUser {
    /// Who.
    pub id: UserId,
    /// The name that others see.
    pub name: Name,
    /// The telephone number, where the host has one.
    pub phone: Option<Phone>,
    /// With how many coins; none: as [`Policy::starting_coins`](crate::policy::Policy::starting_coins) has it, which is
    /// with 0 where that leaves it to who registers (R-ACC-04). Of none but 0 with a wallet of the host's, which knows what
    /// its users have.
    pub coins: Option<Coins>,
}

impl EnsureUser {
    /// A user who begins with their id as their name, without a phone, and with the coins that the policy gives.
    pub fn new(id: UserId) -> Self {
        Self { name: Name::from(&id), id, phone: None, coins: None }
    }
}

/// A grant (above zero) or a debit (below).
#[derive(Clone, Debug)]
pub struct ChangeCoins {
    /// By how much.
    pub amount: Amount,
    /// The operator's words.
    pub reason: Reason,
    /// The key under which it is done once (R-COIN-03).
    pub key: CoinKey,
}

/// A change of a balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedCoins {
    /// The ledger entry.
    pub entry: CoinEntry,
    /// It was made by an earlier call under the same key.
    pub repeated: bool,
}

/// A page of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPage {
    /// The users, in the order of the bytes of their ids.
    pub users: Vec<AdminUser>,
    /// There are more after the last of them.
    pub has_more: bool,
}

/// A page of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries, the newest first.
    pub entries: Vec<AuditEntry>,
    /// There are older ones.
    pub has_more: bool,
}

/// A page of the dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterPage {
    /// The letters, the newest entry first.
    pub letters: Vec<DeadLetter>,
    /// There are older ones.
    pub has_more: bool,
}

/// A room, as the operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminRoom {
    /// The room.
    pub room: Room,
    /// Who sits in it: owner first, then moderators, then members, each by the earlier join.
    pub members: Vec<NamedMember>,
}

/// What only the embedding application and its operators do (R-ACC-05). Whoever holds this decides for everybody:
/// transports ask for a credential of its own. All of it takes a [`Right`](crate::model::operator::Right), and answers
/// `NotAllowed` to who has it not; whatever changes something is written into the audit, in the same transaction. Apart
/// from [`ensure_user`](Self::ensure_user), by which the application lets in users of its own.
///
/// ```
/// use chat_core::api::{Admin, ChangeCoins};
/// use chat_core::error::ChatError;
/// use chat_core::model::coin::{Amount, CoinKey, Coins, Reason};
/// use chat_core::model::{operator::Operator, user::UserId};
///
/// async fn sell(chat: &impl Admin, to: &UserId, coins: Coins, reason: Reason, order: CoinKey) -> Result<bool, ChatError> {
///     let change = ChangeCoins { amount: Amount::credit(coins), reason, key: order };
///     Ok(chat.change_coins(&Operator::host(), to, change).await?.repeated) // Under its key it is done once.
/// }
/// ```
#[async_trait]
pub trait Admin: Send + Sync + 'static {
    /// The user of that id, in whatever standing; where there is none yet, one is made who has no password, and so signs
    /// in by the host alone. Who is there already stays as they are. However often and on however many nodes at once it
    /// is called, one user comes of it, and one opening entry in their ledger.
    ///
    /// # Errors
    /// `Invalid` (`coins` above zero, with a wallet of the host's); `UserIdTaken` where the id differs from another user's
    /// in case alone (R-ACC-02); `WalletUnavailable`, with the user made.
    async fn ensure_user(&self, user: EnsureUser) -> Result<User, ChatError>;

    /// A user, in whatever standing, with what they have to spend. Right: `Look`.
    ///
    /// # Errors
    /// `NotAllowed`, `UserNotFound`, `WalletUnavailable`.
    async fn find_user(&self, by: &Operator, user: &UserId) -> Result<AdminUser, ChatError>;

    /// At most `limit` users after `after` whose id (in whatever case) or name (as it is written) holds `query`. Right:
    /// `Look`.
    ///
    /// # Errors
    /// `NotAllowed`.
    async fn find_users(
        &self,
        by: &Operator,
        query: &str,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<UserPage, ChatError>;

    /// Makes a user prime, or no longer so. Twice is no error. Right: `Users`.
    ///
    /// # Errors
    /// `NotAllowed`, `UserNotFound`.
    async fn set_prime(&self, by: &Operator, user: &UserId, prime: bool) -> Result<AdminUser, ChatError>;

    /// Suspends a user: they are signed in nowhere from then on, and nothing that they do gets a number any more
    /// (R-ACC-06). Twice is no error; another reason takes the place of the one before. Right: `Users`.
    ///
    /// # Errors
    /// `NotAllowed`, `UserNotFound`.
    async fn suspend_user(&self, by: &Operator, user: &UserId, reason: Option<Reason>) -> Result<AdminUser, ChatError>;

    /// Lifts a suspension; why, stands in the audit. Sessions that were not ended go on. Twice is no error. Right: `Users`.
    ///
    /// # Errors
    /// `NotAllowed`, `UserNotFound`.
    async fn lift_user(&self, by: &Operator, user: &UserId, reason: Option<Reason>) -> Result<AdminUser, ChatError>;

    /// Erases a user for good (R-ACC-06): they leave all rooms, their friendships, requests and sessions end, name and
    /// phone are gone. The id is never given again, and their messages stay under it. Twice is no error. Right: `Users`.
    ///
    /// # Errors
    /// `NotAllowed`, `UserNotFound`.
    async fn erase_user(&self, by: &Operator, user: &UserId) -> Result<(), ChatError>;

    /// Ends all sessions of a user, who may sign in again. Users whom the host signs in have none: of those all living
    /// connections end, so that who is signed out there is gone here. Call it once what they showed is good no more; a
    /// connection that was let in by it at that very moment may stay. Right: `Users`.
    ///
    /// # Errors
    /// `NotAllowed`, `UserNotFound`.
    async fn end_sessions(&self, by: &Operator, user: &UserId) -> Result<(), ChatError>;

    /// Grants or debits coins, once a key. Right: `Coins`.
    ///
    /// # Errors
    /// `NotAllowed`, `UserNotFound`, `IdempotencyConflict`, `InsufficientCoins` (a debit below zero),
    /// `BalanceOverflow`.
    async fn change_coins(&self, by: &Operator, user: &UserId, change: ChangeCoins) -> Result<ChangedCoins, ChatError>;

    /// A room and who sits in it. Right: `Look`.
    ///
    /// # Errors
    /// `NotAllowed`, `RoomNotFound`.
    async fn look_at_room(&self, by: &Operator, room: RoomId) -> Result<AdminRoom, ChatError>;

    /// Closes a room; its members read on and may leave (R-ADM-10). Twice is no error. Right: `Rooms`.
    ///
    /// # Errors
    /// `NotAllowed`, `RoomNotFound`.
    async fn close_room(&self, by: &Operator, room: RoomId) -> Result<(), ChatError>;

    /// What operators did, the newest first; with `before`, only what is older. Right: `Look`.
    ///
    /// # Errors
    /// `NotAllowed`.
    async fn audit(&self, by: &Operator, before: Option<AuditId>, limit: usize) -> Result<AuditPage, ChatError>;

    /// What consumers were not told though it was tried to the end, the newest entry first; with `before`, only what is
    /// older. Right: `Look`.
    ///
    /// # Errors
    /// `NotAllowed`.
    async fn dead_letters(
        &self,
        by: &Operator,
        before: Option<OutboxId>,
        limit: usize,
    ) -> Result<DeadLetterPage, ChatError>;

    /// Has a dead letter sent again, with all its attempts anew, before what waits in its lane. Right: `Outbox`.
    ///
    /// # Errors
    /// `NotAllowed`, `DeadLetterNotFound`.
    async fn retry_dead_letter(&self, by: &Operator, id: OutboxId) -> Result<(), ChatError>;

    /// Deletes a dead letter: its consumer is never told. Right: `Outbox`.
    ///
    /// # Errors
    /// `NotAllowed`, `DeadLetterNotFound`.
    async fn delete_dead_letter(&self, by: &Operator, id: OutboxId) -> Result<(), ChatError>;
}
