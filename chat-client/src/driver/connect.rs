//! A connection is made: the handshake, the hello, the welcome.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::{HeaderValue, StatusCode, header};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest, protocol::frame::CloseFrame},
};

use super::{Driver, Failure};
use crate::{
    api::retry_after,
    error::{End, Error},
    update::Cause,
    wire::{Command, Frame, Problem, Room},
};

pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What the server says of a connection that begins.
pub(super) struct Welcome {
    pub(super) user_id: String,
    pub(super) device_id: Option<String>,
    pub(super) heartbeat: Duration,
    pub(super) rooms: Vec<Room>,
}

pub(super) struct Opened {
    pub(super) socket: Socket,
    /// With which access token.
    pub(super) token: String,
    pub(super) welcome: Welcome,
}

impl Driver {
    /// Signs in, with another token where the first is refused, and says hello.
    pub(super) async fn open(&mut self) -> Result<Opened, Failure> {
        let patience = self.handshake;
        let stale = self.stale.take();
        let mut token = self.api.token(stale.as_deref()).await.map_err(Failure::of)?;
        let mut shaken = timeout(patience, self.shake_hands(&token)).await;
        if let Ok(Err(Refused::Problem(problem))) = &shaken
            && problem.status == 401
            && problem.code != "session_revoked"
        {
            token = self.api.token(Some(&token)).await.map_err(Failure::of)?;
            shaken = timeout(patience, self.shake_hands(&token)).await;
        }
        let mut socket = match shaken {
            Ok(Ok(socket)) => socket,
            Ok(Err(Refused::Problem(problem))) => return Err(Failure::refused(problem)),
            Ok(Err(Refused::Failure(failure))) => return Err(failure),
            Err(_) => return Err(Failure::lost(Cause::Silence)),
        };
        let welcome = timeout(patience, self.say_hello(&mut socket, &token)).await;
        let welcome = welcome.unwrap_or(Err(Failure::lost(Cause::Silence)))?;
        Ok(Opened { socket, token, welcome })
    }

    async fn shake_hands(&self, token: &str) -> Result<Socket, Refused> {
        let address = self.api.socket_address();
        let mut request = address.into_client_request().map_err(|error| protocol(&error))?;
        let bearer = HeaderValue::try_from(format!("Bearer {token}"));
        let bearer = bearer.map_err(|_| Failure::End(End::Protocol("an access token that is none".to_owned())))?;
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("chat.v1"));
        match connect_async_with_config(request, None, true).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(answer)) => Err(refusal(&answer)),
            Err(tungstenite::Error::Url(error)) => Err(protocol(&error).into()),
            Err(error) => Err(Failure::lost(Cause::Network(error.to_string())).into()),
        }
    }

    async fn say_hello(&mut self, socket: &mut Socket, token: &str) -> Result<Welcome, Failure> {
        let hello = self.pending.number();
        let text = Command::Hello { rooms: self.rooms.named() }.text(hello);
        socket.send(Message::text(text)).await.map_err(|error| broken(&error))?;
        loop {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => match Frame::read(&text) {
                    Frame::Welcome { id, user_id, device_id, heartbeat_seconds, rooms } if id == hello => {
                        let heartbeat = Duration::from_secs(heartbeat_seconds.max(1));
                        return Ok(Welcome { user_id, device_id, heartbeat, rooms });
                    }
                    Frame::Error { id: Some(id), problem } if id == hello => return Err(Failure::refused(problem)),
                    _ => {}
                },
                Some(Ok(Message::Close(frame))) => return Err(self.closed(frame.as_ref(), token)),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(broken(&error)),
                None => return Err(Failure::lost(Cause::Closed(None))),
            }
        }
    }

    /// What a close code says to do.
    pub(super) fn closed(&mut self, frame: Option<&CloseFrame>, token: &str) -> Failure {
        let Some(frame) = frame else { return Failure::lost(Cause::Closed(None)) };
        let code: u16 = frame.code.into();
        match code {
            4001 => {
                self.stale = Some(token.to_owned());
                Failure::lost(Cause::Closed(Some(code)))
            }
            4002 => Failure::End(End::SessionEnded),
            4003 => Failure::End(End::Suspended),
            4005 => Failure::End(End::SignInRefused(Box::new(closed_problem(code, &frame.reason)))),
            1009 | 4004 | 4006 => Failure::End(End::Protocol(format!("{code} {}", frame.reason))),
            _ => Failure::lost(Cause::Closed(Some(code))),
        }
    }
}

/// Why there was no handshake.
enum Refused {
    Problem(Box<Problem>),
    Failure(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// What was answered in place of a handshake: by the chat, or by something on the way to it.
fn refusal(answer: &http::Response<Option<Vec<u8>>>) -> Refused {
    let body = answer.body().as_deref().unwrap_or_default();
    let at_least = retry_after(answer.headers());
    if let Ok(mut problem) = serde_json::from_slice::<Box<Problem>>(body) {
        problem.retry_after_ms = problem.retry_after_ms.or(at_least);
        return Refused::Problem(problem);
    }
    let status = answer.status();
    let what = Error::Answer(format!("the handshake was answered {status}")).to_string();
    let passes = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    Refused::Failure(if passes { Failure::lost(Cause::Network(what)) } else { Failure::End(End::Protocol(what)) })
}

/// A refusal of which the server could tell no more than a close code.
fn closed_problem(code: u16, reason: &str) -> Problem {
    Problem {
        status: 401,
        code: "unauthenticated".to_owned(),
        detail: format!("closed with {code}: {reason}"),
        ..Problem::default()
    }
}

fn protocol(error: &impl std::fmt::Display) -> Failure {
    Failure::End(End::Protocol(error.to_string()))
}

/// A connection that broke without a close code.
pub(super) fn broken(error: &tungstenite::Error) -> Failure {
    match error {
        tungstenite::Error::Capacity(_) => protocol(error),
        _ => Failure::lost(Cause::Closed(None)),
    }
}
