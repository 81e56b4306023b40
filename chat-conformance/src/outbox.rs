use chat_core::{
    model::{
        outbox::{ConsumerName, DeadLetter, Lane, OutboxEntry, OutboxId, Subject},
        room::RoomId,
        user::Standing,
    },
    ports::store::{Claim, ClaimId, ClaimedLane, Settlement, Stop, Store},
};

use crate::{
    build::{append, at, attempt, begin, draft, keyed_draft, new_room_of, seq, user},
    refusal::AWKWARD,
};

/// How long a claim holds.
const HOLD: i64 = 1_000;

pub(crate) fn consumer(name: &str) -> ConsumerName {
    ConsumerName::parse(name).unwrap()
}

fn entry(subject: Subject, millis: i64) -> OutboxEntry {
    OutboxEntry::new(consumer("host"), subject, at(millis))
}

fn logged(room: RoomId, number: u64, millis: i64) -> OutboxEntry {
    entry(Subject::Logged { room, seq: seq(number) }, millis)
}

async fn write(store: &dyn Store, entries: &[OutboxEntry]) {
    let mut tx = begin(store).await;
    tx.append_outbox(entries).await.unwrap();
    tx.commit().await.unwrap();
}

/// What `host` is to be told, as of that time.
async fn claim(store: &dyn Store, millis: i64) -> Vec<ClaimedLane> {
    claim_of(store, "host", millis, 100, 100).await
}

pub(crate) async fn claim_of(
    store: &dyn Store,
    name: &str,
    millis: i64,
    lanes: usize,
    entries: usize,
) -> Vec<ClaimedLane> {
    let (id, consumer) = (ClaimId::new(), consumer(name));
    let claim = Claim { id, consumer, at: at(millis), until: at(millis + HOLD), lanes, entries };
    store.claim(&claim).await.unwrap()
}

/// All of it was delivered.
pub(crate) fn done(claimed: ClaimedLane, due: i64) -> Settlement {
    let ClaimedLane { claim, lane, entries } = claimed;
    Settlement { claim, lane, delivered: entries, stop: None, due: at(due) }
}

pub(crate) async fn settle(store: &dyn Store, settlements: &[Settlement]) {
    store.settle(&consumer("host"), settlements).await.unwrap();
}

fn numbers(claimed: &[ClaimedLane]) -> Vec<u64> {
    claimed.iter().flat_map(|lane| lane.entries.iter().map(|entry| entry.subject.position())).collect()
}

fn lanes(claimed: &[ClaimedLane]) -> Vec<Lane> {
    claimed.iter().map(|claimed| claimed.lane.clone()).collect()
}

pub(crate) async fn entries_of_every_subject_come_back_as_they_were_written(store: &dyn Store) {
    let (alice, longest) = (user("alice"), user(&"Z".repeat(64)));
    let standing = |standing| Subject::StandingChanged { user: alice.clone(), standing };
    let subjects = [
        Subject::Logged { room: RoomId::new(), seq: seq(7) },
        Subject::FriendshipMade { user: alice.clone(), other: user("bob") },
        Subject::FriendshipEnded { user: longest.clone(), other: user("bob") },
        standing(Standing::Active),
        standing(Standing::Suspended),
        standing(Standing::Erased),
        Subject::CoinsChanged { user: longest, number: 9 },
    ];
    let mut written: Vec<OutboxEntry> = subjects.into_iter().map(|subject| entry(subject, 5)).collect();
    written[0].attempts = 3;
    write(store, &written).await;
    let mut read: Vec<OutboxEntry> = claim(store, 5).await.into_iter().flat_map(|lane| lane.entries).collect();
    read.sort_by_key(|entry| entry.id);
    written.sort_by_key(|entry| entry.id);
    assert_eq!(read, written);
}

