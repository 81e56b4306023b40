//! What must not become known, and the keys that are derived from it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::known_secret::is_known;

/// The secrets of a chat. None of them shows in `Debug`.
///
/// ```
/// use chat_core::{Secrets, SecretsError};
///
/// # fn main() -> Result<(), SecretsError> {
/// let for_a_test = Secrets::random()?;
/// assert_eq!(Secrets::new(Vec::new(), "pepper".into()).err(), Some(SecretsError::NoJwtKey));
/// assert_eq!(Secrets::new(vec!["short".into()], "pepper".into()).err(), Some(SecretsError::ShortJwtKey));
/// # drop(for_a_test);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Secrets {
    jwt_keys: Vec<SecretString>,
    pepper: SecretString,
}

impl Secrets {
    /// The least length of a key that signs access tokens, in bytes (RFC 7518, section 3.2).
    pub const MIN_JWT_KEY: usize = 32;

    /// Takes the keys of access tokens, of which the first signs and all verify, and the pepper of the passwords.
    /// The UTF-8 bytes of each are used. What is known to everybody is refused: placeholders, and examples that are printed
    /// somewhere. `openssl rand -base64 32` makes a good one.
    ///
    /// # Errors
    /// Those of [`for_demo`](Self::for_demo); [`SecretsError::KnownJwtKey`], [`SecretsError::KnownPepper`].
    pub fn new(jwt_keys: Vec<SecretString>, pepper: SecretString) -> Result<Self, SecretsError> {
        let secrets = Self::for_demo(jwt_keys, pepper)?;
        for key in secrets.jwt_keys.iter().map(SecretString::expose_secret) {
            if is_known(key) {
                return Err(SecretsError::KnownJwtKey { kid: kid(key.as_bytes()) });
            }
        }
        if is_known(secrets.pepper.expose_secret()) {
            return Err(SecretsError::KnownPepper);
        }
        Ok(secrets)
    }

    /// The same for a demonstration that strangers cannot reach: also with secrets that everybody knows.
    ///
    /// # Errors
    /// [`SecretsError::NoJwtKey`], [`SecretsError::ShortJwtKey`], [`SecretsError::EmptyPepper`].
    pub fn for_demo(jwt_keys: Vec<SecretString>, pepper: SecretString) -> Result<Self, SecretsError> {
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

    /// A key and a pepper that nobody knows, and that are gone with this value: for tests.
    ///
    /// # Errors
    /// [`SecretsError::NoRandomness`].
    pub fn random() -> Result<Self, SecretsError> {
        Self::new(vec![random_secret()?], random_secret()?)
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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretsError {
    /// At least one is needed.
    #[error("no key to sign access tokens with")]
    NoJwtKey,
    /// A short key can be guessed.
    #[error("a key that signs access tokens has at least {} bytes", Secrets::MIN_JWT_KEY)]
    ShortJwtKey,
    /// Who knows the key signs in as anybody. It is named by the `kid` of its tokens.
    #[error("the key {kid} (the kid of its tokens) is known to everybody: make one by `openssl rand -base64 32`")]
    KnownJwtKey {
        /// The `kid` in the header of the tokens that it would sign.
        kid: String,
    },
    /// Who knows the pepper, and gets at the stored passwords, guesses them as if there were none.
    #[error("the password pepper is known to everybody: make one by `openssl rand -base64 32`")]
    KnownPepper,
    /// The system gives none.
    #[error("the system gives no randomness")]
    NoRandomness,
    /// An empty one is none.
    #[error("the password pepper is empty")]
    EmptyPepper,
}

/// 256 random bits as text.
fn random_secret() -> Result<SecretString, SecretsError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| SecretsError::NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

/// How long the name of a key is, in bytes.
pub(crate) const KEY_ID: usize = 6;

/// The name of a key, by which the right one is found again.
pub(crate) fn key_id(jwt_key: &[u8]) -> [u8; KEY_ID] {
    derive(jwt_key, "chat: key id")
}

/// The same as it stands in access tokens.
pub(crate) fn kid(jwt_key: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(key_id(jwt_key))
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

    fn random() -> String {
        random_secret().unwrap().expose_secret().to_owned()
    }

    fn made_of(keys: &[&str], pepper: &str) -> Option<SecretsError> {
        Secrets::new(keys.iter().map(|key| SecretString::from(*key)).collect(), pepper.into()).err()
    }

    #[test]
    fn a_short_key_is_refused() {
        let key = random();
        assert_eq!(made_of(&[&key[..31]], &key), Some(SecretsError::ShortJwtKey));
        assert_eq!(made_of(&[&key[..32], &key[..31]], &key), Some(SecretsError::ShortJwtKey));
        assert_eq!(made_of(&[], &key), Some(SecretsError::NoJwtKey));
        assert_eq!(made_of(&[&key], ""), Some(SecretsError::EmptyPepper));
        assert_eq!(made_of(&[&key[..32]], &key), None);
    }

    #[test]
    fn a_known_key_is_refused_by_its_kid_and_a_known_pepper_too() {
        let (key, known) = (random(), "super-secret-jwt-token-with-at-least-32-characters-long");
        let refused = made_of(&[&key, known], &key).unwrap();
        assert_eq!(refused, SecretsError::KnownJwtKey { kid: kid(known.as_bytes()) });
        assert!(refused.to_string().contains(&kid(known.as_bytes())) && !refused.to_string().contains(known));
        assert_eq!(made_of(&[&key], "change-me"), Some(SecretsError::KnownPepper));
        assert!(Secrets::for_demo(vec![known.into()], "pepper".into()).is_ok());
        assert_eq!(Secrets::for_demo(vec!["short".into()], key.into()).err(), Some(SecretsError::ShortJwtKey));
    }

    #[test]
    fn random_secrets_differ() {
        let [one, other] = [Secrets::random().unwrap(), Secrets::random().unwrap()];
        assert_ne!(one.pepper_check(), other.pepper_check());
        assert_ne!(one.jwt_keys().next(), other.jwt_keys().next());
    }

    #[test]
    fn keys_of_different_purposes_differ() {
        assert_ne!(derive::<16>(b"secret", "a"), derive::<16>(b"secret", "b"));
        assert_eq!(derive::<16>(b"secret", "a"), derive::<16>(b"secret", "a"));
    }
}
