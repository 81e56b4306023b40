//! What operators do, and what users notice of it.

use chat_tests::{Client, PASSWORD, Server, Socket, is_timestamp};
use serde_json::{Value, json};

async fn suspend(server: &Server, user: &str, suspended: bool) -> Value {
    let body = json!({"suspended": suspended, "reason": if suspended { "spam" } else { "sorry" }});
    server.admin().put(&format!("/admin/users/{user}/suspended"), body).await.is(200)
}

async fn login(server: &Server, user: &str, password: &str) -> chat_tests::Answer {
    server.nobody().post("/api/login", json!({"userId": user, "deviceId": "new", "password": password})).await
}

/// What the audit says, the oldest first: who did what to whom, and what else there is.
async fn audit(server: &Server) -> Vec<(String, String)> {
    let page = server.admin().get("/admin/audit?limit=200").await.is(200);
    assert_eq!(page["hasMore"], false);
    let entries = page["entries"].as_array().expect("entries").iter().rev();
    let told = |entry: &Value| {
        assert!(is_timestamp(&entry["at"]) && entry["auditId"].is_string(), "{entry}");
        let text = |member: &str| entry[member].as_str().unwrap_or("-").to_owned();
        (format!("{} {} {}", text("operator"), text("act"), text("userId")), text("detail"))
    };
    entries.map(told).collect()
}

