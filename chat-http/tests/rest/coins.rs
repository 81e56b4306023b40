use serde_json::json;

use super::town::{NOON, Town};

#[tokio::test]
async fn r_coin_02_the_ledger_tells_every_change_the_newest_first() {
    let town = Town::new().await;
    let (alice, carol) = (town.prime("alice").await, town.person_with_coins("carol", 150).await);
    carol.join(&alice.room().await).await;
    let room = alice.room().await;
    carol.join(&room).await;
    let grant = json!({"amount": 7, "reason": "a présent", "key": "k"});
    town.operator().post("/admin/users/carol/coins", grant).await.is(201);
    let opening = json!({"number": 1, "amount": 150, "kind": "opening", "balanceAfter": 150, "at": NOON});
    let paid = json!({
        "number": 2, "amount": -150, "kind": "room_admission", "balanceAfter": 0, "roomId": room, "at": NOON,
    });
    let granted = json!({
        "number": 3, "amount": 7, "kind": "grant", "reason": "a présent", "balanceAfter": 7, "at": NOON,
    });
    let page = async |query: &str| carol.get(&format!("/api/me/coins{query}")).await.is(200);
    assert_eq!(page("").await, json!({"entries": [granted, paid, opening], "hasMore": false}));
    assert_eq!(page("?limit=2").await, json!({"entries": [granted, paid], "hasMore": true}));
    assert_eq!(page("?limit=2&before=2").await, json!({"entries": [opening], "hasMore": false}));
    for nothing in ["?before=1", "?before=0", "?before=-9"] {
        assert_eq!(page(nothing).await, json!({"entries": [], "hasMore": false}), "{nothing}");
    }
    for (query, field) in
        [("limit=0", "limit: out_of_range"), ("limit=201", "limit: out_of_range"), ("before=x", "before: wrong_type")]
    {
        carol.get(&format!("/api/me/coins?{query}")).await.refused_fields(&[field]);
    }
}
