//! Who types where: told to the others in the room, kept nowhere.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::chat::Inner;
use crate::{
    error::{ChatError, Rejection},
    model::{
        event::{Event, EventKind},
        room::RoomId,
        session::Caller,
        time::Timestamp,
        user::UserId,
    },
    realtime::notice::Notice,
    rules::typing::{PAUSE, TypingFacts, decide_typing},
};

impl Inner {
    /// Tells the others in a room that the caller types, unless they were told a moment ago.
    pub(super) async fn type_in(self: &Arc<Self>, caller: &Caller, room: RoomId) -> Result<(), ChatError> {
        let user = &caller.user;
        let now = self.clock.now();
        let (turn, tell) = match self.typists.ask(user, room, now) {
            Asked::Known(answer) => return Ok(answer?),
            Asked::Look { turn, tell } => (turn, tell),
        };
        let looked = self.look_at_typist(user, room).await;
        let answer = match &looked {
            Ok(_) => Ok(()),
            Err(ChatError::Rejected(refused)) => Err(refused.clone()),
            Err(_) => {
                self.typists.forget(user, room);
                return looked.map(drop);
            }
        };
        self.typists.answer(user, room, turn, answer);
        let to = looked?;
        if tell && !to.is_empty() {
            self.bus.publish(vec![Notice::Typing { room, user: user.clone(), to }]).await;
        }
        Ok(())
    }

    /// Who hears that the user types in the room (R-FRI-04).
    async fn look_at_typist(&self, user: &UserId, room: RoomId) -> Result<Vec<UserId>, ChatError> {
        let seen = self.store.room(room).await?;
        let members = self.store.unblocked_members(room, user).await?;
        let facts = TypingFacts {
            exists: seen.is_some(),
            member: members.contains(user),
            closed: seen.is_some_and(|seen| seen.room.closed_at.is_some()),
        };
        decide_typing(&facts)?;
        Ok(members.into_iter().filter(|member| member != user).collect())
    }
}

/// What was answered to who typed in the last moments, so that whoever types on costs no read.
#[derive(Default)]
pub(super) struct Typists {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    typists: HashMap<(UserId, RoomId), Typist>,
    last_turn: u64,
}

struct Typist {
    since: Timestamp,
    /// Which asking; what belongs to another one comes too late.
    turn: u64,
    /// None while it is found out.
    answer: Option<Result<(), Rejection>>,
}

/// How many are kept. Where there would be more, those whose moment is over are forgotten, and then all.
const CAPACITY: usize = 10_000;

enum Asked {
    /// It was answered a moment ago.
    Known(Result<(), Rejection>),
    /// It must be looked up; `tell`: and others told, if it may be.
    Look { turn: u64, tell: bool },
}

impl Typists {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, user: &UserId, room: RoomId, now: Timestamp) -> Asked {
        let mut state = self.state();
        let key = (user.clone(), room);
        if let Some(typist) = state.typists.get(&key).filter(|typist| typist.is_fresh(now)) {
            return match &typist.answer {
                Some(answer) => Asked::Known(answer.clone()),
                None => Asked::Look { turn: typist.turn, tell: false },
            };
        }
        let turn = state.begin(key, now, None);
        Asked::Look { turn, tell: true }
    }

    fn answer(&self, user: &UserId, room: RoomId, turn: u64, answer: Result<(), Rejection>) {
        let mut state = self.state();
        let typist = state.typists.get_mut(&(user.clone(), room));
        if let Some(typist) = typist.filter(|typist| typist.turn == turn) {
            typist.answer = Some(answer);
        }
    }

    fn forget(&self, user: &UserId, room: RoomId) {
        self.state().typists.remove(&(user.clone(), room));
    }

    /// Others were told, perhaps by another node.
    pub(super) fn told(&self, user: &UserId, room: RoomId, now: Timestamp) {
        self.state().begin((user.clone(), room), now, Some(Ok(())));
    }

    /// Something was logged: who has come or gone, and who types in a room that is closed now, is answered anew.
    pub(super) fn logged(&self, event: &Event) {
        match &event.kind {
            EventKind::Joined | EventKind::Left => self.forget(&event.sender, event.room),
            EventKind::Removed { user, .. } => self.forget(user, event.room),
            EventKind::RoomClosed { .. } => self.state().typists.retain(|(_, room), _| *room != event.room),
            _ => {}
        }
    }
}