pub(crate) async fn a_batch_tells_each_consumer_of_each_new_event_and_of_nothing_else(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    append(store, &[keyed_draft(room, "alice", "hi", "k")]).await;
    let drafts = [
        keyed_draft(room, "alice", "hi", "k"),
        draft(room, "alice", "a"),
        draft(room, "eve", "no"),
        draft(room, "alice", "b"),
    ];
    let both = [consumer("host"), consumer("other")];
    store.append_telling(&drafts, attempt(), &both).await.unwrap();
    for name in ["host", "other"] {
        let claimed = claim_of(store, name, 0, 9, 9).await;
        assert_eq!(numbers(&claimed), [3, 4], "{name}");
        assert!(claimed.iter().flat_map(|lane| &lane.entries).all(|entry| entry.consumer == consumer(name)));
    }
    assert_eq!(claim_of(store, "third", 0, 9, 9).await, []);
}

pub(crate) async fn a_lane_goes_out_in_the_order_of_its_numbers(store: &dyn Store) {
    let room = RoomId::new();
    write(store, &[logged(room, 3, 0)]).await;
    write(store, &[logged(room, 12, 0), logged(room, 2, 0)]).await;
    write(store, &[logged(room, 1, 0)]).await;
    let first = claim_of(store, "host", 0, 9, 3).await;
    assert_eq!(numbers(&first), [1, 2, 3], "no more than was asked for");
    settle(store, &first.into_iter().map(|lane| done(lane, 0)).collect::<Vec<_>>()).await;
    assert_eq!(numbers(&claim(store, 0).await), [12]);
}

pub(crate) async fn what_is_undone_is_told_nobody(store: &dyn Store) {
    let mut tx = begin(store).await;
    tx.append_outbox(&[logged(RoomId::new(), 1, 0)]).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(claim(store, 9).await, []);
}

pub(crate) async fn a_claimed_lane_is_claimed_again_once_the_claim_lapses_and_not_before(store: &dyn Store) {
    write(store, &[logged(RoomId::new(), 1, 5)]).await;
    assert_eq!(claim(store, 4).await, [], "it is not due yet");
    let first = claim(store, 5).await;
    assert_eq!(claim(store, 5 + HOLD - 1).await, []);
    let again = claim(store, 5 + HOLD).await;
    assert_eq!((lanes(&again), numbers(&again)), (lanes(&first), numbers(&first)));
    assert_ne!(again[0].claim, first[0].claim);
}

pub(crate) async fn lanes_that_are_due_for_longest_are_claimed_first(store: &dyn Store) {
    let entries = [logged(RoomId::new(), 1, 3), logged(RoomId::new(), 1, 1), logged(RoomId::new(), 1, 2)];
    write(store, &entries).await;
    let of = |index: usize| entries[index].subject.lane();
    assert_eq!(lanes(&claim_of(store, "host", 9, 2, 9).await), [of(1), of(2)]);
    assert_eq!(lanes(&claim_of(store, "host", 9, 2, 9).await), [of(0)]);
}

pub(crate) async fn what_was_delivered_is_gone_and_the_rest_is_due_when_it_is_said(store: &dyn Store) {
    let room = RoomId::new();
    write(store, &[logged(room, 1, 0), logged(room, 2, 0), logged(room, 3, 0)]).await;
    let mut claimed = claim(store, 0).await.remove(0);
    claimed.entries.truncate(2);
    settle(store, &[done(claimed, 50)]).await;
    assert_eq!(claim(store, 49).await, []);
    let rest = claim(store, 50).await;
    assert_eq!(numbers(&rest), [3]);
    settle(store, &[done(rest[0].clone(), 50)]).await;
    assert_eq!(claim(store, 99 * HOLD).await, [], "of an empty lane nothing is left");
    write(store, &[logged(room, 4, 0)]).await;
    assert_eq!(numbers(&claim(store, 0).await), [4], "it begins anew");
}

pub(crate) async fn what_failed_counts_its_attempts_and_keeps_its_lane_back(store: &dyn Store) {
    let room = RoomId::new();
    write(store, &[logged(room, 1, 0), logged(room, 2, 0)]).await;
    let ClaimedLane { claim: id, lane, entries } = claim(store, 0).await.remove(0);
    let failed = OutboxEntry { attempts: 4, ..entries[0].clone() };
    let stop = Some(Stop::Failed(failed.clone()));
    settle(store, &[Settlement { claim: id, lane, delivered: Vec::new(), stop, due: at(70) }]).await;
    assert_eq!(claim(store, 69).await, []);
    assert_eq!(claim(store, 70).await.remove(0).entries, [failed, entries[1].clone()]);
}

