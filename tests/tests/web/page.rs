//! How the page is served: by the server itself, under a policy that lets it talk to nobody else.

use chat_tests::Server;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};

async fn get(server: &Server, path: &str, known: Option<&str>) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(format!("{}{path}", server.base()));
    if let Some(known) = known {
        request = request.header(IF_NONE_MATCH, known);
    }
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn the_page_and_what_it_loads_are_served_under_a_policy_without_inline_code_and_other_hosts() {
    let server = Server::start().await;
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/app.css", "text/css; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/web.json", "application/json"),
    ] {
        let answer = get(&server, path, None).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()[CONTENT_TYPE]), (200, &content_type.parse().unwrap()));
        let policy = answer.headers()[CONTENT_SECURITY_POLICY].to_str().expect("text").to_owned();
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(!policy.contains("://") && !policy.contains('*'), "{path}: {policy}");
    }
    let page = get(&server, "/", None).await.text().await.expect("text");
    assert!(!page.contains("<style") && !page.contains("style=") && page.matches("<script").count() == 1, "{page}");
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    let server = Server::start().await;
    let first = get(&server, "/app.js", None).await;
    let tag = first.headers()[ETAG].to_str().expect("text").to_owned();
    let again = get(&server, "/app.js", Some(&tag)).await;
    assert_eq!((again.status().as_u16(), again.bytes().await.expect("a body").len()), (304, 0));
    assert_eq!(get(&server, "/app.css", Some(&tag)).await.status(), 200);
}

#[tokio::test]
async fn the_sample_accounts_are_told_in_demo_mode_alone() {
    let server = Server::demo().await;
    let told: serde_json::Value = get(&server, "/web.json", None).await.json().await.expect("JSON");
    assert_eq!(told["demo"]["accounts"][0]["userId"], "alice", "{told}");
    let server = Server::start().await;
    assert_eq!(get(&server, "/web.json", None).await.text().await.expect("text"), "{}");
}

#[tokio::test]
async fn who_has_a_page_of_their_own_turns_this_one_off() {
    let server = Server::with(&["--web-client", "off"]).await;
    for path in ["/", "/app.js", "/web.json"] {
        assert_eq!(get(&server, path, None).await.status(), 404, "{path}");
    }
    assert_eq!(get(&server, "/healthz", None).await.status(), 200);
}
