//! Who acts on whom in a room: removal, bans, roles (R-ROL-01, R-ROL-02).

use chat_tests::{Client, ROOM_PASSWORD, Server, Socket, is_timestamp};
use serde_json::{Value, json};

/// A room of alice with bob, carol and dave in it, in this order.
async fn tea(server: &Server) -> ([Client; 4], String) {
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let bob = server.prime("bob").await;
    let (carol, dave) = (server.register("carol").await, server.register("dave").await);
    for member in [&bob, &carol, &dave] {
        member.join(&room).await;
    }
    ([alice, bob, carol, dave], room)
}

fn member(room: &str, user: &str) -> String {
    format!("/api/chatrooms/{room}/members/{user}")
}

fn ban(room: &str, user: &str) -> String {
    format!("/api/chatrooms/{room}/bans/{user}")
}

async fn give(owner: &Client, room: &str, user: &str, role: &str) -> Value {
    owner.put(&format!("{}/role", member(room, user)), json!({"role": role})).await.is(200)
}

async fn kinds_after(client: &Client, room: &str, seq: usize) -> Vec<String> {
    let log = client.log_after(room, seq).await;
    let told = |event: &Value| {
        let of = |name: &str| event[name].as_str().unwrap_or("-").to_owned();
        let banned = if event["banned"] == true { " banned" } else { "" };
        format!("{} by {} of {} {}{banned}", of("kind"), of("senderId"), of("userId"), of("role"))
    };
    log.iter().map(told).collect()
}

fn join(room: &str) -> Value {
    json!({"roomId": room, "password": ROOM_PASSWORD})
}

#[tokio::test]
async fn r_rol_01_the_owner_makes_moderators_and_takes_that_back() {
    let server = Server::start().await;
    let ([alice, bob, carol, _], room) = tea(&server).await;
    let given = give(&alice, &room, "bob", "moderator").await;
    assert_eq!(
        (&given["userId"], &given["name"], &given["role"]),
        (&json!("bob"), &json!("The bob"), &json!("moderator"))
    );
    assert!(is_timestamp(&given["joinedAt"]) && given["readSeq"].is_u64(), "{given}");
    assert_eq!(bob.room(&room).await["me"]["role"], "moderator");
    let members = carol.get(&format!("/api/chatrooms/{room}/members")).await.is(200);
    assert_eq!(members["members"][1], given, "moderators come after the owner");
    give(&alice, &room, "bob", "moderator").await;
    give(&alice, &room, "bob", "member").await;
    let expected = ["role_changed by alice of bob moderator", "role_changed by alice of bob member"];
    assert_eq!(kinds_after(&carol, &room, 4).await, expected, "what one has is no change");
}

#[tokio::test]
async fn r_rol_01_the_owner_hands_the_room_over_and_is_a_moderator_then() {
    let server = Server::start().await;
    let ([alice, bob, carol, _], room) = tea(&server).await;
    assert_eq!(give(&alice, &room, "carol", "owner").await["role"], "owner");
    let expected = ["role_changed by alice of carol owner", "role_changed by alice of alice moderator"];
    assert_eq!(kinds_after(&bob, &room, 4).await, expected);
    assert_eq!(alice.room(&room).await["me"]["role"], "moderator");
    let seen = carol.room(&room).await;
    assert_eq!((&seen["ownerId"], &seen["me"]["role"]), (&json!("carol"), &json!("owner")));
    alice
        .put(&format!("{}/role", member(&room, "bob")), json!({"role": "moderator"}))
        .await
        .refused(403, "not_allowed");
    carol.delete(&member(&room, "alice")).await.is(204);
}

