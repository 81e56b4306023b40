//! Rooms in which much is said, and somebody who was away.

use chat_tests::{Client, Server, Socket};
use serde_json::{Map, Value};

use crate::writer::Writer;

/// How often something is said, and in how many characters, that four rooms hold more than what a system keeps of a
/// connection on its way (`net.ipv4.tcp_wmem`: 4 MiB); in each it is less than what makes a room start anew.
pub(crate) const TIMES: u32 = 400;
pub(crate) const CHARACTERS: usize = 4_000;

/// Alice owns rooms, and Bob is in them.
pub(crate) struct Ground {
    pub(crate) server: Server,
    pub(crate) alice: Client,
    pub(crate) bob: Client,
    pub(crate) rooms: Vec<String>,
}

impl Ground {
    pub(crate) async fn with(rooms: u32, flags: &[&str]) -> Self {
        let server = Server::with(flags).await;
        let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
        let mut ids = Vec::new();
        for number in 0..rooms {
            let room = alice.create_room(&format!("Room {number}")).await;
            bob.join(&room).await;
            ids.push(room);
        }
        Self { server, alice, bob, rooms: ids }
    }

    /// A way for Alice to say much.
    pub(crate) async fn writer(&self) -> Writer {
        Writer::connect(self.server.base(), &self.alice).await
    }

    /// Alice says so many things in each room, of so many characters.
    pub(crate) async fn say(&self, times: u32, characters: usize) {
        let mut writer = self.writer().await;
        for room in &self.rooms {
            writer.write(room, times, characters).await;
        }
    }

    /// How far each room is.
    pub(crate) async fn last(&self) -> Vec<(String, i64)> {
        let mut last = Vec::new();
        for room in &self.rooms {
            last.push((room.clone(), self.alice.room(room).await["lastSeq"].as_i64().expect("a number")));
        }
        last
    }
}

/// What a client that was there so far says in its hello.
pub(crate) fn known(rooms: &[(String, i64)]) -> Value {
    Value::Object(rooms.iter().map(|(room, seq)| (room.clone(), Value::from(*seq))).collect::<Map<_, _>>())
}

/// Reads on until the rooms were heard so far, by somebody who may be slow: as long as something comes.
///
/// # Panics
/// When the connection ends before.
pub(crate) async fn hear(socket: &mut Socket, rooms: &[(String, i64)]) {
    let is_behind = |socket: &Socket| rooms.iter().any(|(room, seq)| socket.last(room).is_none_or(|last| last < *seq));
    while is_behind(socket) {
        socket.read_on().await;
        let ends = socket.seen().last().is_some_and(|frame| frame["type"] == "error");
        assert!(socket.end().is_none() && !ends, "{:?} after {:?}", socket.end(), socket.seen().last());
    }
}
