//! Connections that ask slowly, or never.

use std::{io::ErrorKind, time::Instant};

use chat_tests::raw::{connect, connect_from, read_to_end, shake_hands};
use chat_tests::{PATIENCE, Server};
use futures_util::future::join_all;
use http::Method;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    ON,
    ground::{Ground, MEMORY, addresses, at_once, memory_of},
};

const HALF_OPEN: usize = 5_000;
const PART_OF_A_HANDSHAKE: &str =
    "GET /api/ws HTTP/1.1\r\nHost: chat\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13";

async fn say(mut stream: TcpStream, bytes: &str) -> TcpStream {
    stream.write_all(bytes.as_bytes()).await.expect("written");
    stream
}

/// Whether the server has closed it, of one that was never answered.
fn is_closed(stream: &TcpStream) -> bool {
    match stream.try_read(&mut [0]) {
        Ok(length) => length == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    }
}

#[tokio::test]
async fn two_hundred_who_send_a_byte_now_and_then_are_closed_and_hold_up_nobody() {
    let ground = Ground::with(&ON).await;
    let flood = ground.under(MEMORY, async |served| {
        let mut open = Vec::new();
        for _ in 0..200 {
            open.push(say(connect(&ground.server).await, "GET /healthz HTTP/1.1\r\nHost: chat\r\nX-Slow: ").await);
        }
        ground.newcomer().await;
        let (begun, all) = (Instant::now(), open.len());
        while !open.is_empty() {
            assert!(begun.elapsed() < PATIENCE, "{} are still open", open.len());
            served.rounds(1).await;
            let mut still = Vec::new();
            for mut stream in open {
                // The end is seen by the second byte after it.
                if stream.write_all(b"x").await.is_ok() {
                    still.push(stream);
                }
            }
            open = still;
        }
        all
    });
    assert_eq!(flood.await, 200);
}

#[tokio::test]
async fn silent_connections_are_closed_and_who_is_answered_is_closed_when_they_ask_no_more() {
    let ground = Ground::with(&ON).await;
    let flood = ground.under(MEMORY, async |served| {
        let mut open = Vec::new();
        for _ in 0..100 {
            open.push(connect(&ground.server).await);
            open.push(say(connect(&ground.server).await, "GET /healthz HTTP/1.1\r\nHost: chat\r\n\r\n").await);
        }
        ground.newcomer().await;
        served.rounds(2).await;
        join_all(open.iter_mut().map(read_to_end)).await
    });
    let answers = flood.await;
    assert_eq!(answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 200")).count(), 100);
    assert_eq!(answers.iter().filter(|answer| answer.is_empty()).count(), 100);
}

#[tokio::test]
async fn five_thousand_half_open_handshakes_hold_up_nobody_and_are_closed() {
    let count = at_once(HALF_OPEN);
    let ground = Ground::with(&ON).await;
    let flood = ground.under(memory_of(count), async |served| {
        let (from, mut open) = (addresses(count.div_ceil(100)), Vec::new());
        let hang = async |number: usize| {
            say(connect_from(&ground.server, from[number / 100]).await, PART_OF_A_HANDSHAKE).await
        };
        for number in 0..count {
            open.push(hang(number).await);
            // Who comes now is served, so those before have been taken.
            if number % 500 == 499 {
                ground.newcomer().await;
            }
        }
        // Where opening them took so long that some were closed meanwhile, those come again, until all hang at once.
        let begun = Instant::now();
        loop {
            served.rounds(1).await;
            let closed: Vec<usize> = (0..count).filter(|number| is_closed(&open[*number])).collect();
            if closed.is_empty() {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "{} of {count} do not hang", closed.len());
            for number in closed {
                open[number] = hang(number).await;
            }
            ground.newcomer().await;
        }
        served.rounds(3).await;
        join_all(open.iter_mut().map(read_to_end)).await
    });
    let answers = flood.await;
    assert_eq!(answers, vec![""; count], "nobody who hangs is answered");
    println!("{count} half-open handshakes at once, 0 violations");
}

#[tokio::test]
async fn five_thousand_half_open_handshakes_of_one_address_are_refused_but_for_400() {
    let ground = Ground::with(&ON).await;
    let from = addresses(1)[0];
    let flood = ground.under(MEMORY, async |served| {
        let (mut held, mut refused) = (Vec::new(), 0);
        for _ in 0..HALF_OPEN {
            let mut stream = connect_from(&ground.server, from).await;
            if held.len() < 400 {
                held.push(say(stream, PART_OF_A_HANDSHAKE).await);
                continue;
            }
            let answer = read_to_end(&mut stream).await;
            assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("Retry-After: 10"), "{answer:?}");
            refused += 1;
        }
        ground.newcomer().await;
        served.rounds(1).await;
        refused
    });
    assert_eq!(flood.await, HALF_OPEN - 400);
}

#[tokio::test]
async fn an_address_has_400_connections_and_gets_back_what_is_closed() {
    let server = Server::with(&ON).await;
    let mut open = Vec::new();
    for _ in 0..400 {
        open.push(connect(&server).await);
    }
    let answer = read_to_end(&mut connect(&server).await).await;
    assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("Retry-After: 10"), "{answer}");
    open.truncate(300);
    // The server learns of the end in its own time.
    let begun = Instant::now();
    while server.nobody().request(Method::GET, "/healthz").send().await.map_or(0, |answer| answer.status().as_u16())
        != 200
    {
        assert!(begun.elapsed() < PATIENCE, "what is closed still counts");
    }
}

#[tokio::test]
async fn websockets_count_as_connections_and_the_server_has_a_limit_of_them() {
    let server = Server::with(&["--max-connections", "20"]).await;
    let dora = server.register("dora").await;
    let mut open = Vec::new();
    let refused = loop {
        let mut stream = connect(&server).await;
        let head = shake_hands(&mut stream, dora.token()).await;
        if !head.starts_with("HTTP/1.1 101") {
            break head;
        }
        open.push(stream);
        assert!(open.len() <= 20, "no limit");
    };
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("Retry-After"), "{refused}");
    assert!(15 < open.len(), "only {}", open.len());
}
