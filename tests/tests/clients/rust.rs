//! progenitor, for Rust. Its client is made while `chat-generated-client` is compiled.

use chat_generated_client::types::{
    AdmissionKind, CoinEntryKind, Event, FriendRequestState, ListFriendRequestsBox, MemberRole, OwnMembershipRole,
    Problem, ProfileRelation, RoleChangedEventRole, SetRoleRequestRole,
};
use chat_generated_client::{Client, ClientInfo, Error, ResponseValue};
use chat_tests::{PASSWORD, Server};
use http::header::{AUTHORIZATION, HeaderMap, RETRY_AFTER};

use crate::evening::Servers;

type Outcome<T> = Result<ResponseValue<T>, Error<Problem>>;

/// What was answered.
#[track_caller]
fn answered<T>(outcome: Outcome<T>, status: u16) -> T {
    let answer = outcome.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(answer.status(), status);
    answer.into_inner()
}

/// Why it was refused, and the headers beside it.
#[track_caller]
fn refused<T>(outcome: Outcome<T>, status: u16, code: &str) -> (Problem, HeaderMap) {
    let Err(Error::ErrorResponse(refusal)) = outcome else { panic!("no refusal: {:?}", outcome.err()) };
    assert_eq!((refusal.status().as_u16(), refusal.status, refusal.code.as_str()), (status, i32::from(status), code));
    let headers = refusal.headers().clone();
    (refusal.into_inner(), headers)
}

/// A text whose lengths and form the document limits, where one may be given.
fn given<T: for<'a> TryFrom<&'a str>>(text: &str) -> Option<T> {
    T::try_from(text).ok()
}

fn signed_in(base: &str, token: &str) -> Client {
    let bearer = format!("Bearer {token}").parse().expect("a token is ASCII");
    let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
    let client = reqwest::Client::builder().default_headers(headers).build().expect("a client without TLS");
    Client::new_with_client(base, client)
}

async fn register(nobody: &Client, user: &str, phone: &str, coins: i64) -> Client {
    let request = nobody.register().body_map(|body| {
        body.user_id(user).device_id("laptop").name(user).phone(phone).avail_coins(coins).password(PASSWORD)
    });
    let made = answered(request.send().await, 201);
    assert_eq!((made.user.user_id.as_str(), made.user.phone.as_deref()), (user, Some(phone)));
    assert_eq!((made.user.avail_coins, made.user.prime), (coins, false));
    assert_eq!(made.session.device_id, "laptop");
    signed_in(nobody.baseurl(), &made.session.access_token)
}

/// What an event tells beside what every one does.
fn told(event: &Event) -> String {
    match event {
        Event::MessageEvent(event) => {
            let said = (&event.body, &event.client_id, &event.reply_to, &event.mentions, event.reactions.len());
            format!("{} message {said:?}", event.sender_id)
        }
        Event::MessageEditedEvent(event) => format!("{} edited {} {:?}", event.sender_id, event.target_seq, event.body),
        Event::MessageDeletedEvent(event) => format!("{} deleted {}", event.sender_id, event.target_seq),
        Event::ReactionAddedEvent(event) => {
            format!("{} added {} to {}", event.sender_id, event.emoji, event.target_seq)
        }
        Event::ReactionRemovedEvent(event) => {
            format!("{} took {} from {}", event.sender_id, event.emoji, event.target_seq)
        }
        Event::RemovedEvent(event) => format!("{} removed {} {}", event.sender_id, event.user_id, event.banned),
        Event::RoleChangedEvent(event) => {
            assert_eq!(event.role, RoleChangedEventRole::Moderator);
            format!("{} made {} {}", event.sender_id, event.user_id, event.role)
        }
        Event::RoomChangedEvent(event) => format!("{} changed {:?} {:?}", event.sender_id, event.name, event.capacity),
        Event::RoomClosedEvent(event) => format!("{} closed {:?}", event.sender_id, event.by_operator),
        Event::JoinedEvent(event) => format!("{} joined", event.sender_id),
        Event::LeftEvent(event) => format!("{} left", event.sender_id),
    }
}

#[tokio::test]
async fn an_evening_by_progenitor() {
    let servers = Servers::start().await;
    let nobody = Client::new(servers.chat.base());
    let alice = register(&nobody, "alice", "+4915112345601", 300).await;
    let bob = register(&nobody, "bob", "+4915112345602", 0).await;
    let carol = register(&nobody, "carol", "+4915112345603", 150).await;
    guests_are_told_what_is_wrong(&nobody).await;
    let tea = a_room_fills(&servers.chat, [&alice, &bob, &carol]).await;
    coins_are_spent([&alice, &bob, &carol]).await;
    let (first, answer) = they_talk([&alice, &bob, &carol], &tea).await;
    they_become_friends(&bob, &carol).await;
    what_changes_is_said(&alice, &carol, &tea).await;
    the_room_empties([&alice, &bob, &carol], &tea).await;
    the_log_tells_all_of_it(&alice, &tea, first, answer).await;
    a_session_ends(&nobody).await;
    who_guesses_waits(&Client::new(servers.limited.base())).await;
}

