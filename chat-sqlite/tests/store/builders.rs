//! What the cases write, with only what differs from the usual said.

use chat_core::{
    model::{
        coin::{Amount, CoinKey, CoinKind, Coins, Reason},
        event::{Event, EventKind, Seq},
        message::{ClientId, ContentMac, MessageBody},
        room::{Capacity, Member, Role, RoomId},
        text::Name,
        time::Timestamp,
        user::{PasswordHash, Phone, UserId},
    },
    ports::store::{Attempt, AttemptId, NewCoinEntry, NewRoom, NewUser, Store, StoreTx},
    rules::message::{Draft, Planned},
};

pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_795_435_200_000);

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(NOON.as_millis() + millis)
}

pub(crate) fn attempt() -> Attempt {
    Attempt { id: AttemptId::new(), at: NOON }
}

pub(crate) async fn begin(store: &dyn Store) -> Box<dyn StoreTx> {
    store.begin(attempt()).await.unwrap()
}

pub(crate) fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn seq(number: u64) -> Seq {
    Seq::new(number)
}

pub(crate) fn coins(count: i64) -> Coins {
    Coins::new(count).unwrap()
}

pub(crate) fn hash(text: &str) -> PasswordHash {
    PasswordHash::from_stored(text)
}

pub(crate) fn client_id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

pub(crate) fn new_user(id: &str) -> NewUser {
    NewUser {
        id: user(id),
        name: name(&id.to_uppercase()),
        phone: Some(Phone::parse("+15550100").unwrap()),
        password: Some(hash("$2b$user")),
        created_at: NOON,
    }
}

pub(crate) fn new_room(id: RoomId, owner: &str) -> NewRoom {
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

pub(crate) fn member(id: &str, role: Role, joined: u64) -> Member {
    Member { user: user(id), role, joined_at: NOON, joined_seq: seq(joined), read_seq: seq(joined) }
}

pub(crate) fn event(room: RoomId, number: u64, sender: &str, kind: EventKind) -> Event {
    Event { room, seq: seq(number), sender: user(sender), at: at(i64::try_from(number).unwrap()), kind }
}

pub(crate) fn entry(amount: i64, balance_after: i64) -> NewCoinEntry {
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

pub(crate) fn keyed(entry: NewCoinEntry, key: &str) -> NewCoinEntry {
    NewCoinEntry { key: Some(CoinKey::parse(key).unwrap()), ..entry }
}

pub(crate) fn draft(room: RoomId, sender: &str, body: &str) -> Draft {
    let body = MessageBody::parse(body.to_owned()).unwrap();
    Draft { room, sender: user(sender), body, client_id: None, reply_to: None }
}

pub(crate) fn keyed_draft(room: RoomId, sender: &str, body: &str, key: &str) -> Draft {
    let content = ContentMac::from_bytes([body.len().try_into().unwrap(); 16]);
    Draft { client_id: Some((client_id(key), content)), ..draft(room, sender, body) }
}

/// Users of these ids.
pub(crate) async fn users(store: &dyn Store, ids: &[&str]) {
    let mut tx = begin(store).await;
    for id in ids {
        tx.insert_user(&new_user(id)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A room of these users, who exist, the first of them its owner. Its log begins with their joins.
pub(crate) async fn room_of(store: &dyn Store, ids: &[&str]) -> RoomId {
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

/// A room with its members, who did not exist before.
pub(crate) async fn new_room_of(store: &dyn Store, ids: &[&str]) -> RoomId {
    users(store, ids).await;
    room_of(store, ids).await
}

/// What became of a batch, in short.
pub(crate) async fn append(store: &dyn Store, drafts: &[Draft]) -> Vec<String> {
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
pub(crate) async fn log(store: &dyn Store, room: RoomId) -> Vec<String> {
    let events = store.events(room, chat_core::ports::store::EventRange::After(Seq::ZERO), usize::MAX).await.unwrap();
    events.iter().map(|event| format!("{} {} {}", event.seq, event.kind.as_str(), event.sender)).collect()
}
