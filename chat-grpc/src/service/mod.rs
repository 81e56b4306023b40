//! The calls: one file a noun. Nothing is decided here.

mod ban;
mod block;
mod coin;
mod friend;
mod invite;
mod member;
mod message;
mod room;
mod session;
mod user;

use std::{net::IpAddr, sync::Arc};

use chat_core::{api::ChatService, error::Rejection, model::session::Caller};
use chat_limits::ClientAddress;
use tonic::{Request, Response, Status};

use crate::{
    caller,
    config::GrpcConfig,
    limits::{Kind, Limits},
    refusal::Refusal,
};

/// What all services share.
pub(crate) struct Endpoint {
    pub(crate) chat: Arc<dyn ChatService>,
    pub(crate) config: GrpcConfig,
    pub(crate) limits: Limits,
}

impl Endpoint {
    /// Counts a call, and finds out who makes it, by its head alone; reflection and health are anybody's.
    pub(crate) async fn admit<T>(&self, request: &mut http::Request<T>) -> Result<(), Refusal> {
        let address = caller::address(request.headers(), request.extensions(), &self.config.trusted_proxies);
        let call = request.uri().path().strip_prefix("/chat.v1.").and_then(|call| call.split_once('/'));
        let Some((_, name)) = call else { return self.limits.of_address(Kind::Read, address.as_ref()) };
        let kind = Kind::of_call(name);
        self.limits.of_address(kind, address.as_ref())?;
        if !kind.is_of_strangers() {
            let caller = caller::signed_in(&*self.chat, request.headers()).await?;
            self.limits.of_user(kind, &caller.user)?;
            request.extensions_mut().insert(caller);
        }
        Ok(())
    }

    /// Who asks, as [`admit`](Self::admit) found out, and what.
    pub(crate) fn signed_in<T>(&self, mut request: Request<T>) -> Result<(Caller, T), Refusal> {
        let caller = request.extensions_mut().remove::<Caller>().ok_or(Rejection::Unauthenticated)?;
        Ok((caller, request.into_inner()))
    }

    /// From where somebody asks who need not sign in.
    fn stranger<T>(&self, request: &Request<T>) -> Option<IpAddr> {
        self.address(request).map(IpAddr::from)
    }

    /// From where a call comes, where that is known.
    pub(crate) fn address<T>(&self, request: &Request<T>) -> Option<ClientAddress> {
        caller::address(request.metadata().as_ref(), request.extensions(), &self.config.trusted_proxies)
    }
}

/// The calls of one of the services.
pub(crate) struct Calls(pub(crate) Arc<Endpoint>);

/// What became of a call, as tonic wants it.
pub(crate) async fn answer<T>(asked: impl Future<Output = Result<T, Refusal>>) -> Result<Response<T>, Status> {
    Ok(Response::new(asked.await?))
}
