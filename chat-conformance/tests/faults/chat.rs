//! What a chat makes of a store whose commits go wrong.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chat_conformance::Fixture;
use chat_core::{
    Chat, Secrets,
    api::{Admin, ChangeRoom, CreateRoom, Ledger, Live, Register, Resume, Rooms, SignedIn, Users},
    error::ChatError,
    model::{
        coin::Coins,
        operator::Operator,
        room::{Capacity, RoomPassword},
        session::{Caller, DeviceId},
        text::Name,
        user::{Password, Phone, UserId},
    },
    realtime::{connection::Connection, delivery::Delivery},
};
use tokio::{runtime::Runtime, time::timeout};

use crate::planted::{Fault, Planted, planted};

const PATIENCE: Duration = Duration::from_secs(60);

async fn chat_with(fault: Fault) -> (Planted, Chat) {
    let planted = planted(fault).await;
    let secrets = Secrets::random().unwrap();
    let chat = Chat::builder_on(planted.store()).secrets(secrets).password_cost(4).build().await.unwrap();
    (planted, chat)
}

async fn register(chat: &Chat) -> Result<SignedIn, ChatError> {
    chat.register(Register {
        user_id: alice(),
        device: DeviceId::parse("phone").unwrap(),
        name: Name::parse("Alice").unwrap(),
        phone: Phone::parse("+15550100").unwrap(),
        coins: Coins::ZERO,
        password: Password::parse("correct horse").unwrap(),
    })
    .await
}

fn alice() -> UserId {
    UserId::parse("alice").unwrap()
}

/// Alice, who may make rooms, on a live connection.
async fn connected(chat: &Chat) -> (Caller, Connection) {
    register(chat).await.unwrap();
    chat.set_prime(&Operator::host(), &alice(), true).await.unwrap();
    let caller = Caller::user(alice());
    let mut connection = chat.connect(&caller).await.unwrap();
    connection.start(&Resume::new()).await.unwrap();
    (caller, connection)
}

fn room() -> CreateRoom {
    CreateRoom {
        name: Name::parse("Tea").unwrap(),
        password: RoomPassword::parse("biscuits").unwrap(),
        capacity: Capacity::MAX,
        client_id: None,
    }
}

async fn hears_of_a_room(connection: &mut Connection) {
    let delivery = timeout(PATIENCE, connection.next()).await.unwrap();
    assert!(matches!(delivery, Delivery::RoomAdded(_)), "{delivery:?}");
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_asked_for_answered_and_told() {
    let (_planted, chat) = chat_with(Fault::LostAnswer).await;
    let (caller, mut connection) = connected(&chat).await;
    chat.create_room(&caller, room()).await.unwrap();
    hears_of_a_room(&mut connection).await;
}

#[tokio::test]
async fn a_commit_that_did_not_happen_is_done_again() {
    let (_planted, chat) = chat_with(Fault::LostCommit).await;
    register(&chat).await.unwrap();
    let entries = chat.coin_entries(&Caller::user(alice()), None, 10).await.unwrap().entries;
    assert_eq!(entries.len(), 1, "{entries:?}");
}

#[tokio::test]
async fn while_nobody_can_tell_what_became_of_it_the_caller_hears_so_and_it_is_told_in_the_end() {
    let (planted, chat) = chat_with(Fault::LostAnswer).await;
    let (caller, mut connection) = connected(&chat).await;
    planted.store.shared.silent.store(true, Ordering::SeqCst);
    let made = chat.create_room(&caller, room()).await;
    assert!(matches!(made, Err(ChatError::UnknownOutcome(_))), "{made:?}");
    planted.store.shared.silent.store(false, Ordering::SeqCst);
    hears_of_a_room(&mut connection).await;
}

#[tokio::test]
async fn a_write_that_panics_panics_for_its_caller_and_the_next_one_is_served() {
    let (_planted, chat) = chat_with(Fault::PanickingCommit).await;
    let other = chat.clone();
    let panicked = tokio::spawn(async move { register(&other).await }).await.unwrap_err();
    assert!(panicked.is_panic(), "{panicked:?}");
    register(&chat).await.unwrap();
}

#[test]
fn who_waits_for_a_write_whose_runtime_has_ended_hears_that_nobody_knows() {
    let (ends, stays) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let (planted, chat) = stays.block_on(chat_with(Fault::HangingCommit));
    let shared = Arc::clone(&planted.store.shared);
    let mut registering = Box::pin(register(&chat));
    ends.block_on(async {
        tokio::select! {
            done = &mut registering => panic!("{done:?}"),
            () = shared.hangs.notified() => {}
        }
    });
    ends.shutdown_background();
    let done = stays.block_on(registering);
    assert!(matches!(done, Err(ChatError::UnknownOutcome(_))), "{done:?}");
}

/// As if the caller had left between the commit and a look afterwards.
#[tokio::test]
async fn who_changes_a_room_is_answered_what_was_done_and_not_what_came_after() {
    let (_planted, chat) = chat_with(Fault::Blind).await;
    let (caller, _connection) = connected(&chat).await;
    let made = chat.create_room(&caller, room()).await.unwrap().room;
    let change = ChangeRoom { name: Some(Name::parse("Coffee").unwrap()), password: None, capacity: None };
    let changed = chat.change_room(&caller, made.room.id, change).await.unwrap();
    assert_eq!((changed.room.name.as_str(), changed.room.last_seq.get()), ("Coffee", 2));
}