/// Claims what there is and gives up its first entry.
async fn bury(store: &dyn Store, error: &str) -> DeadLetter {
    let ClaimedLane { claim: id, lane, mut entries } = claim(store, 0).await.remove(0);
    let letter = DeadLetter { entry: entries.remove(0), error: error.to_owned(), died_at: at(8) };
    let stop = Some(Stop::Dead(letter.clone()));
    settle(store, &[Settlement { claim: id, lane, delivered: Vec::new(), stop, due: at(0) }]).await;
    letter
}

pub(crate) async fn what_was_given_up_is_a_dead_letter_and_its_lane_goes_on(store: &dyn Store) {
    let room = RoomId::new();
    write(store, &[logged(room, 1, 0), logged(room, 2, 0)]).await;
    let letter = bury(store, "no answer").await;
    assert_eq!(store.dead_letters(None, 9).await.unwrap(), [letter]);
    assert_eq!(numbers(&claim(store, 0).await), [2]);
}

pub(crate) async fn dead_letters_are_paged_newest_first_with_what_they_died_of(store: &dyn Store) {
    let longest = "\u{10FFFF}".repeat(DeadLetter::MAX_ERROR);
    let mut letters = Vec::new();
    for (number, error) in (1..).zip(AWKWARD.into_iter().chain([longest.as_str()])) {
        let id = OutboxId::from_bytes(u128::from(number as u32).to_be_bytes());
        write(store, &[OutboxEntry { id, ..logged(RoomId::new(), 1, 0) }]).await;
        letters.insert(0, bury(store, error).await);
    }
    assert_eq!(store.dead_letters(None, 1_000).await.unwrap(), letters);
    assert_eq!(store.dead_letters(Some(letters[0].entry.id), 2).await.unwrap(), letters[1..3]);
}

pub(crate) async fn a_dead_letter_is_taken_once_and_can_be_sent_again(store: &dyn Store) {
    let room = RoomId::new();
    write(store, &[logged(room, 1, 0), logged(room, 2, 0)]).await;
    let letter = bury(store, "gone").await;
    let mut tx = begin(store).await;
    let taken = tx.take_dead_letter(letter.entry.id).await.unwrap();
    assert_eq!(taken, Some(letter.clone()));
    tx.append_outbox(&[OutboxEntry { attempts: 0, ..letter.entry.clone() }]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.dead_letters(None, 9).await.unwrap(), []);
    assert_eq!(begin(store).await.take_dead_letter(letter.entry.id).await.unwrap(), None);
    assert_eq!(numbers(&claim(store, 0).await), [1, 2]);
}

pub(crate) async fn under_a_claim_that_lapsed_nothing_is_settled(store: &dyn Store) {
    let room = RoomId::new();
    write(store, &[logged(room, 1, 0)]).await;
    let lapsed = claim(store, 0).await.remove(0);
    let stands = claim(store, HOLD).await.remove(0);
    settle(store, &[done(lapsed, 0)]).await;
    assert_eq!(claim(store, HOLD).await, [], "it is still claimed");
    assert_eq!(claim(store, 2 * HOLD).await.remove(0).entries, stands.entries);
}

pub(crate) async fn what_comes_while_its_lane_is_claimed_waits_for_the_end_of_the_claim(store: &dyn Store) {
    let room = RoomId::new();
    write(store, &[logged(room, 1, 0)]).await;
    let claimed = claim(store, 0).await.remove(0);
    write(store, &[logged(room, 2, 0)]).await;
    assert_eq!(claim(store, 0).await, []);
    settle(store, &[done(claimed, 0)]).await;
    assert_eq!(numbers(&claim(store, 0).await), [2]);
}
