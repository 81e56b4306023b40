use std::time::Duration;

use chat_core::{
    error::Rejection,
    model::{
        friend::{FriendRequest, RequestId, RequestState},
        time::Timestamp,
        user::UserId,
    },
    policy::{FriendRequests, Policy},
    rules::{
        block::{BlockFacts, decide_block},
        friend::{Answer, Answered, Request, RequestFacts, decide_answer, decide_request},
    },
};
use proptest::{prelude::*, sample::select};

use crate::{
    edge::{NOW, code, millis, offset, rarely, shifted, user},
    order::{assert_order, line, sole},
};

const DAY: Duration = Duration::from_hours(24);

fn policy(friend_requests: FriendRequests) -> Policy {
    Policy { friend_requests, ..Policy::default() }
}

fn any_policy() -> impl Strategy<Value = FriendRequests> {
    select(vec![FriendRequests::Participants, FriendRequests::Anyone, FriendRequests::Nobody])
}

type Asking = (RequestFacts, FriendRequests);

/// Somebody asks somebody, perhaps a millisecond before, on, or after the end of the wait.
fn asking() -> impl Strategy<Value = Asking> {
    let ties = (rarely(), rarely(), rarely(), rarely(), rarely(), rarely());
    let declined = prop::option::of(offset());
    (ties, declined, any::<bool>(), any_policy()).prop_map(
        |((oneself, unknown, friends, crossing, open, blocks), declined, participants, policy)| {
            let declined_at = declined.map(|offset| shifted(NOW, offset - millis(DAY)));
            let exists = !unknown;
            let facts = RequestFacts { oneself, exists, friends, crossing, open, declined_at, participants, blocks };
            (facts, policy)
        },
    )
}

fn ask((facts, who): &Asking) -> Result<Request, Rejection> {
    decide_request(facts, &policy(*who), NOW)
}

fn waits((facts, _): &Asking) -> bool {
    facts.declined_at.is_some_and(|declined| NOW.as_millis() < declined.as_millis() + millis(DAY))
}

fn may_ask((facts, who): &Asking) -> bool {
    match who {
        FriendRequests::Anyone => true,
        FriendRequests::Participants => facts.participants,
        FriendRequests::Nobody => false,
    }
}

#[test]
fn r_fri_01_asking_is_decided_in_the_order_of_the_rule() {
    let order = [
        line("invalid_request", |(facts, _): &Asking| facts.oneself),
        line("user_not_found", |(facts, _)| !facts.exists),
        line("already_friends", |(facts, _)| facts.friends),
        line("Accept", |(facts, _)| facts.crossing && !facts.blocks),
        line("Repeat", |(facts, _)| facts.open),
        line("request_declined", waits),
        line("not_a_participant", |asking| !may_ask(asking)),
        line("Open", |_| true),
    ];
    assert_order(file!(), asking(), order, |asking| match ask(asking) {
        Ok(request) => format!("{request:?}"),
        Err(refused) => code(&refused),
    });
}

/// Answers to a request between users 0 and 1, of whichever of them or of a third, who may block the other side.
type Answering = (FriendRequest, u8, Answer, bool);

fn answering() -> impl Strategy<Value = Answering> {
    let states = vec![RequestState::Open, RequestState::Accepted, RequestState::Declined, RequestState::Withdrawn];
    let answers = vec![Answer::Accept, Answer::Decline, Answer::Withdraw];
    (select(states), 0..3_u8, select(answers), rarely())
        .prop_map(|(state, who, answer, blocks)| (request(0, 1, state), who, answer, blocks))
}

fn request(from: u8, to: u8, state: RequestState) -> FriendRequest {
    let id = RequestId::from_bytes([3; 16]);
    FriendRequest { id, from: user(from), to: user(to), state, created_at: NOW, decided_at: None }
}

#[test]
fn r_fri_03_an_answer_is_refused_to_strangers_and_to_what_is_over() {
    let order = [
        line("request_not_found", |(_, who, ..): &Answering| *who == 2),
        line("request_not_found", |(_, who, answer, _)| (*who == 0) != (*answer == Answer::Withdraw)),
        line("AlreadyAccepted", |(request, _, answer, _)| {
            request.state == RequestState::Accepted && *answer == Answer::Accept
        }),
        line("request_not_found", |(request, ..)| request.state != RequestState::Open),
        line("request_not_found", |(_, who, _, blocks)| *who == 1 && *blocks),
        sole("Becomes(Accepted)", |(.., answer, _)| *answer == Answer::Accept),
        line("Becomes(Declined)", |(.., answer, _)| *answer == Answer::Decline),
        line("Becomes(Withdrawn)", |_| true),
    ];
    assert_order(file!(), answering(), order, |(request, who, answer, blocks)| {
        match decide_answer(request, &user(*who), *blocks, *answer) {
            Ok(answered) => format!("{answered:?}"),
            Err(refused) => code(&refused),
        }
    });
}

