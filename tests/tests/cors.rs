//! Pages of other origins: what browsers are told before and after they ask.

use chat_tests::{Answer, Client, Server, registration};
use http::{HeaderMap, Method, header};

const PAGE: &str = "https://app.example";

async fn preflight(client: &Client, origin: &str, path: &str, method: &str) -> (u16, HeaderMap) {
    let request = client
        .request(Method::OPTIONS, path)
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, method)
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type");
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.headers().clone())
}

async fn ask_from(client: &Client, origin: &str, path: &str) -> Answer {
    client.send(client.request(Method::GET, path).header(header::ORIGIN, origin)).await
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> String {
    headers.get(name).map_or("", |value| value.to_str().expect("text")).to_ascii_lowercase()
}

#[tokio::test]
async fn without_an_origin_of_the_operators_no_page_of_another_is_let_in() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let (status, headers) = preflight(&server.nobody(), PAGE, "/api/login", "POST").await;
    assert_eq!((status, text(&headers, header::ACCESS_CONTROL_ALLOW_ORIGIN)), (405, String::new()));
    let answer = ask_from(&dora, PAGE, "/api/me").await;
    assert_eq!(text(&answer.headers, header::ACCESS_CONTROL_ALLOW_ORIGIN), "");
}

#[tokio::test]
async fn a_page_of_a_named_origin_may_call_each_operation() {
    let server = Server::with(&["--cors-origin", "https://other.example", "--cors-origin", PAGE]).await;
    let nobody = server.nobody();
    for (path, method) in [
        ("/api/login", "POST"),
        ("/api/me", "PATCH"),
        ("/api/chatrooms", "GET"),
        ("/api/friends/dora", "DELETE"),
        ("/api/chatrooms/x/read", "PUT"),
    ] {
        let (status, headers) = preflight(&nobody, PAGE, path, method).await;
        assert!((200..300).contains(&status), "{path}: {status}");
        assert_eq!(text(&headers, header::ACCESS_CONTROL_ALLOW_ORIGIN), PAGE, "{path}");
        assert!(text(&headers, header::ACCESS_CONTROL_ALLOW_METHODS).contains(&method.to_lowercase()), "{headers:?}");
        let allowed = text(&headers, header::ACCESS_CONTROL_ALLOW_HEADERS);
        assert!(allowed.contains("authorization") && allowed.contains("content-type"), "{allowed}");
        assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "no cookie goes along");
    }
}

#[tokio::test]
async fn a_page_reads_the_answer_its_headers_and_how_it_was_refused() {
    let server = Server::with(&["--cors-origin", PAGE]).await;
    let dora = server.register("dora").await;
    for answer in [ask_from(&dora, PAGE, "/api/me").await, ask_from(&server.nobody(), PAGE, "/api/me").await] {
        assert_eq!(text(&answer.headers, header::ACCESS_CONTROL_ALLOW_ORIGIN), PAGE);
        assert!(text(&answer.headers, header::VARY).contains("origin"), "no cache gives it to another page");
        let shown = text(&answer.headers, header::ACCESS_CONTROL_EXPOSE_HEADERS);
        for name in ["location", "retry-after", "ratelimit", "ratelimit-policy", "x-request-id", "www-authenticate"] {
            assert!(shown.split(',').any(|shown| shown.trim() == name), "{name} in {shown}");
        }
    }
    let anna = registration("anna");
    let request = server.nobody().request(Method::POST, "/api/register").header(header::ORIGIN, PAGE).json(&anna);
    let answer = server.nobody().send(request).await;
    assert_eq!((answer.status, text(&answer.headers, header::ACCESS_CONTROL_ALLOW_ORIGIN).as_str()), (201, PAGE));
}

#[tokio::test]
async fn any_other_page_is_told_nothing_even_where_one_is_named() {
    let server = Server::with(&["--cors-origin", PAGE]).await;
    let dora = server.register("dora").await;
    for origin in ["https://evil.example", "http://app.example", "https://app.example.evil.example", "null"] {
        let (_, headers) = preflight(&server.nobody(), origin, "/api/login", "POST").await;
        assert_eq!(text(&headers, header::ACCESS_CONTROL_ALLOW_ORIGIN), "", "{origin}");
        let answer = ask_from(&dora, origin, "/api/me").await;
        assert_eq!(text(&answer.headers, header::ACCESS_CONTROL_ALLOW_ORIGIN), "", "{origin}");
    }
}

#[tokio::test]
async fn what_no_browser_sends_as_an_origin_is_refused_at_the_start() {
    for wrong in ["*", "https://app.example/", "app.example"] {
        let log = Server::refuses_to_start(&["--database-url", "sqlite::memory:", "--cors-origin", wrong]).await;
        assert!(log.contains("--cors-origin"), "{log}");
    }
}
