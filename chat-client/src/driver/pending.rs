//! Commands that are not answered: held in order, and asked again over the next connection.

use std::collections::VecDeque;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::{
    error::Error,
    wire::{Command, Problem},
};

/// How many commands the server reads before it has answered any; as many are held here.
const MAX_PENDING: usize = 32;

/// A command of the application, and who waits for its answer. Nobody may: then it is asked all the same.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) command: Command,
    pub(crate) reply: oneshot::Sender<Result<Value, Error>>,
}

struct Held {
    id: u64,
    call: Call,
    /// Whether it is on its way over the present connection.
    is_sent: bool,
    /// Whether it was on its way over one that is lost.
    is_in_doubt: bool,
}

/// All that is not answered, in the order in which it was asked.
#[derive(Default)]
pub(crate) struct Pending {
    held: VecDeque<Held>,
    last_id: u64,
}

impl Pending {
    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        MAX_PENDING <= self.held.len()
    }

    /// A number for a command that is answered to nobody.
    pub(crate) fn number(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn push(&mut self, call: Call) {
        let id = self.number();
        self.held.push_back(Held { id, call, is_sent: false, is_in_doubt: false });
    }

    /// Whether something is still to be sent.
    pub(crate) fn has_unsent(&self) -> bool {
        self.held.back().is_some_and(|held| !held.is_sent)
    }

    /// The frame of the next command to be sent, which counts as sent from here on.
    pub(crate) fn next(&mut self) -> Option<String> {
        let next = self.held.iter_mut().find(|held| !held.is_sent)?;
        next.is_sent = true;
        Some(next.call.command.text(next.id))
    }

    /// The connection is lost: all is to be sent again, but for what is of no use later.
    pub(crate) fn lost(&mut self) {
        for mut held in std::mem::take(&mut self.held) {
            if matches!(held.call.command, Command::Typing { .. }) {
                answer(held.call, Ok(Value::Null));
                continue;
            }
            held.is_in_doubt |= held.is_sent;
            held.is_sent = false;
            self.held.push_back(held);
        }
    }

    pub(crate) fn done(&mut self, id: u64, result: Value) {
        if let Some(held) = self.take(id) {
            answer(held.call, Ok(result));
        }
    }

    pub(crate) fn refused(&mut self, id: u64, problem: Box<Problem>) {
        let Some(held) = self.take(id) else { return };
        let outcome = match (&held.call.command, problem.code.as_str()) {
            // It was done the first time, or the message went otherwise.
            (Command::Delete { .. }, "message_not_found") if held.is_in_doubt => Ok(Value::Null),
            _ if held.is_in_doubt => Err(Error::InDoubt(problem)),
            _ => Err(Error::Problem(problem)),
        };
        answer(held.call, outcome);
    }

    fn take(&mut self, id: u64) -> Option<Held> {
        let at = self.held.iter().position(|held| held.id == id)?;
        self.held.remove(at)
    }
}

fn answer(call: Call, outcome: Result<Value, Error>) {
    // Who asked may have gone.
    let _ = call.reply.send(outcome);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    type Answer = oneshot::Receiver<Result<Value, Error>>;

    fn ask(pending: &mut Pending, command: Command) -> Answer {
        let (reply, answer) = oneshot::channel();
        pending.push(Call { command, reply });
        answer
    }

    fn message(body: &str) -> Command {
        let (room_id, body) = ("r".to_owned(), body.to_owned());
        Command::Send { room_id, client_id: body.clone(), body, reply_to: None }
    }

    fn delete() -> Command {
        Command::Delete { room_id: "r".to_owned(), seq: 3 }
    }

    fn problem(code: &str) -> Box<Problem> {
        Box::new(serde_json::from_value(json!({"status": 404, "code": code})).unwrap())
    }

    fn sent(pending: &mut Pending) -> Vec<String> {
        let frames = std::iter::from_fn(|| pending.next());
        frames
            .map(|text| serde_json::from_str::<Value>(&text).unwrap()["clientId"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn what_is_unanswered_is_sent_again_in_order_and_before_what_is_new() {
        let mut pending = Pending::default();
        let mut answers: Vec<Answer> = ["a", "b", "c"].map(|body| ask(&mut pending, message(body))).into();
        assert_eq!(sent(&mut pending), ["a", "b", "c"]);
        pending.done(2, json!("second"));
        assert_eq!(answers[1].try_recv().unwrap().unwrap(), json!("second"));
        answers.push(ask(&mut pending, message("d")));
        pending.lost();
        assert_eq!(sent(&mut pending), ["a", "c", "d"]);
        assert!(!pending.has_unsent() && !pending.is_empty());
    }

    #[test]
    fn a_call_whose_caller_has_gone_is_sent_all_the_same() {
        let mut pending = Pending::default();
        drop(ask(&mut pending, message("a")));
        assert_eq!(sent(&mut pending), ["a"]);
        pending.lost();
        assert_eq!(sent(&mut pending), ["a"]);
        pending.done(1, Value::Null);
        assert!(pending.is_empty());
    }

    #[test]
    fn a_refusal_of_what_was_asked_before_leaves_a_doubt() {
        let mut pending = Pending::default();
        let [mut fresh, mut again] = ["a", "b"].map(|body| ask(&mut pending, message(body)));
        pending.next();
        pending.refused(1, problem("not_a_member"));
        assert!(matches!(fresh.try_recv(), Ok(Err(Error::Problem(_)))));
        pending.next();
        pending.lost();
        pending.next();
        pending.refused(2, problem("not_a_member"));
        assert!(matches!(again.try_recv(), Ok(Err(Error::InDoubt(_)))));
    }

    #[test]
    fn a_deletion_that_finds_nothing_the_second_time_is_done() {
        let mut pending = Pending::default();
        let mut first = ask(&mut pending, delete());
        pending.next();
        pending.refused(1, problem("message_not_found"));
        assert!(matches!(first.try_recv(), Ok(Err(Error::Problem(_)))), "never asked before");
        let mut second = ask(&mut pending, delete());
        pending.next();
        pending.lost();
        pending.next();
        pending.refused(2, problem("message_not_found"));
        assert!(matches!(second.try_recv(), Ok(Ok(_))));
    }

    #[test]
    fn typing_is_not_told_later() {
        let mut pending = Pending::default();
        let mut typing = ask(&mut pending, Command::Typing { room_id: "r".to_owned() });
        pending.lost();
        assert!(matches!(typing.try_recv(), Ok(Ok(_))) && pending.is_empty());
    }

    #[test]
    fn no_more_is_held_than_the_server_reads() {
        let mut pending = Pending::default();
        for _ in 0..32 {
            assert!(!pending.is_full());
            drop(ask(&mut pending, message("a")));
        }
        assert!(pending.is_full());
    }
}
