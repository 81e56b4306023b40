//! The rows of the users' REST API.

use chat_tests::{PASSWORD, ROOM_PASSWORD, registration};
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::message_changes;
use crate::row::{Request, Row, at_once, row};
use crate::stage::{Stage, login_of};

/// The document itself, which is none of its operations.
pub(crate) const DOCUMENT: &str = "GET /api/openapi.json";
/// That of the WebSocket, which is none of them either.
pub(crate) const LIVE_DOCUMENT: &str = "GET /api/asyncapi.json";

/// Whether a row is of an operation.
pub(crate) fn is_operation(row: &Row) -> bool {
    ![DOCUMENT, LIVE_DOCUMENT].contains(&row.operation)
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows: Vec<_> =
        [accounts(), rooms(), members(), joins(), invites(), messages(), message_changes::rest(), friends()]
            .into_iter()
            .flatten()
            .collect();
    rows.extend([DOCUMENT, LIVE_DOCUMENT].map(|document| row(document, |stage| at_once(stage.ask()))));
    rows
}

fn accounts() -> Vec<Row> {
    const REFRESH: &str = "POST /api/refresh";
    vec![
        row("POST /api/register", |stage| at_once(stage.ask().saying(registration(&stage.unused_id())))),
        row("POST /api/login", |stage| at_once(stage.ask().saying(login_of(&stage.me, "laptop")))),
        row(REFRESH, |stage| at_once(with_token(stage, &stage.me.refresh_token))),
        row(REFRESH, |stage| at_once(with_token(stage, stage.me.token()))).case("by an access token"),
        row("POST /api/logout", |stage| at_once(stage.ask())),
        row("GET /api/sessions", |stage| at_once(stage.ask())),
        row("DELETE /api/sessions/{deviceId}", |stage| {
            Box::pin(async { stage.ask().with("deviceId", &stage.my_laptop().await.device_id) })
        }),
        row("DELETE /api/sessions/{deviceId}", |stage| {
            Box::pin(async {
                let pad = stage.world.login(&stage.peer, "pad").await;
                stage.ask().with("deviceId", &pad.device_id)
            })
        })
        .case("of another user"),
        row("POST /api/password", |stage| {
            at_once(stage.ask().saying(json!({"oldPassword": PASSWORD, "newPassword": "quiet-harbour-31"})))
        }),
        row("GET /api/me", |stage| at_once(stage.ask())),
        row("PATCH /api/me", |stage| at_once(stage.ask().saying(json!({"name": "Another name"})))),
        row("GET /api/me/coins", |stage| at_once(stage.ask())),
        row("GET /api/profile/{userId}", |stage| at_once(stage.ask().with("userId", &stage.peer.user_id))),
    ]
}

fn with_token(stage: &Stage, token: &str) -> Request {
    stage.ask().saying(json!({"refreshToken": token}))
}

fn rooms() -> Vec<Row> {
    vec![
        row("POST /api/chatrooms", |stage| Box::pin(make_a_room(stage, true))).case("by who is prime"),
        row("POST /api/chatrooms", |stage| Box::pin(make_a_room(stage, false))).case("by who is not"),
        row("GET /api/chatrooms", |stage| at_once(stage.ask())),
        row("GET /api/chatrooms/{roomId}", |stage| at_once(stage.ask())),
        row("PATCH /api/chatrooms/{roomId}", |stage| at_once(stage.ask().saying(json!({"name": "Coffee"})))),
        row("DELETE /api/chatrooms/{roomId}", |stage| at_once(stage.ask())),
        row("POST /api/chatrooms/{roomId}/leave", |stage| at_once(stage.ask())),
    ]
}

