//! The WebSocket protocol itself: signing in, hello, frames that break it, close codes.

use chat_tests::{Closed, PASSWORD, Server, Socket};
use http::header;
use serde_json::json;

#[tokio::test]
async fn without_or_with_a_wrong_token_the_handshake_is_refused_with_a_problem() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let nobody = server.nobody();
    nobody.handshake(&[]).await.refused(401, "unauthenticated");
    nobody.handshake(&[("Sec-WebSocket-Protocol", "chat.v1")]).await.refused(401, "unauthenticated");
    nobody.with_token("x").handshake(&[("Sec-WebSocket-Protocol", "chat.v1")]).await.refused(401, "unauthenticated");
    dora.post_empty("/api/logout").await.is(204);
    dora.handshake(&[]).await.refused(401, "session_revoked");
    let query =
        format!("/api/ws?token={0}&access_token={0}&accessToken={0}", server.login("dora", "phone").await.token());
    nobody.get(&query).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_foreign_origin_is_refused_and_the_own_and_allowed_ones_are_not() {
    let server = Server::with(&["--allowed-origin", "https://chat.example"]).await;
    let dora = server.register("dora").await;
    let own = server.base().to_owned();
    let other_port = format!("{own}1");
    for foreign in [
        "https://evil.example",
        "null",
        other_port.as_str(),
        "https://chat.example.evil.example",
        "http://chat.example",
    ] {
        let origin = ("Origin", foreign);
        dora.handshake(&[origin]).await.refused(403, "not_allowed");
        let bearer = format!("chat.v1, bearer.{}", dora.token());
        server.nobody().handshake(&[origin, ("Sec-WebSocket-Protocol", &bearer)]).await.refused(403, "not_allowed");
    }
    let bearer = format!("Bearer {}", dora.token());
    for allowed in [own.as_str(), "https://chat.example"] {
        let headers = [(header::AUTHORIZATION, bearer.as_str()), (header::ORIGIN, allowed)];
        Socket::connect_with(&server, &dora, &headers).await.hello().await;
    }
}

#[tokio::test]
async fn a_client_that_offers_no_subprotocol_is_taken_with_the_header_alone() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let bearer = format!("Bearer {}", dora.token());
    Socket::connect_with(&server, &dora, &[(header::AUTHORIZATION, &bearer)]).await.hello().await;
}

#[tokio::test]
async fn a_browser_signs_in_by_subprotocol() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let mut socket = Socket::connect_as_browser(&server, &dora, dora.token()).await;
    assert_eq!(socket.hello().await["userId"], "dora");
}

#[tokio::test]
async fn a_browser_that_is_refused_is_told_by_the_close_code() {
    let server = Server::with(&["--access-ttl", "3s"]).await;
    let dora = server.register("dora").await;
    for wrong in ["x", "", &dora.refresh_token, &format!("{}A", dora.token())] {
        assert_eq!(
            Socket::connect_as_browser(&server, &dora, wrong).await.closed().await,
            Closed(Some(4005)),
            "{wrong}"
        );
    }
    let dora = server.login("dora", "phone").await;
    let mut living = Socket::connect_as_browser(&server, &dora, dora.token()).await;
    living.hello().await;
    assert_eq!(living.closed().await, Closed(Some(4001)), "the token of a living connection expires");
    let begun = std::time::Instant::now();
    while dora.get("/api/me").await.status == 200 {
        assert!(begun.elapsed() < chat_tests::PATIENCE, "an access token of three seconds never expires");
    }
    assert_eq!(Socket::connect_as_browser(&server, &dora, dora.token()).await.closed().await, Closed(Some(4001)));
}

#[tokio::test]
async fn a_browser_with_a_revoked_session_is_told_so() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    dora.post_empty("/api/logout").await.is(204);
    assert_eq!(Socket::connect_as_browser(&server, &dora, dora.token()).await.closed().await, Closed(Some(4002)));
}

#[tokio::test]
async fn hello_comes_first_and_once() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let mut early = Socket::connect(&server, &dora).await;
    early.begin(json!({"type": "ping"})).await;
    assert_eq!(early.closed().await, Closed(Some(4004)), "another command before hello");
    let mut twice = Socket::open(&server, &dora).await;
    twice.begin(json!({"type": "hello"})).await;
    assert_eq!(twice.closed().await, Closed(Some(4004)), "a second hello");
}

#[tokio::test]
async fn a_refused_hello_may_be_tried_again() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let mut socket = Socket::connect(&server, &dora).await;
    socket.refused(json!({"type": "hello", "rooms": 7}), 400, "invalid_request").await;
    socket.hello().await;
    socket.settle().await;
}

#[tokio::test]
async fn who_says_no_hello_is_closed() {
    let server = Server::with(&["--hello-timeout", "1s"]).await;
    let dora = server.register("dora").await;
    let mut silent = Socket::connect(&server, &dora).await;
    let mut polite = Socket::open(&server, &dora).await;
    assert_eq!(silent.closed().await, Closed(Some(4006)));
    polite.settle().await;
}

