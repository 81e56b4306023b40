use std::sync::Arc;

use axum::{Extension, Router, middleware};
use chat_core::api::ChatService;
use ipnet::IpNet;

use crate::{
    body::BodyTimeout,
    chat_sign_in::ChatSignIn,
    client_address::TrustedProxies,
    config::HttpConfig,
    cors::cors,
    limits::{Limits, allow},
    rest, websocket,
};

/// What users call: REST, the WebSocket, the OpenAPI document and its pages, all under `/api`. It may be nested under
/// any prefix, and answers whatever else comes there with a problem: 404 `route_not_found`.
pub fn router(chat: impl ChatService, config: HttpConfig) -> Router {
    let chat: Arc<dyn ChatService> = Arc::new(chat);
    let HttpConfig { rate_limits, trusted_proxies, cors_origins, body_timeout, .. } = config.clone();
    let own_accounts = config.own_accounts && !chat.host_signs_in();
    let sign_in = Arc::new(ChatSignIn::new(Arc::clone(&chat), config.allowed_origins.clone()));
    let websocket = websocket::routes(Arc::clone(&chat), Arc::clone(&sign_in), config);
    let mut router = rest::mount_beside(websocket, &chat, sign_in, own_accounts);
    let trusted: Arc<[IpNet]> = trusted_proxies.into();
    router = router.layer(Extension(BodyTimeout(body_timeout))).layer(Extension(TrustedProxies(Arc::clone(&trusted))));
    if let Some(rates) = rate_limits {
        let limits = (Arc::new(Limits::new(&rates)), trusted);
        router = router.layer(middleware::from_fn_with_state(limits, allow));
    }
    // Outermost: a page may also read how it was refused.
    if cors_origins.is_empty() { router } else { router.layer(cors(cors_origins)) }
}
