//! A connection after its welcome.

use std::{future::poll_fn, time::Duration};

use futures_util::{
    FutureExt, SinkExt, StreamExt,
    future::BoxFuture,
    stream::{SplitSink, SplitStream},
};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Message;

use super::{
    Driver, Failure,
    connect::{Socket, Welcome, broken},
    rooms::{Missing, Place},
    tell,
};
use crate::{
    api::Page,
    error::{End, Error},
    update::{Cause, Update},
    wire::{Command, Event, Frame, History, NoticeCode, RemovalReason, Room},
};

/// How many events are asked for at once of what was missed.
const PAGE: u32 = 200;
/// How long after a renewal the next one begins at the earliest: tokens may live for less than the notice of their end.
const RENEWAL_PAUSE: Duration = Duration::from_secs(5);

pub(super) struct Talk<'a> {
    driver: &'a mut Driver,
    sink: SplitSink<Socket, Message>,
    stream: SplitStream<Socket>,
    /// The last frame is not wholly on its way yet.
    is_writing: bool,
    token: String,
    last_renewal: Option<Instant>,
    /// When the token is to be replaced.
    renew_at: Option<Instant>,
    renewing: Option<BoxFuture<'static, Result<String, Error>>>,
    /// The command that shows a fresh token.
    renewal: Option<String>,
    last_heard: Instant,
    /// How long the server is silent at most, with some to spare.
    silence: Duration,
}

impl<'a> Talk<'a> {
    pub(super) fn new(driver: &'a mut Driver, socket: Socket, token: String, heartbeat: Duration) -> Self {
        let (sink, stream) = socket.split();
        Self {
            driver,
            sink,
            stream,
            is_writing: false,
            token,
            last_renewal: None,
            renew_at: None,
            renewing: None,
            renewal: None,
            last_heard: Instant::now(),
            silence: heartbeat * 5 / 2,
        }
    }

    pub(super) async fn run(mut self, welcome: Welcome) -> Failure {
        if let Err(failure) = self.welcome(welcome).await {
            return failure;
        }
        loop {
            match self.step().await {
                Ok(()) => {}
                Err(failure) => return failure,
            }
        }
    }

    /// The rooms as they are now, and what was missed of those that the server does not bring by itself.
    async fn welcome(&mut self, Welcome { user_id, device_id, rooms, .. }: Welcome) -> Result<(), Failure> {
        let named = self.driver.rooms.named();
        self.tell(Update::Connected { user_id, device_id }).await;
        for room in self.driver.rooms.others(&rooms) {
            self.removed(room, RemovalReason::Left).await;
        }
        for room in rooms {
            if named.contains_key(&room.room_id) {
                self.driver.rooms.resumed(&room.room_id);
            } else {
                self.added(room).await?;
            }
        }
        Ok(())
    }

    /// Waits for whatever comes first, and sees to it.
    async fn step(&mut self) -> Result<(), Failure> {
        let has_to_say = self.renewal.is_some() || self.driver.pending.has_unsent();
        if has_to_say && !self.is_writing {
            self.say().await?;
        }
        let has_no_callers = self.driver.calls.is_closed() && self.driver.calls.is_empty();
        let takes_calls = !self.driver.pending.is_full() && !has_no_callers;
        let is_done = has_no_callers && self.driver.pending.is_empty();
        let silent_since = self.last_heard + self.silence;
        let Self { driver, sink, stream, renewing, .. } = self;
        tokio::select! {
            heard = stream.next() => self.hear(heard).await,
            flushed = poll_fn(|cx| sink.poll_flush_unpin(cx)), if self.is_writing => {
                self.is_writing = false;
                flushed.map_err(|error| broken(&error))
            }
            call = driver.calls.recv(), if takes_calls => {
                if let Some(call) = call {
                    driver.pending.push(call);
                }
                Ok(())
            }
            () = driver.updates.closed(), if is_done => Err(Failure::End(End::Closed)),
            token = poll_fn(|cx| renewing.as_mut().map_or(std::task::Poll::Pending, |renewing| renewing.poll_unpin(cx))),
                if renewing.is_some() => {
                self.renewed(token);
                Ok(())
            }
            () = sleep_until(self.renew_at.unwrap_or(silent_since)), if self.renew_at.is_some() => {
                self.renew();
                Ok(())
            }
            () = sleep_until(silent_since) => Err(Failure::lost(Cause::Silence)),
        }
    }

    /// Begins to write the next frame. The last one is gone, so there is room for it.
    async fn say(&mut self) -> Result<(), Failure> {
        let Some(text) = self.renewal.take().or_else(|| self.driver.pending.next()) else { return Ok(()) };
        self.is_writing = true;
        self.sink.feed(Message::text(text)).await.map_err(|error| broken(&error))
    }

    async fn hear(
        &mut self,
        heard: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>,
    ) -> Result<(), Failure> {
        let outcome = match heard {
            Some(Ok(Message::Text(text))) => self.take(Frame::read(&text)).await,
            Some(Ok(Message::Close(frame))) => Err(self.driver.closed(frame.as_ref(), &self.token)),
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(broken(&error)),
            None => Err(Failure::lost(Cause::Closed(None))),
        };
        // After what the application took its time for.
        self.last_heard = Instant::now();
        outcome
    }

