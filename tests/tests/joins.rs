//! Joining a room, and what it costs (R-ADM-04 to -09, -11).

use chat_tests::{Client, ROOM_PASSWORD, Server, is_timestamp, on_each_store};
use futures_util::future::join_all;
use serde_json::{Value, json};

fn by_id(room: &str) -> Value {
    json!({"roomId": room, "password": ROOM_PASSWORD})
}

async fn rooms<const N: usize>(owner: &Client) -> [String; N] {
    let mut rooms = Vec::new();
    for number in 0..N {
        rooms.push(owner.create_room(&format!("Room {number}")).await);
    }
    rooms.try_into().expect("as many as were made")
}

#[tokio::test]
async fn r_adm_06_07_the_first_room_is_free_each_further_one_costs_150() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let carol = server.register_with_coins("carol", 150).await;
    let [first, second, third] = rooms(&alice).await;

    let joined = carol.join(&first).await;
    assert_eq!(
        (&joined["admission"]["kind"], &joined["admission"]["coins"], &joined["charged"], &joined["availCoins"]),
        (&json!("free"), &json!(0), &json!(0), &json!(150))
    );
    assert!(is_timestamp(&joined["admission"]["at"]), "{joined}");
    assert_eq!((&joined["alreadyMember"], &joined["memberCount"]), (&json!(false), &json!(2)));
    assert_eq!((&joined["name"], &joined["capacity"]), (&json!("Room 0"), &json!(6)));
    assert_eq!(joined["room"], carol.room(&first).await);

    let joined = carol.join(&second).await;
    assert_eq!(
        (&joined["admission"]["kind"], &joined["admission"]["coins"], &joined["charged"], &joined["availCoins"]),
        (&json!("paid"), &json!(150), &json!(150), &json!(0))
    );
    let ledger = carol.ledger().await;
    assert_eq!(ledger.len(), 2, "the free one is no entry: {ledger:?}");
    assert_eq!(
        (&ledger[0]["kind"], &ledger[0]["amount"], &ledger[0]["roomId"]),
        (&json!("room_admission"), &json!(-150), &json!(second))
    );

    let refused = carol.post("/api/joinroom", by_id(&third)).await.refused(402, "insufficient_coins");
    assert_eq!((&refused["required"], &refused["availCoins"]), (&json!(150), &json!(0)));
    assert_eq!(carol.ledger().await, ledger);
    assert_eq!(alice.room(&third).await["memberCount"], 1);
    assert_eq!(alice.log(&third).await.len(), 1, "no joined event");
}

#[tokio::test]
async fn r_adm_07_one_coin_short_is_refused_and_one_more_is_enough() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let carol = server.register_with_coins("carol", 149).await;
    let [first, second] = rooms(&alice).await;
    carol.join(&first).await;
    let refused = carol.post("/api/joinroom", by_id(&second)).await.refused(402, "insufficient_coins");
    assert_eq!((&refused["required"], &refused["availCoins"]), (&json!(150), &json!(149)));
    server.grant("carol", 1, "one-more").await;
    assert_eq!(carol.join(&second).await["availCoins"], 0);
    carol.ledger().await;
}

#[tokio::test]
async fn r_adm_07_the_price_is_a_setting() {
    let server = Server::with(&["--room-price", "40"]).await;
    let alice = server.prime("alice").await;
    let carol = server.register_with_coins("carol", 100).await;
    let [first, second] = rooms(&alice).await;
    carol.join(&first).await;
    assert_eq!(carol.join(&second).await["charged"], 40);
}

#[tokio::test]
async fn r_adm_04_joining_again_succeeds_and_changes_nothing() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let carol = server.register_with_coins("carol", 150).await;
    let [first, second] = rooms(&alice).await;
    for room in [&first, &second] {
        let before = carol.join(room).await;
        let log = alice.log(room).await;
        for password in [ROOM_PASSWORD, "not the password"] {
            let body = json!({"roomId": room, "password": password});
            let again = carol.post("/api/joinroom", body).await.is(200);
            assert_eq!((&again["alreadyMember"], &again["charged"]), (&json!(true), &json!(0)));
            assert_eq!(again["admission"], before["admission"], "the standing one");
            assert_eq!(again["memberCount"], 2);
        }
        assert_eq!(alice.log(room).await, log);
    }
    assert_eq!(carol.coins().await, 0);
    let owner = alice.join(&first).await;
    assert_eq!((&owner["alreadyMember"], &owner["admission"]["kind"]), (&json!(true), &json!("owner")));
}

