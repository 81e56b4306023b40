//! The WebSocket: commands in, frames out, and nothing of its own decided (subprotocol `chat.v1`).

mod change;
mod close;
mod command;
mod handshake;
mod request;
mod session;
mod talk;

pub(crate) use close::told as close_codes;
pub(crate) use command::{AnswerType, COMMANDS, CommandType};

use std::sync::Arc;

use axum::{Router, routing::get};
use chat_core::api::ChatService;

use crate::{chat_sign_in::ChatSignIn, config::HttpConfig};

/// The greatest frame that is taken, in bytes.
const MAX_FRAME: usize = 64 * 1024;

/// What every connection shares.
struct Endpoint {
    chat: Arc<dyn ChatService>,
    sign_in: Arc<ChatSignIn>,
    config: HttpConfig,
}

/// The route of the WebSocket.
pub(crate) fn routes(chat: Arc<dyn ChatService>, sign_in: Arc<ChatSignIn>, config: HttpConfig) -> Router {
    let endpoint = Arc::new(Endpoint { chat, sign_in, config });
    Router::new().route("/api/ws", get(handshake::handshake)).with_state(endpoint)
}
