//! What a program writes of a value with `{:?}`, in a log or a panic: never a secret, nor what people say to each other.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;

use chat_core::{
    Secrets,
    api::{
        ChangePassword, CreateRoom, EnsureUser, InviteUser, JoinKey, JoinRoom, Login, MadeInvite, Register,
        SendMessage, Sent, SignedIn, UpdateUser,
    },
    model::{
        coin::Coins,
        event::{Event, EventKind, Seq},
        invite::{Invite, InviteId, InviteToken},
        message::{Message, MessageBody},
        room::{Capacity, RoomId, RoomPassword},
        session::{DeviceId, SessionTokens},
        text::Name,
        time::Timestamp,
        user::{Password, PasswordHash, Phone, Standing, User, UserId},
    },
    ports::authenticator::Credentials,
};

/// In every secret here.
const MARK: &str = "qX7canary";
const PHONE: &str = "+4915790010001";
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A value shows, and nothing of it that is marked.
#[track_caller]
fn check(value: impl Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.is_empty() && !shown.contains(MARK) && !shown.contains(&PHONE[3..]), "{shown}");
    }
}

fn alice() -> UserId {
    UserId::parse("alice").unwrap()
}

fn device() -> DeviceId {
    DeviceId::parse("phone").unwrap()
}

fn name() -> Name {
    Name::parse("Alice").unwrap()
}

fn phone() -> Phone {
    Phone::parse(PHONE).unwrap()
}

fn room() -> RoomId {
    RoomId::from_bytes([1; 16])
}

fn body() -> MessageBody {
    MessageBody::parse(MARK.to_owned()).unwrap()
}

fn user() -> User {
    User {
        id: alice(),
        name: name(),
        phone: Some(phone()),
        prime: false,
        coins: Coins::ZERO,
        standing: Standing::Active,
        created_at: NOW,
    }
}

#[test]
fn what_a_user_signs_in_with_does_not_show() {
    let password = || Password::parse(MARK).unwrap();
    check(Register {
        user_id: alice(),
        device: device(),
        name: name(),
        phone: phone(),
        coins: Coins::ZERO,
        password: password(),
    });
    check(UpdateUser { name: None, phone: Some(phone()) });
    check(EnsureUser { phone: Some(phone()), ..EnsureUser::new(alice()) });
    check(Login { user_id: "alice".to_owned(), device: device(), password: MARK.into(), address: None });
    check(ChangePassword { old: MARK.into(), new: password() });
    check(PasswordHash::from_stored(MARK));
    check(Credentials::new(Some(MARK), &|_| vec![MARK]));
    let session = SessionTokens {
        access_token: MARK.into(),
        expires_at: NOW,
        refresh_token: MARK.into(),
        refresh_expires_at: NOW,
        device: device(),
    };
    check(&session);
    check(SignedIn { user: user(), session });
}

#[test]
fn what_opens_a_room_does_not_show() {
    let token = || InviteToken::from_client(MARK);
    let password = RoomPassword::parse(MARK).unwrap();
    check(CreateRoom { name: name(), password, capacity: Capacity::parse(6).unwrap(), client_id: None });
    for key in [JoinKey::Password { room: room(), password: MARK.into() }, JoinKey::Invite(token())] {
        check(JoinRoom { key, dry_run: false, max_charge: None });
    }
    check(InviteUser { invitee: Some(alice()), password: MARK.into() });
    check(token().hash());
    let invite = Invite {
        id: InviteId::from_bytes([7; 16]),
        room: room(),
        maker: alice(),
        invitee: alice(),
        created_at: NOW,
        expires_at: NOW,
        used_at: None,
        revoked_at: None,
    };
    check(MadeInvite { invite, token: token() });
}

#[test]
fn what_people_say_does_not_show() {
    check(SendMessage { room: room(), body: body(), client_id: None, reply_to: None });
    let message = Message {
        body: Some(body()),
        client_id: None,
        reply_to: None,
        mentions: Vec::new(),
        edited_at: None,
        deleted_at: None,
        reactions: Vec::new(),
    };
    let event = Event { room: room(), seq: Seq::new(1), sender: alice(), at: NOW, kind: EventKind::Message(message) };
    check(Sent { event, repeated: false });
    assert_eq!(format!("{:?}", MessageBody::parse("a\u{e9}".to_owned()).unwrap()), "MessageBody(3 bytes)");
}

#[test]
fn what_the_host_gives_does_not_show() {
    let key = MARK.repeat(4);
    check(Secrets::new(vec![key.as_str().into()], MARK.into()).unwrap());
}

#[test]
fn a_mark_that_shows_is_noticed() {
    assert!(std::panic::catch_unwind(|| check(MARK)).is_err());
    assert!(std::panic::catch_unwind(|| check(PHONE)).is_err());
}