/// All there is between users 0 and 1, changed as the rules say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Between {
    requests: Vec<FriendRequest>,
    friends: bool,
    /// Whether user 0 blocks user 1, and the other way round.
    blocks: [bool; 2],
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Ask,
    Answer(Answer),
    Unfriend,
    Block,
    Unblock,
}

impl Between {
    fn open(&self, from: &UserId) -> Option<usize> {
        self.requests.iter().position(|request| request.from == *from && request.state == RequestState::Open)
    }

    /// What `who` does at this time, and what comes of it. An answer goes to the latest request.
    fn act(&mut self, who: u8, deed: Deed, policy: &Policy, now: Timestamp) -> String {
        let (own, other) = (user(who), user(1 - who));
        match deed {
            Deed::Ask => match decide_request(&self.facts(who), policy, now) {
                Ok(asked) => {
                    match asked {
                        Request::Open => {
                            let opened = FriendRequest { created_at: now, ..request(who, 1 - who, RequestState::Open) };
                            self.requests.push(opened);
                        }
                        Request::Repeat => {}
                        Request::Accept => {
                            let at = self.open(&other).expect("a request that is crossed is open");
                            self.decide(at, RequestState::Accepted, now);
                            self.close(&own, RequestState::Withdrawn, now);
                        }
                    }
                    format!("{asked:?}")
                }
                Err(refused) => code(&refused),
            },
            Deed::Answer(answer) => {
                let Some(at) = self.requests.len().checked_sub(1) else { return "none".to_owned() };
                match decide_answer(&self.requests[at], &own, self.blocks[usize::from(who)], answer) {
                    Ok(answered) => {
                        if let Answered::Becomes(state) = answered {
                            self.decide(at, state, now);
                            if state == RequestState::Accepted {
                                self.close(&own, RequestState::Withdrawn, now);
                            }
                        }
                        format!("{answered:?}")
                    }
                    Err(refused) => code(&refused),
                }
            }
            Deed::Unfriend => {
                self.friends = false;
                "unfriended".to_owned()
            }
            Deed::Block | Deed::Unblock => {
                let block = matches!(deed, Deed::Block);
                let facts = BlockFacts { oneself: false, exists: true, blocks: self.blocks[usize::from(who)] };
                let changes = decide_block(&facts, block).expect("somebody else who is there");
                if changes {
                    if block {
                        self.friends = false;
                        self.close(&own, RequestState::Withdrawn, now);
                    }
                    self.close(&other, if block { RequestState::Declined } else { RequestState::Withdrawn }, now);
                    self.blocks[usize::from(who)] = block;
                }
                format!("{changes}")
            }
        }
    }

    fn facts(&self, who: u8) -> RequestFacts {
        let (own, other) = (&user(who), &user(1 - who));
        let declined = |request: &&FriendRequest| request.from == *own && request.state == RequestState::Declined;
        RequestFacts {
            oneself: false,
            exists: true,
            friends: self.friends,
            crossing: self.open(other).is_some(),
            open: self.open(own).is_some(),
            declined_at: self.requests.iter().filter(declined).filter_map(|request| request.decided_at).max(),
            participants: true,
            blocks: self.blocks[usize::from(who)],
        }
    }

    /// What is open from this user is over.
    fn close(&mut self, from: &UserId, state: RequestState, now: Timestamp) {
        if let Some(at) = self.open(from) {
            self.decide(at, state, now);
        }
    }

    fn decide(&mut self, at: usize, state: RequestState, now: Timestamp) {
        self.requests[at].state = state;
        self.requests[at].decided_at = Some(now);
        self.friends |= state == RequestState::Accepted;
    }

    /// The same with the two changed for each other.
    fn mirrored(&self) -> Self {
        let swap = |request: &FriendRequest| FriendRequest {
            from: request.to.clone(),
            to: request.from.clone(),
            ..request.clone()
        };
        Self {
            requests: self.requests.iter().map(swap).collect(),
            friends: self.friends,
            blocks: [self.blocks[1], self.blocks[0]],
        }
    }
}

fn deeds() -> impl Strategy<Value = Vec<(u8, Deed, i64)>> {
    let answers = select(vec![Answer::Accept, Answer::Decline, Answer::Withdraw]);
    let deed = prop_oneof![
        6 => Just(Deed::Ask),
        6 => answers.prop_map(Deed::Answer),
        2 => Just(Deed::Unfriend),
        1 => Just(Deed::Block),
        1 => Just(Deed::Unblock),
    ];
    let waits = prop_oneof![3 => Just(0), 1 => (-1..=1_i64).prop_map(|offset| millis(DAY) + offset)];
    prop::collection::vec((0..2_u8, deed, waits), 0..30)
}

