//! Whether a history of concurrent commands could have happened: one order of all of them, in which each follows those
//! that had ended before it began, and in which the model answers each as the chat did. That is linearizability (Herlihy
//! and Wing, 1990), of the whole chat as one object, searched for as Wing and Gong did (1993), with the states that
//! were met remembered (Lowe, 2017).

use std::collections::HashMap;

use chat_core::{
    error::Rejection,
    model::{event::Seq, room::Room},
};

use crate::{
    answer::{Answer, Reply},
    command::Command,
    words,
    world::World,
};

/// A command of a history.
#[derive(Clone, Debug)]
pub struct Call {
    /// What was asked.
    pub command: Command,
    /// What was answered, in the ids of the model.
    pub answer: Answer,
    /// When it was asked, by a clock that counts beginnings and ends.
    pub begin: u64,
    /// When it was answered.
    pub end: u64,
    /// Whether that is all of it.
    pub part: Part,
}

/// What of a call of the chat this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// What it does, without the look at the room that its answer ends with.
    Deed,
    /// The look at the room, after the deed that stands before it in the history.
    Look,
}

impl Call {
    /// A call with the places of its beginning and its end; two parts where the chat answers with a look at the room
    /// that it takes afterwards, of which others' commands may come in between.
    #[must_use]
    pub fn parts(command: Command, answer: Answer, begin: u64, end: u64) -> Vec<Self> {
        let look = match (&command, &answer) {
            (Command::MarkRead { user, room, .. }, Ok(Reply::Read(position))) => {
                Some((user.clone(), *room, Ok(Reply::Read(*position))))
            }
            (Command::CreateRoom { user, .. }, Ok(Reply::Created(created))) if created.repeated => {
                Some((user.clone(), created.room.room.id, Ok(Reply::Room(created.room.clone()))))
            }
            (Command::Join { user, .. } | Command::JoinByInvite { user, .. }, Ok(Reply::Joined(joined)))
                if joined.already_member =>
            {
                let view = joined.view.clone().ok_or(Rejection::NotAMember).map(Reply::Room);
                Some((user.clone(), joined.room.id, view))
            }
            _ => None,
        };
        let Some((user, room, seen)) = look else {
            return vec![Self { command, answer, begin, end, part: Part::Whole }];
        };
        let look = Self { command: Command::Room { user, room }, answer: seen, begin, end, part: Part::Look };
        let answer = Part::Deed.of(answer);
        vec![Self { command, answer, begin, end, part: Part::Deed }, look]
    }
}

impl Part {
    /// What this part has of an answer.
    fn of(self, answer: Answer) -> Answer {
        match (self, answer) {
            (Self::Deed, Ok(Reply::Joined(mut joined))) => {
                joined.view = None;
                joined.room = Room {
                    owner: words::user(0),
                    member_count: 0,
                    last_seq: Seq::ZERO,
                    closed_at: None,
                    ..joined.room
                };
                Ok(Reply::Joined(joined))
            }
            (Self::Deed, Ok(_)) => Ok(Reply::Done),
            (_, answer) => answer,
        }
    }

    /// Whether the model's answer is this part's.
    fn is_answered(self, by_model: Answer, by_chat: &Answer) -> bool {
        match (self, by_model, by_chat) {
            (Self::Look, Ok(Reply::Room(view)), Ok(Reply::Read(position))) => {
                view.read_seq == position.read_seq && view.unread == position.unread
            }
            (_, by_model, by_chat) => self.of(by_model) == *by_chat,
        }
    }
}

/// At most so many commands stand in one history.
pub const LONGEST: usize = 128;

/// The world after the history, where it could have happened from `world`.
///
/// # Errors
/// Where there is no such order: the commands of the longest beginning that there is, and what could not follow.
///
/// # Panics
/// Where the history is longer than [`LONGEST`].
pub fn explain(world: &World, calls: &[Call]) -> Result<World, String> {
    assert!(calls.len() <= LONGEST, "a history has at most {LONGEST} commands");
    let mut search = Search { calls, met: HashMap::new(), longest: Vec::new(), order: Vec::new() };
    search.go_on(world, 0).ok_or_else(|| search.told())
}

struct Search<'a> {
    calls: &'a [Call],
    /// The worlds that were met after each set of commands, from which there was no way on.
    met: HashMap<u128, Vec<World>>,
    longest: Vec<usize>,
    order: Vec<usize>,
}

impl Search<'_> {
    /// From a world in which the commands of `done` have taken place.
    fn go_on(&mut self, world: &World, done: u128) -> Option<World> {
        let left = |call: &usize| done & (1 << call) == 0;
        let remaining: Vec<usize> = (0..self.calls.len()).filter(left).collect();
        // Whoever begins after another one has ended follows it.
        let Some(first_end) = remaining.iter().map(|&call| self.calls[call].end).min() else {
            return Some(world.clone());
        };
        if self.met.get(&done).is_some_and(|worlds| worlds.contains(world)) {
            return None;
        }
        for call in remaining {
            let Call { command, answer, begin, part, .. } = &self.calls[call];
            let too_early = *part == Part::Look && done & (1 << (call - 1)) == 0;
            if first_end < *begin || too_early {
                continue;
            }
            let mut next = world.clone();
            if !part.is_answered(next.apply(command), answer) {
                continue;
            }
            self.order.push(call);
            if self.longest.len() < self.order.len() {
                self.longest.clone_from(&self.order);
            }
            let found = self.go_on(&next, done | 1 << call);
            self.order.pop();
            if found.is_some() {
                return found;
            }
        }
        self.met.entry(done).or_default().push(world.clone());
        None
    }

    fn told(&self) -> String {
        let line = |call: &usize| {
            let Call { command, answer, begin, end, part } = &self.calls[*call];
            format!("  {begin:>4} to {end:>4}  {part:?} {command:?}\n                {answer:?}")
        };
        let lines = |calls: Vec<usize>| calls.iter().map(line).collect::<Vec<_>>().join("\n");
        let rest = (0..self.calls.len()).filter(|call| !self.longest.contains(call)).collect();
        format!(
            "no order of these commands answers them so; at best\n{}\nand none of these can follow\n{}",
            lines(self.longest.clone()),
            lines(rest)
        )
    }
}
