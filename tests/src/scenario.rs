//! What most tests begin with: people, rooms, messages.

use http::Method;
use serde_json::{Value, json};

use crate::{ADMIN_TOKEN, Client, Server};

/// The password of every user that [`Server::register`] makes.
pub const PASSWORD: &str = "kestrel-ladder-92";

/// The password of every room that [`Client::create_room`] makes.
pub const ROOM_PASSWORD: &str = "tin-whistle-7";

/// A registration that is right in every field, for a test to spoil one.
pub fn registration(user_id: &str) -> Value {
    // A name is no longer than an id may be.
    let name: String = format!("The {user_id}").chars().take(64).collect();
    json!({"userId": user_id, "deviceId": "phone", "name": name, "phone": "+4915112345678",
        "availCoins": 0, "password": PASSWORD})
}

impl Server {
    /// A client that is signed in as nobody.
    pub fn nobody(&self) -> Client {
        Client::nobody(self.base())
    }

    /// A client with the operator's token, for paths under `/admin`.
    pub fn admin(&self) -> Client {
        self.nobody().with_token(ADMIN_TOKEN)
    }

    /// Registers a user without coins on the device `phone`.
    pub async fn register(&self, user_id: &str) -> Client {
        self.register_with_coins(user_id, 0).await
    }

    /// Registers a user with an opening balance.
    pub async fn register_with_coins(&self, user_id: &str, coins: i64) -> Client {
        let mut body = registration(user_id);
        body["availCoins"] = json!(coins);
        let nobody = self.nobody();
        let answer = nobody.post("/api/register", body).await.is(201);
        nobody.signed_in(&answer)
    }

    /// Registers a user and makes them prime.
    pub async fn prime(&self, user_id: &str) -> Client {
        let client = self.register(user_id).await;
        self.make_prime(user_id, true).await;
        client
    }

    /// Signs in with the password of [`Server::register`].
    pub async fn login(&self, user_id: &str, device_id: &str) -> Client {
        let nobody = self.nobody();
        let body = json!({"userId": user_id, "deviceId": device_id, "password": PASSWORD});
        nobody.signed_in(&nobody.post("/api/login", body).await.is(200))
    }

    /// Makes a user prime or ordinary, as the operator.
    pub async fn make_prime(&self, user_id: &str, prime: bool) {
        let path = format!("/admin/users/{user_id}/prime");
        let user = self.admin().put(&path, json!({"prime": prime})).await.is(200);
        assert_eq!((&user["userId"], &user["prime"]), (&json!(user_id), &json!(prime)), "{user}");
    }

    /// Credits coins (or debits, below zero), as the operator.
    pub async fn grant(&self, user_id: &str, amount: i64, key: &str) -> Value {
        let path = format!("/admin/users/{user_id}/coins");
        self.admin().post(&path, json!({"amount": amount, "reason": "a present", "key": key})).await.is(201)
    }
}

impl Client {
    /// The same session with the tokens that its refresh token is exchanged for.
    pub async fn refreshed(&self) -> Self {
        let session = self.anonymous().post("/api/refresh", json!({"refreshToken": self.refresh_token})).await.is(200);
        let text = |member: &str| session[member].as_str().expect("a session has tokens").to_owned();
        let mut refreshed = self.clone();
        (refreshed.access_token, refreshed.refresh_token) = (Some(text("accessToken")), text("refreshToken"));
        refreshed
    }

    /// Makes a room of six under [`ROOM_PASSWORD`] and answers its id. Only a prime user can.
    pub async fn create_room(&self, name: &str) -> String {
        let room = self.post("/api/chatrooms", json!({"name": name, "password": ROOM_PASSWORD})).await.is(201);
        room["roomId"].as_str().expect("a room has an id").to_owned()
    }

    /// Joins by id and password, and answers what joining answers.
    pub async fn join(&self, room: &str) -> Value {
        self.post("/api/joinroom", json!({"roomId": room, "password": ROOM_PASSWORD})).await.is(200)
    }

    /// Leaves a room.
    pub async fn leave(&self, room: &str) {
        self.post_empty(&format!("/api/chatrooms/{room}/leave")).await.is(204);
    }

    /// Bans a user from a room.
    pub async fn ban(&self, room: &str, user_id: &str) {
        let path = format!("/api/chatrooms/{room}/bans/{user_id}");
        self.send(self.request(Method::PUT, &path)).await.is(204);
    }

    /// Writes a message over REST and answers its event.
    pub async fn write(&self, room: &str, body: &str) -> Value {
        self.post("/api/messages", json!({"roomId": room, "body": body})).await.is(201)
    }

    /// Writes one's message anew, and answers `{message, event?}`.
    pub async fn edit(&self, room: &str, seq: &Value, body: &str) -> Value {
        self.patch(&message_path(room, seq), json!({"body": body})).await.is(200)
    }

