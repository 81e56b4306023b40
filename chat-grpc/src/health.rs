//! Whether the chat takes calls (`grpc.health.v1`): until it begins to shut down.

use std::{collections::BTreeSet, pin::Pin};

use chat_core::Chat;
use futures_util::{Stream, StreamExt, stream};
use tonic::{Request, Response, Status};
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus, health_server::Health,
};

/// The health of the chat and of each of its services, which is the same.
pub(crate) struct ChatHealth {
    pub(crate) chat: Chat,
    /// The full names of the services that there are.
    pub(crate) services: BTreeSet<&'static str>,
}

impl ChatHealth {
    /// Of nothing in particular it is asked by an empty name.
    fn knows(&self, service: &str) -> bool {
        service.is_empty() || self.services.contains(service)
    }
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

#[tonic::async_trait]
impl Health for ChatHealth {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        if !self.knows(&request.get_ref().service) {
            return Err(Status::not_found("there is no such service"));
        }
        let serving = !self.chat.is_draining();
        Ok(Response::new(answer(if serving { ServingStatus::Serving } else { ServingStatus::NotServing })))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    /// Tells what is so, and when it is so no more; then the stream ends, so that it does not hold up the server's end.
    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let draining = self.chat.draining();
        let first = match self.knows(&request.get_ref().service) {
            _ if self.chat.is_draining() => None,
            true => Some(ServingStatus::Serving),
            false => Some(ServingStatus::ServiceUnknown),
        };
        let last = stream::once(async move {
            draining.await;
            stream::iter([Ok(answer(ServingStatus::NotServing)), Err(Status::unavailable("the server stops"))])
        });
        let told = stream::iter(first).map(|status| Ok(answer(status)));
        Ok(Response::new(Box::pin(told.chain(last.flatten()))))
    }
}
