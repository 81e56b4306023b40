//! Floods: what one client does holds up nobody else, is refused in order, and leaves the server's memory bounded.
#![cfg(target_os = "linux")]

use chat_tests::raw::{close_code, connect, masked, read_to_end, websocket};
use chat_tests::{Client, PATIENCE, Server};
use futures_util::future::join_all;
use http::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const ON: [&str; 2] = ["--rate-limits", "on"];
const MIB: u64 = 1_024;
/// What a flood may cost, far below what it would send or ask for.
const MEMORY: u64 = 96 * MIB;

async fn say(server: &Server, bytes: &str) -> TcpStream {
    let mut stream = connect(server).await;
    stream.write_all(bytes.as_bytes()).await.expect("written");
    stream
}

/// Others are served, meanwhile: they read, and they write.
async fn is_served(client: &Client, room: &str) {
    client.me().await;
    client.write(room, "still here").await;
}

#[track_caller]
fn memory_is_bounded(server: &Server, before: u64) {
    let now = server.memory_kib();
    assert!(now < before + MEMORY, "{before} KiB before, {now} KiB now");
}

#[tokio::test]
async fn slow_and_silent_connections_are_closed_and_hold_up_nobody() {
    let server = Server::with(&ON).await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let before = server.memory_kib();
    let mut open = Vec::new();
    for _ in 0..200 {
        open.push(say(&server, "GET /healthz HTTP/1.1\r\nHost: chat\r\nX-Slow: ").await);
    }
    for _ in 0..50 {
        open.push(connect(&server).await);
        open.push(say(&server, "GET /api/ws HTTP/1.1\r\nHost: chat\r\nUpgrade: websocket\r\n").await);
        open.push(say(&server, "GET /healthz HTTP/1.1\r\nHost: chat\r\n\r\n").await);
    }
    is_served(&alice, &room).await;
    memory_is_bounded(&server, before);
    // Those of the last kind are answered, and closed once they ask no more.
    let answers = join_all(open.iter_mut().map(read_to_end)).await;
    assert_eq!(answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 200")).count(), 50);
    is_served(&alice, &room).await;
}

#[tokio::test]
async fn an_address_has_400_connections_and_the_next_one_is_told_so() {
    let server = Server::with(&ON).await;
    let mut open = Vec::new();
    for _ in 0..400 {
        open.push(connect(&server).await);
    }
    let answer = read_to_end(&mut connect(&server).await).await;
    assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("Retry-After: 10"), "{answer}");
    open.truncate(300);
    // The server learns of the end in its own time.
    let begun = std::time::Instant::now();
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
        let mut stream = say(&server, &upgrade(dora.token())).await;
        let mut head = [0; 12];
        timeout(PATIENCE, stream.read_exact(&mut head)).await.expect("an answer in time").expect("an answer");
        if &head != b"HTTP/1.1 101" {
            break String::from_utf8_lossy(&head).into_owned();
        }
        open.push(stream);
        assert!(open.len() <= 20, "no limit");
    };
    assert_eq!(refused, "HTTP/1.1 503");
    assert!(15 < open.len(), "only {}", open.len());
}

