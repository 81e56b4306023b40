//! Who may open a WebSocket.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    response::{IntoResponse, Response},
};
use chat_core::{
    error::{ChatError, Rejection},
    realtime::connection::Connection,
};
use http::{HeaderMap, header};

use super::{
    Endpoint, MAX_FRAME,
    close::Close,
    session::{self, Peer},
};
use crate::{code::Code, origin, problem::Problem, request_context::RequestContext, signed_in::optional_bearer_token};

const PROTOCOL: &str = "chat.v1";
/// What goes before the access token in the subprotocol by which browsers, which can set no header, sign in.
const BEARER: &str = "bearer.";

/// Up to here a frame that is too big is read and thrown away, so that its sender gets to read why it is closed.
const MAX_READ: usize = 4 * MAX_FRAME;

pub(super) async fn handshake(
    State(endpoint): State<Arc<Endpoint>>,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if !origin::is_allowed(&headers, &endpoint.config.allowed_origins) {
        return Problem::new(Code::NotAllowed).detail("pages of this origin may not connect").into_response();
    }
    let signed_in = match sign_in(&endpoint, &headers).await {
        Ok(signed_in) => signed_in,
        Err(problem) => return problem.into_response(),
    };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_READ)
        .max_frame_size(MAX_READ)
        .read_buffer_size(2 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(8 * 1024 * 1024);
    upgrade.on_upgrade(move |mut socket| async move {
        match signed_in {
            SignedIn::As(connection) => {
                let caller = connection.caller().clone();
                session::serve(socket, Peer { endpoint, context, caller }, *connection).await;
            }
            SignedIn::Refused(close) => session::close(&mut socket, close).await,
        }
    })
}

enum SignedIn {
    As(Box<Connection>),
    /// A browser's: it cannot see the status of a handshake, so it is told by a close code.
    Refused(Close),
}

async fn sign_in(endpoint: &Endpoint, headers: &HeaderMap) -> Result<SignedIn, Problem> {
    if let Some(token) = optional_bearer_token(headers)? {
        return Ok(SignedIn::As(connect(endpoint, Some(token), headers).await?));
    }
    // Whatever else says who this is, browsers may have sent it for a page of another site.
    endpoint.sign_in.check_site(headers)?;
    let token = token_of_subprotocol(headers);
    if token.is_none() && !endpoint.chat.host_signs_in() {
        return Err(Problem::new(Code::Unauthenticated));
    }
    match connect(endpoint, token, headers).await {
        Ok(connection) => Ok(SignedIn::As(connection)),
        Err(error) if token.is_some() || headers.contains_key(header::ORIGIN) => {
            Ok(SignedIn::Refused(Close::for_refused_sign_in(Problem::from(error).code())))
        }
        Err(ChatError::Rejected(Rejection::Unauthenticated)) => Err(Problem::new(Code::Unauthenticated)),
        Err(error) => Err(error.into()),
    }
}

async fn connect(endpoint: &Endpoint, bearer: Option<&str>, headers: &HeaderMap) -> Result<Box<Connection>, ChatError> {
    let caller = endpoint.sign_in.authenticate(bearer, headers).await?;
    endpoint.chat.connect(&caller).await.map(Box::new)
}

fn token_of_subprotocol(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|protocol| protocol.trim().strip_prefix(BEARER))
}
