//! The newest page of a room, large and small.

use chat_core::{
    Chat,
    api::Messages,
    model::{room::RoomId, session::Caller},
    ports::store::EventRange,
};
use chat_sql::row::integer;
use tokio::time::Instant;

use crate::{
    Failure,
    bulk::{Rows, insert},
    load::Load,
    options::Scale,
    place::Place,
    town::{SEATS, Town},
};

/// The name of the large room's page.
pub(crate) const LARGE: &str = "newest page of 50 events, large room";
/// The name of the small room's page.
pub(crate) const SMALL: &str = "newest page of 50 events, small room";

/// How many events a page has.
const PAGE: usize = 50;
/// How many events the small room has.
pub(crate) const SMALL_ROOM: usize = 1_000;
/// How many rows are inserted at once to fill a room.
const BATCH: usize = 1_000;

/// A large room and a small one, in one place.
pub(crate) struct Rooms {
    chat: Chat,
    large: Room,
    small: Room,
}

struct Room {
    id: RoomId,
    member: Caller,
    events: usize,
}

/// The pages of a round.
pub(crate) struct Pages {
    pub(crate) large: Load,
    pub(crate) small: Load,
}

impl Rooms {
    /// Makes and fills both.
    pub(crate) async fn fill(place: &Place, scale: Scale) -> Result<Self, Failure> {
        let large = fill(place, scale.large_room()).await?;
        let small = fill(place, SMALL_ROOM).await?;
        let rooms = Self { chat: place.chat().await?, large, small };
        for _ in 0..scale.pages() / 10 {
            rooms.read(&rooms.large).await?;
            rooms.read(&rooms.small).await?;
        }
        Ok(rooms)
    }

    /// Reads pages of each in turn, one at a time, so that what disturbs one disturbs the other.
    pub(crate) async fn measure(&self, scale: Scale) -> Result<Pages, Failure> {
        let (mut large, mut small) = (Vec::new(), Vec::new());
        for _ in 0..scale.pages() {
            for (room, steps) in [(&self.large, &mut large), (&self.small, &mut small)] {
                let begun = Instant::now();
                self.read(room).await?;
                steps.push(begun.elapsed());
            }
        }
        let load = |steps: Vec<_>| Load::of(steps.len(), steps.iter().sum(), steps);
        Ok(Pages { large: load(large), small: load(small) })
    }

    async fn read(&self, room: &Room) -> Result<(), Failure> {
        let history = self.chat.history(&room.member, room.id, EventRange::Newest, PAGE).await?;
        let last = history.events.last().map_or(0, |event| event.seq.get());
        if history.events.len() != PAGE || last != room.events as u64 || !history.has_more {
            return Err(format!("the page of {PAGE} ends at {last} of {}", room.events).into());
        }
        Ok(())
    }
}

/// A room with so many events in it, inserted in bulk.
async fn fill(place: &Place, events: usize) -> Result<Room, Failure> {
    let town = place.town(1).await?;
    let pool = place.pool(1).await?;
    let mut rows = Rows::of(&town);
    let mut left = events - SEATS;
    while left != 0 {
        let count = left.min(BATCH);
        let (sql, _) = rows.statement(count)?;
        insert(&pool, sql).await?;
        left -= count;
    }
    let (id, member) = first_seat(&town)?;
    let counted = sqlx::query("UPDATE chat_rooms SET last_seq = ? WHERE room_id = ?");
    counted.bind(integer(events)).bind(id.as_bytes().to_vec()).execute(&pool).await?;
    pool.close().await;
    Ok(Room { id, member, events })
}

fn first_seat(town: &Town) -> Result<(RoomId, Caller), Failure> {
    let seat = town.seats.first().ok_or("a town has no seats")?;
    Ok((seat.room, Caller::user(seat.user.clone())))
}
