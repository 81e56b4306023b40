//! The chat as a library: live connections without a transport, while everything happens at once; and how a chat is put
//! together on a store.

mod builder;
mod changes;
mod hooks;
mod passwords;
mod wallet;

use std::{collections::HashMap, sync::Arc};

use chat_core::{
    Chat, ChatBuilder, Secrets,
    api::{Admin, CreateRoom, JoinKey, JoinRoom, Live, Messages, Register, Resume, Rooms, SendMessage, Users},
    model::{
        coin::Coins,
        event::{Event, EventKind, Seq},
        message::MessageBody,
        operator::Operator,
        room::{Capacity, RoomId, RoomPassword, RoomView},
        session::{Caller, DeviceId},
        text::Name,
        user::{Password, Phone, UserId},
    },
    ports::store::{EventRange, Store},
    realtime::{
        connection::Connection,
        delivery::{Delivery, EndReason},
    },
};
use chat_sqlite::SqliteStore;
use chat_tests::PATIENCE;
use futures_util::FutureExt;
use tokio::{task::JoinSet, time::timeout};

const ROOM_PASSWORD: &str = "biscuits";

async fn store() -> Arc<dyn Store> {
    let store = SqliteStore::open("sqlite::memory:").await.expect("a store");
    store.migrate().await.expect("its tables");
    Arc::new(store)
}

fn secrets() -> Secrets {
    Secrets::random().expect("the system has randomness")
}

fn on(store: Arc<dyn Store>, secrets: &Secrets) -> ChatBuilder {
    Chat::builder_on(store).secrets(secrets.clone()).password_cost(4)
}

async fn chat() -> Chat {
    on(store().await, &secrets()).build().await.expect("a chat")
}

fn registration(id: &str) -> Register {
    Register {
        user_id: UserId::parse(id).expect("an id"),
        device: DeviceId::parse("phone").expect("a device"),
        name: Name::parse("Somebody").expect("a name"),
        phone: Phone::parse("+15550100").expect("a phone"),
        coins: Coins::ZERO,
        password: Password::parse("correct horse").expect("a password"),
    }
}

async fn user(chat: &Chat, id: &str) -> Caller {
    chat.register(registration(id)).await.expect("a user");
    let id = UserId::parse(id).expect("an id");
    chat.set_prime(&Operator::host(), &id, true).await.expect("prime");
    Caller::user(id)
}

/// Somebody who is not prime, with coins.
async fn paying(chat: &Chat, id: &str, coins: i64) -> Caller {
    let coins = Coins::new(coins).expect("an amount");
    chat.register(Register { coins, ..registration(id) }).await.expect("a user");
    Caller::user(UserId::parse(id).expect("an id"))
}

async fn users(chat: &Chat, count: usize) -> Vec<Caller> {
    let mut users = Vec::new();
    for number in 0..count {
        users.push(user(chat, &format!("user-{number}")).await);
    }
    users
}

async fn room(chat: &Chat, owner: &Caller) -> RoomId {
    let create = CreateRoom {
        name: Name::parse("Tea").expect("a name"),
        password: RoomPassword::parse(ROOM_PASSWORD).expect("a password"),
        capacity: Capacity::MAX,
        client_id: None,
    };
    chat.create_room(owner, create).await.expect("a room").room.room.id
}

async fn join(chat: &Chat, user: &Caller, room: RoomId) {
    let key = JoinKey::Password { room, password: ROOM_PASSWORD.into() };
    chat.join_room(user, JoinRoom { key, dry_run: false, max_charge: None }).await.expect("a seat");
}

fn message(room: RoomId, body: &str) -> SendMessage {
    let body = MessageBody::parse(body.to_owned()).expect("a body");
    SendMessage { room, body, client_id: None, reply_to: None }
}

struct Connected {
    connection: Connection,
    rooms: Vec<RoomView>,
}

async fn connect(chat: &Chat, user: &Caller) -> Connected {
    resume(chat, user, &Resume::new()).await
}

