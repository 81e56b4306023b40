//! The rows of the WebSocket, and its commands as the codec knows them.

use std::collections::BTreeSet;

use chat_tests::tree::{files, root};
use chat_tests::{Server, Socket};
use serde_json::{Value, json};

use crate::message_changes;
use crate::row::{Row, What, at_once, row};
use crate::stage::Stage;

/// The handshake, which is no operation of the document.
pub(crate) const HANDSHAKE: &str = "GET /api/ws";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(HANDSHAKE, |stage| at_once(stage.what(What::Handshake))),
        row(HANDSHAKE, |stage| at_once(stage.what(What::BrowsersHandshake))).case("as browsers do"),
        row("hello", |stage| at_once(stage.what(What::HelloNaming))).case("naming the room"),
        row("send", |stage| at_once(stage.what(What::Command(send(stage))))),
        row("send", |stage| at_once(stage.what(What::LateCommand(send(stage))))).case("on a living connection"),
        row("read", |stage| at_once(stage.what(What::Command(read(stage))))),
        row("read", |stage| at_once(stage.what(What::LateCommand(read(stage))))).case("on a living connection"),
        row("typing", |stage| at_once(stage.what(What::Command(typing(stage))))),
        row("typing", |stage| at_once(stage.what(What::LateCommand(typing(stage))))).case("on a living connection"),
        row("auth", |stage| at_once(stage.what(What::Command(auth(stage.me.token()))))).case("by the same session"),
        row("auth", |stage| Box::pin(async { stage.what(What::Command(auth(stage.my_laptop().await.token()))) }))
            .case("by another session of the caller"),
        row("auth", |stage| at_once(stage.what(What::AuthElsewhere))).case("on another user's connection"),
        row("ping", |stage| at_once(stage.what(What::Command(json!({"type": "ping"}))))),
    ];
    rows.extend(message_changes::websocket());
    rows
}

fn send(stage: &Stage) -> Value {
    json!({"type": "send", "roomId": stage.room, "body": "hello"})
}

fn read(stage: &Stage) -> Value {
    // The owner has read their own `joined`, and not yet that of the peer.
    json!({"type": "read", "roomId": stage.room, "seq": 2})
}

fn typing(stage: &Stage) -> Value {
    json!({"type": "typing", "roomId": stage.room})
}

pub(crate) fn auth(token: &str) -> Value {
    json!({"type": "auth", "accessToken": token})
}

/// All words that the sources of the codec hold as strings, among them the names of its commands.
fn words_of_the_codec() -> BTreeSet<String> {
    let sources = files(&root().join("chat-http/src/websocket"), ".rs");
    let is_word = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    sources.iter().flat_map(|(_, text)| text.split('"').filter(is_word).map(str::to_owned)).collect()
}

/// The commands that the running server takes: of the words of its codec those that it does not call unknown.
pub(crate) async fn commands(server: &Server) -> BTreeSet<String> {
    let client = server.register("asks-for-commands").await;
    let mut socket = Socket::open(server, &client).await;
    // A second hello would end the connection.
    let mut known = BTreeSet::from(["hello".to_owned()]);
    for word in words_of_the_codec().into_iter().filter(|word| word != "hello") {
        let reply = socket.command(json!({"type": word})).await;
        let errors = reply["problem"]["errors"].as_array().cloned().unwrap_or_default();
        if !errors.iter().any(|error| error["field"] == "type" && error["code"] == "unknown") {
            known.insert(word);
        }
    }
    known
}
