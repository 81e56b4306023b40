//! Plays one cell: sets the stage, lets the caller ask, and tells what came of it.

use std::sync::Arc;

use chat_tests::{Answer, Client, Socket};
use http::{Method, StatusCode};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::row::{Request, Row, What};
use crate::stage::{Stage, World};
use crate::websocket::auth;

/// There is no such caller.
pub(crate) const NEVER: &str = "–";

/// What the cell says.
///
/// # Panics
/// When a refusal has changed something.
pub(crate) async fn play(world: Arc<World>, number: usize, row: &Row, caller: Caller) -> String {
    if row.never.contains(&caller) {
        return NEVER.to_owned();
    }
    let stage = Stage::set(world, number, caller).await;
    let request = (row.prepare)(&stage).await;
    let living = match &request.what {
        What::LateCommand(_) if caller.was_signed_in() => Some(living_socket(&stage).await),
        _ => None,
    };
    let client = stage.enter(row.right).await;
    let before = if row.writes() { Some(stage.look_around(&request.room).await) } else { None };
    let outcome = ask(&stage, row, &client, &request, living).await;
    if let Some(before) = before.filter(|_| is_refusal(&outcome)) {
        let after = stage.look_around(&request.room).await;
        for (before, after) in before.iter().zip(after) {
            assert_eq!(after, *before, "{} by {}: {outcome}, and yet this has changed", row.name(), caller.name());
        }
    }
    outcome
}

/// A connection of the caller's that ends with their sign-in.
async fn living_socket(stage: &Stage) -> Socket {
    if stage.caller == Caller::Expired {
        let (server, client) = stage.brief_session().await;
        return Socket::open(server, &client).await;
    }
    Socket::open(&stage.world.server, &stage.me).await
}

async fn ask(stage: &Stage, row: &Row, client: &Client, request: &Request, living: Option<Socket>) -> String {
    match (&request.what, living) {
        (What::Rest(ids, body), _) => rest(row, client, &request.room, ids, body.as_ref()).await,
        (What::EventStream, _) => listen(client).await,
        (What::Handshake, _) => handshake(client).await.err().unwrap_or_else(|| "101".to_owned()),
        (What::BrowsersHandshake, _) => browsers_handshake(stage, client).await,
        (What::HelloNaming, _) => hello_naming(stage, client, &request.room).await,
        (What::AuthElsewhere, _) => {
            let mut socket = Socket::open(&stage.world.server, &stage.peer).await;
            told(&socket.command(auth(client.access_token.as_deref().unwrap_or(""))).await)
        }
        (What::LateCommand(command), Some(mut socket)) => {
            if stage.caller == Caller::Expired {
                // Until its time is over, a command would be good.
                socket.closed().await;
            }
            // It may be closed already.
            socket.try_begin(command.clone()).await;
            closed(&mut socket).await
        }
        (What::Command(command) | What::LateCommand(command), _) => match handshake(client).await {
            Ok(()) => told(&Socket::open(&stage.world.server, client).await.command(command.clone()).await),
            Err(refused) => refused,
        },
    }
}

async fn rest(row: &Row, client: &Client, room: &str, ids: &[(&'static str, String)], body: Option<&Value>) -> String {
    let (method, path) = row.operation.split_once(' ').expect("METHOD /path");
    let path =
        ids.iter().fold(path.replace("{roomId}", room), |path, (place, id)| path.replace(&format!("{{{place}}}"), id));
    assert!(!path.contains('{'), "{}: a place of the path is not filled: {path}", row.name());
    let request = client.request(Method::from_bytes(method.as_bytes()).expect("a method"), &path);
    let answer = client.send(match body {
        Some(body) => request.json(body),
        None => request,
    });
    outcome(&answer.await)
}

fn outcome(answer: &Answer) -> String {
    match answer.json["code"].as_str() {
        Some(code) if answer.status >= 400 => format!("{} {code}", answer.status),
        _ => answer.status.to_string(),
    }
}

/// What a reply says: `ok`, or how the command was refused.
fn told(reply: &Value) -> String {
    let problem = &reply["problem"];
    match (reply["type"].as_str(), problem["code"].as_str()) {
        (Some("ok"), _) => "ok".to_owned(),
        (_, Some(code)) => format!("{} {code}", problem["status"]),
        _ => panic!("neither ok nor an error: {reply}"),
    }
}

fn is_refusal(outcome: &str) -> bool {
    outcome.starts_with(['4', '5']) || outcome.starts_with("closed")
}

/// Shakes hands with the token in a header; how that was refused otherwise.
async fn handshake(client: &Client) -> Result<(), String> {
    let request = client
        .request(Method::GET, "/api/ws")
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    begin(request, StatusCode::SWITCHING_PROTOCOLS).await
}

/// How an event stream is answered, of which nothing is read.
async fn listen(client: &Client) -> String {
    let asked = begin(client.request(Method::GET, "/api/events"), StatusCode::OK).await;
    asked.err().unwrap_or_else(|| "200".to_owned())
}

/// Asks for what begins with this status, and then goes on; how that was refused otherwise.
async fn begin(request: RequestBuilder, begun: StatusCode) -> Result<(), String> {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    if status == begun {
        return Ok(());
    }
    let body = response.bytes().await.expect("a body");
    Err(outcome(&Answer::checked("what goes on".to_owned(), status, headers, &body)))
}

async fn browsers_handshake(stage: &Stage, client: &Client) -> String {
    let Some(token) = &client.access_token else {
        return handshake(client).await.err().unwrap_or_else(|| "101".to_owned());
    };
    let mut socket = Socket::connect_as_browser(&stage.world.server, client, token).await;
    socket.try_begin(json!({"type": "hello"})).await;
    if let Some(ping) = socket.try_begin(json!({"type": "ping"})).await
        && socket.try_reply(ping).await.is_some()
    {
        return "101".to_owned();
    }
    closed(&mut socket).await
}

async fn closed(socket: &mut Socket) -> String {
    socket.closed().await.0.map_or_else(|| "closed".to_owned(), |code| format!("closed {code}"))
}

/// What a client is told first of a room that it claims to know.
async fn hello_naming(stage: &Stage, client: &Client, room: &str) -> String {
    if let Err(refused) = handshake(client).await {
        return refused;
    }
    // Who sees the room knows all of it; anybody else would like to hear it from its beginning.
    let seen = client.get(&format!("/api/chatrooms/{room}")).await;
    let last = if seen.status == 200 { seen.json["lastSeq"].clone() } else { json!(0) };
    let mut socket = Socket::connect(&stage.world.server, client).await;
    let welcome = socket.hello_with(json!({room: last})).await;
    if welcome["rooms"].as_array().is_some_and(|rooms| rooms.iter().any(|seen| seen["roomId"] == *room)) {
        return "welcome with it".to_owned();
    }
    // An event of the room would be one too many: the socket knows of none that it hears.
    let is_removed = |frame: &Value| frame["type"] == "room_removed" && frame["roomId"] == *room;
    socket.until("the end of the room", is_removed).await;
    "welcome, room_removed".to_owned()
}
