use async_trait::async_trait;

use super::{
    chat::{Chat, Inner},
    transaction::{Command, Tx},
};
use crate::{
    api::{FriendRequestOutcome, Friends, RequestedFriend},
    error::{ChatError, Rejection},
    model::{
        friend::{Friend, FriendChange, FriendRequest, RequestBox, RequestId, RequestState},
        session::Caller,
        user::{Standing, UserId},
    },
    ports::store::Ties,
    realtime::notice::Notice,
    rules::{
        self,
        block::is_hidden,
        friend::{Answer, Answered, Request, RequestFacts},
    },
};

#[async_trait]
impl Friends for Chat {
    async fn request_friend(&self, caller: &Caller, user: Option<UserId>) -> Result<RequestedFriend, ChatError> {
        let other = user.ok_or(Rejection::UserNotFound)?;
        self.0.execute(Ask { user: caller.user.clone(), other }).await
    }

    async fn friend_requests(&self, caller: &Caller, which: RequestBox) -> Result<Vec<FriendRequest>, ChatError> {
        Ok(self.0.store.open_requests(&caller.user, which).await?)
    }

    async fn accept_request(&self, caller: &Caller, request: RequestId) -> Result<FriendRequest, ChatError> {
        self.0.answer_request(caller, request, Answer::Accept).await
    }

    async fn decline_request(&self, caller: &Caller, request: RequestId) -> Result<FriendRequest, ChatError> {
        self.0.answer_request(caller, request, Answer::Decline).await
    }

    async fn withdraw_request(&self, caller: &Caller, request: RequestId) -> Result<(), ChatError> {
        self.0.answer_request(caller, request, Answer::Withdraw).await.map(drop)
    }

    async fn friends(&self, caller: &Caller) -> Result<Vec<Friend>, ChatError> {
        Ok(self.0.store.friends(&caller.user).await?)
    }

    async fn unfriend(&self, caller: &Caller, user: &UserId) -> Result<(), ChatError> {
        self.0.execute(Unfriend { user: caller.user.clone(), other: user.clone() }).await
    }
}

impl Inner {
    async fn answer_request(
        self: &std::sync::Arc<Self>,
        caller: &Caller,
        request: RequestId,
        answer: Answer,
    ) -> Result<FriendRequest, ChatError> {
        // Whose locks to take stands in the request; it is read again under them.
        let known = self.store.request(request).await?.ok_or(Rejection::RequestNotFound)?;
        let user = caller.user.clone();
        let other = if known.from == user { known.to } else { known.from };
        debug_assert_ne!(user, other, "both sides are locked");
        self.execute(AnswerRequest { user, other, request, answer }).await
    }
}

impl Tx {
    fn tell_one(&mut self, to: &UserId, change: FriendChange, with: &UserId, request: Option<RequestId>) {
        self.tell(Notice::Friend { to: to.clone(), change, with: with.clone(), request });
    }

    fn tell_both(&mut self, change: FriendChange, a: &UserId, b: &UserId, request: Option<RequestId>) {
        self.tell_one(a, change, b, request);
        self.tell_one(b, change, a, request);
    }

    /// Tells of a request, which may be hidden from its receiver (R-FRI-04).
    fn tell_of(&mut self, change: FriendChange, request: &FriendRequest, hidden: bool) {
        self.tell_one(&request.from, change, &request.to, Some(request.id));
        if !hidden {
            self.tell_one(&request.to, change, &request.from, Some(request.id));
        }
    }

    /// Makes friends of the two by this request. One that is open the other way is hidden from its receiver, or it had
    /// been crossed: it is over, too.
    async fn accept(
        &mut self,
        mut request: FriendRequest,
        other_way: Option<FriendRequest>,
    ) -> Result<FriendRequest, ChatError> {
        let now = self.now;
        self.decide_request(request.id, RequestState::Accepted, now).await?;
        if let Some(hidden) = other_way {
            self.decide_request(hidden.id, RequestState::Withdrawn, now).await?;
        }
        self.insert_friendship(&request.from, &request.to, now).await?;
        self.tell_both(FriendChange::Accepted, &request.from, &request.to, Some(request.id));
        request.state = RequestState::Accepted;
        request.decided_at = Some(now);
        Ok(request)
    }

