//! Which pages of other origins may call the operations. Browsers let a page send, but read no answer without this.

use std::time::Duration;

use http::{HeaderName, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{
    every_request::X_REQUEST_ID,
    limits::{RATE_LIMIT, RATE_LIMIT_POLICY},
};

/// What operations take.
const METHODS: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
const SENT: [HeaderName; 3] = [header::AUTHORIZATION, header::CONTENT_TYPE, HeaderName::from_static("last-event-id")];
/// Beside what browsers show of any answer.
const SHOWN: [HeaderName; 6] =
    [header::LOCATION, header::RETRY_AFTER, header::WWW_AUTHENTICATE, RATE_LIMIT, RATE_LIMIT_POLICY, X_REQUEST_ID];
/// For how long a browser need not ask again.
const REMEMBERED: Duration = Duration::from_secs(3_600);

/// Answers the questions that browsers ask before a page's request, and marks the answers that pages of these origins
/// may read. No cookie goes along: who signs in does so with a header.
pub(crate) fn cors(origins: Vec<String>) -> CorsLayer {
    let is_allowed = move |origin: &http::HeaderValue, _: &http::request::Parts| {
        origins.iter().any(|allowed| origin.as_bytes().eq_ignore_ascii_case(allowed.as_bytes()))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(is_allowed))
        .allow_methods(METHODS)
        .allow_headers(SENT)
        .expose_headers(SHOWN)
        .max_age(REMEMBERED)
}
