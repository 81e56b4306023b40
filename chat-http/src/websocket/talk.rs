//! A connection after its welcome: what the client asks, what the chat has for it, and the clock.

use std::{collections::HashMap, convert::Infallible, pin::Pin, sync::Arc, time::Duration};

use axum::extract::ws::Message;
use bytes::Bytes;
use chat_core::{
    api::SendMessage,
    error::{ChatError, Rejection},
    model::{room::RoomId, session::Caller},
    ports::authenticator::Credentials,
    realtime::{
        connection::Connection,
        delivery::{Delivery, EndReason, RoomRemoval},
    },
};
use futures_util::{FutureExt, SinkExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use serde_json::Number;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::{
    change::Changes,
    close::Close,
    command::{self, Auth, Change, Command, Heard, Read, Send as SendCommand, Typing},
    frame::{self, Frame},
    session::{Over, Peer, Socket, error, has_expired, still_signed_in, text_of},
};
use crate::{
    code::Code,
    problem::Problem,
    wire::{
        self, Time,
        message::{ChangedMessage, ReadPosition},
        room::Room,
    },
};

/// How many commands may wait for their answers; further ones wait in the client's socket.
const MAX_IN_FLIGHT: usize = 32;
/// How long before its end a client is told that its access token expires.
const EXPIRY_NOTICE: Duration = Duration::from_secs(60);
/// How many deliveries that are there at once are written before the client is listened to again.
const BURST: usize = 64;

/// A command that was answered.
struct Answer {
    serial: u64,
    result: Result<String, Problem>,
}

pub(super) struct Talk<'a, S> {
    socket: &'a mut S,
    peer: &'a Peer,
    connection: &'a mut Connection,
    /// Ends when the chat ends the connection, also while the client is being written to.
    ended: Pin<Box<dyn Future<Output = EndReason> + Send>>,
    caller: Caller,
    /// The number to answer each command under, by our own number for it.
    in_flight: HashMap<u64, Number>,
    last_serial: u64,
    /// `None` comes of a command whose answer is a delivery.
    answers: FuturesUnordered<BoxFuture<'static, Option<Answer>>>,
    changes: Changes,
    last_heard: Instant,
    /// When the access token ends, and whether the client was told that it is about to.
    expires: Option<Instant>,
    expiry_told: bool,
    draining: bool,
}

impl<'a, S: Socket> Talk<'a, S> {
    pub(super) fn new(socket: &'a mut S, peer: &'a Peer, connection: &'a mut Connection) -> Self {
        let mut talk = Self {
            socket,
            peer,
            ended: Box::pin(connection.ended()),
            connection,
            caller: peer.caller.clone(),
            in_flight: HashMap::new(),
            last_serial: 0,
            answers: FuturesUnordered::new(),
            changes: Changes::default(),
            last_heard: Instant::now(),
            expires: None,
            expiry_told: false,
            draining: false,
        };
        talk.set_expiry();
        talk
    }

    pub(super) async fn run(mut self) -> Over {
        let Err(over) = self.until_over().await;
        over
    }

