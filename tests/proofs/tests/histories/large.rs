//! Many tasks at once, each with many commands, too many to be explained: while they run, readers look, and afterwards
//! everything is counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use chat_core::{
    Chat,
    api::{Ledger as _, Live as _, Members as _, Messages as _, Resume, Rooms as _, Users as _},
    model::{
        coin::{CoinEntry, CoinKind},
        event::{Event, EventKind, Seq},
        room::RoomId,
        session::Caller,
        user::UserId,
    },
    ports::store::{EventRange, Store},
    realtime::{connection::Connection, delivery::Delivery},
};
use chat_proofs::{
    command::{Command, Tag},
    dice::FIRST_TAG,
    grounds::{Grounds, Stage, StoreKind},
    perform::perform,
    scale::scaled,
    words,
    world::World,
};
use chat_test_databases::Kind;
use tokio::task::JoinSet;

use crate::{Random, seed, write};

const USERS: u8 = 12;
const ROOMS: u8 = 6;
const TASKS: u64 = 32;
const COMMANDS: u32 = 25;

/// Users of whom every third is prime, each with the coins for two rooms, and rooms of two to six seats.
async fn build(stage: &mut Stage) -> Result<World, String> {
    let mut world = World::default();
    for number in 0..USERS {
        let user = words::user(number);
        let register =
            Command::Register { tag: Tag::from(number), user: user.clone(), device: 0, coins: 300, password: 0 };
        stage.play(&mut world, &register).await?;
        stage.play(&mut world, &Command::SetPrime { user, prime: number % 3 == 0 }).await?;
    }
    for number in 0..ROOMS {
        let (tag, user) = (FIRST_TAG + Tag::from(USERS + number), words::user(number % 4 * 3));
        let create = Command::CreateRoom { tag, user, capacity: 2 + number % 5, client_id: None };
        stage.play(&mut world, &create).await?;
    }
    Ok(world)
}

/// What may be done: nobody becomes prime or ceases to be, so that afterwards free joins can be counted.
fn command(world: &World, random: &mut Random) -> Command {
    loop {
        let command = write(world, random, 1_000);
        if !matches!(command, Command::SetPrime { .. } | Command::CreateRoom { .. }) {
            return command;
        }
    }
}

async fn race(kind: StoreKind, rounds: u32) {
    let Some(grounds) = Grounds::open(kind).await else { return };
    let seed = seed();
    let mut random = Random(seed);
    let (mut done, mut heard, looks) = (0, 0, Arc::new(AtomicU32::new(0)));
    for _ in 0..scaled(rounds) {
        let mut stage = grounds.stage().await;
        let world = build(&mut stage).await.unwrap();
        let stage = Arc::new(stage);
        let over = Arc::new(AtomicBool::new(false));
        let (mut readers, mut listeners) = (JoinSet::new(), JoinSet::new());
        for number in 0..4 {
            let (stage, over, looks) = (Arc::clone(&stage), Arc::clone(&over), Arc::clone(&looks));
            let user = stage.names.user(&words::user(number * 3));
            let mut connection = stage.chat.connect(&Caller::user(user.clone())).await.unwrap();
            connection.start(&Resume::new()).await.unwrap();
            listeners.spawn(listen(connection, Arc::clone(&grounds.store)));
            let rooms: Vec<RoomId> = world.places.keys().map(|&room| stage.names.room(room)).collect();
            readers.spawn(async move {
                while !over.load(Ordering::SeqCst) {
                    look(&stage.chat, &user, &rooms).await;
                    looks.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                }
            });
        }
        let mut tasks = JoinSet::new();
        for _ in 0..TASKS {
            let commands: Vec<Command> = (0..COMMANDS).map(|_| command(&world, &mut random)).collect();
            let stage = Arc::clone(&stage);
            tasks.spawn(async move {
                for command in &commands {
                    // Whatever the rules answer; what follows from it is counted at the end.
                    let _ = perform(&stage.chat, &stage.names, command).await;
                }
            });
        }
        tasks.join_all().await;
        over.store(true, Ordering::SeqCst);
        readers.join_all().await;
        count(&stage, grounds.store.as_ref(), &world).await;
        stage.chat.drain();
        heard += listeners.join_all().await.into_iter().sum::<u32>();
        done += TASKS as u32 * COMMANDS;
    }
    let looks = looks.load(Ordering::Relaxed);
    assert_ne!((looks, heard), (0, 0), "somebody has looked, and somebody heard");
    println!(
        "{done} commands of {TASKS} tasks on {kind}, {looks} looks, {heard} events heard, 0 violations, seed {seed}"
    );
}

/// One reader's look at what others are changing.
async fn look(chat: &Chat, user: &UserId, rooms: &[RoomId]) {
    let caller = Caller::user(user.clone());
    let balance = chat.me(&caller).await.unwrap().coins;
    assert!(0 <= balance.get());
    check_ledger(&chat.coin_entries(&caller, None, 10_000).await.unwrap().entries);
    for view in chat.rooms(&caller).await.unwrap() {
        assert!((1..=view.room.capacity.get()).contains(&view.room.member_count), "{view:?}");
        assert!(view.read_seq <= view.room.last_seq, "{view:?}");
    }
    for &room in rooms {
        if let Ok(members) = chat.members(&caller, room).await {
            let users: BTreeSet<_> = members.iter().map(|member| &member.member.user).collect();
            assert!(users.len() == members.len() && members.len() <= 6, "{members:?}");
            assert!(users.contains(user), "who reads the members is one of them: {members:?}");
        }
        if let Ok(history) = chat.history(&caller, room, EventRange::After(Seq::ZERO), 10_000).await {
            check_log(&history.events);
            assert_eq!(history.events.last().map(|event| event.seq), Some(history.last_seq));
            seated(&history.events);
        }
    }
}

