//! Limits of requests, commands and connections, as the server has them without being told.

use chat_tests::{Answer, Client, Closed, PASSWORD, ROOM_PASSWORD, Server, Socket};
use http::{Method, header};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

const ON: [&str; 2] = ["--rate-limits", "on"];

async fn login_on(client: &Client, user: &str, device: &str, forwarded: &str, password: &str) -> Answer {
    let body = json!({"userId": user, "deviceId": device, "password": password});
    let request = client.request(Method::POST, "/api/login").header("x-forwarded-for", forwarded).json(&body);
    client.send(request).await
}

async fn login_from(client: &Client, user: &str, forwarded: &str, password: &str) -> Answer {
    login_on(client, user, "phone", forwarded, password).await
}

fn handshake(client: &Client) -> RequestBuilder {
    client
        .request(Method::GET, "/api/ws")
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
}

#[track_caller]
fn refused_for_now(answer: Answer, policy: &str) -> Value {
    let headers = answer.headers.clone();
    let problem = answer.refused(429, "rate_limited");
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(text("ratelimit-policy").contains(policy), "{headers:?}");
    assert!(text("ratelimit").contains(";r=0"), "{headers:?}");
    let seconds: u64 = text("retry-after").parse().expect("seconds");
    let wait = problem["retryAfterMs"].as_u64().expect("milliseconds");
    assert!(wait.div_ceil(1_000) == seconds && 0 < wait, "{seconds} s, {wait} ms");
    problem
}

