//! Rooms, and who sits in them.

use std::fmt::Write as _;

use chat_core::{
    model::{
        event::{Event, EventKind, Seq},
        message::MessageBody,
        room::{Capacity, Member, Role, RoomId},
        text::Name,
        time::Timestamp,
        user::{PasswordHash, UserId},
    },
    ports::{
        clock::{Clock, SystemClock},
        store::{Attempt, AttemptId, NewRoom, NewUser, Store},
    },
};

use crate::Failure;

/// How many sit in a room.
pub(crate) const SEATS: usize = 6;
/// How many bytes a message has.
pub(crate) const BODY: usize = 120;

/// A member of a room.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) room: RoomId,
    pub(crate) user: UserId,
}

/// Full rooms of users of their own, in which nobody has written.
#[derive(Clone, Debug)]
pub(crate) struct Town {
    /// In the order of their ids.
    pub(crate) rooms: Vec<RoomId>,
    /// The rooms in turn, first with their first members.
    pub(crate) seats: Vec<Seat>,
}

impl Town {
    /// Makes a town. The names of its users begin with `name`.
    pub(crate) async fn build(store: &dyn Store, name: &str, rooms: usize) -> Result<Self, Failure> {
        let at = SystemClock.now();
        let rooms: Vec<RoomId> = (0..rooms).map(|_| RoomId::new()).collect();
        let mut seats = Vec::with_capacity(rooms.len() * SEATS);
        let mut tx = store.begin(Attempt { id: AttemptId::new(), at }).await?;
        for seat in 0..SEATS {
            for (number, &room) in rooms.iter().enumerate() {
                let user = UserId::parse(&format!("{name}-{number}-{seat}"))?;
                tx.insert_user(&new_user(&user, at)?).await?;
                if seat == 0 {
                    tx.insert_room(&new_room(room, &user, at)?).await?;
                }
                let seq = Seq::new(seat as u64 + 1);
                tx.append_event(&Event { room, seq, sender: user.clone(), at, kind: EventKind::Joined }).await?;
                let role = if seat == 0 { Role::Owner } else { Role::Member };
                let member = Member { user: user.clone(), role, joined_at: at, joined_seq: seq, read_seq: seq };
                tx.seat_member(room, &member).await?;
                seats.push(Seat { room, user });
            }
        }
        tx.commit().await?;
        Ok(Self { rooms, seats })
    }

    /// So many who write at once, each on a seat of their own.
    pub(crate) fn writers(&self, count: usize) -> Result<Vec<Seat>, Failure> {
        Ok(self.seats.get(..count).ok_or("a town has too few seats for its writers")?.to_vec())
    }
}

fn new_user(id: &UserId, at: Timestamp) -> Result<NewUser, Failure> {
    Ok(NewUser { id: id.clone(), name: Name::parse("Somebody")?, phone: None, password: None, created_at: at })
}

fn new_room(id: RoomId, owner: &UserId, at: Timestamp) -> Result<NewRoom, Failure> {
    Ok(NewRoom {
        id,
        name: Name::parse("Tea")?,
        owner: owner.clone(),
        // No hash of any password: nobody joins this room by one.
        password: PasswordHash::from_stored("*"),
        capacity: Capacity::MAX,
        client_id: None,
        created_at: at,
    })
}

/// The text of the message with that client id: [`BODY`] bytes, different for each.
pub(crate) fn text_of(client_id: &str) -> String {
    let mut text = String::with_capacity(BODY);
    // Writing to a String cannot fail.
    let _ = write!(text, "{client_id:.<BODY$}");
    text
}

/// The same as a body.
pub(crate) fn body_of(client_id: &str) -> Result<MessageBody, Failure> {
    Ok(MessageBody::parse(text_of(client_id))?)
}
