//! The host's say in messages, joins and new rooms.

use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chat_core::{
    Chat,
    api::{CreateRoom, JoinKey, JoinRoom, MessageId, Messages, Rooms, SendMessage},
    error::{ChatError, Rejection},
    model::{
        coin::Coins,
        event::EventKind,
        message::{ClientId, MessageBody},
        room::{Capacity, RoomId, RoomPassword},
        session::Caller,
        text::Name,
    },
    ports::{
        hook::{HookPolicy, Hooks, IntendedJoin, IntendedRoom, MessageDraft, MessageVerdict, OnHookFailure, Verdict},
        store::{EventRange, Source},
    },
    realtime::delivery::Delivery,
};
use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::Semaphore;

use super::{ROOM_PASSWORD, connect, join, message, next, on, room, secrets, store, user, users};

type Say<Q, V> = Box<dyn Fn(Q) -> BoxFuture<'static, Result<V, Source>> + Send + Sync>;

/// A host that decides by functions, and allows what it has none for.
#[derive(Default)]
struct Host {
    message: Option<Say<MessageDraft, MessageVerdict>>,
    join: Option<Say<IntendedJoin, Verdict>>,
    create: Option<Say<IntendedRoom, Verdict>>,
}

#[async_trait]
impl Hooks for Host {
    async fn before_message(&self, message: &MessageDraft) -> Result<MessageVerdict, Source> {
        match &self.message {
            Some(say) => say(message.clone()).await,
            None => Ok(MessageVerdict::Allow),
        }
    }

    async fn before_join(&self, join: &IntendedJoin) -> Result<Verdict, Source> {
        match &self.join {
            Some(say) => say(join.clone()).await,
            None => Ok(Verdict::Allow),
        }
    }

    async fn before_create(&self, room: &IntendedRoom) -> Result<Verdict, Source> {
        match &self.create {
            Some(say) => say(room.clone()).await,
            None => Ok(Verdict::Allow),
        }
    }
}

/// Where no hook fails, the time that one may take must not count.
const LONG: HookPolicy = HookPolicy { time_limit: Duration::from_secs(600), on_failure: OnHookFailure::Refuse };

async fn chat(host: Host, policy: HookPolicy) -> Chat {
    on(store().await, &secrets()).hooks(host).hook_policy(policy).build().await.expect("a chat")
}

fn body(text: &str) -> MessageBody {
    MessageBody::parse(text.to_owned()).expect("a body")
}

fn keyed(room: RoomId, text: &str) -> SendMessage {
    SendMessage { client_id: Some(ClientId::parse("key").expect("a key")), ..message(room, text) }
}

fn by_password(room: RoomId) -> JoinRoom {
    JoinRoom { key: JoinKey::Password { room, password: ROOM_PASSWORD.into() }, dry_run: false, max_charge: None }
}

fn words(refused: Result<impl Sized, ChatError>) -> Option<String> {
    match refused {
        Err(ChatError::Rejected(Rejection::RefusedByHost(words))) => Some(words),
        _ => None,
    }
}

fn code(refused: Result<impl Sized, ChatError>) -> Option<&'static str> {
    refused.err()?.rejection().map(|refused| refused.kind_and_code().1)
}

/// Takes `tea` for `coffee`, and hears nothing of cocoa.
fn filter() -> Host {
    let say = |draft: MessageDraft| {
        let text = draft.body.as_str();
        let verdict = match text {
            text if text.contains("cocoa") => MessageVerdict::Refuse("no cocoa here".to_owned()),
            text if text.contains("coffee") => MessageVerdict::Change(body(&text.replace("coffee", "tea"))),
            _ => MessageVerdict::Allow,
        };
        async { Ok(verdict) }.boxed()
    };
    Host { message: Some(Box::new(say)), ..Host::default() }
}

async fn bodies(chat: &Chat, reader: &Caller, room: RoomId) -> Vec<String> {
    let log = chat.history(reader, room, EventRange::Newest, 100).await.expect("a page").events;
    let text = |kind: &EventKind| match kind {
        EventKind::Message(message) => message.body.as_ref().map(|body| body.as_str().to_owned()),
        _ => None,
    };
    log.iter().filter_map(|event| text(&event.kind)).collect()
}

