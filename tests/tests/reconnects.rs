//! All who were connected come back at once, as after a restart: each is served in the end, and misses nothing.
#![cfg(target_os = "linux")]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use chat_proofs::scale::scaled;
use chat_tests::raw::connect_from;
use chat_tests::{Client, PATIENCE, Server, registration};
use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt, TryStreamExt, stream};
use http::{HeaderValue, header};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::tungstenite::{Error, Message, client::IntoClientRequest};
use tokio_tungstenite::{WebSocketStream, client_async};

/// As many at length, a part of them for a change.
const MOST: u32 = 5_000;
const FOR_A_CHANGE: u32 = 200;
/// What a user may have open.
const OF_A_USER: usize = 50;
/// Four users share an address, which may have so many open.
const OF_AN_ADDRESS: usize = 200;
const SIDE_BY_SIDE: usize = 64;
/// What the process has open beside.
const BESIDE: u64 = 500;
/// How many were written while nobody was there.
const MISSED: u64 = 3;

/// A user in a room, from whose address each of their connections comes.
struct Member {
    client: Client,
    from: IpAddr,
    room: String,
}

type Stream = WebSocketStream<TcpStream>;

async fn members(server: &Server, count: usize) -> Vec<Member> {
    let register = async |number: usize| {
        let [.., high, low] = u32::try_from(number * OF_A_USER / OF_AN_ADDRESS).expect("few").to_be_bytes();
        let from = IpAddr::V4(Ipv4Addr::new(127, 2, high, low));
        let nobody = server.nobody().from_address(from);
        let answer = nobody.post("/api/register", registration(&format!("user-{number}"))).await.is(201);
        (nobody.signed_in(&answer), from)
    };
    let users: Vec<_> = stream::iter(0..count).map(register).buffered(SIDE_BY_SIDE).collect().await;
    let mut members = Vec::new();
    for (number, users) in users.chunks(5).enumerate() {
        let owner = server.prime(&format!("owner-{number}")).await.from_address(Ipv4Addr::new(127, 3, 0, 1).into());
        let room = owner.create_room("Tea").await;
        for (client, from) in users {
            client.join(&room).await;
            members.push(Member { client: client.clone(), from: *from, room: room.clone() });
        }
    }
    members
}

/// A connection that was welcomed; the error is how the handshake was refused.
async fn come(server: &Server, member: &Member, known: Value) -> Result<Stream, Error> {
    let mut request = format!("{}/api/ws", server.base().replacen("http", "ws", 1)).into_client_request()?;
    let bearer = HeaderValue::from_str(&format!("Bearer {}", member.client.token())).expect("a header of ours");
    request.headers_mut().insert(header::AUTHORIZATION, bearer);
    let (mut stream, _) = client_async(request, connect_from(server, member.from).await).await?;
    stream.send(Message::text(json!({"type": "hello", "id": 1, "rooms": known}).to_string())).await?;
    let welcome = next(&mut stream).await?;
    assert_eq!(welcome["type"], "welcome", "{welcome}");
    Ok(stream)
}

/// The same, tried again where it was refused.
async fn come_in_the_end(server: &Server, member: &Member, known: &Value) -> (Stream, usize) {
    let begun = Instant::now();
    let mut refused = 0;
    loop {
        match come(server, member, known.clone()).await {
            Ok(stream) => return (stream, refused),
            Err(error) => assert!(begun.elapsed() < 2 * PATIENCE, "refused for good: {error}"),
        }
        refused += 1;
        tokio::task::yield_now().await;
    }
}

/// The next frame but those of who is online.
async fn next(stream: &mut Stream) -> Result<Value, Error> {
    loop {
        let message = timeout(2 * PATIENCE, stream.try_next()).await.expect("a frame in time")?;
        let Message::Text(text) = message.ok_or(Error::ConnectionClosed)? else { continue };
        let frame: Value = serde_json::from_str(text.as_str()).expect("JSON");
        if frame["type"] != "presence" {
            return Ok(frame);
        }
    }
}

async fn hear(stream: &mut Stream, seq: u64) {
    let frame = next(stream).await.expect("a frame");
    assert_eq!((&frame["type"], &frame["event"]["seq"]), (&json!("event"), &json!(seq)), "{frame}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_msg_09_five_thousand_who_come_back_at_once_are_all_served_and_miss_nothing() {
    let wanted = u64::from(scaled(FOR_A_CHANGE).min(MOST));
    let allowed = rlimit::increase_nofile_limit(wanted + BESIDE).expect("a limit of open files");
    let count = usize::try_from(wanted.min(allowed - BESIDE)).expect("few");
    let mut server = Server::with(&["--rate-limits", "on"]).await;
    let mut members = members(&server, count.div_ceil(OF_A_USER)).await;
    let connect = |number: usize| come_in_the_end(&server, &members[number / OF_A_USER], &Value::Null);
    let before: Vec<_> = stream::iter(0..count).map(connect).buffered(SIDE_BY_SIDE).collect().await;
    assert_eq!(before.len(), count);

    server.restart().await;
    drop(before);
    let mut known = Vec::new();
    for member in &mut members {
        member.client = member.client.at(&server);
        known.push(member.client.room(&member.room).await["lastSeq"].as_u64().expect("a number"));
    }
    let writers: Vec<_> = (0..members.len()).step_by(5).map(|number| &members[number]).collect();
    for writer in &writers {
        for number in 0..MISSED {
            writer.client.write(&writer.room, &format!("missed {number}")).await;
        }
    }
    let back = join_all((0..count).map(async |number| {
        let (member, known) = (&members[number / OF_A_USER], known[number / OF_A_USER]);
        let (mut stream, refused) = come_in_the_end(&server, member, &json!({&member.room: known})).await;
        for seq in known + 1..=known + MISSED {
            hear(&mut stream, seq).await;
        }
        (stream, refused)
    }));
    let mut back = back.await;
    for writer in &writers {
        writer.client.write(&writer.room, "and on").await;
    }
    join_all(back.iter_mut().enumerate().map(async |(number, (stream, _))| {
        hear(stream, known[number / OF_A_USER] + MISSED + 1).await;
    }))
    .await;
    let refused: usize = back.iter().map(|(_, refused)| refused).sum();
    println!("{count} came back at once, {refused} times refused at first, and missed nothing");
}
