//! What must not become known, and the keys that are derived from it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The secrets of a chat. None of them shows in `Debug`.
#[derive(Clone, Debug)]
pub struct Secrets {
    jwt_keys: Vec<SecretString>,
    pepper: SecretString,
}

impl Secrets {
    /// The least length of a key that signs access tokens, in bytes (RFC 7518, section 3.2).
    pub const MIN_JWT_KEY: usize = 32;

    /// Takes the keys of access tokens, of which the first signs and all verify, and the pepper of the passwords.
    /// The UTF-8 bytes of each are used.
    pub fn new(jwt_keys: Vec<SecretString>, pepper: SecretString) -> Result<Self, SecretsError> {
        if jwt_keys.is_empty() {
            return Err(SecretsError::NoJwtKey);
        }
        if jwt_keys.iter().any(|key| key.expose_secret().len() < Self::MIN_JWT_KEY) {
            return Err(SecretsError::ShortJwtKey);
        }
        if pepper.expose_secret().is_empty() {
            return Err(SecretsError::EmptyPepper);
        }
        Ok(Self { jwt_keys, pepper })
    }

    pub(crate) fn jwt_keys(&self) -> impl Iterator<Item = &[u8]> {
        self.jwt_keys.iter().map(|key| key.expose_secret().as_bytes())
    }

    pub(crate) fn pepper_key(&self) -> [u8; 32] {
        derive(self.pepper.expose_secret().as_bytes(), "chat: password pepper")
    }

    /// The key under which the content of messages is told apart; it lives as long as the pepper.
    pub(crate) fn content_key(&self) -> [u8; 32] {
        derive(self.pepper.expose_secret().as_bytes(), "chat: message content")
    }

    /// A value from which the pepper cannot be had, but by which it is known again.
    pub(crate) fn pepper_check(&self) -> String {
        URL_SAFE_NO_PAD.encode(derive::<16>(self.pepper.expose_secret().as_bytes(), "chat: pepper check"))
    }
}

/// Why secrets are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// At least one is needed.
    #[error("no key to sign access tokens with")]
    NoJwtKey,
    /// A short key can be guessed.
    #[error("a key that signs access tokens has at least {} bytes", Secrets::MIN_JWT_KEY)]
    ShortJwtKey,
    /// An empty one is none.
    #[error("the password pepper is empty")]
    EmptyPepper,
}

/// A key for one purpose (RFC 5869): knowing it tells nothing of the secret, nor of the key for another purpose.
pub(crate) fn derive<const N: usize>(secret: &[u8], purpose: &str) -> [u8; N] {
    const { assert!(N <= 32 * 255, "HKDF yields at most 255 blocks") };
    let mut key = [0; N];
    #[expect(clippy::expect_used, reason = "the only error is a length over 255 blocks, ruled out above")]
    Hkdf::<Sha256>::new(None, secret).expand(purpose.as_bytes(), &mut key).expect("a length that HKDF yields");
    key
}

/// A MAC under a derived key.
pub(crate) fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
    Hmac::new_from_slice(key).expect("HMAC takes any key")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: usize) -> SecretString {
        "k".repeat(length).into()
    }

    #[test]
    fn a_short_key_is_refused() {
        assert_eq!(Secrets::new(vec![text(31)], text(1)).err(), Some(SecretsError::ShortJwtKey));
        assert_eq!(Secrets::new(vec![text(32), text(31)], text(1)).err(), Some(SecretsError::ShortJwtKey));
        assert_eq!(Secrets::new(vec![], text(1)).err(), Some(SecretsError::NoJwtKey));
        assert_eq!(Secrets::new(vec![text(32)], text(0)).err(), Some(SecretsError::EmptyPepper));
        assert!(Secrets::new(vec![text(32)], text(1)).is_ok());
    }

    #[test]
    fn keys_of_different_purposes_differ() {
        assert_ne!(derive::<16>(b"secret", "a"), derive::<16>(b"secret", "b"));
        assert_eq!(derive::<16>(b"secret", "a"), derive::<16>(b"secret", "a"));
    }
}
