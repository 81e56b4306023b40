//! The rows of a store at version 4, and what every later release must read of them. Both stores' tests include it.

use chat_conformance::build::user;
use chat_core::{
    model::{
        event::Seq,
        outbox::{ConsumerName, Subject},
        room::RoomId,
        time::Timestamp,
        user::Standing,
    },
    ports::store::{Claim, ClaimId, Settlement, Store},
};

/// Reads every row of `rows/0004.sql`, and goes on from there.
pub(crate) async fn reads_the_rows_of_version_4(store: &dyn Store) {
    let letter = store.dead_letters(None, 9).await.unwrap().remove(0);
    let suspended = Subject::StandingChanged { user: user("carol"), standing: Standing::Suspended };
    assert_eq!((letter.entry.subject, letter.entry.attempts, letter.error.as_str()), (suspended, 100, "no answer"));

    let consumer = ConsumerName::parse("host").unwrap();
    let (at, until) = (Timestamp::from_millis(7), Timestamp::from_millis(8));
    let claim = Claim { id: ClaimId::new(), consumer: consumer.clone(), at, until, lanes: 9, entries: 9 };
    let claimed = store.claim(&claim).await.unwrap();
    let subjects: Vec<Subject> =
        claimed.iter().flat_map(|lane| &lane.entries).map(|entry| entry.subject.clone()).collect();
    let mut room = [0; 16];
    room[15] = 9;
    let made = Subject::FriendshipMade { user: user("Alice"), other: user("bob") };
    assert_eq!(subjects, [made, Subject::Logged { room: RoomId::from_bytes(room), seq: Seq::new(2) }]);

    // And it goes on: what is settled is gone.
    let done = claimed.into_iter().map(|lane| Settlement {
        claim: lane.claim,
        lane: lane.lane,
        delivered: lane.entries,
        stop: None,
        due: until,
    });
    store.settle(&consumer, &done.collect::<Vec<_>>()).await.unwrap();
    assert_eq!(store.claim(&Claim { at: Timestamp::MAX, ..claim }).await.unwrap(), []);
}
