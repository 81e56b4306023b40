//! The chat by REST.

mod accounts;
mod friends;
mod members;
mod messages;
mod rooms;

use std::{sync::Arc, time::Duration};

use http::{Method, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::watch;

pub use self::messages::Page;
use crate::{
    error::Error,
    sign_in::{Keeper, Tokens},
    wire::{Problem, Registration, Session, SignedIn, User},
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A signed-in user's calls by REST. Cloned cheaply; all clones have one session, which they refresh by themselves.
///
/// A call is asked once: where the connection breaks, [`Error::Network`] says so, and it may have been done. Joining,
/// leaving, setting and removing may be asked again; what makes something new takes a key.
///
/// An answer is waited for at most 30 seconds. Proxies that the environment names are not used, and `http` is the only
/// scheme: TLS is not built in.
///
/// ```
/// use chat_client::{Api, Error};
///
/// # async fn look() -> Result<(), Error> {
/// let (api, me) = Api::login("http://127.0.0.1:8080", "alice", "script", "demo-password").await?;
/// println!("{} has {} coins", me.user_id, me.avail_coins);
/// for room in api.rooms().await? {
///     println!("{} {}", room.room_id, room.name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    line: Line,
    keeper: Keeper,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("base", &self.0.line.base).finish_non_exhaustive()
    }
}

impl Api {
    /// Registers a user at the chat at `base`, for instance `http://127.0.0.1:8080`, and signs them in.
    ///
    /// # Errors
    /// Those of any call; `user_id_taken`.
    pub async fn register(base: &str, registration: &Registration) -> Result<(Self, User), Error> {
        Self::enter(base, "/api/register", registration).await
    }

    /// Signs in. A former session of the same user and device ends.
    ///
    /// # Errors
    /// Those of any call; `invalid_credentials`, `suspended`.
    pub async fn login(base: &str, user_id: &str, device_id: &str, password: &str) -> Result<(Self, User), Error> {
        let body = serde_json::json!({"userId": user_id, "deviceId": device_id, "password": password});
        Self::enter(base, "/api/login", &body).await
    }

    async fn enter(base: &str, path: &str, body: &impl Serialize) -> Result<(Self, User), Error> {
        let line = Line::to(base)?;
        let SignedIn { user, session } = line.post(path, body).await?;
        Ok((Self::over(line.clone(), Keeper::of_session(line, session)), user))
    }

    /// Goes on with a session that was kept. Keep what [`session`](Self::session) tells, since each refresh token is
    /// used once.
    ///
    /// # Errors
    /// [`Error::Network`] where this machine can make no connections.
    pub fn with_session(base: &str, session: Session) -> Result<Self, Error> {
        let line = Line::to(base)?;
        Ok(Self::over(line.clone(), Keeper::of_session(line, session)))
    }

    /// Signs in with the tokens of a provider.
    ///
    /// # Errors
    /// [`Error::Network`] where this machine can make no connections.
    pub fn with_tokens(base: &str, tokens: impl Tokens) -> Result<Self, Error> {
        Ok(Self::over(Line::to(base)?, Keeper::of_tokens(tokens)))
    }

    fn over(line: Line, keeper: Keeper) -> Self {
        Self(Arc::new(Inner { line, keeper }))
    }

    /// The session as it is, and each that takes its place; `None` with a provider's tokens.
    #[must_use]
    pub fn session(&self) -> Option<watch::Receiver<Session>> {
        self.0.keeper.session()
    }

    /// A token other than the one that was refused.
    pub(crate) async fn token(&self, refused: Option<&str>) -> Result<String, Error> {
        self.0.keeper.token(refused).await
    }

    /// The address of the WebSocket.
    pub(crate) fn socket_address(&self) -> String {
        format!("{}/api/ws", self.0.line.base.replacen("http", "ws", 1))
    }

