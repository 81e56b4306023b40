use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    coin::Reason,
    text::Name,
    time::Timestamp,
    user::{AdminUser, PasswordHash, Phone, Standing, User, UserId},
};

/// A user to be.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Who. The balance is zero until the opening entry is appended.
    pub id: UserId,
    /// The name.
    pub name: Name,
    /// The telephone number, where the host's users have one.
    pub phone: Option<Phone>,
    /// The password, where the chat keeps one.
    pub password: Option<PasswordHash>,
    /// Since when.
    pub created_at: Timestamp,
}

/// What a sign-in is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Who, spelt as it was registered.
    pub user: UserId,
    /// Absent for users whom the host signs in.
    pub password: Option<PasswordHash>,
    /// Whether they may.
    pub standing: Standing,
}

/// A user under lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedUser {
    /// The user.
    pub user: User,
    /// What is kept of the password.
    pub password: Option<PasswordHash>,
}

/// Reading users.
#[async_trait]
pub trait UserStore: Send + Sync + 'static {
    /// The user of that id, compared byte for byte; erased ones included.
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError>;

    /// What the sign-in of that user is checked against.
    async fn credentials(&self, id: &UserId) -> Result<Option<Credentials>, StoreError>;

    /// The user of that id as the operator sees them, erased ones included.
    async fn admin_user(&self, id: &UserId) -> Result<Option<AdminUser>, StoreError>;

    /// At most `limit` users, erased ones included, in the order of the bytes of their ids, of those after `after` whose
    /// id holds `query` in whatever case of ASCII letters, or whose name holds it byte for byte.
    async fn find_users(&self, query: &str, after: Option<&UserId>, limit: usize)
    -> Result<Vec<AdminUser>, StoreError>;
}

/// Writing users.
#[async_trait]
pub trait UserTx: Send {
    /// Locks these users, and reads them. They are given in the order of their ids, without repeats; the answers stand
    /// in the same order, `None` where there is no such user.
    async fn lock_users(&mut self, ids: &[&UserId]) -> Result<Vec<Option<LockedUser>>, StoreError>;

    /// Inserts an active user who is not prime.
    /// - **Errors:** `Taken(UserId)` where a user has that id, or one that differs from it in case alone
    ///   (R-ACC-02), erased ones included. Waits for another transaction that is inserting the same.
    async fn insert_user(&mut self, user: &NewUser) -> Result<(), StoreError>;

    /// Sets name and phone. Lock: the user.
    async fn set_profile(&mut self, id: &UserId, name: &Name, phone: Option<&Phone>) -> Result<(), StoreError>;

    /// Sets the password. Lock: the user.
    async fn set_password(&mut self, id: &UserId, password: &PasswordHash) -> Result<(), StoreError>;

    /// Makes a user prime, or no longer so. Lock: the user.
    async fn set_prime(&mut self, id: &UserId, prime: bool) -> Result<(), StoreError>;

    /// Why a user is suspended, where a reason was given. Lock: the user.
    async fn suspended_reason(&mut self, id: &UserId) -> Result<Option<Reason>, StoreError>;

    /// Suspends a user, with the operator's words. Locks: the user and, so that no batch of messages has read their
    /// standing before, all rooms in which they have a seat.
    async fn suspend_user(&mut self, id: &UserId, reason: Option<&Reason>) -> Result<(), StoreError>;

    /// Lifts a suspension; the reason goes with it. Lock: the user.
    async fn lift_user(&mut self, id: &UserId) -> Result<(), StoreError>;

    /// Erases a user: phone and password are gone, and the name becomes the id. The id stays taken. Lock: the user.
    async fn erase_user(&mut self, id: &UserId, at: Timestamp) -> Result<(), StoreError>;
}
