//! The one form of every refusal: a problem document (RFC 9457).

use std::{borrow::Cow, fmt, time::Duration};

use axum::response::IntoResponse;
use chat_core::error::FieldError;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use poem_openapi::Object;
use serde::Serialize;

use crate::{code::Code, request_context::RequestContext};

/// The media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal or a failure on its way to the client. It becomes a [`ProblemDocument`] when the answer leaves, in one
/// place, because only there the request's id is known.
#[derive(Clone, Debug)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    code: Code,
    detail: Cow<'static, str>,
    extra: Extra,
    headers: HeaderMap,
}

#[derive(Clone, Debug, Default)]
struct Extra {
    errors: Option<Vec<FieldError>>,
    required: Option<i64>,
    avail_coins: Option<i64>,
    retry_after_seconds: Option<u64>,
    retry_after_ms: Option<u64>,
    outcome: Option<&'static str>,
}

impl Problem {
    /// A problem that says of itself what its code means.
    pub fn new(code: Code) -> Self {
        let detail = Cow::Borrowed(code.meaning());
        Self(Box::new(Inner { code, detail, extra: Extra::default(), headers: HeaderMap::new() }))
    }

    /// `invalid_request` with every field that is wrong.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(Code::InvalidRequest);
        problem.0.extra.errors = Some(errors);
        problem
    }

    /// `internal`. What happened goes to the log alone, within the request's span.
    pub fn internal(what_happened: impl fmt::Display) -> Self {
        tracing::error!("internal error: {what_happened}");
        Self::new(Code::Internal)
    }

    /// The words for this occurrence; never of the database, of paths or of secrets.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// The whole price in coins.
    #[must_use]
    pub fn required(mut self, coins: i64) -> Self {
        self.0.extra.required = Some(coins);
        self
    }

    /// The balance in coins.
    #[must_use]
    pub fn avail_coins(mut self, coins: i64) -> Self {
        self.0.extra.avail_coins = Some(coins);
        self
    }

    /// When it may be tried again, as `retryAfterSeconds`: full seconds, rounded up.
    #[must_use]
    pub fn retry_after_seconds(mut self, wait: Duration) -> Self {
        self.0.extra.retry_after_seconds = Some(rounded_up(wait));
        self
    }

    /// When it may be tried again, as the header `Retry-After` in seconds and, since WebSocket frames have no headers,
    /// as `retryAfterMs`.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        let millis = wait.as_nanos().div_ceil(1_000_000);
        self.0.extra.retry_after_ms = Some(u64::try_from(millis).unwrap_or(u64::MAX));
        self.header(header::RETRY_AFTER, HeaderValue::from(rounded_up(wait)))
    }

    /// Says that nobody knows whether it was done (`outcome: "unknown"`).
    #[must_use]
    pub fn outcome_unknown(mut self) -> Self {
        self.0.extra.outcome = Some("unknown");
        self
    }

    /// A header of the answer; it replaces one of the same name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// Why.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The document as `context`'s client gets it, over whatever transport.
    pub fn document(&self, context: &RequestContext) -> ProblemDocument {
        let Inner { code, detail, extra, .. } = &*self.0;
        ProblemDocument {
            r#type: context.location(&format!("{ERRORS_PATH}#{}", code.as_str())),
            title: code.title().to_owned(),
            status: code.status().as_u16(),
            code: code.as_str().to_owned(),
            detail: detail.clone().into_owned(),
            request_id: context.request_id.to_string(),
            errors: extra.errors.as_ref().map(|errors| errors.iter().map(WrongField::from).collect()),
            required: extra.required,
            avail_coins: extra.avail_coins,
            retry_after_seconds: extra.retry_after_seconds,
            retry_after_ms: extra.retry_after_ms,
            outcome: extra.outcome.map(str::to_owned),
        }
    }

    /// The status and the headers, without a body.
    pub(crate) fn head(&self) -> (StatusCode, HeaderMap) {
        let Inner { code, headers, .. } = &*self.0;
        let mut headers = headers.clone();
        // RFC 9110: a 401 names the way to sign in, and RFC 6750 what is wrong with a token that was sent.
        if code.status() == StatusCode::UNAUTHORIZED && !headers.contains_key(header::WWW_AUTHENTICATE) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge(*code)));
        }
        if code.status() == StatusCode::SERVICE_UNAVAILABLE && !headers.contains_key(header::RETRY_AFTER) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        (code.status(), headers)
    }
}

