//! Thousands of WebSockets at once.

use std::net::IpAddr;

use chat_proofs::scale::scaled;
use chat_tests::raw::{connect_from, masked, shake_hands, status};
use chat_tests::{PATIENCE, Server, registration};
use futures_util::{StreamExt, future::join_all, stream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    ON,
    ground::{Ground, addresses, at_once, memory_of},
};

/// As many at length as a server takes where nothing else is said, a fifth of them for a change.
const SOCKETS: u32 = 10_000;
/// What a user may have open, and an address.
const OF_A_USER: usize = 50;
const OF_AN_ADDRESS: usize = 200;
/// How many are opened side by side.
const SIDE_BY_SIDE: usize = 64;
/// Somebody who opens sockets, and from where.
struct Crowd {
    token: String,
    from: IpAddr,
}

/// Enough users for so many sockets, each with an address that is shared by three others.
async fn crowd(server: &Server, sockets: usize) -> Vec<Crowd> {
    let users = sockets.div_ceil(OF_A_USER);
    let addresses = addresses(sockets.div_ceil(OF_AN_ADDRESS));
    let register = async |number: usize| {
        let from = addresses[number / (OF_AN_ADDRESS / OF_A_USER)];
        let nobody = server.nobody().from_address(from);
        let answer = nobody.post("/api/register", registration(&format!("user-{number}"))).await.is(201);
        // What they registered on is closed with this, and takes up no place.
        Crowd { token: nobody.signed_in(&answer).token().to_owned(), from }
    };
    stream::iter(0..users).map(register).buffered(SIDE_BY_SIDE).collect().await
}

/// A socket that has said hello and is welcome; else what the handshake was answered.
async fn open(server: &Server, one: &Crowd) -> Result<TcpStream, String> {
    let mut stream = connect_from(server, one.from).await;
    let head = shake_hands(&mut stream, &one.token).await;
    if !head.starts_with("HTTP/1.1 101") {
        return Err(head);
    }
    stream.write_all(&masked(0x81, br#"{"id":1,"type":"hello"}"#)).await.expect("written");
    until(&mut stream, br#"{"type":"welcome","id":1"#).await;
    Ok(stream)
}

/// Reads until that was said.
async fn until(stream: &mut TcpStream, text: &[u8]) {
    let (mut heard, mut piece) = (Vec::new(), [0; 1_024]);
    while !heard.windows(text.len()).any(|window| window == text) {
        let length = timeout(PATIENCE, stream.read(&mut piece)).await.expect("a frame in time").expect("a frame");
        assert!(0 < length, "closed before {}", String::from_utf8_lossy(text));
        heard.extend_from_slice(&piece[..length]);
    }
}

#[tokio::test]
async fn thousands_of_sockets_are_served_and_hold_up_nobody() {
    let count = at_once(scaled(SOCKETS / 5).min(SOCKETS) as usize);
    let most = (count + 100).to_string();
    let flags = ["--max-connections", &most, "--heartbeat", "10m"];
    let ground = Ground::with(&[&ON[..], &flags].concat()).await;
    let flood = ground.under(memory_of(count), async |served| {
        let crowd = crowd(&ground.server, count).await;
        let one = |number: usize| open(&ground.server, &crowd[number / OF_A_USER]);
        let opened: Vec<_> = stream::iter(0..count).map(one).buffered(SIDE_BY_SIDE).collect().await;
        let mut open: Vec<TcpStream> = opened.into_iter().map(|socket| socket.expect("a socket")).collect();
        served.rounds(3).await;
        // Each is answered, too.
        for stream in &mut open {
            stream.write_all(&masked(0x81, br#"{"id":2,"type":"ping"}"#)).await.expect("written");
        }
        for stream in &mut open {
            until(stream, br#"{"type":"ok","id":2"#).await;
        }
        // Those for whom there is no place are told so, and nobody who has one loses it.
        let late = join_all((0..200).map(async |_| {
            let mut stream = connect_from(&ground.server, crowd[0].from).await;
            // Who was refused at once cannot be written to any more.
            let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: chat\r\nConnection: close\r\n\r\n").await;
            status(&mut stream).await
        }));
        let late = late.await;
        let refused = late.iter().filter(|status| **status == 503).count();
        assert_eq!(refused + late.iter().filter(|status| **status == 200).count(), late.len(), "{late:?}");
        served.rounds(3).await;
        (open.len(), crowd.len(), refused)
    });
    let (open, users, refused) = flood.await;
    assert_eq!(open, count);
    assert!(0 < refused, "there is a place for everybody");
    println!("{open} sockets of {users} users, {refused} refused, 0 violations");
}
