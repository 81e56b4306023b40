//! JSON Web Tokens of the test's own making. Header and claims are text, so that they may be wrong in any way.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{
    Hmac, KeyInit, Mac,
    digest::{FixedOutput, Update},
};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};

/// What a token of somebody's says, and the key that it is signed with.
#[derive(Clone)]
pub(crate) struct Original {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    pub(crate) key: String,
}

impl Original {
    /// What this token says, which the server has signed with this key.
    pub(crate) fn of(token: &str, key: &str) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else { panic!("three parts: {token}") };
        let expected = encoded(&hs256(key, &format!("{header}.{claims}")));
        assert_eq!(*signature, expected, "this is how the server signs, so the forgeries differ where they say");
        Self { header: decoded(header), claims: decoded(claims), key: key.to_owned() }
    }

    /// The name of the key.
    pub(crate) fn kid(&self) -> &str {
        self.header["kid"].as_str().expect("a token names its key")
    }

    /// The same token, but for what is done to its header.
    pub(crate) fn with_header(&self, change: impl FnOnce(&mut Value)) -> Self {
        let mut changed = self.clone();
        change(&mut changed.header);
        changed
    }

    /// The same token, but for what is done to its claims.
    pub(crate) fn with_claims(&self, change: impl FnOnce(&mut Value)) -> Self {
        let mut changed = self.clone();
        change(&mut changed.claims);
        changed
    }

    /// The same token, but for when it ends.
    pub(crate) fn ending(&self, exp: i64) -> Self {
        self.with_claims(|claims| claims["exp"] = json!(exp))
    }

    /// The same token under another key.
    pub(crate) fn under(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// Signed as the server does it.
    pub(crate) fn signed(&self) -> String {
        signed(&self.header.to_string(), &self.claims.to_string(), &self.key)
    }

    /// What there is to sign.
    pub(crate) fn message(&self) -> String {
        message(&self.header.to_string(), &self.claims.to_string())
    }
}

/// A token of this header and these claims, under HMAC with SHA-256.
pub(crate) fn signed(header: &str, claims: &str, key: &str) -> String {
    let message = message(header, claims);
    let signature = encoded(&hs256(key, &message));
    format!("{message}.{signature}")
}

fn message(header: &str, claims: &str) -> String {
    format!("{}.{}", encoded(header.as_bytes()), encoded(claims.as_bytes()))
}

pub(crate) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(part: &str) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

pub(crate) fn hs256(key: &str, message: &str) -> Vec<u8> {
    mac::<Hmac<Sha256>>(key, message)
}

pub(crate) fn hs384(key: &str, message: &str) -> Vec<u8> {
    mac::<Hmac<Sha384>>(key, message)
}

pub(crate) fn hs512(key: &str, message: &str) -> Vec<u8> {
    mac::<Hmac<Sha512>>(key, message)
}

fn mac<M: Mac + KeyInit + Update + FixedOutput>(key: &str, message: &str) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key.as_bytes()).expect("HMAC takes any key");
    Mac::update(&mut mac, message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Now, as tokens count.
pub(crate) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    now.as_secs().try_into().expect("before the end of time")
}
