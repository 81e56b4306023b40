//! Who signs in to the operators' API.

use async_trait::async_trait;
use chat_core::model::operator::Operator;
use http::{HeaderMap, Method};
use secrecy::{ExposeSecret, SecretString};
use subtle::{Choice, ConstantTimeEq};

use crate::{
    problem::Problem,
    signed_in::{CountedAs, SignIn, bearer_token, invalid_token, is_token68},
};

/// An operator and the secret with which they sign in, as `Authorization: Bearer …`.
///
/// ```
/// use chat_core::model::operator::Operator;
/// use chat_http::OperatorToken;
///
/// assert!(OperatorToken::new(Operator::host(), "0b6f1d5e8c2a4f7795d3e1c0a8b4f6d2".into()).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct OperatorToken {
    operator: Operator,
    token: SecretString,
}

/// No `Authorization` header can carry this text as a bearer token (RFC 6750, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoBearerToken;

impl std::fmt::Display for NoBearerToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a bearer token has one or more of A-Z a-z 0-9 - . _ ~ + /, and may end in =")
    }
}

impl std::error::Error for NoBearerToken {}

impl OperatorToken {
    /// Takes a token of any strength; at least 128 random bits are advised. Of two operators with one token the first
    /// is who signs in with it.
    ///
    /// # Errors
    /// Where no client could send it.
    pub fn new(operator: Operator, token: SecretString) -> Result<Self, NoBearerToken> {
        if is_token68(token.expose_secret()) { Ok(Self { operator, token }) } else { Err(NoBearerToken) }
    }
}

pub(super) struct ByToken(pub(super) Vec<OperatorToken>);

#[async_trait]
impl SignIn<Operator> for ByToken {
    async fn caller(&self, _: &Method, headers: &HeaderMap) -> Result<Operator, Problem> {
        let token = bearer_token(headers)?;
        // All are compared, each for as long wherever a guess of its length goes wrong.
        let is_token = |known: &OperatorToken| known.token.expose_secret().as_bytes().ct_eq(token.as_bytes());
        let matches: Vec<Choice> = self.0.iter().map(is_token).collect();
        let known = self.0.iter().zip(matches).find(|(_, is_token)| bool::from(*is_token));
        known.map(|(known, _)| known.operator.clone()).ok_or_else(invalid_token)
    }

    fn counted_as<'c>(&self, operator: &'c Operator) -> Option<CountedAs<'c>> {
        Some(CountedAs::Operator(operator.name()))
    }
}
