use super::town::{NO_ID, Town};

/// Method, path, whether it takes a body.
const SIGNED_IN: [(&str, &str, bool); 24] = [
    ("GET", "/api/me", false),
    ("PATCH", "/api/me", true),
    ("GET", "/api/me/coins", false),
    ("GET", "/api/profile/x", false),
    ("POST", "/api/logout", false),
    ("POST", "/api/password", true),
    ("POST", "/api/chatrooms", true),
    ("GET", "/api/chatrooms", false),
    ("GET", "/api/chatrooms/ID", false),
    ("POST", "/api/joinroom", true),
    ("POST", "/api/chatrooms/ID/leave", false),
    ("GET", "/api/chatrooms/ID/members", false),
    ("POST", "/api/chatrooms/ID/invites", true),
    ("GET", "/api/chatrooms/ID/invites", false),
    ("DELETE", "/api/chatrooms/ID/invites/ID", false),
    ("POST", "/api/messages", true),
    ("GET", "/api/chatrooms/ID/messages", false),
    ("PUT", "/api/chatrooms/ID/read", true),
    ("POST", "/api/friend-requests", true),
    ("GET", "/api/friend-requests", false),
    ("POST", "/api/friend-requests/ID/accept", false),
    ("DELETE", "/api/friend-requests/ID", false),
    ("GET", "/api/friends", false),
    ("DELETE", "/api/friends/x", false),
];

#[tokio::test]
async fn a_stranger_hears_of_nothing_but_the_sign_in() {
    let town = Town::new().await;
    for (method, path, _) in SIGNED_IN {
        let path = path.replace("ID", NO_ID);
        let body = "x".repeat(70_000);
        town.nobody().send(method, &format!("{path}?limit=0&box=x"), body).await.refused(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_body_is_looked_at_before_what_it_is_about() {
    let town = Town::new().await;
    let carol = town.person("carol").await;
    for (method, path, _) in SIGNED_IN.into_iter().filter(|(.., body)| *body) {
        let path = path.replace("ID", NO_ID);
        carol.send(method, &path, "x".repeat(70_000)).await.refused(413, "too_large");
        carol.send(method, &path, "{").await.refused_fields(&[": bad_format"]);
        carol.send(method, &path, "[]").await.refused_fields(&[": wrong_type"]);
        let unknown = carol.send(method, &path, r#"{"nope": 1}"#).await;
        assert!(unknown.wrong_fields().contains(&"nope: unknown".to_owned()), "{method} {path}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_are_right() {
    let town = Town::new().await;
    for (path, allowed) in [
        ("/api/register", "POST"),
        ("/api/me", "GET, HEAD, PATCH"),
        ("/api/chatrooms", "GET, HEAD, POST"),
        ("/api/chatrooms/x/read", "PUT"),
        ("/api/friend-requests/x", "DELETE"),
    ] {
        let reply = town.nobody().send("TRACE", path, "").await;
        let mut methods: Vec<_> = reply.header("allow").split(", ").collect();
        methods.sort_unstable();
        assert_eq!(methods.join(", "), allowed, "{path}");
        reply.refused(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn what_is_no_route_is_told_so() {
    let town = Town::new().await;
    let carol = town.person("carol").await;
    for path in ["/api", "/api/", "/api/nothing", "/api/me/", "/api//me", "/API/me", "/api/chatrooms/x/y/z"] {
        town.nobody().get(path).await.refused(404, "route_not_found");
        carol.get(path).await.refused(404, "route_not_found");
    }
}
