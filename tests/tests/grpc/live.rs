//! The stream: its beginning, its commands, and the ends that it comes to.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use chat_grpc::v1::{self, client_frame::Command, event::Kind, ok, server_frame::Frame};
use chat_tests::Server;
use tonic::Code;

use crate::ground::{Person, Talk, body, message, reason, server, server_with};

/// Alice with a room, and bob in it.
pub(crate) async fn two(server: &Server) -> (Person, Person, String) {
    let (alice, bob) = (Person::prime(server, "alice").await, Person::register(server, "bob", 0).await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await.expect("a seat");
    (alice, bob, room)
}

#[track_caller]
fn assert_ended(end: Option<tonic::Status>, code: Code, why: &str) {
    let end = end.expect("an end with a reason");
    assert_eq!((end.code(), reason(&end).as_str()), (code, why), "{end:?}");
}

#[tokio::test]
async fn the_welcome_says_where_one_is_and_a_stranger_gets_none() {
    let server = server().await;
    let (alice, _, room) = two(&server).await;
    let welcome = alice.connect().await.expect("a stream").hello(HashMap::new()).await;
    assert_eq!((welcome.user_id.as_str(), welcome.device_id.as_deref()), ("alice", Some("phone")));
    let [seen] = welcome.rooms.as_slice() else { panic!("one room: {welcome:?}") };
    assert_eq!((seen.room_id.as_str(), seen.last_seq, seen.member_count), (room.as_str(), 2, 2));
    assert_eq!(seen.me.as_ref().map(v1::OwnMembership::role), Some(v1::Role::Owner));
    let forged = v1::Session { access_token: "forged".into(), ..v1::Session::default() };
    let refused = Person::new(alice.channel.clone(), forged).connect().await.map(drop).expect_err("a stranger");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unauthenticated, "unauthenticated"));
}

#[tokio::test]
async fn hello_comes_first_and_once_and_in_time() {
    let server = server_with(&["--hello-timeout", "1s"]).await;
    let (alice, _, room) = two(&server).await;
    let mut hasty = alice.connect().await.expect("a stream");
    hasty.begin(Command::Send(message(&room, "hello"))).await;
    assert_ended(hasty.end().await, Code::FailedPrecondition, "protocol_error");
    let mut twice = alice.open().await;
    twice.begin(Command::Hello(v1::Hello::default())).await;
    assert_ended(twice.end().await, Code::FailedPrecondition, "protocol_error");
    let mut silent = alice.connect().await.expect("a stream");
    assert_ended(silent.end().await, Code::DeadlineExceeded, "hello_missing");
    assert_eq!(alice.log(&room).await.len(), 2, "nothing was sent");
}

#[tokio::test]
async fn each_command_is_answered_under_its_number_with_what_came_of_it() {
    let server = server().await;
    let (alice, bob, room) = two(&server).await;
    let (mut alices, mut bobs) = (alice.open().await, bob.open().await);
    let seq = alices.write(&room, "one").await.seq;
    let edit = v1::EditMessageRequest { room_id: room.clone(), seq, body: "two".into() };
    let Ok(Some(ok::Result::Changed(edited))) = alices.ask(Command::Edit(edit.clone())).await else { panic!("edited") };
    assert_eq!(edited.message.as_ref().and_then(body), Some("two"));
    assert!(matches!(edited.event.expect("an event").kind, Some(Kind::MessageEdited(_))));
    let Ok(Some(ok::Result::Changed(same))) = alices.ask(Command::Edit(edit)).await else { panic!("unchanged") };
    assert_eq!((same.message.as_ref().and_then(body), same.event), (Some("two"), None));

    let (room_id, emoji) = (room.clone(), "\u{1F44D}".to_owned());
    let add = v1::AddReactionRequest { room_id: room_id.clone(), seq, emoji: emoji.clone() };
    let Ok(Some(ok::Result::Changed(_))) = bobs.ask(Command::AddReaction(add)).await else { panic!("reacted") };
    let remove = v1::RemoveReactionRequest { room_id: room_id.clone(), seq, emoji };
    let Ok(Some(ok::Result::Changed(_))) = bobs.ask(Command::RemoveReaction(remove)).await else { panic!("took back") };
    let read = v1::MarkReadRequest { room_id: room_id.clone(), seq };
    let Ok(Some(ok::Result::Read(position))) = bobs.ask(Command::Read(read)).await else { panic!("read") };
    assert_eq!((position.read_seq, position.unread), (seq, 0));
    assert_eq!(bobs.ask(Command::Typing(v1::Typing { room_id: room_id.clone() })).await, Ok(None));
    let delete = v1::DeleteMessageRequest { room_id, seq };
    let Ok(Some(ok::Result::Changed(deleted))) = alices.ask(Command::Delete(delete)).await else { panic!("deleted") };
    assert_eq!(deleted.message.as_ref().and_then(body), None);

    alices.until("bob's reading", |frame| matches!(frame, Frame::Receipt(receipt) if receipt.user_id == "bob")).await;
    alices.until("bob's typing", |frame| matches!(frame, Frame::Typing(typing) if typing.user_id == "bob")).await;
    alices.until("bob's presence", |frame| matches!(frame, Frame::Presence(seen) if seen.user_id == "bob")).await;
    alices.settle().await;
    bobs.settle().await;
    assert_eq!((alices.seqs(&room), bobs.seqs(&room)), (vec![5, 6], vec![3, 4, 7]), "one's own are answers");
}

