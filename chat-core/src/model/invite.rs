//! An invite: a token that stands in for a room's id and password, for one person, once (R-INV-03).

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{room::RoomId, time::Timestamp, user::UserId, uuid_id};

uuid_id! {
    /// Which invite. Not a secret, and of no use without the token.
    InviteId
}

/// The secret that the invited person shows: 192 random bits, shown once, kept nowhere.
#[derive(Clone, Debug)]
pub struct InviteToken(SecretString);

impl InviteToken {
    /// Takes whatever a client sent; what was never given out is found nowhere.
    pub fn from_client(text: &str) -> Self {
        Self(text.into())
    }

    /// The token of these random bytes.
    pub fn from_random(bytes: [u8; 24]) -> Self {
        Self(format!("inv_{}", URL_SAFE_NO_PAD.encode(bytes)).into())
    }

    /// The text to hand over.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the store keeps of it. A plain hash suffices: the token has too many bits to be guessed.
    pub fn hash(&self) -> InviteTokenHash {
        InviteTokenHash(Sha256::digest(self.expose()).into())
    }
}

/// SHA-256 of an [`InviteToken`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct InviteTokenHash([u8; 32]);

impl InviteTokenHash {
    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for InviteTokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteTokenHash(***)")
    }
}

/// An invite as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Which.
    pub id: InviteId,
    /// To which room.
    pub room: RoomId,
    /// Who made it.
    pub maker: UserId,
    /// Who alone can use it.
    pub invitee: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends unused.
    pub expires_at: Timestamp,
    /// When it was used, where it was.
    pub used_at: Option<Timestamp>,
    /// When it was revoked, where it was.
    pub revoked_at: Option<Timestamp>,
}
