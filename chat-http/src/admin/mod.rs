//! The operators' API: what nobody can do to themself (R-ACC-05). It has a router, tokens and a document of its own.

mod audit;
mod dead_letter;
mod operator;
mod room;
mod user;

use std::sync::Arc;

use axum::{Router, middleware};
use chat_core::{api::Admin, model::operator::Operator};
use poem_openapi::{OpenApiService, Tags};

pub use self::operator::{NoBearerToken, OperatorToken};
use self::{audit::AuditRoutes, dead_letter::DeadLetterRoutes, operator::ByToken, room::RoomRoutes, user::UserRoutes};
use crate::{
    code::Code::{self, *},
    config::HttpConfig,
    every_request::every_request,
    limits::limited,
    mount::openapi_json,
    poem_service::PoemService,
    signed_in::SignIn,
};

type Routes = (UserRoutes, RoomRoutes, AuditRoutes, DeadLetterRoutes);

/// The operators' API: `/admin/…`, with its document at `/admin/openapi.json`. It has no fallback, so that it can be
/// merged with [`router`](crate::router()) or stand alone, for instance on an address of its own. Of `config` it takes the
/// limits, and by whom it is told addresses.
///
/// ```
/// use axum::Router;
/// use chat_core::Chat;
/// use chat_http::{HttpConfig, OperatorToken};
///
/// fn with_operators(app: Router, chat: Chat, operator: OperatorToken) -> Router {
///     app.merge(chat_http::admin_router(chat, [operator], &HttpConfig::default()))
/// }
/// ```
pub fn admin_router(
    admin: impl Admin,
    operators: impl IntoIterator<Item = OperatorToken>,
    config: &HttpConfig,
) -> Router {
    let service = service(&(Arc::new(admin) as Arc<dyn Admin>));
    let sign_in: Arc<dyn SignIn<Operator>> = Arc::new(ByToken(operators.into_iter().collect()));
    let router = Router::new()
        .route("/admin/openapi.json", openapi_json(&service, codes_of, false))
        .route_service("/admin/{*path}", PoemService::new(service, sign_in, codes_of))
        .layer(middleware::from_fn(every_request));
    limited(router, config)
}

fn service(admin: &Arc<dyn Admin>) -> OpenApiService<Routes, ()> {
    let admin = || Arc::clone(admin);
    let routes = (UserRoutes(admin()), RoomRoutes(admin()), AuditRoutes(admin()), DeadLetterRoutes(admin()));
    OpenApiService::new(routes, "Chat: operators' API", env!("CARGO_PKG_VERSION")).description(
        "What operators do to users and rooms. The bearer token is the operator's own, not that of a session.",
    )
}

#[derive(Tags)]
enum Tag {
    /// Who they are, what they have and whether they may.
    Users,
    /// What happens in them is not theirs to read.
    Rooms,
    /// Who of the operators did what.
    Audit,
    /// What consumers could not be told.
    DeadLetters,
}

fn codes_of(operation: &str) -> Option<&'static [Code]> {
    Some(match operation {
        "findUsers" | "listAudit" | "listDeadLetters" => &[RateLimited, NotAllowed],
        "getUser" | "setPrime" | "setSuspended" | "eraseUser" | "endSessions" => {
            &[RateLimited, NotAllowed, UserNotFound]
        }
        "changeCoins" => &[
            RateLimited,
            NotAllowed,
            RefusedByHost,
            UserNotFound,
            IdempotencyConflict,
            InsufficientCoins,
            BalanceOverflow,
        ],
        "retryDeadLetter" | "deleteDeadLetter" => &[RateLimited, NotAllowed, DeadLetterNotFound],
        "getRoom" | "closeRoom" => &[RateLimited, NotAllowed, RoomNotFound],
        _ => return None,
    })
}
