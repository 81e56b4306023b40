use async_trait::async_trait;

use super::SignedIn;
use crate::{
    error::ChatError,
    model::{
        coin::Coins,
        session::{Caller, DeviceId},
        text::Name,
        user::{Password, Phone, Profile, User, UserId},
    },
};

/// A registration (R-ACC-01).
#[derive(Clone, Debug)]
pub struct Register {
    /// Who.
    pub user_id: UserId,
    /// The device that is signed in by it.
    pub device: DeviceId,
    /// The name.
    pub name: Name,
    /// The telephone number.
    pub phone: Phone,
    /// The coins asked for (R-ACC-04).
    pub coins: Coins,
    /// The password.
    pub password: Password,
}

/// What a user changes of themself. What is absent stays.
#[derive(Clone, Debug, Default)]
pub struct UpdateUser {
    /// Another name.
    pub name: Option<Name>,
    /// Another telephone number.
    pub phone: Option<Phone>,
}

/// Users and their profiles.
#[async_trait]
pub trait Users: Send + Sync + 'static {
    /// Registers a user and signs them in.
    ///
    /// # Errors
    /// `UserIdTaken`, `Invalid` (`availCoins` over the maximum), `Overloaded`.
    async fn register(&self, register: Register) -> Result<SignedIn, ChatError>;

    /// The caller, as they see themself.
    async fn me(&self, caller: &Caller) -> Result<User, ChatError>;

    /// Changes the caller's name or phone.
    async fn update_me(&self, caller: &Caller, update: UpdateUser) -> Result<User, ChatError>;

    /// What the caller sees of a user (R-PRO-01).
    ///
    /// # Errors
    /// `UserNotFound`, also for one who was erased.
    async fn profile(&self, caller: &Caller, user: &UserId) -> Result<Profile, ChatError>;
}
