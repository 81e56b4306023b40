//! How the chat's users sign in, by REST and WebSocket alike: by its own access tokens, or by what the host knows them by.

use std::sync::Arc;

use async_trait::async_trait;
use chat_core::{
    api::ChatService,
    error::{ChatError, Rejection},
    model::session::Caller,
    ports::authenticator::Credentials,
};
use http::{HeaderMap, Method};

use crate::{
    code::Code,
    origin,
    problem::Problem,
    signed_in::{CountedAs, SignIn, optional_bearer_token},
};

pub(crate) struct ChatSignIn {
    chat: Arc<dyn ChatService>,
    allowed_origins: Vec<String>,
}

impl ChatSignIn {
    pub(crate) fn new(chat: Arc<dyn ChatService>, allowed_origins: Vec<String>) -> Self {
        Self { chat, allowed_origins }
    }

    /// Who shows these headers, and this bearer token where there is one.
    pub(crate) async fn authenticate(&self, bearer: Option<&str>, headers: &HeaderMap) -> Result<Caller, ChatError> {
        let look_up = |name: &str| headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        self.chat.authenticate(&Credentials::new(bearer, &look_up)).await
    }

    /// The same, for a request; who has sent no token is told the scheme alone.
    pub(crate) async fn known(&self, bearer: Option<&str>, headers: &HeaderMap) -> Result<Caller, Problem> {
        match self.authenticate(bearer, headers).await {
            Err(ChatError::Rejected(Rejection::Unauthenticated)) if bearer.is_none() => {
                Err(Problem::new(Code::Unauthenticated))
            }
            authenticated => Ok(authenticated?),
        }
    }

    /// Refuses pages of other sites, for a caller who is known by what browsers send along by themselves: all but a
    /// bearer token in `Authorization`, which no page of another site can send without being asked whether it may.
    pub(crate) fn check_site(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if origin::may_write(headers, &self.allowed_origins) {
            return Ok(());
        }
        Err(Problem::new(Code::NotAllowed).detail("pages of other sites may not act for who is signed in here"))
    }
}

#[async_trait]
impl SignIn<Caller> for ChatSignIn {
    async fn caller(&self, method: &Method, headers: &HeaderMap) -> Result<Caller, Problem> {
        let bearer = optional_bearer_token(headers)?;
        let caller = self.known(bearer, headers).await?;
        if bearer.is_none() && !method.is_safe() {
            self.check_site(headers)?;
        }
        Ok(caller)
    }

    fn is_the_hosts(&self) -> bool {
        self.chat.host_signs_in()
    }

    fn counted_as<'c>(&self, caller: &'c Caller) -> Option<CountedAs<'c>> {
        Some(CountedAs::User(&caller.user))
    }
}
