//! A conversation: what the client says, what the chat has for it, and the clock.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use chat_core::api::ChatService;
use chat_core::error::ChatError;
use chat_core::model::event::{Event, Seq};
use chat_core::model::{room::RoomId, session::Caller, session::SessionTokens};
use chat_core::ports::{authenticator::Credentials, store::EventRange};
use chat_core::realtime::connection::Connection;
use chat_core::realtime::delivery::{Delivery, EndReason};
use futures_util::FutureExt;
use secrecy::ExposeSecret;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::client::{Client, Over};
use crate::show::{self, SERVER, refusal};
use crate::sign_in::{SignedIn, sign_in};

/// How many answers may be due; further lines wait in the client's socket.
const MAX_IN_FLIGHT: usize = 32;
/// How many deliveries that are there at once are written before the client is listened to again.
const BURST: usize = 16;
/// How many events are read at once.
pub(crate) const PAGE: usize = 50;

pub(crate) struct Talk {
    pub(crate) chat: Arc<dyn ChatService>,
    pub(crate) client: Client,
    pub(crate) connection: Connection,
    pub(crate) caller: Caller,
    tokens: SessionTokens,
    /// When the tokens are exchanged for fresh ones.
    renewal: Instant,
    /// Ends when the chat ends the connection, also while the client is being written to.
    ended: Pin<Box<dyn Future<Output = EndReason> + Send>>,
    /// The rooms that the connection brings, and those of them that the client sees, each up to which number.
    pub(crate) rooms: HashSet<RoomId>,
    pub(crate) views: HashMap<RoomId, Seq>,
    /// The rooms that the client sees once the connection brings them.
    pub(crate) awaited: HashSet<RoomId>,
    /// By its number, to whom the message was sent, or what the ping said, that is not answered yet.
    in_flight: HashMap<u64, String>,
    last_serial: u64,
    /// When the client was asked for a sign of life.
    pinged: Option<Instant>,
    draining: bool,
}

/// Serves a client to its end, and keeps its place so long.
pub(crate) async fn converse(chat: Arc<dyn ChatService>, mut client: Client, _place: OwnedSemaphorePermit) {
    let SignedIn { connection, tokens, rooms } = match sign_in(&*chat, &mut client).await {
        Ok(signed_in) => signed_in,
        Err(over) => return client.goodbye(over).await,
    };
    let (caller, ended) = (connection.caller().clone(), Box::pin(connection.ended()));
    let (renewal, last_serial, pinged, draining) = (Instant::now(), 0, None, false);
    let (views, awaited, in_flight) = (HashMap::new(), HashSet::new(), HashMap::new());
    let mut talk = Talk {
        chat,
        client,
        connection,
        caller,
        tokens,
        renewal,
        ended,
        rooms,
        views,
        awaited,
        in_flight,
        last_serial,
        pinged,
        draining,
    };
    talk.plan_renewal();
    let Err(over) = talk.until_over().await;
    // Nobody else has this session. Where it has ended already, or cannot be ended now, nothing is lost.
    if let Err(error) = talk.chat.logout(&talk.caller).await {
        tracing::debug!(%error, "a session was not ended");
    }
    talk.client.goodbye(over).await;
}

