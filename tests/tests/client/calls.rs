//! Calls over the connection.

use std::future::poll_fn;
use std::task::Poll;

use chat_client::{Draft, Error, Options, Update};
use chat_tests::ROOM_PASSWORD;
use futures_util::FutureExt;
use futures_util::future::join_all;

use crate::ground::{Ground, body};

#[tokio::test]
async fn a_message_is_answered_as_it_was_logged_and_told_once_to_everybody() {
    let ground = Ground::new(&[]).await;
    let alice = ground.server.prime("alice").await;
    let bobs = ground.server.register("bob").await;
    let room = alice.create_room("Tea").await;
    bobs.join(&room).await;
    let mut hers = ground.connect("alice", Options::default()).await;
    let mut his = ground.connect("bob", Options::default()).await;
    let sent = hers.client.send(&room, "hi 🦀").await.expect("a member");
    let answer =
        his.client.send_draft(Draft::new(&room, "ho").reply_to(sent.seq).client_id("k")).await.expect("a member");
    assert_eq!((sent.seq, answer.seq), (3, 4));
    for told in [&mut hers, &mut his] {
        told.heard(&room, 4).await;
        assert_eq!(told.events(&room), [&sent, &answer], "one's own among them");
    }
    let again = his.client.send_draft(Draft::new(&room, "ho").reply_to(sent.seq).client_id("k")).await;
    assert_eq!(again.expect("the first one"), answer);
    let other = his.client.send_draft(Draft::new(&room, "else").client_id("k")).await.expect_err("other words");
    assert_eq!(other.code(), Some("idempotency_conflict"));

    let read = his.client.mark_read(&room, 4).await.expect("a member");
    assert_eq!((read.read_seq, read.unread), (4, 0));
    let is_receipt =
        |update: &Update| matches!(update, Update::Receipt { user_id, read_seq: 4, .. } if user_id == "bob");
    hers.until("the receipt", is_receipt).await;
}

#[tokio::test]
async fn a_refusal_has_its_code_and_fields_and_the_connection_goes_on() {
    let ground = Ground::new(&[]).await;
    let alice = ground.server.prime("alice").await;
    ground.server.register("bob").await;
    let room = alice.create_room("Tea").await;
    let bob = ground.connect("bob", Options::default()).await;
    let outside = bob.client.send(&room, "let me in").await.expect_err("no member");
    assert!(matches!(&outside, Error::Problem(problem) if problem.status == 403), "{outside:?}");
    assert_eq!(outside.code(), Some("not_a_member"));
    bob.client.api().join(&room, ROOM_PASSWORD).await.expect("a seat");
    let empty = bob.client.send(&room, " ").await.expect_err("no words");
    let field = empty.problem().and_then(|problem| problem.errors.first()).expect("a field");
    assert_eq!((empty.code(), field.field.as_str()), (Some("invalid_request"), "body"));
    let endless = bob.client.send(&room, &"x".repeat(64 * 1024)).await;
    assert!(matches!(endless, Err(Error::TooLarge)), "{endless:?}");
    bob.client.send(&room, "thanks").await.expect("a member");
    assert_eq!(bob.connections(), 1);
}

#[tokio::test]
async fn r_msg_03_calls_at_once_are_logged_in_the_order_in_which_they_were_made() {
    let ground = Ground::new(&[]).await;
    let alice = ground.server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut hers = ground.connect("alice", Options::default()).await;
    let bodies: Vec<String> = (0..200).map(|number| format!("m{number}")).collect();
    let client = hers.client.clone();
    let sent = join_all(bodies.iter().map(|body| client.send(&room, body)));
    let (sent, ()) = tokio::join!(sent, hers.heard(&room, 201));
    let numbers: Vec<u64> = sent.iter().map(|sent| sent.as_ref().expect("a member").seq).collect();
    assert_eq!(numbers, (2..202).collect::<Vec<_>>());
    assert_eq!(hers.events(&room).into_iter().filter_map(body).collect::<Vec<_>>(), bodies);
}

#[tokio::test]
async fn a_call_that_is_dropped_after_it_took_its_place_is_done_once() {
    let ground = Ground::new(&[]).await;
    let alice = ground.server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut hers = ground.connect("alice", Options::default()).await;
    for number in 0..20 {
        let body = format!("m{number}");
        let mut call = Box::pin(hers.client.send(&room, &body));
        poll_fn(|cx| {
            assert!(call.poll_unpin(cx).is_pending(), "not answered within its first look");
            Poll::Ready(())
        })
        .await;
    }
    hers.client.send(&room, "last").await.expect("a member");
    hers.heard(&room, 22).await;
    let bodies: Vec<&str> = hers.events(&room).into_iter().filter_map(body).collect();
    let made: Vec<String> = (0..20).map(|number| format!("m{number}")).chain(["last".to_owned()]).collect();
    assert_eq!(bodies, made);
}

#[tokio::test]
async fn who_does_not_care_for_updates_is_answered_all_the_same() {
    let ground = Ground::new(&[]).await;
    let alice = ground.server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let hers = ground.connect("alice", Options::default().waiting_updates(1)).await;
    drop(hers.updates);
    for number in 0..50 {
        let sent = hers.client.send(&room, &format!("m{number}")).await.expect("a member");
        assert_eq!(sent.seq, number + 2);
    }
}
