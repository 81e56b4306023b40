//! One user, and whoever tries to be her: each token is shown wherever one is taken.

use chat_tests::{Answer, Client, Closed, Server, Socket, random_key};
use http::HeaderValue;
use serde_json::json;

use crate::forgery::Original;

/// A server of two keys, and dora, who is signed in on her phone under the first. Her socket lives on, whoever tries.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) dora: Client,
    pub(crate) keys: [String; 2],
    /// What dora's token says.
    pub(crate) original: Original,
    socket: Socket,
}

impl Scene {
    pub(crate) async fn open() -> Self {
        let keys = [random_key(), random_key()];
        let server = Server::with_keys(&[&keys[0], &keys[1]]).await;
        let dora = server.register("dora").await;
        let socket = Socket::open(&server, &dora).await;
        let original = Original::of(dora.token(), &keys[0]);
        Self { server, dora, keys, original, socket }
    }

    /// The server has started again, and listens elsewhere.
    pub(crate) async fn moved(&mut self) {
        self.dora = self.dora.at(&self.server);
        self.socket = Socket::open(&self.server, &self.dora).await;
    }

    /// The token is refused with this code by an operation, by both kinds of handshake, and by a living socket, which lives on.
    pub(crate) async fn is_refused(&mut self, what: &str, token: &str, code: &str) {
        let refused = |answer: &Answer, by: &str| {
            let told = (answer.status, answer.json["code"].as_str().unwrap_or("no code"));
            assert_eq!(told, (401, code), "{what}, by {by}: {token:?}");
        };
        if fits_a_header(token) {
            let bearer = self.dora.with_token(token);
            refused(&bearer.get("/api/me").await, "an operation");
            refused(&bearer.handshake(&[("Sec-WebSocket-Protocol", "chat.v1")]).await, "the handshake");
        }
        // A comma divides subprotocols.
        if fits_a_header(token) && !token.contains(',') {
            let mut browser = Socket::connect_as_browser(&self.server, &self.dora, token).await;
            assert_eq!(browser.closed().await, closed_for(code), "{what}, by the handshake of a browser: {token:?}");
        }
        let reply = self.socket.command(json!({"type": "auth", "accessToken": token})).await;
        let told = (&reply["problem"]["status"], &reply["problem"]["code"]);
        assert_eq!(told, (&json!(401), &json!(code)), "{what}, by a living socket: {token:?}");
    }

    /// The token is taken for dora's wherever one is taken.
    pub(crate) async fn is_taken(&mut self, what: &str, token: &str) {
        let me = self.dora.with_token(token).get("/api/me").await;
        assert_eq!((me.status, &me.json["userId"]), (200, &json!("dora")), "{what}: {}", me.json);
        let mut browser = Socket::connect_as_browser(&self.server, &self.dora, token).await;
        assert_eq!(browser.hello().await["userId"], "dora", "{what}");
        let reply = self.socket.command(json!({"type": "auth", "accessToken": token})).await;
        assert_eq!(reply["type"], "ok", "{what}, by a living socket: {reply}");
    }

    /// Whatever was tried, dora is signed in as before.
    pub(crate) async fn goes_on(mut self) {
        self.socket.settle().await;
        let original = self.original.signed();
        self.is_taken("dora's own", &original).await;
    }
}

/// Others cannot be sent by our client, or lose the spaces at their ends on the way.
fn fits_a_header(token: &str) -> bool {
    token.is_ascii() && HeaderValue::from_str(token).is_ok() && token.trim() == token && !token.is_empty()
}

fn closed_for(code: &str) -> Closed {
    Closed(Some(match code {
        "token_expired" => 4001,
        "session_revoked" => 4002,
        _ => 4005,
    }))
}
