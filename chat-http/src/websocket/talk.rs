//! A connection after its welcome: what the client asks, what the chat has for it, and the clock.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::extract::ws::{Message, Utf8Bytes};
use bytes::Bytes;
use chat_core::{
    api::SendMessage,
    error::{ChatError, Rejection},
    model::{room::RoomId, session::Caller},
    ports::authenticator::Credentials,
    realtime::{
        connection::Connection,
        delivery::{Delivery, EndReason},
        expiry::{Due, Expiry},
    },
};
use futures_util::{FutureExt, SinkExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use serde_json::Number;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::{
    change::Changes,
    close::Close,
    command::{self, Change, Command, Heard},
    request::{Auth, Read, Send as SendCommand, Typing},
    session::{Over, Peer, Socket, error, still_signed_in, text_of},
};
use crate::{
    code::Code,
    live::{
        frame::{self, Frame},
        words::NoticeCode,
    },
    problem::Problem,
    wire::{
        self,
        message::{ChangedMessage, ReadPosition},
    },
};

/// How many commands may wait for their answers; further ones wait in the client's socket.
const MAX_IN_FLIGHT: usize = 32;
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
    expiry: Expiry,
    draining: bool,
}

impl<'a, S: Socket> Talk<'a, S> {
    pub(super) fn new(socket: &'a mut S, peer: &'a Peer, connection: &'a mut Connection) -> Self {
        Self {
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
            expiry: Expiry::of(&peer.caller, &*peer.endpoint.chat),
            draining: false,
        }
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
            tokio::select! {
                delivery = self.connection.next() => self.deliver_burst(delivery).await?,
                Some(answer) = self.answers.next() => if let Some(answer) = answer {
                    self.answer(answer).await?;
                },
                heard = self.socket.next(), if listening => self.hear(heard).await?,
                _ = pings.tick() => self.beat(heartbeat, listening).await?,
                () = self.expiry.due() => self.expire().await?,
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
        if let Some(frame) = frame::told(&delivery) {
            self.draining |= matches!(delivery, Delivery::Draining);
            return self.write(frame).await;
        }
        match delivery {
            Delivery::Sent { command, event } => match self.in_flight.remove(&command) {
                Some(id) => self.write(frame::ok_logged(&id, &event)).await,
                None => self.write(frame::event(&event)).await,
            },
            Delivery::Answered { command, result } => {
                let result = result.map_err(Problem::from).map(|sent| text(&wire::event::encode(&sent.event)));
                self.answer(Answer { serial: command, result }).await
            }
            Delivery::Marked { command } => self.answer(Answer { serial: command, result: Ok("{}".to_owned()) }).await,
            Delivery::Ended(reason) => Err(Over::Close(reason.into())),
            _ => Ok(()),
        }
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
            Command::Ping => self.connection.mark(serial),
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
                self.expiry = Expiry::of(&self.caller, &*self.peer.endpoint.chat);
                Ok("{}".to_owned())
            }
            Ok(_) => {
                Err(Problem::new(Code::Unauthenticated).detail("this is the access token of another session or user"))
            }
            Err(refused) => Err(refused.into()),
        };
        self.answer(Answer { serial, result }).await
    }

    async fn expire(&mut self) -> Result<(), Over> {
        match self.expiry.take(self.peer.endpoint.chat.now()) {
            Due::Notice => self.write(Frame::Notice { code: NoticeCode::TokenExpiring }.text()).await,
            Due::End => Err(Over::Close(Close::TokenExpired)),
            Due::Wait => Ok(()),
        }
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
        self.write_message(Message::Ping(Bytes::new())).await
    }

    async fn write(&mut self, frame: Utf8Bytes) -> Result<(), Over> {
        self.write_message(Message::Text(frame)).await
    }

    /// Where there was no room for it at first, there was once the client had taken something: a sign of life, also where
    /// the answers to our pings wait behind much else.
    async fn write_message(&mut self, message: Message) -> Result<(), Over> {
        let limit = 2 * self.peer.endpoint.config.heartbeat;
        let mut waited = false;
        let written = {
            let mut sending = pin!(timeout(limit, self.socket.send(message)));
            let sending = poll_fn(|context| {
                let polled = sending.as_mut().poll(context);
                waited |= polled.is_pending();
                polled
            });
            tokio::select! {
                biased;
                written = sending => written,
                reason = &mut self.ended => return Err(Over::Close(reason.into())),
            }
        };
        written.map_err(|_| Over::Close(Close::TooSlow))?.map_err(|_| Over::Gone)?;
        if waited {
            self.last_heard = Instant::now();
        }
        Ok(())
    }
}

/// What serde_json wrote, as text again.
fn text(json: &[u8]) -> String {
    String::from_utf8_lossy(json).into_owned()
}