    /// Deletes a message, and answers `{message, event}`.
    pub async fn delete_message(&self, room: &str, seq: &Value) -> Value {
        self.delete(&message_path(room, seq)).await.is(200)
    }

    /// Reacts to a message, and answers `{message, event?}`.
    pub async fn react(&self, room: &str, seq: &Value, emoji: &str) -> Value {
        self.send(self.request(Method::PUT, &reaction_path(room, seq, emoji))).await.is(200)
    }

    /// Takes a reaction back, and answers `{message, event?}`.
    pub async fn unreact(&self, room: &str, seq: &Value, emoji: &str) -> Value {
        self.delete(&reaction_path(room, seq, emoji)).await.is(200)
    }

    /// A page of a room's log; `query` as in `after=3&limit=2`, or empty.
    pub async fn page(&self, room: &str, query: &str) -> Value {
        self.get(&format!("/api/chatrooms/{room}/messages?{query}")).await.is(200)
    }

    /// All events of a room that fit one page, oldest first.
    pub async fn log(&self, room: &str) -> Vec<Value> {
        let page = self.page(room, "after=0&limit=200").await;
        assert_eq!(page["hasMore"], false, "more than a page: {page}");
        page["events"].as_array().expect("a page has events").clone()
    }

    /// The events of a room from after this number on, however many, oldest first.
    pub async fn log_after(&self, room: &str, mut after: usize) -> Vec<Value> {
        let mut log = Vec::new();
        loop {
            let page = self.page(room, &format!("after={after}&limit=200")).await;
            let events = page["events"].as_array().expect("a page has events");
            after += events.len();
            log.extend(events.iter().cloned());
            if page["hasMore"] == false {
                assert_eq!(page["lastSeq"], after, "the last number is that of the last event");
                return log;
            }
        }
    }

    /// The room as this user sees it.
    pub async fn room(&self, room: &str) -> Value {
        self.get(&format!("/api/chatrooms/{room}")).await.is(200)
    }

    /// Oneself.
    pub async fn me(&self) -> Value {
        self.get("/api/me").await.is(200)
    }

    /// The balance.
    ///
    /// # Panics
    /// When it is no integer.
    pub async fn coins(&self) -> i64 {
        self.me().await["availCoins"].as_i64().expect("a balance is an integer")
    }

    /// The whole ledger, newest first, checked: it adds up to the balance, entry by entry.
    ///
    /// # Panics
    /// When it does not.
    pub async fn ledger(&self) -> Vec<Value> {
        let (mut entries, mut before) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/api/me/coins?limit=200{before}")).await.is(200);
            entries.extend(page["entries"].as_array().expect("a ledger has entries").iter().cloned());
            if page["hasMore"] == false {
                break;
            }
            before = format!("&before={}", entries.last().expect("a page with more after it is not empty")["number"]);
        }
        let (mut balance, mut number) = (0, 0);
        for entry in entries.iter().rev() {
            balance += entry["amount"].as_i64().expect("an amount is an integer");
            assert_eq!(entry["balanceAfter"], balance, "the balance after each entry is the sum so far: {entries:?}");
            let next = entry["number"].as_i64().expect("an entry is numbered");
            assert!(next > number, "newest first: {entries:?}");
            number = next;
        }
        assert_eq!(self.coins().await, balance, "the balance is the sum of the ledger: {entries:?}");
        entries
    }

    /// Invites somebody to a room under [`ROOM_PASSWORD`] and answers `{inviteId, inviteToken, userId, expiresAt}`.
    pub async fn invite(&self, room: &str, user_id: &str) -> Value {
        let body = json!({"userId": user_id, "password": ROOM_PASSWORD});
        self.post(&format!("/api/chatrooms/{room}/invites"), body).await.is(201)
    }

    /// Asks to be somebody's friend and answers the id of the request.
    pub async fn befriend(&self, user_id: &str) -> String {
        let request = self.post("/api/friend-requests", json!({"userId": user_id})).await.is(201);
        request["requestId"].as_str().expect("a request has an id").to_owned()
    }

    /// Accepts a friend request.
    pub async fn accept(&self, request: &str) {
        self.post_empty(&format!("/api/friend-requests/{request}/accept")).await.is(200);
    }

    /// Blocks somebody.
    pub async fn block(&self, user_id: &str) {
        self.send(self.request(Method::PUT, &format!("/api/blocks/{user_id}"))).await.is(204);
    }

    /// Blocks somebody no more.
    pub async fn unblock(&self, user_id: &str) {
        self.delete(&format!("/api/blocks/{user_id}")).await.is(204);
    }
}

/// Where a message is edited and deleted; `seq` as an answer tells it.
pub fn message_path(room: &str, seq: &Value) -> String {
    format!("/api/chatrooms/{room}/messages/{seq}")
}

/// Where a reaction to a message is set and taken back.
pub fn reaction_path(room: &str, seq: &Value, emoji: &str) -> String {
    format!("{}/reactions/{emoji}", message_path(room, seq))
}
