//! Access tokens: from a session, which is refreshed, or from a provider.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use serde_json::json;
use tokio::{
    sync::{Mutex, watch},
    time::Instant,
};

use crate::{api::Line, error::Error, wire::Session};

/// Where access tokens come from, for chats that take those of their host.
///
/// ```
/// use chat_client::Tokens;
///
/// /// Reads the token that another program keeps fresh in a file.
/// struct OfFile(std::path::PathBuf);
///
/// #[async_trait::async_trait]
/// impl Tokens for OfFile {
///     async fn token(&self, _refused: Option<&str>) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
///         Ok(std::fs::read_to_string(&self.0)?.trim().to_owned())
///     }
/// }
/// ```
#[async_trait]
pub trait Tokens: Send + Sync + 'static {
    /// A token to sign in with. It is asked for each time that one is needed, so keep it while it is good. `refused` is
    /// one that the server takes no more, or not much longer.
    ///
    /// # Errors
    /// Whatever keeps you from having one; a connection comes back later, and asks again.
    async fn token(&self, refused: Option<&str>) -> Result<String, Box<dyn std::error::Error + Send + Sync>>;
}

/// Keeps the tokens of one user on one device.
#[derive(Clone)]
pub(crate) enum Keeper {
    Session(Arc<Kept>),
    Tokens(Arc<dyn Tokens>),
}

pub(crate) struct Kept {
    line: Line,
    /// One refresh at a time: two at once would be one too many for a token that is replaced by its use.
    held: Mutex<Held>,
    session: watch::Sender<Session>,
}

struct Held {
    session: Session,
    /// When to refresh ahead; `None` where the clock of this machine cannot tell.
    until: Option<Instant>,
}

impl Held {
    fn new(session: Session) -> Self {
        let until = life_of(&session).map(|life| Instant::now() + life - margin(life));
        Self { session, until }
    }
}

/// How long the access token lasts by the clock of this machine; `None` where that is set so that it is over already.
fn life_of(session: &Session) -> Option<Duration> {
    let end = UNIX_EPOCH + Duration::from_millis(u64::try_from(session.expires_at.unix_millis()?).ok()?);
    end.duration_since(SystemTime::now()).ok()
}

/// How long before its end a token is not begun with any more.
fn margin(life: Duration) -> Duration {
    (life / 5).min(Duration::from_secs(30))
}

impl Keeper {
    pub(crate) fn of_session(line: Line, session: Session) -> Self {
        let (told, _) = watch::channel(session.clone());
        Self::Session(Arc::new(Kept { line, held: Mutex::new(Held::new(session)), session: told }))
    }

    pub(crate) fn of_tokens(tokens: impl Tokens) -> Self {
        Self::Tokens(Arc::new(tokens))
    }

    /// The session as it is, and as it will be.
    pub(crate) fn session(&self) -> Option<watch::Receiver<Session>> {
        match self {
            Self::Session(kept) => Some(kept.session.subscribe()),
            Self::Tokens(_) => None,
        }
    }

    /// A token other than the one that was refused.
    pub(crate) async fn token(&self, refused: Option<&str>) -> Result<String, Error> {
        match self {
            Self::Tokens(tokens) => tokens.token(refused).await.map_err(Error::Token),
            Self::Session(kept) => {
                let (kept, refused) = (Arc::clone(kept), refused.map(str::to_owned));
                // In a task of its own: a caller who stops waiting must not lose the successor of a token that is used up.
                let renewing = tokio::spawn(async move { kept.token(refused.as_deref()).await });
                renewing.await.unwrap_or_else(|gone| Err(Error::Network(gone.to_string())))
            }
        }
    }
}

impl Kept {
    async fn token(&self, refused: Option<&str>) -> Result<String, Error> {
        let mut held = self.held.lock().await;
        let is_refused = refused == Some(&held.session.access_token);
        let is_over = held.until.is_some_and(|until| until <= Instant::now());
        if is_refused || is_over {
            let body = json!({"refreshToken": held.session.refresh_token});
            let session: Session = self.line.post("/api/refresh", &body).await?;
            *held = Held::new(session.clone());
            self.session.send_replace(session);
        }
        Ok(held.session.access_token.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(expires_at: &str) -> Session {
        Session {
            access_token: "a".to_owned(),
            expires_at: expires_at.into(),
            refresh_token: "r".to_owned(),
            refresh_expires_at: expires_at.into(),
            device_id: "phone".to_owned(),
        }
    }

    #[test]
    fn a_token_is_renewed_ahead_by_at_most_half_a_minute() {
        assert_eq!(margin(Duration::from_secs(10)), Duration::from_secs(2));
        assert_eq!(margin(Duration::from_secs(900)), Duration::from_secs(30));
    }

    #[test]
    fn a_clock_that_says_that_a_fresh_token_is_over_is_not_asked() {
        assert!(Held::new(session("2001-01-01T00:00:00.000Z")).until.is_none());
        assert!(Held::new(session("9001-01-01T00:00:00.000Z")).until.is_some());
        assert!(Held::new(session("soon")).until.is_none());
    }

    #[test]
    fn tokens_are_not_shown() {
        let shown = format!("{:?}", Session { refresh_token: "s3cret".to_owned(), ..session("soon") });
        assert!(!shown.contains("s3cret") && shown.contains("phone"), "{shown}");
    }
}
