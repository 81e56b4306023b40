//! Bad input: a problem with the right code and field, never a server error, and nothing changed.

use chat_tests::{Client, PASSWORD, ROOM_PASSWORD, Server, registration};
use http::Method;
use serde_json::{Value, json};

/// One fault: what the field is set to (`None`: taken away), and the field codes that tell it rightly.
type Fault<'a> = (&'a str, Option<Value>, &'a [&'a str]);

/// Sends a right body with one fault each, and expects a 400 that names the field.
async fn check(client: &Client, method: Method, path: &str, right: &Value, faults: &[Fault<'_>]) {
    for (field, value, codes) in faults {
        let mut body = right.clone();
        match value {
            Some(value) => body[*field] = value.clone(),
            None => drop(body.as_object_mut().expect("an object").remove(*field)),
        }
        client.json(method.clone(), path, body).await.refused_field(field, codes);
    }
}

/// For each field: missing, null, and of each wrong type.
fn wrong_types<'a>(fields: &[(&'a str, &str)]) -> Vec<Fault<'a>> {
    let mut faults: Vec<Fault<'a>> = Vec::new();
    for (field, kind) in fields {
        faults.push((field, None, &["required"]));
        faults.push((field, Some(Value::Null), &["required", "wrong_type"]));
        for value in [json!(true), json!(7), json!(1.5), json!("text"), json!([]), json!({"a": 1})] {
            let right = match *kind {
                "text" => value.is_string(),
                _ => value.is_i64(),
            };
            if !right {
                faults.push((field, Some(value), &["wrong_type"]));
            }
        }
    }
    faults
}

#[tokio::test]
async fn registering_names_every_faulty_field() {
    let server = Server::start().await;
    let nobody = server.nobody();
    let right = registration("dora");
    let text = ["userId", "deviceId", "name", "phone", "password"].map(|field| (field, "text"));
    check(&nobody, Method::POST, "/api/register", &right, &wrong_types(&text)).await;
    check(&nobody, Method::POST, "/api/register", &right, &wrong_types(&[("availCoins", "number")])).await;
    let long = |count: usize| Some(json!("x".repeat(count)));
    let is = |text: &str| Some(json!(text));
    let mut faults: Vec<Fault<'_>> = vec![
        ("userId", is(""), &["too_short"]),
        ("userId", long(65), &["too_long"]),
        ("deviceId", is(""), &["too_short"]),
        ("deviceId", long(129), &["too_long"]),
        ("name", is(""), &["too_short"]),
        ("name", is(" \t "), &["too_short"]),
        ("name", long(65), &["too_long"]),
        ("password", is("1234567"), &["too_short"]),
        ("password", is("\u{1f511}\u{1f511}"), &["too_short"]),
        ("password", long(129), &["too_long"]),
        ("password", is("nul in \0 between"), &["bad_format"]),
        ("password", is("iloveyou"), &["too_common"]),
        ("password", is("QWERTYUIOP"), &["too_common"]),
        ("availCoins", Some(json!(-1)), &["out_of_range"]),
        ("availCoins", Some(json!(i64::MAX)), &["out_of_range"]),
        ("availCoins", Some(json!(u64::MAX)), &["out_of_range", "wrong_type"]),
        ("availCoins", Some(json!(1e300)), &["out_of_range", "wrong_type"]),
    ];
    for wrong in [".", "..", "a b", "a/b", "d\u{f6}ra", "a\0b", "a\n", "a%20", "\u{1f600}", "a?b", "a#b", "<a>"] {
        faults.push(("userId", is(wrong), &["bad_format"]));
        if !wrong.starts_with('.') {
            faults.push(("deviceId", is(wrong), &["bad_format"]));
        }
    }
    for wrong in ["a\0b", "a\u{7}b", "a\u{202e}b", "a\u{2066}b", "a\u{200e}b", "a\u{61c}b", "a\nb", "a\u{85}b"] {
        faults.push(("name", is(wrong), &["bad_format"]));
    }
    for wrong in [
        "",
        "4915112345678",
        "+0915112345678",
        "+49 151 1234",
        "+49151x",
        "+123456",
        "+1234567890123456",
        "+\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}",
    ] {
        faults.push(("phone", is(wrong), &["bad_format", "too_short", "too_long"]));
    }
    check(&nobody, Method::POST, "/api/register", &right, &faults).await;
    check(&nobody, Method::POST, "/api/register", &right, &[("colour", is("blue"), &["unknown"])]).await;
    nobody.post("/api/register", right).await.is(201);
}

