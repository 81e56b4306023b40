//! The server is killed with -9 and started again on its folder: what it answered is there.

use chat_tests::{Client, ROOM_PASSWORD, Server, Socket, on_each_store};
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// What a client sees of the whole: oneself, ledger, rooms, logs, friends, requests.
async fn sight(client: &Client) -> Value {
    let mut rooms = client.get("/api/chatrooms").await.is(200)["rooms"].clone();
    for room in rooms.as_array_mut().expect("a list") {
        let id = room["roomId"].as_str().expect("an id").to_owned();
        room["log"] = json!(client.log(&id).await);
        room["members"] = client.get(&format!("/api/chatrooms/{id}/members")).await.is(200);
    }
    json!({"me": client.me().await, "ledger": client.ledger().await, "rooms": rooms,
        "friends": client.get("/api/friends").await.is(200),
        "in": client.get("/api/friend-requests?box=in").await.is(200),
        "out": client.get("/api/friend-requests?box=out").await.is(200)})
}

on_each_store!(all_that_was_answered_is_there_after_kill_9);
async fn all_that_was_answered_is_there_after_kill_9(mut server: Server) {
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let carol = server.register_with_coins("carol", 300).await;
    let (first, second) = (alice.create_room("First").await, alice.create_room("Second").await);
    carol.join(&first).await;
    carol.join(&second).await;
    let invite = alice.invite(&second, "bob").await;
    alice.write(&first, "hi").await;
    Socket::open(&server, &carol).await.write(&second, "by socket").await;
    server.grant("carol", 5, "k").await;
    let request = alice.befriend("carol").await;
    carol.post_empty(&format!("/api/friend-requests/{request}/accept")).await.is(200);
    let before = [sight(&alice).await, sight(&bob).await, sight(&carol).await];

    server.kill();
    server.restart().await;

    let [alice, bob, carol] = [&alice, &bob, &carol].map(|client| client.at(&server));
    let after = [sight(&alice).await, sight(&bob).await, sight(&carol).await];
    assert_eq!(after, before, "sessions live on, too");
    assert_eq!(alice.write(&first, "next").await["seq"], 4, "numbering goes on");
    let joined = bob.post("/api/joinroom", json!({"inviteToken": invite["inviteToken"]})).await.is(200);
    assert_eq!(joined["roomId"], json!(second));
    let repeated = json!({"amount": 5, "reason": "a present", "key": "k"});
    server.admin().post("/admin/users/carol/coins", repeated).await.is(200);
    assert_eq!(carol.coins().await, 155);
    server.login("carol", "phone").await.me().await;
}

/// One sender's messages that were acknowledged before the connection broke.
async fn send_until_the_end(mut socket: Socket, room: &str, who: &str) -> Vec<Value> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let command = json!({"type": "send", "roomId": room, "body": format!("{who} {number}"), "clientId": format!("{who}-{number}")});
        match socket.try_command(command).await {
            Some(reply) => {
                assert_eq!(reply["type"], "ok", "{reply}");
                acknowledged.push(reply["result"].clone());
            }
            None => break,
        }
    }
    acknowledged
}

on_each_store!(r_msg_03_what_was_acknowledged_under_load_survives_each_kill);
async fn r_msg_03_what_was_acknowledged_under_load_survives_each_kill(mut server: Server) {
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut members = vec![alice];
    for number in 0..3 {
        let member = server.register(&format!("member{number}")).await;
        member.join(&room).await;
        members.push(member);
    }
    for round in 0..4 {
        let mut senders = Vec::new();
        for member in &members {
            let socket = Socket::open(&server, member).await;
            let (room, who) = (room.clone(), format!("{round} {}", member.user_id));
            senders.push(tokio::spawn(async move { send_until_the_end(socket, &room, &who).await }));
        }
        // The kill comes in the middle of the load: once a bystander has heard a fair number of messages.
        let mut bystander = Socket::open(&server, &members[0]).await;
        let heard = members[0].room(&room).await["lastSeq"].as_i64().expect("a number") + 40;
        bystander.heard(&room, heard).await;
        server.kill();
        let mut acknowledged = Vec::new();
        for sender in senders {
            acknowledged.push(sender.await.expect("a sender does not panic"));
        }
        server.restart().await;
        members = members.iter().map(|member| member.at(&server)).collect();
        let log = whole_log(&members[0], &room).await;
        for (index, event) in (1_i64..).zip(&log) {
            assert_eq!(event["seq"], index, "round {round}: without a hole");
        }
        for event in acknowledged.iter().flatten().chain(bystander.events(&room)) {
            let index = usize::try_from(event["seq"].as_i64().expect("a number")).expect("positive") - 1;
            assert_eq!(log.get(index), Some(event), "round {round}: acknowledged or heard, and not kept");
        }
        for (member, own) in members.iter().zip(&acknowledged) {
            assert!(!own.is_empty(), "round {round}: {} had nothing acknowledged", member.user_id);
            let last = own.last().expect("not empty");
            let again = json!({"roomId": room, "body": last["body"], "clientId": last["clientId"]});
            assert_eq!(member.post("/api/messages", again).await.is(200), *last, "a retry answers the first");
        }
    }
}

async fn whole_log(client: &Client, room: &str) -> Vec<Value> {
    let mut log = Vec::new();
    loop {
        let page = client.page(room, &format!("after={}&limit=200", log.len())).await;
        log.extend(page["events"].as_array().expect("events").iter().cloned());
        if page["hasMore"] == false {
            return log;
        }
    }
}

on_each_store!(r_adm_09_joins_that_were_cut_off_are_whole_or_not_at_all);
async fn r_adm_09_joins_that_were_cut_off_are_whole_or_not_at_all(mut server: Server) {
    let alice = server.prime("alice").await;
    let mut rooms = Vec::new();
    for number in 0..6 {
        rooms.push(alice.create_room(&format!("Room {number}")).await);
    }
    let mut joiners = Vec::new();
    for number in 0..5 {
        joiners.push(server.register_with_coins(&format!("joiner{number}"), 10_000).await);
    }
    let mut bystander = Socket::open(&server, &alice).await;
    let joins = joiners.iter().flat_map(|joiner| rooms.iter().map(move |room| (joiner, room)));
    let running: Vec<_> = joins
        .map(|(joiner, room)| {
            let body = json!({"roomId": room, "password": ROOM_PASSWORD});
            let request = joiner.request(http::Method::POST, "/api/joinroom").json(&body);
            tokio::spawn(async move { request.send().await.is_ok_and(|answer| answer.status() == 200) }).boxed()
        })
        .collect();
    // In the middle: some have joined, and others are on their way.
    bystander.event("a first joined", |event| event["kind"] == "joined").await;
    server.kill();
    join_all(running).await;
    server.restart().await;
    let alice = alice.at(&server);
    for joiner in &joiners {
        let joiner = joiner.at(&server);
        let listed = joiner.get("/api/chatrooms").await.is(200)["rooms"].as_array().map_or(0, Vec::len);
        let paid = i64::try_from(listed.saturating_sub(1)).expect("few");
        assert_eq!(joiner.coins().await, 10_000 - 150 * paid, "{} sits in {listed} rooms", joiner.user_id);
        joiner.ledger().await;
        for room in &rooms {
            joiner.join(room).await;
        }
        assert_eq!(joiner.coins().await, 10_000 - 150 * 5, "the retry charges what was not charged");
    }
    for room in &rooms {
        assert_eq!((alice.room(room).await["memberCount"].clone(), alice.log(room).await.len()), (json!(6), 6));
    }
}
