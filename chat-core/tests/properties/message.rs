use std::collections::HashMap;

use chat_core::{
    model::{
        event::{Event, EventKind, Seq},
        message::{ClientId, ContentMac, Message, MessageBody},
        room::RoomId,
        user::Standing,
    },
    rules::{
        mention::mentioned,
        message::{BatchFacts, Draft, Planned, RoomFacts, SentBefore, decide_read, plan_batch},
    },
};
use proptest::{prelude::*, sample::select};

use crate::{
    edge::{NOW, code, rarely, room, standing, user},
    order::{assert_order, line},
};

/// Drafts over four rooms, of which the last does not exist, from three users and under few client ids, so that they
/// meet.
fn draft() -> impl Strategy<Value = Draft> {
    let key = prop::option::of(0..3_u8);
    let parts = (0..4_u8, 0..3_u8, 0..4_u8, key, prop::option::weighted(0.4, 0..12_u64), rarely());
    parts.prop_map(|(room_number, sender, body, key, reply_to, refused)| Draft {
        room: room(room_number),
        sender: user(sender),
        body: said(body),
        client_id: key.map(|key| (client_id(key), content(body))),
        reply_to: reply_to.map(Seq::new),
        refused: refused.then(|| "not here".to_owned()),
    })
}

/// Each mentions somebody, who may be a member.
fn said(n: u8) -> MessageBody {
    MessageBody::parse(format!("body {n} @user-{}", n % 3)).expect("a body")
}

fn client_id(n: u8) -> ClientId {
    ClientId::parse(&format!("key {n}")).expect("a key")
}

fn content(body: u8) -> ContentMac {
    ContentMac::from_bytes([body; 16])
}

/// Three rooms, one of them perhaps closed, with members in whatever standing, and messages from before: under client
/// ids, some of them deleted since.
fn facts() -> impl Strategy<Value = BatchFacts> {
    let members = prop::collection::vec(prop::option::weighted(0.85, standing()), 9);
    let before = prop::collection::vec((0..3_u8, 0..3_u8, 0..3_u8, prop::option::weighted(0.8, 0..4_u8)), 0..6);
    (rarely(), members, before, prop::collection::vec((0..3_u8, 0..=5_u64), 0..9)).prop_map(
        |(closed, members, before, messages)| {
            let mut facts = BatchFacts::default();
            for n in 0..3 {
                facts.rooms.insert(room(n), RoomFacts { closed: closed && n == 1, last_seq: Seq::new(5) });
            }
            facts.messages.extend(messages.into_iter().map(|(n, seq)| (room(n), Seq::new(seq))));
            for (n, standing) in (0..9_u8).zip(members) {
                if standing.is_some() {
                    facts.present.entry(room(n / 3)).or_default().push(user(n % 3));
                }
                facts.members.extend(standing.map(|standing| ((room(n / 3), user(n % 3)), standing)));
            }
            for ((n, sender, key, body), seq) in before.into_iter().zip(1..) {
                let event = sent(n, sender, key, body, seq);
                let before = SentBefore { event, content: body.map(content) };
                facts.sent_before.insert((room(n), user(sender), client_id(key)), before);
            }
            facts
        },
    )
}

fn sent(n: u8, sender: u8, key: u8, body: Option<u8>, seq: u64) -> Event {
    let message = Message {
        body: body.map(said),
        client_id: Some(client_id(key)),
        reply_to: None,
        mentions: Vec::new(),
        edited_at: None,
        deleted_at: body.is_none().then_some(NOW),
        reactions: Vec::new(),
    };
    Event { room: room(n), seq: Seq::new(seq), sender: user(sender), at: NOW, kind: EventKind::Message(message) }
}

type Sending = (Draft, BatchFacts);

fn standing_of((draft, facts): &Sending) -> Option<Standing> {
    facts.members.get(&(draft.room, draft.sender.clone())).copied()
}

fn before((draft, facts): &Sending) -> Option<(&SentBefore, ContentMac)> {
    let (key, content) = draft.client_id.as_ref()?;
    let before = facts.sent_before.get(&(draft.room, draft.sender.clone(), key.clone()))?;
    Some((before, *content))
}

