//! The one place where operations, pages and other routes become a router.

use std::sync::Arc;

use axum::{
    Extension, Router, middleware,
    response::IntoResponse,
    routing::{MethodRouter, get},
};
use http::header;
use poem_openapi::{OpenApi, OpenApiService};

use crate::{
    docs,
    every_request::every_request,
    openapi::{CodesOf, Document},
    payload::JSON,
    poem_service::PoemService,
    request_context::RequestContext,
    signed_in::SignIn,
};

/// A router of `routes` (those that are not operations, such as the WebSocket), the operations of `service`, their
/// document at `/api/openapi.json` and the pages at `/api/docs`. It may be nested under any prefix.
pub fn mount<A: OpenApi + 'static, C: Send + Sync + 'static>(
    routes: Router,
    service: OpenApiService<A, ()>,
    sign_in: Arc<dyn SignIn<C>>,
    codes_of: CodesOf,
) -> Router {
    routes
        .route("/api/openapi.json", openapi_json(&service, codes_of, sign_in.is_the_hosts()))
        .merge(docs::routes())
        .fallback_service(PoemService::new(service, sign_in, codes_of))
        .layer(middleware::from_fn(every_request))
}

/// The document of `service`, as a route, with what comes of a sign-in by the host where there is one. It stands within [`every_request`], which tells where the chat is mounted.
pub(crate) fn openapi_json<A: OpenApi>(
    service: &OpenApiService<A, ()>,
    codes_of: CodesOf,
    host_signs_in: bool,
) -> MethodRouter {
    let document = Arc::new(Document::new(service, codes_of, host_signs_in));
    get(async move |Extension(context): Extension<RequestContext>| {
        ([(header::CONTENT_TYPE, JSON)], document.json(context.prefix())).into_response()
    })
}