impl State {
    fn begin(&mut self, key: (UserId, RoomId), now: Timestamp, answer: Option<Result<(), Rejection>>) -> u64 {
        if CAPACITY <= self.typists.len() {
            self.typists.retain(|_, typist| typist.is_fresh(now));
        }
        if CAPACITY <= self.typists.len() {
            self.typists.clear();
        }
        self.last_turn += 1;
        self.typists.insert(key, Typist { since: now, turn: self.last_turn, answer });
        self.last_turn
    }
}

impl Typist {
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.since <= now && now < self.since.after(PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Seq;

    fn user(number: usize) -> UserId {
        UserId::parse(&format!("user-{number}")).unwrap()
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + millis)
    }

    /// `tells`, `looks`, or what is known.
    fn ask(typists: &Typists, user: &UserId, room: RoomId, now: Timestamp) -> &'static str {
        match typists.ask(user, room, now) {
            Asked::Known(Ok(())) => "ok",
            Asked::Known(Err(refused)) => refused.kind_and_code().1,
            Asked::Look { tell: true, .. } => "tells",
            Asked::Look { tell: false, .. } => "looks",
        }
    }

    fn answered(typists: &Typists, user: &UserId, room: RoomId, now: Timestamp, answer: Result<(), Rejection>) {
        let Asked::Look { turn, .. } = typists.ask(user, room, now) else { panic!("it is known") };
        typists.answer(user, room, turn, answer);
    }

    fn logged(room: RoomId, sender: &UserId, kind: EventKind) -> Event {
        Event { room, seq: Seq::new(1), sender: sender.clone(), at: at(0), kind }
    }

    #[test]
    fn others_are_told_at_most_once_in_two_seconds_for_a_user_and_a_room() {
        let (typists, room, other) = (Typists::default(), RoomId::new(), RoomId::new());
        assert_eq!(ask(&typists, &user(1), room, at(0)), "tells");
        assert_eq!(ask(&typists, &user(1), room, at(1)), "looks", "the first look is not over");
        answered(&typists, &user(1), room, at(1), Ok(()));
        assert_eq!(ask(&typists, &user(1), room, at(1_999)), "ok");
        assert_eq!(ask(&typists, &user(2), room, at(1_999)), "tells");
        assert_eq!(ask(&typists, &user(1), other, at(1_999)), "tells");
        assert_eq!(ask(&typists, &user(1), room, at(2_000)), "tells");
        assert_eq!(ask(&typists, &user(1), room, at(1_999)), "tells", "a clock that went back holds nobody up");
    }

    #[test]
    fn what_another_node_has_told_counts_too() {
        let (typists, room) = (Typists::default(), RoomId::new());
        typists.told(&user(1), room, at(0));
        assert_eq!(ask(&typists, &user(1), room, at(1_999)), "ok");
    }

    #[test]
    fn who_comes_or_goes_is_answered_anew() {
        let (typists, room) = (Typists::default(), RoomId::new());
        let removed = EventKind::Removed { user: user(1), banned: false };
        let changes = [
            logged(room, &user(1), EventKind::Joined),
            logged(room, &user(1), EventKind::Left),
            logged(room, &user(2), removed),
            logged(room, &user(2), EventKind::RoomClosed { by_operator: false }),
        ];
        for change in changes {
            answered(&typists, &user(1), room, at(0), Err(Rejection::NotAMember));
            assert_eq!(ask(&typists, &user(1), room, at(1)), "not_a_member");
            typists.logged(&logged(room, &user(3), EventKind::Joined));
            assert_eq!(ask(&typists, &user(1), room, at(1)), "not_a_member");
            typists.logged(&change);
            let Asked::Look { turn, tell: true } = typists.ask(&user(1), room, at(2)) else { panic!("{change:?}") };
            typists.forget(&user(1), room);
            typists.answer(&user(1), room, turn, Ok(()));
            assert_eq!(ask(&typists, &user(1), room, at(3)), "tells", "what was read before does not count");
            typists.forget(&user(1), room);
        }
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let (typists, room) = (Typists::default(), RoomId::new());
        for number in 0..CAPACITY {
            typists.told(&user(number), room, at(i64::try_from(number % 2).unwrap() * 2_000));
        }
        assert_eq!(ask(&typists, &user(1), room, at(2_000)), "ok");
        typists.told(&user(CAPACITY), room, at(2_000));
        assert_eq!(typists.state().typists.len(), CAPACITY / 2 + 1, "those whose moment is over");
        assert_eq!(ask(&typists, &user(1), room, at(2_000)), "ok");
        (CAPACITY..2 * CAPACITY).for_each(|number| typists.told(&user(number), room, at(2_000)));
        assert!(typists.state().typists.len() <= CAPACITY);
    }
}