async fn resume(chat: &Chat, user: &Caller, resume: &Resume) -> Connected {
    let mut connection = chat.connect(user).await.expect("a connection");
    let rooms = connection.start(resume).await.expect("its rooms");
    Connected { connection, rooms }
}

async fn next(connection: &mut Connection) -> Delivery {
    timeout(PATIENCE, connection.next()).await.expect("a delivery in time")
}

/// What a client makes of what it hears: how far it is in each of its rooms. Every event must be the next one.
#[derive(Default)]
struct Replica {
    rooms: HashMap<RoomId, Seq>,
}

impl Replica {
    fn of(connected: &Connected) -> Self {
        Self { rooms: connected.rooms.iter().map(|view| (view.room.id, view.room.last_seq)).collect() }
    }

    fn hear(&mut self, delivery: &Delivery) {
        match delivery {
            Delivery::Event(logged) | Delivery::Sent { event: logged, .. } => self.hear_event(&logged.event),
            Delivery::RoomAdded(view) => {
                let before = self.rooms.insert(view.room.id, view.room.last_seq);
                assert_eq!(before, None, "a room is added that was there");
            }
            Delivery::RoomRemoved { room, .. } => {
                assert!(self.rooms.remove(room).is_some(), "a room is removed that was not there");
            }
            Delivery::Reset { room, last_seq } => drop(self.rooms.insert(*room, *last_seq)),
            Delivery::Ended(reason) => panic!("the connection ended: {reason:?}"),
            _ => {}
        }
    }

    fn hear_event(&mut self, event: &Event) {
        let have = self.rooms.get_mut(&event.room).unwrap_or_else(|| panic!("heard of a strange room: {event:?}"));
        assert_eq!(event.seq, have.next(), "not the next one: {event:?}");
        *have = event.seq;
    }