#[tokio::test]
async fn r_rol_01_refusals_come_in_order_and_change_nothing() {
    let server = Server::start().await;
    let ([alice, bob, carol, _], room) = tea(&server).await;
    let eve = server.prime("eve").await;
    give(&alice, &room, "bob", "moderator").await;
    let role = |user: &str| format!("{}/role", member(&room, user));
    let owner = json!({"role": "owner"});
    for nowhere in ["unknown", "0199c1aa-0000-7000-8000-000000000000"] {
        eve.put(&format!("{}/role", member(nowhere, "nobody")), owner.clone()).await.refused(404, "room_not_found");
        eve.delete(&member(nowhere, "nobody")).await.refused(404, "room_not_found");
        eve.put(&ban(nowhere, "nobody"), json!({})).await.refused(404, "room_not_found");
    }
    for target in
        ["nobody", "alice", "%20", "..", "carol"].map(|user| (user != "..").then_some(user)).into_iter().flatten()
    {
        eve.put(&role(target), owner.clone()).await.refused(403, "not_a_member");
        bob.put(&role(target), owner.clone()).await.refused(403, "not_allowed");
        eve.delete(&member(&room, target)).await.refused(403, "not_a_member");
        eve.put(&ban(&room, target), json!({})).await.refused(403, "not_a_member");
        eve.delete(&ban(&room, target)).await.refused(403, "not_a_member");
    }
    for target in ["nobody", "alice", "bob", "%20", "dave"] {
        carol.delete(&member(&room, target)).await.refused(403, "not_allowed");
        carol.put(&ban(&room, target), json!({})).await.refused(403, "not_allowed");
        carol.delete(&ban(&room, target)).await.refused(403, "not_allowed");
    }
    for nobody in ["nobody", "eve", "%20", "%00", "a%2fb"] {
        alice.put(&role(nobody), owner.clone()).await.refused(404, "user_not_found");
        alice.delete(&member(&room, nobody)).await.refused(404, "user_not_found");
    }
    for nobody in ["nobody", "%20", "%00", "a%2fb"] {
        bob.put(&ban(&room, nobody), json!({})).await.refused(404, "user_not_found");
        bob.delete(&ban(&room, nobody)).await.refused(404, "user_not_found");
    }
    alice.put(&role("alice"), json!({"role": "member"})).await.refused(403, "not_allowed");
    bob.delete(&member(&room, "alice")).await.refused(403, "not_allowed");
    for own_or_higher in ["bob", "alice"] {
        bob.put(&ban(&room, own_or_higher), json!({})).await.refused(403, "not_allowed");
    }
    alice.put(&role("bob"), json!({"role": "king"})).await.refused_field("role", &["bad_format"]);
    alice.put(&role("bob"), json!({})).await.refused_field("role", &["required"]);
    assert_eq!(kinds_after(&carol, &room, 5).await, [""; 0]);
    assert_eq!(alice.get(&format!("/api/chatrooms/{room}/bans")).await.is(200), json!({"bans": []}));
    assert_eq!(alice.room(&room).await["memberCount"], 4);
}

#[tokio::test]
async fn r_rol_02_removing_takes_the_seat_back_and_the_removed_hears_nothing_more() {
    let server = Server::start().await;
    let ([alice, bob, carol, _], room) = tea(&server).await;
    let other = alice.create_room("Other").await;
    bob.join(&other).await;
    let tablet = server.login("bob", "tablet").await;
    let mut sockets = [Socket::open(&server, &bob).await, Socket::open(&server, &tablet).await];
    let mut carols = Socket::open(&server, &carol).await;
    alice.delete(&member(&room, "bob")).await.is(204);
    alice.write(&room, "now that he is gone").await;
    let end = alice.write(&other, "still here").await;
    for socket in &mut sockets {
        socket.heard(&other, end["seq"].as_i64().expect("a number")).await;
        let of_room = |frame: &&Value| frame["roomId"] == room.as_str() || frame["event"]["roomId"] == room.as_str();
        let told: Vec<&Value> = socket.seen().iter().filter(of_room).collect();
        let [removed, room_removed] = told.as_slice() else { panic!("{told:?}") };
        let event = &removed["event"];
        assert_eq!(
            (&event["kind"], &event["senderId"], &event["userId"], &event["banned"]),
            (&json!("removed"), &json!("alice"), &json!("bob"), &json!(false))
        );
        assert_eq!(**room_removed, json!({"type": "room_removed", "roomId": room, "reason": "removed"}));
    }
    carols.message(&room, "now that he is gone").await;
    assert_eq!(carol.room(&room).await["memberCount"], 3);
    bob.get(&format!("/api/chatrooms/{room}/messages")).await.refused(403, "not_a_member");
    sockets[0].refused(json!({"type": "send", "roomId": room, "body": "x"}), 403, "not_a_member").await;
}