async fn guests_are_told_what_is_wrong(nobody: &Client) {
    // What the document says of lengths and forms is checked before anything is sent.
    let short = nobody.register().body_map(|body| body.user_id("dora").password("short"));
    assert!(matches!(short.send().await, Err(Error::InvalidRequest(_))));
    let rich = nobody.register().body_map(|body| {
        body.user_id("dora").device_id("laptop").name("D").phone("+4915112345604").avail_coins(-1).password(PASSWORD)
    });
    let (problem, _) = refused(rich.send().await, 400, "invalid_request");
    let faults: Vec<_> = problem.errors.iter().map(|fault| (fault.field.as_str(), fault.code.as_str())).collect();
    assert_eq!(faults, [("availCoins", "out_of_range")]);
    let again = nobody.register().body_map(|body| {
        body.user_id("carol").device_id("laptop").name("C").phone("+4915112345604").avail_coins(0).password(PASSWORD)
    });
    refused(again.send().await, 409, "user_id_taken");
    refused(nobody.get_me().send().await, 401, "unauthenticated");
}

/// By invite, which is nobody else's; and by password, the first time free.
async fn a_room_fills(server: &Server, [alice, bob, carol]: [&Client; 3]) -> String {
    let tea = || alice.create_room().body_map(|body| body.name("Tea").password("biscuits").client_id(given("tea")));
    refused(tea().send().await, 403, "prime_required");
    server.make_prime("alice", true).await;
    server.make_prime("bob", true).await;
    let room = answered(tea().send().await, 201);
    assert_eq!((room.name.as_str(), room.owner_id.as_str(), room.capacity, room.member_count), ("Tea", "alice", 6, 1));
    assert_eq!((room.me.role, room.closed_at), (OwnMembershipRole::Owner, None));
    assert_eq!(answered(tea().send().await, 200).room_id, room.room_id);

    let invite = alice.invite().room_id(&room.room_id).body_map(|body| body.user_id("bob").password("biscuits"));
    let invited = answered(invite.send().await, 201);
    let token = || invited.invite_token.clone();
    let stolen = carol.join_room().body_map(|body| body.invite_token(token()));
    refused(stolen.send().await, 404, "invite_not_found");
    let bobs = answered(bob.join_room().body_map(|body| body.invite_token(token())).send().await, 200);
    assert_eq!((bobs.admission.expect("a right").kind, bobs.charged), (AdmissionKind::Prime, 0));
    assert_eq!(bobs.room.expect("a member's").me.role, OwnMembershipRole::Member);
    let invites = answered(alice.list_invites().room_id(&room.room_id).send().await, 200).invites;
    let [used] = invites.as_slice() else { panic!("{invites:?}") };
    assert_eq!((&used.invite_id, used.used_at >= Some(used.created_at)), (&invited.invite_id, true));
    assert_eq!(used.revoked_at, None);

    let by_password = |password: &str| join(carol, &room.room_id, password);
    refused(by_password("crumbs").send().await, 403, "wrong_room_password");
    let carols = answered(by_password("biscuits").send().await, 200);
    assert_eq!((carols.admission.expect("a right").kind, carols.charged), (AdmissionKind::Free, 0));
    assert_eq!((carols.avail_coins, carols.member_count), (150, 3));
    room.room_id
}

fn join<'a>(who: &'a Client, room: &str, password: &str) -> chat_generated_client::builder::JoinRoom<'a> {
    let (room, password) = (room.to_owned(), password.to_owned());
    who.join_room().body_map(|body| body.room_id(room).password(password))
}

