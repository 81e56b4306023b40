//! One connection, from its first frame to its last. Generic over the socket, so that tests drive it without one.

use std::{sync::Arc, time::Duration};

use axum::{Error, extract::ws::Message};
use chat_core::{
    api::{Connected, Resume},
    error::{ChatError, Rejection},
    model::{room::RoomId, session::Caller},
    realtime::{connection::Connection, guest::Guest},
};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use serde_json::Number;
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    Endpoint, MAX_FRAME,
    close::Close,
    command::{self, Command, Heard, Hello},
    frame::Frame,
    talk::Talk,
};
use crate::{problem::Problem, request_context::RequestContext, wire::room::Room};

/// Who is at the other end, and what they are connected to.
pub(super) struct Peer {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) context: RequestContext,
    pub(super) caller: Caller,
}

/// What a WebSocket is to a session.
pub(super) trait Socket:
    Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin + Send
{
}
impl<S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin + Send> Socket for S {}

/// Why a session is over.
pub(super) enum Over {
    /// The server closes.
    Close(Close),
    /// The client closed, or is gone.
    Gone,
}

/// How long a closing client is waited for.
const CLOSING: Duration = Duration::from_secs(2);
/// How long a client may take to read what it is told on its hello.
const HELLO_WRITE: Duration = Duration::from_secs(10);

/// Serves a connection to its end.
pub(super) async fn serve(mut socket: impl Socket, peer: Peer) {
    let guest = peer.endpoint.chat.guest();
    let over = match greet(&mut socket, &peer, &guest).await {
        Ok(connection) => Talk::new(&mut socket, &peer, connection).run().await,
        Err(over) => over,
    };
    if let Over::Close(reason) = over {
        close(&mut socket, reason).await;
    }
}

/// Closes, and waits a while for the client to do so too, so that it gets to read what was sent before.
pub(super) async fn close(socket: &mut impl Socket, reason: Close) {
    let goodbye = async {
        socket.send(Message::Close(Some(reason.frame()))).await?;
        while let Some(Ok(_)) = socket.next().await {}
        socket.close().await
    };
    // An error means that the client is gone already, which is what was wanted.
    let _ = timeout(CLOSING, goodbye).await;
}

/// Waits for `hello` and answers it.
async fn greet(socket: &mut impl Socket, peer: &Peer, guest: &Guest) -> Result<Connection, Over> {
    let deadline = Instant::now() + peer.endpoint.config.hello_timeout;
    loop {
        let message = tokio::select! {
            () = guest.draining() => return Err(Over::Close(Close::GoingAway)),
            heard = timeout_at(deadline, socket.next()) => heard.map_err(|_| Over::Close(Close::HelloMissing))?,
        };
        let Some(text) = text_of(message)? else { continue };
        let (id, hello) = match command::read(&text) {
            Heard::Command(id, Command::Hello(hello)) => (id, hello),
            Heard::Refused(id, faults) => {
                let problem = Problem::invalid(faults);
                send(socket, error(peer, id.as_ref(), &problem)).await?;
                continue;
            }
            Heard::Command(..) => return Err(Over::Close(Close::ProtocolError("hello comes first"))),
            Heard::Nonsense(what) => return Err(Over::Close(Close::ProtocolError(what))),
        };
        if let Some(connection) = welcome(socket, peer, &id, hello).await? {
            return Ok(connection);
        }
    }
}

/// Connects the caller and tells them where they are; `None` where that was refused, and answered so.
async fn welcome(socket: &mut impl Socket, peer: &Peer, id: &Number, hello: Hello) -> Result<Option<Connection>, Over> {
    if has_expired(peer, &peer.caller) {
        return Err(Over::Close(Close::TokenExpired));
    }
    let (resume, unknown) = resume_of(hello);
    let Connected { connection, rooms } = match peer.endpoint.chat.connect(&peer.caller, &resume).await {
        Ok(connected) => connected,
        Err(ChatError::Rejected(Rejection::SessionRevoked)) => return Err(Over::Close(Close::SessionEnded)),
        Err(ChatError::Rejected(Rejection::Suspended)) => return Err(Over::Close(Close::Suspended)),
        Err(failed) => {
            send(socket, error(peer, Some(id), &failed.into())).await?;
            return Ok(None);
        }
    };
    let welcome = Frame::Welcome {
        id,
        user_id: peer.caller.user.as_str(),
        device_id: peer.caller.session.as_ref().map(|session| session.device.as_str()),
        heartbeat_seconds: peer.endpoint.config.heartbeat.as_secs(),
        rooms: rooms.iter().map(Room::from).collect(),
    };
    send(socket, welcome.message()).await?;
    for room in unknown {
        send(socket, Frame::RoomRemoved { room_id: &room, reason: "left" }.message()).await?;
    }
    Ok(Some(connection))
}

/// The numbers that a client names, and the names that are no room's.
fn resume_of(hello: Hello) -> (Resume, Vec<String>) {
    let mut resume = Resume::new();
    let mut unknown = Vec::new();
    for (room, seq) in hello.rooms.unwrap_or_default() {
        match RoomId::parse(&room) {
            Some(room) => drop(resume.insert(room, seq)),
            None => unknown.push(room),
        }
    }
    (resume, unknown)
}

pub(super) fn has_expired(peer: &Peer, caller: &Caller) -> bool {
    caller.session.as_ref().is_some_and(|session| session.expires_at <= peer.endpoint.chat.now())
}

/// The text of a frame; `None` for frames that keep the connection alive.
pub(super) fn text_of(heard: Option<Result<Message, Error>>) -> Result<Option<String>, Over> {
    match heard {
        Some(Ok(Message::Text(text))) if MAX_FRAME < text.len() => Err(Over::Close(Close::TooBig)),
        Some(Ok(Message::Text(text))) => Ok(Some(text.to_string())),
        Some(Ok(Message::Binary(bytes))) if MAX_FRAME < bytes.len() => Err(Over::Close(Close::TooBig)),
        Some(Ok(Message::Binary(_))) => Err(Over::Close(Close::ProtocolError("frames are text"))),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_))) | None => Err(Over::Gone),
        // Either the client is gone, and no close frame reaches it, or it sent more than is read at all.
        Some(Err(_)) => Err(Over::Close(Close::TooBig)),
    }
}

pub(super) fn error(peer: &Peer, id: Option<&Number>, problem: &Problem) -> Message {
    Frame::Error { id, problem: problem.document(&peer.context.another()) }.message()
}

async fn send(socket: &mut impl Socket, message: Message) -> Result<(), Over> {
    match timeout(HELLO_WRITE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Over::Gone),
        Err(_) => Err(Over::Close(Close::TooSlow)),
    }
}
