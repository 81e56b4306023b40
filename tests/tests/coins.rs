//! The ledger, and the operator's side of it (R-COIN).

use chat_tests::{ROOM_PASSWORD, Server, is_timestamp, on_each_store};
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};

const LIMIT: i64 = (1 << 53) - 1;

fn grant(amount: i64, key: &str) -> Value {
    json!({"amount": amount, "reason": "a present", "key": key})
}

#[tokio::test]
async fn r_coin_02_a_grant_and_a_debit_are_entries_with_their_reason() {
    let server = Server::start().await;
    let carol = server.register_with_coins("carol", 10).await;
    let path = "/admin/users/carol/coins";
    let body = json!({"amount": 40, "reason": "a pr\u{e9}sent", "key": "k1"});
    let entry = server.admin().post(path, body).await.is(201);
    assert_eq!(
        (&entry["kind"], &entry["amount"], &entry["reason"], &entry["balanceAfter"]),
        (&json!("grant"), &json!(40), &json!("a pr\u{e9}sent"), &json!(50))
    );
    assert!(is_timestamp(&entry["at"]) && entry.get("roomId").is_none(), "{entry}");
    let debit = server.admin().post(path, json!({"amount": -30, "reason": "a fine", "key": "k2"})).await.is(201);
    assert_eq!((&debit["kind"], &debit["amount"], &debit["balanceAfter"]), (&json!("debit"), &json!(-30), &json!(20)));
    let ledger = carol.ledger().await;
    assert_eq!(ledger.len(), 3);
    assert_eq!((&ledger[0], &ledger[1]), (&debit, &entry), "the ledger shows what the operator was answered");
}

#[tokio::test]
async fn r_coin_03_a_key_is_applied_once() {
    let server = Server::start().await;
    let (carol, dave) = (server.register("carol").await, server.register("dave").await);
    let (admin, path) = (server.admin(), "/admin/users/carol/coins");
    let answers = join_all((0..8).map(|_| admin.post(path, grant(100, "k")))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    let first = answers[0].json.clone();
    for answer in answers {
        assert!([200, 201].contains(&answer.status) && answer.json == first, "{answer:?}");
    }
    admin.post(path, grant(101, "k")).await.refused(409, "idempotency_conflict");
    let other_reason = json!({"amount": 100, "reason": "another", "key": "k"});
    admin.post(path, other_reason).await.refused(409, "idempotency_conflict");
    assert_eq!(carol.coins().await, 100);
    admin.post(path, grant(100, "K")).await.is(201);
    admin.post("/admin/users/dave/coins", grant(7, "k")).await.is(201);
    assert_eq!((carol.coins().await, dave.coins().await), (200, 7), "a key is unique for its user alone");
    assert_eq!(carol.ledger().await.len(), 3);
}

#[tokio::test]
async fn r_coin_01_a_balance_never_falls_below_zero() {
    let server = Server::start().await;
    let carol = server.register_with_coins("carol", 100).await;
    let (admin, path) = (server.admin(), "/admin/users/carol/coins");
    let refused = admin.post(path, grant(-101, "k0")).await.refused(402, "insufficient_coins");
    assert_eq!((&refused["required"], &refused["availCoins"]), (&json!(101), &json!(100)));
    let debits = (1..=8).map(|number| admin.post(path, grant(-30, &format!("k{number}"))).boxed());
    let answers = join_all(debits).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3, "{answers:?}");
    assert_eq!(carol.coins().await, 10);
    carol.ledger().await;
    admin.post(path, grant(-10, "rest")).await.is(201);
    assert_eq!(carol.coins().await, 0);
}

#[tokio::test]
async fn r_coin_01_a_balance_never_passes_what_every_client_reads_exactly() {
    let server = Server::start().await;
    let carol = server.register_with_coins("carol", 1).await;
    let (admin, path) = (server.admin(), "/admin/users/carol/coins");
    admin.post(path, grant(LIMIT, "k1")).await.refused(409, "balance_overflow");
    admin.post(path, grant(LIMIT - 1, "k1")).await.is(201);
    admin.post(path, grant(1, "k2")).await.refused(409, "balance_overflow");
    assert_eq!(carol.coins().await, LIMIT);
    for amount in [0, LIMIT + 1, -LIMIT - 1, i64::MAX, i64::MIN] {
        admin.post(path, grant(amount, "k3")).await.refused_field("amount", &["out_of_range"]);
    }
    carol.ledger().await;
}

on_each_store!(r_coin_02_the_ledger_equals_the_balance_while_both_move);
async fn r_coin_02_the_ledger_equals_the_balance_while_both_move(server: Server) {
    let alice = server.prime("alice").await;
    let carol = server.register_with_coins("carol", 300).await;
    let mut rooms = Vec::new();
    for number in 0..4 {
        rooms.push(alice.create_room(&format!("Room {number}")).await);
    }
    let (admin, path) = (server.admin(), "/admin/users/carol/coins");
    let grants = (0..10).map(|number| admin.post(path, grant(10, &format!("k{number}"))).boxed());
    let joins = rooms
        .iter()
        .map(|room| carol.post("/api/joinroom", json!({"roomId": room, "password": ROOM_PASSWORD})).boxed());
    // The sum is checked on each page by itself: what was read in one moment adds up.
    let looks = async {
        for _ in 0..20 {
            let page = carol.get("/api/me/coins").await.is(200);
            let entries = page["entries"].as_array().expect("entries");
            let sum: i64 = entries.iter().filter_map(|entry| entry["amount"].as_i64()).sum();
            assert_eq!(entries[0]["balanceAfter"], sum, "{page}");
        }
    };
    let (answers, ()) = tokio::join!(join_all(grants.chain(joins)), looks);
    let paid = answers.iter().filter(|answer| answer.json["charged"] == 150).count();
    let paid = i64::try_from(paid).expect("few");
    assert!(answers.iter().all(|answer| [200, 201, 402].contains(&answer.status)), "{answers:?}");
    assert_eq!(carol.coins().await, 300 + 100 - 150 * paid);
    assert_eq!(paid, 2, "400 coins are two rooms beside the free one, whatever the order of 300 and the grants");
    carol.ledger().await;
}

