//! The page to chat in, `/`: the files of `web/dist`, which are within the binary.
//!
//! They are few and made under fixed names, so they are asked for anew each time, and answered by 304 where the browser
//! has them.

use std::{
    future::ready,
    hash::{DefaultHasher, Hash, Hasher},
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use clap::ValueEnum;
use serde_json::{Value, json};

/// Whether the page is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WebClient {
    On,
    Off,
}

/// The page runs its own script alone, and talks to its own host alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

#[derive(Clone, Copy)]
struct File {
    path: &'static str,
    content_type: &'static str,
    content: &'static [u8],
}

const FILES: [File; 4] = [
    File { path: "/", content_type: "text/html; charset=utf-8", content: include_bytes!("../web/dist/index.html") },
    File {
        path: "/app.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("../web/dist/app.js"),
    },
    File { path: "/app.css", content_type: "text/css; charset=utf-8", content: include_bytes!("../web/dist/app.css") },
    File { path: "/icon.svg", content_type: "image/svg+xml", content: include_bytes!("../web/dist/icon.svg") },
];

/// The page, and `/web.json`, by which it knows whether there are sample accounts to be had by a click.
pub(crate) fn router(samples: Option<Value>) -> Router {
    let about = samples.map_or_else(|| json!({}), |samples| json!({ "demo": samples }));
    let about = about.to_string();
    let told = [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "application/json")];
    let about = get(async move || (told, about.clone()));
    let pages = FILES.into_iter().fold(Router::new(), |router, file| {
        let tag = tag(file.content);
        router.route(file.path, get(move |headers: HeaderMap| ready(file.answer(&tag, &headers))))
    });
    pages.route("/web.json", about).layer(middleware::from_fn(guard))
}

impl File {
    fn answer(&self, tag: &HeaderValue, headers: &HeaderMap) -> Response {
        let told = [
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::CONTENT_TYPE, HeaderValue::from_static(self.content_type)),
            (header::ETAG, tag.clone()),
        ];
        if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag) {
            return (StatusCode::NOT_MODIFIED, told).into_response();
        }
        (told, self.content).into_response()
    }
}

/// Names a content. It is compared among the versions of one file alone.
fn tag(content: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    HeaderValue::from_str(&format!("\"{:016x}\"", hasher.finish())).unwrap_or(HeaderValue::from_static("\"\""))
}

async fn guard(request: Request, next: Next) -> Response {
    const GUARDS: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    let mut response = next.run(request).await;
    for (name, value) in GUARDS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
