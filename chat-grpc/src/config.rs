//! What an embedding application may set of the gRPC side.

use std::time::Duration;

use chat_limits::{IpNet, RateLimits};

/// Settings of [`routes`](crate::routes()) and [`server`](crate::server).
///
/// ```
/// use std::time::Duration;
///
/// use chat_grpc::GrpcConfig;
///
/// let config = GrpcConfig { heartbeat: Duration::from_secs(10), ..GrpcConfig::default() };
/// # assert_ne!(config, GrpcConfig::default());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrpcConfig {
    /// How long a stream may wait before its `hello`. Default 10 seconds.
    pub hello_timeout: Duration,
    /// How often the server pings a connection; who answers nothing for as long is given up. Who takes nothing of what a
    /// stream brings is given up after twice as long. Default 25 seconds.
    pub heartbeat: Duration,
    /// How much users and addresses may ask for by gRPC; `None`: nothing is limited, as for tests under load. Default: limits
    /// that people at work do not notice.
    pub rate_limits: Option<RateLimits>,
    /// Networks of the proxies before the server: whom they name in `x-forwarded-for` is the client. Default: none, and what
    /// that says counts for nothing.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a call other than a stream may take, from its head to its answer. Default 30 seconds.
    pub call_timeout: Duration,
}

impl Default for GrpcConfig {
    fn default() -> Self {
        Self {
            hello_timeout: Duration::from_secs(10),
            heartbeat: Duration::from_secs(25),
            rate_limits: Some(RateLimits::default()),
            trusted_proxies: Vec::new(),
            call_timeout: Duration::from_secs(30),
        }
    }
}
