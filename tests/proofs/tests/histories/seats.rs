//! Many users for few seats, each asking twice at once.

use std::{collections::BTreeMap, sync::Arc};

use chat_core::{error::Rejection, model::room::RoomId};
use chat_proofs::{
    answer::Reply,
    command::{Command, Tag, id_of},
    grounds::{Grounds, StoreKind},
    perform::perform,
    scale::scaled,
    words,
    world::World,
};
use chat_test_databases::Kind;
use tokio::task::JoinSet;

use crate::large::count;

const USERS: u8 = 25;

async fn contend(kind: StoreKind, joins: u32) {
    let Some(grounds) = Grounds::open(kind).await else { return };
    let (mut stage, mut world) = (grounds.stage().await, World::default());
    for number in 0..=USERS {
        let (tag, user) = (Tag::from(number), words::user(number));
        let register = Command::Register { tag, user, device: 0, coins: 1_000_000, password: 0 };
        stage.play(&mut world, &register).await.unwrap();
    }
    let owner = words::user(USERS);
    stage.play(&mut world, &Command::SetPrime { user: owner.clone(), prime: true }).await.unwrap();
    let rounds = scaled(joins).div_ceil(2 * u32::from(USERS));
    for round in 0..rounds {
        let (tag, capacity) = (1_000 + round, 2 + u8::try_from(round % 5).unwrap());
        let create = Command::CreateRoom { tag, user: owner.clone(), capacity, client_id: None };
        stage.play(&mut world, &create).await.unwrap();
        let (chat, names) = (stage.chat.clone(), Arc::new(stage.names.clone()));
        let mut joining = JoinSet::new();
        for number in (0..USERS).chain(0..USERS) {
            let (chat, names, room) = (chat.clone(), Arc::clone(&names), RoomId::from_bytes(id_of(tag)));
            joining.spawn(async move {
                let user = words::user(number);
                let join = Command::Join { user, room, right: true, dry_run: false, max_charge: None };
                (number, perform(&chat, &names, &join).await.answer)
            });
        }
        let mut seated: BTreeMap<u8, u32> = BTreeMap::new();
        for (number, answer) in joining.join_all().await {
            match answer {
                Ok(Reply::Joined(joined)) if joined.already_member => {}
                Ok(Reply::Joined(_)) => *seated.entry(number).or_default() += 1,
                Err(Rejection::RoomFull) => {}
                other => panic!("round {round}: {other:?}"),
            }
        }
        assert_eq!(seated.len(), usize::from(capacity) - 1, "round {round}: all seats and no more: {seated:?}");
        assert!(seated.values().all(|&times| times == 1), "round {round}: nobody sits down twice: {seated:?}");
    }
    count(&stage, grounds.store.as_ref(), &world).await;
    println!("{} contended joins on {kind}, 0 violations", rounds * 2 * u32::from(USERS));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r_adm_02_and_r_adm_09_every_seat_is_taken_once_and_paid_for_once_on_mariadb() {
    contend(StoreKind::Database(Kind::MariaDb), 10_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r_adm_02_and_r_adm_09_every_seat_is_taken_once_and_paid_for_once_on_sqlite() {
    contend(StoreKind::Sqlite, 2_000).await;
}