    /// Waits for whatever comes first, and sees to it.
    async fn until_over(&mut self) -> Result<Infallible, Over> {
        let heartbeat = self.peer.endpoint.config.heartbeat;
        let mut pings = interval_at(Instant::now() + heartbeat, heartbeat);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if self.draining && self.in_flight.is_empty() {
                return Err(Over::Close(Close::GoingAway));
            }
            let listening = self.in_flight.len() < MAX_IN_FLIGHT && !self.draining;
            let expiry = self.next_expiry();
            tokio::select! {
                delivery = self.connection.next() => self.deliver_burst(delivery).await?,
                Some(answer) = self.answers.next() => if let Some(answer) = answer {
                    self.answer(answer).await?;
                },
                heard = self.socket.next(), if listening => self.hear(heard).await?,
                _ = pings.tick() => self.beat(heartbeat, listening).await?,
                () = sleep_until(expiry.unwrap_or_else(Instant::now)), if expiry.is_some() => self.expire().await?,
            }
        }
    }

    async fn deliver_burst(&mut self, first: Delivery) -> Result<(), Over> {
        self.deliver(first).await?;
        for _ in 1..BURST {
            let Some(delivery) = self.connection.next().now_or_never() else { break };
            self.deliver(delivery).await?;
        }
        Ok(())
    }

    async fn deliver(&mut self, delivery: Delivery) -> Result<(), Over> {
        let message = match delivery {
            Delivery::Event(logged) => frame::event(&logged),
            Delivery::Sent { command, event } => match self.in_flight.remove(&command) {
                Some(id) => frame::ok_logged(&id, &event),
                None => frame::event(&event),
            },
            Delivery::Answered { command, result } => {
                let result = result.map_err(Problem::from).map(|sent| text(&wire::event::encode(&sent.event)));
                return self.answer(Answer { serial: command, result }).await;
            }
            Delivery::RoomAdded(view) => Frame::RoomAdded { room: Room::from(&*view) }.message(),
            Delivery::RoomRemoved { room, reason } => {
                let reason = match reason {
                    RoomRemoval::Left => "left",
                    RoomRemoval::Removed => "removed",
                    RoomRemoval::Banned => "banned",
                };
                Frame::RoomRemoved { room_id: &room.to_string(), reason }.message()
            }
            Delivery::Reset { room, last_seq } => {
                Frame::Reset { room_id: room.to_string(), last_seq: last_seq.get() }.message()
            }
            Delivery::Receipt { room, user, read_seq } => {
                Frame::Receipt { room_id: room.to_string(), user_id: user.as_str(), read_seq: read_seq.get() }.message()
            }
            Delivery::Typing { room, user } => {
                Frame::Typing { room_id: room.to_string(), user_id: user.as_str() }.message()
            }
            Delivery::Presence { user, last_seen } => Frame::Presence {
                user_id: user.as_str(),
                online: last_seen.is_none(),
                last_seen_at: last_seen.map(Time),
            }
            .message(),
            Delivery::Friend { change, with, request } => Frame::Friend {
                change: change.as_str(),
                user_id: with.as_str(),
                request_id: request.map(|request| request.to_string()),
            }
            .message(),
            Delivery::Draining => {
                self.draining = true;
                Frame::Notice { code: "draining" }.message()
            }
            Delivery::Ended(reason) => return Err(Over::Close(reason.into())),
        };
        self.write(message).await
    }

    async fn answer(&mut self, Answer { serial, result }: Answer) -> Result<(), Over> {
        let Some(id) = self.in_flight.remove(&serial) else { return Ok(()) };
        let message = match result {
            Ok(result) => frame::ok(&id, &result),
            Err(problem) => error(self.peer, Some(&id), &problem),
        };
        self.write(message).await
    }

    async fn hear(&mut self, heard: Option<Result<Message, axum::Error>>) -> Result<(), Over> {
        self.last_heard = Instant::now();
        let Some(text) = text_of(heard)? else { return Ok(()) };
        still_signed_in(self.peer, &self.caller, self.connection)?;
        match command::read(&text) {
            Heard::Command(id, command) => match self.peer.count(command.kind()) {
                Ok(()) => self.begin(id, command).await,
                Err(problem) => self.write(error(self.peer, Some(&id), &problem)).await,
            },
            Heard::Refused { id, faults, .. } => {
                let problem = self.peer.refusal(faults);
                self.write(error(self.peer, id.as_ref(), &problem)).await
            }
            Heard::Nonsense(what) => Err(Over::Close(Close::ProtocolError(what))),
        }
    }

    async fn begin(&mut self, id: Number, command: Command) -> Result<(), Over> {
        self.last_serial += 1;
        let serial = self.last_serial;
        self.in_flight.insert(serial, id);
        match command {
            Command::Hello(_) => return Err(Over::Close(Close::ProtocolError("hello comes once"))),
            Command::Send(send) => return self.send(serial, send).await,
            Command::Change(change) => self.change(serial, change),
            Command::Read(read) => self.answers.push(self.read(serial, read)),
            Command::Typing(typing) => self.answers.push(self.type_in(serial, typing)),
            Command::Auth(auth) => return self.renew(serial, auth).await,
            Command::Ping => return self.answer(Answer { serial, result: Ok("{}".to_owned()) }).await,
        }
        Ok(())
    }

    /// Gives the message its place before the next command is looked at; its answer comes as a delivery.
    async fn send(&mut self, serial: u64, send: SendCommand) -> Result<(), Over> {
        let refused: ChatError = match RoomId::parse(&send.room_id) {
            Some(room) => {
                let SendCommand { body, client_id, reply_to, .. } = send;
                let send = SendMessage { room, body, client_id, reply_to };
                match self.connection.send(serial, send).await {
                    Ok(()) => return Ok(()),
                    Err(refused) => refused,
                }
            }
            None => Rejection::RoomNotFound.into(),
        };
        self.answer(Answer { serial, result: Err(refused.into()) }).await
    }

    /// Where something changes, the answer comes as a delivery.
    fn change(&mut self, serial: u64, change: Change) {
        let (chat, origin) = (Arc::clone(&self.peer.endpoint.chat), self.connection.origin(serial));
        let changed = self.changes.begin(chat, self.caller.clone(), change, origin);
        self.answers.push(Box::pin(async move {
            let result = match changed.await {
                Ok(changed) if changed.event.is_some() => return None,
                Ok(unchanged) => Ok(frame::json(&ChangedMessage::from(unchanged))),
                Err(refused) => Err(refused.into()),
            };
            Some(Answer { serial, result })
        }));
    }

    fn read(&self, serial: u64, read: Read) -> BoxFuture<'static, Option<Answer>> {
        let chat = Arc::clone(&self.peer.endpoint.chat);
        let caller = self.caller.clone();
        async move {
            let result = match RoomId::parse(&read.room_id) {
                Some(room) => chat.mark_read(&caller, room, read.seq).await,
                None => Err(Rejection::RoomNotFound.into()),
            };
            let result = result.map_err(Problem::from).map(|position| frame::json(&ReadPosition::from(position)));
            Some(Answer { serial, result })
        }
        .boxed()
    }

    fn type_in(&self, serial: u64, typing: Typing) -> BoxFuture<'static, Option<Answer>> {
        let chat = Arc::clone(&self.peer.endpoint.chat);
        let caller = self.caller.clone();
        async move {
            let result = match RoomId::parse(&typing.room_id) {
                Some(room) => chat.type_in(&caller, room).await,
                None => Err(Rejection::RoomNotFound.into()),
            };
            Some(Answer { serial, result: result.map_err(Problem::from).map(|()| "{}".to_owned()) })
        }
        .boxed()
    }

    /// Puts a fresh access token of the same session, or of the same user of the host's, in the place of the one that is
    /// about to end.
    async fn renew(&mut self, serial: u64, auth: Auth) -> Result<(), Over> {
        let session_of = |caller: &Caller| caller.session.as_ref().map(|session| session.id);
        let result = match self.peer.endpoint.chat.authenticate(&Credentials::token(&auth.access_token)).await {
            Ok(caller) if caller.user == self.caller.user && session_of(&caller) == session_of(&self.caller) => {
                self.caller = caller;
                self.set_expiry();
                Ok("{}".to_owned())
            }
            Ok(_) => {
                Err(Problem::new(Code::Unauthenticated).detail("this is the access token of another session or user"))
            }
            Err(refused) => Err(refused.into()),
        };
        self.answer(Answer { serial, result }).await
    }

    fn set_expiry(&mut self) {
        let now = self.peer.endpoint.chat.now();
        self.expires = self.caller.expires_at.and_then(|end| Instant::now().checked_add(end.since(now)));
        self.expiry_told = false;
    }

    /// When there is next something to do about the access token's end.
    fn next_expiry(&self) -> Option<Instant> {
        let expires = self.expires?;
        if self.expiry_told { Some(expires) } else { expires.checked_sub(EXPIRY_NOTICE).or(Some(expires)) }
    }

    async fn expire(&mut self) -> Result<(), Over> {
        if has_expired(self.peer, &self.caller) {
            return Err(Over::Close(Close::TokenExpired));
        }
        if self.expiry_told {
            // This machine's clock came first by a little: what counts is the chat's.
            let now = self.peer.endpoint.chat.now();
            self.expires = self.caller.expires_at.and_then(|end| Instant::now().checked_add(end.since(now)));
            return Ok(());
        }
        self.expiry_told = true;
        self.write(Frame::Notice { code: "token_expiring" }.message()).await
    }

    /// Asks for a sign of life, and gives up where there was none for two heartbeats.
    async fn beat(&mut self, heartbeat: Duration, listening: bool) -> Result<(), Over> {
        if !listening {
            // Not its fault: we have not been listening.
            self.last_heard = Instant::now();
        }
        if 2 * heartbeat <= self.last_heard.elapsed() {
            return Err(Over::Close(Close::Idle));
        }
        self.write(Message::Ping(Bytes::new())).await
    }

    async fn write(&mut self, message: Message) -> Result<(), Over> {
        let limit = 2 * self.peer.endpoint.config.heartbeat;
        tokio::select! {
            biased;
            written = timeout(limit, self.socket.send(message)) => match written {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) => Err(Over::Gone),
                Err(_) => Err(Over::Close(Close::TooSlow)),
            },
            reason = &mut self.ended => Err(Over::Close(reason.into())),
        }
    }
}

/// What serde_json wrote, as text again.
fn text(json: &[u8]) -> String {
    String::from_utf8_lossy(json).into_owned()
}
