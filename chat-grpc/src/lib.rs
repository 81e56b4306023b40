//! The chat over gRPC: the commands of REST as calls, and a stream of what happens, beside reflection and health.
//!
//! ```no_run
//! # async fn start(chat: chat_core::Chat) -> Result<(), Box<dyn std::error::Error>> {
//! use chat_grpc::{GrpcConfig, routes, server};
//!
//! let config = GrpcConfig::default();
//! let routes = routes(chat.clone(), &config);
//! server(&config).add_routes(routes).serve_with_shutdown("127.0.0.1:50051".parse()?, chat.draining()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! A host that has a server of tonic's already adds the [`routes`] to it; one that has a router of axum's merges the
//! [`router`]. [`server`] is for who has neither: it has what a server needs that faces strangers. Whichever it is,
//! [`Chat::drain`](chat_core::Chat::drain) has the streams go who are there, and the health answer `NOT_SERVING`. Who looks
//! on by reflection is not told: a server that shuts down waits for them only as long as its host lets it.
//!
//! Nothing is decided here. A call says who asks by the metadata `authorization: Bearer …`, what it says is read into the
//! types of `chat_core::model`, the chat is asked, and what it answers is written. What the chat refuses keeps its code, in
//! `google.rpc.ErrorInfo`. The protocol is `proto/chat/v1` of this crate, and [`v1`] what was made of it; its clients
//! serve Rust as well.

mod caller;
mod config;
mod health;
mod limits;
mod live;
mod read;
mod refusal;
mod routes;
mod service;
mod wire;

pub use chat_limits::{IpNet, Rate, RateLimits, RatePair};
pub use config::GrpcConfig;
pub use routes::{router, routes, server};

/// The protocol, version 1: its messages, and for each service a client and a server.
#[expect(clippy::large_enum_variant, reason = "the protocol has them so")]
pub mod v1 {
    tonic::include_proto!("chat.v1");

    /// The protocol as a `google.protobuf.FileDescriptorSet`, with what it imports.
    pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/chat.v1.bin"));
}
