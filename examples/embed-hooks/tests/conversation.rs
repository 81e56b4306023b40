//! The application as its users and its operator meet it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where what it needs is not there")]

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
};

use chat_tests::{Client, ROOM_PASSWORD, jwt_key, pepper};
use serde_json::{Value, json};

const TOKEN: &str = "the-operator-of-the-test-0123456789";

/// The application, killed when this is dropped.
struct Application {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
    base: String,
}

impl Application {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_embed-hooks"))
            .env("WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .env("CHAT_JWT_KEY", jwt_key())
            .env("CHAT_PASSWORD_PEPPER", pepper())
            .env("CHAT_ADMIN_TOKEN", TOKEN)
            .env("LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = said.next().expect("it says where it listens").unwrap();
        let base = line.strip_prefix("listening on ").expect("it says where it listens").to_owned();
        Self { process, said, base }
    }

    async fn user(&self, id: &str, prime: bool) -> Client {
        let nobody = Client::nobody(&format!("{}/chat", self.base));
        let body = json!({
            "userId": id, "deviceId": "phone", "name": id, "phone": "+15550100", "availCoins": 0,
            "password": "correct horse",
        });
        let answer = nobody.post("/api/register", body).await.is(201);
        let operator = Client::nobody(&self.base).with_token(TOKEN);
        operator.put(&format!("/admin/users/{id}/prime"), json!({"prime": prime})).await.is(200);
        nobody.signed_in(&answer)
    }

    /// What the receiver was told next of the events of rooms.
    fn told(&mut self) -> Value {
        loop {
            let line = self.said.next().expect("it goes on").unwrap();
            let (_, body) = line.split_once(' ').expect("an id and a body");
            let body: Value = serde_json::from_str(body).unwrap();
            if body["type"] == "room.event" {
                return body["data"].clone();
            }
        }
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn words_are_filtered_coins_are_the_applications_and_it_is_told_of_everything() {
    let mut application = Application::start();
    let alice = application.user("alice", true).await;
    let carol = application.user("carol", false).await;
    let (tea, cocoa) = (alice.create_room("Tea").await, alice.create_room("Cocoa").await);
    carol.join(&tea).await;
    let said = carol.write(&tea, "more coffee?").await;
    assert_eq!(said["body"], "more tea?");
    let sale = json!({"roomId": tea, "body": "a pot, for sale"});
    let refused = carol.post("/api/messages", sale).await.refused(403, "refused_by_host");
    assert_eq!(refused["detail"], "nothing is sold here");
    let message = format!("/api/chatrooms/{tea}/messages/{}", said["seq"]);
    carol.patch(&message, json!({"body": "for sale"})).await.refused(403, "refused_by_host");

    assert_eq!(carol.me().await["availCoins"], 200);
    let joined = carol.join(&cocoa).await;
    assert_eq!((&joined["charged"], &joined["availCoins"]), (&json!(150), &json!(50)));
    let operator = Client::nobody(&application.base).with_token(TOKEN);
    assert_eq!(operator.get("/admin/users/carol").await.is(200)["availCoins"], 50);
    let listed = operator.get("/admin/users").await.is(200);
    for user in listed["users"].as_array().unwrap() {
        assert!(user.get("availCoins").is_none(), "the wallet is not asked for a list: {user}");
    }
    let lounge = alice.create_room("Lounge").await;
    let broke = json!({"roomId": lounge, "password": ROOM_PASSWORD});
    carol.post("/api/joinroom", broke).await.refused(402, "insufficient_coins");

    let mut told = Vec::new();
    while told.len() < 3 {
        let data = application.told();
        if data["roomId"] == json!(tea) {
            told.push((data["seq"].clone(), data["kind"].clone()));
        }
    }
    let expected = [(1, "joined"), (2, "joined"), (3, "message")].map(|(seq, kind)| (json!(seq), json!(kind)));
    assert_eq!(told, expected);
}