#[tokio::test]
async fn r_acc_06_who_is_suspended_is_signed_in_nowhere_until_it_is_lifted() {
    let server = Server::start().await;
    let dora = server.prime("dora").await;
    let room = dora.create_room("Tea").await;
    let mut sockets =
        [Socket::open(&server, &dora).await, Socket::open(&server, &server.login("dora", "tablet").await).await];
    let mut silent = Socket::connect(&server, &dora).await;

    for _ in 0..2 {
        let seen = suspend(&server, "dora", true).await;
        assert_eq!((&seen["suspended"], &seen["suspendedReason"]), (&json!(true), &json!("spam")));
        assert_eq!(server.admin().get("/admin/users/dora").await.is(200), seen);
    }
    for socket in sockets.iter_mut().chain([&mut silent]) {
        assert_eq!(socket.closed().await.0, Some(4003));
    }
    dora.get("/api/me").await.refused(403, "suspended");
    dora.get("/api/ws").await.refused(403, "suspended");
    dora.post("/api/messages", json!({"roomId": room, "body": "hi"})).await.refused(403, "suspended");
    let refreshed = dora.anonymous().post("/api/refresh", json!({"refreshToken": dora.refresh_token})).await;
    refreshed.refused(403, "suspended");
    login(&server, "dora", PASSWORD).await.refused(403, "suspended");
    login(&server, "dora", "not her password").await.refused(401, "invalid_credentials");
    let mut browser = Socket::connect_as_browser(&server, &dora, dora.token()).await;
    assert_eq!(browser.closed().await.0, Some(4003));

    for _ in 0..2 {
        let seen = suspend(&server, "dora", false).await;
        assert_eq!((&seen["suspended"], &seen["suspendedReason"]), (&json!(false), &Value::Null));
    }
    dora.write(&room, "back again").await;
    let log = dora.log(&room).await;
    assert_eq!(log.iter().map(|event| event["seq"].as_i64()).collect::<Vec<_>>(), [Some(1), Some(2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn r_acc_06_after_the_answer_of_a_suspension_no_event_gets_a_number() {
    let server = Server::start().await;
    let owner = server.prime("owner").await;
    let dora = server.register("dora").await;
    let mut rooms = Vec::new();
    for number in 0..3 {
        rooms.push(owner.create_room(&format!("Room {number}")).await);
    }
    let room = rooms[0].clone();
    dora.join(&room).await;
    for round in 0..5 {
        let mut senders = tokio::task::JoinSet::new();
        let mut firsts = Vec::new();
        for number in 0..4 {
            let (dora, room) = (dora.clone(), room.clone());
            let (first, written) = tokio::sync::oneshot::channel();
            firsts.push(written);
            senders.spawn(async move {
                let mut first = Some(first);
                loop {
                    let body = json!({"roomId": room, "body": format!("{round} {number}")});
                    let answer = dora.post("/api/messages", body).await;
                    if answer.status != 201 {
                        answer.refused(403, "suspended");
                        return;
                    }
                    first.take().map(|first| first.send(()));
                }
            });
        }
        for written in firsts {
            written.await.expect("each sender writes something");
        }
        suspend(&server, "dora", true).await;
        let last = owner.room(&room).await["lastSeq"].clone();
        senders.join_all().await;
        assert_eq!(owner.room(&room).await["lastSeq"], last, "round {round}");
        suspend(&server, "dora", false).await;
    }
}

#[tokio::test]
async fn r_acc_06_who_is_erased_leaves_everything_but_what_they_wrote() {
    let server = Server::start().await;
    let (dora, eve) = (server.prime("dora").await, server.prime("eve").await);
    let fred = server.register("fred").await;
    let tea = dora.create_room("Tea").await;
    eve.join(&tea).await;
    fred.join(&tea).await;
    dora.write(&tea, "I was here").await;
    let alone = dora.create_room("Alone").await;
    dora.befriend("eve").await;
    eve.post("/api/friend-requests", json!({"userId": "dora"})).await.is(200);
    fred.post("/api/friend-requests", json!({"userId": "dora"})).await.is(201);
    let mut socket = Socket::open(&server, &dora).await;
    let mut listener = Socket::open(&server, &eve).await;

    for _ in 0..2 {
        server.admin().delete("/admin/users/dora").await.is(204);
    }
    assert_eq!(socket.closed().await.0, Some(4003));
    let removed = listener.until("the end of the friendship", |frame| frame["type"] == "friend").await;
    assert_eq!((&removed["change"], &removed["userId"]), (&json!("removed"), &json!("dora")));

    let log = eve.log(&tea).await;
    let kinds: Vec<_> = log.iter().map(|event| (event["kind"].as_str(), event["senderId"].as_str())).collect();
    assert_eq!(
        kinds[3..],
        [("message", "dora"), ("left", "dora"), ("role_changed", "dora")].map(|(a, b)| (Some(a), Some(b)))
    );
    assert_eq!((&log[3]["body"], &log[5]["userId"]), (&json!("I was here"), &json!("eve")));
    assert_eq!(eve.room(&tea).await["ownerId"], "eve");
    assert_eq!(server.admin().get(&format!("/admin/chatrooms/{alone}")).await.is(200)["memberCount"], 0);
    assert_eq!(eve.get("/api/friends").await.is(200)["friends"], json!([]));
    assert_eq!(fred.get("/api/friend-requests?box=out").await.is(200)["requests"], json!([]));
    eve.get("/api/profile/dora").await.refused(404, "user_not_found");
    fred.post("/api/friend-requests", json!({"userId": "dora"})).await.refused(404, "user_not_found");
    eve.post(
        &format!("/api/chatrooms/{tea}/invites"),
        json!({"userId": "dora", "password": chat_tests::ROOM_PASSWORD}),
    )
    .await
    .refused(404, "user_not_found");

    dora.get("/api/me").await.refused(401, "session_revoked");
    login(&server, "dora", PASSWORD).await.refused(401, "invalid_credentials");
    server.nobody().post("/api/register", chat_tests::registration("Dora")).await.refused(409, "user_id_taken");
    let seen = server.admin().get("/admin/users/dora").await.is(200);
    assert!(is_timestamp(&seen["erasedAt"]), "{seen}");
    assert_eq!((&seen["name"], &seen["phone"]), (&json!("dora"), &Value::Null));
    for (path, body) in [
        ("suspended", json!({"suspended": true})),
        ("suspended", json!({"suspended": false})),
        ("prime", json!({"prime": true})),
    ] {
        let answer = server.admin().put(&format!("/admin/users/dora/{path}"), body).await;
        answer.refused(404, "user_not_found");
    }
    server.admin().delete("/admin/users/dora/sessions").await.refused(404, "user_not_found");
    let grant = json!({"amount": 1, "reason": "gift", "key": "k"});
    server.admin().post("/admin/users/dora/coins", grant).await.refused(404, "user_not_found");
}

#[tokio::test]
async fn an_operator_ends_all_sessions_of_a_user_who_may_sign_in_again() {
    let server = Server::start().await;
    let (phone, other) = (server.register("dora").await, server.register("eve").await);
    let tablet = server.login("dora", "tablet").await;
    let mut sockets = [Socket::open(&server, &phone).await, Socket::open(&server, &tablet).await];
    server.admin().delete("/admin/users/dora/sessions").await.is(204);
    for socket in &mut sockets {
        assert_eq!(socket.closed().await.0, Some(4002));
    }
    for client in [&phone, &tablet] {
        client.get("/api/me").await.refused(401, "session_revoked");
    }
    other.me().await;
    login(&server, "dora", PASSWORD).await.is(200);
    server.admin().delete("/admin/users/nobody/sessions").await.refused(404, "user_not_found");
}

#[tokio::test]
async fn r_adm_10_a_room_that_an_operator_closes_is_read_and_left_but_not_written_to() {
    let server = Server::start().await;
    let (owner, member) = (server.prime("owner").await, server.register("member").await);
    let room = owner.create_room("Tea").await;
    member.join(&room).await;
    let looked = server.admin().get(&format!("/admin/chatrooms/{room}")).await.is(200);
    assert_eq!((&looked["name"], &looked["ownerId"], &looked["lastSeq"]), (&json!("Tea"), &json!("owner"), &json!(2)));
    let members: Vec<_> =
        looked["members"].as_array().expect("members").iter().map(|seat| seat["userId"].as_str()).collect();
    assert_eq!(members, [Some("owner"), Some("member")]);

    for _ in 0..2 {
        server.admin().delete(&format!("/admin/chatrooms/{room}")).await.is(204);
    }
    let log = member.log(&room).await;
    let closed = log.last().expect("an event");
    assert_eq!((log.len(), &closed["kind"], &closed["senderId"]), (3, &json!("room_closed"), &json!("owner")));
    assert_eq!(closed["byOperator"], true);
    assert!(is_timestamp(&member.room(&room).await["closedAt"]));
    member.post("/api/messages", json!({"roomId": room, "body": "hi"})).await.refused(409, "room_closed");
    server
        .register("late")
        .await
        .post("/api/joinroom", json!({"roomId": room, "password": chat_tests::ROOM_PASSWORD}))
        .await
        .refused(409, "room_closed");
    member.leave(&room).await;
    for unknown in ["nothing", "0199c1d2-0000-7000-8000-000000000000"] {
        let path = format!("/admin/chatrooms/{unknown}");
        server.admin().get(&path).await.refused(404, "room_not_found");
        server.admin().delete(&path).await.refused(404, "room_not_found");
    }
}

#[tokio::test]
async fn users_are_found_page_by_page() {
    let server = Server::start().await;
    for user in ["alice", "Bob", "carol"] {
        server.register(user).await;
    }
    let find = async |query: &str| {
        let page = server.admin().get(&format!("/admin/users?{query}")).await.is(200);
        let users = page["users"].as_array().expect("users").iter();
        (
            users.map(|user| user["userId"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>(),
            page["hasMore"] == true,
        )
    };
    let found = |users: &[&str], has_more| (users.iter().map(|user| (*user).to_owned()).collect(), has_more);
    assert_eq!(find("").await, found(&["Bob", "alice", "carol"], false));
    assert_eq!(find("limit=2").await, found(&["Bob", "alice"], true));
    assert_eq!(find("limit=2&after=alice").await, found(&["carol"], false));
    assert_eq!(find("query=OL").await, found(&["carol"], false));
    assert_eq!(find("query=%25").await, found(&[], false));
    server.admin().get("/admin/users?limit=0").await.refused_field("limit", &["out_of_range"]);
    server.admin().get("/admin/users?after=a%20b").await.refused_field("after", &["bad_format"]);
}

/// Two operators beside the one of `--admin-token`.
async fn with_clerks() -> (Server, Client, Client) {
    let flags =
        ["--operator", "clerk:look,coins:clerk-token-of-the-tests", "--operator", "guard:users,rooms:guard-token"];
    let server = Server::with(&flags).await;
    let (clerk, guard) =
        (server.nobody().with_token("clerk-token-of-the-tests"), server.nobody().with_token("guard-token"));
    (server, clerk, guard)
}

#[tokio::test]
async fn r_acc_05_each_operator_does_what_they_were_trusted_with_and_it_is_written_down() {
    let (server, clerk, guard) = with_clerks().await;
    let dora = server.prime("dora").await;
    let room = dora.create_room("Tea").await;
    let room = format!("/admin/chatrooms/{room}");
    let grant = json!({"amount": 5, "reason": "gift", "key": "k-1"});
    for path in ["/admin/users", "/admin/users/dora", "/admin/audit", &room] {
        clerk.get(path).await.is(200);
        guard.get(path).await.refused(403, "not_allowed");
    }
    clerk.post("/admin/users/dora/coins", grant.clone()).await.is(201);
    clerk.post("/admin/users/dora/coins", grant.clone()).await.is(200);
    guard.post("/admin/users/dora/coins", grant).await.refused(403, "not_allowed");
    for (path, body) in
        [("prime", json!({"prime": false})), ("suspended", json!({"suspended": true, "reason": "spam"}))]
    {
        let path = format!("/admin/users/dora/{path}");
        clerk.put(&path, body.clone()).await.refused(403, "not_allowed");
        guard.put(&path, body.clone()).await.is(200);
        guard.put(&path, body).await.is(200);
    }
    for path in ["/admin/users/dora/sessions", &room, "/admin/users/dora"] {
        clerk.delete(path).await.refused(403, "not_allowed");
        guard.delete(path).await.is(204);
    }
    let told: Vec<_> = audit(&server).await;
    let told: Vec<(&str, &str)> = told.iter().map(|(did, detail)| (did.as_str(), detail.as_str())).collect();
    assert_eq!(
        told,
        [
            ("admin prime_given dora", "-"),
            ("clerk coins_changed dora", "+5 under k-1"),
            ("guard prime_taken dora", "-"),
            ("guard suspended dora", "spam"),
            ("guard sessions_ended dora", "-"),
            ("guard room_closed -", "-"),
            ("guard erased dora", "-"),
        ]
    );
    let first = clerk.get("/admin/audit?limit=2").await.is(200);
    assert_eq!(first["hasMore"], true);
    let before = first["entries"][1]["auditId"].as_str().expect("an id");
    let second = clerk.get(&format!("/admin/audit?limit=1&before={before}")).await.is(200);
    assert_eq!(second["entries"][0]["act"], "sessions_ended");
    clerk.get("/admin/audit?before=yesterday").await.refused_field("before", &["bad_format"]);
}

#[tokio::test]
async fn what_is_no_operator_is_told_at_the_start_without_the_token() {
    for wrong in ["clerk:money:secret-token", "clerk:look", "cl erk:all:secret-token", "clerk:all:secret token"] {
        let log = Server::refuses_to_start(&["--operator", wrong]).await;
        assert!(log.contains("--operator"), "{log}");
        assert!(!log.contains("secret"), "{log}");
    }
}
