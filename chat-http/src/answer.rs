//! How an operation answers: one type where it succeeds, one where it does not.
//!
//! Which problems an operation can answer stands in the table that [`Document`](crate::openapi::Document) is given,
//! so that no handler repeats a list of statuses.

use http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::{
    ApiResponse,
    registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry},
    types::Type,
};
use serde::Serialize;

use crate::{
    payload::{JSON, Json, json_body},
    problem::{PROBLEM_JSON, Problem, ProblemDocument},
};

/// What a handler returns. `T` is [`Json`] (200), [`Created`] (201), [`CreatedOrOk`] or [`NoContent`] (204).
pub type Answer<T> = Result<T, Problem>;

/// 201 with a body, and `Location` where what was made has a path of its own.
#[derive(Debug)]
pub struct Created<T> {
    body: T,
    location: Option<String>,
}

impl<T> Created<T> {
    /// Made, and without a path of its own.
    pub fn new(body: T) -> Self {
        Self { body, location: None }
    }

    /// Made, and from now on at `location` (see [`RequestContext::location`](crate::RequestContext::location)).
    pub fn at(location: String, body: T) -> Self {
        Self { body, location: Some(location) }
    }
}

/// 201 the first time; 200 with the same kind of body when the call turned out to be a repetition.
#[derive(Debug)]
pub enum CreatedOrOk<T> {
    /// It was made by this call.
    Created(Created<T>),
    /// It was there already.
    Ok(T),
}

/// 204: done, and there is nothing to say.
#[derive(Clone, Copy, Debug)]
pub struct NoContent;

impl<T: Serialize + Send> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = json_body(StatusCode::CREATED, &self.body);
        if let Some(location) = self.location.and_then(|location| HeaderValue::try_from(location).ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

impl<T: Serialize + Send> IntoResponse for CreatedOrOk<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Created(created) => created.into_response(),
            Self::Ok(body) => json_body(StatusCode::OK, &body),
        }
    }
}

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl<T: Type + Serialize> ApiResponse for Json<T> {
    fn meta() -> MetaResponses {
        MetaResponses { responses: vec![success::<T>(200, "Done.")] }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: Type + Serialize> ApiResponse for Created<T> {
    fn meta() -> MetaResponses {
        MetaResponses { responses: vec![MetaResponse { headers: vec![location()], ..success::<T>(201, "Made.") }] }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: Type + Serialize> ApiResponse for CreatedOrOk<T> {
    fn meta() -> MetaResponses {
        let mut meta = Created::<T>::meta();
        meta.responses.push(success::<T>(200, "A repetition: what was there already."));
        meta
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl ApiResponse for NoContent {
    fn meta() -> MetaResponses {
        let done = MetaResponse { status: Some(204), description: "Done.", ..response() };
        MetaResponses { responses: vec![done] }
    }

    fn register(_: &mut Registry) {}
}

/// One response without a status, which the document spreads over those of the operation's codes.
impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        let schema = ProblemDocument::schema_ref();
        let content = vec![MetaMediaType { content_type: PROBLEM_JSON, schema }];
        MetaResponses { responses: vec![MetaResponse { content, ..response() }] }
    }

    fn register(registry: &mut Registry) {
        ProblemDocument::register(registry);
    }
}

fn success<T: Type + Serialize>(status: u16, description: &'static str) -> MetaResponse {
    let content = vec![MetaMediaType { content_type: JSON, schema: T::schema_ref() }];
    MetaResponse { status: Some(status), description, content, ..response() }
}

fn response() -> MetaResponse {
    MetaResponse { description: "", status: None, status_range: None, content: Vec::new(), headers: Vec::new() }
}

fn location() -> MetaHeader {
    MetaHeader {
        name: "Location".to_owned(),
        description: Some("Where it is from now on, if it has a path of its own.".to_owned()),
        required: false,
        deprecated: false,
        schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new("string"))),
    }
}
