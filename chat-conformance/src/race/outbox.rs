use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use chat_core::{
    model::{outbox::Subject, room::RoomId},
    ports::store::{Store, StoreError},
};
use tokio::{task::JoinSet, time::timeout};

use crate::{
    Fixture,
    build::{attempt, draft, room_of, users},
    outbox::{PATIENCE, consumer, deliver},
};

const ROOMS: usize = 4;
const MESSAGES: usize = 40;

/// Writers and claimers on two nodes at once: nothing comes twice, nothing is left out, and each room is in order.
pub(crate) async fn nodes_that_claim_at_once_deliver_each_event_once_and_in_order(fixture: &dyn Fixture) {
    let stores = [fixture.store(), fixture.another_node().await];
    users(&*stores[0], &["alice"]).await;
    let mut rooms = Vec::new();
    for _ in 0..ROOMS {
        rooms.push(room_of(&*stores[0], &["alice"]).await);
    }
    let heard: Arc<Mutex<BTreeMap<RoomId, Vec<u64>>>> = Arc::default();
    let mut tasks = JoinSet::new();
    for store in &stores {
        tasks.spawn(send(Arc::clone(store), rooms.clone()));
        tasks.spawn(hear(Arc::clone(store), Arc::clone(&heard)));
    }
    let ended = async {
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
    };
    timeout(PATIENCE, ended).await.expect("all is delivered in the end");
    let expected: Vec<u64> = (2..2 + 2 * MESSAGES as u64).collect();
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), ROOMS);
    assert!(heard.values().all(|numbers| *numbers == expected), "{heard:?}");
}

async fn send(store: Arc<dyn Store>, rooms: Vec<RoomId>) {
    for _ in 0..MESSAGES {
        let drafts: Vec<_> = rooms.iter().map(|room| draft(*room, "alice", "hi")).collect();
        while patiently(store.append_telling(&drafts, attempt(), &[consumer("host")]).await).is_none() {
            tokio::task::yield_now().await;
        }
    }
}

/// Goes on until both have heard all.
async fn hear(store: Arc<dyn Store>, heard: Arc<Mutex<BTreeMap<RoomId, Vec<u64>>>>) {
    loop {
        deliver(&*store, |entry| {
            let Subject::Logged { room, seq } = entry.subject else { panic!("{entry:?}") };
            heard.lock().unwrap().entry(room).or_default().push(seq.get());
        })
        .await;
        if heard.lock().unwrap().values().map(Vec::len).sum::<usize>() >= 2 * ROOMS * MESSAGES {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// What was given up for others is tried again.
fn patiently<T>(done: Result<T, StoreError>) -> Option<T> {
    match done {
        Err(StoreError::Transient(_)) => None,
        done => Some(done.unwrap()),
    }
}