    /// Any call, for what has no method of its own here: a path from `/api` on, whose answer is read as `T`.
    ///
    /// # Errors
    /// [`Error::Problem`] where the server refuses, and what keeps the answer from being here.
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<T, Error> {
        let token = self.token(None).await?;
        match self.0.line.ask(method.clone(), path, body, Some(&token)).await {
            Err(Error::Problem(problem)) if ["token_expired", "unauthenticated"].contains(&problem.code.as_str()) => {
                let token = self.token(Some(&token)).await?;
                self.0.line.ask(method, path, body, Some(&token)).await
            }
            answer => answer,
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.call(Method::GET, path, None::<&Value>).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &(impl Serialize + Sync)) -> Result<T, Error> {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn post_empty<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.call(Method::POST, path, None::<&Value>).await
    }

    async fn put_empty<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.call(Method::PUT, path, None::<&Value>).await
    }

    async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.call(Method::DELETE, path, None::<&Value>).await
    }

    /// A list that its answer names.
    async fn list<T: DeserializeOwned>(&self, path: &str, name: &str) -> Result<Vec<T>, Error> {
        let mut answer: Value = self.get(path).await?;
        serde_json::from_value(answer[name].take()).map_err(|error| Error::Answer(format!("{path}: {error}")))
    }
}

/// The server, without anybody being signed in.
#[derive(Clone)]
pub(crate) struct Line {
    base: String,
    http: reqwest::Client,
}

impl Line {
    fn to(base: &str) -> Result<Self, Error> {
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().map_err(|error| network(&error))?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), http })
    }

    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        self.ask(Method::POST, path, Some(body), None).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        token: Option<&str>,
    ) -> Result<T, Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| network(&error))?;
        let (status, wait) = (response.status(), retry_after(response.headers()));
        let body = response.bytes().await.map_err(|error| network(&error))?;
        let what_is_none = |error: serde_json::Error| Error::Answer(format!("{path} answered {status}: {error}"));
        if status == StatusCode::NO_CONTENT {
            return serde_json::from_value(Value::Null).map_err(what_is_none);
        }
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(what_is_none);
        }
        let mut problem: Box<Problem> = serde_json::from_slice(&body).map_err(what_is_none)?;
        problem.retry_after_ms = problem.retry_after_ms.or(wait);
        Err(Error::Problem(problem))
    }
}

/// What `Retry-After` says, in milliseconds.
pub(crate) fn retry_after(headers: &http::HeaderMap) -> Option<u64> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    seconds.checked_mul(1000)
}

/// What went wrong, with what was behind it.
fn network(error: &reqwest::Error) -> Error {
    let mut told = error.to_string();
    let mut behind = std::error::Error::source(error);
    while let Some(cause) = behind {
        told = format!("{told}: {cause}");
        behind = cause.source();
    }
    Error::Network(told)
}

/// What stands in a path as it is (RFC 3986, section 2.3).
static UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A part of a path, whatever it holds.
fn part(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, &UNRESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_path_leaves_its_place_to_no_other() {
        assert_eq!(part("a/b?c=é#👍").to_string(), "a%2Fb%3Fc%3D%C3%A9%23%F0%9F%91%8D");
        assert_eq!(part("A-z.0_9~").to_string(), "A-z.0_9~");
    }

    #[test]
    fn the_address_of_the_socket_is_that_of_the_chat() {
        let address = |base: &str| {
            let line = Line::to(base).unwrap();
            let session =
                serde_json::from_value(serde_json::json!({"accessToken": "a", "expiresAt": "", "deviceId": "d",
                "refreshToken": "r", "refreshExpiresAt": ""}));
            Api::over(line.clone(), Keeper::of_session(line, session.unwrap())).socket_address()
        };
        assert_eq!(address("http://127.0.0.1:8080/"), "ws://127.0.0.1:8080/api/ws");
        assert_eq!(address("https://example.org/chat"), "wss://example.org/chat/api/ws");
    }
}