impl Talk {
    async fn until_over(&mut self) -> Result<Infallible, Over> {
        let mut beats = interval(self.client.limits.patience);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                flushed = self.client.flush() => flushed?,
                reason = &mut self.ended => return Err(because(reason)),
            }
            if self.draining && self.in_flight.is_empty() {
                return Err(Over::Because("the server stops; come back".to_owned()));
            }
            let listening = self.in_flight.len() < MAX_IN_FLIGHT && !self.draining;
            tokio::select! {
                delivery = self.connection.next() => self.deliver_burst(delivery).await?,
                heard = self.client.read(), if listening => self.hear(heard?).await?,
                _ = beats.tick() => self.beat(listening)?,
                () = sleep_until(self.renewal) => self.renew().await?,
            }
        }
    }

    async fn hear(&mut self, heard: Result<String, &'static str>) -> Result<(), Over> {
        // It may have been read before an end that was told earlier is seen to.
        if let Some(reason) = self.connection.end_reason() {
            return Err(because(reason));
        }
        self.still_signed_in()?;
        match heard {
            Ok(text) => self.obey(&text).await,
            Err(wrong) => {
                self.client.reply("417", &format!(":{wrong}"));
                Ok(())
            }
        }
    }

    fn still_signed_in(&self) -> Result<(), Over> {
        let is_over = self.caller.expires_at.is_some_and(|end| end <= self.chat.now());
        if is_over { Err(Over::Because("token_expired: sign in again".to_owned())) } else { Ok(()) }
    }

    /// Asks for a sign of life, and gives up where there was none.
    fn beat(&mut self, listening: bool) -> Result<(), Over> {
        if !listening {
            // Not its fault: nobody has listened.
            self.client.last_heard = Instant::now();
        }
        if self.client.last_heard.elapsed() < self.client.limits.patience {
            return Ok(());
        }
        if self.pinged.is_some_and(|pinged| self.client.last_heard < pinged) {
            return Err(Over::Because("nothing was heard of you".to_owned()));
        }
        self.client.say(&format!("PING :{SERVER}"));
        self.pinged = Some(Instant::now());
        Ok(())
    }

    fn plan_renewal(&mut self) {
        let left = self.tokens.expires_at.since(self.chat.now());
        self.renewal = Instant::now() + (left / 2).max(Duration::from_secs(1));
    }

    /// Renews the sign-in. Where the chat cannot do that now, it is asked again, until the end of what is there.
    async fn renew(&mut self) -> Result<(), Over> {
        match self.fresh_caller().await {
            Ok(caller) => self.caller = caller,
            Err(error @ ChatError::Rejected(_)) => return Err(Over::Because(refusal(&error).1)),
            Err(error) => tracing::warn!(%error, "a sign-in is not renewed yet"),
        }
        self.plan_renewal();
        self.still_signed_in()
    }

    async fn fresh_caller(&mut self) -> Result<Caller, ChatError> {
        self.tokens = self.chat.refresh(self.tokens.refresh_token.expose_secret()).await?;
        self.chat.authenticate(&Credentials::token(self.tokens.access_token.expose_secret())).await
    }

    /// Notes what is asked; the answer comes by the connection, under the number that is answered here.
    pub(crate) fn ask(&mut self, asked: &str) -> u64 {
        self.last_serial += 1;
        self.in_flight.insert(self.last_serial, asked.to_owned());
        self.last_serial
    }

    /// No answer will come.
    pub(crate) fn forget(&mut self, serial: u64) {
        self.in_flight.remove(&serial);
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
        match delivery {
            Delivery::Event(logged) => self.show(&logged.event, true),
            // A client shows its own messages by itself.
            Delivery::Sent { command, event } => {
                self.in_flight.remove(&command);
                self.show(&event.event, false);
            }
            Delivery::Answered { command, result } => {
                if let (Some(to), Err(error)) = (self.in_flight.remove(&command), result) {
                    self.refuse(&to, &error);
                }
            }
            Delivery::Marked { command } => {
                let token = self.in_flight.remove(&command).unwrap_or_default();
                self.client.say(&format!(":{SERVER} PONG {SERVER} :{token}"));
            }
            Delivery::RoomAdded(view) => {
                let room = view.room.id;
                self.rooms.insert(room);
                if !self.awaited.remove(&room) {
                    return self.catch_up(room, view.room.last_seq).await;
                }
                if let Err(error) = self.show_room(room).await {
                    self.refuse(&format!("#{room}"), &error);
                }
            }
            Delivery::RoomRemoved { room, .. } => {
                self.rooms.remove(&room);
                // The client has not seen the event, since that did not come, or there is a seat again that it sees.
                if self.views.contains_key(&room) && self.chat.room(&self.caller, room).await.is_err() {
                    self.close(room, "you have no seat any more");
                }
            }
            Delivery::Reset { room, last_seq } => return self.catch_up(room, last_seq).await,
            Delivery::Draining => self.draining = true,
            Delivery::Ended(reason) => return Err(because(reason)),
            // IRC has no words for these.
            Delivery::Receipt { .. } | Delivery::Friend { .. } => {}
            Delivery::Typing { .. } | Delivery::Presence { .. } => {}
        }
        Ok(())
    }

    /// Shows an event, unless it was shown or the client does not see its room.
    fn show(&mut self, event: &Event, aloud: bool) {
        if let Some(seen) = self.views.get_mut(&event.room).filter(|seen| **seen < event.seq) {
            *seen = event.seq;
            if aloud {
                self.client.say_at(event.at, &show::event(event));
            }
            if event.unseats() == Some(&self.caller.user) {
                self.views.remove(&event.room);
            }
        }
    }

    /// Shows a room no more.
    pub(crate) fn close(&mut self, room: RoomId, why: &str) {
        if self.views.remove(&room).is_some() {
            self.client.say(&format!(":{} PART #{room} :{why}", show::source(&self.caller.user)));
        }
    }

    /// Shows what the client has not seen of a room up to this number.
    async fn catch_up(&mut self, room: RoomId, up_to: Seq) -> Result<(), Over> {
        while let Some(seen) = self.views.get(&room).copied().filter(|seen| *seen < up_to) {
            match self.chat.history(&self.caller, room, EventRange::After(seen), PAGE).await {
                Ok(page) => {
                    for event in page.events {
                        self.views.insert(room, event.seq);
                        self.client.say_at(event.at, &show::event(&event));
                    }
                }
                Err(ChatError::Rejected(_)) => self.close(room, "you have no seat any more"),
                Err(error) => return Err(Over::Because(refusal(&error).1)),
            }
        }
        Ok(())
    }

    /// Tells what was refused: by a number for the client, and in words, since many clients have words of their own for
    /// each number.
    pub(crate) fn refuse(&mut self, what: &str, error: &ChatError) {
        let (numeric, text) = refusal(error);
        self.client.reply(numeric.unwrap_or("477"), &format!("{what} :{text}"));
        self.client.reply("NOTICE", &format!(":{what} {text}"));
    }
}

fn because(reason: EndReason) -> Over {
    let why = match reason {
        EndReason::SessionEnded => "session_revoked: this session has ended",
        EndReason::Suspended => "suspended: this user is suspended",
        EndReason::TooSlow => "what you were sent was not read in time; come back",
        EndReason::Overloaded => "overloaded: come back",
    };
    Over::Because(why.to_owned())
}
