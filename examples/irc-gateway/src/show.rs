//! What is in the chat, in the words of IRC.

use chat_core::error::{ChatError, Rejection};
use chat_core::model::event::{Event, EventKind};
use chat_core::model::{room::Role, room::RoomId, user::UserId};

use crate::client::LONGEST;

/// The name by which the server speaks.
pub(crate) const SERVER: &str = "chat";
/// How many lines of a message are shown.
const LINES: usize = 50;
/// What clients would take for something else in a name; and what stands for it, which no id has.
const STAND_INS: [(&str, &str); 3] = [("@", "|"), (":", "^"), ("+", "}")];

pub(crate) fn nick(user: &UserId) -> String {
    STAND_INS.iter().fold(user.to_string(), |name, (theirs, ours)| name.replace(theirs, ours))
}

pub(crate) fn user_id(nick: &str) -> String {
    STAND_INS.iter().fold(nick.to_owned(), |name, (theirs, ours)| name.replace(ours, theirs))
}

pub(crate) fn source(user: &UserId) -> String {
    format!("{0}!{0}@{SERVER}", nick(user))
}

pub(crate) fn room_id(channel: &str) -> Result<RoomId, Rejection> {
    channel.strip_prefix('#').and_then(RoomId::parse).ok_or(Rejection::RoomNotFound)
}

/// What stands before a member's name, and what is changed of one who gets this role.
pub(crate) const fn marks(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Owner => ("@", "+o-v"),
        Role::Moderator => ("+", "-o+v"),
        Role::Member => ("", "-o-v"),
    }
}

/// An event as it happens. By whom a line is, its head says alone: nobody's words can pass for others'.
pub(crate) fn event(event: &Event) -> Vec<String> {
    let (by, room) = (source(&event.sender), event.room);
    let line = |what: String| vec![format!(":{by} {what}")];
    let told = |what: String| lines(&format!(":{by} NOTICE #{room}"), &what, ["", ""]);
    match &event.kind {
        EventKind::Message(_) => spoken(event, ""),
        EventKind::Joined => line(format!("JOIN #{room}")),
        EventKind::Left => line(format!("PART #{room}")),
        EventKind::Removed { user, banned: false } => line(format!("KICK #{room} {} :removed", nick(user))),
        EventKind::Removed { user, banned: true } => line(format!("KICK #{room} {} :banned", nick(user))),
        EventKind::RoleChanged { user, role } => line(format!("MODE #{room} {} {1} {1}", marks(*role).1, nick(user))),
        EventKind::RoomChanged { name: None, capacity: None } => told("the room has another password".into()),
        EventKind::RoomChanged { name, capacity } => {
            let seats = capacity.iter().flat_map(|seats| told(format!("the room has {} seats", seats.get())));
            name.iter().map(|name| format!(":{by} TOPIC #{room} :{}", name.as_str())).chain(seats).collect()
        }
        EventKind::MessageEdited { target, body: Some(text), .. } => {
            told(format!("edited message {target}: {}", text.as_str()))
        }
        EventKind::MessageDeleted { target } => told(format!("deleted message {target}")),
        EventKind::ReactionAdded { target, emoji } => told(format!("reacts with {emoji} to message {target}")),
        EventKind::ReactionRemoved { target, emoji } => told(format!("takes {emoji} back from message {target}")),
        EventKind::RoomClosed { .. } => told("the room is closed: nothing more is written here".into()),
        // An edit of what was deleted since, and kinds of later versions.
        _ => Vec::new(),
    }
}

/// A message of the past, where it is one, with its time.
pub(crate) fn past(event: &Event) -> Vec<String> {
    let at = event.at.to_string().replace('T', " ");
    spoken(event, &format!("[{}] ", &at[..at.floor_char_boundary(16)]))
}

fn spoken(event: &Event, before: &str) -> Vec<String> {
    let EventKind::Message(message) = &event.kind else { return Vec::new() };
    let head = format!(":{} PRIVMSG #{}", source(&event.sender), event.room);
    let body = message.body.as_ref().map_or("[deleted]", |body| body.as_str());
    match body.strip_prefix("/me ") {
        Some(action) => lines(&head, &format!("{before}{action}"), ["\u{1}ACTION ", "\u{1}"]),
        None => lines(&head, &format!("{before}{body}"), ["", ""]),
    }
}

/// The lines of a text after `head`, each between the `marks`, cut between characters; of those beyond some only how many
/// they are. No character of it gives a command to a client (CTCP) or its terminal.
fn lines(head: &str, text: &str, [begin, end]: [&str; 2]) -> Vec<String> {
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
    if LINES < pieces.len() {
        let rest = pieces.split_off(LINES).len();
        pieces.push(format!("{head} :[and {rest} lines more]"));
    }
    pieces
}

/// What a client is told of what was refused: the number that clients know (modern.ircdocs.horse), or one that means any
/// refusal, and the chat's code and words.
pub(crate) fn refusal(error: &ChatError) -> (&'static str, String) {
    if error.rejection().is_none() {
        tracing::warn!("{}", error.with_causes());
    }
    let number = match error.code() {
        "room_not_found" => "403",
        "not_a_member" => "442",
        "invalid_credentials" => "464",
        "room_full" => "471",
        "banned" => "474",
        "wrong_room_password" => "475",
        _ => "477",
    };
    (number, format!("{}: {}", error.code(), error.detail()))
}