proptest! {
    /// R-FRI-01: a policy opens doors and shuts none but the last: what was decided before it, it does not touch.
    #[test]
    fn r_fri_01_a_laxer_policy_refuses_nobody_more((facts, _) in asking()) {
        let ok = |who| ask(&(facts, who)).is_ok();
        prop_assert!(!ok(FriendRequests::Nobody) || ok(FriendRequests::Participants));
        prop_assert!(!ok(FriendRequests::Participants) || ok(FriendRequests::Anyone));
    }

    /// R-FRI-02: whatever happened between two, requests that cross make friends, and two are never open at once, but
    /// where one is hidden (R-FRI-04).
    #[test]
    fn r_fri_02_requests_that_cross_make_friends_and_are_never_open_both(deeds in deeds()) {
        let (mut between, mut now) = (Between::default(), NOW);
        for (who, deed, wait) in deeds {
            now = shifted(now, wait);
            let hidden = between.blocks[usize::from(who)];
            let crossing = matches!(deed, Deed::Ask) && between.open(&user(1 - who)).is_some() && !hidden;
            between.act(who, deed, &Policy::default(), now);
            prop_assert!(!crossing || between.friends);
            let open = between.requests.iter().filter(|request| request.state == RequestState::Open).count();
            prop_assert!(open == 0 || !between.friends, "{:?}", between);
            prop_assert!(open <= 1 || between.blocks.contains(&true), "{:?}", between);
        }
    }

    /// R-FRI-03: neither of two is treated otherwise than the other would be in the same place.
    #[test]
    fn r_fri_03_friendship_is_mutual_and_its_rules_are_the_same_on_both_sides(deeds in deeds()) {
        let (mut one, mut two, mut now) = (Between::default(), Between::default(), NOW);
        for (who, deed, wait) in deeds {
            now = shifted(now, wait);
            let answer = one.act(who, deed, &Policy::default(), now);
            prop_assert_eq!(two.act(1 - who, deed, &Policy::default(), now), answer);
            prop_assert_eq!(&one.mirrored(), &two);
        }
    }

    /// R-FRI-03: what is told to wait is enough and not too much.
    #[test]
    fn r_fri_03_who_waits_as_long_as_told_may_ask_again((facts, who) in asking(), wait in 0..=2 * millis(DAY)) {
        let policy = Policy { decline_wait: Duration::from_millis(u64::try_from(wait).unwrap()), ..policy(who) };
        if let Err(Rejection::RequestDeclined { retry_after }) = decide_request(&facts, &policy, NOW) {
            let declined = |answer| matches!(answer, Err(Rejection::RequestDeclined { .. }));
            prop_assert!(retry_after > Duration::ZERO);
            let then = shifted(NOW, millis(retry_after));
            prop_assert!(!declined(decide_request(&facts, &policy, then)));
            prop_assert!(declined(decide_request(&facts, &policy, shifted(then, -1))));
        }
    }

    /// R-FRI-03: the one who declined asks at once, whatever the other has to wait.
    #[test]
    fn r_fri_03_who_declined_does_not_wait(who in 0..2_u8) {
        let mut between = Between::default();
        let (decline, other) = (Deed::Answer(Answer::Decline), 1 - who);
        let answers = [(who, Deed::Ask), (other, decline), (who, Deed::Ask), (other, Deed::Ask)]
            .map(|(who, deed)| between.act(who, deed, &Policy::default(), NOW));
        prop_assert_eq!(answers, ["Open", "Becomes(Declined)", "request_declined", "Open"]);
    }

    /// R-FRI-04: whom user 0 blocks is answered as if user 0 had ended all there was and done nothing since; what they
    /// see of it differs in nothing either.
    #[test]
    fn r_fri_04_who_is_blocked_is_answered_as_if_they_were_not(before in deeds(), after in deeds()) {
        let (mut with, mut now) = (Between::default(), NOW);
        for (who, deed, wait) in before {
            now = shifted(now, wait);
            with.act(who, deed, &Policy::default(), now);
        }
        with.act(0, Deed::Unblock, &Policy::default(), now);
        with.act(1, Deed::Unblock, &Policy::default(), now);
        let mut without = with.clone();
        with.act(0, Deed::Block, &Policy::default(), now);
        without.friends = false;
        without.close(&user(0), RequestState::Withdrawn, now);
        without.close(&user(1), RequestState::Declined, now);
        for (_, deed, wait) in after {
            now = shifted(now, wait);
            let answer = without.act(1, deed, &Policy::default(), now);
            prop_assert_eq!(with.act(1, deed, &Policy::default(), now), answer, "{:?}", deed);
            prop_assert_eq!((&with.requests, with.friends), (&without.requests, without.friends));
        }
    }

    /// R-FRI-03: what was answered stays so; only its acceptance is answered again.
    #[test]
    fn r_fri_03_an_answer_stands(
        (mut request, who, answer, blocks) in answering(),
        (later, again) in (0..3_u8, 0..3_usize),
    ) {
        if let Ok(Answered::Becomes(state)) = decide_answer(&request, &user(who), blocks, answer) {
            request.state = state;
            let again = [Answer::Accept, Answer::Decline, Answer::Withdraw][again];
            let repeated = state == RequestState::Accepted && again == Answer::Accept && user(later) == request.to;
            let expected = if repeated { Ok(Answered::AlreadyAccepted) } else { Err(Rejection::RequestNotFound) };
            prop_assert_eq!(decide_answer(&request, &user(later), blocks, again), expected);
        }
    }
}