#[tokio::test]
async fn every_other_body_names_its_faulty_fields() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    server.prime("bob").await;
    let room = alice.create_room("Tea").await;
    let (rooms, before) = (alice.get("/api/chatrooms").await.is(200), alice.me().await);
    let long = |count: usize| Some(json!("x".repeat(count)));
    let invites = format!("/api/chatrooms/{room}/invites");

    let new_room = json!({"name": "More", "password": ROOM_PASSWORD});
    let mut faults = wrong_types(&[("name", "text"), ("password", "text")]);
    faults.extend::<[Fault<'_>; 14]>([
        ("name", Some(json!("  ")), &["too_short"]),
        ("name", long(65), &["too_long"]),
        ("name", Some(json!("a\u{202e}b")), &["bad_format"]),
        ("password", long(3), &["too_short"]),
        ("password", long(129), &["too_long"]),
        ("password", Some(json!("nul\0nul")), &["bad_format"]),
        ("capacity", Some(json!("6")), &["wrong_type"]),
        ("capacity", Some(json!(2.5)), &["wrong_type"]),
        ("capacity", Some(json!(7)), &["out_of_range"]),
        ("capacity", Some(json!(u64::MAX)), &["out_of_range", "wrong_type"]),
        ("clientId", Some(json!(7)), &["wrong_type"]),
        ("clientId", Some(json!("\u{e9}")), &["bad_format"]),
        ("clientId", long(65), &["too_long"]),
        ("ownerId", Some(json!("bob")), &["unknown"]),
    ]);
    check(&alice, Method::POST, "/api/chatrooms", &new_room, &faults).await;

    let message = json!({"roomId": room, "body": "hi"});
    let mut faults = wrong_types(&[("roomId", "text"), ("body", "text")]);
    faults.extend::<[Fault<'_>; 4]>([
        ("replyTo", Some(json!("1")), &["wrong_type"]),
        ("clientId", Some(json!(7)), &["wrong_type"]),
        ("senderId", Some(json!("bob")), &["unknown"]),
        ("body", long(4001), &["too_long"]),
    ]);
    check(&alice, Method::POST, "/api/messages", &message, &faults).await;

    let join = json!({"roomId": room, "password": ROOM_PASSWORD});
    let faults: [Fault<'_>; 7] = [
        ("roomId", Some(json!(7)), &["wrong_type"]),
        ("password", Some(json!(7)), &["wrong_type"]),
        ("dryRun", Some(json!("yes")), &["wrong_type"]),
        ("maxCharge", Some(json!("150")), &["wrong_type"]),
        ("maxCharge", Some(json!(-1)), &["out_of_range"]),
        ("inviteToken", Some(json!(7)), &["wrong_type"]),
        ("price", Some(json!(0)), &["unknown"]),
    ];
    check(&alice, Method::POST, "/api/joinroom", &join, &faults).await;

    let login = json!({"userId": "alice", "deviceId": "laptop", "password": PASSWORD});
    let mut faults = wrong_types(&[("userId", "text"), ("deviceId", "text"), ("password", "text")]);
    faults.push(("deviceId", Some(json!("")), &["too_short"]));
    faults.push(("deviceId", Some(json!("a b")), &["bad_format"]));
    faults.push(("name", Some(json!("x")), &["unknown"]));
    check(&server.nobody(), Method::POST, "/api/login", &login, &faults).await;

    let one = |field: &'static str| wrong_types(&[(field, "text")]);
    check(&server.nobody(), Method::POST, "/api/refresh", &json!({"refreshToken": "x"}), &one("refreshToken")).await;
    check(&alice, Method::POST, "/api/friend-requests", &json!({"userId": "bob"}), &one("userId")).await;
    let invite = json!({"userId": "bob", "password": ROOM_PASSWORD});
    check(&alice, Method::POST, &invites, &invite, &wrong_types(&[("userId", "text"), ("password", "text")])).await;
    let password = json!({"oldPassword": PASSWORD, "newPassword": "quiet-harbour-31"});
    let mut faults = wrong_types(&[("oldPassword", "text"), ("newPassword", "text")]);
    faults.push(("newPassword", long(129), &["too_long"]));
    faults.push(("newPassword", Some(json!("Password123")), &["too_common"]));
    check(&alice, Method::POST, "/api/password", &password, &faults).await;
    let faults: [Fault<'_>; 4] = [
        ("name", Some(json!(7)), &["wrong_type"]),
        ("name", Some(json!("")), &["too_short"]),
        ("phone", Some(json!("+0")), &["bad_format", "too_short"]),
        ("createdAt", Some(json!("2026-01-01T00:00:00.000Z")), &["unknown"]),
    ];
    check(&alice, Method::PATCH, "/api/me", &json!({}), &faults).await;
    alice
        .get("/api/friend-requests?box=sideways")
        .await
        .refused_field("box", &["bad_format", "out_of_range", "wrong_type"]);
    alice.get("/api/me/coins?limit=0").await.refused_field("limit", &["out_of_range"]);
    alice.get("/api/me/coins?limit=x").await.refused_field("limit", &["wrong_type", "bad_format"]);

    assert_eq!((alice.get("/api/chatrooms").await.is(200), alice.me().await), (rooms, before), "nothing changed");
    assert_eq!(alice.get(&invites).await.is(200), json!({"invites": []}));
    assert_eq!(alice.get("/api/friend-requests?box=out").await.is(200), json!({"requests": []}));
}

