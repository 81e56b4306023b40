//! Whatever bytes come, the server answers them in order: never a server error, never a panic, and what is refused changes
//! nothing. All bytes are real requests and frames that are spoilt at random. `CHAT_TEST_SCALE` multiplies their number.

mod chance;
mod command;
mod frames;
mod ground;
mod http;
mod json;
mod operation;
mod protocol;
mod request;
mod town;
mod watch;
mod wire;

use chance::{Outcome, check_all};
use ground::Ground;
use http::Line;
use operation::Operation;
use tokio::runtime::Runtime;

#[tokio::test]
async fn every_operation_succeeds_as_long_as_it_is_not_spoilt() {
    let server = ground::server().await;
    for (number, operation) in (1..).zip(Operation::all()) {
        let town = town::Town::found(&server, number).await;
        let request = request::right(&operation, &town);
        let reply = Line::to(&server).exchange(&request.bytes, true).await.expect("an answer");
        let said = String::from_utf8_lossy(&reply.body).into_owned();
        // Nobody is told of anything here, and so there is nothing that could not be told.
        let is_of_none = operation.path.contains("{entryId}") && said.contains("dead_letter_not_found");
        assert!(reply.status.is_success() || is_of_none, "{}: {} {said}", operation.name(), reply.status);
    }
}

#[tokio::test]
async fn who_asks_before_they_send_and_is_refused_is_told_that_the_connection_ends() {
    let server = ground::server().await;
    let token = server.register("dora").await.token().to_owned();
    let request = |token: &str, length: usize| {
        format!(
            "PATCH /api/me HTTP/1.1\r\nHost: chat\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    for (request, status, closes) in [
        (request("x", 2), 401, true),
        (request(&token, 65_537), 413, true),
        (request(&token, 2) + "{}", 200, false),
        (request(&token, 0), 400, false),
    ] {
        let reply = Line::to(&server).exchange(request.as_bytes(), true).await.expect("an answer");
        assert_eq!((reply.status.as_u16(), reply.closes()), (status, closes), "{request}");
    }
}

#[test]
fn spoilt_requests_are_refused_in_order() {
    let runtime = Runtime::new().expect("a runtime");
    let server = runtime.block_on(ground::server());
    let mut ground = runtime.block_on(Ground::on(&server));
    let mut line = Line::to(&server);
    check_all("requests", 2_500, &request::spoilt(), |case| {
        runtime.block_on(spoilt_request(case, &mut ground, &mut line))
    });
}

#[test]
fn spoilt_commands_are_refused_in_order() {
    let runtime = Runtime::new().expect("a runtime");
    let server = runtime.block_on(ground::server());
    let mut ground = runtime.block_on(Ground::on(&server));
    let mut open = None;
    check_all("commands", 1_000, &command::spoilt(), |case| runtime.block_on(case.check(&mut ground, &mut open)));
}

#[test]
fn frames_that_break_the_protocol_end_the_connection() {
    let runtime = Runtime::new().expect("a runtime");
    let server = runtime.block_on(ground::server());
    let mut ground = runtime.block_on(Ground::on(&server));
    check_all("sequences of frames", 750, &protocol::frames(), |case| runtime.block_on(case.check(&mut ground)));
}

#[test]
fn bytes_that_are_no_http_are_refused_in_order() {
    let runtime = Runtime::new().expect("a runtime");
    let server = runtime.block_on(ground::server());
    let mut ground = runtime.block_on(Ground::on(&server));
    check_all("requests as bytes", 1_000, &wire::spoilt(), |case| runtime.block_on(case.check(&mut ground)));
}

async fn spoilt_request(
    case: &request::Spoilt,
    ground: &mut Ground<'_>,
    line: &mut Line<'_>,
) -> Result<Outcome, String> {
    ground.begin().await;
    let request = case.request(&ground.town);
    let reply = line.exchange(&request.bytes, request.method != "HEAD").await?;
    let bare = reply.is_bare_refusal();
    let is_http = request.target.parse::<::http::Uri>().is_ok();
    if bare && is_http && request.bytes.len() < 32 * 1024 {
        return Err(format!("refused without a word: {reply:?}"));
    }
    let refused = bare || reply.is_refusal(&format!("{} {}", request.method, request.target));
    let safe = case.operation.is_safe() && request.method == case.operation.method;
    ground.end(!refused && !safe).await
}
