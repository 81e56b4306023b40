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

use chat_core::{api::ChatService, model::session::Caller};
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
    /// Who asks, and what: the caller is found out before what they say is looked at.
    pub(crate) async fn signed_in<T>(&self, kind: Kind, request: Request<T>) -> Result<(Caller, T), Refusal> {
        self.limits.of_address(kind, self.address(&request).as_ref())?;
        let caller = caller::signed_in(&*self.chat, request.metadata().as_ref()).await?;
        self.limits.of_user(kind, &caller.user)?;
        Ok((caller, request.into_inner()))
    }

    /// From where somebody asks who need not sign in.
    fn stranger<T>(&self, kind: Kind, request: &Request<T>) -> Result<Option<IpAddr>, Refusal> {
        let address = self.address(request);
        self.limits.of_address(kind, address.as_ref())?;
        Ok(address.map(IpAddr::from))
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
