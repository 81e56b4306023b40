//! Many rows a statement: the most that the database takes, of rows that nobody has to decide about.

use chat_core::{
    model::{event::Seq, message::ClientId},
    ports::clock::{Clock, SystemClock},
};
use chat_sql::row::push_hexadecimal;
use sqlx::{AssertSqlSafe, mysql::MySqlPool};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    Failure,
    load::{Acknowledged, Load},
    place::Place,
    promise,
    send::ROOMS,
    town::{SEATS, Seat, Town, text_of},
};

const INSERT: &str = "INSERT INTO chat_events (room_id, seq, kind, sender, at, client_id, content, body) VALUES ";

/// Rows on their way into the logs of a town: the rooms in turn, and in each its members in turn.
pub(crate) struct Rows<'t> {
    town: &'t Town,
    /// How many there were.
    count: usize,
}

impl<'t> Rows<'t> {
    pub(crate) const fn of(town: &'t Town) -> Self {
        Self { town, count: 0 }
    }

    /// The next so many, in the order of the log.
    fn take(&mut self, count: usize) -> Result<Vec<Acknowledged>, Failure> {
        let Town { rooms, seats } = self.town;
        let mut rows = Vec::with_capacity(count);
        for number in self.count..self.count + count {
            let Seat { room, user } = seats.get(number % seats.len()).ok_or("a town has no seats")?.clone();
            let seq = Seq::new((SEATS + number / rooms.len() + 1) as u64);
            let client_id = ClientId::parse(&Uuid::new_v4().to_string())?;
            rows.push(Acknowledged { room, seq, sender: user, client_id });
        }
        self.count += count;
        rows.sort_by_key(|row| (row.room, row.seq));
        Ok(rows)
    }

    /// The statement that inserts the next so many, and what it stores.
    pub(crate) fn statement(&mut self, count: usize) -> Result<(String, Vec<Acknowledged>), Failure> {
        let at = SystemClock.now().as_millis().to_string();
        let rows = self.take(count)?;
        let mut sql = INSERT.to_owned();
        for (index, row) in rows.iter().enumerate() {
            sql.push_str(if index == 0 { "(x'" } else { ",(x'" });
            push_hexadecimal(&mut sql, row.room.as_bytes());
            sql.push_str("',");
            sql.push_str(&row.seq.to_string());
            sql.push_str(",'message',_ascii x'");
            push_hexadecimal(&mut sql, row.sender.as_str().as_bytes());
            sql.push_str("',");
            sql.push_str(&at);
            sql.push_str(",x'");
            push_hexadecimal(&mut sql, row.client_id.as_str().as_bytes());
            sql.push_str("',x'");
            push_hexadecimal(&mut sql, &[7; 16]);
            sql.push_str("',_utf8mb4 x'");
            push_hexadecimal(&mut sql, text_of(row.client_id.as_str()).as_bytes());
            sql.push_str("')");
        }
        Ok((sql, rows))
    }
}

/// Inserts rows, so many a statement, one statement after the other on one connection. The text of the statements is
/// made before the clock runs.
pub(crate) async fn measure(place: &Place, rows: usize, batch: usize) -> Result<Load, Failure> {
    let town = place.town(ROOMS).await?;
    let pool = place.pool(1).await?;
    let statements = rows / batch;
    let warm_up = statements / 8;
    let mut source = Rows::of(&town);
    let (mut texts, mut acknowledged) = (Vec::new(), Vec::new());
    for _ in 0..warm_up + statements {
        let (text, stored) = source.statement(batch)?;
        texts.push(text);
        acknowledged.extend(stored);
    }
    let mut measured = texts.split_off(warm_up);
    for text in texts {
        insert(&pool, text).await?;
    }
    let mut steps = Vec::with_capacity(measured.len());
    let begun = Instant::now();
    for text in measured.drain(..) {
        let begun = Instant::now();
        insert(&pool, text).await?;
        steps.push(begun.elapsed());
    }
    let load = Load::of(statements * batch, begun.elapsed(), steps);
    pool.close().await;
    promise::check(place.store().as_ref(), &town, &[acknowledged]).await?;
    Ok(load)
}

/// Runs a statement made by [`Rows::statement`], which writes no character of a value into it.
pub(crate) async fn insert(pool: &MySqlPool, sql: String) -> Result<(), Failure> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await?;
    Ok(())
}
