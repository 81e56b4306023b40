//! Edits, deletions and reactions, which are decided on the same facts.

use chat_core::{
    error::Rejection,
    model::{
        emoji::Emoji,
        event::{Event, EventKind, Seq},
        message::{ClientId, Message, MessageBody, Reaction},
        room::{Member, Role},
        time::Timestamp,
        user::UserId,
    },
    rules::{
        deletion::decide_delete,
        edit::decide_edit,
        message::MessageFacts,
        reaction::{MAX_REACTIONS, decide_react, decide_unreact},
    },
};
use proptest::prelude::*;

use crate::{
    edge::{NOW, code, rarely, role, room, shifted, user},
    order::{assert_order, line, sole},
};

/// User 0 changes a message.
#[derive(Clone, Debug)]
struct Changing {
    members: Vec<Member>,
    closed: bool,
    event: Option<Event>,
    body: MessageBody,
    emoji: Emoji,
}

impl Changing {
    fn facts<'f>(&'f self, actor: &'f UserId) -> MessageFacts<'f> {
        MessageFacts { actor, members: &self.members, closed: self.closed, event: self.event.as_ref() }
    }

    fn role(&self) -> Option<Role> {
        self.members.iter().find(|member| member.user == user(0)).map(|member| member.role)
    }

    fn message(&self) -> Option<&Message> {
        match &self.event.as_ref()?.kind {
            EventKind::Message(message) => Some(message),
            _ => None,
        }
    }

    fn is_own(&self) -> bool {
        self.event.as_ref().is_some_and(|event| event.sender == user(0))
    }

    fn kinds(&self) -> Vec<Emoji> {
        self.message().iter().flat_map(|message| &message.reactions).map(|reaction| reaction.emoji).collect()
    }

    fn has_reacted(&self, emoji: Emoji) -> bool {
        let mut reactions = self.message().into_iter().flat_map(|message| &message.reactions);
        reactions.any(|reaction| reaction.emoji == emoji && reaction.users.contains(&user(0)))
    }
}

/// Faces, each an emoji by itself.
fn emoji(n: u32) -> Emoji {
    let face = char::from_u32(0x1F600 + n).expect("a character").to_string();
    Emoji::parse(&face).expect("an emoji")
}

fn body(n: u8) -> MessageBody {
    MessageBody::parse(format!("body {n} @user-1")).expect("a body")
}

fn members() -> impl Strategy<Value = Vec<Member>> {
    prop::collection::vec(prop::option::weighted(0.85, role()), 4).prop_map(|roles| {
        let member = |(n, role): (u8, Option<Role>)| {
            let (joined_at, joined_seq) = (NOW, Seq::new(u64::from(n) + 1));
            Some(Member { user: user(n), role: role?, joined_at, joined_seq, read_seq: joined_seq })
        };
        (0..4).zip(roles).filter_map(member).collect()
    })
}

/// None, few or as many kinds as there may be, each of somebody, not always of user 0.
fn reactions() -> impl Strategy<Value = Vec<Reaction>> {
    let count = prop_oneof![3 => 0..4_usize, 2 => Just(MAX_REACTIONS), 1 => Just(MAX_REACTIONS - 1)];
    let users = prop_oneof![Just(vec![0_u8]), Just(vec![1]), Just(vec![1, 0]), Just(vec![2, 3, 0, 1])];
    count.prop_flat_map(move |count| {
        prop::collection::vec(users.clone(), count).prop_map(|all| {
            let reaction =
                |(n, users): (u32, Vec<u8>)| Reaction { emoji: emoji(n), users: users.into_iter().map(user).collect() };
            (0..).zip(all).map(reaction).collect()
        })
    })
}