#[tokio::test]
async fn r_msg_04_the_host_allows_changes_and_refuses_messages_and_their_edits() {
    let chat = chat(filter(), LONG).await;
    let users = users(&chat, 2).await;
    let room = room(&chat, &users[0]).await;
    join(&chat, &users[1], room).await;
    let mut listener = connect(&chat, &users[1]).await;
    let first = chat.send_message(&users[0], keyed(room, "coffee?")).await.expect("it is changed").event;
    let Delivery::Event(heard) = next(&mut listener.connection).await else { panic!("the event comes") };
    assert_eq!(heard.event, first, "what is heard is what was written");
    assert_eq!(bodies(&chat, &users[0], room).await, ["tea?"]);

    let again = chat.send_message(&users[0], keyed(room, "coffee?")).await.expect("the same again");
    assert_eq!((again.repeated, again.event.seq), (true, first.seq), "what was sent counts, not what was written");
    let other = chat.send_message(&users[0], keyed(room, "tea?")).await;
    assert_eq!(code(other), Some("idempotency_conflict"));
    let other = chat.send_message(&users[0], keyed(room, "cocoa?")).await;
    assert_eq!(code(other), Some("idempotency_conflict"), "the host comes last");
    let refused = chat.send_message(&users[0], message(room, "cocoa!")).await;
    assert_eq!(words(refused).as_deref(), Some("no cocoa here"));

    let id = MessageId { room, seq: first.seq };
    let edited = chat.edit_message(&users[0], id, body("more coffee"), None).await.expect("it is changed");
    let told = edited.event.expect("something changed");
    assert!(matches!(&told.kind, EventKind::MessageEdited { body: Some(body), .. } if body.as_str() == "more tea"));
    assert_eq!(bodies(&chat, &users[0], room).await, ["more tea"]);
    let same = chat.edit_message(&users[0], id, body("more coffee"), None).await.expect("it says so already");
    assert_eq!(same.event, None);
    let refused = chat.edit_message(&users[0], id, body("cocoa"), None).await;
    assert_eq!(words(refused).as_deref(), Some("no cocoa here"));
    assert_eq!(bodies(&chat, &users[0], room).await, ["more tea"]);
}

#[tokio::test]
async fn r_msg_03_messages_of_a_connection_are_logged_as_they_were_sent_whichever_the_host_is_done_with_first() {
    let (first, others) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let (held, passed) = (Arc::clone(&first), Arc::clone(&others));
    let say = move |draft: MessageDraft| {
        let (held, passed) = (Arc::clone(&held), Arc::clone(&passed));
        async move {
            if draft.body.as_str() == "one" {
                held.acquire().await?.forget();
            } else {
                passed.fetch_add(1, Ordering::Relaxed);
            }
            Ok(MessageVerdict::Allow)
        }
        .boxed()
    };
    let chat = chat(Host { message: Some(Box::new(say)), ..Host::default() }, LONG).await;
    let users = users(&chat, 2).await;
    let room = room(&chat, &users[0]).await;
    join(&chat, &users[1], room).await;
    let mut sender = connect(&chat, &users[0]).await;
    for (command, text) in [(1, "one"), (2, "two"), (3, "three")] {
        sender.connection.send(command, message(room, text)).await.expect("it has its place");
    }
    let between = chat.send_message(&users[1], message(room, "between")).await.expect("nobody else waits").event;
    let Delivery::Event(heard) = next(&mut sender.connection).await else { panic!("the others are heard meanwhile") };
    assert_eq!(heard.event, between);
    while others.load(Ordering::Relaxed) < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(bodies(&chat, &users[0], room).await, ["between"], "the later ones wait for the first one");
    first.add_permits(1);
    for command in 1..=3 {
        let heard = next(&mut sender.connection).await;
        assert!(matches!(&heard, Delivery::Sent { command: told, .. } if *told == command), "{heard:?}");
    }
    assert_eq!(bodies(&chat, &users[0], room).await, ["between", "one", "two", "three"]);
}

#[tokio::test]
async fn a_hook_that_hangs_panics_or_fails_holds_up_its_own_and_the_host_says_what_follows() {
    for on_failure in [OnHookFailure::Refuse, OnHookFailure::Allow] {
        let say = |draft: MessageDraft| {
            async move {
                match draft.body.as_str() {
                    "hang" => std::future::pending().await,
                    "panic" => panic!("a hook panics, as it shall"),
                    "fail" => Err("no answer".into()),
                    _ => Ok(MessageVerdict::Allow),
                }
            }
            .boxed()
        };
        let host = Host { message: Some(Box::new(say)), ..Host::default() };
        let policy = HookPolicy { time_limit: Duration::from_millis(200), on_failure };
        let chat = chat(host, policy).await;
        let users = users(&chat, 2).await;
        let room = room(&chat, &users[0]).await;
        join(&chat, &users[1], room).await;
        let mut expected = Vec::new();
        for text in ["hang", "panic", "fail"] {
            let send = chat.send_message(&users[0], message(room, text));
            let meanwhile = chat.send_message(&users[1], message(room, "meanwhile"));
            let (sent, meanwhile) = tokio::join!(send, meanwhile);
            meanwhile.expect("it is nobody else's");
            match on_failure {
                OnHookFailure::Refuse => assert!(matches!(sent, Err(ChatError::HookFailed(_))), "{text}: {sent:?}"),
                OnHookFailure::Allow => {
                    sent.expect("it is let through");
                    expected.push(text);
                }
            }
            expected.push("meanwhile");
        }
        let mut written = bodies(&chat, &users[0], room).await;
        written.sort();
        expected.sort_unstable();
        assert_eq!(written, expected);
    }
}

