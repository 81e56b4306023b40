//! The transaction that one would write first: is the sender a member, count the room on, insert, commit. Prepared
//! statements, a pool of connections, a transaction a message.

use chat_core::{
    model::{event::Seq, message::ClientId},
    ports::clock::{Clock, SystemClock},
};
use sqlx::mysql::MySqlPool;
use uuid::Uuid;

use crate::{
    Failure,
    load::{Acknowledged, Load, Sender, Span, closed_loop},
    place::Place,
    promise,
    send::ROOMS,
    single::insertion,
    town::Seat,
};

const MEMBER: &str = "SELECT 1 FROM chat_members WHERE room_id = ? AND user_id = ? AND left_at IS NULL";

const COUNT: &str = "
UPDATE chat_rooms SET last_seq = LAST_INSERT_ID(last_seq + 1), last_event_at = ? WHERE room_id = ?";

/// So many who send, sharing so many connections.
pub(crate) async fn measure(place: &Place, writers: usize, connections: u32, span: Span) -> Result<Load, Failure> {
    let town = place.town(ROOMS).await?;
    let pool = place.pool(connections).await?;
    let sender = |seat| Writer { pool: pool.clone(), seat };
    let (load, acknowledged) = closed_loop(town.writers(writers)?.into_iter().map(sender).collect(), span).await?;
    pool.close().await;
    promise::check(place.store().as_ref(), &town, &acknowledged).await?;
    Ok(load)
}

struct Writer {
    pool: MySqlPool,
    seat: Seat,
}

impl Sender for Writer {
    async fn send(&mut self) -> Result<Acknowledged, Failure> {
        let client_id = ClientId::parse(&Uuid::new_v4().to_string())?;
        let Seat { room, user } = &self.seat;
        let id = room.as_bytes().to_vec();
        let at = SystemClock.now();
        let mut tx = self.pool.begin().await?;
        let member = sqlx::query(MEMBER).bind(id.clone()).bind(user.as_str()).fetch_optional(&mut *tx).await?;
        member.ok_or("a member is none")?;
        let counted = sqlx::query(COUNT).bind(at.as_millis()).bind(id).execute(&mut *tx).await?;
        let seq = Seq::new(counted.last_insert_id());
        insertion(*room, seq, user, at, &client_id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(Acknowledged { room: *room, seq, sender: user.clone(), client_id })
    }
}
