use std::sync::Arc;

use async_trait::async_trait;
use secrecy::ExposeSecret;

use super::{
    chat::{Chat, Inner},
    session_cache::SessionState,
    transaction::{Command, Tx},
};
use crate::{
    api::{ChangePassword, DeviceSession, Login, Sessions, SignedIn},
    error::{ChatError, Rejection},
    model::{
        session::{Caller, DeviceId, Session, SessionId, SessionTokens},
        time::Timestamp,
        user::{PasswordHash, Standing, User, UserId},
    },
    ports::authenticator::Credentials,
    realtime::notice::Notice,
    rules::{
        self,
        session::{LoginFacts, Refresh, refresh_expires_at},
    },
    security::{
        guesses::{Then, TooMany},
        password::Checked,
    },
};

/// How often a password is verified again that was changed while it was being verified.
pub(super) const VERIFICATIONS: usize = 3;

#[async_trait]
impl Sessions for Chat {
    async fn login(&self, login: Login) -> Result<SignedIn, ChatError> {
        let chat = &self.0;
        // What can be no id is nobody's, and nothing is guessed by it.
        let Ok(user) = UserId::parse(&login.user_id) else { return chat.sign_in(None, &login).await };
        match chat.guesses.sign_in(&user, login.address, chat.guesses.now()) {
            Ok(guess) => {
                let signed_in = chat.sign_in(Some(&user), &login).await;
                guess.ends_with(&signed_in, chat.guesses.now(), Then::Known);
                signed_in
            }
            Err(refused) => chat.sign_in_again(&user, &login, refused).await,
        }
    }

    async fn refresh(&self, refresh_token: &str) -> Result<SessionTokens, ChatError> {
        let chat = &self.0;
        let claims = chat.tokens.read_refresh(refresh_token).ok_or(Rejection::InvalidRefreshToken)?;
        let (session, _) = chat.store.session(claims.session).await?.ok_or(Rejection::InvalidRefreshToken)?;
        let refresh = RefreshSession { user: session.user, session: claims.session, generation: claims.generation };
        let session = chat.execute(refresh).await??;
        chat.tokens_of(&session)
    }

    async fn logout(&self, caller: &Caller) -> Result<(), ChatError> {
        let session = caller.session.as_ref().ok_or(Rejection::SessionNotFound)?.id;
        self.0.execute(Logout { user: caller.user.clone(), session }).await
    }

    async fn sessions(&self, caller: &Caller) -> Result<Vec<DeviceSession>, ChatError> {
        let chat = &self.0;
        let now = chat.clock.now();
        let mut sessions = chat.store.sessions_of(&caller.user).await?;
        sessions.retain(|session| now < refresh_expires_at(session, &chat.policy));
        sessions.sort_by(|a, b| (b.rotated_at, &a.device).cmp(&(a.rotated_at, &b.device)));
        let own = caller.session.as_ref().map(|session| session.id);
        let seen = |session: Session| DeviceSession {
            current: own == Some(session.id),
            device: session.device,
            created_at: session.created_at,
            last_seen_at: session.rotated_at,
        };
        Ok(sessions.into_iter().map(seen).collect())
    }

    async fn end_session(&self, caller: &Caller, device: &DeviceId) -> Result<(), ChatError> {
        self.0.execute(EndSession { user: caller.user.clone(), device: device.clone() }).await
    }

    async fn change_password(&self, caller: &Caller, change: ChangePassword) -> Result<(), ChatError> {
        let chat = &self.0;
        let session = caller.session.as_ref().map(|session| session.id);
        let guess = chat.guesses.old_password(&caller.user, session, chat.guesses.now())?;
        let changed = chat.change_password(caller, &change).await;
        guess.ends_with(&changed, chat.guesses.now(), Then::Nothing);
        changed
    }

    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Caller, ChatError> {
        let chat = &self.0;
        if let Some(host) = &chat.authenticator {
            return chat.vouched(host.as_ref(), credentials).await;
        }
        let access_token = credentials.bearer().ok_or(Rejection::Unauthenticated)?;
        let caller = chat.tokens.read_access(access_token, chat.clock.now())?;
        chat.check_session(&caller).await?;
        Ok(caller)
    }

    fn host_signs_in(&self) -> bool {
        self.0.authenticator.is_some()
    }
}

