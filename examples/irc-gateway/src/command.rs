//! What a client asks for once it has signed in.

use chat_core::api::{JoinKey, JoinRoom, SendMessage};
use chat_core::error::{ChatError, Fault, FieldCode, Rejection};
use chat_core::model::{coin::Coins, message::MessageBody};

use crate::client::{Over, PACE, words};
use crate::show::{marks, nick, room_id};
use crate::talk::Talk;

impl Talk<'_> {
    /// Does what a line says, before the next one is looked at.
    pub(crate) async fn obey(&mut self, mut line: String) -> Result<(), Over> {
        // It may have been read before an end that was told earlier is seen to.
        if let Some(reason) = self.connection.end_reason() {
            Err(ChatError::from(reason))?;
        }
        if self.caller.expires_at.is_some_and(|end| end <= self.chat.now()) {
            Err(ChatError::from(Rejection::TokenExpired))?;
        }
        let words = words(&mut line);
        let done = match words[..] {
            ["PRIVMSG" | "NOTICE", to, ref text @ ..] if !text.is_empty() => self.send(to, &text.join(" ")).await,
            ["JOIN", channels] => self.join(channels, "", 0).await,
            ["JOIN", channels, keys] => self.join(channels, keys, 0).await,
            ["JOIN", channel, key, coins, ..] => self.join(channel, key, coins.parse().unwrap_or(0)).await,
            ["PART", channel, ..] => self.part(channel),
            ["LEAVE", channel, ..] => self.leave(channel).await,
            ["NAMES", channel, ..] => self.names(channel).await,
            ["LIST", ..] => self.list().await,
            ["QUIT", ..] => return Err(Over("goodbye".to_owned())),
            _ => {
                self.answer(&words);
                Ok(())
            }
        };
        if let Err(error) = done {
            self.client.refuse(words.get(1).unwrap_or(&""), &error);
        }
        Ok(())
    }

    /// What clients ask of their own accord, and what there is not.
    fn answer(&mut self, words: &[&str]) {
        match *words {
            [] | ["PONG" | "CAP", ..] => {}
            ["PING", token, ..] => {
                let serial = self.ask(token);
                self.connection.mark(serial);
            }
            ["MODE", channel, ..] if channel.starts_with('#') => self.client.reply("324", &format!("{channel} +")),
            ["MODE", ..] => self.client.reply("221", "+"),
            ["WHO", channel, ..] => self.client.reply("315", &format!("{channel} :NAMES tells who is there")),
            [command, ..] => self.client.reply("421", &format!("{command} :there is no such command, or it says more")),
        }
    }

    /// Gives a message its place before the next line is looked at; what becomes of it comes by the connection.
    async fn send(&mut self, to: &str, text: &str) -> Result<(), ChatError> {
        let room = room_id(to)?;
        let action = text.strip_prefix("\u{1}ACTION ").map(|text| text.trim_end_matches('\u{1}'));
        if action.is_none() && text.starts_with('\u{1}') {
            let fault = Fault::new(FieldCode::BadFormat, "requests of clients to clients go to no room");
            return Err(Rejection::invalid("body", fault).into());
        }
        let body = MessageBody::parse(action.map_or(text.to_owned(), |action| format!("/me {action}")));
        let body = body.map_err(|fault| Rejection::invalid("body", fault))?;
        let serial = self.ask(to);
        let sent = self.connection.send(serial, SendMessage { room, body, client_id: None, reply_to: None }).await;
        sent.inspect_err(|_| drop(self.in_flight.remove(&serial)))
    }

    /// Shows rooms, and takes seats in them where there is a key for each; a key for a single one may have a comma. A price
    /// that is named is that of one room.
    async fn join(&mut self, channels: &str, keys: &str, coins: i64) -> Result<(), ChatError> {
        let several = channels.contains(',');
        let most = Coins::new(coins).filter(|_| !several).unwrap_or(Coins::ZERO);
        let mut keys = keys.split(|character| several && character == ',');
        for channel in channels.split(',') {
            self.client.due += PACE;
            if let Err(error) = self.open(channel, keys.next().unwrap_or_default(), most).await {
                self.client.refuse(channel, &error);
            }
        }
        Ok(())
    }

    /// Takes a seat, for at most so many coins, where there is a password; then shows the room. One that the connection
    /// does not bring yet is shown when it does: if the seat were lost before, it would tell nothing of the room.
    async fn open(&mut self, channel: &str, password: &str, most: Coins) -> Result<(), ChatError> {
        let room = room_id(channel)?;
        if self.views.contains_key(&room) {
            return Ok(());
        }
        if !password.is_empty() {
            let key = JoinKey::Password { room, password: password.into() };
            self.chat.join_room(&self.caller, JoinRoom { key, dry_run: false, max_charge: Some(most) }).await?;
        }
        self.chat.room(&self.caller, room).await?;
        self.awaited.insert(room);
        if self.rooms.contains(&room) {
            self.catch_up(room).await;
        }
        Ok(())
    }

    pub(crate) async fn names(&mut self, channel: &str) -> Result<(), ChatError> {
        for member in self.chat.members(&self.caller, room_id(channel)?).await?.iter().map(|named| &named.member) {
            self.client.reply("353", &format!("= {channel} :{}{}", marks(member.role).0, nick(&member.user)));
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