#[tokio::test]
async fn an_address_guesses_passwords_120_times_and_then_waits() {
    let server = Server::with(&ON).await;
    let nobody = server.nobody();
    let mut refused = 0;
    for number in 0..200 {
        let answer = login_from(&nobody, &format!("user-{}", number % 2), "", "wrong").await;
        if answer.status == 429 {
            refused_for_now(answer, r#""sign-in";q=120;w=60"#);
            refused += 1;
        } else {
            answer.refused(401, "invalid_credentials");
        }
    }
    assert!((1..=80).contains(&refused), "{refused}");
}

#[tokio::test]
async fn wrong_passwords_are_counted_by_user_and_hold_up_nobody_who_was_right_there_before() {
    let server = Server::with(&[&ON[..], &["--trusted-proxy", "127.0.0.0/8"]].concat()).await;
    let dora = server.register("dora").await;
    let nobody = server.nobody();
    let from = |host: usize| format!("198.51.100.{host}");
    let login = async |host, device, password| login_on(&nobody, "dora", device, &from(host), password).await;
    login(0, "tablet", PASSWORD).await.is(200);
    let mut tried = 0;
    while let 401 = login(1 + tried / 99, "x", "guessed").await.status {
        tried += 1;
        assert!(tried < 400, "guesses are never refused");
    }
    assert!((300..400).contains(&tried), "{tried}");
    let refused = login(99, "x", PASSWORD).await.refused(429, "rate_limited");
    assert!((1..=6_000).contains(&refused["retryAfterMs"].as_u64().expect("milliseconds")), "{refused}");

    login(0, "tablet", PASSWORD).await.is(200);
    login(0, "watch", PASSWORD).await.is(200);
    // Where she is signed in is not to be learnt.
    login(99, &dora.device_id, "guessed").await.refused(429, "rate_limited");
    login(99, &dora.device_id, PASSWORD).await.is(200);
    server.register("emil").await;
}

#[tokio::test]
async fn one_address_guesses_at_a_user_100_times_and_then_waits() {
    let server = Server::with(&[&ON[..], &["--trusted-proxy", "127.0.0.0/8"]].concat()).await;
    server.register("dora").await;
    let nobody = server.nobody();
    let mut statuses = Vec::new();
    for _ in 0..110 {
        statuses.push(login_on(&nobody, "dora", "desk", "198.51.100.1", "guessed").await.status);
    }
    let looked_at = statuses.iter().filter(|status| **status == 401).count();
    assert!((100..110).contains(&looked_at), "{looked_at}");
    assert!(statuses[..100].iter().all(|status| *status == 401), "{statuses:?}");
    login_from(&nobody, "dora", "198.51.100.1", PASSWORD).await.is(200);
    login_on(&nobody, "dora", "desk", "198.51.100.2", PASSWORD).await.is(200);
}

#[tokio::test]
async fn what_a_stranger_says_of_where_it_comes_from_changes_nothing() {
    let server = Server::with(&ON).await;
    let nobody = server.nobody();
    let mut refused = 0;
    for host in 0..200 {
        refused += usize::from(
            login_from(&nobody, &format!("user-{}", host % 2), &format!("198.51.100.{host}"), "wrong").await.status
                == 429,
        );
    }
    assert!(0 < refused, "each address that it makes up has a limit of its own");
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_limit() {
    let server = Server::with(&["--rate-limits", "on", "--trusted-proxy", "127.0.0.0/8"]).await;
    let nobody = server.nobody();
    let mut refused = 0;
    for invented in 0..200 {
        let forwarded = format!("192.0.2.{invented}, 198.51.100.1");
        refused += usize::from(
            login_from(&nobody, &format!("user-{}", invented % 2), &forwarded, "wrong").await.status == 429,
        );
    }
    assert!(0 < refused, "whoever is left of the client counts for nothing");
    login_from(&nobody, "dora", "198.51.100.2", "wrong").await.refused(401, "invalid_credentials");
    let v6 = |host: usize| format!("2001:db8:1:2::{host:x}");
    let mut refused = 0;
    for host in 0..200 {
        refused +=
            usize::from(login_from(&nobody, &format!("user-{}", host % 2), &v6(host), "wrong").await.status == 429);
    }
    assert!(0 < refused, "the addresses of one IPv6 network count together");
    login_from(&nobody, "dora", "2001:db8:1:3::1", "wrong").await.refused(401, "invalid_credentials");
}

#[tokio::test]
async fn a_user_guesses_a_rooms_password_30_times_and_still_sends() {
    let server = Server::with(&ON).await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let (room, own) = (alice.create_room("Tea").await, bob.create_room("Coffee").await);
    let mut refused = 0;
    for _ in 0..40 {
        let answer = bob.post("/api/joinroom", json!({"roomId": room, "password": "a wrong one"})).await;
        if answer.status == 429 {
            refused_for_now(answer, r#""passwords";q=30;w=60"#);
            refused += 1;
        } else {
            answer.refused(403, "wrong_room_password");
        }
    }
    assert!((1..=80).contains(&refused), "{refused}");
    bob.write(&own, "still here").await;
    alice.post("/api/joinroom", json!({"roomId": own, "password": ROOM_PASSWORD})).await.is(200);
}

#[tokio::test]
async fn an_address_guesses_operators_tokens_120_times_and_the_operator_there_works_on() {
    let server = Server::with(&["--rate-limits", "on"]).await;
    let (operator, guesser) = (server.admin(), server.nobody().with_token("a-guess-at-an-operators-token"));
    operator.get("/admin/users").await.is(200);
    let mut refused = 0;
    for _ in 0..180 {
        let answer = guesser.get("/admin/users").await;
        if answer.status == 429 {
            refused_for_now(answer, r#""operator-guess";q=120;w=60"#);
            refused += 1;
        } else {
            answer.refused(401, "unauthenticated");
        }
        operator.get("/admin/users").await.is(200);
    }
    assert!((1..=61).contains(&refused), "{refused}");
    server.register("dora").await;
    server.make_prime("dora", true).await;
}

#[tokio::test]
async fn an_address_of_operators_asks_600_times_and_then_waits() {
    let server = Server::with(&["--rate-limits", "on", "--trusted-proxy", "127.0.0.0/8"]).await;
    let operator = server.admin();
    let from = async |client: &str| {
        let request = operator.request(Method::GET, "/admin/users").header("x-forwarded-for", client);
        operator.send(request).await
    };
    let mut served = 0;
    loop {
        let answer = from("198.51.100.1").await;
        if answer.status == 429 {
            refused_for_now(answer, r#""operate";q=600;w=60"#);
            break;
        }
        answer.is(200);
        served += 1;
        assert!(served < 3_000, "no limit");
    }
    assert!(600 <= served, "{served}");
    from("198.51.100.2").await.is(200);
}

#[tokio::test]
async fn commands_count_with_requests_and_are_refused_with_the_time_to_wait() {
    let server = Server::with(&ON).await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut socket = Socket::open(&server, &alice).await;
    let mut commands = Vec::new();
    for number in 0..650 {
        commands.push(socket.begin(json!({"type": "send", "roomId": room, "body": format!("{number}")})).await);
    }
    let mut refused = 0;
    for id in commands {
        let reply = socket.reply(id).await;
        if reply["type"] == "error" {
            let problem = &reply["problem"];
            assert_eq!((&problem["status"], &problem["code"]), (&json!(429), &json!("rate_limited")));
            assert!(problem["retryAfterMs"].as_u64().is_some_and(|wait| wait <= 200), "{problem}");
            refused += 1;
        }
    }
    assert!(0 < refused && refused <= 50, "600 at once, and 5 a second: {refused}");
    socket.settle().await;
    // The limit is the user's, not the connection's; it goes on as soon as there is a token.
    let begun = std::time::Instant::now();
    loop {
        let answer = alice.post("/api/messages", json!({"roomId": room, "body": "by REST"})).await;
        if answer.status == 201 {
            break;
        }
        refused_for_now(answer, r#""send";q=600;w=120"#);
        assert!(begun.elapsed() < chat_tests::PATIENCE, "it never goes on");
    }
}

#[tokio::test]
async fn a_user_has_50_websockets_open_and_gets_back_what_is_closed() {
    let server = Server::with(&ON).await;
    let (dora, emil) = (server.register("dora").await, server.register("emil").await);
    let mut open = Vec::new();
    for _ in 0..50 {
        open.push(Socket::open(&server, &dora).await);
    }
    refused_for_now(dora.send(handshake(&dora)).await, r#""connections";q=50"#);
    assert_eq!(Socket::connect_as_browser(&server, &dora, dora.token()).await.closed().await, Closed(Some(4101)));
    Socket::open(&server, &emil).await.settle().await;
    drop(open.pop());
    // The server learns of the end in its own time.
    let begun = std::time::Instant::now();
    while handshake(&dora).send().await.expect("an answer").status() != 101 {
        assert!(begun.elapsed() < chat_tests::PATIENCE, "what is closed still counts");
    }
    open[0].settle().await;
}

#[tokio::test]
async fn an_address_has_200_websockets_open_whoever_they_belong_to() {
    let server = Server::with(&ON).await;
    let mut open = Vec::new();
    for user in ["anna", "bert", "cleo", "dora"] {
        let user = server.register(user).await;
        for _ in 0..50 {
            open.push(Socket::connect(&server, &user).await);
        }
    }
    let emil = server.register("emil").await;
    refused_for_now(emil.send(handshake(&emil)).await, r#""connections-address";q=200"#);
    assert_eq!(Socket::connect_as_browser(&server, &emil, emil.token()).await.closed().await, Closed(Some(4101)));
}

#[tokio::test]
async fn without_limits_nobody_is_held_back() {
    let server = Server::with(&["--rate-limits", "off"]).await;
    let dora = server.register("dora").await;
    for _ in 0..150 {
        login_from(&server.nobody(), "dora", "", "wrong").await.refused(401, "invalid_credentials");
    }
    let mut open = Vec::new();
    for _ in 0..150 {
        open.push(Socket::open(&server, &dora).await);
    }
    login_from(&server.nobody(), "dora", "", PASSWORD).await.is(200);
}