/// A message, a tombstone, or an event of another kind, of user 0 or 1.
fn event() -> impl Strategy<Value = Option<Event>> {
    let parts = (0..2_u8, prop::option::weighted(0.85, 0..3_u8), reactions(), rarely(), any::<bool>());
    let event = parts.prop_map(|(sender, said, reactions, is_other, edited)| {
        let message = Message {
            body: said.map(body),
            client_id: Some(ClientId::parse("k").expect("a key")),
            reply_to: Some(Seq::new(2)),
            mentions: said.map(|_| user(1)).into_iter().collect(),
            edited_at: edited.then_some(shifted(NOW, -1)),
            deleted_at: said.is_none().then_some(shifted(NOW, -1)),
            reactions: if said.is_some() { reactions } else { Vec::new() },
        };
        let kind = if is_other { EventKind::Joined } else { EventKind::Message(message) };
        Event { room: room(0), seq: Seq::new(7), sender: user(sender), at: Timestamp::from_millis(0), kind }
    });
    prop::option::weighted(0.9, event)
}

fn changing() -> impl Strategy<Value = Changing> {
    (members(), rarely(), event(), 0..3_u8, prop_oneof![0..4_u32, 18..24_u32]).prop_map(
        |(members, closed, event, said, face)| Changing {
            members,
            closed,
            event,
            body: body(said),
            emoji: emoji(face),
        },
    )
}

fn is_no_member(changing: &Changing) -> bool {
    changing.role().is_none()
}

fn is_closed(changing: &Changing) -> bool {
    changing.closed
}

fn is_not_there(changing: &Changing) -> bool {
    changing.message().is_none_or(|message| message.body.is_none())
}

/// What a decision comes to, in a word.
fn told(decided: Result<Option<Message>, Rejection>) -> String {
    match decided {
        Ok(Some(_)) => "changed".to_owned(),
        Ok(None) => "unchanged".to_owned(),
        Err(refused) => code(&refused),
    }
}

#[test]
fn r_msg_06_an_edit_is_decided_in_the_order_of_the_rule() {
    let order = [
        line("not_a_member", is_no_member),
        line("room_closed", is_closed),
        line("message_not_found", is_not_there),
        line("not_allowed", |changing: &Changing| !changing.is_own()),
        line("unchanged", |changing: &Changing| {
            changing.message().is_some_and(|message| message.body.as_ref() == Some(&changing.body))
        }),
        line("changed", |_| true),
    ];
    assert_order(file!(), changing(), order, |changing| {
        told(decide_edit(changing.facts(&user(0)), &changing.body, NOW))
    });
}

#[test]
fn r_msg_06_a_deletion_is_decided_in_the_order_of_the_rule() {
    let order = [
        line("not_a_member", is_no_member),
        line("room_closed", is_closed),
        line("message_not_found", is_not_there),
        line("not_allowed", |changing: &Changing| !changing.is_own() && changing.role() == Some(Role::Member)),
        line("changed", |_| true),
    ];
    assert_order(file!(), changing(), order, |changing| told(decide_delete(changing.facts(&user(0)), NOW).map(Some)));
}

#[test]
fn r_msg_11_a_reaction_is_decided_in_the_order_of_the_rule() {
    let order = [
        line("not_a_member", is_no_member),
        line("room_closed", is_closed),
        // Nothing reacts to what is not there.
        sole("message_not_found", is_not_there),
        sole("unchanged", |changing: &Changing| changing.has_reacted(changing.emoji)),
        line("too_many_reactions", |changing: &Changing| {
            let kinds = changing.kinds();
            kinds.len() == 20 && !kinds.contains(&changing.emoji)
        }),
        line("changed", |_| true),
    ];
    assert_order(file!(), changing(), order, |changing| told(decide_react(changing.facts(&user(0)), changing.emoji)));
}

#[test]
fn r_msg_11_taking_a_reaction_back_is_decided_in_the_order_of_the_rule() {
    let order = [
        line("not_a_member", is_no_member),
        line("room_closed", is_closed),
        line("message_not_found", is_not_there),
        line("unchanged", |changing: &Changing| !changing.has_reacted(changing.emoji)),
        line("changed", |_| true),
    ];
    assert_order(file!(), changing(), order, |changing| told(decide_unreact(changing.facts(&user(0)), changing.emoji)));
}