#[tokio::test]
async fn r_rol_01_who_comes_back_is_a_plain_member_and_r_adm_08_pays_nothing() {
    let server = Server::start().await;
    let ([alice, _, carol, _], room) = tea(&server).await;
    let before = carol.coins().await;
    give(&alice, &room, "carol", "moderator").await;
    alice.delete(&member(&room, "carol")).await.is(204);
    let back = carol.join(&room).await;
    assert_eq!((&back["charged"], &back["admission"]["kind"]), (&json!(0), &json!("free")));
    assert_eq!((carol.room(&room).await["me"]["role"].clone(), carol.coins().await), (json!("member"), before));
}

#[tokio::test]
async fn r_rol_02_a_ban_refuses_joins_and_invites_until_it_is_lifted() {
    let server = Server::start().await;
    let ([alice, bob, carol, _], room) = tea(&server).await;
    give(&alice, &room, "carol", "moderator").await;
    let mut bobs = Socket::open(&server, &bob).await;
    carol.put(&ban(&room, "bob"), json!({})).await.is(204);
    carol.put(&ban(&room, "bob"), json!({})).await.is(204);
    let told = bobs.until("the end of the room", |frame| frame["type"] == "room_removed").await;
    assert_eq!(told, json!({"type": "room_removed", "roomId": room, "reason": "banned"}));
    assert_eq!(kinds_after(&alice, &room, 5).await, ["removed by carol of bob - banned"], "once");
    bob.post("/api/joinroom", join(&room)).await.refused(403, "banned");
    let mut dry = join(&room);
    dry["dryRun"] = json!(true);
    bob.post("/api/joinroom", dry).await.refused(403, "banned");
    let invitation = json!({"userId": "bob", "password": ROOM_PASSWORD});
    alice.post(&format!("/api/chatrooms/{room}/invites"), invitation).await.refused(403, "banned");
    let bans = carol.get(&format!("/api/chatrooms/{room}/bans")).await.is(200);
    assert_eq!((&bans["bans"][0]["userId"], &bans["bans"][0]["by"]), (&json!("bob"), &json!("carol")));
    assert!(is_timestamp(&bans["bans"][0]["at"]) && bans["bans"].as_array().map(Vec::len) == Some(1), "{bans}");
    for _ in 0..2 {
        alice.delete(&ban(&room, "bob")).await.is(204);
    }
    assert_eq!(bob.join(&room).await["charged"], 0);
}

#[tokio::test]
async fn r_rol_02_somebody_who_is_no_member_is_banned_too() {
    let server = Server::start().await;
    let ([alice, bob, ..], room) = tea(&server).await;
    let eve = server.prime("eve").await;
    let open = alice.invite(&room, "eve").await;
    alice.put(&ban(&room, "eve"), json!({})).await.is(204);
    eve.post("/api/joinroom", json!({"inviteToken": open["inviteToken"]})).await.refused(403, "banned");
    eve.post("/api/joinroom", join(&room)).await.refused(403, "banned");
    assert_eq!(kinds_after(&bob, &room, 4).await, [""; 0], "there was no seat to take back");
    bob.get(&format!("/api/chatrooms/{room}/bans")).await.refused(403, "not_allowed");
    alice.delete(&ban(&room, "eve")).await.is(204);
    eve.post("/api/joinroom", json!({"inviteToken": open["inviteToken"]})).await.is(200);
}