    /// Ends what there is between a user, who wants or has it so, and another one: friendship and open requests.
    pub(super) async fn part(&mut self, user: &UserId, other: &UserId, ties: &Ties) -> Result<(), ChatError> {
        let now = self.now;
        if ties.friends && self.delete_friendship(user, other).await? {
            self.tell_both(FriendChange::Removed, user, other, None);
        }
        if let Some(sent) = &ties.sent {
            self.decide_request(sent.id, RequestState::Withdrawn, now).await?;
            self.tell_of(FriendChange::Withdrawn, sent, is_hidden(sent.state, ties.blocked));
        }
        if let Some(received) = &ties.received {
            self.decide_request(received.id, RequestState::Declined, now).await?;
            self.tell_of(FriendChange::Declined, received, is_hidden(received.state, ties.blocks));
        }
        Ok(())
    }
}

struct Ask {
    user: UserId,
    other: UserId,
}

#[async_trait]
impl Command for Ask {
    type Answer = RequestedFriend;

    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<RequestedFriend, ChatError> {
        let (_, other) = tx.lock_actor_and(&self.user, &self.other).await?;
        let ties = tx.ties_between(&self.user, &self.other).await?;
        let facts = RequestFacts {
            oneself: self.user == self.other,
            exists: other.is_some_and(|other| other.user.standing != Standing::Erased),
            friends: ties.friends,
            crossing: ties.received.is_some(),
            open: ties.sent.is_some(),
            declined_at: ties.declined_at,
            participants: tx.have_shared_a_room(&self.user, &self.other).await?,
            blocks: ties.blocks,
        };
        let now = tx.now;
        let requested = |request, outcome| Ok(RequestedFriend { request, outcome });
        match (rules::friend::decide_request(&facts, &chat.policy, now)?, ties.sent, ties.received) {
            (Request::Accept, sent, Some(received)) => {
                requested(tx.accept(received, sent).await?, FriendRequestOutcome::Accepted)
            }
            (Request::Repeat, Some(sent), _) => requested(sent, FriendRequestOutcome::Repeated),
            (Request::Open, ..) => {
                let request = FriendRequest {
                    id: RequestId::new(),
                    from: self.user.clone(),
                    to: self.other.clone(),
                    state: RequestState::Open,
                    created_at: now,
                    decided_at: None,
                };
                tx.insert_request(&request).await?;
                tx.tell_of(FriendChange::Request, &request, is_hidden(request.state, ties.blocked));
                requested(request, FriendRequestOutcome::New)
            }
            (decided, ..) => Err(ChatError::Internal(format!("{decided:?} without the request it is about"))),
        }
    }
}

struct AnswerRequest {
    user: UserId,
    other: UserId,
    request: RequestId,
    answer: Answer,
}

#[async_trait]
impl Command for AnswerRequest {
    type Answer = FriendRequest;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<FriendRequest, ChatError> {
        tx.lock_actor_and(&self.user, &self.other).await?;
        let mut request = tx.request_in(self.request).await?.ok_or(Rejection::RequestNotFound)?;
        let ties = tx.ties_between(&self.user, &self.other).await?;
        let state = match rules::friend::decide_answer(&request, &self.user, ties.blocks, self.answer)? {
            Answered::AlreadyAccepted => return Ok(request),
            Answered::Becomes(RequestState::Accepted) => return tx.accept(request, ties.sent).await,
            Answered::Becomes(state) => state,
        };
        let now = tx.now;
        tx.decide_request(request.id, state, now).await?;
        let (change, receiver_blocks) = match self.answer {
            Answer::Withdraw => (FriendChange::Withdrawn, ties.blocked),
            Answer::Accept | Answer::Decline => (FriendChange::Declined, ties.blocks),
        };
        tx.tell_of(change, &request, is_hidden(request.state, receiver_blocks));
        request.state = state;
        request.decided_at = Some(now);
        Ok(request)
    }
}

struct Unfriend {
    user: UserId,
    other: UserId,
}

#[async_trait]
impl Command for Unfriend {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        let (_, other) = tx.lock_actor_and(&self.user, &self.other).await?;
        other.ok_or(Rejection::UserNotFound)?;
        if tx.delete_friendship(&self.user, &self.other).await? {
            tx.tell_both(FriendChange::Removed, &self.user, &self.other, None);
        }
        Ok(())
    }
}
