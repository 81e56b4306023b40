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
use chat_core::realtime::connection::Connection;
use http::{HeaderMap, header};

use super::{
    Endpoint, MAX_FRAME,
    close::Close,
    session::{self, Peer},
};
use crate::{
    code::Code,
    limits::{Allowance, CountedConnection, Kind},
    origin,
    problem::Problem,
    request_context::RequestContext,
    signed_in::optional_bearer_token,
};

const PROTOCOL: &str = "chat.v1";
/// What goes before the access token in the subprotocol by which browsers, which can set no header, sign in.
const BEARER: &str = "bearer.";

/// Up to here a frame that is too big is read and thrown away, so that its sender gets to read why it is closed.
const MAX_READ: usize = 4 * MAX_FRAME;

pub(super) async fn handshake(
    State(endpoint): State<Arc<Endpoint>>,
    Extension(context): Extension<RequestContext>,
    allowance: Option<Extension<Allowance>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if !origin::is_allowed(&headers, &endpoint.config.allowed_origins) {
        return Problem::new(Code::NotAllowed).detail("pages of this origin may not connect").into_response();
    }
    let allowance = allowance.map(|Extension(allowance)| allowance);
    let signed_in = match sign_in(&endpoint, allowance.as_ref(), &headers).await {
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
            SignedIn::As(Admitted { connection, _counted }) => {
                let caller = connection.caller().clone();
                session::serve(socket, Peer { endpoint, context, caller, allowance }, *connection).await;
            }
            SignedIn::Refused(close) => session::close(&mut socket, close).await,
        }
    })
}

enum SignedIn {
    As(Admitted),
    /// A browser's: it cannot see the status of a handshake, so it is told by a close code.
    Refused(Close),
}

/// A connection, which counts until it is dropped.
struct Admitted {
    connection: Box<Connection>,
    _counted: Option<CountedConnection>,
}

async fn sign_in(endpoint: &Endpoint, allowance: Option<&Allowance>, headers: &HeaderMap) -> Result<SignedIn, Problem> {
    let by_header = optional_bearer_token(headers);
    if !matches!(by_header, Ok(None)) {
        return connect(endpoint, allowance, by_header, headers).await.map(SignedIn::As);
    }
    if endpoint.chat.host_signs_in() {
        // Whatever else says who this is, browsers may have sent it for a page of another site.
        endpoint.sign_in.check_site(headers)?;
    }
    let token = token_of_subprotocol(headers);
    if token.is_none() && !endpoint.chat.host_signs_in() {
        return Err(Problem::new(Code::Unauthenticated));
    }
    match connect(endpoint, allowance, Ok(token), headers).await {
        Ok(admitted) => Ok(SignedIn::As(admitted)),
        Err(problem) if token.is_some() || headers.contains_key(header::ORIGIN) => {
            Ok(SignedIn::Refused(Close::for_refused_sign_in(problem.code())))
        }
        Err(problem) => Err(problem),
    }
}

async fn connect(
    endpoint: &Endpoint,
    allowance: Option<&Allowance>,
    bearer: Result<Option<&str>, Problem>,
    headers: &HeaderMap,
) -> Result<Admitted, Problem> {
    allowance.map_or(Ok(()), |allowance| allowance.of_address(Kind::Connect))?;
    let caller = endpoint.sign_in.known(bearer?, headers).await?;
    allowance.map_or(Ok(()), |allowance| allowance.of_user(Kind::Connect, &caller.user))?;
    let counted = allowance.map(|allowance| allowance.connection(&caller.user)).transpose()?;
    let connection = Box::new(endpoint.chat.connect(&caller).await?);
    Ok(Admitted { connection, _counted: counted })
}

fn token_of_subprotocol(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|protocol| protocol.trim().strip_prefix(BEARER))
}