/// Where every code is explained, and what `type` of a problem points to.
pub(crate) const ERRORS_PATH: &str = "/api/docs/errors";

const fn challenge(code: Code) -> &'static str {
    match code {
        Code::TokenExpired => r#"Bearer error="invalid_token", error_description="the access token has expired""#,
        Code::SessionRevoked => r#"Bearer error="invalid_token", error_description="the session has ended""#,
        _ => "Bearer",
    }
}

fn rounded_up(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() != 0)
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.as_str(), self.0.detail)
    }
}

impl std::error::Error for Problem {}

/// The body is written by [`every_request`](crate::every_request::every_request), which finds the problem among the
/// answer's extensions.
impl IntoResponse for Problem {
    fn into_response(self) -> axum::response::Response {
        let mut response = self.head().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl poem::error::ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.code().status()
    }

    fn as_response(&self) -> poem::Response {
        let (status, headers) = self.head();
        let mut response = poem::Response::builder().status(status).finish();
        response.headers_mut().extend(headers);
        response.set_data(self.clone());
        response
    }
}

/// Why a request was refused or failed (RFC 9457).
#[derive(Clone, Debug, PartialEq, Serialize, Object)]
#[serde(rename_all = "camelCase")]
#[oai(rename = "Problem", rename_all = "camelCase")]
pub struct ProblemDocument {
    /// A link to the explanation of the code, relative to this server.
    pub r#type: String,
    /// A short name of the code, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What programs decide by. More codes may come; treat an unknown one by its status.
    pub code: String,
    /// What happened this time, for people.
    pub detail: String,
    /// By which the operator finds it in the log; also in the header `X-Request-Id`.
    pub request_id: String,
    /// With `invalid_request`: every field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<WrongField>>,
    /// With `insufficient_coins` and `price_changed`: the whole price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<i64>,
    /// With `insufficient_coins`: the balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avail_coins: Option<i64>,
    /// With `request_declined`: seconds to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
    /// With `rate_limited` and `overloaded`: milliseconds to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// With `store_unavailable`: `unknown` if it may have been done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// One field of a request that is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Object)]
pub struct WrongField {
    /// The field's name; empty for the body as a whole.
    pub field: String,
    /// `required`, `unknown`, `wrong_type`, `too_short`, `too_long`, `out_of_range`, `bad_format` or `too_common`.
    pub code: String,
    /// What is expected, for people.
    pub message: String,
}

impl From<&FieldError> for WrongField {
    fn from(error: &FieldError) -> Self {
        Self {
            field: error.field.clone().into_owned(),
            code: error.code.as_str().to_owned(),
            message: error.message.clone().into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::ParseFromJSON;
    use proptest::{collection::vec, option, prelude::*, sample::select};

    use super::*;

    fn wrong_field() -> impl Strategy<Value = WrongField> {
        any::<[String; 3]>().prop_map(|[field, code, message]| WrongField { field, code, message })
    }

    fn document() -> impl Strategy<Value = ProblemDocument> {
        let texts = any::<[String; 5]>();
        let numbers =
            (option::of(any::<i64>()), option::of(any::<i64>()), option::of(any::<u64>()), option::of(any::<u64>()));
        let errors = option::of(vec(wrong_field(), 0..4));
        (texts, any::<u16>(), errors, numbers, option::of(any::<String>())).prop_map(
            |([r#type, title, code, detail, request_id], status, errors, numbers, outcome)| ProblemDocument {
                r#type,
                title,
                status,
                code,
                detail,
                request_id,
                errors,
                required: numbers.0,
                avail_coins: numbers.1,
                retry_after_seconds: numbers.2,
                retry_after_ms: numbers.3,
                outcome,
            },
        )
    }

    proptest! {
        #[test]
        fn a_document_is_read_as_it_was_written(document in document()) {
            let written = serde_json::to_value(&document).unwrap();
            let read = ProblemDocument::parse_from_json(Some(written));
            prop_assert_eq!(read.map_err(|error| error.into_message()), Ok(document));
        }

        #[test]
        fn a_problem_has_the_status_of_its_code_and_keeps_its_words(code in select(Code::ALL.to_vec()), words in any::<String>()) {
            let problem = Problem::new(code).detail(words.clone());
            let document = problem.document(&RequestContext::new(None, &http::Uri::from_static("/")));
            prop_assert_eq!(document.code.parse(), Ok(code));
            prop_assert_eq!((document.status, document.detail), (code.status().as_u16(), words));
            prop_assert_eq!(problem.head().0, code.status());
        }
    }
}
