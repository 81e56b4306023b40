//! Who is calling: by a bearer token (RFC 6750) or what else a sign-in knows, found out before the body is looked at.

use std::sync::Arc;

use async_trait::async_trait;
use chat_core::model::{operator::OperatorName, user::UserId};
use http::{HeaderMap, HeaderValue, Method, header};
use poem::{PathPattern, Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaSecurityScheme, Registry},
};

use crate::{
    code::Code,
    limits::{Allowance, Kind},
    poem_service::shape,
    problem::Problem,
};

/// Turns what a request shows of its sender into a caller of type `C`.
#[async_trait]
pub trait SignIn<C>: Send + Sync {
    /// Who sends a request of this method with these headers. The problem is 401 (`unauthenticated`, `token_expired`,
    /// `session_revoked`) or 403 (`suspended`), or says that it could not be found out. Of a sign-in by the host it may
    /// be 409 (`user_id_taken`), too, and of one that writes 403 (`not_allowed`).
    async fn caller(&self, method: &Method, headers: &HeaderMap) -> Result<C, Problem>;

    /// Whether it is the host's own, of which more is known to the host than to us: it may go by cookies, say.
    fn is_the_hosts(&self) -> bool {
        false
    }

    /// Against whose limits the caller's requests count; `None`: nobody's.
    fn counted_as<'c>(&self, _caller: &'c C) -> Option<CountedAs<'c>> {
        None
    }
}

/// Against whose limits requests count, beside those of their address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedAs<'c> {
    /// A user's.
    User(&'c UserId),
    /// An operator's.
    Operator(&'c OperatorName),
}

/// The signed-in caller of an operation. It must be the first argument after `&self`: arguments are taken in their
/// order, and a stranger is to hear of nothing else.
#[derive(Clone, Debug)]
pub struct SignedIn<C>(pub C);

pub(crate) const SCHEME: &str = "bearer";
const SESSION_TOKEN: &str = "The `accessToken` of a session.";

impl<'a, C: Send + Sync + 'static> ApiExtractor<'a> for SignedIn<C> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(
            SCHEME,
            MetaSecurityScheme {
                ty: "http",
                description: Some(SESSION_TOKEN),
                name: None,
                key_in: None,
                scheme: Some("bearer"),
                bearer_format: Some("JWT"),
                flows: None,
                openid_connect_url: None,
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME]
    }

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> Result<Self> {
        let sign_in = request.data::<Arc<dyn SignIn<C>>>();
        let sign_in = sign_in.ok_or_else(|| Problem::internal("the operation was mounted without a sign-in"))?;
        let limited = limited(request);
        if let Some((allowance, kind)) = limited {
            allowance.before_sign_in(kind)?;
        }
        let caller = sign_in.caller(request.method(), request.headers()).await;
        if let Some((allowance, kind)) = limited {
            let counted_as = caller.as_ref().ok().and_then(|caller| sign_in.counted_as(caller));
            allowance.after_sign_in(kind, counted_as)?;
        }
        Ok(Self(caller?))
    }
}

/// What limits a request to an operation, where anything does.
pub(crate) fn limited(request: &Request) -> Option<(&Allowance, Kind)> {
    let allowance = request.extensions().get::<Allowance>()?;
    let path = request.data::<PathPattern>().map(|pattern| shape(&pattern.0)).unwrap_or_default();
    Some((allowance, Kind::of(request.method(), &path)))
}

/// The access token in `Authorization`, or why there is none.
///
/// # Errors
/// `unauthenticated`.
pub fn bearer_token(headers: &HeaderMap) -> Result<&str, Problem> {
    optional_bearer_token(headers)?.ok_or_else(|| Problem::new(Code::Unauthenticated))
}

/// The access token in `Authorization`; none where that is not there, or of another scheme. More than one, or a
/// malformed token, is a problem: what else may say who calls must not be asked then.
pub(crate) fn optional_bearer_token(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::new(Code::Unauthenticated));
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = token.trim_start_matches(' ');
    if is_token68(token) { Ok(Some(token)) } else { Err(invalid_token()) }
}

/// `unauthenticated` where a token was given, but is none of ours.
pub fn invalid_token() -> Problem {
    let challenge = HeaderValue::from_static(r#"Bearer error="invalid_token""#);
    Problem::new(Code::Unauthenticated).header(header::WWW_AUTHENTICATE, challenge)
}

/// `b64token` of RFC 6750, 2.1.
pub(crate) fn is_token68(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(authorization: &[&str]) -> Result<String, String> {
        let headers = authorization.iter().map(|value| (header::AUTHORIZATION, HeaderValue::from_str(value).unwrap()));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        let challenge = |problem: Problem| problem.head().1[header::WWW_AUTHENTICATE].to_str().unwrap().to_owned();
        bearer_token(&map).map(str::to_owned).map_err(challenge)
    }

    #[test]
    fn the_token_is_found_whatever_the_case_of_the_scheme() {
        assert_eq!(token(&["Bearer a.b-c_d"]), Ok("a.b-c_d".to_owned()));
        assert_eq!(token(&["bEARER   abc=="]), Ok("abc==".to_owned()));
    }

    #[test]
    fn who_sends_no_token_is_told_the_scheme_alone() {
        assert_eq!(token(&[]), Err("Bearer".to_owned()));
        assert_eq!(token(&["Basic YTpi"]), Err("Bearer".to_owned()));
        assert_eq!(token(&["abc"]), Err("Bearer".to_owned()));
        assert_eq!(token(&["Bearer abc", "Bearer abc"]), Err("Bearer".to_owned()));
    }

    #[test]
    fn who_sends_a_malformed_token_is_told_so() {
        let invalid = Err(r#"Bearer error="invalid_token""#.to_owned());
        assert_eq!(token(&["Bearer "]), invalid);
        assert_eq!(token(&["Bearer a b"]), invalid);
        assert_eq!(token(&["Bearer a,b"]), invalid);
        assert_eq!(token(&["Bearer ="]), invalid);
    }
}
