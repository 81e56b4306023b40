//! A session: one user signed in on one device.

use std::fmt;

use secrecy::SecretString;

use super::{text::check_id, time::Timestamp, user::UserId, uuid_id};
use crate::fault::Fault;

uuid_id! {
    /// Which session.
    SessionId
}

/// Which device: 1 to 128 of `A-Z a-z 0-9 . _ @ : + -` (R-ACC-03). A user has one session on each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(Box<str>);

impl DeviceId {
    /// The greatest number of characters.
    pub const MAX: usize = 128;

    /// Checks the text.
    ///
    /// # Errors
    /// `too_short`, `too_long`, `bad_format` (R-ACC-03).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        check_id(text, Self::MAX)?;
        Ok(Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who calls. Made by the chat from an access token, by the host's own sign-in, or by the host itself.
///
/// ```
/// use chat_core::model::{session::Caller, user::UserId};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let alice = Caller::user(UserId::parse("alice")?); // Your own code, on her behalf.
/// assert!(alice.session.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Which user.
    pub user: UserId,
    /// The session they signed in to, where it is one of the chat's own.
    pub session: Option<CallerSession>,
    /// When what they showed ends, where it does.
    pub expires_at: Option<Timestamp>,
}

/// The session behind a [`Caller`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerSession {
    /// Which.
    pub id: SessionId,
    /// On which device.
    pub device: DeviceId,
}

impl Caller {
    /// A user whom the host vouches for, without a session of the chat's.
    pub const fn user(id: UserId) -> Self {
        Self { user: id, session: None, expires_at: None }
    }
}

/// A session as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// On which device.
    pub device: DeviceId,
    /// How often its refresh token was replaced; the present one bears this number.
    pub generation: u64,
    /// Since when.
    pub created_at: Timestamp,
    /// When the refresh token was replaced last; at first, when it was made.
    pub rotated_at: Timestamp,
    /// When it was ended, where it was.
    pub revoked_at: Option<Timestamp>,
}

/// What a client holds of its session. The tokens are secrets: they do not show in `Debug`.
#[derive(Clone, Debug)]
pub struct SessionTokens {
    /// A JSON Web Token (RFC 9068), sent with every call.
    pub access_token: SecretString,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Opaque; exchanged for new tokens, and replaced by that.
    pub refresh_token: SecretString,
    /// When it ends if it is not used.
    pub refresh_expires_at: Timestamp,
    /// The device they belong to.
    pub device: DeviceId,
}
