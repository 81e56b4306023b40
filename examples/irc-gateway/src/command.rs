//! What a client asks for once it has signed in.

use chat_core::api::{JoinKey, JoinRoom, SendMessage};
use chat_core::error::{ChatError, Rejection};
use chat_core::model::{coin::Coins, message::MessageBody, room::RoomId};
use chat_core::ports::store::EventRange;

use crate::client::{Over, words};
use crate::show::{ACTION, SERVER, nick, past, room_id, sign, source};
use crate::sign_in::negotiate;
use crate::talk::{PAGE, Talk};

impl Talk {
    /// Does what a line says, before the next one is looked at.
    pub(crate) async fn obey(&mut self, line: &str) -> Result<(), Over> {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let done = match words[..] {
            [] | ["PONG", ..] => Ok(()),
            ["PRIVMSG" | "NOTICE", to, ref text @ ..] if !text.is_empty() => self.send(to, &text.join(" ")).await,
            ["JOIN", channels] => self.join(channels, "", None).await,
            ["JOIN", channels, keys] => self.join(channels, keys, None).await,
            ["JOIN", channel, key, coins, ..] => self.join(channel, key, Some(coins)).await,
            ["PART", channel, ..] => self.part(channel),
            ["LEAVE", channel, ..] => self.leave(channel).await,
            ["NAMES", channel, ..] => self.names(channel).await,
            ["LIST", ..] => self.list().await,
            ["PING", token, ..] => {
                let serial = self.ask(token);
                self.connection.mark(serial);
                Ok(())
            }
            ["QUIT", ..] => return Err(Over::Because("goodbye".to_owned())),
            _ => {
                self.answer(&words);
                Ok(())
            }
        };
        if let Err(error) = done {
            self.refuse(words.get(1).unwrap_or(&""), &error);
        }
        Ok(())
    }

    /// What clients ask of their own accord, and what there is not.
    fn answer(&mut self, words: &[&str]) {
        let me = nick(&self.caller.user);
        match *words {
            ["CAP", asked, ref names @ ..] => drop(negotiate(&mut self.client, asked, names.first().copied())),
            ["MODE", channel] if channel.starts_with('#') => self.client.reply("324", &format!("{channel} +")),
            ["MODE", channel, "b" | "+b"] => self.client.reply("368", &format!("{channel} :bans are not listed here")),
            ["MODE", _] => self.client.reply("221", "+"),
            ["WHO", channel, ..] => self.client.reply("315", &format!("{channel} :NAMES tells who is there")),
            ["USERHOST", ..] => self.client.reply("302", &format!(":{me}=+{me}@{SERVER}")),
            ["MODE" | "TOPIC" | "KICK", what, ..] => self.client.reply("482", &format!("{what} :not over IRC")),
            ["NICK" | "USER" | "PASS", ..] => self.client.reply("462", ":you have signed in"),
            ["PRIVMSG" | "NOTICE" | "JOIN" | "PART" | "LEAVE" | "NAMES" | "PING", ..] => {
                self.client.reply("461", &format!("{} :this command says more", words[0]));
            }
            _ => self.client.reply("421", &format!("{} :there is no such command", words.first().unwrap_or(&""))),
        }
    }

    /// Gives a message its place before the next line is looked at; what becomes of it comes by the connection.
    async fn send(&mut self, to: &str, text: &str) -> Result<(), ChatError> {
        let room = room_id(to)?;
        let body = match text.strip_prefix('\u{1}').map(|text| text.trim_end_matches('\u{1}')) {
            None => text.to_owned(),
            Some(request) => match request.strip_prefix("ACTION ") {
                Some(action) => format!("{ACTION}{action}"),
                None => {
                    self.client.reply("404", &format!("{to} :requests of clients to clients go to no room"));
                    return Ok(());
                }
            },
        };
        let body = MessageBody::parse(body).map_err(|fault| Rejection::invalid("body", fault))?;
        let serial = self.ask(to);
        let sent = self.connection.send(serial, SendMessage { room, body, client_id: None, reply_to: None }).await;
        sent.inspect_err(|_| self.forget(serial))
    }