/// The routes that take a body, each with nothing else wrong than what the test does to it.
fn routes_with_a_body(room: &str) -> Vec<(Method, String)> {
    [
        (Method::POST, "/api/register".to_owned()),
        (Method::POST, "/api/login".to_owned()),
        (Method::POST, "/api/refresh".to_owned()),
        (Method::POST, "/api/chatrooms".to_owned()),
        (Method::POST, "/api/joinroom".to_owned()),
        (Method::POST, "/api/messages".to_owned()),
        (Method::POST, "/api/friend-requests".to_owned()),
        (Method::POST, "/api/password".to_owned()),
        (Method::PATCH, "/api/me".to_owned()),
        (Method::POST, format!("/api/chatrooms/{room}/invites")),
    ]
    .into()
}

#[tokio::test]
async fn what_is_no_json_object_is_refused_everywhere() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for (method, path) in routes_with_a_body(&room) {
        for broken in
            ["", "{", "[]", "7", "null", "\"text\"", "{\"a\":}", "{} {}", "{'a':1}", "{\"userId\":\"\\ud800\"}", &deep]
        {
            let answer = alice.raw(method.clone(), &path, "application/json", broken.to_owned()).await;
            answer.refused(400, "invalid_request");
        }
        let answer = alice.raw(method, &path, "application/json", b"{\"userId\":\"\xff\xfe\"}".to_vec()).await;
        answer.refused(400, "invalid_request");
    }
    assert_eq!(alice.log(&room).await.len(), 1);
}

#[tokio::test]
async fn another_content_type_is_refused_everywhere() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    for (method, path) in routes_with_a_body(&room) {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "multipart/form-data; boundary=x",
            "x",
        ] {
            // Broken as well: the content type is looked at first.
            let answer = alice.raw(method.clone(), &path, kind, "{broken").await;
            answer.refused(415, "unsupported_media_type");
        }
        let none = alice.request(method, &path).body("{}");
        alice.send(none).await.refused(415, "unsupported_media_type");
    }
    let body = json!({"roomId": room, "body": "hi"}).to_string();
    for kind in ["application/json; charset=utf-8", "Application/JSON"] {
        alice.raw(Method::POST, "/api/messages", kind, body.clone()).await.is(201);
    }
}

#[tokio::test]
async fn a_body_over_64_kib_is_refused_before_it_is_read_as_anything() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let message = |bytes: usize| {
        let empty = json!({"roomId": room, "body": ""}).to_string();
        json!({"roomId": room, "body": "x".repeat(bytes - empty.len())}).to_string()
    };
    let json = "application/json";
    alice.raw(Method::POST, "/api/messages", json, message(64 * 1024)).await.refused_field("body", &["too_long"]);
    alice.raw(Method::POST, "/api/messages", json, message(64 * 1024 + 1)).await.refused(413, "too_large");
    for (method, path) in routes_with_a_body(&room) {
        alice.raw(method, &path, "text/plain", "x".repeat(5_000_000)).await.refused(413, "too_large");
    }
    server
        .nobody()
        .raw(Method::POST, "/api/messages", json, "x".repeat(5_000_000))
        .await
        .refused(401, "unauthenticated");
    assert_eq!(alice.log(&room).await.len(), 1);
}
