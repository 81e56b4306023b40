//! Frames without end, and without number.

use chat_tests::PATIENCE;
use chat_tests::raw::{close_code, masked, websocket};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, tcp::OwnedReadHalf},
    time::timeout,
};

use crate::{
    ON,
    ground::{Ground, MEMORY},
};

const GIGABYTE: usize = 1 << 30;
const PIECE: usize = 1 << 15;
const PINGS: usize = 100_000;
const REPLY: &[u8] = br#"{"type":"ok","id":2"#;

/// The head of a text frame of so many bytes under the mask 0.
fn head(length: usize) -> Vec<u8> {
    [&[0x81, 0xff], &(length as u64).to_be_bytes()[..], &[0; 4]].concat()
}

#[tokio::test]
async fn a_frame_of_a_gigabyte_is_refused_by_its_head() {
    let ground = Ground::with(&ON).await;
    let flood = ground.under(MEMORY, async |served| {
        let mut stream = websocket(&ground.server, ground.alice.token()).await;
        stream.write_all(&head(GIGABYTE)).await.expect("written");
        served.rounds(1).await;
        close_code(&mut stream).await
    });
    assert_eq!(flood.await, 1009);
}

/// How much of these pieces, a gigabyte in all, the server takes before it closes.
async fn pour(mut stream: TcpStream, first: &[u8], piece: &[u8]) -> usize {
    let pouring = async {
        stream.write_all(first).await.expect("written");
        for sent in (0..GIGABYTE).step_by(PIECE) {
            if stream.write_all(piece).await.is_err() {
                return sent;
            }
        }
        GIGABYTE
    };
    timeout(PATIENCE, pouring).await.expect("an end in time")
}

#[tokio::test]
async fn a_gigabyte_in_one_frame_or_in_many_of_one_message_is_not_taken() {
    let ground = Ground::with(&ON).await;
    let flood = ground.under(MEMORY, async |served| {
        let part = |first: u8| {
            [&[first, 0xfe], &u16::try_from(PIECE).unwrap().to_be_bytes()[..], &[0; 4], &[b'x'; PIECE]].concat()
        };
        let whole = pour(websocket(&ground.server, ground.alice.token()).await, &head(GIGABYTE), &[b'x'; PIECE]).await;
        let parts = pour(websocket(&ground.server, ground.alice.token()).await, &part(0x01), &part(0x00)).await;
        served.rounds(1).await;
        [whole, parts]
    });
    for taken in flood.await {
        assert!(taken < GIGABYTE / 16, "the server took {taken} bytes");
    }
}

/// A WebSocket of Dora's that has said hello.
async fn greeted(ground: &Ground) -> TcpStream {
    let dora = ground.server.register("dora").await;
    let mut stream = websocket(&ground.server, dora.token()).await;
    stream.write_all(&masked(0x81, br#"{"id":1,"type":"hello"}"#)).await.expect("written");
    stream
}

/// Reads until the reply to the command with the id 2.
async fn replied(mut reader: OwnedReadHalf) {
    let (mut heard, mut piece) = (Vec::new(), vec![0; 65_536]);
    while !heard.windows(REPLY.len()).any(|window| window == REPLY) {
        let length = reader.read(&mut piece).await.expect("bytes");
        assert!(0 < length, "closed");
        heard.drain(..heard.len().saturating_sub(REPLY.len()));
        heard.extend_from_slice(&piece[..length]);
    }
}

#[tokio::test]
async fn a_hundred_thousand_pings_on_one_socket_hold_up_nobody() {
    let ground = Ground::with(&ON).await;
    let flood = ground.under(MEMORY, async |served| {
        let (reader, mut writer) = greeted(&ground).await.into_split();
        let pings = masked(0x89, b"").repeat(1_000);
        let sending = async {
            for _ in 0..PINGS / 1_000 {
                writer.write_all(&pings).await.expect("written");
            }
            writer.write_all(&masked(0x81, br#"{"id":2,"type":"ping"}"#)).await.expect("written");
        };
        // The reply to the command comes after all pings were read.
        let flood = async { tokio::join!(sending, replied(reader)) };
        timeout(PATIENCE, flood).await.expect("an end in time");
        served.rounds(1).await;
    });
    flood.await;
}

#[tokio::test]
async fn a_hundred_thousand_pings_whose_pongs_nobody_reads_hold_up_nobody() {
    let ground = Ground::with(&ON).await;
    let flood = ground.under(MEMORY, async |served| {
        let mut stream = greeted(&ground).await;
        let ping = masked(0x89, &[b'x'; 125]);
        let mut sent = 0;
        // Once its pongs do not go out the server reads no more: what is left of the pings stays with their sender.
        while sent < PINGS {
            tokio::select! {
                written = stream.write_all(&ping) => {
                    written.expect("written");
                    sent += 1;
                }
                () = served.rounds(20) => break,
            }
        }
        println!("{sent} of {PINGS} pings were taken");
        served.rounds(2).await;
        stream
    });
    drop(flood.await);
}
