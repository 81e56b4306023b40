//! Properties of the rules, over whatever comes.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use chat_core::{
    model::{
        event::Seq,
        message::{ClientId, ContentMac, MessageBody},
        room::RoomId,
        text::Name,
        time::Timestamp,
        user::{Standing, UserId},
    },
    rules::message::{BatchFacts, Draft, Planned, RoomFacts, SentBefore, decide_read, plan_batch},
};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_millis(1_000);

fn room(n: u8) -> RoomId {
    RoomId::from_bytes([n; 16])
}

fn user(n: u8) -> UserId {
    UserId::parse(&format!("user-{n}")).expect("an id")
}

/// Drafts over three rooms, of which the third does not exist, from three users and under few client ids, so that they
/// meet.
fn draft() -> impl Strategy<Value = Draft> {
    let parts = (0..3_u8, 0..3_u8, 0..4_u8, prop::option::of(0..3_u8), prop::option::of(0..12_u64));
    parts.prop_map(|(room_number, sender, body, key, reply_to)| Draft {
        room: room(room_number),
        sender: user(sender),
        body: MessageBody::parse(format!("body {body}")).expect("a body"),
        client_id: key.map(|key| {
            let client_id = ClientId::parse(&format!("key {key}")).expect("a key");
            (client_id, ContentMac::from_bytes([body; 16]))
        }),
        reply_to: reply_to.map(Seq::new),
    })
}

/// Two rooms, one of them perhaps closed, with members in whatever standing.
fn facts() -> impl Strategy<Value = BatchFacts> {
    let standing = prop::option::of(prop_oneof![Just(Standing::Active), Just(Standing::Suspended)]);
    (any::<bool>(), 0..5_u64, prop::collection::vec(standing, 6)).prop_map(|(closed, last_seq, standings)| {
        let mut facts = BatchFacts::default();
        facts.rooms.insert(room(0), RoomFacts { closed: false, last_seq: Seq::new(last_seq) });
        facts.rooms.insert(room(1), RoomFacts { closed, last_seq: Seq::new(last_seq) });
        for (n, standing) in (0..6_u8).zip(standings) {
            facts.members.extend(standing.map(|standing| ((room(n % 2), user(n / 2)), standing)));
        }
        facts
    })
}

/// What a store that has committed `planned` says next.
fn after(mut facts: BatchFacts, draft: &Draft, planned: &Planned) -> BatchFacts {
    if let Planned::New(event) = planned {
        facts.rooms.entry(event.room).and_modify(|room| room.last_seq = event.seq);
        facts.messages.insert((event.room, event.seq));
        if let Some((client_id, content)) = &draft.client_id {
            let sent = SentBefore { event: event.clone(), content: Some(*content) };
            facts.sent_before.insert((event.room, event.sender.clone(), client_id.clone()), sent);
        }
    }
    facts
}

proptest! {
    /// R-MSG-04: how messages gather into batches decides nothing.
    #[test]
    fn r_msg_04_a_batch_is_decided_as_if_each_had_been_sent_alone(
        drafts in prop::collection::vec(draft(), 0..20),
        facts in facts(),
    ) {
        let together = plan_batch(&drafts, facts.clone(), NOW);
        let mut alone = Vec::new();
        let mut facts = facts;
        for draft in &drafts {
            let planned = plan_batch(std::slice::from_ref(draft), facts.clone(), NOW).remove(0);
            facts = after(facts, draft, &planned);
            alone.push(planned);
        }
        prop_assert_eq!(together, alone);
    }

    /// R-MSG-02: in each room the new events are numbered on without gap or repetition.
    #[test]
    fn r_msg_02_the_new_events_of_a_room_are_numbered_on_from_its_last(
        drafts in prop::collection::vec(draft(), 0..40),
        facts in facts(),
    ) {
        let mut rooms = facts.rooms.clone();
        for planned in plan_batch(&drafts, facts, NOW) {
            if let Planned::New(event) = planned {
                let room = rooms.get_mut(&event.room).expect("a room that exists");
                prop_assert!(!room.closed);
                prop_assert_eq!(event.seq, room.last_seq.next());
                room.last_seq = event.seq;
            }
        }
    }

    /// R-MSG-07: a read position goes only forward, and never past the end of the log.
    #[test]
    fn r_msg_07_a_read_position_only_grows_and_stays_within_the_log(
        (current, last) in any::<u64>().prop_flat_map(|last| (0..=last, Just(last))),
        wanted in any::<u64>(),
    ) {
        let read = decide_read(Seq::new(current), Seq::new(wanted), Seq::new(last)).get();
        prop_assert!(current <= read && read <= last);
        prop_assert!(read == current || read == wanted.min(last));
    }

    /// R-ACC-03: what was taken for a name is taken again, unchanged.
    #[test]
    fn r_acc_03_a_name_that_was_taken_is_taken_again_as_it_is(text in "\\PC{0,80}") {
        if let Ok(name) = Name::parse(&text) {
            prop_assert!(name.as_str().chars().count() <= Name::MAX);
            prop_assert_eq!(Name::parse(name.as_str()), Ok(name.clone()));
        }
    }
}