#[tokio::test]
async fn r_adm_04_a_wrong_password_is_refused_before_seats_and_coins_are_looked_at() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let (bob, carol) = (server.register("bob").await, server.register("carol").await);
    let body = json!({"name": "Two", "password": ROOM_PASSWORD, "capacity": 2});
    let full = alice.post("/api/chatrooms", body).await.is(201)["roomId"].as_str().expect("an id").to_owned();
    bob.join(&full).await;
    for wrong in ["not the password", "", "x", &"x".repeat(129), &format!("{ROOM_PASSWORD}\0"), "TIN-WHISTLE-7"] {
        let body = json!({"roomId": full, "password": wrong});
        carol.post("/api/joinroom", body).await.refused(403, "wrong_room_password");
    }
    carol.post("/api/joinroom", by_id(&full)).await.refused(409, "room_full");
    let [other] = rooms(&alice).await;
    let free = carol.join(&other).await;
    assert_eq!(free["admission"]["kind"], "free", "refusals have not used up the free one");
    // Full before coins: carol, without any, hears of the seat.
    carol.post("/api/joinroom", by_id(&full)).await.refused(409, "room_full");
}

#[tokio::test]
async fn r_adm_04_an_unknown_room_is_not_found() {
    let server = Server::start().await;
    let carol = server.register("carol").await;
    for unknown in ["0199c1aa-0000-7000-8000-000000000000", "tea", "", " "] {
        carol.post("/api/joinroom", by_id(unknown)).await.refused(404, "room_not_found");
    }
    carol.post("/api/joinroom", json!({"inviteToken": "unknown"})).await.refused(404, "invite_not_found");
}

#[tokio::test]
async fn r_adm_02_the_seventh_joiner_finds_the_room_full() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let [room] = rooms(&alice).await;
    for number in 2..=6 {
        let joined = server.register(&format!("user{number}")).await.join(&room).await;
        assert_eq!(joined["memberCount"], number);
    }
    let seventh = server.prime("seventh").await;
    seventh.post("/api/joinroom", by_id(&room)).await.refused(409, "room_full");
    assert_eq!(alice.room(&room).await["memberCount"], 6);
}

on_each_store!(r_adm_02_of_twenty_who_want_the_last_seat_one_gets_it);
async fn r_adm_02_of_twenty_who_want_the_last_seat_one_gets_it(server: Server) {
    let alice = server.prime("alice").await;
    let [room, other] = rooms(&alice).await;
    for number in 2..=5 {
        server.register(&format!("early{number}")).await.join(&room).await;
    }
    let mut joiners = Vec::new();
    for number in 0..20 {
        let joiner = server.register_with_coins(&format!("late{number}"), 150).await;
        joiner.join(&other).await;
        joiner.leave(&other).await;
        joiners.push(joiner);
    }
    let answers = join_all(joiners.iter().map(|joiner| joiner.post("/api/joinroom", by_id(&room)))).await;
    let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    for (joiner, answer) in joiners.iter().zip(answers) {
        let left = if answer.status == 200 { 0 } else { 150 };
        if answer.status != 200 {
            answer.refused(409, "room_full");
        }
        assert_eq!(joiner.coins().await, left, "{} pays for a seat alone", joiner.user_id);
        joiner.ledger().await;
    }
    assert_eq!(alice.room(&room).await["memberCount"], 6);
    assert_eq!(alice.log(&room).await.len(), 6);
}

on_each_store!(r_adm_06_of_parallel_joins_of_one_user_one_is_free);
async fn r_adm_06_of_parallel_joins_of_one_user_one_is_free(server: Server) {
    let alice = server.prime("alice").await;
    let rooms: [String; 4] = rooms(&alice).await;
    for (number, coins) in [450, 300, 150, 0].into_iter().enumerate() {
        let carol = server.register_with_coins(&format!("carol{number}"), coins).await;
        let answers = join_all(rooms.iter().map(|room| carol.post("/api/joinroom", by_id(room)))).await;
        let (joined, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        let kind = |kind: &str| joined.iter().filter(|answer| answer.json["admission"]["kind"] == kind).count();
        let paid = usize::try_from(coins / 150).expect("few");
        assert_eq!((kind("free"), kind("paid"), refused.len()), (1, paid, 3 - paid), "{joined:?}");
        for answer in refused {
            answer.refused(402, "insufficient_coins");
        }
        assert_eq!(carol.coins().await, 0);
        assert_eq!(carol.ledger().await.len(), 1 + paid);
    }
}

on_each_store!(r_adm_09_a_join_that_is_retried_at_once_charges_once);
async fn r_adm_09_a_join_that_is_retried_at_once_charges_once(server: Server) {
    let alice = server.prime("alice").await;
    let carol = server.register_with_coins("carol", 1000).await;
    let [first, second] = rooms(&alice).await;
    carol.join(&first).await;
    let answers = join_all((0..8).map(|_| carol.post("/api/joinroom", by_id(&second)))).await;
    let charged: Vec<i64> = answers.into_iter().filter_map(|answer| answer.is(200)["charged"].as_i64()).collect();
    assert_eq!((charged.len(), charged.iter().sum::<i64>()), (8, 150), "{charged:?}");
    assert_eq!(carol.coins().await, 850);
    assert_eq!(carol.ledger().await.len(), 2);
    assert_eq!(alice.log(&second).await.len(), 2, "one joined event");
}

#[tokio::test]
async fn r_adm_05_a_prime_users_admission_is_free_and_leaves_the_free_one_unused() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let dora = server.prime("dora").await;
    let rooms: [String; 4] = rooms(&alice).await;
    for room in &rooms[..2] {
        let joined = dora.join(room).await;
        assert_eq!((&joined["admission"]["kind"], &joined["charged"]), (&json!("prime"), &json!(0)));
    }
    let own = dora.create_room("Doras").await;
    server.make_prime("dora", false).await;
    assert_eq!(dora.join(&own).await["admission"]["kind"], "owner");
    assert_eq!(dora.join(&rooms[2]).await["admission"]["kind"], "free");
    dora.post("/api/joinroom", by_id(&rooms[3])).await.refused(402, "insufficient_coins");
}

