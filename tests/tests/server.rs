//! The server as an operator meets it: health, demo mode, documents, what it refuses to start with.

use chat_tests::{Client, Server, random_key};
use http::Method;
use serde_json::{Value, json};

async fn text(client: &Client, path: &str) -> (u16, String, String) {
    let answer = client.request(Method::GET, path).send().await.expect("an answer");
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("").to_owned();
    (answer.status().as_u16(), kind, answer.text().await.expect("text"))
}

#[tokio::test]
async fn it_is_healthy_and_ready_once_it_says_so() {
    let server = Server::start().await;
    let nobody = server.nobody();
    assert_eq!(text(&nobody, "/healthz").await.0, 200);
    assert_eq!(text(&nobody, "/readyz").await.0, 200);
    let lines = server.printed();
    assert_eq!(lines, [format!("listening on {}", server.base())], "one line on standard output");
}

#[tokio::test]
async fn the_openapi_document_names_every_code_and_route() {
    let server = Server::start().await;
    let (status, kind, body) = text(&server.nobody(), "/api/openapi.json").await;
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    let document: Value = serde_json::from_str(&body).expect("JSON");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")), "an OpenAPI document");
    let paths = document["paths"].as_object().expect("paths");
    for route in
        ["register", "chatrooms", "joinroom", "messages", "profile/{userId}", "friend-requests", "login", "me/coins"]
    {
        assert!(paths.keys().any(|path| path.ends_with(route)), "no {route} in {:?}", paths.keys());
    }
    for code in ["prime_required", "insufficient_coins", "room_full", "invite_used", "request_declined", "too_large"] {
        assert!(body.contains(code), "{code} is not in the document");
    }
}

#[tokio::test]
async fn the_docs_need_no_other_host() {
    let server = Server::start().await;
    let (status, kind, page) = text(&server.nobody(), "/api/docs").await;
    assert_eq!(status, 200);
    assert!(kind.starts_with("text/html"), "{kind}");
    for tag in ["<script src=\"http", "<script src=\"//", "<link rel=\"stylesheet\" href=\"http", "@import url(http"] {
        assert!(!page.contains(tag), "`{tag}` in the page");
    }
}

#[tokio::test]
async fn demo_mode_has_sample_accounts_and_prints_how_to_begin() {
    let server = Server::demo().await;
    let printed = server
        .says("how to begin, and the operator's token", |said| {
            said.contains("alice") && said.contains("/api/docs") && said.to_lowercase().contains("admin")
        })
        .await;
    // Whatever the sample accounts' password is, their ids are taken.
    for sample in ["alice", "bob", "carol", "dave"] {
        server.nobody().post("/api/register", chat_tests::registration(sample)).await.refused(409, "user_id_taken");
    }
    let dora = server.register("dora").await;
    for (user, prime) in [("alice", true), ("bob", true), ("carol", false), ("dave", false)] {
        assert_eq!(dora.get(&format!("/api/profile/{user}")).await.is(200)["prime"], json!(prime), "{user}");
    }
    let token = printed
        .split(|c: char| !(c.is_ascii_alphanumeric() || "-_.~+/=".contains(c)))
        .filter(|word| word.len() >= 16)
        .map(|word| server.nobody().with_token(word));
    let mut works = 0;
    for admin in token {
        let answer = admin.put("/admin/users/dora/prime", json!({"prime": true})).await;
        works += usize::from(answer.status == 200);
    }
    assert!(works > 0, "no word that it printed is the operator's token: {printed}");
    assert_eq!(dora.me().await["prime"], true);
}

#[tokio::test]
async fn demo_mode_keeps_what_it_made() {
    let mut server = Server::demo().await;
    let dora = server.register_with_coins("dora", 30).await;
    server.kill();
    server.restart().await;
    let again = server.nobody().with_token(dora.token());
    assert_eq!(
        again.me().await,
        json!({"userId": "dora", "name": "The dora", "phone": "+4915112345678", "prime": false,
        "availCoins": 30, "createdAt": again.me().await["createdAt"]}),
        "the key is kept, too"
    );
    assert_eq!(server.login("dora", "phone").await.coins().await, 30, "and the pepper");
}

#[tokio::test]
async fn it_refuses_to_start_with_what_is_not_safe() {
    let log = Server::refuses_to_start(&["--database-url", "sqlite::memory:", "--jwt-key", "short"]).await;
    assert!(log.contains("32"), "a key has at least 32 bytes: {log}");
    Server::refuses_to_start(&["--no-such-flag"]).await;
    for endless in ["--access-ttl", "--invite-ttl"] {
        Server::refuses_to_start(&["--database-url", "sqlite::memory:", endless, "99999999999d"]).await;
    }
    Server::refuses_to_start(&["--database-url", "carrier-pigeon://coop"]).await;
}

#[tokio::test]
async fn it_refuses_another_pepper_than_the_stores() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    dora.me().await;
    let (key, pepper) = (random_key(), random_key());
    let log = Server::refuses_to_start(&[
        "--database-url",
        server.database_url(),
        "--jwt-key",
        &key,
        "--password-pepper",
        &pepper,
    ])
    .await;
    assert!(log.to_lowercase().contains("pepper"), "it says why: {log}");
    assert!(!log.contains(&pepper), "and not what: {log}");
}

#[tokio::test]
async fn without_an_admin_token_there_is_no_admin_router() {
    let server = Server::without_admin().await;
    let nobody = server.nobody().with_token("anything");
    nobody.put("/admin/users/dora/prime", json!({"prime": true})).await.refused(404, "route_not_found");
}

#[tokio::test]
async fn the_log_names_no_secret() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    server.login("dora", "tablet").await;
    dora.get("/api/me").await.is(200);
    let log = server.log();
    for secret in [
        chat_tests::PASSWORD,
        chat_tests::ADMIN_TOKEN,
        dora.token(),
        &dora.refresh_token,
        chat_tests::pepper(),
        chat_tests::jwt_key(),
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn the_documents_are_printed_as_they_are_committed_and_no_file_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, committed) in [
        (["openapi"].as_slice(), include_str!("../../chat-http/openapi.json")),
        (&["openapi", "--admin"], include_str!("../../chat-http/openapi-admin.json")),
        (&["asyncapi"], include_str!("../../chat-http/asyncapi.json")),
    ] {
        assert_eq!(chat_tests::printed(arguments, folder.path()), committed, "{arguments:?}");
    }
    assert_eq!(folder.path().read_dir().expect("the folder").count(), 0);
}
