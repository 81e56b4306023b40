use std::sync::Arc;

use axum::{Extension, Router};
use chat_core::api::ChatService;

use crate::{
    asyncapi, body::BodyTimeout, chat_sign_in::ChatSignIn, config::HttpConfig, cors::cors, docs, limits::limited, rest,
    stranger::TrustedProxies, websocket,
};

/// What users call: REST, the WebSocket, the OpenAPI document and its pages, all under `/api`. It may be nested under
/// any prefix, and answers whatever else comes there with a problem: 404 `route_not_found`.
///
/// ```
/// use axum::Router;
/// use chat_core::Chat;
/// use chat_http::HttpConfig;
///
/// fn beside(my_routes: Router, chat: Chat) -> Router {
///     my_routes.nest("/chat", chat_http::router(chat, HttpConfig::default()))
/// }
/// ```
pub fn router(chat: impl ChatService, config: HttpConfig) -> Router {
    let chat: Arc<dyn ChatService> = Arc::new(chat);
    let HttpConfig { trusted_proxies, cors_origins, body_timeout, .. } = config.clone();
    let own_accounts = config.own_accounts && !chat.host_signs_in();
    let sign_in = Arc::new(ChatSignIn::new(Arc::clone(&chat), config.allowed_origins.clone()));
    let frames = asyncapi::document(chat.host_signs_in());
    let live = websocket::routes(Arc::clone(&chat), Arc::clone(&sign_in), config.clone())
        .merge(docs::frames_routes(&frames))
        .route("/api/asyncapi.json", asyncapi::route(frames));
    let router = rest::mount_beside(live, &chat, sign_in, own_accounts, config.heartbeat)
        .layer(Extension(BodyTimeout(body_timeout)))
        .layer(Extension(TrustedProxies(trusted_proxies.into())));
    let router = limited(router, &config);
    // Outermost: a page may also read how it was refused.
    if cors_origins.is_empty() { router } else { router.layer(cors(cors_origins)) }
}
