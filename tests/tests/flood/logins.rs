//! A thousand who sign in at once.

use std::net::IpAddr;

use chat_tests::PASSWORD;
use chat_tests::raw::{connect_from, status};
use futures_util::future::join_all;
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::Barrier};

use crate::ground::{Ground, MEMORY, addresses, at_once};

const LOGINS: usize = 1_000;
/// Each password takes some 15 ms to hash: a thousand are more than can wait.
const COST: [&str; 2] = ["--password-cost", "8"];

/// The statuses that so many are answered who all sign in at the same moment, from these addresses in turn.
async fn sign_in_at_once(ground: &Ground, from: &[IpAddr]) -> Vec<u16> {
    let mut streams = Vec::new();
    for number in 0..LOGINS {
        streams.push(connect_from(&ground.server, from[number % from.len()]).await);
    }
    let start = Barrier::new(LOGINS);
    let logins = streams.into_iter().enumerate().map(async |(number, stream)| {
        start.wait().await;
        login(stream, number).await
    });
    join_all(logins).await
}

async fn login(mut stream: TcpStream, number: usize) -> u16 {
    let body = json!({"userId": "alice", "deviceId": format!("other-{number}"), "password": PASSWORD}).to_string();
    let length = body.len();
    let head = format!(
        "POST /api/login HTTP/1.1\r\nHost: chat\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n"
    );
    // Who was refused at once has an answer, and cannot be written to any more.
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    status(&mut stream).await
}

/// How many of a thousand logins at once, from so many addresses, are answered 200, 429 and 503. There is no other answer,
/// and others are served meanwhile.
async fn flood(limits: &str, from: usize) -> [usize; 3] {
    at_once(LOGINS);
    let ground = Ground::with(&[&["--rate-limits", limits], &COST[..]].concat()).await;
    let statuses = ground.under(MEMORY, async |served| {
        let statuses = sign_in_at_once(&ground, &addresses(from)).await;
        served.rounds(1).await;
        statuses
    });
    let statuses = statuses.await;
    let counts = [200, 429, 503].map(|status| statuses.iter().filter(|found| **found == status).count());
    assert_eq!(counts.iter().sum::<usize>(), LOGINS, "{statuses:?}");
    println!("{LOGINS} logins at once: {counts:?} are 200, 429 and 503");
    counts
}

#[tokio::test]
async fn a_thousand_logins_of_one_address_are_answered_or_refused_by_its_limits() {
    let [signed_in, limited, _] = flood("on", 1).await;
    assert!(0 < signed_in && 850 < limited, "{signed_in} signed in, {limited} limited");
}

#[tokio::test]
async fn a_thousand_logins_of_ten_addresses_are_answered_or_told_to_come_later() {
    let [signed_in, limited, overloaded] = flood("on", 10).await;
    assert!(0 < signed_in && 0 < overloaded, "{signed_in} signed in, {overloaded} overloaded");
    // Each address may sign in 120 times; but so many of one user at once count as guesses until they were looked at.
    assert!(limited < LOGINS / 2, "{limited} limited");
}

#[tokio::test]
async fn a_thousand_logins_without_limits_are_answered_or_told_to_come_later() {
    let [signed_in, limited, overloaded] = flood("off", 1).await;
    assert!(0 < signed_in && 0 < overloaded, "{signed_in} signed in, {overloaded} overloaded");
    assert_eq!(limited, 0);
}
