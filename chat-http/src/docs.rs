//! `/api/docs`: a page on which the operations can be read and tried, one for the frames, and the explanation of every
//! code.
//!
//! Nothing comes from another host, and the page's policy holds the browser to that. Scripts and styles are files of
//! their own, so that the policy need not allow inline scripts; all links are relative, so that any prefix does.

mod frames;

use std::{fmt::Write, sync::LazyLock};

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use http::header;
use poem_openapi::OpenApiService;
use serde_json::Value;

use crate::{
    code::Code,
    problem::{ERRORS_PATH, Problem},
};

/// The page runs its own script alone and talks to its own host alone. Swagger UI styles elements as it draws them,
/// and has its icons as `data:`.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `'self'` is the WebSocket of the same host, too (CSP 3, 6.7.2.8).
const FRAMES_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
     img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TEXT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// The pages and what they load.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/api/docs", get(async || page(include_str!("docs/index.html"), PAGE_POLICY)))
        .route("/api/docs/start.js", get(async || file(JAVASCRIPT, include_str!("docs/start.js"))))
        .route("/api/docs/swagger-ui.js", get(async || swagger_ui(JAVASCRIPT, |files| &files.script)))
        .route("/api/docs/swagger-ui.css", get(async || swagger_ui("text/css", |files| &files.style)))
        .route(ERRORS_PATH, get(async || page(errors_page(), TEXT_POLICY)))
}

/// The page of what a WebSocket and the event stream have: of their AsyncAPI document.
pub(crate) fn frames_routes<S: Clone + Send + Sync + 'static>(document: &Value) -> Router<S> {
    let html = Bytes::from(frames::page(document));
    let html = move || std::future::ready(page(html.clone(), FRAMES_POLICY));
    Router::new()
        .route("/api/docs/frames", get(html))
        .route("/api/docs/frames/try.js", get(async || file(JAVASCRIPT, include_str!("docs/frames/try.js"))))
        .route("/api/docs/frames/style.css", get(async || file("text/css", include_str!("docs/frames/style.css"))))
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

fn page(html: impl Into<Bytes>, policy: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, html.into()).into_response()
}

fn file(content_type: &'static str, content: impl Into<Bytes>) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, content.into()).into_response()
}

/// Swagger UI's files. poem-openapi carries them, but gives them only as one page with everything inline.
struct SwaggerUi {
    script: Bytes,
    style: Bytes,
}

static SWAGGER_UI: LazyLock<Option<SwaggerUi>> = LazyLock::new(|| {
    let page = OpenApiService::new((), "", "").swagger_ui_html();
    let (_, page) = page.split_once("<style charset=\"UTF-8\">")?;
    let (style, page) = page.split_once("</style>")?;
    let (_, page) = page.split_once("<script charset=\"UTF-8\">")?;
    // The script itself speaks of `</head>` and the like, alone.
    let (script, _) = page.split_once("</script>\n</head>\n<body>")?;
    let copy = |text: &str| Bytes::copy_from_slice(text.as_bytes());
    Some(SwaggerUi { script: copy(script), style: copy(style) })
});

fn swagger_ui(content_type: &'static str, part: fn(&SwaggerUi) -> &Bytes) -> Response {
    match &*SWAGGER_UI {
        Some(files) => file(content_type, part(files).clone()),
        None => Problem::internal("poem-openapi's page for Swagger UI has another form").into_response(),
    }
}

fn errors_page() -> String {
    let mut html = String::from(include_str!("docs/errors.html"));
    for code in Code::ALL {
        let (name, status, title, meaning) = (code.as_str(), code.status().as_u16(), code.title(), code.meaning());
        // Writing to a String cannot fail; the table holds no character that HTML would want escaped.
        let _ = writeln!(html, "<h2 id=\"{name}\"><code>{name}</code></h2>\n<p>{status} {title}. {meaning}</p>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swagger_ui_is_found_in_poems_page() {
        let files = SWAGGER_UI.as_ref().unwrap();
        let script = std::str::from_utf8(&files.script).unwrap();
        assert!(script.contains("SwaggerUIBundle") && 1_000_000 < script.len());
        assert!(std::str::from_utf8(&files.style).unwrap().contains(".swagger-ui"));
    }

    #[test]
    fn the_style_loads_nothing() {
        let style = std::str::from_utf8(&SWAGGER_UI.as_ref().unwrap().style).unwrap();
        let urls: Vec<_> = style
            .split("url(")
            .skip(1)
            .map(|rest| rest.trim_start_matches(['"', '\'']))
            .filter(|rest| !rest.starts_with("data:"))
            .collect();
        assert!(urls.is_empty() && !style.contains("@import"), "{urls:?}");
    }

    #[test]
    fn every_code_has_its_place_on_the_errors_page() {
        let page = errors_page();
        assert!(Code::ALL.iter().all(|code| page.contains(&format!("id=\"{}\"", code.as_str()))));
        assert!(Code::ALL.iter().all(|code| !code.meaning().contains(['<', '>', '&'])));
    }
}
