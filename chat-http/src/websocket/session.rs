//! One connection, from its first frame to its last. Generic over the socket, so that tests drive it without one.

use std::{sync::Arc, time::Duration};

use axum::{
    Error,
    extract::ws::{Message, Utf8Bytes},
};
use chat_core::{
    api::Resume,
    error::FieldError,
    model::{room::RoomId, session::Caller},
    realtime::{
        connection::Connection,
        delivery::{Delivery, RoomRemoval},
    },
};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use serde_json::Number;
use tokio::time::{Instant, timeout, timeout_at};
use tungstenite::error::ProtocolError;

use super::{
    Endpoint, MAX_FRAME,
    close::Close,
    command::{self, Command, Heard},
    request::Hello,
    talk::Talk,
};
use crate::{
    limits::{Allowance, Kind},
    live::{declare::CommandId, frame::Frame, words::RoomRemovalName},
    problem::Problem,
    request_context::RequestContext,
    wire::room::Room,
};

/// Who is at the other end, and what they are connected to.
pub(super) struct Peer {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) context: RequestContext,
    pub(super) caller: Caller,
    pub(super) allowance: Option<Allowance>,
}

impl Peer {
    /// Counts a command of this kind; the problem is `rate_limited`.
    pub(super) fn count(&self, kind: Kind) -> Result<(), Problem> {
        self.allowance.as_ref().map_or(Ok(()), |allowance| allowance.command(kind, &self.caller.user))
    }

    /// Why a frame with these faults is refused: they count, too.
    pub(super) fn refusal(&self, faults: Vec<FieldError>) -> Problem {
        self.count(Kind::Read).err().unwrap_or_else(|| Problem::invalid(faults))
    }
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
pub(super) async fn serve(mut socket: impl Socket, peer: Peer, mut connection: Connection) {
    let over = match greet(&mut socket, &peer, &mut connection).await {
        Ok(()) => Talk::new(&mut socket, &peer, &mut connection).run().await,
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
async fn greet(socket: &mut impl Socket, peer: &Peer, connection: &mut Connection) -> Result<(), Over> {
    let deadline = Instant::now() + peer.endpoint.config.hello_timeout;
    loop {
        let message = tokio::select! {
            delivery = connection.next() => match delivery {
                Delivery::Draining => return Err(Over::Close(Close::GoingAway)),
                Delivery::Ended(reason) => return Err(Over::Close(reason.into())),
                // Not owed to who has not said hello: what is true then stands in the welcome.
                _ => continue,
            },
            heard = timeout_at(deadline, socket.next()) => heard.map_err(|_| Over::Close(Close::HelloMissing))?,
        };
        let Some(text) = text_of(message)? else { continue };
        still_signed_in(peer, &peer.caller, connection)?;
        let said = match command::read(&text) {
            Heard::Command(id, Command::Hello(hello)) => match peer.count(Kind::Read) {
                Ok(()) => Ok((id, hello)),
                Err(problem) => Err((Some(id), problem)),
            },
            Heard::Refused { id, faults, not_hello: false } => Err((id, peer.refusal(faults))),
            Heard::Command(..) | Heard::Refused { not_hello: true, .. } => {
                return Err(Over::Close(Close::ProtocolError("hello comes first")));
            }
            Heard::Nonsense(what) => return Err(Over::Close(Close::ProtocolError(what))),
        };
        match said {
            Ok((id, hello)) => {
                if welcome(socket, peer, connection, &id, hello).await? {
                    return Ok(());
                }
            }
            Err((id, problem)) => send(socket, error(peer, id.as_ref(), &problem)).await?,
        }
    }
}

/// Tells the caller where they are; `false` where that failed, and was answered so.
async fn welcome(
    socket: &mut impl Socket,
    peer: &Peer,
    connection: &mut Connection,
    id: &Number,
    hello: Hello,
) -> Result<bool, Over> {
    let (resume, unknown) = resume_of(hello);
    let rooms = match connection.start(&resume).await {
        Ok(rooms) => rooms,
        Err(failed) => {
            send(socket, error(peer, Some(id), &failed.into())).await?;
            return Ok(false);
        }
    };
    let welcome = Frame::Welcome {
        id: Some(CommandId(id)),
        user_id: peer.caller.user.as_str(),
        device_id: peer.caller.session.as_ref().map(|session| session.device.as_str()),
        heartbeat_seconds: peer.endpoint.config.heartbeat.as_secs(),
        rooms: rooms.iter().map(Room::from).collect(),
    };
    let removed = unknown
        .iter()
        .map(|room| Frame::RoomRemoved { room_id: room, reason: RoomRemovalName(RoomRemoval::Left) }.text());
    let frames = [welcome.text()].into_iter().chain(removed).collect();
    tokio::select! {
        sent = send_all(socket, frames) => sent.map(|()| true),
        reason = connection.ended() => Err(Over::Close(reason.into())),
    }
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

/// Whether what the client says still counts. It may be read before the end that was told earlier, or the timer that ran
/// out earlier, is seen to.
pub(super) fn still_signed_in(peer: &Peer, caller: &Caller, connection: &Connection) -> Result<(), Over> {
    if let Some(reason) = connection.end_reason() {
        return Err(Over::Close(reason.into()));
    }
    if has_expired(peer, caller) { Err(Over::Close(Close::TokenExpired)) } else { Ok(()) }
}

fn has_expired(peer: &Peer, caller: &Caller) -> bool {
    caller.expires_at.is_some_and(|end| end <= peer.endpoint.chat.now())
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
        Some(Err(error)) => Err(over_error(error)),
    }
}

/// What an error of the socket means: the client is gone, unless it broke the protocol.
fn over_error(error: Error) -> Over {
    use tungstenite::Error as Fault;
    match error.into_inner().downcast::<Fault>().map(|fault| *fault) {
        Ok(Fault::Capacity(_)) => Over::Close(Close::TooBig),
        Ok(Fault::Utf8(_)) => Over::Close(Close::ProtocolError("frames are UTF-8 text")),
        Ok(Fault::Protocol(fault)) if fault != ProtocolError::ResetWithoutClosingHandshake => {
            Over::Close(Close::ProtocolError("not a WebSocket frame (RFC 6455)"))
        }
        _ => Over::Gone,
    }
}

pub(super) fn error(peer: &Peer, id: Option<&Number>, problem: &Problem) -> Utf8Bytes {
    Frame::Error { id: id.map(CommandId), problem: problem.document(&peer.context.another()) }.text()
}

async fn send(socket: &mut impl Socket, frame: Utf8Bytes) -> Result<(), Over> {
    send_all(socket, vec![frame]).await
}

/// One limit of time for all of them: a client that takes each just in time must not be here for hours.
async fn send_all(socket: &mut impl Socket, frames: Vec<Utf8Bytes>) -> Result<(), Over> {
    let sending = async {
        for frame in frames {
            socket.send(Message::Text(frame)).await.map_err(|_| Over::Gone)?;
        }
        Ok(())
    };
    timeout(HELLO_WRITE, sending).await.unwrap_or(Err(Over::Close(Close::TooSlow)))
}
