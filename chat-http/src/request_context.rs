//! What belongs to one request wherever it is answered from: its id, and where the chat is mounted.

use std::fmt;

use axum::extract::OriginalUri;
use poem::FromRequest;

use crate::problem::Problem;

/// A random id of 128 bits by which a client's report finds its lines in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u128);

impl RequestId {
    /// A new one.
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().as_u128())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Made once for each request by [`every_request`](crate::every_request::every_request), and an extension of it.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The request's id.
    pub request_id: RequestId,
    prefix: String,
}

impl RequestContext {
    /// For a request that arrived at `original`, of which the routes see `inner`.
    pub(crate) fn new(original: Option<&OriginalUri>, inner: &http::Uri) -> Self {
        let prefix = original.and_then(|original| original.0.path().strip_suffix(inner.path())).unwrap_or_default();
        Self { request_id: RequestId::random(), prefix: prefix.to_owned() }
    }

    /// For one more request of the same client, such as a command on its WebSocket.
    pub(crate) fn another(&self) -> Self {
        Self { request_id: RequestId::random(), prefix: self.prefix.clone() }
    }

    /// For what is written into documents: always the same.
    pub(crate) const fn example() -> Self {
        Self { request_id: RequestId(0x5e1f_0d6c_8a4b_4f1c_9a57_0f7e_2f0f_6a51), prefix: String::new() }
    }

    /// Where the chat is mounted: empty at the root, else for example `/chat`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The path under which a client reaches what is at `path` here: for `Location` and links.
    pub fn location(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

impl<'a> FromRequest<'a> for RequestContext {
    async fn from_request(request: &'a poem::Request, _: &mut poem::RequestBody) -> poem::Result<Self> {
        let context = request.extensions().get::<Self>();
        Ok(context.cloned().ok_or_else(|| Problem::internal("the request passed no every_request layer"))?)
    }
}
