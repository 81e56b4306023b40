//! Live connections, and what they heard.

use chat_core::{
    api::{Friends, Live, Resume},
    model::room::RoomId,
    realtime::{connection::Connection, delivery::Delivery},
};
use tokio::time::timeout;

use crate::{
    ground::PATIENCE,
    scene::{OTHER, Scene},
};

/// Connections that have been told how things stand.
pub(crate) struct Ears(Vec<(&'static str, Connection)>);

impl Scene {
    /// Connects these users.
    pub(crate) async fn listen(&self, roles: &[&'static str]) -> Ears {
        let mut ears = Vec::new();
        for &role in roles {
            let caller = match &self.session {
                Some(signed_in) if signed_in.user == self.user(role) => signed_in.clone(),
                _ => self.caller(role),
            };
            let mut connection = self.chat.connect(&caller).await.expect("they may connect");
            connection.start(&Resume::new()).await.expect("the store answers");
            ears.push((role, connection));
        }
        Ears(ears)
    }

    /// All that was told up to now: up to a friend request that is made now, and told after it.
    pub(crate) async fn heard(&self, ears: Ears) -> Result<Vec<String>, String> {
        let mut heard = Vec::new();
        for (role, mut connection) in ears.0 {
            let asked = self.chat.request_friend(&self.caller(OTHER), Some(self.user(role))).await;
            asked.map_err(|error| format!("{role} cannot be told anything: {error:?}"))?;
            loop {
                let delivery = timeout(PATIENCE, connection.next()).await;
                let delivery = delivery.map_err(|_| format!("{role} hears nothing any more, after {heard:?}"))?;
                match delivery {
                    Delivery::Friend { with, .. } if with == self.user(OTHER) => break,
                    Delivery::Ended(reason) => {
                        heard.push(format!("{role}: the end, {reason:?}"));
                        break;
                    }
                    // When somebody is told who is online depends on nothing that a command does.
                    Delivery::Presence { .. } => {}
                    delivery => heard.push(format!("{role}: {}", self.told_delivery(&delivery).await)),
                }
            }
        }
        Ok(heard)
    }

    async fn told_delivery(&self, delivery: &Delivery) -> String {
        match delivery {
            Delivery::Event(logged) => {
                format!("{} {}", self.named(logged.event.room).await, self.told_event(&logged.event))
            }
            Delivery::RoomAdded(view) => format!("in {} at {}", view.room.name.as_str(), view.room.last_seq),
            Delivery::RoomRemoved { room, reason } => format!("out of {}: {reason:?}", self.named(*room).await),
            Delivery::Receipt { room, user, read_seq } => {
                format!("{} has read {} to {read_seq}", self.role(user), self.named(*room).await)
            }
            Delivery::Friend { change, with, .. } => format!("{} {change:?}", self.role(with)),
            other => format!("{other:?}"),
        }
    }

    async fn named(&self, room: RoomId) -> String {
        let room = self.store.room(room).await.ok().flatten();
        room.map_or_else(|| "a room that there is not".to_owned(), |room| room.room.name.as_str().to_owned())
    }
}
