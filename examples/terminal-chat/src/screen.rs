//! What the application is told, as lines.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chat_client::{Event, EventKind, Message, Update, Updates};

/// The rooms' names, which events do not tell.
#[derive(Clone, Default)]
pub(crate) struct Screen(Arc<Mutex<HashMap<String, String>>>);

impl Screen {
    /// Prints all that there is to tell, from now on.
    pub(crate) fn show(mut updates: Updates) -> Self {
        let screen = Self::default();
        let shown = screen.clone();
        tokio::spawn(async move {
            while let Some(update) = updates.next().await {
                if let Some(line) = shown.update(update) {
                    println!("{line}");
                }
            }
        });
        screen
    }

    fn update(&self, update: Update) -> Option<String> {
        Some(match update {
            Update::Connected { user_id, .. } => format!("connected as {user_id}"),
            Update::Reconnecting { cause, wait } => format!("reconnecting in {} ms: {cause}", wait.as_millis()),
            Update::RoomAdded(room) => {
                let line = format!("[{}] is your room {}, with {} unread", room.name, room.room_id, room.me.unread);
                self.name_is(room.room_id, room.name);
                line
            }
            Update::RoomRemoved { room_id, reason } => {
                format!("[{}] is yours no more: {reason:?}", self.name(&room_id))
            }
            Update::Event(event) => {
                if let EventKind::RoomChanged { name: Some(name), .. } = &event.kind {
                    self.name_is(event.room_id.clone(), name.clone());
                }
                self.line(&event)
            }
            Update::Receipt { room_id, user_id, read_seq } => {
                format!("[{}] {user_id} has read up to {read_seq}", self.name(&room_id))
            }
            Update::Typing { room_id, user_id } => format!("[{}] {user_id} is writing", self.name(&room_id)),
            Update::Presence { user_id, online, .. } => {
                format!("{user_id} is {}", if online { "online" } else { "offline" })
            }
            Update::Friend { change, user_id, .. } => format!("friends: {change:?} with {user_id}"),
            Update::Ended(end) => format!("disconnected: {end}"),
            _ => return None,
        })
    }

    /// An event of a room, as a line.
    pub(crate) fn line(&self, event: &Event) -> String {
        let (room, seq, who) = (self.name(&event.room_id), event.seq, &event.sender_id);
        let what = match &event.kind {
            EventKind::Message(Message { body: Some(body), .. }) => return format!("[{room}] {seq} {who}: {body}"),
            EventKind::Message(_) => "wrote what is deleted".to_owned(),
            EventKind::Joined => "came in".to_owned(),
            EventKind::Left => "went".to_owned(),
            EventKind::Removed { user_id, banned } => {
                format!("{} {user_id}", if *banned { "banned" } else { "removed" })
            }
            EventKind::RoleChanged { user_id, role } => format!("made {user_id} {role:?}"),
            EventKind::RoomChanged { name, capacity } => format!("changed the room: {name:?} {capacity:?}"),
            EventKind::MessageEdited { target_seq, body, .. } => {
                format!("now says in {target_seq}: {}", body.as_deref().unwrap_or("nothing any more"))
            }
            EventKind::MessageDeleted { target_seq } => format!("deleted {target_seq}"),
            EventKind::ReactionAdded { target_seq, emoji } => format!("put {emoji} under {target_seq}"),
            EventKind::ReactionRemoved { target_seq, emoji } => format!("took {emoji} from {target_seq}"),
            EventKind::RoomClosed { .. } => "closed the room".to_owned(),
            _ => "did something that is newer than this program".to_owned(),
        };
        format!("[{room}] {seq} {who} {what}")
    }

    fn name_is(&self, room: String, name: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(room, name);
    }

    fn name(&self, room: &str) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(room).map_or(room, String::as_str).to_owned()
    }
}
