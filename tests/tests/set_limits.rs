//! Limits that whoever runs the server has set otherwise.

use chat_tests::raw::{connect, read_to_end};
use chat_tests::{Answer, Closed, PASSWORD, Server, Socket};
use serde_json::json;
use tokio::io::AsyncWriteExt;

fn wait(answer: Answer, quota: &str) -> u64 {
    let policy = answer.headers["ratelimit-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains(quota), "{policy}");
    answer.refused(429, "rate_limited")["retryAfterMs"].as_u64().expect("milliseconds")
}

#[tokio::test]
async fn a_limit_is_what_was_given_for_its_kind_and_the_others_stay() {
    let given = ["--rate-limits", "on", "--rate-limit", "send=3/1h,connections=2", "--rate-limit", "guesses-user=5/5h"];
    let server = Server::with(&given).await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    for number in 0..3 {
        alice.write(&room, &number.to_string()).await;
    }
    let refused = alice.post("/api/messages", json!({"roomId": room, "body": "4"})).await;
    let twenty_minutes = 20 * 60_000;
    assert!((twenty_minutes - 60_000..=twenty_minutes).contains(&wait(refused, r#""send";q=3;w=3600"#)));
    alice.create_room("Coffee").await;

    let mut open = Vec::new();
    for _ in 0..2 {
        open.push(Socket::open(&server, &alice).await);
    }
    let third = Socket::connect_as_browser(&server, &alice, alice.token()).await;
    assert_eq!({ third }.closed().await, Closed(Some(4101)));

    let nobody = server.nobody();
    let login = |password: &str| json!({"userId": "alice", "deviceId": "desk", "password": password});
    for _ in 0..5 {
        nobody.post("/api/login", login("guessed")).await.refused(401, "invalid_credentials");
    }
    let refused = nobody.post("/api/login", login(PASSWORD)).await.refused(429, "rate_limited");
    assert!(3_000_000 < refused["retryAfterMs"].as_u64().expect("milliseconds"), "{refused}");
}

#[tokio::test]
async fn heads_and_bodies_have_the_time_and_size_that_were_given() {
    let given = "--rate-limits on --head-timeout 1s --body-timeout 1s --head-size 9000";
    let server = Server::with(&given.split(' ').collect::<Vec<_>>()).await;
    let mut silent = connect(&server).await;
    let mut slow = connect(&server).await;
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: chat\r\n").await.expect("written");
    let mut late = connect(&server).await;
    let head =
        "POST /api/login HTTP/1.1\r\nHost: chat\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    late.write_all(head.as_bytes()).await.expect("written");
    let mut long = connect(&server).await;
    let line = format!("GET /healthz HTTP/1.1\r\nHost: chat\r\nX-Long: {}\r\n\r\n", "x".repeat(30_000));
    long.write_all(line.as_bytes()).await.expect("written");

    assert_eq!(read_to_end(&mut silent).await, "");
    let answer = read_to_end(&mut slow).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    let answer = read_to_end(&mut late).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("took too long"), "{answer}");
    let answer = read_to_end(&mut long).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn an_address_has_as_many_connections_as_were_given() {
    let server = Server::with(&["--rate-limits", "on", "--address-connections", "5"]).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(connect(&server).await);
    }
    let refused = read_to_end(&mut connect(&server).await).await;
    assert!(refused.starts_with("HTTP/1.1 429 "), "{refused}");
}

#[tokio::test]
async fn what_is_no_limit_starts_no_server() {
    for (given, word) in [
        (["--rate-limit", "shout=5/1m"], "no limit of the kind"),
        (["--rate-limit", "send=5"], "KIND=N/TIME"),
        (["--head-size", "100"], "8192"),
        (["--head-timeout", "0s"], "more than nothing"),
        (["--write-timeout", "0s"], "more than nothing"),
        (["--drain-timeout", "0s"], "more than nothing"),
        (["--address-connections", "0"], "0"),
    ] {
        let said = Server::refuses_to_start(&given).await;
        assert!(said.contains(word), "{given:?}: {said}");
    }
}
