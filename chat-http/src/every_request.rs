//! What holds for every request, whichever framework answers it: an id, a span, and that each refusal is a problem
//! document, panics included.

use std::{any::Any, mem, panic::AssertUnwindSafe};

use axum::{
    body::Body,
    extract::{OriginalUri, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, StatusCode, header};
use tracing::Instrument;

use chat_core::error::{Fault, FieldCode};

use crate::{
    code::Code,
    fields::WHOLE_BODY,
    problem::{PROBLEM_JSON, Problem},
    request_context::RequestContext,
    unread_body::UnreadBody,
};

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The layer around all routes of the chat (`axum::middleware::from_fn`).
pub async fn every_request(mut request: Request, next: Next) -> Response {
    let context = RequestContext::new(request.extensions().get::<OriginalUri>(), request.uri());
    request.extensions_mut().insert(context.clone());
    let body = mem::take(request.body_mut());
    let (body, expected) = UnreadBody::guard(request.headers(), body);
    *request.body_mut() = body;
    // Without the query: a token might have got there by mistake.
    let (id, method, path) = (context.request_id, request.method(), request.uri().path());
    let span = tracing::info_span!("request", %id, %method, path);
    async move {
        let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let response = answered.unwrap_or_else(|panic| {
            Problem::internal(format_args!("a handler panicked: {}", panic_text(&*panic))).into_response()
        });
        let mut response = finish(response, &context);
        // RFC 9110, 10.1.1: who is answered before they have sent their body is told that the connection ends.
        if expected.is_some_and(|expected| !expected.was_read()) {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
    .instrument(span)
    .await
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no text)")
}

fn finish(mut response: Response, context: &RequestContext) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>().or_else(|| unexplained(&response)) {
        tracing::debug!(%problem, "refused");
        response = written(&problem, response, context);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(context.request_id.to_string()) {
        headers.insert(X_REQUEST_ID, id);
    }
    // Answers are for the caller alone, and some hold tokens. A page or a script says otherwise of itself.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The problem behind a refusal that a framework wrote in a form of its own.
fn unexplained(response: &Response) -> Option<Problem> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => Problem::new(Code::RouteNotFound),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(Code::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Code::TooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(Code::UnsupportedMediaType),
        status if status.is_client_error() => Problem::invalid(vec![
            Fault::new(FieldCode::BadFormat, format!("not understood ({status})")).at(WHOLE_BODY),
        ]),
        status => Problem::internal(format_args!("a framework answered {status}")),
    })
}

/// `refusal` as a problem document. Headers that the refusal had stay (`Allow`, `Upgrade`), except those about its body.
fn written(problem: &Problem, refusal: Response, context: &RequestContext) -> Response {
    let (mut parts, _) = refusal.into_parts();
    let (status, headers) = problem.head();
    parts.status = status;
    parts.headers.extend(headers);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    let body = serde_json::to_vec(&problem.document(context)).unwrap_or_default();
    Response::from_parts(parts, Body::from(body))
}
