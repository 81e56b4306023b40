//! The services, put together for a server.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use chat_core::{Chat, api::Sessions};
use http::{HeaderValue, StatusCode, header};
use tokio::time::timeout;
use tonic::{
    Code, Status,
    server::NamedService,
    service::{Routes, RoutesBuilder},
    transport::Server,
};
use tonic_health::pb::health_server::{self, HealthServer};
use tonic_reflection::pb::v1::server_reflection_server;
use tower::Service;

use crate::{
    config::GrpcConfig,
    health::ChatHealth,
    limits::Limits,
    refusal::Refusal,
    service::{Calls, Endpoint},
    v1,
};

/// The greatest message that is taken, in bytes; as of REST and of the WebSocket.
const MAX_MESSAGE: usize = 64 * 1024;
/// The greatest head of a call, in bytes.
const MAX_HEAD: u32 = 16 * 1024;
/// The greatest message that reflection and health take, which ask no sign-in: names of services and symbols.
const MAX_NAME: usize = 4 * 1024;
/// How many calls and streams one connection may have open; further ones wait.
const MAX_STREAMS: u32 = 100;
/// After how long a connection is told to make place for another: one without calls ends then, the others with their calls.
const MAX_AGE: Duration = Duration::from_secs(300);

/// The chat's services for a server of tonic's, and beside them reflection (`grpc.reflection.v1`) and health
/// (`grpc.health.v1`). Where callers sign in by the host, there is no service `Sessions`, and `Register` is unimplemented.
pub fn routes(chat: Chat, config: &GrpcConfig) -> Routes {
    router(chat, config).fallback(unimplemented).into()
}

/// The same for a router of axum's, to be merged with the host's other routes.
///
/// ```
/// use axum::Router;
/// use chat_core::Chat;
/// use chat_grpc::GrpcConfig;
///
/// fn beside(my_routes: Router, chat: Chat) -> Router {
///     my_routes.merge(chat_grpc::router(chat, &GrpcConfig::default()))
/// }
/// ```
pub fn router(chat: Chat, config: &GrpcConfig) -> axum::Router {
    let limits = Limits::new(config.rate_limits.as_ref());
    let endpoint = Arc::new(Endpoint { chat: Arc::new(chat.clone()), config: config.clone(), limits });
    let calls = || Calls(Arc::clone(&endpoint));
    let mut services = Services::default();
    if !chat.host_signs_in() {
        services.add(v1::sessions_server::SessionsServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    }
    services.add(v1::users_server::UsersServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    services.add(v1::rooms_server::RoomsServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    services.add(v1::members_server::MembersServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    services.add(v1::bans_server::BansServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    services.add(v1::invites_server::InvitesServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    services.add(v1::messages_server::MessagesServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    services.add(v1::coins_server::CoinsServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    services.add(v1::friends_server::FriendsServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    services.add(v1::blocks_server::BlocksServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    services.add(v1::live_server::LiveServer::new(calls()).max_decoding_message_size(MAX_MESSAGE));
    services.finish(chat, endpoint)
}

/// A server with what one needs that faces strangers: it looks for a sign of life of each connection, and bounds what a
/// head may hold and how many calls a connection may have open. TLS, where there is no proxy before it that ends it, is the
/// host's to add.
pub fn server(config: &GrpcConfig) -> Server {
    Server::builder()
        .http2_keepalive_interval(Some(config.heartbeat))
        .http2_keepalive_timeout(Some(config.heartbeat))
        .http2_max_header_list_size(MAX_HEAD)
        .max_concurrent_streams(MAX_STREAMS)
        .max_connection_age(MAX_AGE)
        .tcp_nodelay(true)
}

/// The services so far, and their full names.
#[derive(Default)]
struct Services {
    routes: RoutesBuilder,
    names: BTreeSet<&'static str>,
}

impl Services {
    fn add<S>(&mut self, service: S)
    where
        S: Service<http::Request<tonic::body::Body>, Error = Infallible> + NamedService + Clone + Send + Sync + 'static,
        S::Response: IntoResponse,
        S::Future: Send + 'static,
    {
        self.names.insert(S::NAME);
        self.routes.add_service(service);
    }

    fn finish(mut self, chat: Chat, endpoint: Arc<Endpoint>) -> axum::Router {
        let mut reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(v1::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name(health_server::SERVICE_NAME)
            .with_service_name(server_reflection_server::SERVICE_NAME);
        for name in &self.names {
            reflection = reflection.with_service_name(*name);
        }
        let health = HealthServer::new(ChatHealth { chat, services: self.names });
        self.routes.add_service(health.max_decoding_message_size(MAX_NAME));
        #[expect(
            clippy::expect_used,
            reason = "the sets were made of files that were compiled, and hold those services"
        )]
        let reflection = reflection.build_v1().expect("the protocol describes itself");
        self.routes.add_service(reflection.max_decoding_message_size(MAX_NAME));
        // A host has pages of its own for what is no service.
        let routes = self.routes.routes().into_axum_router().reset_fallback();
        routes.route_layer(middleware::from_fn(move |request, next| see_to(Arc::clone(&endpoint), request, next)))
    }
}

/// What is no service.
async fn unimplemented(request: Request) -> Response {
    if is_grpc(request.headers()) {
        Status::unimplemented("there is no such call").into_http::<Body>()
    } else {
        StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response()
    }
}

/// Refuses what is no gRPC: no page of another site may send what is without being asked whether it may. Finds out who
/// calls, and counts them, before anything of what they say is read. Bounds the time until the answer begins, which of a
/// call is that until it is there. And has what tonic refuses by itself say why.
async fn see_to(endpoint: Arc<Endpoint>, mut request: Request, next: Next) -> Response {
    if !is_grpc(request.headers()) {
        // As the protocol over HTTP/2 says (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, Requests).
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let answered = timeout(endpoint.config.call_timeout, async {
        endpoint.admit(&mut request).await?;
        Ok::<_, Refusal>(next.run(request).await)
    });
    let response = match answered.await {
        Ok(Ok(response)) => response,
        Ok(Err(refusal)) => return refused(refusal),
        Err(_) => return refused(Refusal::timed_out()),
    };
    let headers = response.headers();
    if headers.contains_key(Status::GRPC_STATUS_DETAILS) {
        return response;
    }
    match headers.get(Status::GRPC_STATUS).map(HeaderValue::as_bytes) {
        Some(b"11") => refused(too_large()),
        Some(b"13") => refused(no_message()),
        _ => response,
    }
}

fn is_grpc(headers: &http::HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    matches!(media_type.strip_prefix(b"application/grpc"), Some([] | [b'+' | b';', ..]))
}

/// The answer of a call that is refused before its service was asked, or in the place of what it said.
fn refused(refusal: Refusal) -> Response {
    Status::from(refusal).into_http::<Body>()
}

/// A message has more bytes than are taken.
pub(crate) fn too_large() -> Refusal {
    Refusal::new(Code::ResourceExhausted, "too_large", "a message has at most 64 KiB")
}

/// What came is no message of the protocol, or none came.
pub(crate) fn no_message() -> Refusal {
    Refusal::new(Code::InvalidArgument, "invalid_request", "this is no message of the protocol")
}
