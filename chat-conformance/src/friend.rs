use chat_core::{
    model::{
        event::EventKind,
        friend::{FriendRequest, RequestBox, RequestId, RequestState},
        room::Role,
    },
    ports::store::{Store, Ties},
};

use crate::{
    build::{NOON, at, begin, event, leaving, member, new_room_of, request, user, users},
    refusal::must_not_be,
};

async fn insert(store: &dyn Store, requests: &[&FriendRequest]) {
    let mut tx = begin(store).await;
    for request in requests {
        tx.insert_request(request).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn decide(store: &dyn Store, request: &FriendRequest, state: RequestState, millis: i64) {
    let mut tx = begin(store).await;
    tx.decide_request(request.id, state, at(millis)).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn a_request_is_read_in_every_state(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    for state in [RequestState::Accepted, RequestState::Declined, RequestState::Withdrawn] {
        let made = request("alice", "bob");
        insert(store, &[&made]).await;
        assert_eq!(store.request(made.id).await.unwrap(), Some(made.clone()));
        assert_eq!(store.open_requests(&user("bob"), RequestBox::In).await.unwrap(), std::slice::from_ref(&made));
        assert_eq!(store.open_requests(&user("alice"), RequestBox::Out).await.unwrap(), std::slice::from_ref(&made));
        decide(store, &made, state, 3).await;
        let decided = FriendRequest { state, decided_at: Some(at(3)), ..made };
        assert_eq!(store.request(decided.id).await.unwrap(), Some(decided.clone()));
        assert_eq!(begin(store).await.request_in(decided.id).await.unwrap(), Some(decided));
        assert_eq!(store.open_requests(&user("bob"), RequestBox::In).await.unwrap(), []);
    }
    assert_eq!(store.request(RequestId::new()).await.unwrap(), None);
}

pub(crate) async fn ties_are_seen_from_the_first_user(store: &dyn Store) {
    users(store, &["alice", "bob", "carol"]).await;
    let (alice, bob) = (user("alice"), user("bob"));
    assert_eq!(store.ties(&alice, &bob).await.unwrap(), Ties::default());
    let (there, back) = (request("alice", "bob"), request("bob", "alice"));
    insert(store, &[&there, &back, &request("alice", "carol")]).await;
    let mut tx = begin(store).await;
    tx.insert_friendship(&alice, &bob, NOON).await.unwrap();
    tx.commit().await.unwrap();
    let of_alice = Ties { friends: true, sent: Some(there), received: Some(back), ..Ties::default() };
    let of_bob = Ties { sent: of_alice.received.clone(), received: of_alice.sent.clone(), ..of_alice.clone() };
    assert_eq!(store.ties(&alice, &bob).await.unwrap(), of_alice);
    assert_eq!(store.ties(&bob, &alice).await.unwrap(), of_bob);
    assert_eq!(begin(store).await.ties_between(&alice, &bob).await.unwrap(), of_alice);
}

pub(crate) async fn a_decline_is_remembered_with_its_latest_time(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    for millis in [5, 9] {
        let made = request("alice", "bob");
        insert(store, &[&made]).await;
        decide(store, &made, RequestState::Declined, millis).await;
    }
    let (alice, bob) = (user("alice"), user("bob"));
    assert_eq!(store.ties(&alice, &bob).await.unwrap().declined_at, Some(at(9)));
    assert_eq!(store.ties(&bob, &alice).await.unwrap().declined_at, None, "the decliner does not wait");
}

pub(crate) async fn friends_are_listed_by_time_then_by_the_bytes_of_the_id_with_names(store: &dyn Store) {
    users(store, &["alice", "bob", "carol", "dave", "Eve", "_fay", "0"]).await;
    let mut tx = begin(store).await;
    for (friend, millis) in [("dave", 1), ("carol", 2), ("_fay", 2), ("bob", 2), ("Eve", 2), ("0", 2)] {
        tx.insert_friendship(&user(friend), &user("alice"), at(millis)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let friends = store.friends(&user("alice")).await.unwrap();
    let listed: Vec<_> = friends.iter().map(|friend| (friend.id.as_str(), friend.name.as_str())).collect();
    let expected = [("dave", "DAVE"), ("0", "0"), ("Eve", "EVE"), ("_fay", "_FAY"), ("bob", "BOB"), ("carol", "CAROL")];
    assert_eq!(listed, expected);
    assert_eq!([friends[0].since, friends[1].since], [at(1), at(2)]);
    assert_eq!(store.friends(&user("bob")).await.unwrap()[0].id, user("alice"));
}

pub(crate) async fn a_friendship_ends_on_both_sides_once(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let (alice, bob) = (user("alice"), user("bob"));
    let mut tx = begin(store).await;
    tx.insert_friendship(&alice, &bob, NOON).await.unwrap();
    assert!(tx.delete_friendship(&bob, &alice).await.unwrap());
    assert!(!tx.delete_friendship(&alice, &bob).await.unwrap());
    tx.commit().await.unwrap();
    for id in [alice, bob] {
        assert_eq!(store.friends(&id).await.unwrap(), []);
    }
}

pub(crate) async fn r_fri_01_a_room_is_shared_also_after_leaving(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    users(store, &["carol"]).await;
    let mut tx = begin(store).await;
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 9)).await.unwrap();
    assert!(tx.have_shared_a_room(&user("alice"), &user("bob")).await.unwrap());
    assert!(tx.have_shared_a_room(&user("bob"), &user("alice")).await.unwrap());
    assert!(!tx.have_shared_a_room(&user("alice"), &user("carol")).await.unwrap());
}

pub(crate) async fn r_fri_01_a_room_is_shared_also_by_those_who_never_met_in_it(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    users(store, &["carol"]).await;
    let mut tx = begin(store).await;
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 9)).await.unwrap();
    tx.append_event(&event(room, 3, "carol", EventKind::Joined)).await.unwrap();
    tx.seat_member(room, &member("carol", Role::Member, 3)).await.unwrap();
    assert!(tx.have_shared_a_room(&user("carol"), &user("bob")).await.unwrap());
}

pub(crate) async fn a_request_is_decided_once(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let made = request("alice", "bob");
    insert(store, &[&made]).await;
    decide(store, &made, RequestState::Accepted, 1).await;
    let mut tx = begin(store).await;
    let again = tx.decide_request(made.id, RequestState::Declined, at(2)).await;
    must_not_be(tx, again).await;
    assert_eq!(store.request(made.id).await.unwrap().unwrap().state, RequestState::Accepted);
}

pub(crate) async fn open_requests_are_listed_newest_first(store: &dyn Store) {
    users(store, &["alice", "bob", "carol", "dave"]).await;
    let made = [("alice", "dave", 2), ("bob", "dave", 3), ("carol", "dave", 1), ("dave", "alice", 4)]
        .map(|(from, to, millis)| FriendRequest { created_at: at(millis), ..request(from, to) });
    insert(store, &made.each_ref()).await;
    let received: Vec<_> = store.open_requests(&user("dave"), RequestBox::In).await.unwrap();
    assert_eq!(received, [1, 0, 2].map(|index: usize| made[index].clone()));
    assert_eq!(store.open_requests(&user("dave"), RequestBox::Out).await.unwrap(), [made[3].clone()]);
    assert_eq!(store.open_requests(&user("bob"), RequestBox::In).await.unwrap(), []);
}

pub(crate) async fn a_withdrawn_request_leaves_no_tie(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let made = request("alice", "bob");
    insert(store, &[&made]).await;
    decide(store, &made, RequestState::Withdrawn, 3).await;
    assert_eq!(store.ties(&user("alice"), &user("bob")).await.unwrap(), Ties::default());
    assert_eq!(store.open_requests(&user("alice"), RequestBox::Out).await.unwrap(), []);
}

pub(crate) async fn tied_to_a_user_are_friends_and_who_asked_or_was_asked(store: &dyn Store) {
    users(store, &["alice", "Bob", "carol", "dave", "erin"]).await;
    let (sent, received) = (request("alice", "carol"), request("dave", "alice"));
    let over = request("alice", "erin");
    insert(store, &[&sent, &received, &over]).await;
    decide(store, &over, RequestState::Declined, 1).await;
    let mut tx = begin(store).await;
    tx.insert_friendship(&user("alice"), &user("Bob"), at(1)).await.unwrap();
    tx.insert_friendship(&user("alice"), &user("carol"), at(1)).await.unwrap();
    tx.insert_friendship(&user("Bob"), &user("erin"), at(1)).await.unwrap();
    assert_eq!(tx.tied_to(&user("alice")).await.unwrap(), ["Bob", "carol", "dave"].map(user));
    assert_eq!(tx.tied_to(&user("dave")).await.unwrap(), ["alice"].map(user));
    assert_eq!(tx.tied_to(&user("nobody")).await.unwrap(), []);
}