/// Each who reacts with each kind, kinds and users in their order.
fn flat(reactions: &[Reaction]) -> Vec<(Emoji, UserId)> {
    reactions.iter().flat_map(|reaction| reaction.users.iter().map(|user| (reaction.emoji, user.clone()))).collect()
}

proptest! {
    /// R-MSG-06: an edit changes body, mentions and the time of the edit, and nothing else.
    #[test]
    fn r_msg_06_an_edit_leaves_all_else_as_it_was(changing in changing()) {
        if let Ok(Some(edited)) = decide_edit(changing.facts(&user(0)), &changing.body, NOW) {
            let before = changing.message().expect("a message").clone();
            let is_there = changing.members.iter().any(|member| member.user == user(1));
            let mentions = is_there.then(|| user(1)).into_iter().collect();
            let body = Some(changing.body.clone());
            prop_assert_eq!(edited, Message { body, mentions, edited_at: Some(NOW), ..before });
        }
    }

    /// R-MSG-06: a tombstone has place, client id and what it answered; what was said of it and with it is gone.
    #[test]
    fn r_msg_06_a_deletion_leaves_nothing_that_was_said(changing in changing()) {
        if let Ok(deleted) = decide_delete(changing.facts(&user(0)), NOW) {
            let before = changing.message().expect("a message").clone();
            let (body, mentions, reactions) = (None, Vec::new(), Vec::new());
            let expected = Message { body, mentions, reactions, deleted_at: Some(NOW), ..before };
            prop_assert_eq!(&deleted, &expected);
            let kind = EventKind::Message(deleted);
            let again = Changing { event: changing.event.clone().map(|event| Event { kind, ..event }), ..changing };
            prop_assert!(is_not_there(&again));
            prop_assert_eq!(decide_delete(again.facts(&user(0)), NOW), Err(Rejection::MessageNotFound));
        }
    }

    /// R-MSG-11: each user and kind at most once, at most 20 kinds, none without a user, and who is there keeps their
    /// place.
    #[test]
    fn r_msg_11_reacting_adds_one_and_taking_back_takes_that_one(changing in changing()) {
        let emoji = changing.emoji;
        let decided = decide_react(changing.facts(&user(0)), emoji);
        if let Ok(Some(reacted)) = decided {
            let before = changing.message().expect("a message").clone();
            prop_assert!(reacted.reactions.len() <= 20);
            let one = (emoji, user(0));
            let all = flat(&reacted.reactions);
            prop_assert_eq!(all.iter().filter(|reaction| **reaction == one).count(), 1);
            prop_assert_eq!(all.into_iter().filter(|reaction| *reaction != one).collect::<Vec<_>>(), flat(&before.reactions));
            let kind = EventKind::Message(reacted.clone());
            let again = Changing { event: changing.event.clone().map(|event| Event { kind, ..event }), ..changing };
            prop_assert_eq!(decide_react(again.facts(&user(0)), emoji), Ok(None), "set, not toggled");
            let taken_back = decide_unreact(again.facts(&user(0)), emoji);
            prop_assert_eq!(taken_back, Ok(Some(before)));
        }
    }

    /// R-MSG-11: what is taken back is gone, with its kind where it was the last, and all else stays.
    #[test]
    fn r_msg_11_taking_back_leaves_the_others(changing in changing()) {
        if let Ok(Some(left)) = decide_unreact(changing.facts(&user(0)), changing.emoji) {
            let before = flat(&changing.message().expect("a message").reactions);
            let one = (changing.emoji, user(0));
            prop_assert_eq!(flat(&left.reactions), before.into_iter().filter(|each| *each != one).collect::<Vec<_>>());
            prop_assert!(left.reactions.iter().all(|reaction| !reaction.users.is_empty()));
        }
    }
}
