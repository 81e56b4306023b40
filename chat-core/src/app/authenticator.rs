//! Callers whom the host signs in.

use std::sync::Arc;

use super::chat::Inner;
use crate::{
    api::EnsureUser,
    error::{ChatError, Rejection},
    model::{session::Caller, user::Standing},
    ports::authenticator::{Authenticator, Credentials, Identity, NotSignedIn},
    rules::session::decide_vouched,
};

impl Inner {
    /// Who shows these credentials to the host, made a user of the chat where the host is the first to know them.
    pub(super) async fn vouched(
        self: &Arc<Self>,
        host: &dyn Authenticator,
        credentials: &Credentials<'_>,
    ) -> Result<Caller, ChatError> {
        let Identity { user, name, expires_at } = host.authenticate(credentials).await.map_err(refusal)?;
        // Before the store is asked, or somebody is made in it, for nothing.
        decide_vouched(Standing::Active, expires_at, self.clock.now())?;
        if let Some(moment) = self.users.unknown(&user) {
            let known = self.ensure(EnsureUser { name, ..EnsureUser::new(user.clone()) }).await?;
            decide_vouched(known.standing, expires_at, self.clock.now())?;
            self.users.seen(&user, moment);
        }
        Ok(Caller { user, session: None, expires_at })
    }
}

fn refusal(refused: NotSignedIn) -> ChatError {
    match refused {
        NotSignedIn::Unauthenticated => Rejection::Unauthenticated.into(),
        NotSignedIn::Expired => Rejection::TokenExpired.into(),
        NotSignedIn::Revoked => Rejection::SessionRevoked.into(),
        NotSignedIn::Suspended => Rejection::Suspended.into(),
        NotSignedIn::Unavailable(source) => ChatError::SignInUnavailable(source),
    }
}
