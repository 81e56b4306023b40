//! What is logged: what `RUST_LOG` asks for, else `info`; but never what clients say and hear.

use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt};

/// Logs to standard error from here on.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).finish();
    log.with(filter_fn(|metadata| !tells_frames(metadata))).init();
}

/// Whether it may hold a frame of a WebSocket: tungstenite writes whole ones at `trace`, with what people say to each other
/// and their access tokens, and those that close at `debug`.
fn tells_frames(metadata: &Metadata<'_>) -> bool {
    let source = metadata.target().split("::").next();
    source == Some("tungstenite") && Level::INFO < *metadata.level()
}