#[test]
fn r_msg_04_a_send_is_decided_in_the_order_of_the_rule() {
    let order = [
        line("room_not_found", |(draft, facts): &Sending| !facts.rooms.contains_key(&draft.room)),
        line("not_a_member", |sending| standing_of(sending).is_none()),
        line("suspended", |sending| standing_of(sending) == Some(Standing::Suspended)),
        line("session_revoked", |sending| standing_of(sending) == Some(Standing::Erased)),
        line("idempotency_conflict", |sending| {
            before(sending).is_some_and(|(before, content)| before.content.is_some_and(|first| first != content))
        }),
        line("repeated", |sending| before(sending).is_some()),
        line("room_closed", |(draft, facts)| facts.rooms.get(&draft.room).is_some_and(|room| room.closed)),
        line("message_not_found", |(draft, facts)| {
            draft.reply_to.is_some_and(|target| !facts.messages.contains(&(draft.room, target)))
        }),
        line("refused_by_host", |(draft, _)| draft.refused.is_some()),
        line("new", |_| true),
    ];
    assert_order(file!(), (draft(), facts()), order, |(draft, facts)| {
        match plan_batch(std::slice::from_ref(draft), facts.clone(), NOW).remove(0) {
            Planned::New(_) => "new".to_owned(),
            Planned::Repeated(_) => "repeated".to_owned(),
            Planned::Refused(refused) => code(&refused),
        }
    });
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

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    prop::collection::vec(draft(), 0..24)
}

