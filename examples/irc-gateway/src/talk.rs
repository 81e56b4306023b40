//! A conversation: what the client says, what the chat has for it, and the clock.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::{convert::Infallible, time::Duration};

use chat_core::api::{ChatService, Login, Resume};
use chat_core::error::ChatError;
use chat_core::model::event::{Event, Seq};
use chat_core::model::{room::RoomId, session::Caller, session::DeviceId, session::SessionTokens};
use chat_core::ports::{authenticator::Credentials, store::EventRange};
use chat_core::realtime::{connection::Connection, delivery::Delivery};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use crate::client::{Client, Over, words};
use crate::show::{self, SERVER, nick, source};

/// How many answers may be due; further lines wait in the client's socket.
const MAX_IN_FLIGHT: usize = 32;
/// How many events are read at once.
const PAGE: usize = 50;

pub(crate) struct Talk<'a> {
    pub(crate) chat: &'a dyn ChatService,
    pub(crate) client: &'a mut Client,
    pub(crate) connection: Connection,
    pub(crate) caller: Caller,
    /// The rooms that the connection brings.
    pub(crate) rooms: HashSet<RoomId>,
    /// The rooms that the client sees, each up to which number; and those that it sees once the connection brings them.
    pub(crate) views: HashMap<RoomId, Seq>,
    pub(crate) awaited: HashSet<RoomId>,
    /// By its number, to whom the message was sent, or what the ping said, that is not answered yet.
    pub(crate) in_flight: BTreeMap<u64, String>,
    draining: bool,
}

/// Serves a client to its end.
pub(crate) async fn serve(chat: &dyn ChatService, mut client: Client) {
    let Err(over) = converse(chat, &mut client).await;
    client.goodbye(over).await;
}

async fn converse(chat: &dyn ChatService, client: &mut Client) -> Result<Infallible, Over> {
    let introduced = timeout(client.patience, introduce(client)).await;
    let login = introduced.map_err(|_| Over("sign in sooner".to_owned()))??;
    let tokens = chat.login(login).await.map_err(|error| client.refuse("", &error))?.session;
    let caller = chat.authenticate(&Credentials::token(tokens.access_token.expose_secret())).await?;
    let mut connection = chat.connect(&caller).await?;
    let rooms = connection.start(&Resume::new()).await?.iter().map(|view| view.room.id).collect();
    client.nick = nick(&caller.user);
    client.reply("001", ":LIST names your rooms; JOIN #id shows one, JOIN #id password takes a seat");
    client.reply("005", "CHANTYPES=# PREFIX=(ov)@+ CASEMAPPING=ascii NICKLEN=64 UTF8ONLY :are supported here");
    client.reply("422", ":there is no message of the day");
    let (views, awaited, in_flight) = Default::default();
    let mut talk = Talk { chat, client, connection, caller, rooms, views, awaited, in_flight, draining: false };
    let over = talk.until_over(tokens).await;
    // Nobody else has this session. Where it has ended already, or cannot be ended now, nothing is lost.
    let _ = chat.logout(&talk.caller).await;
    over
}

/// Hears who a client is.
async fn introduce(client: &mut Client) -> Result<Login, Over> {
    let (mut user_id, mut device, mut password) = (None, None, SecretString::default());
    loop {
        client.flush().await?;
        match words(&mut client.read().await?)[..] {
            ["PASS", given, ..] => password = given.into(),
            ["NICK", given, ..] => user_id = Some(show::user_id(given)),
            ["USER", given, ..] => {
                let parsed = DeviceId::parse(&format!("irc-{given}"));
                device = Some(parsed.map_err(|fault| Over(format!("the name after USER: {fault}")))?);
            }
            ["CAP", ..] | [] => {}
            _ => client.reply("451", ":unauthenticated: PASS, NICK and USER come first"),
        }
        if let (Some(user_id), Some(device)) = (user_id.clone(), device.clone()) {
            return Ok(Login { user_id, device, password, address: Some(client.address) });
        }
    }
}

