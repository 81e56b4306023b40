//! For those who run the server: whether it lives, and whether it can serve.

use axum::{
    Router,
    extract::State,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use chat_core::{Chat, error::ChatError};

use crate::{every_request::every_request, problem::Problem};

/// `/healthz`, 200 once the process serves, and `/readyz`, 200 while its store answers (else 503). No sign-in.
///
/// ```
/// fn with_health(app: axum::Router, chat: chat_core::Chat) -> axum::Router {
///     app.merge(chat_http::health_router(chat))
/// }
/// ```
pub fn health_router(chat: Chat) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(chat)
        .layer(middleware::from_fn(every_request))
}

async fn ready(State(chat): State<Chat>) -> Response {
    match chat.check_store().await {
        Ok(()) => "ok\n".into_response(),
        Err(error) => Problem::from(ChatError::from(error)).into_response(),
    }
}
