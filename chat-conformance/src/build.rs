//! What the promises are made of, with only what differs from the usual said. Of use to a store's own tests too.
//!
//! Whoever is named here is made by [`users`] first. All of it panics where it fails: it is for tests.

use chat_core::{
    model::{
        coin::{Amount, CoinKey, CoinKind, Coins, Reason},
        event::{Event, EventKind, Seq},
        friend::{FriendRequest, RequestId, RequestState},
        message::{ClientId, ContentMac, MessageBody},
        room::{Capacity, Member, Role, RoomId},
        text::Name,
        time::Timestamp,
        user::{PasswordHash, Phone, UserId},
    },
    ports::store::{Attempt, AttemptId, EventRange, NewCoinEntry, NewRoom, NewUser, Store, StoreTx},
    rules::message::{Draft, Planned},
};

/// When everything happens of which no other time is said: 2026-11-23T12:00:00Z.
pub const NOON: Timestamp = Timestamp::from_millis(1_795_435_200_000);

/// So many milliseconds after [`NOON`].
pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(NOON.as_millis() + millis)
}

/// An attempt that no other is like, at [`NOON`].
pub fn attempt() -> Attempt {
    Attempt { id: AttemptId::new(), at: NOON }
}

/// A transaction.
pub async fn begin(store: &dyn Store) -> Box<dyn StoreTx> {
    store.begin(attempt()).await.unwrap()
}

/// The user id of that text.
pub fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

/// The name of that text.
pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// The event of that number.
pub fn seq(number: u64) -> Seq {
    Seq::new(number)
}

/// So many coins.
pub fn coins(count: i64) -> Coins {
    Coins::new(count).unwrap()
}

/// A password's hash, as far as a store can tell.
pub fn hash(text: &str) -> PasswordHash {
    PasswordHash::from_stored(text)
}

/// The client id of that text.
pub fn client_id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

/// A user to be, whose name is the id in capitals.
pub fn new_user(id: &str) -> NewUser {
    NewUser {
        id: user(id),
        name: name(&id.to_uppercase()),
        phone: Some(Phone::parse("+15550100").unwrap()),
        password: Some(hash("$2b$user")),
        created_at: NOON,
    }
}

/// A room to be, of the greatest capacity.
pub fn new_room(id: RoomId, owner: &str) -> NewRoom {
    NewRoom {
        id,
        name: name("Room"),
        owner: user(owner),
        password: hash("$2b$room"),
        capacity: Capacity::MAX,
        client_id: None,
        created_at: NOON,
    }
}

/// Who joined with the event of that number, and has read no further.
pub fn member(id: &str, role: Role, joined: u64) -> Member {
    Member { user: user(id), role, joined_at: NOON, joined_seq: seq(joined), read_seq: seq(joined) }
}

/// An event, as many milliseconds after [`NOON`] as its number says.
pub fn event(room: RoomId, number: u64, sender: &str, kind: EventKind) -> Event {
    Event { room, seq: seq(number), sender: user(sender), at: at(i64::try_from(number).unwrap()), kind }
}

/// Somebody's leaving, at that time and a number that no log here has.
pub fn leaving(room: RoomId, id: &str, millis: i64) -> Event {
    Event { at: at(millis), ..event(room, 1_000, id, EventKind::Left) }
}

/// A grant or a debit, by the sign of the amount.
pub fn entry(amount: i64, balance_after: i64) -> NewCoinEntry {
    NewCoinEntry {
        amount: Amount::new(amount).unwrap(),
        kind: if amount < 0 { CoinKind::Debit } else { CoinKind::Grant },
        reason: Some(Reason::parse("because").unwrap()),
        balance_after: coins(balance_after),
        room: None,
        key: None,
        at: NOON,
    }
}

/// The same entry under an operator's key.
pub fn keyed(entry: NewCoinEntry, key: &str) -> NewCoinEntry {
    NewCoinEntry { key: Some(CoinKey::parse(key).unwrap()), ..entry }
}

/// An open friend request.
pub fn request(from: &str, to: &str) -> FriendRequest {
    FriendRequest {
        id: RequestId::new(),
        from: user(from),
        to: user(to),
        state: RequestState::Open,
        created_at: NOON,
        decided_at: None,
    }
}

/// A message without a client id.
pub fn draft(room: RoomId, sender: &str, body: &str) -> Draft {
    let body = MessageBody::parse(body.to_owned()).unwrap();
    Draft { room, sender: user(sender), body, client_id: None, reply_to: None, refused: None }
}

/// A message with a client id. Its content is told apart by the length of the body.
pub fn keyed_draft(room: RoomId, sender: &str, body: &str, key: &str) -> Draft {
    let content = ContentMac::from_bytes([body.len().try_into().unwrap(); 16]);
    Draft { client_id: Some((client_id(key), content)), ..draft(room, sender, body) }
}

/// Makes users of these ids.
pub async fn users(store: &dyn Store, ids: &[&str]) {
    let mut tx = begin(store).await;
    for id in ids {
        tx.insert_user(&new_user(id)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Makes a room of these users, who exist, the first of them its owner. Its log begins with their joins.
pub async fn room_of(store: &dyn Store, ids: &[&str]) -> RoomId {
    let id = RoomId::new();
    let mut tx = begin(store).await;
    tx.insert_room(&new_room(id, ids[0])).await.unwrap();
    for (user, number) in ids.iter().zip(1..) {
        let role = if number == 1 { Role::Owner } else { Role::Member };
        tx.append_event(&event(id, number, user, EventKind::Joined)).await.unwrap();
        tx.seat_member(id, &member(user, role, number)).await.unwrap();
    }
    tx.commit().await.unwrap();
    id
}

/// Makes a room with its members, who did not exist before.
pub async fn new_room_of(store: &dyn Store, ids: &[&str]) -> RoomId {
    users(store, ids).await;
    room_of(store, ids).await
}

/// Appends a batch, and says what became of each draft in short: `new 3`, `repeats 3`, or the code of a refusal.
pub async fn append(store: &dyn Store, drafts: &[Draft]) -> Vec<String> {
    let planned = store.append(drafts, attempt()).await.unwrap();
    planned
        .iter()
        .map(|planned| match planned {
            Planned::New(event) => format!("new {}", event.seq),
            Planned::Repeated(event) => format!("repeats {}", event.seq),
            Planned::Refused(refused) => refused.kind_and_code().1.to_owned(),
        })
        .collect()
}

/// A room's log in short: number, kind, sender.
pub async fn log(store: &dyn Store, room: RoomId) -> Vec<String> {
    let events = store.events(room, EventRange::After(Seq::ZERO), usize::MAX).await.unwrap();
    events.iter().map(|event| format!("{} {} {}", event.seq, event.kind.as_str(), event.sender)).collect()
}
