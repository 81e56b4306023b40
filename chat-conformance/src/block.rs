use chat_core::{
    model::{
        event::EventKind,
        friend::{RequestBox, RequestState},
        room::Role,
        user::UserId,
    },
    ports::store::{Store, Ties},
};

use crate::{
    build::{NOON, at, begin, event, leaving, member, new_room_of, request, room_of, user, users},
    refusal::must_not_be,
};

async fn block(store: &dyn Store, pairs: &[(&str, &str)]) {
    let mut tx = begin(store).await;
    for (who, whom) in pairs {
        tx.insert_block(&user(who), &user(whom), NOON).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn befriend(store: &dyn Store, pairs: &[(&str, &str)]) {
    let mut tx = begin(store).await;
    for (a, b) in pairs {
        tx.insert_friendship(&user(a), &user(b), NOON).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn acquaintances(store: &dyn Store, id: &str) -> Vec<UserId> {
    store.acquaintances(&user(id)).await.unwrap()
}

pub(crate) async fn r_fri_04_blocks_are_listed_by_time_then_by_the_bytes_of_the_id(store: &dyn Store) {
    users(store, &["alice", "bob", "Carol", "_dave"]).await;
    let mut tx = begin(store).await;
    for (whom, millis) in [("bob", 2), ("_dave", 2), ("Carol", 1)] {
        tx.insert_block(&user("alice"), &user(whom), at(millis)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let blocks = store.blocks(&user("alice")).await.unwrap();
    let listed: Vec<_> = blocks.iter().map(|block| (block.id.as_str(), block.at)).collect();
    assert_eq!(listed, [("Carol", at(1)), ("_dave", at(2)), ("bob", at(2))]);
    assert_eq!(store.blocks(&user("bob")).await.unwrap(), [], "who is blocked blocks nobody by it");
}

pub(crate) async fn r_fri_04_a_block_is_a_tie_seen_from_either_side_until_it_ends(store: &dyn Store) {
    users(store, &["alice", "bob", "carol"]).await;
    block(store, &[("alice", "bob"), ("carol", "alice")]).await;
    let (alice, bob, carol) = (user("alice"), user("bob"), user("carol"));
    let (blocks, blocked) = (Ties { blocks: true, ..Ties::default() }, Ties { blocked: true, ..Ties::default() });
    assert_eq!(store.ties(&alice, &bob).await.unwrap(), blocks);
    assert_eq!(store.ties(&bob, &alice).await.unwrap(), blocked);
    let mut tx = begin(store).await;
    assert_eq!(tx.ties_between(&alice, &bob).await.unwrap(), blocks);
    assert_eq!(tx.tied_to(&alice).await.unwrap(), [bob.clone(), carol], "in whichever direction");
    tx.delete_block(&alice, &bob).await.unwrap();
    assert_eq!(tx.ties_between(&alice, &bob).await.unwrap(), Ties::default());
    tx.commit().await.unwrap();
    assert_eq!(store.blocks(&alice).await.unwrap(), []);
}

pub(crate) async fn a_block_that_is_there_is_not_made_again(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    block(store, &[("alice", "bob"), ("bob", "alice")]).await;
    let mut tx = begin(store).await;
    let again = tx.insert_block(&user("alice"), &user("bob"), NOON).await;
    must_not_be(tx, again).await;
}

pub(crate) async fn a_block_that_is_not_there_is_not_ended(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    block(store, &[("alice", "bob")]).await;
    let mut tx = begin(store).await;
    let not_there = tx.delete_block(&user("bob"), &user("alice")).await;
    must_not_be(tx, not_there).await;
    assert_eq!(store.blocks(&user("alice")).await.unwrap().len(), 1);
}

pub(crate) async fn r_fri_04_a_request_is_not_listed_to_who_blocks_its_sender(store: &dyn Store) {
    users(store, &["alice", "bob", "carol"]).await;
    block(store, &[("alice", "bob")]).await;
    let (hidden, shown, sent) = (request("bob", "alice"), request("carol", "alice"), request("alice", "bob"));
    let mut tx = begin(store).await;
    for made in [&hidden, &shown, &sent] {
        tx.insert_request(made).await.unwrap();
    }
    tx.commit().await.unwrap();
    let listed = async |id: &str, which| store.open_requests(&user(id), which).await.unwrap();
    assert_eq!(listed("alice", RequestBox::In).await, [shown]);
    assert_eq!(
        listed("bob", RequestBox::Out).await,
        std::slice::from_ref(&hidden),
        "to its sender it is as open as any"
    );
    assert_eq!(listed("bob", RequestBox::In).await, std::slice::from_ref(&sent));
    assert_eq!(listed("alice", RequestBox::Out).await, std::slice::from_ref(&sent));
    let ties = store.ties(&user("alice"), &user("bob")).await.unwrap();
    assert_eq!((ties.received.as_ref(), ties.sent, ties.blocks), (Some(&hidden), Some(sent), true));
    assert_eq!(hidden.state, RequestState::Open);
}

pub(crate) async fn acquaintances_share_a_room_now_or_are_friends(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob", "Carol"]).await;
    users(store, &["dave", "_erin", "frank", "grace"]).await;
    room_of(store, &["alice", "bob", "dave"]).await;
    room_of(store, &["frank", "dave"]).await;
    befriend(store, &[("_erin", "alice"), ("alice", "bob"), ("grace", "bob")]).await;
    assert_eq!(acquaintances(store, "alice").await, ["Carol", "_erin", "bob", "dave"].map(user));
    assert_eq!(acquaintances(store, "grace").await, ["bob"].map(user));
    assert_eq!(acquaintances(store, "nobody").await, []);

    let mut tx = begin(store).await;
    tx.unseat_member(&user("Carol"), &leaving(room, "Carol", 9)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(acquaintances(store, "alice").await, ["_erin", "bob", "dave"].map(user), "who left is seen no more");
    assert_eq!(acquaintances(store, "Carol").await, []);
}

pub(crate) async fn r_fri_04_acquaintances_are_none_of_whom_either_blocks_the_other(store: &dyn Store) {
    new_room_of(store, &["alice", "bob", "carol", "dave"]).await;
    users(store, &["erin", "frank"]).await;
    befriend(store, &[("alice", "erin"), ("alice", "frank")]).await;
    block(store, &[("alice", "bob"), ("carol", "alice"), ("alice", "erin"), ("frank", "alice")]).await;
    assert_eq!(acquaintances(store, "alice").await, ["dave"].map(user));
    assert_eq!(acquaintances(store, "bob").await, ["carol", "dave"].map(user));
    assert_eq!(acquaintances(store, "erin").await, []);
}

pub(crate) async fn r_fri_04_the_unblocked_members_of_a_room_are_those_in_no_block_with_a_user(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob", "Carol", "dave"]).await;
    users(store, &["erin"]).await;
    block(store, &[("alice", "bob"), ("Carol", "alice"), ("bob", "dave")]).await;
    let of = async |id: &str| store.unblocked_members(room, &user(id)).await.unwrap();
    assert_eq!(of("alice").await, ["alice", "dave"].map(user));
    assert_eq!(of("dave").await, ["Carol", "alice", "dave"].map(user));
    assert_eq!(of("erin").await, ["Carol", "alice", "bob", "dave"].map(user), "who is none is not among them");
    let mut tx = begin(store).await;
    tx.unseat_member(&user("alice"), &leaving(room, "alice", 9)).await.unwrap();
    tx.append_event(&event(room, 5, "erin", EventKind::Joined)).await.unwrap();
    tx.seat_member(room, &member("erin", Role::Member, 5)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(of("alice").await, ["dave", "erin"].map(user));
}