#[tokio::test]
async fn r_inv_03_removing_or_banning_the_maker_revokes_their_invites() {
    let server = Server::with(&["--moderators-invite"]).await;
    let ([alice, bob, carol, _], room) = tea(&server).await;
    let eve = server.prime("eve").await;
    let by_token = |invite: &Value| json!({"inviteToken": invite["inviteToken"]});
    let by_alice = alice.invite(&room, "eve").await;
    for maker in ["bob", "carol"] {
        give(&alice, &room, maker, "moderator").await;
    }
    let (by_bob, by_carol) = (bob.invite(&room, "eve").await, carol.invite(&room, "eve").await);
    alice.delete(&member(&room, "bob")).await.is(204);
    eve.post("/api/joinroom", by_token(&by_bob)).await.refused(410, "invite_revoked");
    give(&alice, &room, "carol", "member").await;
    let mut dry = by_token(&by_carol);
    dry["dryRun"] = json!(true);
    eve.post("/api/joinroom", dry).await.is(200);
    carol.leave(&room).await;
    alice.put(&ban(&room, "carol"), json!({})).await.is(204);
    eve.post("/api/joinroom", by_token(&by_carol)).await.refused(410, "invite_revoked");
    eve.post("/api/joinroom", by_token(&by_alice)).await.is(200);
}

#[tokio::test]
async fn removing_oneself_is_leaving() {
    let server = Server::start().await;
    let ([alice, bob, carol, _], room) = tea(&server).await;
    alice.delete(&member(&room, "alice")).await.is(204);
    bob.delete(&format!("/api/chatrooms/{room}")).await.is(204);
    carol.delete(&member(&room, "carol")).await.is(204);
    let expected = [
        "left by alice of - -",
        "role_changed by alice of bob owner",
        "room_closed by bob of - -",
        "left by carol of - -",
    ];
    assert_eq!(kinds_after(&bob, &room, 4).await, expected);
    alice.delete(&member(&room, "alice")).await.refused(403, "not_a_member");
}

#[tokio::test]
async fn r_rol_02_after_the_answer_no_event_of_the_removed_gets_a_number() {
    let server = Server::with(&["--rate-limits", "off"]).await;
    let ([alice, bob, ..], room) = tea(&server).await;
    let mut bobs = Socket::open(&server, &bob).await;
    for round in 0..10 {
        for number in 0..60 {
            bobs.begin(json!({"type": "send", "roomId": room, "body": format!("{round} {number}")})).await;
        }
        alice.delete(&member(&room, "bob")).await.is(204);
        let seen = alice.room(&room).await["lastSeq"].clone();
        bobs.until("the end of the room", |frame| frame["type"] == "room_removed").await;
        bobs.settle().await;
        assert_eq!(alice.room(&room).await["lastSeq"], seen, "round {round}");
        let last = alice.page(&room, "limit=1").await;
        assert_eq!(last["events"][0]["kind"], "removed", "{last}");
        bob.join(&room).await;
        bobs.until("the room again", |frame| frame["type"] == "room_added").await;
    }
}

#[tokio::test]
async fn who_comes_back_hears_how_each_seat_has_ended() {
    let server = Server::start().await;
    let ([alice, bob, ..], removed_from) = tea(&server).await;
    let mut rooms = vec![removed_from];
    for name in ["Banned", "Left", "Stays", "Never"] {
        rooms.push(alice.create_room(name).await);
    }
    let [removed_from, banned_from, left, stays, never] = rooms.as_slice() else { panic!("{rooms:?}") };
    for room in [banned_from, left, stays] {
        bob.join(room).await;
    }
    alice.delete(&member(removed_from, "bob")).await.is(204);
    alice.ban(banned_from, "bob").await;
    bob.leave(left).await;
    let mut socket = Socket::connect(&server, &bob).await;
    let named: Value = rooms.iter().map(|room| (room.clone(), json!(2))).collect::<serde_json::Map<_, _>>().into();
    socket.hello_with(named).await;
    for (room, reason) in [(removed_from, "removed"), (banned_from, "banned"), (left, "left"), (never, "left")] {
        let told = socket
            .until("the end of a room", |frame| frame["type"] == "room_removed" && frame["roomId"] == room.as_str())
            .await;
        assert_eq!(told["reason"], reason);
    }
    socket.settle().await;
    assert!(socket.seen().iter().all(|frame| frame["type"] != "room_removed" || frame["roomId"] != stays.as_str()));
}
