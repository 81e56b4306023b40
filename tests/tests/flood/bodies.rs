//! Requests without end.

use chat_tests::PATIENCE;
use chat_tests::raw::{connect, read_to_end};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use crate::{
    ON,
    ground::{Ground, MEMORY},
};

const GIGABYTE: usize = 1 << 30;
const PIECE: usize = 1 << 16;

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let ground = Ground::with(&ON).await;
    let flood = ground.under(MEMORY, async |served| {
        let mut stream = connect(&ground.server).await;
        let header = format!("X-Long: {}\r\n", "x".repeat(1_000));
        let head = format!("GET /healthz HTTP/1.1\r\nHost: chat\r\n{}", header.repeat(40));
        stream.write_all(head.as_bytes()).await.expect("written");
        served.rounds(1).await;
        read_to_end(&mut stream).await
    });
    let answer = flood.await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

/// The status of a request with a body of a gigabyte, and how much of that the server took.
async fn pour(ground: &Ground, path: &str, length: &str) -> (String, usize) {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: chat\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\n{length}\r\n\r\n",
        ground.alice.token()
    );
    let chunked = length.starts_with("Transfer-Encoding");
    let text = "x".repeat(PIECE);
    let piece = if chunked { format!("{PIECE:x}\r\n{text}\r\n") } else { text };
    let (mut reader, mut writer) = connect(&ground.server).await.into_split();
    let sending = async {
        writer.write_all(head.as_bytes()).await.expect("written");
        for sent in (0..GIGABYTE).step_by(PIECE) {
            if writer.write_all(piece.as_bytes()).await.is_err() {
                return sent;
            }
        }
        GIGABYTE
    };
    let reading = async {
        let mut answer = vec![0; 12];
        reader.read_exact(&mut answer).await.expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    };
    let (taken, answer) = timeout(PATIENCE, async { tokio::join!(sending, reading) }).await.expect("an end in time");
    (answer, taken)
}

#[tokio::test]
async fn a_body_of_a_gigabyte_is_refused_announced_or_not() {
    let ground = Ground::with(&ON).await;
    let flood = ground.under(MEMORY, async |served| {
        for path in ["/api/login", "/api/messages"] {
            for length in [format!("Content-Length: {GIGABYTE}"), "Transfer-Encoding: chunked".to_owned()] {
                let (answer, taken) = pour(&ground, path, &length).await;
                assert_eq!(answer, "HTTP/1.1 413", "{path}, {length}");
                assert!(taken < GIGABYTE / 16, "{path}, {length}: the server took {taken} bytes");
                served.rounds(1).await;
            }
        }
    });
    flood.await;
}