#[tokio::test]
async fn frames_that_break_the_protocol_close_it() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    for broken in ["", "hello", "[]", "7", "null", r#"{"type":"ping","id":1"#, "{}", r#"{"id":1}"#] {
        let mut socket = Socket::open(&server, &dora).await;
        socket.send_text(broken).await;
        assert_eq!(socket.closed().await, Closed(Some(4004)), "{broken:?}");
    }
    let mut socket = Socket::open(&server, &dora).await;
    socket.send_binary(br#"{"type":"ping","id":1}"#).await;
    assert_eq!(socket.closed().await, Closed(Some(4004)), "a binary frame");
}

#[tokio::test]
async fn a_frame_over_64_kib_closes_and_one_below_does_not() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let mut socket = Socket::open(&server, &dora).await;
    let padded = |bytes: usize| {
        let empty = json!({"type": "ping", "id": 7, "pad": ""}).to_string();
        json!({"type": "ping", "id": 7, "pad": "x".repeat(bytes - empty.len())}).to_string()
    };
    socket.send_text(&padded(64 * 1024)).await;
    assert_eq!(socket.reply(7).await["type"], "ok");
    socket.send_text(&padded(64 * 1024 + 1)).await;
    assert_eq!(socket.closed().await, Closed(Some(1009)));
}

#[tokio::test]
async fn a_command_that_is_wrong_is_answered_with_an_error_and_the_connection_lives() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let mut socket = Socket::open(&server, &dora).await;
    socket.refused(json!({"type": "dance"}), 400, "invalid_request").await;
    socket.refused(json!({"type": "read", "roomId": "x"}), 400, "invalid_request").await;
    for wrong_id in [r#"{"type":"ping"}"#, r#"{"type":"ping","id":"seven"}"#, r#"{"type":"ping","id":null}"#] {
        socket.send_text(wrong_id).await;
        let error = socket.until("the error", |frame| frame["type"] == "error").await;
        assert_eq!(
            (&error["problem"]["code"], error.get("id")),
            (&json!("invalid_request"), None),
            "{wrong_id}: {error}"
        );
    }
    socket.settle().await;
}

#[tokio::test]
async fn a_session_that_ends_closes_its_sockets_and_no_others() {
    let server = Server::start().await;
    let phone = server.register("dora").await;
    let tablet = server.login("dora", "tablet").await;
    let mut phones = Socket::open(&server, &phone).await;
    let mut tablets = Socket::open(&server, &tablet).await;

    let replaced = server.login("dora", "phone").await;
    assert_eq!(phones.closed().await, Closed(Some(4002)), "signed in again from the device");
    let mut phones = Socket::open(&server, &replaced).await;
    tablets.settle().await;

    replaced.post_empty("/api/logout").await.is(204);
    assert_eq!(phones.closed().await, Closed(Some(4002)), "logged out");
    tablets.settle().await;

    let laptop = server.login("dora", "laptop").await;
    let mut laptops = Socket::open(&server, &laptop).await;
    let body = json!({"oldPassword": PASSWORD, "newPassword": "quiet-harbour-31"});
    laptop.post("/api/password", body).await.is(204);
    assert_eq!(tablets.closed().await, Closed(Some(4002)), "the password was changed elsewhere");
    laptops.settle().await;
}

#[tokio::test]
async fn a_stolen_refresh_token_closes_the_socket() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let mut socket = Socket::open(&server, &dora).await;
    let mut token = dora.refresh_token.clone();
    for _ in 0..2 {
        let session = server.nobody().post("/api/refresh", json!({"refreshToken": token})).await.is(200);
        token = session["refreshToken"].as_str().expect("a token").to_owned();
    }
    socket.settle().await;
    let stolen = server.nobody().post("/api/refresh", json!({"refreshToken": dora.refresh_token})).await;
    assert_eq!(stolen.status, 401, "{stolen:?}");
    assert_eq!(socket.closed().await, Closed(Some(4002)));
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_says_goodbye() {
    let mut server = Server::start().await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut socket = Socket::open(&server, &alice).await;
    let mut greeting = Socket::connect(&server, &alice).await;
    let event = socket.write(&room, "last words").await;
    server.terminate();
    assert_eq!(socket.closed().await, Closed(Some(1001)));
    assert_eq!(greeting.closed().await, Closed(Some(1001)), "one without hello too");
    assert!(server.ended().await.success(), "a clean stop");
    server.restart().await;
    let alice = server.login("alice", "phone").await;
    assert_eq!(alice.log(&room).await[1], event, "what was answered is kept");
}

#[tokio::test]
async fn another_command_before_hello_closes_whatever_is_wrong_with_it() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    for early in [
        r#"{"id":1,"type":"send"}"#,
        r#"{"type":"ping"}"#,
        r#"{"id":1,"type":"typing","roomId":"x"}"#,
        r#"{"id":1,"type":"auth"}"#,
    ] {
        let mut socket = Socket::connect(&server, &dora).await;
        socket.send_text(early).await;
        assert_eq!(socket.closed().await, Closed(Some(4004)), "{early}");
    }
}

#[tokio::test]
async fn a_session_that_ends_closes_also_who_has_not_said_hello() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let mut socket = Socket::connect(&server, &dora).await;
    dora.post_empty("/api/logout").await.is(204);
    assert_eq!(socket.closed().await, Closed(Some(4002)));
}