fn members() -> Vec<Row> {
    const REMOVE: &str = "DELETE /api/chatrooms/{roomId}/members/{userId}";
    const BAN: &str = "PUT /api/chatrooms/{roomId}/bans/{userId}";
    vec![
        row("GET /api/chatrooms/{roomId}/members", |stage| at_once(stage.ask())),
        row(REMOVE, |stage| at_once(stage.ask().with("userId", &stage.peer.user_id))).case("a member"),
        row(REMOVE, |stage| Box::pin(about_a_moderator(stage))).case("a moderator"),
        row(REMOVE, |stage| at_once(stage.ask().with("userId", &stage.me.user_id))).case("oneself"),
        row("PUT /api/chatrooms/{roomId}/members/{userId}/role", |stage| {
            at_once(stage.ask().with("userId", &stage.peer.user_id).saying(json!({"role": "moderator"})))
        }),
        row("GET /api/chatrooms/{roomId}/bans", |stage| at_once(stage.ask())),
        row(BAN, |stage| at_once(stage.ask().with("userId", &stage.peer.user_id))).case("a member"),
        row(BAN, |stage| Box::pin(about_a_moderator(stage))).case("a moderator"),
        row(BAN, |stage| Box::pin(async { stage.ask().with("userId", &stage.guest().await.user_id) }))
            .case("somebody who is no member"),
        row("DELETE /api/chatrooms/{roomId}/bans/{userId}", |stage| {
            Box::pin(async {
                let guest = stage.guest().await;
                stage.owner.ban(&stage.room, &guest.user_id).await;
                stage.ask().with("userId", &guest.user_id)
            })
        }),
    ]
}

async fn about_a_moderator(stage: &Stage) -> Request {
    let path = format!("/api/chatrooms/{}/members/{}/role", stage.room, stage.peer.user_id);
    stage.owner.put(&path, json!({"role": "moderator"})).await.is(200);
    stage.ask().with("userId", &stage.peer.user_id)
}

async fn make_a_room(stage: &Stage, prime: bool) -> Request {
    stage.make_me_prime(prime).await;
    stage.ask().saying(json!({"name": "Another", "password": ROOM_PASSWORD}))
}

fn joins() -> Vec<Row> {
    const JOIN: &str = "POST /api/joinroom";
    vec![
        row(JOIN, |stage| at_once(by_id(stage, ROOM_PASSWORD))).case("by id and password"),
        row(JOIN, |stage| at_once(by_id(stage, "not the password"))).case("by a wrong password"),
        row(JOIN, |stage| Box::pin(join_by_own_invite(stage))).case("by an invite of their own"),
        row(JOIN, |stage| Box::pin(join_by_anothers_invite(stage))).case("by somebody else's invite"),
        row(JOIN, |stage| at_once(by_token(stage, &json!(stage.me.refresh_token)))).case("by a refresh token"),
    ]
}

fn by_id(stage: &Stage, password: &str) -> Request {
    stage.ask().saying(json!({"roomId": stage.room, "password": password}))
}

fn by_token(stage: &Stage, token: &Value) -> Request {
    stage.ask().saying(json!({"inviteToken": token}))
}

async fn join_by_anothers_invite(stage: &Stage) -> Request {
    let guest = stage.guest().await;
    by_token(stage, &stage.owner.invite(&stage.room, &guest.user_id).await["inviteToken"])
}

/// Who is in the room cannot be invited: they leave it for that, and come in again.
async fn join_by_own_invite(stage: &Stage) -> Request {
    stage.make_me_prime(true).await;
    let (room, me) = (&stage.room, &stage.me);
    let invite = match stage.caller {
        Caller::OtherUser | Caller::FormerMember | Caller::Removed => stage.owner.invite(room, &me.user_id).await,
        Caller::Banned => {
            stage.owner.delete(&format!("/api/chatrooms/{room}/bans/{}", me.user_id)).await.is(204);
            let invite = stage.owner.invite(room, &me.user_id).await;
            stage.owner.ban(room, &me.user_id).await;
            invite
        }
        caller if caller.is_member() => {
            me.leave(room).await;
            let invite = stage.owner.invite(room, &me.user_id).await;
            me.join(room).await;
            stage.make_me_what_i_am(&stage.owner, room).await;
            invite
        }
        // The owner: the peer has the room meanwhile, and hands it back in the same way.
        _ => {
            me.leave(room).await;
            let invite = stage.peer.invite(room, &me.user_id).await;
            me.join(room).await;
            stage.peer.leave(room).await;
            stage.peer.join(room).await;
            invite
        }
    };
    by_token(stage, &invite["inviteToken"])
}

