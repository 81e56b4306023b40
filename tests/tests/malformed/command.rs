//! Commands of the WebSocket, spoilt in their fields.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::chance::Outcome;
use crate::frames::{Said, Wire, frame};
use crate::ground::Ground;
use crate::json::{self, Fault};
use crate::town::Town;

/// The commands of the contract, those included that no version has yet.
const COMMANDS: [&str; 9] = ["hello", "send", "edit", "delete", "react", "read", "typing", "auth", "ping"];

/// The id of the command that is sent after each case, by which its end is known.
const LAST: u64 = 4_000_000_007;

/// A command with faults, before or after the hello.
#[derive(Clone, Debug)]
pub(crate) struct Spoilt {
    kind: &'static str,
    greeted: bool,
    faults: Vec<Fault>,
}

/// Any command, mostly after the hello, in one to three ways wrong.
pub(crate) fn spoilt() -> impl Strategy<Value = Spoilt> {
    let kind = prop_oneof![2 => select(&COMMANDS[..]), 1 => select(vec!["hello", "send", "read"])];
    let faults = prop_oneof![
        4 => prop::collection::vec(json::fault(), 1),
        1 => prop::collection::vec(json::fault(), 2..=3),
    ];
    (kind, prop::bool::weighted(0.8), faults).prop_map(|(kind, greeted, faults)| Spoilt { kind, greeted, faults })
}

impl Spoilt {
    /// What the command would be without its faults.
    fn members(&self, town: &Town) -> Vec<(String, Value)> {
        let room = ("roomId", json!(town.room));
        let seq = ("seq", town.message.clone());
        let fields = match self.kind {
            "hello" => vec![("rooms", json!({&town.room: 1}))],
            "send" => vec![
                room,
                ("body", json!("hello")),
                ("clientId", json!("a-key-of-the-client")),
                ("replyTo", town.message.clone()),
            ],
            "edit" => vec![room, seq, ("body", json!("hello again"))],
            "react" => vec![room, seq, ("emoji", json!("\u{1f44d}"))],
            "delete" | "read" => vec![room, seq],
            "typing" => vec![room],
            "auth" => vec![("accessToken", json!(town.alice.token()))],
            _ => vec![],
        };
        let begin = [("type", json!(self.kind)), ("id", json!(7))];
        begin.into_iter().chain(fields).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Sends it, and after it a command that is right. `open` is a connection after its hello, kept for the next case.
    ///
    /// # Errors
    /// What does not hold.
    pub(crate) async fn check(&self, ground: &mut Ground<'_>, open: &mut Option<Wire>) -> Result<Outcome, String> {
        ground.begin().await;
        let token = ground.town.alice.token();
        let mut wire = match open.take() {
            _ if !self.greeted => Wire::open(ground.server, token).await,
            Some(wire) => wire,
            None => Wire::greeted(ground.server, token).await?,
        };
        wire.send(&frame(0x81, &json::spoilt(&self.members(&ground.town), &self.faults))).await;
        let last = if self.greeted { "ping" } else { "hello" };
        wire.send(&frame(0x81, json!({"type": last, "id": LAST}).to_string().as_bytes())).await;
        let mut taken = false;
        // Each command has one answer, in whatever order.
        for _ in 0..2 {
            match wire.reply().await? {
                Said::Frame(reply) => taken |= Said::Frame(reply.clone()).is_ok() && reply["id"] != LAST,
                // Before the hello, and after a second one, a connection is closed whatever is wrong.
                Said::Closed(Some(4004 | 1009)) => return ground.end(taken).await,
                other => return Err(format!("{other:?}")),
            }
        }
        *open = Some(wire);
        ground.end(taken).await
    }
}