    async fn take(&mut self, frame: Frame) -> Result<(), Failure> {
        match frame {
            Frame::Event { event } => match self.driver.rooms.take(&event) {
                Place::Next => self.tell(Update::Event(event)).await,
                Place::Passed => {}
                Place::Hole { expected } => {
                    let cause = Cause::Hole { room_id: event.room_id, expected, came: event.seq };
                    return Err(Failure::lost(cause));
                }
            },
            Frame::Ok { id, result } => self.answered(id, result).await,
            Frame::Error { id: Some(id), problem } => self.driver.pending.refused(id, problem),
            Frame::Reset { room_id, last_seq } => return self.reset(room_id, last_seq).await,
            Frame::RoomAdded { room } => return self.added(room).await,
            Frame::RoomRemoved { room_id, reason } => self.removed(room_id, reason).await,
            Frame::Receipt { room_id, user_id, read_seq } => {
                self.tell(Update::Receipt { room_id, user_id, read_seq }).await;
            }
            Frame::Typing { room_id, user_id } => self.tell(Update::Typing { room_id, user_id }).await,
            Frame::Presence { user_id, online, last_seen_at } => {
                self.tell(Update::Presence { user_id, online, last_seen_at }).await;
            }
            Frame::Friend { change, user_id, request_id } => {
                self.tell(Update::Friend { change, user_id, request_id }).await;
            }
            Frame::Notice { code } => {
                if code == NoticeCode::TokenExpiring {
                    self.renew_soon();
                }
                self.tell(Update::Notice(code)).await;
            }
            Frame::Welcome { .. } | Frame::Error { id: None, .. } | Frame::Unknown => {}
        }
        Ok(())
    }

    /// A command is done. What it logged stands here in the place of its event; of a repeated one the event may be told
    /// already, or be still to come.
    async fn answered(&mut self, id: u64, result: Value) {
        let event = if result.get("kind").is_some() { Some(&result) } else { result.get("event") };
        let event = event.and_then(|event| serde_json::from_value::<Event>(event.clone()).ok());
        self.driver.pending.done(id, result);
        if let Some(event) = event
            && self.driver.rooms.take(&event) == Place::Next
        {
            self.tell(Update::Event(event)).await;
        }
    }

    async fn added(&mut self, room: Room) -> Result<(), Failure> {
        let (is_new, missing) = self.driver.rooms.added(&room);
        let (room_id, last_seq) = (room.room_id.clone(), room.last_seq);
        if is_new {
            self.tell(Update::RoomAdded(room)).await;
        }
        match missing {
            Some(missing) => self.fill(missing).await,
            None => self.replace(room_id, last_seq).await,
        }
    }

    async fn removed(&mut self, room_id: String, reason: RemovalReason) {
        if self.driver.rooms.removed(&room_id) {
            self.tell(Update::RoomRemoved { room_id, reason }).await;
        }
    }

    /// Too much was missed to be brought by the server.
    async fn reset(&mut self, room_id: String, last_seq: u64) -> Result<(), Failure> {
        match self.driver.rooms.missing(&room_id, last_seq) {
            Some(missing) => self.fill(missing).await,
            None => self.replace(room_id, last_seq).await,
        }
    }

    /// Begins a room anew, where its log is shorter than what the application has heard of it.
    async fn replace(&mut self, room_id: String, last_seq: u64) -> Result<(), Failure> {
        let Some(after) = self.driver.rooms.replaced(&room_id, last_seq) else { return Ok(()) };
        self.tell(Update::LogReplaced { room_id: room_id.clone(), after }).await;
        match self.driver.rooms.missing(&room_id, last_seq) {
            Some(missing) => self.fill(missing).await,
            None => Ok(()),
        }
    }

    /// Reads what is missing of a room, and tells it in order.
    async fn fill(&mut self, Missing { room_id, up_to }: Missing) -> Result<(), Failure> {
        while let Some(last) = self.driver.rooms.last(&room_id).filter(|last| *last < up_to) {
            let page = self.driver.api.history(&room_id, Page::After(last), PAGE).await;
            let History { events, .. } = match page {
                Ok(page) => page,
                Err(Error::Problem(problem)) if ["not_a_member", "room_not_found"].contains(&problem.code.as_str()) => {
                    self.driver.rooms.shut(&room_id);
                    return Ok(());
                }
                Err(error) => return Err(Failure::of(error)),
            };
            let came = events.first().map_or(0, |event| event.seq);
            if came != last + 1 {
                return Err(Failure::lost(Cause::Hole { room_id, expected: last + 1, came }));
            }
            for event in events {
                if self.driver.rooms.take(&event) == Place::Next {
                    self.tell(Update::Event(event)).await;
                }
            }
        }
        Ok(())
    }

    fn renew_soon(&mut self) {
        let now = Instant::now();
        self.renew_at = Some(self.last_renewal.map_or(now, |last| now.max(last + RENEWAL_PAUSE)));
    }

    fn renew(&mut self) {
        self.renew_at = None;
        self.last_renewal = Some(Instant::now());
        let (api, token) = (self.driver.api.clone(), self.token.clone());
        self.renewing = Some(async move { api.token(Some(&token)).await }.boxed());
    }

    fn renewed(&mut self, token: Result<String, Error>) {
        self.renewing = None;
        match token {
            Ok(token) => {
                let id = self.driver.pending.number();
                self.renewal = Some(Command::Auth { access_token: token.clone() }.text(id));
                self.token = token;
            }
            // The server closes when the token ends, and another is asked for then.
            Err(Error::Problem(_)) => {}
            Err(_) => self.renew_soon(),
        }
    }

    async fn tell(&mut self, update: Update) {
        tell(&self.driver.updates, update).await;
    }
}
