//! Durable sends through the chat.

use std::sync::Arc;

use chat_core::{
    Chat,
    api::{ChatService, SendMessage},
    model::{message::ClientId, session::Caller},
};
use uuid::Uuid;

use crate::{
    Failure,
    load::{Acknowledged, Load, Sender, Span, closed_loop},
    place::Place,
    promise,
    town::{Seat, body_of},
};

/// How many rooms are written to.
pub(crate) const ROOMS: usize = 100;

/// So many who send through the chat, each waiting for each answer.
pub(crate) async fn measure(place: &Place, writers: usize, span: Span) -> Result<Load, Failure> {
    let chat = place.chat().await?;
    let load = through(&chat, place, writers, span).await?;
    chat.drain();
    chat.drained().await;
    Ok(load)
}

/// The same through this chat, which is on the store of the place.
pub(crate) async fn through(chat: &Chat, place: &Place, writers: usize, span: Span) -> Result<Load, Failure> {
    let town = place.town(ROOMS).await?;
    let service: Arc<dyn ChatService> = Arc::new(chat.clone());
    let sender = |seat: Seat| Writer { chat: Arc::clone(&service), caller: Caller::user(seat.user.clone()), seat };
    let (load, acknowledged) = closed_loop(town.writers(writers)?.into_iter().map(sender).collect(), span).await?;
    promise::check(place.store().as_ref(), &town, &acknowledged).await?;
    Ok(load)
}

struct Writer {
    chat: Arc<dyn ChatService>,
    caller: Caller,
    seat: Seat,
}

impl Sender for Writer {
    async fn send(&mut self) -> Result<Acknowledged, Failure> {
        let client_id = ClientId::parse(&Uuid::new_v4().to_string())?;
        let body = body_of(client_id.as_str())?;
        let Seat { room, user } = &self.seat;
        let send = SendMessage { room: *room, body, client_id: Some(client_id.clone()), reply_to: None };
        let sent = self.chat.send_message(&self.caller, send).await?;
        if sent.repeated {
            return Err("a message was taken for a repeat of one that nobody had sent".into());
        }
        Ok(Acknowledged { room: *room, seq: sent.event.seq, sender: user.clone(), client_id })
    }
}
