use serde_json::{Value, json};

use super::town::{NO_ID, NOON, Person, Town, text};

/// Two who share a room.
async fn participants(town: &Town) -> (Person, Person) {
    let (alice, carol) = (town.prime("alice").await, town.person("carol").await);
    carol.join(&alice.room().await).await;
    (alice, carol)
}

async fn ask(who: &Person, whom: &str) -> super::reply::Reply {
    who.post("/api/friend-requests", json!({"userId": whom})).await
}

fn request(id: &str, state: &str) -> Value {
    json!({"requestId": id, "fromUserId": "alice", "toUserId": "carol", "state": state, "createdAt": NOON})
}

fn decided(id: &str, state: &str) -> Value {
    let mut request = request(id, state);
    request["decidedAt"] = NOON.into();
    request
}

#[tokio::test]
async fn r_fri_01_a_request_is_made_once_and_seen_on_both_sides() {
    let town = Town::new().await;
    let (alice, carol) = participants(&town).await;
    let made = ask(&alice, "carol").await.is(201);
    let id = text(&made["requestId"]);
    assert_eq!(made, request(&id, "open"));
    assert_eq!(ask(&alice, "carol").await.is(200), made);
    let list = json!({"requests": [made]});
    let none = json!({"requests": []});
    assert_eq!(carol.get("/api/friend-requests?box=in").await.is(200), list);
    assert_eq!(carol.get("/api/friend-requests").await.is(200), list);
    assert_eq!(carol.get("/api/friend-requests?box=out").await.is(200), none);
    assert_eq!(alice.get("/api/friend-requests?box=out").await.is(200), list);
    alice.get("/api/friend-requests?box=sideways").await.refused_fields(&["box: bad_format"]);
    assert_eq!(alice.get("/api/profile/carol").await.is(200)["relation"], "request_sent");
    assert_eq!(carol.get("/api/profile/alice").await.is(200)["relation"], "request_received");
}

#[tokio::test]
async fn r_fri_03_an_accepted_request_makes_friends_until_one_ends_it() {
    let town = Town::new().await;
    let (alice, carol) = participants(&town).await;
    let id = text(&ask(&alice, "carol").await.is(201)["requestId"]);
    let accept = format!("/api/friend-requests/{id}/accept");
    alice.send("POST", &accept, "").await.refused(404, "request_not_found");
    assert_eq!(carol.send("POST", &accept, "").await.is(200), decided(&id, "accepted"));
    assert_eq!(carol.send("POST", &accept, "").await.is(200), decided(&id, "accepted"));
    let friends = json!({"friends": [{"userId": "carol", "name": "The carol", "since": NOON}]});
    assert_eq!(alice.get("/api/friends").await.is(200), friends);
    ask(&alice, "carol").await.refused(409, "already_friends");
    carol.delete("/api/friends/alice").await.is(204);
    carol.delete("/api/friends/alice").await.is(204);
    assert_eq!(alice.get("/api/friends").await.is(200), json!({"friends": []}));
    for nobody in ["nobody", "a%20b"] {
        carol.delete(&format!("/api/friends/{nobody}")).await.refused(404, "user_not_found");
    }
}

#[tokio::test]
async fn r_fri_02_a_request_that_meets_one_accepts_it() {
    let town = Town::new().await;
    let (alice, carol) = participants(&town).await;
    let id = text(&ask(&alice, "carol").await.is(201)["requestId"]);
    assert_eq!(ask(&carol, "alice").await.is(200), decided(&id, "accepted"));
}

#[tokio::test]
async fn r_fri_03_a_declined_sender_hears_how_long_to_wait() {
    let town = Town::new().await;
    let (alice, carol) = participants(&town).await;
    let id = text(&ask(&alice, "carol").await.is(201)["requestId"]);
    let decline = format!("/api/friend-requests/{id}/decline");
    assert_eq!(carol.send("POST", &decline, "").await.is(200), decided(&id, "declined"));
    assert_eq!(ask(&alice, "carol").await.refused(409, "request_declined")["retryAfterSeconds"], 24 * 60 * 60);
    ask(&carol, "alice").await.is(201);
}

#[tokio::test]
async fn r_fri_03_a_request_is_withdrawn_by_its_sender() {
    let town = Town::new().await;
    let (alice, carol) = participants(&town).await;
    let path = format!("/api/friend-requests/{}", text(&ask(&alice, "carol").await.is(201)["requestId"]));
    carol.delete(&path).await.refused(404, "request_not_found");
    alice.delete(&path).await.is(204);
    alice.delete(&path).await.refused(404, "request_not_found");
    carol.send("POST", &format!("{path}/accept"), "").await.refused(404, "request_not_found");
    for id in [NO_ID, "x", "%20"] {
        alice.delete(&format!("/api/friend-requests/{id}")).await.refused(404, "request_not_found");
        alice.send("POST", &format!("/api/friend-requests/{id}/decline"), "").await.refused(404, "request_not_found");
    }
}

#[tokio::test]
async fn r_fri_01_requests_go_to_participants_alone() {
    let town = Town::new().await;
    let alice = town.person("alice").await;
    town.person("carol").await;
    ask(&alice, "alice").await.refused_fields(&["userId: bad_format"]);
    ask(&alice, "carol").await.refused(403, "not_a_participant");
    for nobody in ["nobody", "a b", ""] {
        ask(&alice, nobody).await.refused(404, "user_not_found");
    }
}