#[tokio::test]
async fn what_is_wrong_in_a_command_is_told_and_the_stream_goes_on() {
    let server = server().await;
    let (alice, _, room) = two(&server).await;
    let mut talk = alice.open().await;
    let client_id = Some("\u{e9}".to_owned());
    let wrong = v1::SendMessageRequest { client_id, ..message(&room, " ") };
    let problem = talk.ask(Command::Send(wrong)).await.expect_err("wrong");
    let faults: Vec<_> = problem.errors.iter().map(|error| (error.field.as_str(), error.code.as_str())).collect();
    assert_eq!(faults, [("body", "too_short"), ("client_id", "bad_format")]);
    assert_eq!((problem.status, problem.code.as_str()), (Code::InvalidArgument as i32, "invalid_request"));
    let nowhere = talk.ask(Command::Send(message("elsewhere", "x"))).await.expect_err("no room");
    assert_eq!((nowhere.status, nowhere.code.as_str()), (Code::NotFound as i32, "room_not_found"));
    talk.say(v1::ClientFrame { id: 99, command: None }).await;
    let unknown = talk.reply(99).await.expect_err("of a later version");
    assert_eq!((unknown.code.as_str(), unknown.errors[0].field.as_str()), ("invalid_request", "command"));
    talk.write(&room, "and on").await;
}

#[tokio::test]
async fn many_commands_at_once_are_done_in_their_order_and_none_is_dropped() {
    const MANY: u64 = 200;
    let server = server().await;
    let (alice, bob, room) = two(&server).await;
    let (mut alices, mut bobs) = (alice.open().await, bob.open().await);
    let mut numbers = Vec::new();
    for number in 0..MANY {
        numbers.push(alices.begin(Command::Send(message(&room, &number.to_string()))).await);
    }
    let mut seqs = Vec::new();
    for number in numbers {
        let Ok(Some(ok::Result::Event(event))) = alices.reply(number).await else { panic!("sent") };
        seqs.push(event.seq);
    }
    assert_eq!(seqs, (3..3 + MANY).collect::<Vec<_>>());
    bobs.message(&room, &(MANY - 1).to_string()).await;
    assert_eq!(bobs.seqs(&room), (3..2 + MANY).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_client_that_closes_its_half_gets_the_answers_and_a_good_end() {
    let server = server().await;
    let (alice, _, room) = two(&server).await;
    let mut talk = alice.open().await;
    let sent = talk.begin(Command::Send(message(&room, "last words"))).await;
    talk.finish();
    assert!(talk.reply(sent).await.is_ok());
    assert!(talk.end().await.is_none());
    let mut wordless = alice.connect().await.expect("a stream");
    wordless.finish();
    assert!(wordless.end().await.is_none());
}

#[tokio::test]
async fn a_stream_ends_with_its_sign_in_and_says_why() {
    let server = server_with(&["--access-ttl", "3s"]).await;
    let (alice, bob, _) = two(&server).await;
    let (mut left, mut suspended, mut expired) = (alice.open().await, bob.open().await, expiring(&server).await);
    server.login("alice", "phone").await;
    assert_ended(left.end().await, Code::Unauthenticated, "session_revoked");
    let body = serde_json::json!({"suspended": true});
    server.admin().put("/admin/users/bob/suspended", body).await.is(200);
    assert_ended(suspended.end().await, Code::PermissionDenied, "suspended");
    assert_ended(expired.end().await, Code::Unauthenticated, "token_expired");
    let is_notice =
        |frame: &Frame| matches!(frame, Frame::Notice(notice) if notice.code() == v1::notice::Code::TokenExpiring);
    assert!(expired.has_seen(is_notice), "it was told before");
}

async fn expiring(server: &Server) -> Talk {
    Person::register(server, "carol", 0).await.open().await
}

#[tokio::test]
async fn a_living_stream_is_renewed_by_a_token_of_the_same_session_alone() {
    let server = server_with(&["--access-ttl", "4s"]).await;
    let carol = Person::register(&server, "carol", 0).await;
    let mut talk = carol.open().await;
    let other = Person::login(&server, "carol", "tablet").await.expect("another session").session.access_token;
    let refused = talk.ask(Command::Auth(v1::Auth { access_token: other })).await.expect_err("another session's");
    assert_eq!(refused.code, "unauthenticated");
    let mut sessions = v1::sessions_client::SessionsClient::new(carol.channel.clone());
    let (first, mut fresh) = (carol.session.expires_at.expect("an end"), carol.session.clone());
    // Tokens end at whole seconds: the next one comes soon.
    while fresh.expires_at.expect("an end").seconds <= first.seconds {
        let refresh = v1::RefreshRequest { refresh_token: fresh.refresh_token };
        fresh = sessions.refresh(refresh).await.expect("fresh tokens").into_inner();
    }
    let second = fresh.expires_at.expect("an end");
    assert_eq!(talk.ask(Command::Auth(v1::Auth { access_token: fresh.access_token })).await, Ok(None));
    assert_ended(talk.end().await, Code::Unauthenticated, "token_expired");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let end = i128::from(second.seconds) * 1_000 + i128::from(second.nanos / 1_000_000);
    assert!(end <= i128::try_from(now).expect("a time"), "it has lived on the second token to its end");
}
