use std::sync::Arc;

use axum::Router;
use chat_core::api::ChatService;

use crate::{config::HttpConfig, rest, websocket};

/// What users call: REST, the WebSocket, the OpenAPI document and its pages, all under `/api`. It may be nested under
/// any prefix, and answers whatever else comes there with a problem: 404 `route_not_found`.
pub fn router(chat: impl ChatService, config: HttpConfig) -> Router {
    let chat: Arc<dyn ChatService> = Arc::new(chat);
    rest::mount_beside(websocket::routes(Arc::clone(&chat), config), &chat)
}
