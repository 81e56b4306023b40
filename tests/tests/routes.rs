//! The list of routes: each wants a token, and each answers a wrong method with a problem.

use chat_tests::{ADMIN_TOKEN, Server};
use http::{Method, header};
use serde_json::json;

const ROOM: &str = "0199c1aa-0000-7000-8000-000000000000";

/// What needs a session.
fn signed_in_routes() -> Vec<(Method, String)> {
    let routes = [
        (Method::POST, "/api/chatrooms"),
        (Method::POST, "/api/joinroom"),
        (Method::POST, "/api/messages"),
        (Method::GET, "/api/profile/alice"),
        (Method::POST, "/api/friend-requests"),
        (Method::POST, "/api/logout"),
        (Method::POST, "/api/password"),
        (Method::GET, "/api/me"),
        (Method::PATCH, "/api/me"),
        (Method::GET, "/api/me/coins"),
        (Method::GET, "/api/chatrooms"),
        (Method::GET, "/api/chatrooms/ROOM"),
        (Method::POST, "/api/chatrooms/ROOM/leave"),
        (Method::GET, "/api/chatrooms/ROOM/members"),
        (Method::POST, "/api/chatrooms/ROOM/invites"),
        (Method::GET, "/api/chatrooms/ROOM/invites"),
        (Method::DELETE, "/api/chatrooms/ROOM/invites/ROOM"),
        (Method::GET, "/api/chatrooms/ROOM/messages"),
        (Method::GET, "/api/friend-requests"),
        (Method::POST, "/api/friend-requests/ROOM/accept"),
        (Method::POST, "/api/friend-requests/ROOM/decline"),
        (Method::DELETE, "/api/friend-requests/ROOM"),
        (Method::GET, "/api/friends"),
        (Method::DELETE, "/api/friends/alice"),
        (Method::GET, "/api/ws"),
        (Method::PUT, "/admin/users/alice/prime"),
        (Method::POST, "/admin/users/alice/coins"),
    ];
    routes.map(|(method, path)| (method, path.replace("ROOM", ROOM))).into()
}

fn open_routes() -> Vec<(Method, String)> {
    ["/api/register", "/api/login", "/api/refresh"].map(|path| (Method::POST, path.to_owned())).into()
}

#[tokio::test]
async fn each_route_wants_a_token() {
    let server = Server::start().await;
    let alice = server.register("alice").await;
    let nobody = server.nobody();
    for (method, path) in signed_in_routes() {
        nobody.send(nobody.request(method.clone(), &path)).await.refused(401, "unauthenticated");
        let wrong = nobody.with_token("wrong");
        // The body is broken, too: who asks comes before what they ask.
        wrong.raw(method.clone(), &path, "text/plain", "{").await.refused(401, "unauthenticated");
        let other = if path.starts_with("/admin") { alice.clone() } else { server.admin() };
        other.send(other.request(method, &path)).await.refused(401, "unauthenticated");
    }
    for (method, path) in open_routes() {
        nobody.json(method, &path, json!({})).await.refused(400, "invalid_request");
    }
}

#[tokio::test]
async fn a_path_that_is_no_route_is_not_found_with_and_without_a_token() {
    let server = Server::start().await;
    let alice = server.register("alice").await;
    for client in [&alice, &server.nobody()] {
        for path in [
            "/api/nothing",
            "/api/chatrooms/x/y/z",
            "/api",
            "/api/",
            "/nothing",
            "/api/register/x",
            "/api/profile",
            "/API/me",
            "/api/me/",
            "/api//me",
        ] {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                client.send(client.request(method, path)).await.refused(404, "route_not_found");
            }
        }
    }
    server.admin().get("/admin/nothing").await.refused(404, "route_not_found");
}

#[tokio::test]
async fn a_known_path_tells_which_methods_it_knows() {
    let server = Server::start().await;
    let nobody = server.nobody();
    let known: Vec<(Method, String)> = signed_in_routes().into_iter().chain(open_routes()).collect();
    for (_, path) in &known {
        for method in [Method::PUT, Method::TRACE, Method::OPTIONS, Method::POST, Method::GET, Method::DELETE] {
            if known.contains(&(method.clone(), path.clone())) || later(&method, path) {
                continue;
            }
            let answer = nobody.send(nobody.request(method.clone(), path)).await;
            let allowed =
                answer.headers.get(header::ALLOW).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
            answer.refused(405, "method_not_allowed");
            for (method, other) in &known {
                assert!(other != path || allowed.contains(method.as_str()), "{path} allows {method}: {allowed:?}");
            }
        }
    }
}

/// Of the contract, though not listed above: other methods of the same paths that may or may not be there.
fn later(method: &Method, path: &str) -> bool {
    *method == Method::DELETE && path == format!("/api/chatrooms/{ROOM}")
}

#[tokio::test]
async fn head_never_fails_and_has_no_body() {
    let server = Server::start().await;
    let alice = server.register("alice").await;
    for (_, path) in signed_in_routes().into_iter().chain(open_routes()) {
        let request = alice.request(Method::HEAD, &path);
        let answer = request.send().await.expect("an answer");
        assert!(!answer.status().is_server_error(), "HEAD {path}: {}", answer.status());
        assert!(answer.bytes().await.expect("a body").is_empty(), "HEAD {path}");
    }
}

#[tokio::test]
async fn the_admin_router_is_closed_without_its_token() {
    let server = Server::start().await;
    let alice = server.register("alice").await;
    let body = json!({"prime": true});
    for token in [alice.token(), "", &ADMIN_TOKEN[1..], &format!("{ADMIN_TOKEN}x"), &ADMIN_TOKEN.to_uppercase()] {
        let client = server.nobody().with_token(token);
        client.put("/admin/users/alice/prime", body.clone()).await.refused(401, "unauthenticated");
    }
    assert_eq!(alice.me().await["prime"], false);
    server.admin().get("/api/me").await.refused(401, "unauthenticated");
}
