//! Somebody who says much in little time: a WebSocket on which as much is under way as the server takes.

use chat_tests::{Client, PATIENCE};
use futures_util::{SinkExt, StreamExt};
use http::{HeaderValue, header};
use serde_json::json;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

pub(crate) struct Writer {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    written: u64,
}

/// How much is under way at once.
const AT_ONCE: u64 = 32;

impl Writer {
    pub(crate) async fn connect(base: &str, client: &Client) -> Self {
        let mut request =
            format!("{}/api/ws", base.replacen("http", "ws", 1)).into_client_request().expect("an address of ours");
        let bearer = HeaderValue::from_str(&format!("Bearer {}", client.token())).expect("a header of ours");
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        let (mut stream, _) = connect_async(request).await.expect("a handshake");
        stream.send(Message::text(r#"{"type":"hello","id":0}"#)).await.expect("said");
        Self { stream, written: 0 }
    }

    /// Says something so many times, and waits until all of it is answered.
    pub(crate) async fn write(&mut self, room: &str, times: u32, characters: usize) {
        let (first, last) = (self.written + 1, self.written + u64::from(times));
        let mut answered = self.written;
        for number in first..=last {
            if AT_ONCE < number - answered {
                answered = self.answered(number - AT_ONCE).await;
            }
            let body = format!("{number:0>characters$}");
            let send = json!({"type": "send", "id": number, "roomId": room, "body": body});
            self.stream.send(Message::text(send.to_string())).await.expect("said");
        }
        self.answered(last).await;
        self.written = last;
    }

    /// Waits for the `ok` under this number, which all before have come before.
    async fn answered(&mut self, number: u64) -> u64 {
        let ok = format!(r#"{{"type":"ok","id":{number},"#);
        loop {
            let frame = timeout(PATIENCE, self.stream.next()).await.expect("a frame in time");
            let frame = frame.expect("no end").expect("a frame");
            let text = frame.to_text().unwrap_or_default();
            assert!(!text.starts_with(r#"{"type":"error""#), "{text}");
            if text.starts_with(&ok) {
                return number;
            }
        }
    }
}