fn invites() -> Vec<Row> {
    const REVOKE: &str = "DELETE /api/chatrooms/{roomId}/invites/{inviteId}";
    vec![
        row("GET /api/chatrooms/{roomId}/invites", |stage| at_once(stage.ask())),
        row("POST /api/chatrooms/{roomId}/invites", |stage| {
            Box::pin(async {
                let body = json!({"userId": stage.guest().await.user_id, "password": ROOM_PASSWORD});
                stage.ask().saying(body)
            })
        }),
        row(REVOKE, |stage| {
            Box::pin(async {
                let invite = stage.owner.invite(&stage.room, &stage.guest().await.user_id).await;
                stage.ask().with("inviteId", id_of(&invite, "inviteId"))
            })
        })
        .case("made by the owner"),
        row(REVOKE, |stage| Box::pin(revoke_own(stage))).case("made by the caller").never_by(&[Caller::OtherUser]),
    ]
}

/// The caller makes a room and an invite to it, and hands the room over by leaving it: unless they are to own it.
async fn revoke_own(stage: &Stage) -> Request {
    stage.make_me_prime(true).await;
    let room = stage.me.create_room("Hall").await;
    let invite = stage.me.invite(&room, &stage.guest().await.user_id).await;
    stage.peer.join(&room).await;
    if stage.caller.is_user() && stage.caller != Caller::Owner {
        stage.me.leave(&room).await;
        stage.me.join(&room).await;
        stage.make_me_what_i_am(&stage.peer, &room).await;
    }
    stage.ask().with("inviteId", id_of(&invite, "inviteId")).within(room)
}

fn messages() -> Vec<Row> {
    vec![
        row("GET /api/chatrooms/{roomId}/messages", |stage| at_once(stage.ask())),
        row("POST /api/messages", |stage| at_once(stage.ask().saying(json!({"roomId": stage.room, "body": "hello"})))),
        row("PUT /api/chatrooms/{roomId}/read", |stage| {
            Box::pin(async {
                let seq = stage.peer.write(&stage.room, "read this").await["seq"].clone();
                stage.ask().saying(json!({"seq": seq}))
            })
        }),
    ]
}

/// Between whom a friend request is.
#[derive(Clone, Copy)]
enum Between {
    PeerAndMe,
    MeAndPeer,
    Others,
}

async fn open_request(stage: &Stage, between: Between) -> Request {
    stage.meet().await;
    let (from, to) = match between {
        Between::PeerAndMe => (stage.peer.clone(), stage.me.clone()),
        Between::MeAndPeer => (stage.me.clone(), stage.peer.clone()),
        Between::Others => (stage.peer.clone(), stage.third().await),
    };
    let request = from.befriend(&to.user_id).await;
    stage.ask().with("requestId", &request)
}

fn friends() -> Vec<Row> {
    let mut rows = vec![
        row("POST /api/friend-requests", |stage| at_once(stage.ask().saying(json!({"userId": stage.peer.user_id}))))
            .case("to a member of the room"),
        row("GET /api/friend-requests", |stage| at_once(stage.ask())),
        row("GET /api/friends", |stage| at_once(stage.ask())),
        row("DELETE /api/friends/{userId}", |stage| {
            Box::pin(async {
                stage.meet().await;
                let request = stage.peer.befriend(&stage.me.user_id).await;
                stage.me.accept(&request).await;
                stage.ask().with("userId", &stage.peer.user_id)
            })
        }),
    ];
    rows.extend([
        row("GET /api/blocks", |stage| at_once(stage.ask())),
        row("PUT /api/blocks/{userId}", |stage| at_once(stage.ask().with("userId", &stage.peer.user_id))),
        row("DELETE /api/blocks/{userId}", |stage| {
            Box::pin(async {
                stage.me.block(&stage.peer.user_id).await;
                stage.ask().with("userId", &stage.peer.user_id)
            })
        }),
    ]);
    for operation in [
        "POST /api/friend-requests/{requestId}/accept",
        "POST /api/friend-requests/{requestId}/decline",
        "DELETE /api/friend-requests/{requestId}",
    ] {
        rows.extend([
            row(operation, |stage| Box::pin(open_request(stage, Between::PeerAndMe))).case("sent to the caller"),
            row(operation, |stage| Box::pin(open_request(stage, Between::MeAndPeer))).case("sent by the caller"),
            row(operation, |stage| Box::pin(open_request(stage, Between::Others))).case("between others"),
        ]);
    }
    rows
}

fn id_of<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer[member].as_str().unwrap_or_else(|| panic!("no {member}: {answer}"))
}
