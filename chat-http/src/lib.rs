//! The chat over HTTP: REST described by OpenAPI, and a WebSocket, in one [`axum::Router`] to nest under any prefix.
//!
//! ```no_run
//! # async fn start(chat: chat_core::Chat, operator: chat_http::OperatorToken) -> std::io::Result<()> {
//! use chat_http::{HttpConfig, admin_router, health_router, router};
//!
//! let admin = admin_router(chat.clone(), [operator], &HttpConfig::default());
//! let app = axum::Router::new()
//!     .nest("/chat", router(chat.clone(), HttpConfig::default()).merge(admin))
//!     .merge(health_router(chat));
//! # let _: axum::Router = app;
//! # Ok(())
//! # }
//! ```
//!
//! # How an operation comes to be
//! * [`request!`] declares what it takes: the fields, how they are read, their schema.
//! * A method under `#[OpenApi]` takes a [`SignedIn`] caller first and then a [`Json`] request, and returns an
//!   [`Answer`].
//! * A line in the table of codes says which problems it can answer; [`mount`](mount()) puts all into a router.
#![warn(clippy::missing_errors_doc)]

mod admin;
pub mod answer;
mod asyncapi;
mod body;
mod chat_sign_in;
pub mod code;
mod config;
mod cors;
mod docs;
mod event_stream;
pub mod every_request;
pub mod field;
pub mod fields;
mod health;
mod limits;
mod live;
mod model_field;
mod mount;
pub mod openapi;
mod origin;
pub mod payload;
pub mod poem_service;
pub mod problem;
pub mod query;
mod refusal;
pub mod request;
pub mod request_context;
mod response;
mod rest;
mod router;
pub mod signed_in;
mod stranger;
mod strict_json;
mod unread_body;
mod websocket;
mod wire;

pub use admin::{NoBearerToken, OperatorToken, admin_router};
pub use answer::{Answer, Created, CreatedOrOk, NoContent};
pub use body::MAX_BODY;
pub use chat_limits::{IpNet, Rate, RateLimits, RatePair};
pub use code::Code;
pub use config::HttpConfig;
pub use health::health_router;
pub use mount::mount;
pub use payload::Json;
pub use problem::Problem;
pub use query::Query;
pub use request_context::{RequestContext, RequestId};
pub use router::router;
pub use signed_in::{CountedAs, SignIn, SignedIn};
pub use stranger::Stranger;