impl Talk<'_> {
    async fn until_over(&mut self, mut tokens: SessionTokens) -> Result<Infallible, Over> {
        let mut beats = interval(self.client.patience);
        beats.reset();
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (chat, mut silent) = (self.chat, false);
        let half = |left: Duration| Instant::now() + (left / 2).max(Duration::from_secs(1));
        let mut renewal = half(tokens.expires_at.since(chat.now()));
        loop {
            tokio::select! {
                biased;
                flushed = self.client.flush() => flushed?,
                reason = self.connection.ended() => Err(ChatError::from(reason))?,
            }
            if self.draining && self.in_flight.is_empty() {
                return Err(Over("the server stops; come back".to_owned()));
            }
            let listening = self.in_flight.len() < MAX_IN_FLIGHT && !self.draining;
            tokio::select! {
                delivery = self.connection.next() => self.deliver(delivery).await?,
                line = self.client.read(), if listening => {
                    silent = false;
                    self.obey(line?).await?;
                }
                _ = beats.tick() => {
                    // Who was not listened to has given no sign of life for that.
                    if std::mem::replace(&mut silent, listening) && listening {
                        return Err(Over("nothing was heard of you".to_owned()));
                    }
                    self.client.say(&format!("PING :{SERVER}"));
                }
                () = sleep_until(renewal) => {
                    if let Err(error @ ChatError::Rejected(_)) = self.renew(&mut tokens).await {
                        return Err(error.into());
                    }
                    renewal = half(tokens.expires_at.since(chat.now()));
                }
            }
        }
    }

    /// Exchanges the tokens for fresh ones. Where that fails it is tried again, until they end.
    async fn renew(&mut self, tokens: &mut SessionTokens) -> Result<(), ChatError> {
        *tokens = self.chat.refresh(tokens.refresh_token.expose_secret()).await?;
        self.caller = self.chat.authenticate(&Credentials::token(tokens.access_token.expose_secret())).await?;
        Ok(())
    }

    /// Notes what is asked; the answer comes by the connection, under the number that is answered here.
    pub(crate) fn ask(&mut self, asked: &str) -> u64 {
        let serial = self.in_flight.last_key_value().map_or(0, |(last, _)| last + 1);
        self.in_flight.insert(serial, asked.to_owned());
        serial
    }

    async fn deliver(&mut self, delivery: Delivery) -> Result<(), Over> {
        match delivery {
            Delivery::Event(logged) => self.show(&logged.event, &show::event(&logged.event)),
            // A client shows its own messages by itself.
            Delivery::Sent { command, event } => {
                self.in_flight.remove(&command);
                self.show(&event.event, &[]);
            }
            Delivery::Answered { command, result } => {
                if let (Some(to), Err(error)) = (self.in_flight.remove(&command), result) {
                    self.client.refuse(&to, &error);
                }
            }
            Delivery::Marked { command } => {
                let token = self.in_flight.remove(&command).unwrap_or_default();
                self.client.say(&format!(":{SERVER} PONG {SERVER} :{token}"));
            }
            Delivery::RoomAdded(view) => self.catch_up(view.room.id).await,
            Delivery::Reset { room, .. } => self.catch_up(room).await,
            Delivery::RoomRemoved { room, .. } => {
                self.rooms.remove(&room);
                // The client has not seen the event, since that did not come, or there is a seat again that it sees.
                if self.views.contains_key(&room) && self.chat.room(&self.caller, room).await.is_err() {
                    self.close(room, "you have no seat any more");
                }
            }
            Delivery::Draining => self.draining = true,
            Delivery::Ended(reason) => Err(ChatError::from(reason))?,
            // For receipts, friends, typing and presence IRC has no words.
            _ => {}
        }
        Ok(())
    }

    /// Shows an event by these lines, unless it was shown or the client does not see its room.
    fn show(&mut self, event: &Event, lines: &[String]) {
        if let Some(seen) = self.views.get_mut(&event.room).filter(|seen| **seen < event.seq) {
            *seen = event.seq;
            lines.iter().for_each(|line| self.client.say(line));
            if event.unseats() == Some(&self.caller.user) {
                self.views.remove(&event.room);
            }
        }
    }

    /// The connection brings a room from here on: so it is shown where that is awaited, or what was not seen of it.
    pub(crate) async fn catch_up(&mut self, room: RoomId) {
        self.rooms.insert(room);
        let is_seen = self.awaited.remove(&room) || self.views.contains_key(&room);
        if is_seen && let Err(error) = self.show_room(room).await {
            // What comes after a hole would pass for what comes next.
            self.close(room, "it cannot be shown now");
            self.client.refuse(&format!("#{room}"), &error);
        }
    }

    /// Shows a room and its past, or of one that is shown what the client has not seen. What follows comes by the connection.
    pub(crate) async fn show_room(&mut self, room: RoomId) -> Result<(), ChatError> {
        if !self.views.contains_key(&room) {
            let past = self.chat.history(&self.caller, room, EventRange::Newest, PAGE).await?;
            let view = self.chat.room(&self.caller, room).await?;
            self.views.insert(room, past.last_seq);
            self.client.say(&format!(":{} JOIN #{room}", source(&self.caller.user)));
            self.client.reply("332", &format!("#{room} :{}", view.room.name.as_str()));
            self.names(&format!("#{room}")).await?;
            past.events.iter().flat_map(show::past).for_each(|line| self.client.say(&line));
            return Ok(());
        }
        let mut more = true;
        while let (true, Some(seen)) = (more, self.views.get(&room).copied()) {
            let page = self.chat.history(&self.caller, room, EventRange::After(seen), PAGE).await?;
            page.events.iter().for_each(|event| self.show(event, &show::event(event)));
            more = page.has_more;
        }
        Ok(())
    }

    /// Shows a room no more.
    pub(crate) fn close(&mut self, room: RoomId, why: &str) {
        if self.views.remove(&room).is_some() {
            self.client.say(&format!(":{} PART #{room} :{why}", source(&self.caller.user)));
        }
    }
}
