//! A client below HTTP libraries: bytes on a connection.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{PATIENCE, Server};

/// A connection to the server that has said nothing yet.
///
/// # Panics
/// When that does not come.
pub async fn connect(server: &Server) -> TcpStream {
    let address = server.base().strip_prefix("http://").expect("an address");
    TcpStream::connect(address).await.expect("a connection")
}

/// All that comes until the server closes.
///
/// # Panics
/// When that does not come.
pub async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("an end in time").expect("bytes");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A WebSocket of somebody who is signed in, as bare bytes.
///
/// # Panics
/// When that does not come.
pub async fn websocket(server: &Server, token: &str) -> TcpStream {
    let mut stream = connect(server).await;
    let request = format!(
        "GET /api/ws HTTP/1.1\r\nHost: chat\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(PATIENCE, stream.read_u8()).await.expect("an answer in time").expect("a byte"));
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    stream
}

/// A frame under the mask 0, which leaves its bytes as they are.
///
/// # Panics
/// When the payload has 126 bytes or more.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("a short payload");
    assert!(length < 126);
    [&[first, 0x80 | length, 0, 0, 0, 0], payload].concat()
}

/// The code with which the server closes.
///
/// # Panics
/// When that does not come.
pub async fn close_code(stream: &mut TcpStream) -> u16 {
    loop {
        let first = timeout(PATIENCE, stream.read_u8()).await.expect("a frame in time").expect("a frame");
        let length = stream.read_u8().await.expect("its length");
        assert!(length < 126, "the server says short things here");
        let mut payload = vec![0; usize::from(length)];
        stream.read_exact(&mut payload).await.expect("its payload");
        if first == 0x88 {
            return u16::from_be_bytes([payload[0], payload[1]]);
        }
    }
}