    /// Shows rooms, and takes seats in them where there is a key for each; a single one may have a comma.
    async fn join(&mut self, channels: &str, keys: &str, coins: Option<&str>) -> Result<(), ChatError> {
        let most = match coins.map_or(Some(0), |coins| coins.parse().ok()).and_then(Coins::new) {
            Some(most) => most,
            None => {
                self.client.reply("461", "JOIN :the coins are a whole number");
                return Ok(());
            }
        };
        let several = channels.contains(',');
        let mut keys = keys.split(|character| several && character == ',');
        for channel in channels.split(',') {
            self.client.charge();
            let password = keys.next().unwrap_or_default();
            let opened = match room_id(channel) {
                Ok(room) => self.open(room, password, most).await,
                Err(unknown) => Err(unknown.into()),
            };
            if let Err(error) = opened {
                self.refuse(channel, &error);
                if let Some(Rejection::PriceChanged { required }) = error.rejection() {
                    let how = format!(
                        ":nothing was charged. To pay {required} coins: /quote JOIN {channel} PASSWORD {required}"
                    );
                    self.client.reply("NOTICE", &how);
                }
            }
        }
        Ok(())
    }

    /// Takes a seat, for at most so many coins, where there is a password; then shows the room. One that the connection
    /// does not bring yet is shown when it does: if the seat were lost before, it would tell nothing of the room.
    async fn open(&mut self, room: RoomId, password: &str, most: Coins) -> Result<(), ChatError> {
        if self.views.contains_key(&room) {
            return Ok(());
        }
        if !password.is_empty() {
            let key = JoinKey::Password { room, password: password.into() };
            self.chat.join_room(&self.caller, JoinRoom { key, dry_run: false, max_charge: Some(most) }).await?;
        }
        if self.rooms.contains(&room) {
            return self.show_room(room).await;
        }
        self.chat.room(&self.caller, room).await?;
        self.awaited.insert(room);
        Ok(())
    }

    /// Shows a room and its past. What follows the log that is read here comes by the connection.
    pub(crate) async fn show_room(&mut self, room: RoomId) -> Result<(), ChatError> {
        let history = self.chat.history(&self.caller, room, EventRange::Newest, PAGE).await?;
        let view = self.chat.room(&self.caller, room).await?;
        self.views.insert(room, history.last_seq);
        self.client.say(&format!(":{} JOIN #{room}", source(&self.caller.user)));
        self.client.reply("332", &format!("#{room} :{}", view.room.name.as_str()));
        self.names(&format!("#{room}")).await?;
        for event in &history.events {
            self.client.say_at(event.at, &past(event, self.client.tagged));
        }
        Ok(())
    }

    async fn names(&mut self, channel: &str) -> Result<(), ChatError> {
        let members = self.chat.members(&self.caller, room_id(channel)?).await?;
        for member in members.iter().map(|named| &named.member) {
            let (sign, nick) = (sign(member.role), nick(&member.user));
            self.client.reply("353", &format!("= {channel} :{sign}{nick}"));
        }
        self.client.reply("366", &format!("{channel} :these are all"));
        Ok(())
    }

    async fn list(&mut self) -> Result<(), ChatError> {
        for view in self.chat.rooms(&self.caller).await? {
            let room = &view.room;
            self.client.reply("322", &format!("#{} {} :{}", room.id, room.member_count, room.name.as_str()));
        }
        self.client.reply("323", ":these are all your rooms");
        Ok(())
    }

    /// Shows a room no more. The seat stays.
    fn part(&mut self, channel: &str) -> Result<(), ChatError> {
        let room = room_id(channel)?;
        self.awaited.remove(&room);
        self.views.get(&room).ok_or(Rejection::NotAMember)?;
        self.close(room, &format!("you keep your seat; /quote LEAVE {channel} gives it up"));
        Ok(())
    }

    /// Gives up a seat.
    async fn leave(&mut self, channel: &str) -> Result<(), ChatError> {
        let room = room_id(channel)?;
        self.chat.leave_room(&self.caller, room).await?;
        self.close(room, "you have given up your seat");
        self.client.reply("NOTICE", &format!(":you have given up your seat in {channel}"));
        Ok(())
    }
}