/// The second room costs 150 coins, and nobody spends them unasked.
async fn coins_are_spent([alice, bob, carol]: [&Client; 3]) {
    let coffee = bob.create_room().body_map(|body| body.name("Coffee").password("beans").capacity(2));
    let coffee = answered(coffee.send().await, 201).room_id;
    let cocoa = bob.create_room().body_map(|body| body.name("Cocoa").password("beans"));
    let cocoa = answered(cocoa.send().await, 201).room_id;
    let second = || join(carol, &coffee, "beans");
    let looked = answered(second().body_map(|body| body.dry_run(true)).send().await, 200);
    assert_eq!((looked.charged, looked.avail_coins), (150, 150));
    assert!(looked.admission.is_none() && looked.room.is_none());
    let (dearer, _) = refused(second().body_map(|body| body.max_charge(149)).send().await, 409, "price_changed");
    assert_eq!(dearer.required, Some(150));
    let paid = answered(second().body_map(|body| body.max_charge(150)).send().await, 200);
    let admission = paid.admission.expect("a right");
    assert_eq!((admission.kind, admission.coins), (AdmissionKind::Paid, 150));
    assert_eq!((paid.charged, paid.avail_coins), (150, 0));
    let (broke, _) = refused(join(carol, &cocoa, "beans").send().await, 402, "insufficient_coins");
    assert_eq!((broke.required, broke.avail_coins), (Some(150), Some(0)));
    refused(join(alice, &coffee, "beans").send().await, 409, "room_full");

    let entries = answered(carol.list_coin_entries().limit(10).send().await, 200).entries;
    let lines: Vec<_> =
        entries.iter().map(|entry| (entry.kind, entry.amount, entry.balance_after, entry.room_id.as_deref())).collect();
    let admission = (CoinEntryKind::RoomAdmission, -150, 0, Some(coffee.as_str()));
    assert_eq!(lines, [admission, (CoinEntryKind::Opening, 150, 150, None)]);
}

/// A message that is sent twice is one message. Their numbers.
async fn they_talk([alice, bob, carol]: [&Client; 3], tea: &str) -> (i64, i64) {
    let hello = |text: &str| {
        let (room, text) = (tea.to_owned(), text.to_owned());
        carol.send_message().body_map(|body| body.room_id(room).body(text).client_id(given("4f1c9a52")))
    };
    let first = answered(hello("Hello, Alice!").send().await, 201);
    let repeated = answered(hello("Hello, Alice!").send().await, 200);
    assert_eq!((repeated.seq, repeated.created_at), (first.seq, first.created_at));
    refused(hello("Good night").send().await, 409, "idempotency_conflict");
    let reply = bob.send_message().body_map(|body| body.room_id(tea).body("Good evening.").reply_to(first.seq));
    let answer = answered(reply.send().await, 201);
    assert_eq!(answer.reply_to, Some(first.seq));

    let tea_to_it = || alice.add_reaction().room_id(tea).seq(first.seq).emoji("🍵");
    assert!(matches!(answered(tea_to_it().send().await, 200).event, Some(Event::ReactionAddedEvent(_))));
    assert!(answered(tea_to_it().send().await, 200).event.is_none());
    answered(alice.remove_reaction().room_id(tea).seq(first.seq).emoji("🍵").send().await, 200);
    let anew = carol.edit_message().room_id(tea).seq(first.seq).body_map(|body| body.body("Hello, all!"));
    let edited = answered(anew.send().await, 200).message;
    assert!(edited.edited_at >= Some(edited.created_at));
    let deleted = answered(bob.delete_message().room_id(tea).seq(answer.seq).send().await, 200).message;
    assert!(deleted.body.is_none() && deleted.deleted_at.is_some());
    let read = answered(alice.mark_read().room_id(tea).body_map(|body| body.seq(first.seq)).send().await, 200);
    assert_eq!((read.read_seq, read.unread), (first.seq, 0));
    (first.seq, answer.seq)
}

async fn they_become_friends(bob: &Client, carol: &Client) {
    let request = answered(carol.request_friend().body_map(|body| body.user_id("bob")).send().await, 201);
    assert_eq!(request.state, FriendRequestState::Open);
    let received = answered(bob.list_friend_requests().box_(ListFriendRequestsBox::In).send().await, 200).requests;
    let [received] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!((&received.request_id, received.from_user_id.as_str()), (&request.request_id, "carol"));
    assert_eq!(received.decided_at, None);
    let accepted = answered(bob.accept_friend_request().request_id(&request.request_id).send().await, 200);
    assert_eq!(accepted.state, FriendRequestState::Accepted);
    assert!(accepted.decided_at.is_some());
    let profile = answered(carol.get_profile().user_id("bob").send().await, 200);
    assert_eq!((profile.name.as_str(), profile.prime, profile.relation), ("bob", true, ProfileRelation::Friend));
    let friends = answered(carol.list_friends().send().await, 200).friends;
    assert_eq!(friends.iter().map(|friend| friend.user_id.as_str()).collect::<Vec<_>>(), ["bob"]);
}

