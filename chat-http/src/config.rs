//! What an embedding application may set of the HTTP side.

use std::time::Duration;

use chat_limits::{IpNet, RateLimits};

use crate::body::BodyTimeout;

/// Settings of [`router`](crate::router()). The defaults are safe to face browsers with.
///
/// ```
/// use chat_http::HttpConfig;
///
/// let config = HttpConfig {
///     allowed_origins: vec!["https://app.example".to_owned()],
///     trusted_proxies: "10.0.0.0/8".parse().into_iter().collect(),
///     ..HttpConfig::default()
/// };
/// assert_eq!(config.trusted_proxies.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpConfig {
    /// Origins besides the router's own host whose pages may open the WebSocket, and may write where browsers sign in by
    /// something that they send along by themselves, such as a cookie: `https://app.example`, as browsers send them (RFC
    /// 6454, section 7). Default: none.
    pub allowed_origins: Vec<String>,
    /// Whether there are routes by which users register and sign in with the chat itself: `/api/register`, `/api/login`,
    /// `/api/refresh` and all that is done to its sessions and passwords. Default: yes. Where the chat has an
    /// [`Authenticator`](chat_core::ports::authenticator::Authenticator) there are none, whatever stands here.
    pub own_accounts: bool,
    /// Origins, in the same form, whose pages may call the operations (CORS): each answer says so, and the questions that
    /// browsers ask before are answered. Default: none, and those questions are refused like any unknown method.
    pub cors_origins: Vec<String>,
    /// How much users and addresses may ask for; `None`: nothing is limited, as for tests under load. Default: limits that
    /// people at work do not notice.
    pub rate_limits: Option<RateLimits>,
    /// Networks of the proxies before the router: whom they name in `X-Forwarded-For` is the client. Default: none, and
    /// what that header says counts for nothing.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a WebSocket may wait before its `hello`. Default 10 seconds.
    pub hello_timeout: Duration,
    /// How often the server pings a WebSocket; one that answers nothing for twice as long is closed. Default 25 seconds.
    pub heartbeat: Duration,
    /// How long the body of a request may take. Default 30 seconds.
    pub body_timeout: Duration,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            own_accounts: true,
            cors_origins: Vec::new(),
            rate_limits: Some(RateLimits::default()),
            trusted_proxies: Vec::new(),
            hello_timeout: Duration::from_secs(10),
            heartbeat: Duration::from_secs(25),
            body_timeout: BodyTimeout::default().0,
        }
    }
}