#[tokio::test]
async fn r_adm_06_leaving_does_not_give_the_free_admission_back() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let carol = server.register("carol").await;
    let [first, second] = rooms(&alice).await;
    carol.join(&first).await;
    carol.leave(&first).await;
    carol.post("/api/joinroom", by_id(&second)).await.refused(402, "insufficient_coins");
}

#[tokio::test]
async fn r_adm_08_who_left_comes_back_without_paying_again() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let carol = server.register_with_coins("carol", 150).await;
    let [first, second] = rooms(&alice).await;
    carol.join(&first).await;
    let paid = carol.join(&second).await;
    carol.leave(&second).await;
    let body = json!({"roomId": second, "password": "not the password"});
    carol.post("/api/joinroom", body).await.refused(403, "wrong_room_password");
    let back = carol.join(&second).await;
    assert_eq!((&back["alreadyMember"], &back["charged"]), (&json!(false), &json!(0)));
    assert_eq!(back["admission"], paid["admission"]);
    assert_eq!(back["room"]["me"]["role"], "member");
    assert_eq!(carol.ledger().await.len(), 2);
    let kinds: Vec<Value> = alice.log(&second).await.iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["joined", "joined", "left", "joined"]);
}

#[tokio::test]
async fn r_adm_11_a_dry_run_decides_alike_and_changes_nothing() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let carol = server.register_with_coins("carol", 200).await;
    let [first, second, third] = rooms(&alice).await;
    let dry = |room: &str| json!({"roomId": room, "password": ROOM_PASSWORD, "dryRun": true});

    let asked = carol.post("/api/joinroom", dry(&first)).await.is(200);
    assert_eq!(
        (&asked["charged"], &asked["alreadyMember"], &asked["memberCount"], &asked["availCoins"]),
        (&json!(0), &json!(false), &json!(1), &json!(200))
    );
    assert!(asked.get("room").is_none() && asked.get("admission").is_none(), "{asked}");
    carol.get(&format!("/api/chatrooms/{first}")).await.refused(403, "not_a_member");

    carol.join(&first).await;
    let member = carol.post("/api/joinroom", dry(&first)).await.is(200);
    assert_eq!(member["alreadyMember"], true);
    assert!(member["room"].is_object() && member["admission"].is_object(), "{member}");

    let asked = carol.post("/api/joinroom", dry(&second)).await.is(200);
    assert_eq!((&asked["charged"], &asked["availCoins"]), (&json!(150), &json!(200)));
    let wrong = json!({"roomId": second, "password": "not the password", "dryRun": true});
    carol.post("/api/joinroom", wrong).await.refused(403, "wrong_room_password");
    assert_eq!(carol.coins().await, 200);

    carol.join(&second).await;
    carol.post("/api/joinroom", dry(&third)).await.refused(402, "insufficient_coins");
    assert_eq!(alice.log(&third).await.len(), 1);
}

#[tokio::test]
async fn r_adm_11_nobody_is_charged_more_than_they_said() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let carol = server.register_with_coins("carol", 300).await;
    let [first, second] = rooms(&alice).await;
    let up_to = |room: &str, limit: i64| json!({"roomId": room, "password": ROOM_PASSWORD, "maxCharge": limit});
    carol.post("/api/joinroom", up_to(&first, 0)).await.is(200);
    for limit in [0, 149] {
        let refused = carol.post("/api/joinroom", up_to(&second, limit)).await.refused(409, "price_changed");
        assert_eq!(refused["required"], 150);
    }
    assert_eq!(carol.coins().await, 300);
    assert_eq!(carol.post("/api/joinroom", up_to(&second, 150)).await.is(200)["charged"], 150);
}

#[tokio::test]
async fn a_join_names_a_room_or_an_invite_and_not_both() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let carol = server.register("carol").await;
    let [room] = rooms(&alice).await;
    for body in [
        json!({}),
        json!({"roomId": room}),
        json!({"password": ROOM_PASSWORD}),
        json!({"roomId": room, "password": ROOM_PASSWORD, "inviteToken": "x"}),
        json!({"password": ROOM_PASSWORD, "inviteToken": "x"}),
    ] {
        carol.post("/api/joinroom", body).await.refused(400, "invalid_request");
    }
    carol.post("/api/joinroom", json!({"roomId": room, "password": ROOM_PASSWORD, "inviteToken": null})).await.is(200);
}