#[tokio::test]
async fn r_msg_01_the_host_is_not_asked_about_strangers() {
    let say = |_| async { panic!("it is not asked") }.boxed();
    let chat = chat(Host { message: Some(Box::new(say)), ..Host::default() }, LONG).await;
    let users = users(&chat, 2).await;
    let room = room(&chat, &users[0]).await;
    let refused = chat.send_message(&users[1], message(room, "let me in")).await;
    assert_eq!(code(refused), Some("not_a_member"));
    let refused = chat.send_message(&users[1], message(RoomId::new(), "anybody?")).await;
    assert_eq!(code(refused), Some("room_not_found"));
}

#[tokio::test]
async fn r_adm_04_the_host_has_the_last_word_on_a_join_and_on_one_that_is_only_tried() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let say = move |join: IntendedJoin| {
        log.lock().expect("nobody panicked").push((join.charge.get(), join.returns));
        let is_bob = join.user.as_str() == "bob";
        async move { Ok(if is_bob { Verdict::Refuse("not bob".to_owned()) } else { Verdict::Allow }) }.boxed()
    };
    let chat = chat(Host { join: Some(Box::new(say)), ..Host::default() }, LONG).await;
    let (alice, bob, carol) = (user(&chat, "alice").await, user(&chat, "bob").await, user(&chat, "carol").await);
    let room = room(&chat, &alice).await;
    let wrong = JoinRoom { key: JoinKey::Password { room, password: "wrong".into() }, ..by_password(room) };
    assert_eq!(code(chat.join_room(&bob, wrong).await), Some("wrong_room_password"));
    assert!(asked.lock().expect("nobody panicked").is_empty(), "the rules come first");
    for dry_run in [true, false] {
        let refused = chat.join_room(&bob, JoinRoom { dry_run, ..by_password(room) }).await;
        assert_eq!(words(refused).as_deref(), Some("not bob"));
    }
    assert!(chat.rooms(&bob).await.expect("a list").is_empty());
    join(&chat, &carol, room).await;
    join(&chat, &carol, room).await;
    chat.leave_room(&carol, room).await.expect("she leaves");
    join(&chat, &carol, room).await;
    let asked = asked.lock().expect("nobody panicked").clone();
    assert_eq!(asked, [(0, false), (0, false), (0, false), (0, true)], "not about who has a seat");
}

#[tokio::test]
async fn r_adm_11_the_host_is_asked_again_where_what_it_decided_on_has_changed() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let world: Arc<OnceLock<(Chat, Caller, RoomId)>> = Arc::default();
    let (log, outside) = (Arc::clone(&asked), Arc::clone(&world));
    let say = move |intended: IntendedJoin| {
        let outside = Arc::clone(&outside);
        let first = {
            let mut log = log.lock().expect("nobody panicked");
            log.push(intended.charge.get());
            log.len() == 1
        };
        async move {
            if first {
                let (chat, dave, elsewhere) = outside.get().expect("it is set before the first join");
                // The one free admission is gone while the host thinks.
                let mut other = by_password(*elsewhere);
                other.max_charge = Some(Coins::ZERO);
                chat.join_room(dave, other).await?;
            }
            Ok(Verdict::Allow)
        }
        .boxed()
    };
    let chat = chat(Host { join: Some(Box::new(say)), ..Host::default() }, LONG).await;
    let alice = user(&chat, "alice").await;
    let (tea, elsewhere) = (room(&chat, &alice).await, room(&chat, &alice).await);
    let dave = super::paying(&chat, "dave", 150).await;
    assert!(world.set((chat.clone(), dave.clone(), elsewhere)).is_ok(), "it is set once");
    let joined = chat.join_room(&dave, by_password(tea)).await.expect("a seat");
    assert_eq!((joined.charged.get(), joined.balance.get()), (150, 0));
    assert_eq!(*asked.lock().expect("nobody panicked"), [0, 0, 150], "tea, elsewhere, and tea at its new price");
}

#[tokio::test]
async fn r_adm_01_the_host_has_the_last_word_on_a_new_room() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let say = move |room: IntendedRoom| {
        count.fetch_add(1, Ordering::Relaxed);
        let verdict = match room.name.as_str() {
            "Casino" => Verdict::Refuse("no gambling".to_owned()),
            _ => Verdict::Allow,
        };
        async { Ok(verdict) }.boxed()
    };
    let chat = chat(Host { create: Some(Box::new(say)), ..Host::default() }, LONG).await;
    let alice = user(&chat, "alice").await;
    let named = |name: &str| CreateRoom {
        name: Name::parse(name).expect("a name"),
        password: RoomPassword::parse(ROOM_PASSWORD).expect("a password"),
        capacity: Capacity::MAX,
        client_id: Some(ClientId::parse("key").expect("a key")),
    };
    assert_eq!(words(chat.create_room(&alice, named("Casino")).await).as_deref(), Some("no gambling"));
    assert!(chat.rooms(&alice).await.expect("a list").is_empty());
    let made = chat.create_room(&alice, named("Tea")).await.expect("a room");
    let again = chat.create_room(&alice, named("Tea")).await.expect("the same");
    assert_eq!((again.repeated, again.room.room.id), (true, made.room.room.id));
    assert_eq!(asked.load(Ordering::Relaxed), 2, "not about what was made before");
}
