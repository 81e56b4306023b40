//! Live connections, held against the model's logs: each event once, in order, without a gap, from where the client was.

use std::{collections::HashMap, time::Duration};

use chat_core::{
    Chat,
    api::{Live as _, Resume},
    model::{
        event::Seq,
        room::RoomId,
        session::Caller,
        user::{Standing, UserId},
    },
    realtime::{
        connection::Connection,
        delivery::{Delivery, EndReason},
    },
};
use tokio::time::timeout;

use crate::{names::Names, world::World};

/// For how long one waits for an event before it counts as lost.
const LOST: Duration = Duration::from_secs(20);

/// One live connection.
pub struct Ear {
    user: UserId,
    connection: Connection,
    /// The number of the last event heard of each room, or told of in its place.
    heard: HashMap<RoomId, Seq>,
    is_over: bool,
}

impl Ear {
    /// Connects a user who has missed the last `missed` events of each of their rooms.
    ///
    /// # Panics
    /// When the chat refuses.
    pub async fn open(chat: &Chat, names: &Names, world: &World, user: &UserId, missed: u64) -> Self {
        let caller = Caller::user(names.user(user));
        let mut connection = chat.connect(&caller).await.expect("a user in good standing connects");
        let places = world.places.iter().filter(|(_, place)| place.member(user).is_some());
        let heard: HashMap<RoomId, Seq> =
            places.map(|(&room, place)| (room, Seq::new(place.room.last_seq.get().saturating_sub(missed)))).collect();
        let resume: Resume = heard.iter().map(|(&room, &seq)| (names.room(room), seq)).collect();
        connection.start(&resume).await.expect("the store is there");
        Self { user: user.clone(), connection, heard, is_over: false }
    }

    /// Hears all that the world says was logged.
    ///
    /// # Errors
    /// What was heard wrong, or not at all.
    pub async fn catch_up(&mut self, names: &Names, world: &World) -> Result<(), String> {
        if world.accounts[&self.user].user.standing != Standing::Active {
            return self.come_to_an_end(names, world).await;
        }
        if self.is_over {
            return Ok(());
        }
        while let Some(missing) = self.missing(world) {
            let Ok(delivery) = timeout(LOST, self.connection.next()).await else {
                return Err(format!("{} never hears {missing}", self.user));
            };
            self.hear(delivery, names, world)?;
        }
        Ok(())
    }

    /// Hears that the user was suspended or erased, after whatever was on its way.
    async fn come_to_an_end(&mut self, names: &Names, world: &World) -> Result<(), String> {
        while !self.is_over {
            match timeout(LOST, self.connection.next()).await {
                Ok(Delivery::Ended(EndReason::Suspended)) => self.is_over = true,
                Ok(delivery) => self.hear(delivery, names, world)?,
                Err(_) => return Err(format!("{} goes on though they are suspended or erased", self.user)),
            }
        }
        Ok(())
    }

    /// What has not been heard yet.
    fn missing(&self, world: &World) -> Option<String> {
        for (room, place) in &world.places {
            let (heard, last) = (self.heard.get(room), place.room.last_seq);
            match place.member(&self.user) {
                Some(_) if heard != Some(&last) => return Some(format!("event {last} of {room}, after {heard:?}")),
                None if heard.is_some() => return Some(format!("that they have left {room}")),
                _ => {}
            }
        }
        None
    }

    fn hear(&mut self, delivery: Delivery, names: &Names, world: &World) -> Result<(), String> {
        match delivery {
            Delivery::Event(logged) => {
                let event = names.told_event(logged.event.clone());
                let heard = self.heard.get_mut(&event.room);
                let heard = heard.ok_or_else(|| format!("{} hears {event:?} outside the room", self.user))?;
                if event.seq != heard.next() {
                    return Err(format!("{} hears {event:?} after {heard}", self.user));
                }
                *heard = event.seq;
                let log = &world.places[&event.room].log;
                if !log.contains(&event) {
                    return Err(format!("{} hears {event:?}, which is not in the log", self.user));
                }
            }
            Delivery::RoomAdded(view) => {
                self.heard.insert(names.told_room_id(view.room.id), view.room.last_seq);
            }
            Delivery::RoomRemoved { room, .. } => drop(self.heard.remove(&names.told_room_id(room))),
            Delivery::Receipt { .. } | Delivery::Friend { .. } | Delivery::Presence { .. } => {}
            other => return Err(format!("{} hears {other:?}", self.user)),
        }
        Ok(())
    }
}
