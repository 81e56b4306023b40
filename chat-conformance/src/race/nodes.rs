//! Two nodes of one chat, and what must be true of their store when all have finished.

use std::{collections::BTreeSet, future::Future, sync::Arc};

use chat_core::{
    Chat, Secrets,
    api::{Admin, CreateRoom, JoinKey, JoinRoom, Rooms},
    error::ChatError,
    model::{
        coin::CoinKind,
        event::EventKind,
        operator::Operator,
        room::{Capacity, RoomId, RoomPassword},
        session::Caller,
        user::UserId,
    },
    ports::store::{EventRange, NewCoinEntry, Store},
};
use tokio::sync::Barrier;

use crate::{
    Fixture,
    build::{begin, entry, name, new_user, seq, user},
};

const ROOM_PASSWORD: &str = "sesame";

/// Lets all of them begin at the same moment, each in a task of its own, and waits for what they come to, in order.
pub(crate) async fn at_once<T, F>(jobs: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let jobs: Vec<F> = jobs.into_iter().collect();
    let start = Arc::new(Barrier::new(jobs.len()));
    let tasks: Vec<_> = jobs
        .into_iter()
        .map(|job| {
            let start = Arc::clone(&start);
            tokio::spawn(async move {
                start.wait().await;
                job.await
            })
        })
        .collect();
    let mut done = Vec::with_capacity(tasks.len());
    for task in tasks {
        match task.await {
            Ok(answer) => done.push(answer),
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }
    done
}

/// What became of a call: `ok`, the code of a refusal, or a failure in full.
pub(super) fn code<T>(result: &Result<T, ChatError>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => match error.rejection() {
            Some(rejection) => rejection.kind_and_code().1.to_owned(),
            None => format!("{error:?}"),
        },
    }
}

/// How many calls came to each code.
pub(super) fn count<T>(results: &[Result<T, ChatError>], wanted: &str) -> usize {
    results.iter().filter(|result| code(result) == wanted).count()
}

pub(super) struct Nodes {
    chats: [Chat; 2],
    pub(super) store: Arc<dyn Store>,
}

impl Nodes {
    pub(super) async fn start(fixture: &dyn Fixture) -> Self {
        let store = fixture.store();
        let secrets = Secrets::random().unwrap();
        let chats = [chat(store.clone(), &secrets).await, chat(fixture.another_node().await, &secrets).await];
        Self { chats, store }
    }

    /// The node on which the `n`th of many acts.
    pub(super) fn of(&self, n: usize) -> Chat {
        self.chats[n % 2].clone()
    }

    /// Makes users who begin with so many coins.
    pub(super) async fn users(&self, ids: &[&str], coins: i64) {
        let mut tx = begin(&*self.store).await;
        for id in ids {
            tx.insert_user(&new_user(id)).await.unwrap();
            let opening = NewCoinEntry { kind: CoinKind::Opening, reason: None, ..entry(coins, coins) };
            tx.append_coin_entry(&user(id), &opening).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Makes rooms of six seats, of which the owner, who is prime and exists, has one.
    pub(super) async fn rooms(&self, owner: &str, count: usize) -> Vec<RoomId> {
        self.chats[0].set_prime(&Operator::host(), &user(owner), true).await.unwrap();
        let mut rooms = Vec::new();
        for _ in 0..count {
            let create = CreateRoom {
                name: name("Room"),
                password: RoomPassword::parse(ROOM_PASSWORD).unwrap(),
                capacity: Capacity::MAX,
                client_id: None,
            };
            rooms.push(self.chats[0].create_room(&Caller::user(user(owner)), create).await.unwrap().room.room.id);
        }
        rooms
    }

    /// The coins of a user, whose ledger adds up to them: numbers 1, 2, 3 …, each balance the sum so far.
    pub(super) async fn coins(&self, id: &str) -> i64 {
        let mut entries = self.store.coin_entries(&user(id), None, usize::MAX).await.unwrap();
        entries.reverse();
        let mut sum = 0;
        for (entry, number) in entries.iter().zip(1..) {
            sum += entry.amount.get();
            assert_eq!((entry.number, entry.balance_after.get()), (number, sum), "the ledger of {id}: {entries:?}");
        }
        let balance = self.store.user(&user(id)).await.unwrap().unwrap().coins.get();
        assert_eq!(balance, sum, "R-COIN-02: the balance of {id} is the sum of the entries");
        balance
    }

    /// The members of a room, who are what its log makes of them: numbers 1, 2, 3 …, nobody joins who is in.
    pub(super) async fn members(&self, room: RoomId) -> BTreeSet<UserId> {
        let events = self.store.events(room, EventRange::After(seq(0)), usize::MAX).await.unwrap();
        let mut present = BTreeSet::new();
        for (event, number) in events.iter().zip(1..) {
            assert_eq!(event.seq.get(), number, "R-MSG-02: the numbers of the log");
            match event.kind {
                EventKind::Joined => assert!(present.insert(event.sender.clone()), "{} joined twice", event.sender),
                EventKind::Left => assert!(present.remove(&event.sender), "{} left without a seat", event.sender),
                _ => {}
            }
        }
        let listed: BTreeSet<UserId> =
            self.store.members(room).await.unwrap().into_iter().map(|named| named.member.user).collect();
        assert_eq!(listed, present, "the members, and those whom the log seats");
        let locked = self.store.room(room).await.unwrap().unwrap().room;
        assert_eq!((usize::from(locked.member_count), locked.last_seq), (present.len(), seq(events.len() as u64)));
        assert!(locked.member_count <= locked.capacity.get(), "R-ADM-02");
        present
    }
}

async fn chat(store: Arc<dyn Store>, secrets: &Secrets) -> Chat {
    Chat::builder_on(store).secrets(secrets.clone()).password_cost(4).build().await.unwrap()
}

/// Asks for a seat with the room's password.
pub(super) fn by_password(room: RoomId) -> JoinRoom {
    JoinRoom { key: JoinKey::Password { room, password: ROOM_PASSWORD.into() }, dry_run: false, max_charge: None }
}
