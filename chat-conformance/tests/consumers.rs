//! What a chat's consumers are told, whatever they do with it.

#![expect(clippy::unwrap_used, reason = "a test may stop where what it needs is not there")]

use std::{
    collections::{BTreeMap, HashSet},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use chat_conformance::{async_trait, build::user};
use chat_core::{
    BuildError, Chat, Secrets,
    api::{Admin, ChangeCoins, CreateRoom, EnsureUser, Friends, MessageId, Messages, Rooms, SendMessage},
    model::{
        coin::{Amount, CoinKey, Reason},
        message::MessageBody,
        operator::Operator,
        outbox::{ConsumerName, OutboxEntry, Subject},
        room::{Capacity, RoomId, RoomPassword},
        session::Caller,
        text::Name,
        user::Standing,
    },
    policy::{FriendRequests, Policy},
    ports::{
        outbox::{Consumer, ConsumerError, Delivery},
        store::OutboxStore,
    },
};
use chat_sqlite::SqliteStore;
use tokio::{sync::mpsc, time::timeout};

const PATIENCE: Duration = Duration::from_secs(60);

/// What a consumer does with an entry.
type Act = dyn Fn(&OutboxEntry) -> Deed + Send + Sync;

enum Deed {
    Take,
    Fail,
    Refuse,
    Hang,
    Panic,
}

/// Passes on all that it is told, and then does as it was told.
struct Ear {
    heard: mpsc::UnboundedSender<OutboxEntry>,
    act: Box<Act>,
    delivery: Delivery,
}

#[async_trait]
impl Consumer for Ear {
    async fn after_event(&self, entry: &OutboxEntry) -> Result<(), ConsumerError> {
        let deed = (self.act)(entry);
        self.heard.send(entry.clone()).unwrap();
        match deed {
            Deed::Take => Ok(()),
            Deed::Fail => Err(ConsumerError::Failed("not now".to_owned())),
            Deed::Refuse => Err(ConsumerError::Refused("never".to_owned())),
            Deed::Hang => std::future::pending().await,
            Deed::Panic => panic!("a consumer that panics"),
        }
    }

    fn delivery(&self) -> Delivery {
        self.delivery
    }
}

fn brisk() -> Delivery {
    let millis = Duration::from_millis;
    let (first_pause, poll) = (millis(1), millis(20));
    Delivery { attempt_limit: millis(500), first_pause, longest_pause: millis(20), poll, ..Delivery::default() }
}

fn ear(
    act: impl Fn(&OutboxEntry) -> Deed + Send + Sync + 'static,
    delivery: Delivery,
) -> (Ear, mpsc::UnboundedReceiver<OutboxEntry>) {
    let (heard, hears) = mpsc::unbounded_channel();
    (Ear { heard, act: Box::new(act), delivery }, hears)
}

struct Ground {
    folder: tempfile::TempDir,
    store: SqliteStore,
    /// The same for every chat on one store.
    secrets: Secrets,
}

async fn ground() -> Ground {
    let folder = tempfile::tempdir().unwrap();
    let ground = Ground { store: open(&folder).await, folder, secrets: Secrets::random().unwrap() };
    ground.store.migrate().await.unwrap();
    ground
}

async fn open(folder: &tempfile::TempDir) -> SqliteStore {
    SqliteStore::open(&format!("sqlite:{}", folder.path().join("chat.db").display())).await.unwrap()
}

fn consumer(name: &str) -> ConsumerName {
    ConsumerName::parse(name).unwrap()
}

impl Ground {
    async fn chat(&self, consumers: Vec<(&str, Ear)>) -> Chat {
        self.chat_on(self.store.clone(), consumers).await
    }

    /// As another process would have it.
    async fn chat_beside(&self, consumers: Vec<(&str, Ear)>) -> Chat {
        self.chat_on(open(&self.folder).await, consumers).await
    }

    async fn chat_on(&self, store: SqliteStore, consumers: Vec<(&str, Ear)>) -> Chat {
        let policy = Policy { friend_requests: FriendRequests::Anyone, ..Policy::default() };
        let mut builder = Chat::builder(store).secrets(self.secrets.clone()).password_cost(4).policy(policy);
        for (name, ear) in consumers {
            builder = builder.consumer(consumer(name), ear);
        }
        builder.build().await.unwrap()
    }
}

async fn room(chat: &Chat) -> RoomId {
    for id in ["alice", "bob"] {
        chat.ensure_user(EnsureUser::new(user(id))).await.unwrap();
    }
    chat.set_prime(&Operator::host(), &user("alice"), true).await.unwrap();
    let (name, password) = (Name::parse("Tea").unwrap(), RoomPassword::parse("biscuits").unwrap());
    let room = CreateRoom { name, password, capacity: Capacity::MAX, client_id: None };
    chat.create_room(&Caller::user(user("alice")), room).await.unwrap().room.room.id
}

async fn say(chat: &Chat, room: RoomId, words: &str) {
    let body = MessageBody::parse(words.to_owned()).unwrap();
    let message = SendMessage { room, body, client_id: None, reply_to: None };
    chat.send_message(&Caller::user(user("alice")), message).await.unwrap();
}

async fn next(hears: &mut mpsc::UnboundedReceiver<OutboxEntry>) -> OutboxEntry {
    timeout(PATIENCE, hears.recv()).await.unwrap().unwrap()
}

/// What is heard next of rooms.
async fn next_number(hears: &mut mpsc::UnboundedReceiver<OutboxEntry>) -> u64 {
    loop {
        if let Subject::Logged { seq, .. } = next(hears).await.subject {
            return seq.get();
        }
    }
}

#[tokio::test]
async fn a_consumer_is_told_of_events_friendships_standings_and_coins() {
    let ground = ground().await;
    let (ear, mut hears) = ear(|_| Deed::Take, brisk());
    let chat = ground.chat(vec![("host", ear)]).await;
    let room = room(&chat).await;
    say(&chat, room, "hi").await;
    let (alice, bob) = (Caller::user(user("alice")), Caller::user(user("bob")));
    let request = chat.request_friend(&bob, Some(user("alice"))).await.unwrap().request.id;
    chat.accept_request(&alice, request).await.unwrap();
    chat.unfriend(&alice, &user("bob")).await.unwrap();
    let key = CoinKey::parse("k").unwrap();
    let change = ChangeCoins { amount: Amount::parse(5).unwrap(), reason: Reason::parse("gift").unwrap(), key };
    chat.change_coins(&Operator::host(), &user("bob"), change).await.unwrap();
    chat.suspend_user(&Operator::host(), &user("bob"), None).await.unwrap();
    let both = || (user("alice"), user("bob"));
    let made = |(user, other)| Subject::FriendshipMade { user, other };
    let ended = |(user, other)| Subject::FriendshipEnded { user, other };
    let expected: HashSet<Subject> = [
        Subject::CoinsChanged { user: user("alice"), number: 1 },
        Subject::CoinsChanged { user: user("bob"), number: 1 },
        Subject::Logged { room, seq: chat_conformance::build::seq(1) },
        Subject::Logged { room, seq: chat_conformance::build::seq(2) },
        made(both()),
        ended(both()),
        Subject::CoinsChanged { user: user("bob"), number: 2 },
        Subject::StandingChanged { user: user("bob"), standing: Standing::Suspended },
    ]
    .into();
    let mut heard = HashSet::new();
    while heard.len() < expected.len() {
        heard.insert(next(&mut hears).await.subject);
    }
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn who_wants_to_know_is_told_which_kind_of_event_it_is_also_when_it_comes_again() {
    let ground = ground().await;
    let failed = AtomicBool::new(false);
    let fails_once = move |entry: &OutboxEntry| match entry.subject {
        Subject::Logged { seq, .. } if seq.get() == 3 && !failed.swap(true, Ordering::SeqCst) => Deed::Fail,
        _ => Deed::Take,
    };
    let (curious, mut hears) = ear(fails_once, Delivery { event_kinds: true, ..brisk() });
    let (other, mut others) = ear(|_| Deed::Take, brisk());
    let chat = ground.chat(vec![("curious", curious), ("other", other)]).await;
    let room = room(&chat).await;
    say(&chat, room, "hi").await;
    let alice = Caller::user(user("alice"));
    let body = MessageBody::parse("hello".to_owned()).unwrap();
    let message = MessageId { room, seq: chat_conformance::build::seq(2) };
    chat.edit_message(&alice, message, body, None).await.unwrap();
    chat.close_own_room(&alice, room).await.unwrap();
    let mut kinds = Vec::new();
    while kinds.len() < 5 {
        let entry = next(&mut hears).await;
        match entry.subject {
            Subject::Logged { seq, .. } => kinds.push((seq.get(), entry.event_kind.unwrap())),
            _ => assert_eq!(entry.event_kind, None, "{entry:?}"),
        }
    }
    let edited = (3, "message_edited");
    assert_eq!(kinds, [(1, "joined"), (2, "message"), edited, edited, (4, "room_closed")]);
    for _ in 0..5 {
        let entry = next(&mut others).await;
        assert_eq!(entry.event_kind, None, "{entry:?}");
    }
}

#[tokio::test]
async fn what_fails_hangs_or_panics_comes_again_under_its_id_and_before_what_follows() {
    let mishaps: [fn() -> Deed; 3] = [|| Deed::Fail, || Deed::Hang, || Deed::Panic];
    for mishap in mishaps {
        let ground = ground().await;
        let failed = AtomicBool::new(false);
        let act = move |entry: &OutboxEntry| match entry.subject {
            Subject::Logged { seq, .. } if seq.get() == 2 && !failed.swap(true, Ordering::SeqCst) => mishap(),
            _ => Deed::Take,
        };
        let (ear, mut hears) = ear(act, brisk());
        let chat = ground.chat(vec![("host", ear)]).await;
        let room = room(&chat).await;
        say(&chat, room, "a").await;
        say(&chat, room, "b").await;
        let mut heard = Vec::new();
        while heard.len() < 4 {
            let entry = next(&mut hears).await;
            if let Subject::Logged { seq, .. } = entry.subject {
                heard.push((seq.get(), entry.id, entry.attempts));
            }
        }
        assert_eq!(heard.iter().map(|(seq, ..)| *seq).collect::<Vec<_>>(), [1, 2, 2, 3]);
        assert_eq!((heard[1].1, heard[1].2 + 1), (heard[2].1, heard[2].2));
    }
}

#[tokio::test]
async fn a_consumer_that_hangs_holds_up_neither_another_one_nor_any_call() {
    let ground = ground().await;
    let forever = Delivery { attempt_limit: Duration::from_secs(3_600), ..brisk() };
    let (deaf, _hangs) = ear(|_| Deed::Hang, forever);
    let (ear, mut hears) = ear(|_| Deed::Take, brisk());
    let chat = ground.chat(vec![("deaf", deaf), ("host", ear)]).await;
    let room = room(&chat).await;
    for number in 2..50 {
        say(&chat, room, "hi").await;
        while next_number(&mut hears).await != number {}
    }
}

#[tokio::test]
async fn what_is_refused_is_a_dead_letter_at_once_and_what_fails_too_often_later() {
    let ground = ground().await;
    let act = |entry: &OutboxEntry| match entry.subject {
        Subject::Logged { seq, .. } if seq.get() == 2 => Deed::Refuse,
        Subject::Logged { seq, .. } if seq.get() == 3 => Deed::Fail,
        _ => Deed::Take,
    };
    let (ear, mut hears) = ear(act, Delivery { attempts: 3, ..brisk() });
    let chat = ground.chat(vec![("host", ear)]).await;
    let room = room(&chat).await;
    for words in ["a", "b", "c"] {
        say(&chat, room, words).await;
    }
    let mut heard = Vec::new();
    while heard.last() != Some(&4) {
        heard.push(next_number(&mut hears).await);
    }
    assert_eq!(heard, [1, 2, 3, 3, 3, 4]);
    let letters = ground.store.dead_letters(None, 9).await.unwrap();
    let told: Vec<_> = letters
        .iter()
        .map(|letter| (letter.entry.subject.position(), letter.entry.attempts, letter.error.as_str()))
        .collect();
    assert_eq!(told, [(3, 3, "not now"), (2, 1, "never")]);
}

#[tokio::test]
async fn what_one_chat_left_the_next_one_delivers() {
    let ground = ground().await;
    let (deaf, mut tried) = ear(|_| Deed::Fail, brisk());
    let first = ground.chat(vec![("host", deaf)]).await;
    let room = room(&first).await;
    say(&first, room, "hi").await;
    next(&mut tried).await;
    first.drain();
    first.drained().await;
    drop(first);
    let (ear, mut hears) = ear(|_| Deed::Take, brisk());
    let _second = ground.chat_beside(vec![("host", ear)]).await;
    assert_eq!(next_number(&mut hears).await, 1);
    assert_eq!(next_number(&mut hears).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_deliver_each_event_once_and_in_the_order_of_its_room() {
    const MESSAGES: u64 = 60;
    let ground = ground().await;
    let (one, mut hears_one) = ear(|_| Deed::Take, brisk());
    let (two, mut hears_two) = ear(|_| Deed::Take, brisk());
    let nodes = [ground.chat(vec![("host", one)]).await, ground.chat_beside(vec![("host", two)]).await];
    let rooms = [room(&nodes[0]).await, room(&nodes[0]).await];
    for number in 0..MESSAGES {
        for (node, room) in nodes.iter().zip(rooms) {
            say(node, room, &format!("{number}")).await;
        }
    }
    let mut heard: BTreeMap<RoomId, Vec<u64>> = BTreeMap::new();
    let all = async {
        while heard.values().map(Vec::len).sum::<usize>() < 2 * (MESSAGES as usize + 1) {
            let entry = tokio::select! {
                entry = hears_one.recv() => entry.unwrap(),
                entry = hears_two.recv() => entry.unwrap(),
            };
            if let Subject::Logged { room, seq } = entry.subject {
                heard.entry(room).or_default().push(seq.get());
            }
        }
    };
    timeout(PATIENCE, all).await.unwrap();
    for numbers in heard.values_mut() {
        // Two channels are read in no order between them.
        numbers.sort_unstable();
        assert_eq!(*numbers, (1..=MESSAGES + 1).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn consumers_have_names_of_their_own() {
    let ground = ground().await;
    let (one, _) = ear(|_| Deed::Take, brisk());
    let (two, _) = ear(|_| Deed::Take, brisk());
    let builder = Chat::builder(ground.store.clone()).secrets(ground.secrets.clone()).password_cost(4);
    let built = builder.consumer(consumer("host"), one).consumer(consumer("host"), two).build().await;
    assert!(matches!(built, Err(BuildError::ConsumerTwice(name)) if name == consumer("host")));
}