/// A change says what changes, and leaves the rest.
async fn what_changes_is_said(alice: &Client, carol: &Client, tea: &str) {
    let renamed = answered(carol.update_me().body_map(|body| body.name(given("Carol"))).send().await, 200);
    assert_eq!((renamed.name.as_str(), renamed.phone.as_deref()), ("Carol", Some("+4915112345603")));
    let room = alice.update_room().room_id(tea).body_map(|body| body.name(given("Green tea")));
    let room = answered(room.send().await, 200);
    assert_eq!((room.name.as_str(), room.capacity), ("Green tea", 6));
}

async fn the_room_empties([alice, bob, carol]: [&Client; 3], tea: &str) {
    let role = alice.set_role().room_id(tea).user_id("bob").body_map(|body| body.role(SetRoleRequestRole::Moderator));
    assert_eq!(answered(role.send().await, 200).role, MemberRole::Moderator);
    answered(bob.ban_user().room_id(tea).user_id("carol").send().await, 204);
    refused(join(carol, tea, "biscuits").send().await, 403, "banned");
    let bans = answered(alice.list_bans().room_id(tea).send().await, 200).bans;
    assert_eq!(bans.iter().map(|ban| (ban.user_id.as_str(), ban.by.as_str())).collect::<Vec<_>>(), [("carol", "bob")]);
    answered(bob.leave_room().room_id(tea).send().await, 204);
    let members = answered(alice.list_members().room_id(tea).send().await, 200).members;
    assert_eq!(members.iter().map(|member| member.user_id.as_str()).collect::<Vec<_>>(), ["alice"]);
    answered(alice.close_room().room_id(tea).send().await, 204);
    let closed = answered(alice.get_room().room_id(tea).send().await, 200);
    assert!(closed.closed_at > Some(closed.created_at));
    let late = alice.send_message().body_map(|body| body.room_id(tea).body("?"));
    refused(late.send().await, 409, "room_closed");
}

/// Page by page, one kind of event after the other.
async fn the_log_tells_all_of_it(alice: &Client, tea: &str, first: i64, answer: i64) {
    let mut log = Vec::new();
    loop {
        let page = answered(alice.get_history().room_id(tea).after(log.len() as i64).limit(5).send().await, 200);
        assert_eq!(page.last_seq, 14);
        log.extend(page.events);
        if !page.has_more {
            break;
        }
    }
    let none = None::<String>;
    let hello = (Some("Hello, all!"), Some("4f1c9a52"), None::<i64>, [""; 0], 0);
    assert_eq!(
        log.iter().map(told).collect::<Vec<_>>(),
        [
            "alice joined".to_owned(),
            "bob joined".to_owned(),
            "carol joined".to_owned(),
            format!("carol message {hello:?}"),
            format!("bob message {:?}", (&none, &none, Some(first), [""; 0], 0)),
            format!("alice added 🍵 to {first}"),
            format!("alice took 🍵 from {first}"),
            format!("carol edited {first} {:?}", Some("Hello, all!")),
            format!("bob deleted {answer}"),
            format!("alice changed {:?} {none:?}", Some("Green tea")),
            "alice made bob moderator".to_owned(),
            "bob removed carol true".to_owned(),
            "bob left".to_owned(),
            format!("alice closed {none:?}"),
        ]
    );
}

async fn a_session_ends(nobody: &Client) {
    let login = |password: &str| {
        let password = password.to_owned();
        nobody.login().body_map(|body| body.user_id("carol").device_id("phone").password(password))
    };
    refused(login("a guess").send().await, 401, "invalid_credentials");
    let session = answered(login(PASSWORD).send().await, 200).session;
    let refresh = nobody.refresh().body_map(|body| body.refresh_token(session.refresh_token));
    let renewed = answered(refresh.send().await, 200);
    let on_phone = signed_in(nobody.baseurl(), &renewed.access_token);
    let sessions = answered(on_phone.list_sessions().send().await, 200).sessions;
    assert!(sessions.iter().all(|session| session.current == (session.device_id == "phone")), "{sessions:?}");
    answered(on_phone.logout().send().await, 204);
    refused(on_phone.get_me().send().await, 401, "session_revoked");
}

/// Who guesses too often is told how long to wait.
async fn who_guesses_waits(nobody: &Client) {
    for _ in 0..1000 {
        let guess = nobody.login().body_map(|body| body.user_id("carol").device_id("phone").password("a guess"));
        let outcome = guess.send().await;
        if outcome.as_ref().is_err_and(|error| error.status().is_some_and(|status| status == 429)) {
            let (problem, headers) = refused(outcome, 429, "rate_limited");
            let milliseconds = problem.retry_after_ms.expect("how long");
            assert!(milliseconds > 0);
            assert_eq!(headers[RETRY_AFTER], (milliseconds as u64).div_ceil(1_000).to_string());
            return;
        }
        refused(outcome, 401, "invalid_credentials");
    }
    panic!("nobody limits guesses");
}
