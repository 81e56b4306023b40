//! Signing in (R-ACC-03, R-ACC-06).

use std::time::Duration;

use chat_core::{
    api::DeviceSession,
    error::Rejection,
    model::{
        session::SessionId,
        time::Timestamp,
        user::{Standing, UserId},
    },
};

use super::{Session, World};
use crate::{
    answer::{Answer, Reply, Tokens},
    command::{Tag, id_of},
    words,
};

const ACCESS: Duration = Duration::from_mins(15);
const REFRESH: Duration = Duration::from_hours(30 * 24);
const LONGEST: Duration = Duration::from_hours(180 * 24);
const GRACE: Duration = Duration::from_secs(60);

impl Session {
    fn refresh_expires_at(&self) -> Timestamp {
        self.rotated_at.after(REFRESH).min(self.created_at.after(LONGEST))
    }

    /// Issues an access token.
    fn tokens(&mut self, now: Timestamp) -> Tokens {
        let expires_at = now.after(ACCESS);
        self.access.push(expires_at);
        Tokens { expires_at, refresh_expires_at: self.refresh_expires_at(), device: self.device.clone() }
    }
}

impl World {
    pub(super) fn sign_in(&mut self, tag: Tag, user: &UserId, device: u8) -> Tokens {
        let (now, device) = (self.now, words::device(device));
        for session in self.sessions.values_mut() {
            if session.user == *user && session.device == device {
                session.ended = true;
            }
        }
        let mut session = Session {
            user: user.clone(),
            device,
            generation: 0,
            created_at: now,
            rotated_at: now,
            ended: false,
            access: Vec::new(),
        };
        let tokens = session.tokens(now);
        self.sessions.insert(SessionId::from_bytes(id_of(tag)), session);
        tokens
    }

    pub(super) fn login(&mut self, tag: Tag, user: &UserId, device: u8, password: u8) -> Answer {
        let account = self.accounts.get(user).filter(|account| account.password == Some(password));
        let user = account.ok_or(Rejection::InvalidCredentials)?.user.clone();
        match user.standing {
            Standing::Active => {}
            Standing::Suspended => return Err(Rejection::Suspended),
            Standing::Erased => return Err(Rejection::InvalidCredentials),
        }
        let tokens = self.sign_in(tag, &user.id, device);
        Ok(Reply::SignedIn(user, tokens))
    }

    pub(super) fn refresh(&mut self, id: SessionId, generation: usize) -> Answer {
        let now = self.now;
        let session = self.sessions.get_mut(&id).ok_or(Rejection::InvalidRefreshToken)?;
        if session.ended {
            return Err(Rejection::InvalidRefreshToken);
        }
        if self.accounts[&session.user].user.standing == Standing::Suspended {
            return Err(Rejection::Suspended);
        }
        if session.refresh_expires_at() <= now {
            return Err(Rejection::InvalidRefreshToken);
        }
        let shown = generation.min(session.generation);
        if shown == session.generation {
            session.generation += 1;
            session.rotated_at = now;
        } else if shown + 1 != session.generation || GRACE < now.since(session.rotated_at) {
            session.ended = true;
            return Err(Rejection::InvalidRefreshToken);
        }
        Ok(Reply::Tokens(session.tokens(now)))
    }

    pub(super) fn authenticate(&self, id: SessionId, nth: usize) -> Answer {
        let session = self.sessions.get(&id).ok_or(Rejection::Unauthenticated)?;
        if session.access[nth.min(session.access.len() - 1)] <= self.now {
            return Err(Rejection::TokenExpired);
        }
        if session.ended {
            return Err(Rejection::SessionRevoked);
        }
        self.acting(&session.user)?;
        Ok(Reply::Caller(session.user.clone()))
    }

    pub(super) fn logout(&mut self, id: SessionId) -> Answer {
        self.sessions.get_mut(&id).ok_or(Rejection::SessionNotFound)?.ended = true;
        Ok(Reply::Done)
    }

    pub(super) fn list_sessions(&self, id: SessionId) -> Answer {
        let user = &self.sessions.get(&id).ok_or(Rejection::SessionNotFound)?.user;
        let usable = |session: &Session| !session.ended && self.now < session.refresh_expires_at();
        let usable = self.sessions.iter().filter(|(_, session)| session.user == *user && usable(session));
        let mut sessions: Vec<DeviceSession> = usable
            .map(|(other, session)| DeviceSession {
                device: session.device.clone(),
                created_at: session.created_at,
                last_seen_at: session.rotated_at,
                current: *other == id,
            })
            .collect();
        sessions.sort_by(|a, b| b.last_seen_at.cmp(&a.last_seen_at).then(a.device.cmp(&b.device)));
        Ok(Reply::Sessions(sessions))
    }

    pub(super) fn end_session(&mut self, id: SessionId, device: u8) -> Answer {
        let user = self.sessions.get(&id).ok_or(Rejection::SessionNotFound)?.user.clone();
        self.acting(&user)?;
        let (now, device) = (self.now, words::device(device));
        let mut sessions = self.sessions.values_mut();
        let on_it = |session: &&mut Session| {
            session.user == user && session.device == device && !session.ended && now < session.refresh_expires_at()
        };
        sessions.find(on_it).ok_or(Rejection::SessionNotFound)?.ended = true;
        Ok(Reply::Done)
    }

    pub(super) fn change_password(&mut self, id: SessionId, old: u8, new: u8) -> Answer {
        let user = self.sessions.get(&id).ok_or(Rejection::SessionNotFound)?.user.clone();
        let account = self.account(&user)?;
        if account.password != Some(old) || account.user.standing == Standing::Erased {
            return Err(Rejection::InvalidCredentials);
        }
        self.acting(&user)?;
        let account = self.account_mut(&user)?;
        account.password = Some(new);
        for (other, session) in &mut self.sessions {
            if session.user == user && *other != id {
                session.ended = true;
            }
        }
        Ok(Reply::Done)
    }
}