fn upgrade(token: &str) -> String {
    format!(
        "GET /api/ws HTTP/1.1\r\nHost: chat\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
}

#[tokio::test]
async fn a_thousand_logins_at_once_are_answered_or_refused() {
    for limits in ["on", "off"] {
        let server = Server::with(&["--rate-limits", limits]).await;
        let alice = server.prime("alice").await;
        let room = alice.create_room("Tea").await;
        let before = server.memory_kib();
        let body = json!({"userId": "alice", "deviceId": "other", "password": "wrong"});
        // On as many connections as an address may have, with a few to spare for others.
        let clients: Vec<Client> = (0..200).map(|_| server.nobody()).collect();
        let logins = clients.iter().map(async |client| {
            let mut statuses = Vec::new();
            for _ in 0..5 {
                let answer = client.request(Method::POST, "/api/login").json(&body).send().await.expect("an answer");
                statuses.push(answer.status().as_u16());
            }
            statuses
        });
        let (statuses, ()) = tokio::join!(join_all(logins), is_served(&alice, &room));
        let statuses = statuses.concat();
        let count = |status: u16| statuses.iter().filter(|found| **found == status).count();
        assert_eq!(count(401) + count(429) + count(503), 1_000, "{limits}: {statuses:?}");
        assert!(limits == "off" || 800 < count(429), "{limits}: {statuses:?}");
        memory_is_bounded(&server, before);
        is_served(&alice, &room).await;
    }
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let server = Server::with(&ON).await;
    let header = format!("X-Long: {}\r\n", "x".repeat(1_000));
    let mut stream = say(&server, &format!("GET /healthz HTTP/1.1\r\nHost: chat\r\n{}", header.repeat(40))).await;
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_body_of_a_gigabyte_is_refused_announced_or_not() {
    let server = Server::with(&ON).await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let before = server.memory_kib();
    let piece = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    for length in ["Content-Length: 1073741824", "Transfer-Encoding: chunked"] {
        let head =
            format!("POST /api/login HTTP/1.1\r\nHost: chat\r\nContent-Type: application/json\r\n{length}\r\n\r\n");
        let (mut reader, mut writer) = say(&server, &head).await.into_split();
        let sending = async {
            // Until the server has had enough, or all is sent.
            for _ in 0..16_384 {
                if writer.write_all(piece.as_bytes()).await.is_err() {
                    return false;
                }
            }
            true
        };
        let reading = async {
            let mut answer = vec![0; 12];
            reader.read_exact(&mut answer).await.expect("an answer");
            String::from_utf8_lossy(&answer).into_owned()
        };
        let flood = async { tokio::join!(sending, reading) };
        let ((all_sent, answer), ()) =
            timeout(PATIENCE, async { tokio::join!(flood, is_served(&alice, &room)) }).await.expect("an end in time");
        assert_eq!(answer, "HTTP/1.1 413", "{length}");
        assert!(!all_sent, "{length}: the server took a gigabyte");
        memory_is_bounded(&server, before);
    }
}

#[tokio::test]
async fn a_frame_of_a_gigabyte_is_refused_by_its_head() {
    let server = Server::with(&ON).await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let before = server.memory_kib();
    let mut stream = websocket(&server, alice.token()).await;
    let announced = [&[0x81, 0xff], &(1_u64 << 30).to_be_bytes()[..], &[0; 4]].concat();
    stream.write_all(&announced).await.expect("written");
    assert_eq!(close_code(&mut stream).await, 1009);
    memory_is_bounded(&server, before);
    is_served(&alice, &room).await;
}

#[tokio::test]
async fn a_hundred_thousand_pings_on_one_socket_hold_up_nobody() {
    let server = Server::with(&ON).await;
    let (alice, dora) = (server.prime("alice").await, server.register("dora").await);
    let room = alice.create_room("Tea").await;
    let before = server.memory_kib();
    let mut stream = websocket(&server, dora.token()).await;
    stream.write_all(&masked(0x81, br#"{"id":1,"type":"hello"}"#)).await.expect("written");
    let (mut reader, mut writer) = stream.into_split();
    let pings = masked(0x89, b"").repeat(1_000);
    let sending = async {
        for _ in 0..100 {
            writer.write_all(&pings).await.expect("written");
        }
        writer.write_all(&masked(0x81, br#"{"id":2,"type":"ping"}"#)).await.expect("written");
    };
    let reading = async {
        // The reply to the command comes after all pings were read.
        let (mut heard, mut piece) = (Vec::new(), vec![0; 65_536]);
        while !heard.windows(REPLY.len()).any(|window| window == REPLY) {
            let length = reader.read(&mut piece).await.expect("bytes");
            assert!(0 < length, "closed");
            heard.drain(..heard.len().saturating_sub(REPLY.len()));
            heard.extend_from_slice(&piece[..length]);
        }
    };
    let flood = async { tokio::join!(sending, reading) };
    timeout(PATIENCE, async { tokio::join!(flood, is_served(&alice, &room)) }).await.expect("an end in time");
    memory_is_bounded(&server, before);
}

const REPLY: &[u8] = br#"{"type":"ok","id":2"#;