/// Hears what is published until the chat shuts down, and finds each event in the store at once (invariant 2 of the
/// architecture: nothing leaves the process before the commit). Answers how many there were.
async fn listen(mut connection: Connection, store: Arc<dyn Store>) -> u32 {
    let mut heard = 0;
    loop {
        match connection.next().await {
            Delivery::Event(logged) => {
                let Event { room, seq, .. } = logged.event;
                let stored = store.events(room, EventRange::After(seq.previous()), 1).await.unwrap();
                assert_eq!(stored.first(), Some(&logged.event), "it is committed before it is heard");
                heard += 1;
            }
            Delivery::Draining => return heard,
            Delivery::Ended(reason) => panic!("the listener was cut off: {reason:?}"),
            _ => {}
        }
    }
}

/// Newest first: numbered without gap, each balance the one before and the amount, never negative.
fn check_ledger(entries: &[CoinEntry]) {
    let mut balance = 0;
    for (entry, number) in entries.iter().rev().zip(1..) {
        balance += entry.amount.get();
        assert_eq!((entry.number, entry.balance_after.get()), (number, balance), "{entries:?}");
        assert!(0 <= balance, "{entries:?}");
    }
}

fn check_log(events: &[Event]) {
    for (event, number) in events.iter().zip(1..) {
        assert_eq!(event.seq.get(), number, "{events:?}");
    }
}

/// Who has sat there by the log, and who still does.
fn seated(events: &[Event]) -> BTreeMap<UserId, bool> {
    let mut seated = BTreeMap::new();
    for event in events {
        match &event.kind {
            EventKind::Joined => assert_ne!(seated.insert(event.sender.clone(), true), Some(true), "{event:?}"),
            EventKind::Left => assert_eq!(seated.insert(event.sender.clone(), false), Some(true), "{event:?}"),
            EventKind::Removed { user, .. } => assert_eq!(seated.insert(user.clone(), false), Some(true), "{event:?}"),
            _ => {}
        }
    }
    seated
}

/// Everything that must hold of what was stored.
pub(crate) async fn count(stage: &Stage, store: &dyn Store, world: &World) {
    let mut entered: BTreeMap<UserId, BTreeSet<RoomId>> = BTreeMap::new();
    for &room in world.places.keys() {
        let room = stage.names.room(room);
        let events = store.events(room, EventRange::After(Seq::ZERO), 100_000).await.unwrap();
        check_log(&events);
        let stored = store.room(room).await.unwrap().unwrap().room;
        let seated = seated(&events);
        let present: BTreeSet<UserId> =
            seated.iter().filter(|(_, present)| **present).map(|(user, _)| user.clone()).collect();
        let members = store.members(room).await.unwrap();
        let members: BTreeSet<UserId> = members.into_iter().map(|named| named.member.user).collect();
        assert_eq!(members, present, "the members are those who joined and have not left");
        assert_eq!(usize::from(stored.member_count), members.len());
        assert!(stored.member_count <= stored.capacity.get());
        assert_eq!(stored.last_seq.get(), events.len() as u64);
        let mut keys = BTreeSet::new();
        for event in &events {
            if let EventKind::Message(message) = &event.kind
                && let Some(client_id) = &message.client_id
            {
                assert!(keys.insert((event.sender.clone(), client_id.clone())), "one message a client id: {event:?}");
            }
        }
        for user in seated.into_keys() {
            entered.entry(user).or_default().insert(room);
        }
    }
    for account in world.accounts.values() {
        let user = stage.names.user(&account.user.id);
        let entries = store.coin_entries(&user, None, 100_000).await.unwrap();
        check_ledger(&entries);
        let balance = store.user(&user).await.unwrap().unwrap().coins;
        assert_eq!(entries.first().map(|entry| entry.balance_after), Some(balance));
        let keys: Vec<_> = entries.iter().filter_map(|entry| entry.key.as_ref()).collect();
        assert_eq!(keys.iter().collect::<std::collections::HashSet<_>>().len(), keys.len(), "once a key: {entries:?}");
        let paid: Vec<_> = entries.iter().filter(|entry| entry.kind == CoinKind::RoomAdmission).collect();
        let rooms: BTreeSet<_> = paid.iter().filter_map(|entry| entry.room).collect();
        assert_eq!(rooms.len(), paid.len(), "once a room: {paid:?}");
        let entered = entered.get(&user).map_or(0, BTreeSet::len);
        let for_free = if account.user.prime { entered } else { entered.min(1) };
        assert_eq!(entered - for_free, paid.len(), "{user} entered {entered} rooms and paid for {paid:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_breaks_while_32_tasks_write_and_readers_look_on_sqlite() {
    race(StoreKind::Sqlite, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_breaks_while_32_tasks_write_and_readers_look_on_mariadb() {
    race(StoreKind::Database(Kind::MariaDb), 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_breaks_while_32_tasks_write_and_readers_look_on_mysql() {
    race(StoreKind::Database(Kind::MySql), 4).await;
}
