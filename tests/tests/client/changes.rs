//! What becomes of messages after they were sent, and who is there: over the connection, and over several.

use chat_client::{Begin, EventKind, Options, Replica, Update};
use chat_tests::Client;
use futures_util::future::join_all;

use crate::ground::{Ground, Told};

/// A room of alice with bob in it, and both of them connected.
async fn tea(ground: &Ground, options: Options) -> (Client, String, Told, Told) {
    let alice = ground.server.prime("alice").await;
    let bob = ground.server.register("bob").await;
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    let hers = ground.connect("alice", options.clone()).await;
    let his = ground.connect("bob", options).await;
    (alice, room, hers, his)
}

async fn folded(client: &Client, room: &str) -> Replica {
    let mut replica = Replica::new(room);
    for event in client.log_after(room, 0).await {
        assert!(replica.fold(&serde_json::from_value(event).expect("an event of the contract")));
    }
    replica
}

fn folded_of(told: &Told, room: &str) -> Replica {
    let mut replica = Replica::new(room);
    assert!(told.events(room).into_iter().all(|event| replica.fold(event)));
    replica
}

#[tokio::test]
async fn edits_reactions_and_deletions_are_answered_and_told_in_their_place() {
    let ground = Ground::new(&[]).await;
    let (alice, room, mut hers, mut his) = tea(&ground, Options::default().begin(Begin::FromStart)).await;
    let sent = his.client.send(&room, "helo").await.expect("a member");
    let edited = his.client.edit(&room, sent.seq, "hello @alice").await.expect("one's own");
    let EventKind::Message(message) = &edited.message.kind else { panic!("{edited:?}") };
    assert_eq!(
        (message.body.as_deref(), message.mentions.as_slice()),
        (Some("hello @alice"), &["alice".to_owned()][..])
    );
    let liked = hers.client.react(&room, sent.seq, "👍").await.expect("a member");
    assert!(liked.event.is_some());
    let again = hers.client.react(&room, sent.seq, "👍").await.expect("a member");
    assert_eq!(again.event, None, "nothing changed");
    hers.client.react(&room, sent.seq, "🦀").await.expect("a member");
    hers.client.unreact(&room, sent.seq, "👍").await.expect("a member");
    for told in [&mut hers, &mut his] {
        told.heard(&room, 7).await;
        let replica = folded_of(told, &room);
        let message = replica.message(sent.seq).expect("it was sent");
        assert_eq!(message.body.as_deref(), Some("hello @alice"));
        assert_eq!(message.reactions.keys().collect::<Vec<_>>(), ["🦀"]);
        assert_eq!(replica, folded(&alice, &room).await);
    }
    let refused = hers.client.edit(&room, sent.seq, "mine").await.expect_err("somebody else's");
    assert_eq!(refused.code(), Some("not_allowed"));
    his.client.delete(&room, sent.seq).await.expect("one's own");
    let late = his.client.delete(&room, sent.seq).await.expect_err("gone, and never asked for over a lost connection");
    assert_eq!(late.code(), Some("message_not_found"));
    hers.heard(&room, 8).await;
    assert_eq!(folded_of(&hers, &room), folded(&alice, &room).await);
}

#[tokio::test]
async fn changes_whose_answers_are_lost_are_asked_for_until_they_are_done() {
    let ground = Ground::new(&[]).await;
    let (alice, room, mut hers, mut his) = tea(&ground, Options::default().begin(Begin::FromStart)).await;
    for round in 0..10 {
        let sent = his.client.send(&room, &format!("m{round}")).await.expect("a member");
        let client = his.client.clone();
        let seq = sent.seq;
        let edits = join_all((0..6).map(|number| {
            let (client, room) = (client.clone(), &room);
            async move { client.edit(room, seq, &format!("m{round}, the {number}th time")).await }
        }));
        let likes = client.react(&room, seq, "👍");
        let (edits, likes, ()) = tokio::join!(edits, likes, ground.proxy.cut());
        assert!(edits.into_iter().all(|edit| edit.is_ok()) && likes.is_ok());
        let (gone, ()) = tokio::join!(client.delete(&room, seq), ground.proxy.cut());
        gone.expect("one's own, and done however often it was asked for");
    }
    let log = folded(&alice, &room).await;
    assert!(log.messages().all(|(_, message)| message.deleted_at.is_some()));
    for told in [&mut hers, &mut his] {
        told.heard(&room, log.last_seq()).await;
        assert_eq!(folded_of(told, &room), log);
    }
}

#[tokio::test]
async fn who_writes_and_who_is_there_is_told() {
    let ground = Ground::new(&[]).await;
    let (_, room, mut hers, his) = tea(&ground, Options::default()).await;
    let is_there =
        |update: &Update| matches!(update, Update::Presence { user_id, online: true, .. } if user_id == "bob");
    if !hers.seen.iter().any(is_there) {
        hers.until("bob's coming", is_there).await;
    }
    his.client.typing(&room).await.expect("a member");
    let typing = hers.until("bob's typing", |update| matches!(update, Update::Typing { .. })).await;
    assert_eq!(typing, Update::Typing { room_id: room, user_id: "bob".to_owned() });
}
