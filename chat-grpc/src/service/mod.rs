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

use std::sync::Arc;

use chat_core::{api::ChatService, model::session::Caller};
use tonic::{Request, Response, Status};

use crate::{caller, config::GrpcConfig, refusal::Refusal};

/// What all services share.
pub(crate) struct Endpoint {
    pub(crate) chat: Arc<dyn ChatService>,
    pub(crate) config: GrpcConfig,
}

impl Endpoint {
    /// Who asks, and what: the caller is found out before what they say is looked at.
    pub(crate) async fn signed_in<T>(&self, request: Request<T>) -> Result<(Caller, T), Refusal> {
        let caller = caller::signed_in(&*self.chat, request.metadata().as_ref()).await?;
        Ok((caller, request.into_inner()))
    }
}

/// The calls of one of the services.
pub(crate) struct Calls(pub(crate) Arc<Endpoint>);

/// What became of a call, as tonic wants it.
pub(crate) async fn answer<T>(asked: impl Future<Output = Result<T, Refusal>>) -> Result<Response<T>, Status> {
    Ok(Response::new(asked.await?))
}
