use chat_core::{
    model::friend::{FriendRequest, RequestBox, RequestId, RequestState},
    ports::store::{Store, StoreError, Ties},
};

use crate::builders::{NOON, at, begin, new_room_of, user, users};

fn request(from: &str, to: &str) -> FriendRequest {
    FriendRequest {
        id: RequestId::new(),
        from: user(from),
        to: user(to),
        state: RequestState::Open,
        created_at: NOON,
        decided_at: None,
    }
}

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
    let of_alice = Ties { friends: true, sent: Some(there), received: Some(back), declined_at: None };
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

pub(crate) async fn friends_are_listed_by_time_then_id_with_names(store: &dyn Store) {
    users(store, &["alice", "bob", "carol", "dave"]).await;
    let mut tx = begin(store).await;
    for (friend, millis) in [("dave", 1), ("carol", 2), ("bob", 2)] {
        tx.insert_friendship(&user(friend), &user("alice"), at(millis)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let friends = store.friends(&user("alice")).await.unwrap();
    let listed: Vec<_> =
        friends.iter().map(|friend| (friend.id.as_str(), friend.name.as_str(), friend.since)).collect();
    assert_eq!(listed, [("dave", "DAVE", at(1)), ("bob", "BOB", at(2)), ("carol", "CAROL", at(2))]);
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
    tx.unseat_member(room, &user("bob"), at(9)).await.unwrap();
    assert!(tx.have_shared_a_room(&user("alice"), &user("bob")).await.unwrap());
    assert!(tx.have_shared_a_room(&user("bob"), &user("alice")).await.unwrap());
    assert!(!tx.have_shared_a_room(&user("alice"), &user("carol")).await.unwrap());
}

pub(crate) async fn a_request_is_decided_once(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let made = request("alice", "bob");
    insert(store, &[&made]).await;
    decide(store, &made, RequestState::Accepted, 1).await;
    let mut tx = begin(store).await;
    let again = tx.decide_request(made.id, RequestState::Declined, at(2)).await;
    assert!(matches!(again, Err(StoreError::Corrupt(_))), "{again:?}");
}
