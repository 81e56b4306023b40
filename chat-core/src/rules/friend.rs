//! Who becomes friends.

use crate::{
    error::{Fault, FieldCode, Rejection},
    model::{
        friend::{FriendRequest, RequestState},
        time::Timestamp,
        user::UserId,
    },
    policy::{FriendRequests, Policy},
    rules::block::is_hidden,
};

/// What is known of two users when one asks the other to be friends, read under both their locks.
#[derive(Clone, Copy, Debug)]
pub struct RequestFacts {
    /// They are the same.
    pub oneself: bool,
    /// There is such a user.
    pub exists: bool,
    /// They are friends.
    pub friends: bool,
    /// The other's request to who asks is open.
    pub crossing: bool,
    /// The request of who asks is open.
    pub open: bool,
    /// When the other last declined one of who asks.
    pub declined_at: Option<Timestamp>,
    /// They share, or once shared, a room.
    pub participants: bool,
    /// Who asks blocks the other.
    pub blocks: bool,
}

/// What asking somebody to be friends comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// A new request.
    Open,
    /// The one that is open already.
    Repeat,
    /// The other's open request is accepted by it (R-FRI-02).
    Accept,
}

/// Whether a friend request is made (R-FRI-01 to R-FRI-03). What is hidden from who asks, they do not cross (R-FRI-04).
///
/// # Errors
/// `Invalid` (oneself), `UserNotFound`, `AlreadyFriends`, `RequestDeclined`, `NotAParticipant`.
pub fn decide_request(facts: &RequestFacts, policy: &Policy, now: Timestamp) -> Result<Request, Rejection> {
    if facts.oneself {
        return Err(Rejection::invalid("userId", Fault::new(FieldCode::BadFormat, "ask somebody else")));
    }
    if !facts.exists {
        return Err(Rejection::UserNotFound);
    }
    if facts.friends {
        return Err(Rejection::AlreadyFriends);
    }
    if facts.crossing && !is_hidden(RequestState::Open, facts.blocks) {
        return Ok(Request::Accept);
    }
    if facts.open {
        return Ok(Request::Repeat);
    }
    if let Some(declined_at) = facts.declined_at {
        let over_at = declined_at.after(policy.decline_wait);
        if now < over_at {
            return Err(Rejection::RequestDeclined { retry_after: over_at.since(now) });
        }
    }
    match policy.friend_requests {
        FriendRequests::Anyone => Ok(Request::Open),
        FriendRequests::Participants if facts.participants => Ok(Request::Open),
        FriendRequests::Participants | FriendRequests::Nobody => Err(Rejection::NotAParticipant),
    }
}

/// What is done to an open request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Its receiver agrees.
    Accept,
    /// Its receiver does not.
    Decline,
    /// Its sender takes it back.
    Withdraw,
}

/// What an answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The request takes this state.
    Becomes(RequestState),
    /// It was accepted before, by the same user: success again.
    AlreadyAccepted,
}