proptest! {
    /// R-MSG-04: how messages gather into batches decides nothing.
    #[test]
    fn r_msg_04_a_batch_is_decided_as_if_each_had_been_sent_alone(drafts in drafts(), facts in facts()) {
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

    /// R-MSG-02: in each room the new events are numbered on without gap or repetition, whatever is refused between.
    #[test]
    fn r_msg_02_the_new_events_of_a_room_are_numbered_on_from_its_last(drafts in drafts(), facts in facts()) {
        let mut last: HashMap<RoomId, Seq> = facts.rooms.iter().map(|(id, room)| (*id, room.last_seq)).collect();
        for (draft, planned) in drafts.iter().zip(plan_batch(&drafts, facts.clone(), NOW)) {
            if let Planned::New(event) = planned {
                prop_assert!(!facts.rooms[&event.room].closed);
                let last = last.get_mut(&event.room).expect("a room that exists");
                prop_assert_eq!(event.seq.get(), last.get() + 1);
                *last = event.seq;
                prop_assert_eq!((event.room, &event.sender, event.at), (draft.room, &draft.sender, NOW));
                let EventKind::Message(message) = event.kind else { panic!("a send is a message") };
                prop_assert_eq!(message.body.as_ref(), Some(&draft.body), "R-MSG-05");
                prop_assert_eq!(message.reply_to, draft.reply_to);
                let mentions = mentioned(&draft.body, &facts.present[&draft.room]);
                prop_assert_eq!(message.mentions, mentions, "R-MSG-10");
            }
        }
    }

    /// R-MSG-01: of who is no member in good standing nothing is written, nor is what they wrote before answered.
    #[test]
    fn r_msg_01_only_present_members_in_good_standing_are_answered(drafts in drafts(), facts in facts()) {
        for (draft, planned) in drafts.iter().zip(plan_batch(&drafts, facts.clone(), NOW)) {
            let standing = facts.members.get(&(draft.room, draft.sender.clone()));
            prop_assert!(matches!(planned, Planned::Refused(_)) || standing == Some(&Standing::Active));
        }
    }

    /// R-MSG-02: without what was refused or repeated the batch comes out the same: it changed nothing.
    #[test]
    fn r_msg_02_what_is_refused_or_repeated_changes_nothing_for_the_others(drafts in drafts(), facts in facts()) {
        let all = plan_batch(&drafts, facts.clone(), NOW);
        let is_new = |planned: &Planned| matches!(planned, Planned::New(_));
        let written: Vec<Draft> =
            drafts.iter().zip(&all).filter(|(_, planned)| is_new(planned)).map(|(draft, _)| draft.clone()).collect();
        let expected: Vec<Planned> = all.into_iter().filter(is_new).collect();
        prop_assert_eq!(plan_batch(&written, facts, NOW), expected);
    }

    /// R-MSG-02: rooms do not hear of each other: however the drafts of several are mixed, each room's come out alike.
    #[test]
    fn r_msg_02_drafts_to_other_rooms_change_nothing(drafts in drafts(), facts in facts()) {
        let mut sorted: Vec<(usize, Draft)> = drafts.iter().cloned().enumerate().collect();
        sorted.sort_by_key(|(_, draft)| draft.room);
        let by_room: Vec<Draft> = sorted.iter().map(|(_, draft)| draft.clone()).collect();
        let mut planned: Vec<(usize, Planned)> =
            sorted.iter().map(|(at, _)| *at).zip(plan_batch(&by_room, facts.clone(), NOW)).collect();
        planned.sort_by_key(|(at, _)| *at);
        let planned: Vec<Planned> = planned.into_iter().map(|(_, planned)| planned).collect();
        prop_assert_eq!(planned, plan_batch(&drafts, facts, NOW));
    }

    /// R-MSG-04: a batch that is sent again whole writes nothing more under its client ids.
    #[test]
    fn r_msg_04_a_client_id_is_one_message_however_often_it_comes(drafts in drafts(), facts in facts()) {
        let keyed = drafts.iter().chain(&drafts).filter(|draft| draft.client_id.is_some());
        let twice: Vec<Draft> = keyed.cloned().collect();
        let planned = plan_batch(&twice, facts, NOW);
        let half = twice.len() / 2;
        for (first, again) in planned[..half].iter().zip(&planned[half..]) {
            match (first, again) {
                (Planned::New(event) | Planned::Repeated(event), Planned::Repeated(same)) => {
                    prop_assert_eq!(event, same);
                }
                // What it answers, or its client id under other content, may have been written since; or the same, where
                // the host has let it be.
                (Planned::Refused(one), _) if ["message_not_found", "refused_by_host"].contains(&&*code(one)) => {}
                (Planned::Refused(one), Planned::Refused(two)) => prop_assert_eq!(one, two),
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    /// R-MSG-05: what is a body comes back byte for byte; what is one is told by its characters, not its bytes.
    #[test]
    fn r_msg_05_a_body_is_kept_as_it_is_or_refused(
        fill in select(vec!['a', '\u{e9}', '\u{1F600}', ' ', '\u{3000}']),
        length in prop_oneof![0..=2_usize, 3_999..=4_001_usize],
        seed in prop::option::of(any::<char>()),
    ) {
        let mut text: String = std::iter::repeat_n(fill, length).collect();
        text.extend(seed);
        let characters = text.chars().count();
        let blank = text.chars().all(char::is_whitespace);
        let good = (1..=4_000).contains(&characters) && !blank && !text.contains('\0');
        let body = MessageBody::parse(text.clone());
        prop_assert_eq!(body.as_ref().map(MessageBody::as_str).ok(), good.then_some(&*text));
    }

    /// R-MSG-07: a read position goes only forward, and never past the end of the log.
    #[test]
    fn r_msg_07_a_read_position_only_grows_and_stays_within_the_log((current, last) in position(), wanted in seq()) {
        let read = decide_read(Seq::new(current), Seq::new(wanted), Seq::new(last)).get();
        prop_assert!(current <= read && read <= last);
        prop_assert!(read == current || read == wanted.min(last));
        prop_assert!(read >= wanted.min(last));
    }

    /// R-MSG-07: of receipts that overtake each other the greatest counts, in whatever order they come.
    #[test]
    fn r_msg_07_receipts_come_to_the_same_in_every_order(
        (current, last) in position(),
        (one, other) in prop::collection::vec(seq(), 0..8)
            .prop_flat_map(|wanted| (Just(wanted.clone()), Just(wanted).prop_shuffle())),
    ) {
        let read = |wanted: Vec<u64>| {
            let go = |at, wanted| decide_read(at, Seq::new(wanted), Seq::new(last));
            wanted.into_iter().fold(Seq::new(current), go)
        };
        prop_assert_eq!(read(one), read(other));
    }
}

fn seq() -> impl Strategy<Value = u64> {
    prop_oneof![0..4_u64, Just(u64::MAX), any::<u64>()]
}

/// A read position, and the end of its log.
fn position() -> impl Strategy<Value = (u64, u64)> {
    (seq(), seq()).prop_map(|(one, other)| (one.min(other), one.max(other)))
}
