//! How the host's own users sign in.

use std::fmt;

use async_trait::async_trait;

use super::store::Source;
use crate::model::{text::Name, time::Timestamp, user::UserId};

/// Knows the host's users by what they show: its cookie, its token, its session. With one, the chat's own access tokens
/// are good for nothing, and whoever it vouches for is a user of the chat from their first call on.
///
/// ```
/// use chat_core::model::user::UserId;
/// use chat_core::ports::authenticator::{Authenticator, Credentials, Identity, NotSignedIn};
///
/// /// Believes a proxy, which has signed the user in and lets nobody else near.
/// struct BehindProxy;
///
/// #[async_trait::async_trait]
/// impl Authenticator for BehindProxy {
///     async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, NotSignedIn> {
///         let name = shown.header("x-remote-user").ok_or(NotSignedIn::Unauthenticated)?;
///         UserId::parse(name).map(Identity::new).map_err(|_| NotSignedIn::Unauthenticated)
///     }
/// }
/// ```
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// Who shows these credentials. Asked at each call, whenever a client connects, and whenever it renews its living
    /// connection: so it should answer out of memory where it can. It may be asked many times at once, and its future may
    /// be dropped.
    ///
    /// What is answered is believed: an implementation verifies all that it reads. A token names its algorithm itself,
    /// so that one must be demanded which fits the key; a cookie is taken as it came, from whatever page, and the
    /// transport sees to it that pages of other sites write nothing by it.
    ///
    /// The chat refuses on its own whom it has suspended or erased, and an identity whose time is over.
    ///
    /// # Errors
    /// [`Unauthenticated`](NotSignedIn::Unauthenticated) wherever nothing more is known for sure, and
    /// [`Unavailable`](NotSignedIn::Unavailable) where it could not be found out: never one for the other, since a
    /// client that is told the first forgets its user.
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, NotSignedIn>;
}

/// What a client shows of itself, as its transport has it.
///
/// ```
/// use chat_core::ports::authenticator::Credentials;
///
/// let headers = |name: &str| if name == "cookie" { vec!["theme=dark; session=5f0c"] } else { Vec::new() };
/// let shown = Credentials::new(Some("a-token"), &headers);
/// assert_eq!((shown.bearer(), shown.cookie("session")), (Some("a-token"), Some("5f0c")));
/// ```
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    bearer: Option<&'a str>,
    headers: &'a (dyn Fn(&str) -> Vec<&'a str> + Sync),
}

impl<'a> Credentials<'a> {
    /// A bearer token, where one was shown, and a look-up of the values of a header by its name, for which case does not
    /// count.
    pub const fn new(bearer: Option<&'a str>, headers: &'a (dyn Fn(&str) -> Vec<&'a str> + Sync)) -> Self {
        Self { bearer, headers }
    }

    /// A bearer token and nothing else.
    pub const fn token(bearer: &'a str) -> Self {
        Self { bearer: Some(bearer), headers: &|_| Vec::new() }
    }

    /// The bearer token.
    pub const fn bearer(&self) -> Option<&'a str> {
        self.bearer
    }

    /// The value of a header; none where it came more than once, since which of them counts would be a guess.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        match (self.headers)(name).as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The value of a cookie. None where several of that name came: another host of the same site may have set one of
    /// them, and browsers do not tell which.
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        let headers = (self.headers)("cookie");
        let pairs = headers.iter().flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(named, _)| *named == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (value, None) => value,
            _ => None,
        }
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(***)")
    }
}

/// A user for whom the host vouches.
///
/// ```
/// use chat_core::model::{text::Name, time::Timestamp, user::UserId};
/// use chat_core::ports::authenticator::Identity;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let end = Timestamp::from_millis(1_795_000_000_000);
/// let erin = Identity::new(UserId::parse("erin")?).named(Name::parse("Erin")?).until(end);
/// assert_eq!(erin.expires_at, Some(end));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who.
    pub user: UserId,
    /// The name that they begin with when the chat sees them for the first time; later it is theirs to change.
    pub name: Name,
    /// When what was shown ends; then a living connection must have been renewed. None: a connection is not asked again
    /// while it is open. Where the host signs its user out, [`Admin::end_sessions`](crate::api::Admin::end_sessions) ends
    /// it.
    pub expires_at: Option<Timestamp>,
}

impl Identity {
    /// A user who begins with their id as their name, and whose credentials do not end.
    pub fn new(user: UserId) -> Self {
        Self { name: Name::from(&user), user, expires_at: None }
    }

    /// The name to begin with.
    #[must_use]
    pub fn named(mut self, name: Name) -> Self {
        self.name = name;
        self
    }

    /// When what was shown ends.
    #[must_use]
    pub const fn until(mut self, end: Timestamp) -> Self {
        self.expires_at = Some(end);
        self
    }
}

/// Why the host vouches for nobody.
#[derive(Debug, thiserror::Error)]
pub enum NotSignedIn {
    /// Nothing was shown, or nothing that is genuine.
    #[error("nothing genuine was shown")]
    Unauthenticated,
    /// It is genuine, and its time is over.
    #[error("what was shown has expired")]
    Expired,
    /// It is genuine, and was taken back: a session that was ended.
    #[error("what was shown was taken back")]
    Revoked,
    /// It is genuine, and the host does not let this user in.
    #[error("the host does not let this user in")]
    Suspended,
    /// It could not be found out: what the host needs for it does not answer.
    #[error("the host's sign-in does not answer")]
    Unavailable(#[source] Source),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(headers: &[&str], name: &str) -> Option<String> {
        let look_up = |asked: &str| if asked == "cookie" { headers.to_vec() } else { Vec::new() };
        Credentials::new(None, &look_up).cookie(name).map(str::to_owned)
    }

    #[test]
    fn a_cookie_is_found_among_others_and_in_several_headers() {
        assert_eq!(cookie(&["a=1; sid=x=y; b=2"], "sid").as_deref(), Some("x=y"));
        assert_eq!(cookie(&["a=1", "b=2;sid="], "sid").as_deref(), Some(""));
        assert_eq!(cookie(&["a=1; xsid=2; sid"], "sid"), None);
        assert_eq!(cookie(&[], "sid"), None);
    }

    #[test]
    fn a_cookie_that_comes_twice_is_none() {
        assert_eq!(cookie(&["sid=mine; sid=theirs"], "sid"), None);
        assert_eq!(cookie(&["sid=mine", "sid=mine"], "sid"), None);
    }

    #[test]
    fn a_header_that_comes_twice_is_none() {
        let look_up = |name: &str| if name == "x-user" { vec!["ann", "ben"] } else { vec!["one"] };
        let credentials = Credentials::new(None, &look_up);
        assert_eq!((credentials.header("x-user"), credentials.header("x-other")), (None, Some("one")));
    }

    #[test]
    fn credentials_do_not_show_in_debug() {
        assert!(!format!("{:?}", Credentials::token("secret")).contains("secret"));
    }
}
