use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use chat_core::{
    model::{outbox::Subject, room::RoomId},
    ports::store::{Store, StoreError},
};
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::{
    Fixture,
    build::{attempt, draft, room_of, users},
    outbox::{claim_of, consumer, done, settle},
};

const ROOMS: usize = 4;
const MESSAGES: usize = 40;
/// How long the two that claim look for more at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writers and claimers on two nodes at once: nothing comes twice, nothing is left out, and each room is in order.
pub(crate) async fn nodes_that_claim_at_once_deliver_each_event_once_and_in_order(fixture: &dyn Fixture) {
    let stores = [fixture.store(), fixture.another_node().await];
    users(&*stores[0], &["alice"]).await;
    let mut rooms = Vec::new();
    for _ in 0..ROOMS {
        rooms.push(room_of(&*stores[0], &["alice"]).await);
    }
    let heard: Arc<Mutex<BTreeMap<RoomId, Vec<u64>>>> = Arc::default();
    let looks = watch::Sender::new([0; 2]);
    let mut tasks = JoinSet::new();
    for (node, store) in stores.iter().enumerate() {
        tasks.spawn(send(Arc::clone(store), rooms.clone()));
        tasks.spawn(hear(Arc::clone(store), node, looks.clone(), Arc::clone(&heard)));
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

/// Goes on until both have heard all. What one claimed, it settles only after the other has looked too: a store that
/// forgets a claim hands the same out to both, whatever the machine's pace is.
async fn hear(
    store: Arc<dyn Store>,
    node: usize,
    looks: watch::Sender<[usize; 2]>,
    heard: Arc<Mutex<BTreeMap<RoomId, Vec<u64>>>>,
) {
    let other = 1 - node;
    while heard.lock().unwrap().values().map(Vec::len).sum::<usize>() < 2 * ROOMS * MESSAGES {
        let claimed = claim_of(&*store, "host", 0, 3, 4).await;
        for entry in claimed.iter().flat_map(|lane| &lane.entries) {
            let Subject::Logged { room, seq } = entry.subject else { panic!("{entry:?}") };
            heard.lock().unwrap().entry(room).or_default().push(seq.get());
        }
        let mut seen = 0;
        looks.send_modify(|looks| {
            looks[node] += 1;
            seen = looks[other];
        });
        if claimed.is_empty() {
            tokio::task::yield_now().await;
        } else {
            looks.subscribe().wait_for(|looks| looks[other] > seen).await.unwrap();
            settle(&*store, &claimed.into_iter().map(|lane| done(lane, 0)).collect::<Vec<_>>()).await;
        }
    }
    looks.send_modify(|looks| looks[node] = usize::MAX);
}

/// What was given up for others is tried again.
fn patiently<T>(done: Result<T, StoreError>) -> Option<T> {
    match done {
        Err(StoreError::Transient(_)) => None,
        done => Some(done.unwrap()),
    }
}
