//! The application's tokens, as the chat reads them: signed by any key of a JWK set (RFC 7517), which a token names by its
//! `kid`. So keys follow each other without anybody being signed out.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use std::{error::Error, fs};

use async_trait::async_trait;
use chat_core::model::{text::Name, time::Timestamp, user::UserId};
use chat_core::ports::authenticator::{Authenticator, Credentials, Identity, NotSignedIn};
use jsonwebtoken::{DecodingKey, Validation, errors::ErrorKind, jwk::JwkSet};

pub(crate) const ISSUER: &str = "the application";

#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: String,
    pub(crate) name: String,
    pub(crate) exp: u64,
}

type Keys = HashMap<String, (DecodingKey, Validation)>;
/// By which a file is known to have changed.
type State = (SystemTime, u64);
type Failure = Box<dyn Error + Send + Sync>;

/// What the chat asks who calls.
pub(crate) struct Tokens {
    /// The key set. One of an identity provider stands at its `jwks_uri`, from where it is fetched once in a while, and no
    /// oftener, whatever strangers write into `kid`.
    file: PathBuf,
    read: RwLock<(Keys, State)>,
}

impl Tokens {
    pub(crate) fn new(file: impl Into<PathBuf>) -> Result<Self, Failure> {
        let file = file.into();
        Ok(Self { read: RwLock::new(read(&file)?), file })
    }

    /// Reads the set again where it has changed: keys come, and others are withdrawn.
    fn look(&self) -> Result<(), Failure> {
        let changed = state(&self.file)?;
        if changed != self.read.read().unwrap_or_else(PoisonError::into_inner).1 {
            *self.read.write().unwrap_or_else(PoisonError::into_inner) = read(&self.file)?;
        }
        Ok(())
    }

    /// Reads a token by the key that it names.
    fn claims(&self, token: &str) -> Result<Claims, NotSignedIn> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| NotSignedIn::Unauthenticated)?;
        let id = header.kid.ok_or(NotSignedIn::Unauthenticated)?;
        self.look().map_err(NotSignedIn::Unavailable)?;
        let (keys, _) = &*self.read.read().unwrap_or_else(PoisonError::into_inner);
        let (key, validation) = keys.get(&id).ok_or(NotSignedIn::Unauthenticated)?;
        let read = jsonwebtoken::decode(token, key, validation).map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => NotSignedIn::Expired,
            _ => NotSignedIn::Unauthenticated,
        });
        Ok(read?.claims)
    }
}

fn state(file: &PathBuf) -> Result<State, Failure> {
    let file = fs::metadata(file)?;
    Ok((file.modified()?, file.len()))
}

fn read(file: &PathBuf) -> Result<(Keys, State), Failure> {
    // Before the keys: what changes in between is read again.
    let changed = state(file)?;
    let set: JwkSet = serde_json::from_slice(&fs::read(file)?)?;
    let mut keys = HashMap::new();
    for key in set.keys {
        let (id, algorithm) = (key.common.key_id.as_ref(), key.common.key_algorithm);
        // Keys for something else may stand beside those that sign.
        let (Some(id), Some(Ok(algorithm))) = (id, algorithm.map(|name| name.to_string().parse())) else { continue };
        // The one algorithm that is the key's, whatever a token says of itself.
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.leeway = 0;
        keys.insert(id.clone(), (DecodingKey::from_jwk(&key)?, validation));
    }
    Ok((keys, changed))
}

#[async_trait]
impl Authenticator for Tokens {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, NotSignedIn> {
        let token = credentials.bearer().ok_or(NotSignedIn::Unauthenticated)?;
        let Claims { sub, name, exp, .. } = self.claims(token)?;
        let user = UserId::parse(&sub).map_err(|_| NotSignedIn::Unauthenticated)?;
        let name = Name::parse(&name).unwrap_or_else(|_| Name::from(&user));
        let end = Timestamp::from_millis(0).after(Duration::from_secs(exp));
        Ok(Identity::new(user).named(name).until(end))
    }
}