impl Inner {
    /// Signs in on a device where the user is signed in, though too many were wrong. On any other, and by a wrong password,
    /// it is refused alike and after as long: where somebody is signed in is not to be learnt.
    async fn sign_in_again(
        self: &Arc<Self>,
        user: &UserId,
        login: &Login,
        refused: TooMany,
    ) -> Result<SignedIn, ChatError> {
        let now = self.clock.now();
        let guess = self.guesses.sign_in_on(user, &login.device, self.guesses.now()).map_err(|_| refused)?;
        let sessions = self.store.sessions_of(user).await?;
        let is_here =
            |session: &Session| session.device == login.device && now < refresh_expires_at(session, &self.policy);
        let known = sessions.iter().any(is_here).then_some(user);
        let signed_in = self.sign_in(known, login).await;
        guess.ends_with(&signed_in, self.guesses.now(), Then::Nothing);
        match signed_in {
            Err(ChatError::Rejected(Rejection::InvalidCredentials)) => Err(refused.into()),
            signed_in => signed_in,
        }
    }

    /// Signs in whom the password shows; an unknown user like any whose password is wrong.
    async fn sign_in(self: &Arc<Self>, user_id: Option<&UserId>, login: &Login) -> Result<SignedIn, ChatError> {
        for _ in 0..VERIFICATIONS {
            let credentials = match user_id {
                Some(user_id) => self.store.credentials(user_id).await?,
                None => None,
            };
            let stored = credentials.as_ref().and_then(|credentials| credentials.password.as_ref());
            let Checked { right: password_ok, renewed } =
                self.passwords.check(login.password.expose_secret(), stored).await?;
            let standing = credentials.as_ref().map(|credentials| credentials.standing);
            rules::session::decide_login(LoginFacts { standing, password_ok })?;
            let (Some(user), Some(verified)) = (user_id.cloned(), stored.cloned()) else {
                return Err(Rejection::InvalidCredentials.into());
            };
            // Before the sign-in, which ends another session of the device: where the wallet does not answer, nothing is done.
            let in_wallet = self.in_wallet(&user).await?;
            let sign_in = SignIn { user, device: login.device.clone(), verified, renewed };
            if let Some((user, session)) = self.execute(sign_in).await? {
                return Ok(SignedIn { user: user.holding(in_wallet), session: self.tokens_of(&session)? });
            }
        }
        Err(ChatError::Overloaded("the password is being changed again and again"))
    }

    async fn change_password(self: &Arc<Self>, caller: &Caller, change: &ChangePassword) -> Result<(), ChatError> {
        for _ in 0..VERIFICATIONS {
            let credentials = self.store.credentials(&caller.user).await?;
            let stored = credentials.and_then(|credentials| credentials.password);
            let password_ok = self.passwords.verify(change.old.expose_secret(), stored.as_ref()).await?;
            let Some(verified) = stored.filter(|_| password_ok) else {
                return Err(Rejection::InvalidCredentials.into());
            };
            let command = SetPassword {
                user: caller.user.clone(),
                stays: caller.session.as_ref().map(|session| session.id),
                verified,
                next: self.passwords.hash(change.new.expose()).await?,
            };
            if self.execute(command).await?.is_some() {
                return Ok(());
            }
        }
        Err(ChatError::Overloaded("the password is being changed again and again"))
    }

    /// Refuses a caller whose session has ended. One that the host vouches for has none.
    pub(super) async fn check_session(&self, caller: &Caller) -> Result<(), ChatError> {
        let Some(session) = caller.session.as_ref().map(|session| session.id) else { return Ok(()) };
        let state = match self.sessions.look_up(session, &caller.user) {
            Ok(state) => state.ok_or(Rejection::Unauthenticated)?,
            Err(moment) => {
                let (stored, standing) = self.store.session(session).await?.ok_or(Rejection::Unauthenticated)?;
                if stored.user != caller.user {
                    return Err(Rejection::Unauthenticated.into());
                }
                self.sessions.seen(&stored, standing, moment)
            }
        };
        match state {
            SessionState::Lives => Ok(()),
            SessionState::Suspended => Err(Rejection::Suspended.into()),
            SessionState::Ended => Err(Rejection::SessionRevoked.into()),
        }
    }

    /// What a client holds of a session as it is now.
    pub(super) fn tokens_of(&self, session: &Session) -> Result<SessionTokens, ChatError> {
        let now = self.clock.now();
        // Tokens count whole seconds: the time that is told is the one that stands in the token.
        let expires_at = Timestamp::from_millis(now.after(self.policy.access_ttl).as_secs() * 1_000);
        Ok(SessionTokens {
            access_token: self.tokens.issue_access(session, now, expires_at)?,
            expires_at,
            refresh_token: self.tokens.issue_refresh(session)?,
            refresh_expires_at: refresh_expires_at(session, &self.policy),
            device: session.device.clone(),
        })
    }
}

/// A session that begins now.
pub(super) fn new_session(user: &UserId, device: &DeviceId, now: Timestamp) -> Session {
    Session {
        id: SessionId::new(),
        user: user.clone(),
        device: device.clone(),
        generation: 0,
        created_at: now,
        rotated_at: now,
        revoked_at: None,
    }
}

