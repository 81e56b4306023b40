//! Friends (R-FRI).

use std::time::Duration;

use chat_core::{
    api::{FriendRequestOutcome, RequestedFriend},
    error::Rejection,
    model::{
        friend::{Friend, FriendRequest, RequestBox, RequestId, RequestState},
        time::Timestamp,
        user::{Standing, UserId},
    },
};

use super::World;
use crate::{
    answer::{Answer, Reply, invalid},
    command::{Tag, id_of},
};

const WAIT: Duration = Duration::from_hours(24);

fn pair(a: &UserId, b: &UserId) -> (UserId, UserId) {
    if a < b { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) }
}

impl World {
    pub(super) fn are_friends(&self, a: &UserId, b: &UserId) -> bool {
        self.friendships.contains_key(&pair(a, b))
    }

    fn open_from(&self, from: &UserId, to: &UserId) -> Option<RequestId> {
        let mut requests = self.requests.values();
        let open = |request: &&FriendRequest| {
            request.state == RequestState::Open && request.from == *from && request.to == *to
        };
        requests.find(open).map(|request| request.id)
    }

    /// In the order of R-FRI-01.
    pub(super) fn request_friend(&mut self, tag: Tag, user: &UserId, other: &UserId) -> Answer {
        self.acting(user)?;
        if user == other {
            return Err(invalid());
        }
        if self.account(other)?.user.standing == Standing::Erased {
            return Err(Rejection::UserNotFound);
        }
        if self.are_friends(user, other) {
            return Err(Rejection::AlreadyFriends);
        }
        if let Some(crossing) = self.open_from(other, user).filter(|id| !self.is_hidden(&self.requests[id])) {
            let request = self.close(crossing, RequestState::Accepted)?;
            return Ok(Reply::Requested(RequestedFriend { request, outcome: FriendRequestOutcome::Accepted }));
        }
        if let Some(open) = self.open_from(user, other) {
            let request = self.requests[&open].clone();
            return Ok(Reply::Requested(RequestedFriend { request, outcome: FriendRequestOutcome::Repeated }));
        }
        let declined = self
            .requests
            .values()
            .filter(|request| request.state == RequestState::Declined && request.from == *user && request.to == *other);
        if let Some(declined_at) = declined.filter_map(|request| request.decided_at).max() {
            let over_at = declined_at.after(WAIT);
            if self.now < over_at {
                return Err(Rejection::RequestDeclined { retry_after: over_at.since(self.now) });
            }
        }
        if !self.places.values().any(|place| place.once.contains(user) && place.once.contains(other)) {
            return Err(Rejection::NotAParticipant);
        }
        let request = FriendRequest {
            id: RequestId::from_bytes(id_of(tag)),
            from: user.clone(),
            to: other.clone(),
            state: RequestState::Open,
            created_at: self.now,
            decided_at: None,
        };
        self.requests.insert(request.id, request.clone());
        Ok(Reply::Requested(RequestedFriend { request, outcome: FriendRequestOutcome::New }))
    }

    fn close(&mut self, id: RequestId, state: RequestState) -> Result<FriendRequest, Rejection> {
        let now = self.now;
        let request = self.requests.get_mut(&id).ok_or(Rejection::RequestNotFound)?;
        request.state = state;
        request.decided_at = Some(now);
        let request = request.clone();
        if state == RequestState::Accepted {
            self.friendships.insert(pair(&request.from, &request.to), now);
            self.end_open(&request.to, &request.from, RequestState::Withdrawn);
        }
        Ok(request)
    }

    /// What is open from one to another is over.
    pub(super) fn end_open(&mut self, from: &UserId, to: &UserId, state: RequestState) {
        let now = self.now;
        if let Some(open) = self.open_from(from, to).and_then(|id| self.requests.get_mut(&id)) {
            open.state = state;
            open.decided_at = Some(now);
        }
    }

    pub(super) fn end_friendship(&mut self, a: &UserId, b: &UserId) {
        self.friendships.remove(&pair(a, b));
    }

    /// A request that there is, asked about by somebody who may act.
    fn asked_about(&self, user: &UserId, id: RequestId) -> Result<&FriendRequest, Rejection> {
        let request = self.requests.get(&id).ok_or(Rejection::RequestNotFound)?;
        self.acting(user)?;
        Ok(request)
    }

    pub(super) fn accept_request(&mut self, user: &UserId, id: RequestId) -> Answer {
        let request = self.asked_about(user, id)?;
        let request = Some(request).filter(|request| request.to == *user && !self.is_hidden(request));
        match request.map(|request| request.state) {
            Some(RequestState::Open) => Ok(Reply::Request(self.close(id, RequestState::Accepted)?)),
            Some(RequestState::Accepted) => Ok(Reply::Request(self.requests[&id].clone())),
            _ => Err(Rejection::RequestNotFound),
        }
    }

    pub(super) fn decline_request(&mut self, user: &UserId, id: RequestId) -> Answer {
        self.asked_about(user, id)?;
        match self.requests.get(&id) {
            Some(request) if request.to == *user && request.state == RequestState::Open && !self.is_hidden(request) => {
                Ok(Reply::Request(self.close(id, RequestState::Declined)?))
            }
            _ => Err(Rejection::RequestNotFound),
        }
    }

    pub(super) fn withdraw_request(&mut self, user: &UserId, id: RequestId) -> Answer {
        self.asked_about(user, id)?;
        match self.requests.get(&id) {
            Some(request) if request.from == *user && request.state == RequestState::Open => {
                self.close(id, RequestState::Withdrawn)?;
                Ok(Reply::Done)
            }
            _ => Err(Rejection::RequestNotFound),
        }
    }

    pub(super) fn open_requests(&self, user: &UserId, which: RequestBox) -> Vec<FriendRequest> {
        let mine = |request: &&FriendRequest| {
            let whose = match which {
                RequestBox::In => &request.to,
                RequestBox::Out => &request.from,
            };
            let hidden = which == RequestBox::In && self.is_hidden(request);
            request.state == RequestState::Open && whose == user && !hidden
        };
        self.requests.values().filter(mine).cloned().collect()
    }

    pub(super) fn friends(&self, user: &UserId) -> Vec<Friend> {
        let friend = |(pair, since): (&(UserId, UserId), &Timestamp)| {
            let other = match pair {
                (a, b) if a == user => b,
                (a, b) if b == user => a,
                _ => return None,
            };
            Some(Friend { id: other.clone(), name: self.accounts[other].user.name.clone(), since: *since })
        };
        let mut friends: Vec<Friend> = self.friendships.iter().filter_map(friend).collect();
        friends.sort_by(|a, b| a.id.cmp(&b.id));
        friends
    }

    pub(super) fn unfriend(&mut self, user: &UserId, other: &UserId) -> Answer {
        self.acting(user)?;
        self.account(other)?;
        self.end_friendship(user, other);
        Ok(Reply::Done)
    }
}
