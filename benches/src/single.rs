//! One row a statement, each committed by itself: what a server writes that checks nothing.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use chat_core::{
    model::{event::Seq, message::ClientId, room::RoomId, time::Timestamp, user::UserId},
    ports::clock::{Clock, SystemClock},
};
use chat_sql::row::integer;
use sqlx::{
    MySql,
    mysql::{MySqlArguments, MySqlPool},
    query::Query,
};
use uuid::Uuid;

use crate::{
    Failure,
    load::{Acknowledged, Load, Sender, Span, closed_loop},
    place::Place,
    promise,
    send::ROOMS,
    town::{SEATS, Seat, text_of},
};

const INSERT: &str = "
INSERT INTO chat_events (room_id, seq, kind, sender, at, client_id, content, body) VALUES (?, ?, 'message', ?, ?, ?, ?, ?)";

/// A prepared insertion of one message.
pub(crate) fn insertion(
    room: RoomId,
    seq: Seq,
    sender: &UserId,
    at: Timestamp,
    client_id: &ClientId,
) -> Query<'static, MySql, MySqlArguments> {
    sqlx::query(INSERT)
        .bind(room.as_bytes().to_vec())
        .bind(integer(seq.get()))
        .bind(sender.as_str().to_owned())
        .bind(at.as_millis())
        .bind(client_id.as_str().as_bytes().to_vec())
        .bind([7_u8; 16].to_vec())
        .bind(text_of(client_id.as_str()))
}

/// So many who insert, sharing so many connections.
pub(crate) async fn measure(place: &Place, writers: usize, connections: u32, span: Span) -> Result<Load, Failure> {
    let town = place.town(ROOMS).await?;
    let pool = place.pool(connections).await?;
    let last: HashMap<RoomId, AtomicU64> =
        town.rooms.iter().map(|&room| (room, AtomicU64::new(SEATS as u64))).collect();
    let last = Arc::new(last);
    let sender = |seat| Writer { pool: pool.clone(), seat, last: Arc::clone(&last) };
    let (load, acknowledged) = closed_loop(town.writers(writers)?.into_iter().map(sender).collect(), span).await?;
    pool.close().await;
    promise::check(place.store().as_ref(), &town, &acknowledged).await?;
    Ok(load)
}

struct Writer {
    pool: MySqlPool,
    seat: Seat,
    /// The number that each room gave last, which no transaction protects.
    last: Arc<HashMap<RoomId, AtomicU64>>,
}

impl Sender for Writer {
    async fn send(&mut self) -> Result<Acknowledged, Failure> {
        let client_id = ClientId::parse(&Uuid::new_v4().to_string())?;
        let Seat { room, user } = &self.seat;
        let last = self.last.get(room).ok_or("a writer sits in no room of the town")?;
        let seq = Seq::new(last.fetch_add(1, Ordering::Relaxed) + 1);
        insertion(*room, seq, user, SystemClock.now(), &client_id).execute(&self.pool).await?;
        Ok(Acknowledged { room: *room, seq, sender: user.clone(), client_id })
    }
}