impl Tx {
    /// Ends a session, and tells so.
    async fn end_session(&mut self, user: &UserId, session: SessionId) -> Result<(), ChatError> {
        let now = self.now;
        self.revoke_session(session, now).await?;
        self.tell(Notice::SessionEnded { user: user.clone(), session });
        Ok(())
    }

    /// Ends all sessions of a user who is locked. Answers whether there were any.
    pub(super) async fn end_all_sessions(&mut self, user: &UserId) -> Result<bool, ChatError> {
        let sessions = self.live_sessions(user).await?;
        for session in &sessions {
            self.end_session(user, session.id).await?;
        }
        Ok(!sessions.is_empty())
    }
}

/// Signs in on a device; `None` where the password that was verified is not the stored one any more.
struct SignIn {
    user: UserId,
    device: DeviceId,
    verified: PasswordHash,
    /// The same password, hashed at the cost of today.
    renewed: Option<PasswordHash>,
}

#[async_trait]
impl Command for SignIn {
    type Answer = Option<(User, Session)>;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError> {
        // First the password: of one who was erased meanwhile it is gone, and then it is simply wrong.
        let [locked] = tx.lock_users([&self.user]).await?;
        let Some(locked) = locked.filter(|locked| locked.password.as_ref() == Some(&self.verified)) else {
            return Ok(None);
        };
        rules::user::decide_act(locked.user.standing)?;
        if let Some(renewed) = &self.renewed {
            tx.set_password(&self.user, renewed).await?;
        }
        for earlier in tx.live_sessions(&self.user).await? {
            if earlier.device == self.device {
                tx.end_session(&self.user, earlier.id).await?;
            }
        }
        let session = new_session(&self.user, &self.device, tx.now);
        tx.insert_session(&session).await?;
        Ok(Some((locked.user, session)))
    }
}

/// Moves a session on to its next refresh token. The inner result is a refusal that has changed something: a stolen
/// session ends.
struct RefreshSession {
    user: UserId,
    session: SessionId,
    generation: u64,
}

#[async_trait]
impl Command for RefreshSession {
    type Answer = Result<Session, Rejection>;

    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError> {
        let [user] = tx.lock_users([&self.user]).await?;
        let standing = user.map_or(Standing::Erased, |user| user.user.standing);
        let live = tx.live_sessions(&self.user).await?;
        let mut session =
            live.into_iter().find(|session| session.id == self.session).ok_or(Rejection::InvalidRefreshToken)?;
        let now = tx.now;
        match rules::session::decide_refresh(&session, standing, self.generation, now, &chat.policy)? {
            Refresh::Repeat => Ok(Ok(session)),
            Refresh::Rotate => {
                session.generation += 1;
                session.rotated_at = now;
                tx.rotate_session(session.id, session.generation, now).await?;
                Ok(Ok(session))
            }
            Refresh::Stolen => {
                tracing::warn!(user = %self.user, device = %session.device, "a used refresh token came again: the session ends");
                tx.end_session(&self.user, session.id).await?;
                Ok(Err(Rejection::InvalidRefreshToken))
            }
        }
    }
}

struct Logout {
    user: UserId,
    session: SessionId,
}

#[async_trait]
impl Command for Logout {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        // Also who is suspended may sign out.
        tx.lock_users([&self.user]).await?;
        tx.end_session(&self.user, self.session).await
    }
}

struct EndSession {
    user: UserId,
    device: DeviceId,
}

#[async_trait]
impl Command for EndSession {
    type Answer = ();

    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        tx.lock_actor(&self.user).await?;
        let now = tx.now;
        let live = tx.live_sessions(&self.user).await?;
        let usable =
            |session: &&Session| session.device == self.device && now < refresh_expires_at(session, &chat.policy);
        let session = live.iter().find(usable).ok_or(Rejection::SessionNotFound)?;
        tx.end_session(&self.user, session.id).await
    }
}

/// Sets a new password; `None` where the one that was verified is not the stored one any more.
struct SetPassword {
    user: UserId,
    stays: Option<SessionId>,
    verified: PasswordHash,
    next: PasswordHash,
}

#[async_trait]
impl Command for SetPassword {
    type Answer = Option<()>;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError> {
        let locked = tx.lock_actor(&self.user).await?;
        if locked.password.as_ref() != Some(&self.verified) {
            return Ok(None);
        }
        tx.set_password(&self.user, &self.next).await?;
        for session in tx.live_sessions(&self.user).await? {
            if Some(session.id) != self.stays {
                tx.end_session(&self.user, session.id).await?;
            }
        }
        Ok(Some(()))
    }
}
