use std::fmt;

use serde::{Deserialize, Serialize};

/// A refusal (RFC 9457): what the server says when it does not do what it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A link to what the code means.
    #[serde(rename = "type", default)]
    pub link: String,
    /// The code in words.
    #[serde(default)]
    pub title: String,
    /// The HTTP status, also of a refusal by WebSocket.
    pub status: u16,
    /// Which refusal, for programs: `room_full`, `not_a_member` …
    pub code: String,
    /// What was wrong this time, for people.
    #[serde(default)]
    pub detail: String,
    /// Under what the server's log knows the request.
    #[serde(default)]
    pub request_id: String,
    /// With `invalid_request`: each field that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// With `insufficient_coins` and `price_changed`: the price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<i64>,
    /// With `insufficient_coins`: the balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avail_coins: Option<i64>,
    /// With `request_declined`: when to ask again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
    /// With `rate_limited`, `overloaded` and `store_unavailable`: when to ask again, by REST as `Retry-After` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// With `store_unavailable`: `unknown` where nobody knows whether it was done; absent where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// One field of a request that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// Which.
    pub field: String,
    /// How: `required`, `too_long` …
    pub code: String,
    /// The same for people.
    #[serde(default)]
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status, self.detail)?;
        for FieldError { field, message, .. } in &self.errors {
            write!(f, "; {field} {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
