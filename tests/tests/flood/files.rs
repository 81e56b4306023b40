//! A system that allows few open files.

use chat_tests::Server;
use chat_tests::raw::{connect, read_to_end};

use crate::ground::{Ground, MEMORY};

/// What the server keeps for all that is no connection.
const BESIDE: u32 = 128;

#[tokio::test]
async fn the_server_raises_the_limit_that_it_finds() {
    let server = Server::with_open_files(200, 1_000, &["--max-connections", "600"]).await;
    let ground = Ground::on(server).await;
    let flood = ground.under(MEMORY, async |served| {
        let mut open = Vec::new();
        for _ in 0..500 {
            open.push(connect(&ground.server).await);
        }
        // Who comes now is served, too: all those before have been taken.
        ground.newcomer().await;
        served.rounds(2).await;
    });
    flood.await;
}

#[tokio::test]
async fn where_the_limit_cannot_be_raised_who_comes_too_late_is_told_so() {
    let server = Server::with_open_files(200, 400, &[]).await;
    let most = 400 - BESIDE;
    server.says("how many there may be", |said| said.contains(&format!("at most {most} connections"))).await;
    let ground = Ground::on(server).await;
    let flood = ground.under(MEMORY, async |served| {
        let mut open = Vec::new();
        for _ in 0..most {
            open.push(connect(&ground.server).await);
        }
        let answer = read_to_end(&mut connect(&ground.server).await).await;
        served.rounds(2).await;
        answer
    });
    let answer = flood.await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("Retry-After: 10"), "{answer}");
}
