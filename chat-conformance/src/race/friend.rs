use chat_core::{
    api::{FriendRequestOutcome, Friends},
    model::{friend::RequestBox, session::Caller},
    ports::store::Ties,
};

use super::nodes::{Nodes, at_once};
use crate::{
    Fixture,
    build::{room_of, user},
};

/// Whoever comes second accepts what the first asked: never two open ones, and no ring of locks.
pub(crate) async fn r_fri_02_requests_that_cross_make_friends(fixture: &dyn Fixture) {
    let nodes = Nodes::start(fixture).await;
    let ids = ["alice", "bob", "carol", "dave"];
    nodes.users(&ids, 0).await;
    room_of(&*nodes.store, &ids).await;
    let pairs: Vec<(&str, &str)> = ids.into_iter().flat_map(|a| ids.map(|b| (a, b))).filter(|(a, b)| a != b).collect();
    let answers = at_once(pairs.iter().enumerate().map(|(n, (from, to))| {
        let (chat, from, to) = (nodes.of(n), user(from), user(to));
        async move { chat.request_friend(&Caller::user(from), Some(to)).await.unwrap().outcome }
    }))
    .await;
    let of = |from: &str, to: &str| answers[pairs.iter().position(|pair| *pair == (from, to)).unwrap()];
    for (a, b) in pairs.iter().filter(|(a, b)| a < b) {
        let outcomes = [of(a, b), of(b, a)];
        let expected = [FriendRequestOutcome::New, FriendRequestOutcome::Accepted];
        assert!(outcomes == expected || outcomes == [expected[1], expected[0]], "{a} and {b}: {outcomes:?}");
        let ties = nodes.store.ties(&user(a), &user(b)).await.unwrap();
        assert_eq!(ties, Ties { friends: true, ..Ties::default() }, "{a} and {b}");
    }
    for id in ids {
        assert_eq!(nodes.store.friends(&user(id)).await.unwrap().len(), 3);
        for which in [RequestBox::In, RequestBox::Out] {
            assert_eq!(nodes.store.open_requests(&user(id), which).await.unwrap(), []);
        }
    }
}

/// The same request from many places is one request.
pub(crate) async fn r_fri_01_a_request_that_is_repeated_at_once_is_one(fixture: &dyn Fixture) {
    let nodes = Nodes::start(fixture).await;
    nodes.users(&["alice", "bob"], 0).await;
    room_of(&*nodes.store, &["alice", "bob"]).await;
    let answers = at_once((0..8).map(|n| {
        let chat = nodes.of(n);
        async move { chat.request_friend(&Caller::user(user("alice")), Some(user("bob"))).await.unwrap() }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.request == answers[0].request), "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.outcome == FriendRequestOutcome::New).count(), 1);
    assert_eq!(nodes.store.open_requests(&user("bob"), RequestBox::In).await.unwrap().len(), 1);
}
