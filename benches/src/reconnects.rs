//! Coming back: how long it takes until a client is welcome and has heard what it missed, alone and with many others at
//! once, as after a restart of the server.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use chat_tests::{Client, Server, raw::connect_from, raw::masked};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Barrier,
    task::JoinSet,
    time::Instant,
};

use crate::{
    Failure, figure::Figures, load::Load, machine::Machine, options::Scale, place::Kind, ratio::Ratio, report::Report,
};

/// How many users there are, five in a room, who come back again and again.
const USERS: usize = 100;
const OF_A_ROOM: usize = 5;
/// How many events of their room they have missed.
const MISSED: i64 = 3;
const ALONE: &str = "a client comes back, alone";

/// Somebody who was away.
struct Person {
    token: String,
    hello: Vec<u8>,
    /// What stands in the last event that was missed, and nowhere before it.
    last: Vec<u8>,
}

/// Measures both, one after the other in each round, on a server of their own.
pub(crate) async fn measure(scale: Scale, machine: Machine) -> Result<Report, Failure> {
    let (many, alone) = scale.reconnects();
    let needed = 2 * many as u64;
    if rlimit::increase_nofile_limit(needed)? < needed {
        return Err(format!("the system allows fewer than {needed} open files").into());
    }
    let at_once = format!("a client comes back, {many} at once");
    let mut figures = Figures::default();
    for _ in 0..scale.rounds() {
        let server = Arc::new(Server::with(&[]).await);
        let people = Arc::new(people(&server).await?);
        let quiet = one_after_another(&server, &people, alone).await?;
        let crowd = all_at_once(&server, &people, many).await?;
        eprintln!("{:.2} ms alone, {:.2} ms of {many} at once, p99", quiet.p99_ms, crowd.p99_ms);
        figures.add(Kind::Sqlite, ALONE, quiet);
        figures.add(Kind::Sqlite, &at_once, crowd);
    }
    let pairs = figures.rounds(Kind::Sqlite, &at_once).iter().zip(figures.rounds(Kind::Sqlite, ALONE));
    let ratio = pairs.map(|(crowd, quiet)| crowd.p99_ms / quiet.p99_ms);
    let ratios = Ratio::told(Kind::Sqlite, format!("{at_once} to alone, p99"), ratio).into_iter().collect();
    let databases = vec!["chat-server on SQLite, synchronous = FULL, in a file".to_owned()];
    let scale = format!("{} rounds; {alone} alone, {MISSED} events missed each", scale.rounds());
    Ok(Report { machine, databases, scale, figures, ratios })
}

async fn people(server: &Server) -> Result<Vec<Person>, Failure> {
    let mut people = Vec::new();
    for number in 0..USERS / OF_A_ROOM {
        let owner = server.prime(&format!("owner-{number}")).await;
        let room = owner.create_room("Tea").await;
        let mut members: Vec<Client> = Vec::new();
        for member in 0..OF_A_ROOM {
            let member = server.register(&format!("user-{number}-{member}")).await;
            member.join(&room).await;
            members.push(member);
        }
        let mut last = 0;
        for message in 0..20 {
            last = owner.write(&room, &format!("message {message}")).await["seq"].as_i64().ok_or("no number")?;
        }
        let known = last - MISSED;
        let hello = masked(0x81, format!(r#"{{"id":1,"type":"hello","rooms":{{"{room}":{known}}}}}"#).as_bytes());
        let last = format!(r#""type":"event","event":{{"roomId":"{room}","seq":{last},"#).into_bytes();
        people.extend(members.into_iter().map(|member| Person {
            token: member.token().to_owned(),
            hello: hello.clone(),
            last: last.clone(),
        }));
    }
    Ok(people)
}

async fn one_after_another(server: &Server, people: &[Person], count: usize) -> Result<Load, Failure> {
    let (mut times, begun) = (Vec::new(), Instant::now());
    for person in people.iter().cycle().take(count) {
        let due = Instant::now();
        come_back(server, person, address(0)).await?;
        times.push(due.elapsed());
    }
    Ok(Load::of(times.len(), begun.elapsed(), times))
}

/// All stay until the last has come.
async fn all_at_once(server: &Arc<Server>, people: &Arc<Vec<Person>>, count: usize) -> Result<Load, Failure> {
    let ready = Arc::new(Barrier::new(count + 1));
    let mut coming: JoinSet<Result<(TcpStream, Duration), Failure>> = JoinSet::new();
    for number in 0..count {
        let (server, people, ready) = (Arc::clone(server), Arc::clone(people), Arc::clone(&ready));
        coming.spawn(async move {
            let person = people.get(number % people.len()).ok_or("nobody is there")?;
            ready.wait().await;
            let due = Instant::now();
            let stream = come_back(&server, person, address(1 + number / 1_000)).await?;
            Ok((stream, due.elapsed()))
        });
    }
    ready.wait().await;
    let begun = Instant::now();
    let (mut there, mut times) = (Vec::new(), Vec::new());
    while let Some(came) = coming.join_next().await {
        let (stream, time) = came??;
        there.push(stream);
        times.push(time);
    }
    Ok(Load::of(there.len(), begun.elapsed(), times))
}

fn address(number: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 4, 0, u8::try_from(number).unwrap_or(u8::MAX) + 1))
}

/// Connects, shakes hands, says hello and hears the last event that was missed.
async fn come_back(server: &Server, person: &Person, from: IpAddr) -> Result<TcpStream, Failure> {
    let mut stream = connect_from(server, from).await;
    stream.set_nodelay(true)?;
    let handshake = format!(
        "GET /api/ws HTTP/1.1\r\nHost: chat\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {}\r\n\r\n",
        person.token
    );
    stream.write_all(handshake.as_bytes()).await?;
    let mut heard = Vec::new();
    until(&mut stream, &mut heard, b"\r\n\r\n").await?;
    if !heard.starts_with(b"HTTP/1.1 101") {
        return Err(format!("refused: {}", String::from_utf8_lossy(&heard)).into());
    }
    stream.write_all(&person.hello).await?;
    until(&mut stream, &mut heard, &person.last).await?;
    Ok(stream)
}

async fn until(stream: &mut TcpStream, heard: &mut Vec<u8>, text: &[u8]) -> Result<(), Failure> {
    while !heard.windows(text.len()).any(|window| window == text) {
        if stream.read_buf(heard).await? == 0 {
            return Err(format!("closed after {}", String::from_utf8_lossy(heard)).into());
        }
    }
    Ok(())
}