#[tokio::test]
async fn r_coin_04_no_entry_is_changed_or_removed_whatever_follows() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let carol = server.register_with_coins("carol", 150).await;
    let rooms = [alice.create_room("Free").await, alice.create_room("Paid").await, alice.create_room("Dear").await];
    let (admin, path) = (server.admin(), "/admin/users/carol/coins");
    let mut stands = carol.ledger().await;
    for (step, expected) in [
        ("grant", 2),
        ("the same grant", 2),
        ("another under its key", 2),
        ("debit", 3),
        ("debit of too much", 3),
        ("free join", 3),
        ("paid join", 4),
        ("join without coins", 4),
        ("leave", 4),
        ("return", 4),
        ("prime", 4),
        ("correction", 5),
    ] {
        match step {
            "grant" => drop(admin.post(path, grant(10, "k1")).await.is(201)),
            "the same grant" => drop(admin.post(path, grant(10, "k1")).await.is(200)),
            "another under its key" => {
                drop(admin.post(path, grant(11, "k1")).await.refused(409, "idempotency_conflict"))
            }
            "debit" => drop(admin.post(path, grant(-5, "k2")).await.is(201)),
            "debit of too much" => drop(admin.post(path, grant(-999, "k3")).await.refused(402, "insufficient_coins")),
            "free join" => drop(carol.join(&rooms[0]).await),
            "paid join" | "return" => drop(carol.join(&rooms[1]).await),
            "join without coins" => {
                let join = json!({"roomId": rooms[2], "password": ROOM_PASSWORD});
                carol.post("/api/joinroom", join).await.refused(402, "insufficient_coins");
            }
            "leave" => carol.leave(&rooms[1]).await,
            "prime" => server.make_prime("carol", true).await,
            "correction" => drop(admin.post(path, grant(5, "k4")).await.is(201)),
            other => panic!("{other} is no step"),
        }
        let ledger = carol.ledger().await;
        assert!(ledger.ends_with(&stands), "{step}: {stands:?} became {ledger:?}");
        assert_eq!(ledger.len(), expected, "{step}: {ledger:?}");
        stands = ledger;
    }
}

#[tokio::test]
async fn the_ledger_pages_backwards() {
    let server = Server::start().await;
    let carol = server.register("carol").await;
    for number in 1..=6 {
        server.grant("carol", number, &format!("k{number}")).await;
    }
    let whole = carol.ledger().await;
    assert_eq!(whole.len(), 7);
    let (mut paged, mut query) = (Vec::new(), "limit=3".to_owned());
    loop {
        let page = carol.get(&format!("/api/me/coins?{query}")).await.is(200);
        let entries = page["entries"].as_array().expect("entries").clone();
        let last = entries.last().unwrap_or_else(|| panic!("an empty page: {page}"))["number"].clone();
        paged.extend(entries);
        if page["hasMore"] == false {
            break;
        }
        query = format!("limit=3&before={last}");
    }
    assert_eq!(paged, whole);
}

#[tokio::test]
async fn the_operator_names_users_that_exist_and_says_why() {
    let server = Server::start().await;
    server.register("carol").await;
    let (admin, path) = (server.admin(), "/admin/users/carol/coins");
    admin.post("/admin/users/nobody/coins", grant(1, "k")).await.refused(404, "user_not_found");
    admin.put("/admin/users/nobody/prime", json!({"prime": true})).await.refused(404, "user_not_found");
    for (field, value, codes) in [
        ("reason", json!(""), ["too_short", "too_short"]),
        ("reason", json!("x".repeat(201)), ["too_long", "too_long"]),
        ("key", json!(""), ["too_short", "too_short"]),
        ("key", json!("k".repeat(129)), ["too_long", "too_long"]),
        ("key", json!("k\u{e9}y"), ["bad_format", "bad_format"]),
        ("amount", json!("10"), ["wrong_type", "wrong_type"]),
        ("amount", json!(1.5), ["wrong_type", "out_of_range"]),
    ] {
        let mut body = grant(1, "k");
        body[field] = value;
        admin.post(path, body).await.refused_field(field, &codes);
    }
    admin.put("/admin/users/carol/prime", json!({"prime": "yes"})).await.refused_field("prime", &["wrong_type"]);
    for token in ["", "wrong", "operator-token-of-the-tests-012345678"] {
        let stranger = server.nobody().with_token(token);
        stranger.post(path, grant(1, "k")).await.refused(401, "unauthenticated");
    }
    assert_eq!(server.login("carol", "phone").await.coins().await, 0);
}
