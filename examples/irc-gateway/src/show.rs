//! What is in the chat, in the words of IRC.

use chat_core::error::{ChatError, Rejection};
use chat_core::model::event::{Event, EventKind};
use chat_core::model::{message::Message, room::Role, room::RoomId, user::UserId};

use crate::client::LONGEST;

/// The name by which the server speaks.
pub(crate) const SERVER: &str = "chat";
/// How a body begins that tells what its sender does.
pub(crate) const ACTION: &str = "/me ";
/// How many lines of a message are shown as it comes, and where it is read again.
const LINES: [usize; 2] = [50, 8];
/// What clients would take for something else in a name; and what stands for it, which no id has.
const STAND_INS: [(&str, &str); 3] = [("@", "|"), (":", "^"), ("+", "}")];

pub(crate) fn nick(user: &UserId) -> String {
    STAND_INS.iter().fold(user.to_string(), |name, (theirs, ours)| name.replace(theirs, ours))
}

pub(crate) fn user_id(nick: &str) -> String {
    STAND_INS.iter().fold(nick.to_owned(), |name, (theirs, ours)| name.replace(ours, theirs))
}

pub(crate) fn source(user: &UserId) -> String {
    let nick = nick(user);
    format!("{nick}!{nick}@{SERVER}")
}

pub(crate) fn room_id(channel: &str) -> Result<RoomId, Rejection> {
    channel.strip_prefix('#').and_then(RoomId::parse).ok_or(Rejection::RoomNotFound)
}

pub(crate) const fn sign(role: Role) -> &'static str {
    match role {
        Role::Owner => "@",
        Role::Moderator => "+",
        Role::Member => "",
    }
}

/// An event as it happens. By whom a line is, its head says alone: nobody's words can pass for others'.
pub(crate) fn event(event: &Event) -> Vec<String> {
    let (by, room) = (source(&event.sender), event.room);
    let told = |what: &str| lines(&format!(":{by} NOTICE #{room}"), what, ["", ""], LINES[0]);
    match &event.kind {
        EventKind::Message(message) => spoken(event, message, "", LINES[0]),
        EventKind::Joined => vec![format!(":{by} JOIN #{room}")],
        EventKind::Left => vec![format!(":{by} PART #{room}")],
        EventKind::Removed { user, banned } => {
            vec![format!(":{by} KICK #{room} {} :{}", nick(user), if *banned { "banned" } else { "removed" })]
        }
        EventKind::RoleChanged { user, role } => {
            let modes = match role {
                Role::Owner => "+o-v",
                Role::Moderator => "-o+v",
                Role::Member => "-o-v",
            };
            vec![format!(":{by} MODE #{room} {modes} {0} {0}", nick(user))]
        }
        EventKind::RoomChanged { name: None, capacity: None } => told("the room has another password"),
        EventKind::RoomChanged { name, capacity } => {
            let seats = capacity.iter().flat_map(|seats| told(&format!("the room has {} seats", seats.get())));
            name.iter().map(|name| format!(":{by} TOPIC #{room} :{}", name.as_str())).chain(seats).collect()
        }
        EventKind::MessageEdited { target, body: Some(body), .. } => {
            told(&format!("edited message {target}: {}", body.as_str()))
        }
        EventKind::MessageDeleted { target } => told(&format!("deleted message {target}")),
        EventKind::ReactionAdded { target, emoji } => told(&format!("reacts with {emoji} to message {target}")),
        EventKind::ReactionRemoved { target, emoji } => told(&format!("takes {emoji} back from message {target}")),
        EventKind::RoomClosed { .. } => told("the room is closed: nothing more is written here"),
        // An edit of what was deleted since, and kinds of later versions.
        _ => Vec::new(),
    }
}

/// A message of the past, where it is one; with its time, unless that is told by a tag.
pub(crate) fn past(event: &Event, tagged: bool) -> Vec<String> {
    let EventKind::Message(message) = &event.kind else { return Vec::new() };
    let at = event.at.to_string().replace('T', " ");
    let before = if tagged { String::new() } else { format!("[{}] ", &at[..at.floor_char_boundary(16)]) };
    spoken(event, message, &before, LINES[1])
}

fn spoken(event: &Event, message: &Message, before: &str, most: usize) -> Vec<String> {
    let head = format!(":{} PRIVMSG #{}", source(&event.sender), event.room);
    let body = message.body.as_ref().map_or("[deleted]", |body| body.as_str());
    match body.strip_prefix(ACTION) {
        Some(action) => lines(&head, &format!("{before}{action}"), ["\u{1}ACTION ", "\u{1}"], most),
        None => lines(&head, &format!("{before}{body}"), ["", ""], most),
    }
}

/// The lines of a text after `head`, each between the `marks`, cut between characters; of those beyond `most` only how many
/// they are. No character of it gives a command to a client (CTCP) or its terminal.
fn lines(head: &str, text: &str, [begin, end]: [&str; 2], most: usize) -> Vec<String> {
    let width = LONGEST - head.len() - 2 - begin.len() - end.len();
    let mut pieces = Vec::new();
    for line in text.split(['\r', '\n']).filter(|line| !line.trim().is_empty()) {
        let line = line.replace('\t', " ").replace(char::is_control, "\u{fffd}");
        let mut rest = line.as_str();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(width));
            pieces.push(format!("{head} :{begin}{piece}{end}"));
            rest = after;
        }
    }
    if most < pieces.len() {
        let rest = pieces.split_off(most).len();
        pieces.push(format!("{head} :[and {rest} lines more]"));
    }
    pieces
}

/// What a client is told of what was refused: the number, where clients know one (modern.ircdocs.horse), and the chat's
/// code and words.
pub(crate) fn refusal(error: &ChatError) -> (Option<&'static str>, String) {
    let (code, words) = match error {
        ChatError::Rejected(Rejection::Invalid(faults)) => {
            let faults = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message));
            ("invalid_request", faults.collect::<Vec<_>>().join("; "))
        }
        ChatError::Rejected(rejection) => (rejection.kind_and_code().1, rejection.to_string()),
        ChatError::Overloaded(_) => ("overloaded", "too much is under way; try again later".to_owned()),
        ChatError::Unavailable(_) => ("store_unavailable", "nothing was done; try again later".to_owned()),
        ChatError::UnknownOutcome(_) => ("store_unavailable", "perhaps it was done; have a look".to_owned()),
        failure => {
            tracing::error!(error = failure as &dyn std::error::Error, "a command failed");
            ("internal", "something is wrong with the server".to_owned())
        }
    };
    let numeric = error.rejection().and_then(|rejection| match rejection {
        Rejection::RoomNotFound => Some("403"),
        Rejection::NotAMember => Some("442"),
        Rejection::InvalidCredentials => Some("464"),
        Rejection::Suspended => Some("465"),
        Rejection::RoomFull => Some("471"),
        Rejection::Banned => Some("474"),
        Rejection::WrongRoomPassword => Some("475"),
        _ => None,
    });
    (numeric, format!("{code}: {words}"))
}
