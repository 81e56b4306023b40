//! poem-openapi inside an axum router: a tower service over its endpoint, whose every error is a [`Problem`].

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::{OriginalUri, Request},
    response::IntoResponse as _,
    response::Response,
};
use futures_util::TryStreamExt;
use http::{HeaderValue, Method, Uri, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use poem::{Endpoint, EndpointExt, IntoEndpoint, PathPattern, endpoint::BoxEndpoint, http::uri::Scheme};
use poem_openapi::{
    OpenApi, OpenApiService, OperationId,
    error::{ParseParamError, ParsePathError},
};

use chat_core::error::{Fault, FieldCode};

use crate::{
    code::Code,
    openapi::{CodesOf, Takes, implied_codes},
    problem::Problem,
    signed_in::SignIn,
};

/// Serves the operations of an [`OpenApi`](trait@OpenApi) to axum.
#[derive(Clone)]
pub struct PoemService(Arc<Inner>);

struct Inner {
    endpoint: BoxEndpoint<'static>,
    /// By [`shape`] of the path, what goes into `Allow`.
    allowed: BTreeMap<String, String>,
    codes_of: CodesOf,
    host_signs_in: bool,
}

impl PoemService {
    /// The operations of `service`, with callers as `sign_in` knows them. `codes_of` is what the document says.
    pub fn new<A: OpenApi + 'static, C: 'static>(
        service: OpenApiService<A, ()>,
        sign_in: Arc<dyn SignIn<C>>,
        codes_of: CodesOf,
    ) -> Self {
        let host_signs_in = sign_in.is_the_hosts();
        let endpoint = service.into_endpoint().data(sign_in).map_to_response().boxed();
        Self(Arc::new(Inner { endpoint, allowed: allowed_methods::<A>(), codes_of, host_signs_in }))
    }
}

impl tower::Service<Request> for PoemService {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let inner = Arc::clone(&self.0);
        Box::pin(async move { Ok(inner.answer(request).await) })
    }
}

impl Inner {
    async fn answer(&self, request: Request) -> Response {
        let (mut parts, body) = request.into_parts();
        // To poem's router `//` is `/`, but to whoever guards a path before us, or puts a route in its place, it is not.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        if uri.path().contains("//") {
            return Problem::new(Code::RouteNotFound).into_response();
        }
        if let Some(uri) = readable(&parts.uri) {
            parts.uri = uri;
        }
        let body = poem::Body::from_bytes_stream(body.into_data_stream().map_err(std::io::Error::other));
        let parts = (parts, Default::default(), Default::default(), Scheme::HTTP).into();
        match self.endpoint.call(poem::Request::from_parts(parts, body)).await {
            Ok(response) => http::Response::from(response).map(Body::new),
            Err(error) => self.problem(error).into_response(),
        }
    }

    fn problem(&self, error: poem::Error) -> Problem {
        let operation = error.data::<OperationId>().copied();
        let pattern = error.data::<PathPattern>().cloned();
        match error.downcast::<Problem>() {
            Ok(problem) => self.documented(operation, problem),
            Err(error) => self.framework_problem(&error, pattern),
        }
    }

    /// An operation that answers what the document does not say is a bug that a test shall meet.
    fn documented(&self, operation: Option<OperationId>, problem: Problem) -> Problem {
        let Some(OperationId(id)) = operation else { return problem };
        let listed = (self.codes_of)(id).is_some_and(|codes| codes.contains(&problem.code()));
        if listed || self.is_implied(problem.code()) {
            return problem;
        }
        let what = format!("{id} answered {problem}, which the OpenAPI document does not list");
        if cfg!(debug_assertions) {
            return Problem::internal(what);
        }
        tracing::error!("{what}");
        problem
    }

    /// Codes that come before an operation, or at any place in it: the document adds them where they belong.
    fn is_implied(&self, code: Code) -> bool {
        let anything = Takes { sign_in: true, host_sign_in: self.host_signs_in, writes: true, query: true, body: true };
        implied_codes(anything).contains(&code)
    }

    fn framework_problem(&self, error: &poem::Error, pattern: Option<PathPattern>) -> Problem {
        if let Some(wrong) = error.downcast_ref::<ParseParamError>() {
            return Problem::invalid(vec![Fault::new(FieldCode::WrongType, "not understood").at(wrong.name)]);
        }
        // A path whose text cannot be decoded leads nowhere.
        if error.is::<poem::error::NotFoundError>() || error.is::<ParsePathError>() {
            return Problem::new(Code::RouteNotFound);
        }
        if error.is::<poem::error::MethodNotAllowedError>() {
            let allowed = pattern.and_then(|pattern| self.allowed.get(&shape(&pattern.0)));
            let allowed = allowed.and_then(|allowed| HeaderValue::try_from(allowed).ok());
            let problem = Problem::new(Code::MethodNotAllowed);
            return allowed.into_iter().fold(problem, |problem, value| problem.header(header::ALLOW, value));
        }
        Problem::internal(format_args!("poem answered {}: {error}", error.status()))
    }
}

/// The same path where its escapes are no UTF-8, with the sign for that in their place: an id that cannot be read is
/// nobody's, and found nowhere like any other.
fn readable(uri: &Uri) -> Option<Uri> {
    let decoded = percent_decode_str(uri.path());
    if decoded.clone().decode_utf8().is_ok() {
        return None;
    }
    let path: Vec<_> = uri
        .path()
        .split('/')
        .map(|segment| {
            utf8_percent_encode(&percent_decode_str(segment).decode_utf8_lossy(), NON_ALPHANUMERIC).to_string()
        })
        .collect();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", path.join("/")).parse().ok()
}

fn allowed_methods<A: OpenApi>() -> BTreeMap<String, String> {
    let mut methods = BTreeMap::<String, Vec<Method>>::new();
    for path in A::meta().into_iter().flat_map(|api| api.paths) {
        let allowed = methods.entry(shape(&path.path)).or_default();
        for operation in path.operations {
            // Where poem has GET it answers HEAD.
            let head = (operation.method == Method::GET).then_some(Method::HEAD);
            allowed.extend([operation.method].into_iter().chain(head));
        }
    }
    let joined = |methods: Vec<Method>| methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    methods.into_iter().map(|(path, methods)| (path, joined(methods))).collect()
}

/// A path without the names of its parameters, which poem's router and the document spell differently.
pub(crate) fn shape(path: &str) -> String {
    let segment = |segment: &str| if segment.starts_with([':', '{']) { "{}".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}
