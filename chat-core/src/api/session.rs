use std::net::IpAddr;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::{
    error::ChatError,
    model::{
        session::{Caller, DeviceId, SessionTokens},
        time::Timestamp,
        user::{Password, User},
    },
    ports::authenticator::Credentials,
};

/// A sign-in.
#[derive(Clone, Debug)]
pub struct Login {
    /// Who; a text that is no user id is an unknown user.
    pub user_id: String,
    /// The device, whose earlier session ends (R-ACC-03).
    pub device: DeviceId,
    /// The password as given; one of impossible length is simply wrong.
    pub password: SecretString,
    /// From where, as far as it is known; of IPv6 the network that one customer has. Wrong passwords are counted by it.
    pub address: Option<IpAddr>,
}

/// Who has just signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// What they hold of the session.
    pub session: SessionTokens,
}

/// One of a user's sessions, as they see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSession {
    /// On which device.
    pub device: DeviceId,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to within the life of an access token: each comes with a sign-in or a refresh.
    pub last_seen_at: Timestamp,
    /// It is the caller's own.
    pub current: bool,
}

/// A change of password.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    /// The present one, as given.
    pub old: SecretString,
    /// The next one.
    pub new: Password,
}

/// Signing in and staying so.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Signs a user in on a device.
    ///
    /// # Errors
    /// `InvalidCredentials`, `Suspended` (after the right password), `RateLimited` (after many wrong ones, see
    /// [`GuessLimits`](crate::GuessLimits)), `Overloaded`.
    async fn login(&self, login: Login) -> Result<SignedIn, ChatError>;

    /// Exchanges a refresh token for new tokens.
    ///
    /// # Errors
    /// `InvalidRefreshToken`; one that was used up before ends its session as stolen.
    async fn refresh(&self, refresh_token: &str) -> Result<SessionTokens, ChatError>;

    /// Ends the caller's session, and closes its connections.
    async fn logout(&self, caller: &Caller) -> Result<(), ChatError>;

    /// The caller's sessions that can still be used, the one seen last first.
    async fn sessions(&self, caller: &Caller) -> Result<Vec<DeviceSession>, ChatError>;

    /// Ends the caller's session on a device, and closes its connections.
    ///
    /// # Errors
    /// `SessionNotFound` where there is none that can still be used.
    async fn end_session(&self, caller: &Caller, device: &DeviceId) -> Result<(), ChatError>;

    /// Changes the caller's password. All their other sessions end.
    ///
    /// # Errors
    /// `InvalidCredentials` where the old one is wrong; `RateLimited` where it was so often.
    async fn change_password(&self, caller: &Caller, change: ChangePassword) -> Result<(), ChatError>;

    /// Who shows these credentials: by the host's [`Authenticator`](crate::ports::authenticator::Authenticator) where
    /// there is one, else by an access token of the chat's own. Reads the store at the first call of a session, or of a
    /// user of the host's, only; what ended it since is known without.
    ///
    /// # Errors
    /// `Unauthenticated`, `TokenExpired`, `SessionRevoked`, `Suspended`; `UserIdTaken` where the host vouches for an id
    /// that differs from another user's in case alone; `SignInUnavailable`.
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Caller, ChatError>;

    /// Whether callers sign in by the host's own sign-in, so that the chat's access tokens are good for nothing.
    fn host_signs_in(&self) -> bool;
}
