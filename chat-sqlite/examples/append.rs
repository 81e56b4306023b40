//! How fast batches of messages are committed to a file: `cargo run --release -p chat-sqlite --example append`.
//!
//! Prints, for each batch size, how many messages a second are durable and how long one batch takes. The messages have
//! bodies of 120 bytes and client ids, and go to 100 rooms of 6 in turn. A folder may be named as the argument, since
//! the disk decides much; the default is a temporary one.

use std::{
    error::Error,
    path::PathBuf,
    time::{Duration, Instant},
};

use chat_core::{
    model::{
        event::{Event, EventKind, Seq},
        message::{ClientId, ContentMac, MessageBody},
        room::{Capacity, Member, Role, RoomId},
        text::Name,
        time::Timestamp,
        user::{PasswordHash, UserId},
    },
    ports::store::{Attempt, AttemptId, MessageStore, NewRoom, NewUser, Store},
    rules::message::{Draft, Planned},
};
use chat_sqlite::SqliteStore;

const ROOMS: usize = 100;
const SEATS: usize = 6;
const AT: Timestamp = Timestamp::from_millis(1_795_435_200_000);
const TIME: Duration = Duration::from_secs(3);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let temporary = tempfile::tempdir()?;
    let folder = std::env::args_os().nth(1).map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let file = tempfile::Builder::new().prefix("append-").suffix(".db").tempfile_in(&folder)?;
    let store = SqliteStore::open(&format!("sqlite:{}", file.path().display())).await?;
    store.migrate().await?;
    let seats = fill(&store).await?;
    println!("batch  messages/s  batches/s  mean batch");
    for size in [1, 16, 64, 256, 512] {
        let begun = Instant::now();
        let mut batches = 0_u32;
        while begun.elapsed() < TIME {
            let first = batches as usize * size;
            let drafts: Vec<Draft> = (first..first + size).map(|n| draft(&seats, n)).collect::<Result<_, _>>()?;
            let planned = store.append(&drafts, attempt()).await?;
            assert!(planned.iter().all(|planned| matches!(planned, Planned::New(_))), "{planned:?}");
            batches += 1;
        }
        let (elapsed, batches) = (begun.elapsed(), f64::from(batches));
        let a_second = batches / elapsed.as_secs_f64();
        let mean = elapsed.div_f64(batches);
        println!("{size:5}  {:10.0}  {a_second:9.0}  {mean:10.1?}", a_second * size as f64);
    }
    store.close().await;
    Ok(())
}

fn attempt() -> Attempt {
    Attempt { id: AttemptId::new(), at: AT }
}

/// The `n`th message of the run, in the rooms' turn.
fn draft(seats: &[(RoomId, UserId)], n: usize) -> Result<Draft, Box<dyn Error>> {
    let (room, sender) = seats[n % seats.len()].clone();
    let client_id = (ClientId::parse(&AttemptId::new().to_string())?, ContentMac::from_bytes([7; 16]));
    let body = MessageBody::parse("x".repeat(120))?;
    Ok(Draft { room, sender, body, client_id: Some(client_id), reply_to: None, refused: None })
}

/// Makes rooms with members, and answers who sits where, the rooms in turn.
async fn fill(store: &SqliteStore) -> Result<Vec<(RoomId, UserId)>, Box<dyn Error>> {
    let rooms: Vec<RoomId> = (0..ROOMS).map(|_| RoomId::new()).collect();
    let mut seats = Vec::new();
    let mut tx = store.begin(attempt()).await?;
    for seat in 0..SEATS {
        for (number, room) in rooms.iter().enumerate() {
            let id = UserId::parse(&format!("user-{number}-{seat}"))?;
            let name = Name::parse("User")?;
            tx.insert_user(&NewUser { id: id.clone(), name, phone: None, password: None, created_at: AT }).await?;
            if seat == 0 {
                tx.insert_room(&new_room(*room, &id)?).await?;
            }
            let seq = Seq::new(seat as u64 + 1);
            tx.append_event(&Event { room: *room, seq, sender: id.clone(), at: AT, kind: EventKind::Joined }).await?;
            let role = if seat == 0 { Role::Owner } else { Role::Member };
            let member = Member { user: id.clone(), role, joined_at: AT, joined_seq: seq, read_seq: seq };
            tx.seat_member(*room, &member).await?;
            seats.push((*room, id));
        }
    }
    tx.commit().await?;
    Ok(seats)
}

fn new_room(id: RoomId, owner: &UserId) -> Result<NewRoom, Box<dyn Error>> {
    Ok(NewRoom {
        id,
        name: Name::parse("Room")?,
        owner: owner.clone(),
        password: PasswordHash::from_stored("$2b$12$"),
        capacity: Capacity::MAX,
        client_id: None,
        created_at: AT,
    })
}