    async fn follow(&mut self, connection: &mut Connection, room: RoomId, up_to: Seq) {
        while self.rooms.get(&room).is_none_or(|have| *have < up_to) {
            let delivery = next(connection).await;
            self.hear(&delivery);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_08_who_connects_in_the_middle_of_everything_misses_nothing() {
    let chat = chat().await;
    let users = users(&chat, 3).await;
    let room = room(&chat, &users[0]).await;
    join(&chat, &users[1], room).await;
    let mut writers = JoinSet::new();
    for writer in &users[..2] {
        let (chat, writer) = (chat.clone(), writer.clone());
        writers.spawn(async move {
            for number in 0..150 {
                chat.send_message(&writer, message(room, &number.to_string())).await.expect("sent");
            }
        });
    }
    let mut readers = JoinSet::new();
    for _ in 0..40 {
        let Connected { mut connection, rooms } = connect(&chat, &users[1]).await;
        let mut replica = Replica { rooms: rooms.iter().map(|view| (view.room.id, view.room.last_seq)).collect() };
        readers.spawn(async move { replica.follow(&mut connection, room, Seq::new(302)).await });
        tokio::task::yield_now().await;
    }
    while let Some(done) = writers.join_next().await {
        done.expect("the writer");
    }
    while let Some(done) = readers.join_next().await {
        done.expect("a reader that heard every event once, in order");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_08_joins_and_leaves_begin_and_end_a_room_between_two_numbers() {
    let chat = chat().await;
    let users = users(&chat, 5).await;
    let room = room(&chat, &users[0]).await;
    let mut everybody = JoinSet::new();
    for (number, user) in users.iter().cloned().enumerate().skip(1) {
        let mut listener = connect(&chat, &user).await;
        let mut replica = Replica::of(&listener);
        let chat = chat.clone();
        everybody.spawn(async move {
            let acting = async {
                for round in 0..15 {
                    join(&chat, &user, room).await;
                    for _ in 0..3 {
                        chat.send_message(&user, message(room, &format!("{number} {round}"))).await.expect("sent");
                    }
                    chat.leave_room(&user, room).await.expect("left");
                }
                join(&chat, &user, room).await;
            };
            tokio::pin!(acting);
            loop {
                tokio::select! {
                    biased;
                    delivery = listener.connection.next() => replica.hear(&delivery),
                    () = &mut acting => break,
                }
            }
            (listener.connection, replica)
        });
    }
    let mut listeners = Vec::new();
    while let Some(done) = everybody.join_next().await {
        listeners.push(done.expect("a member who heard each event of their stays once, in order"));
    }
    let last = chat.send_message(&users[0], message(room, "the end")).await.expect("sent").event.seq;
    for (connection, replica) in &mut listeners {
        replica.follow(connection, room, last).await;
    }
    let history = chat.history(&users[0], room, EventRange::After(Seq::ZERO), 10_000).await.expect("the log");
    let numbers: Vec<u64> = history.events.iter().map(|event| event.seq.get()).collect();
    assert_eq!(numbers, (1..=last.get()).collect::<Vec<_>>(), "R-MSG-02");
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_03_sends_of_one_connection_are_logged_in_their_order_and_answered_in_their_place() {
    let chat = chat().await;
    let users = users(&chat, 3).await;
    let room = room(&chat, &users[0]).await;
    for user in &users[1..] {
        join(&chat, user, room).await;
    }
    let mut senders = JoinSet::new();
    for user in users {
        let mut connected = connect(&chat, &user).await;
        let mut replica = Replica::of(&connected);
        senders.spawn(async move {
            for command in 0..100 {
                connected.connection.send(command, message(room, &command.to_string())).await.expect("queued");
            }
            let mut answered = Vec::new();
            while answered.len() < 100 {
                let delivery = next(&mut connected.connection).await;
                replica.hear(&delivery);
                match delivery {
                    Delivery::Sent { command, event } => {
                        assert_eq!(event.event.sender, user.user);
                        answered.push(command);
                    }
                    Delivery::Event(logged) => assert_ne!(logged.event.sender, user.user, "its ok stands in its place"),
                    Delivery::Answered { result, .. } => panic!("{result:?}"),
                    _ => {}
                }
            }
            assert_eq!(answered, (0..100).collect::<Vec<_>>());
        });
    }
    while let Some(done) = senders.join_next().await {
        done.expect("a sender");
    }
}

#[tokio::test]
async fn r_msg_09_a_resume_brings_what_was_missed_or_says_that_it_starts_anew() {
    let chat = chat().await;
    let owner = user(&chat, "owner").await;
    let room = room(&chat, &owner).await;
    for number in 2..=600 {
        chat.send_message(&owner, message(room, &number.to_string())).await.expect("sent");
    }
    for has in [599, 600, 100] {
        let Connected { mut connection, .. } = resume(&chat, &owner, &Resume::from([(room, Seq::new(has))])).await;
        let mut replica = Replica { rooms: HashMap::from([(room, Seq::new(has))]) };
        replica.follow(&mut connection, room, Seq::new(600)).await;
        assert_eq!(replica.rooms[&room].get(), 600, "from {has}");
    }
    for has in [0, 99, 601] {
        let Connected { mut connection, .. } = resume(&chat, &owner, &Resume::from([(room, Seq::new(has))])).await;
        let first = next(&mut connection).await;
        assert!(matches!(first, Delivery::Reset { last_seq, .. } if last_seq.get() == 600), "from {has}: {first:?}");
    }
    let strange = Resume::from([(RoomId::new(), Seq::new(1))]);
    let Connected { mut connection, .. } = resume(&chat, &owner, &strange).await;
    assert!(matches!(next(&mut connection).await, Delivery::RoomRemoved { .. }));
}

#[tokio::test]
async fn r_msg_08_a_reader_that_does_not_read_is_cut_off_and_never_skipped() {
    let chat = chat().await;
    let users = users(&chat, 2).await;
    let room = room(&chat, &users[0]).await;
    join(&chat, &users[1], room).await;
    let mut slow = connect(&chat, &users[1]).await;
    for number in 0..1_100 {
        chat.send_message(&users[0], message(room, &number.to_string())).await.expect("sent");
    }
    assert!(matches!(next(&mut slow.connection).await, Delivery::Ended(EndReason::TooSlow)));
}

#[tokio::test]
async fn a_chat_that_drains_tells_its_connections_and_takes_no_more() {
    let chat = chat().await;
    let owner = user(&chat, "owner").await;
    let mut connected = connect(&chat, &owner).await;
    chat.drain();
    assert!(matches!(next(&mut connected.connection).await, Delivery::Draining));
    assert!(chat.connect(&owner).await.is_err());
    assert!(chat.drained().now_or_never().is_none(), "somebody is still there");
    drop(connected);
    timeout(PATIENCE, chat.drained()).await.expect("nobody is left");
}

#[tokio::test]
async fn a_member_who_joins_hears_of_the_room_and_then_of_what_follows() {
    let chat = chat().await;
    let users = users(&chat, 2).await;
    let room = room(&chat, &users[0]).await;
    let mut connected = connect(&chat, &users[1]).await;
    join(&chat, &users[1], room).await;
    let Delivery::RoomAdded(view) = next(&mut connected.connection).await else { panic!("the room comes first") };
    assert_eq!((view.room.last_seq.get(), view.read_seq.get(), view.unread), (2, 2, 0));
    chat.send_message(&users[0], message(room, "welcome")).await.expect("sent");
    let Delivery::Event(logged) = next(&mut connected.connection).await else { panic!("then its events") };
    assert!(matches!(logged.event.kind, EventKind::Message(_)) && logged.event.seq.get() == 3);
    chat.leave_room(&users[1], room).await.expect("left");
    assert!(
        matches!(next(&mut connected.connection).await, Delivery::Event(left) if left.event.kind == EventKind::Left)
    );
    assert!(matches!(next(&mut connected.connection).await, Delivery::RoomRemoved { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_joins_hears_of_the_room_though_another_connects_at_that_moment() {
    let chat = chat().await;
    let users = users(&chat, 2).await;
    for _ in 0..60 {
        let room = room(&chat, &users[0]).await;
        let mut joiner = connect(&chat, &users[1]).await;
        let connecting = tokio::spawn({
            let (chat, owner) = (chat.clone(), users[0].clone());
            async move {
                for _ in 0..6 {
                    connect(&chat, &owner).await;
                }
            }
        });
        join(&chat, &users[1], room).await;
        loop {
            match next(&mut joiner.connection).await {
                Delivery::RoomAdded(view) if view.room.id == room => break,
                _ => {}
            }
        }
        connecting.await.expect("the owner connects");
        chat.leave_room(&users[0], room).await.expect("left");
    }
}

#[tokio::test]
async fn r_msg_09_who_left_and_came_back_while_away_hears_the_room_again() {
    let chat = chat().await;
    let users = users(&chat, 2).await;
    let room = room(&chat, &users[0]).await;
    join(&chat, &users[1], room).await;
    chat.leave_room(&users[1], room).await.expect("left");
    for number in 0..250 {
        chat.send_message(&users[0], message(room, &number.to_string())).await.expect("sent");
    }
    join(&chat, &users[1], room).await;
    let mut connected = resume(&chat, &users[1], &Resume::from([(room, Seq::new(2))])).await;
    let mut replica = Replica { rooms: HashMap::from([(room, Seq::new(2))]) };
    let last = chat.send_message(&users[0], message(room, "welcome back")).await.expect("sent").event.seq;
    replica.follow(&mut connected.connection, room, last).await;
}

#[tokio::test]
async fn r_msg_01_who_has_left_hears_nothing_whatever_number_they_come_back_with() {
    let chat = chat().await;
    let users = users(&chat, 2).await;
    let room = room(&chat, &users[0]).await;
    join(&chat, &users[1], room).await;
    let mut gone = resume(&chat, &users[1], &Resume::from([(room, Seq::new(1_000))])).await;
    chat.leave_room(&users[1], room).await.expect("left");
    chat.send_message(&users[0], message(room, "between us")).await.expect("sent");
    let first = next(&mut gone.connection).await;
    assert!(matches!(first, Delivery::RoomRemoved { .. }), "{first:?}");
}