/// Whether `user`, who blocks the other side or does not, may answer, or withdraw, a request (R-FRI-03, R-FRI-04).
/// Accepting again succeeds whatever became of the friendship, and changes nothing: the first answer may have been lost.
///
/// # Errors
/// `RequestNotFound`.
pub fn decide_answer(
    request: &FriendRequest,
    user: &UserId,
    blocks: bool,
    answer: Answer,
) -> Result<Answered, Rejection> {
    let (entitled, hidden) = match answer {
        Answer::Accept | Answer::Decline => (&request.to, is_hidden(request.state, blocks)),
        Answer::Withdraw => (&request.from, false),
    };
    if entitled != user || hidden {
        return Err(Rejection::RequestNotFound);
    }
    match (request.state, answer) {
        (RequestState::Open, Answer::Accept) => Ok(Answered::Becomes(RequestState::Accepted)),
        (RequestState::Open, Answer::Decline) => Ok(Answered::Becomes(RequestState::Declined)),
        (RequestState::Open, Answer::Withdraw) => Ok(Answered::Becomes(RequestState::Withdrawn)),
        (RequestState::Accepted, Answer::Accept) => Ok(Answered::AlreadyAccepted),
        _ => Err(Rejection::RequestNotFound),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::friend::RequestId;

    const NOON: Timestamp = Timestamp::from_millis(100_000_000);

    fn decide(facts: &RequestFacts, policy: FriendRequests) -> String {
        let policy = Policy { friend_requests: policy, ..Policy::default() };
        match decide_request(facts, &policy, NOON) {
            Ok(request) => format!("{request:?}"),
            Err(refused) => refused.kind_and_code().1.to_owned(),
        }
    }

    #[test]
    fn r_fri_01_asking_is_decided_in_the_order_of_the_rule() {
        let mut facts = RequestFacts {
            oneself: true,
            exists: false,
            friends: true,
            crossing: true,
            open: true,
            declined_at: Some(NOON),
            participants: false,
            blocks: false,
        };
        let decide = |facts: &RequestFacts| decide(facts, FriendRequests::Participants);
        assert_eq!(decide(&facts), "invalid_request");
        facts.oneself = false;
        assert_eq!(decide(&facts), "user_not_found");
        facts.exists = true;
        assert_eq!(decide(&facts), "already_friends");
        facts.friends = false;
        assert_eq!(decide(&facts), "Accept", "R-FRI-02");
        facts.crossing = false;
        assert_eq!(decide(&facts), "Repeat");
        facts.open = false;
        assert_eq!(decide(&facts), "request_declined");
        facts.declined_at = None;
        assert_eq!(decide(&facts), "not_a_participant");
        facts.participants = true;
        assert_eq!(decide(&facts), "Open");
    }

    #[test]
    fn r_fri_01_the_policy_says_who_may_ask() {
        let stranger = RequestFacts {
            oneself: false,
            exists: true,
            friends: false,
            crossing: false,
            open: false,
            declined_at: None,
            participants: false,
            blocks: false,
        };
        assert_eq!(decide(&stranger, FriendRequests::Anyone), "Open");
        assert_eq!(
            decide(&RequestFacts { participants: true, ..stranger }, FriendRequests::Nobody),
            "not_a_participant"
        );
    }

    #[test]
    fn r_fri_03_after_a_decline_its_sender_waits_24_hours() {
        let declined = |ago: Duration| RequestFacts {
            oneself: false,
            exists: true,
            friends: false,
            crossing: false,
            open: false,
            declined_at: Some(Timestamp::from_millis(NOON.as_millis() - i64::try_from(ago.as_millis()).unwrap())),
            participants: true,
            blocks: false,
        };
        let day = Duration::from_hours(24);
        let early = decide_request(&declined(day - Duration::from_secs(7)), &Policy::default(), NOON);
        assert_eq!(early, Err(Rejection::RequestDeclined { retry_after: Duration::from_secs(7) }));
        assert_eq!(decide_request(&declined(day), &Policy::default(), NOON), Ok(Request::Open));
    }

    #[test]
    fn r_fri_03_the_receiver_answers_the_sender_withdraws_and_what_is_over_is_not_found() {
        let (bob, carol) = (UserId::parse("bob").unwrap(), UserId::parse("carol").unwrap());
        let mut request = FriendRequest {
            id: RequestId::new(),
            from: bob.clone(),
            to: carol.clone(),
            state: RequestState::Open,
            created_at: NOON,
            decided_at: None,
        };
        let not_found = Err(Rejection::RequestNotFound);
        let becomes = |state| Ok(Answered::Becomes(state));
        assert_eq!(decide_answer(&request, &carol, false, Answer::Accept), becomes(RequestState::Accepted));
        assert_eq!(decide_answer(&request, &carol, false, Answer::Decline), becomes(RequestState::Declined));
        assert_eq!(decide_answer(&request, &bob, false, Answer::Withdraw), becomes(RequestState::Withdrawn));
        for (user, answer) in [(&bob, Answer::Accept), (&bob, Answer::Decline), (&carol, Answer::Withdraw)] {
            assert_eq!(decide_answer(&request, user, false, answer), not_found, "{user} {answer:?}");
        }
        request.state = RequestState::Accepted;
        assert_eq!(decide_answer(&request, &carol, false, Answer::Accept), Ok(Answered::AlreadyAccepted));
        assert_eq!(decide_answer(&request, &carol, false, Answer::Decline), not_found);
        assert_eq!(decide_answer(&request, &bob, false, Answer::Withdraw), not_found);
    }

    #[test]
    fn r_fri_04_a_hidden_request_is_neither_crossed_nor_answered_and_its_sender_sees_no_difference() {
        let (bob, carol) = (UserId::parse("bob").unwrap(), UserId::parse("carol").unwrap());
        let request = FriendRequest {
            id: RequestId::new(),
            from: bob.clone(),
            to: carol.clone(),
            state: RequestState::Open,
            created_at: NOON,
            decided_at: None,
        };
        for answer in [Answer::Accept, Answer::Decline] {
            assert_eq!(decide_answer(&request, &carol, true, answer), Err(Rejection::RequestNotFound), "{answer:?}");
        }
        let withdrawn = Ok(Answered::Becomes(RequestState::Withdrawn));
        assert_eq!(decide_answer(&request, &bob, true, Answer::Withdraw), withdrawn);
        let accepted = FriendRequest { state: RequestState::Accepted, ..request };
        assert_eq!(decide_answer(&accepted, &carol, true, Answer::Accept), Ok(Answered::AlreadyAccepted));

        let mut facts = RequestFacts {
            oneself: false,
            exists: true,
            friends: false,
            crossing: true,
            open: false,
            declined_at: None,
            participants: true,
            blocks: true,
        };
        assert_eq!(decide(&facts, FriendRequests::Participants), "Open");
        facts.open = true;
        assert_eq!(decide(&facts, FriendRequests::Participants), "Repeat");
        facts.blocks = false;
        assert_eq!(decide(&facts, FriendRequests::Participants), "Accept");
    }
}
